"""summary: one object of one moment, made once for a sample: the first screen, the busiest, what is not well."""
from __future__ import annotations

import gzip
import os
import random
import shutil
import tempfile
import time
import unittest
from typing import Any, Optional
from unittest import mock

from glancesd.api.dialect import Dialect
from glancesd.api.summary import BUSIEST, COMMAND_CHARACTERS, LARGEST, SHOWN, matter, shortened
from glancesd.collectors.processes import Activity, Process
from glancesd.settings import default_settings
from tests.assembly import HOSTS, fixture, hosts


def activity(pid: int, cpu_percent: float = 0.0, resident_bytes: int = 0) -> Activity:
    return Activity(Process(pid, 1, "p", "p", "root", "S", 0, 1, 5, 0, 0, resident_bytes, 0, None, None),
                    cpu_percent, None, None)


class Matter(unittest.TestCase):
    def pids(self, *found: Activity) -> list[int]:
        return [entry.process.pid for entry in matter(found)]

    def test_few(self) -> None:
        self.assertEqual(self.pids(), [])
        self.assertEqual(self.pids(activity(1), activity(2, 5.0), activity(3, 90.0)), [3, 2, 1])

    def test_of_idle_ones_the_larger(self) -> None:
        self.assertEqual(self.pids(activity(1, 0.0, 10), activity(2, 0.0, 30), activity(3, 1.0, 0)), [3, 2, 1])

    def test_most_cpu_and_most_memory(self) -> None:
        busy = [activity(pid, 100.0 - pid, 4096) for pid in range(1, 61)]
        large = [activity(100 + pid, 0.0, 1000000 + pid) for pid in range(20)]
        self.assertEqual(self.pids(*large, *busy), [*range(1, 1 + BUSIEST), *range(119, 119 - LARGEST, -1)])

    def test_one_that_is_both_is_there_once(self) -> None:
        found = [activity(pid, float(pid), pid) for pid in range(40)]
        self.assertEqual(self.pids(*found), list(range(39, 39 - BUSIEST, -1)))


class Shortened(unittest.TestCase):
    def test_texts(self) -> None:
        for whole in ("", "sleep 9", "x" * COMMAND_CHARACTERS):
            self.assertEqual(shortened(whole), whole)
        self.assertEqual(shortened("x" * 9999), "x" * (COMMAND_CHARACTERS - 1) + "…")

    def test_lists_are_as_long_as_their_text(self) -> None:
        for whole in (None, [], ["sleep", "9"], ["x" * COMMAND_CHARACTERS], ["x" * 100] * 2, ["x"] * 128):
            self.assertEqual(shortened(whole), whole)
        for whole in (["x" * 999], ["x" * 100] * 3, ["x"] * 129, [""] * 999, ["x" * 255, "y"], ["x" * 254, "y", "z"]):
            with self.subTest(whole):
                found = " ".join(shortened(whole))
                self.assertTrue(" ".join(whole).startswith(found[:-1]))
                self.assertEqual(found[-1], "…")
                self.assertIn(len(found), (COMMAND_CHARACTERS - 1, COMMAND_CHARACTERS))


