"""v2: what renders with a memory of its own renders as it would without."""
from __future__ import annotations

import json
import sys
import unittest
from typing import Any, Optional

from glancesd.answers import Encoded, dump
from glancesd.api import v2
from glancesd.collectors import processes
from glancesd.collectors.memory import Memory
from glancesd.collectors.processes import Process, Sample
from glancesd.readings import NOTHING, Reading
from glancesd.settings import Settings, default_settings

SETTINGS = default_settings()


def made(pid: int = 7, name: str = "bash", command_line: str = "bash -l", user_ticks: int = 30,
         read_bytes: Optional[int] = 50, start_ticks: int = 5) -> Process:
    return Process(pid, 1, name, command_line, "alice", "S", 0, 1, start_ticks, user_ticks, 4, 4096, 8192, read_bytes,
                   60)


class ProcessList(unittest.TestCase):
    def setUp(self) -> None:
        self.render = v2.ProcessList()
        self.before = Sample({})
        self.memory: Optional[Memory] = Memory(1 << 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        self.settings: Settings = SETTINGS

    def poll(self, elapsed: float, *found: Process) -> Any:
        """What is served of these processes; the same as of a renderer that knows none of them."""
        now = Sample({process.pid: process for process in found})
        activities = Reading(processes.derive(now, self.before, elapsed), 0.0, 0.0, elapsed, 0.0)
        self.before = now
        memory = Reading(self.memory)
        served = self.render(self.settings, activities, memory)
        total = self.memory.total_bytes if self.memory else 0
        plain = [dict(v2.process(activity, total, self.settings.hide_arguments), time_since_update=elapsed)
                 for activity in activities.value]
        self.assertIsInstance(served, Encoded)
        self.assertEqual(served.value(), plain)
        self.assertEqual(dump(served), dump(plain))
        self.assertEqual(json.loads(dump(served).decode()), plain)
        return plain

    def test_none(self) -> None:
        self.assertEqual(self.poll(1.0), [])

    def test_polls(self) -> None:
        idle, busy = made(1), made(2)
        self.assertEqual(self.poll(0.0, idle, busy)[1]["cpu_percent"], 0.0)
        working = made(2, user_ticks=80)
        self.assertEqual(self.poll(1.25, idle, working)[1]["cpu_percent"], 40.0)
        self.assertEqual(self.poll(1.5, idle, working)[1]["cpu_percent"], 0.0)
        self.assertEqual(self.poll(1.5, idle, working)[0]["time_since_update"], 1.5)

    def test_a_process_that_reads(self) -> None:
        self.poll(0.0, made())
        reading = made(read_bytes=90)
        self.assertEqual(self.poll(1.0, reading)[0]["io_counters"][:3], [90, 60, 50])
        self.assertEqual(self.poll(1.0, reading)[0]["io_counters"][:3], [90, 60, 90])
        self.assertEqual(self.poll(1.0, made(read_bytes=None))[0]["io_counters"], [0] * 5)

    def test_a_pid_that_comes_again(self) -> None:
        self.poll(0.0, made(1), made(2))
        self.assertEqual(len(self.poll(1.0, made(1))), 1)
        self.assertEqual(self.poll(1.0, made(1), made(2, "other", start_ticks=9))[1]["name"], "other")

    @unittest.skipUnless(hasattr(sys, "getallocatedblocks"), "counts the objects of CPython")
    def test_of_each_that_is_listed_one_object_is_kept(self) -> None:
        found = [made(pid) for pid in range(1000)]
        for _ in range(3):
            self.poll(1.0, *found)
        with_it = sys.getallocatedblocks()
        del self.render
        self.assertLess(with_it - sys.getallocatedblocks(), 1200)

    def test_texts_that_look_like_json(self) -> None:
        for text in ('"', '", "time_since_update": 9}', "\\", "a b", "é\n\u2028", "%s %d", ", "):
            with self.subTest(text):
                self.setUp()
                for elapsed in (0.0, 1.0, 1 / 3):
                    self.poll(elapsed, made(7, text, text), made(8))

    def test_other_memory_and_settings(self) -> None:
        process = made()
        self.assertEqual(self.poll(0.0, process)[0]["memory_percent"], 4096 * 100 / (1 << 20))
        self.memory = None
        self.assertEqual(self.poll(1.0, process)[0]["memory_percent"], 0.0)
        self.settings = SETTINGS._replace(hide_arguments=True)
        self.assertEqual(self.poll(1.0, process)[0]["cmdline"], "bash")
        self.settings = SETTINGS
        self.assertEqual(self.poll(1.0, process)[0]["cmdline"], "bash -l")


class ProcessCount(unittest.TestCase):
    def test_states(self) -> None:
        found = {pid: made(pid)._replace(state=letter, threads=pid) for pid, letter in enumerate("SSRIDKt", 1)}
        taken = Reading(processes.derive(Sample(found), None, 0.0))
        self.assertEqual(v2.processcount(SETTINGS, taken, Reading(99)), {
            "total": 7, "running": 1, "sleeping": 2, "idle": 1, "disk-sleep": 1, "wake-kill": 1, "tracing-stop": 1,
            "thread": 28, "pid_max": 99})
        empty: Reading[list[processes.Activity]] = Reading([])
        self.assertEqual(v2.processcount(SETTINGS, empty, NOTHING),
                         {"total": 0, "running": 0, "sleeping": 0, "thread": 0, "pid_max": None})


if __name__ == "__main__":
    unittest.main()