class Answers(unittest.TestCase):
    def summary(self, host: str, **changed: Any) -> Any:
        return fixture(host, **changed).json("/api/2/summary")

    def test_as_in_all(self) -> None:
        for host in hosts():
            with self.subTest(host):
                house = fixture(host)
                found, everything = house.json("/api/2/summary"), house.json("/api/2/all")
                self.assertEqual({name: found[name] for name in SHOWN}, {name: everything[name] for name in SHOWN})
                listed = {entry["pid"]: entry for entry in everything["processlist"]}
                for entry in found["processlist"]:
                    window = listed[entry["pid"]].pop("time_since_update")
                    self.assertIsInstance(window, float)
                    whole = listed[entry["pid"]]
                    self.assertEqual(entry, {**whole, "cmdline": shortened(whole["cmdline"])})
                most = max(listed.values(), key=lambda entry: entry["memory_info"][0])
                self.assertIn(most["pid"], [entry["pid"] for entry in found["processlist"]])
                self.assertLessEqual(len(found["processlist"]), BUSIEST + LARGEST)

    def test_a_few_kilobytes_whatever_runs(self) -> None:
        """Commands of 3 KB, no two alike, as of Java: 8 KiB is what a refresh of the page may cost."""
        draw = random.Random(1)
        with tempfile.TemporaryDirectory() as folder:
            for part in ("proc", "sys", "root"):
                shutil.copytree(os.path.join(HOSTS, "laptop", part), os.path.join(folder, part), symlinks=True)
            for pid in filter(str.isdigit, os.listdir(os.path.join(folder, "proc"))):
                with open(os.path.join(folder, "proc", pid, "cmdline"), "w") as file:
                    file.write("\0".join("--%d=%08x" % (place, draw.getrandbits(32)) for place in range(300)))
            for version in ("2", "3", "4"):
                with self.subTest(version):
                    body = fixture(folder).answer("/api/%s/summary" % version).body
                    self.assertLess(len(gzip.compress(body, 6)), 8 << 10)

    def test_the_moment(self) -> None:
        house = fixture("laptop", cached_time=2.0, interval=20.0)
        with mock.patch.dict("os.environ", TZ="UTC-1"):
            time.tzset()
            found = house.json("/api/2/summary")
        time.tzset()
        self.assertEqual(found["at"], house.time.wall)
        self.assertEqual((found["utc_offset"], found["interval"], found["cached_time"]), (3600, 20.0, 2.0))
        self.assertEqual(found["now"], time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(found["at"] + 3600)))

    def test_the_moment_stands_still_when_sampling_does(self) -> None:
        house = fixture("laptop")
        at = house.json("/api/2/summary")["at"]
        for name, slot in house.readings.slots.items():
            if name != "clock":
                slot.latest = slot.latest.fresh_until(house.time.now + 100)
        house.time.sleep(50)
        self.assertEqual(house.json("/api/2/summary")["at"], at)

    def test_states(self) -> None:
        """As the views say, but for what is well or has no limit."""
        for host in hosts():
            with self.subTest(host):
                house = fixture(host)
                states, views = house.json("/api/2/summary")["states"], house.json("/api/2/all/views")
                for plugin in SHOWN:
                    whole = views[plugin]
                    by_element = {"": whole} if any("decoration" in leaf for leaf in whole.values()) else whole
                    expected = {element: {field: leaf["decoration"].split("_")[0] for field, leaf in leaves.items()
                                          if not leaf["decoration"].startswith(("OK", "DEFAULT"))}
                                for element, leaves in by_element.items()}
                    self.assertEqual(states.get(plugin, {}), {name: bad for name, bad in expected.items() if bad})

    def test_a_state(self) -> None:
        limits = {**default_settings(8).limits, "mem": {"mem_careful": 10.0, "mem_warning": 20.0, "mem_critical": 99.0}}
        self.assertEqual(self.summary("laptop", limits=limits)["states"]["mem"], {"": {"used": "WARNING"}})

    def test_limits_that_fail_cost_their_plugin(self) -> None:
        house = fixture("laptop")
        with mock.patch.object(house.watch, "levels", side_effect=ValueError("lies")):
            self.assertEqual(house.json("/api/2/summary")["states"], {})
        self.assertIn("cpu", house.pages.problems)

    def test_what_is_turned_off_is_empty(self) -> None:
        found = self.summary("laptop", disable_plugin=("processlist", "cpu", "fs", "uptime"))
        self.assertEqual([found[name] for name in ("processlist", "cpu", "fs", "uptime")], [[], {}, [], ""])
        self.assertEqual(set(found["disabled"]), {"processlist", "cpu", "fs", "uptime"})
        self.assertEqual(self.summary("laptop")["disabled"], [])

    def test_arguments_stay_hidden(self) -> None:
        self.assertTrue([entry for entry in self.summary("laptop")["processlist"] if " " in entry["cmdline"]])
        hidden = self.summary("laptop", hide_arguments=True)["processlist"]
        self.assertTrue(any(entry["cmdline"] for entry in hidden))
        for entry in hidden:
            self.assertNotIn(" ", entry["cmdline"])

    def test_made_once_for_a_sample(self) -> None:
        house = fixture("laptop")
        answer = house.answer("/api/2/summary")
        self.assertIs(house.answer("/api/2/summary"), answer)
        house.time.sleep(0.9)
        self.assertIs(house.answer("/api/2/summary"), answer)
        house.time.sleep(0.2)
        self.assertIsNot(house.answer("/api/2/summary"), answer)

    def test_nothing_is_there(self) -> None:
        house = fixture("no such host")
        found = house.json("/api/2/summary")
        self.assertEqual((found["cpu"], found["processlist"], found["states"]), ({}, [], {}))


class States(unittest.TestCase):
    """From figures to a dialect's fields."""

    def states(self, levels: dict[tuple[str, str], str], judged: Optional[dict[str, tuple[str, ...]]] = None) -> Any:
        dialect = Dialect("x", {}, judged={"net": judged or {"in": ("rx", "rate")}})
        return dialect.states("net", levels)

    def test_table(self) -> None:
        for levels, expected in (
                ({}, {}),
                ({("", "in"): "OK"}, {}),
                ({("", "in"): "OK_LOG", ("a", "in"): "DEFAULT"}, {}),
                ({("a", "in"): "CAREFUL"}, {"a": {"rx": "CAREFUL", "rate": "CAREFUL"}}),
                ({("a", "in"): "CRITICAL_LOG", ("b", "in"): "OK"}, {"a": {"rx": "CRITICAL", "rate": "CRITICAL"}}),
                ({("a", "unnamed"): "WARNING"}, {})):
            with self.subTest(levels):
                self.assertEqual(self.states(levels), expected)


if __name__ == "__main__":
    unittest.main()
