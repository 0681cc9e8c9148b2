"""tasks: the order of things with made-up work and an injected clock, and real small work on a real thread."""
from __future__ import annotations

import itertools
import os
import threading
import time
import unittest
from typing import Optional

from glancesd.roots import Roots
from glancesd.settings.lists import Containers
from glancesd.tasks import LOOK_SECONDS, Tasks, jobs
from tests.task_bench import PROCESSES, Bench, Place, folder, item, settings_of


class Failed(unittest.TestCase):
    def test_the_log_is_told_why(self) -> None:
        class Bad(jobs.Job):
            failed = kept = "?"

            def work(self) -> str:
                raise FileNotFoundError(2, "No such file or directory", "nvidia-smi")

            def keep(self, outcome: str) -> None:
                self.kept = outcome

            def again(self, began: float, ended: float) -> float:
                return ended + 1

        told: list[str] = []
        schedule = jobs.Schedule(lambda: 0.0, lambda work: work(), told.append)
        schedule.set([Bad()])
        schedule.tick()
        self.assertEqual(told, ["Bad: FileNotFoundError: [Errno 2] No such file or directory: 'nvidia-smi'"])


class Order(unittest.TestCase):
    def test_nothing_to_do(self) -> None:
        bench = Bench()
        bench.tick()
        self.assertEqual((bench.threads, bench.results(), bench.sizes()), ([], [], []))

    def test_two_at_once_and_the_longest_due_first(self) -> None:
        bench = Bench([item("sshd", "one"), item("sshd", "two")], [folder("/a"), folder("/b")])
        bench.tick()
        bench.tick()
        self.assertEqual(len(bench.threads), jobs.WORKERS)
        self.assertEqual(bench.work(), [["one"], "/a", "/b", ["two"]])

    def test_what_becomes_due_meanwhile_is_done_too(self) -> None:
        bench = Bench([item("sshd", "one")], [folder("/a"), folder("/b")])

        def slow() -> int:
            bench.now += 10
            bench.tasks.tick(lambda: PROCESSES)
            return 7

        bench.size = slow
        bench.tick()
        self.assertEqual(bench.work(), [["one"], "/b", ["one"], "/a", ["one"]])
        self.assertEqual(bench.threads, [])

    def test_two_that_always_hang_starve_nobody(self) -> None:
        bench = Bench([item("sshd", "hangs"), item("sshd", "hangs too"), item("sshd", "good")], [folder("/a")])

        def hangs() -> tuple[Optional[int], str]:
            if bench.done[-1] == ["good"]:
                return 0, "out"
            bench.now += 5
            bench.tasks.tick(lambda: PROCESSES)
            return None, ""

        bench.answer = hangs
        done = []
        for _ in range(30):
            bench.tick()
            done += bench.work()
            bench.now += 10
        self.assertGreaterEqual(done.count(["good"]), 20)
        self.assertGreaterEqual(done.count("/a"), 5)

    def test_calls_that_do_not_return(self) -> None:
        dead = ["/dead", "/dead too"]
        bench = Bench([item("sshd", "one")], [folder(path) for path in (*dead, "/b")])
        returns = threading.Event()
        self.addCleanup(returns.set)
        stuck = [threading.Event() for _ in dead]

        def walk() -> int:
            path = bench.done[-1]
            if path in dead:
                stuck[dead.index(path)].set()
                returns.wait(60)
            return 7

        bench.size = walk
        bench.tick()
        held = [threading.Thread(target=work) for work in bench.threads]          # the command, then the two
        bench.threads = []
        for thread, event in zip(held[::-1], stuck):
            thread.start()
            self.assertTrue(event.wait(60))
        bench.now += jobs.STUCK_SECONDS
        bench.tick()
        self.assertEqual((bench.threads, bench.sizes()), ([], [None, None, None]))    # they may yet return
        bench.now += 1
        bench.tick()
        self.assertEqual(bench.work(), ["/b", ["one"]])
        self.assertEqual(bench.sizes(), [-5, -5, 7])
        bench.now += 1000
        bench.tick()
        self.assertEqual(bench.work(), [["one"], "/b"])                           # never a second call into them
        returns.set()
        for thread in held:
            thread.join(60)
            self.assertFalse(thread.is_alive())
        self.assertEqual(bench.sizes(), [7, 7, 7])
        bench.now += 100000
        bench.tick()
        self.assertEqual(sorted(map(str, bench.work())), ["/b", "/dead", "/dead too", "['one']"])

    def test_threads_that_are_held_have_a_bound(self) -> None:
        paths = ["/%d" % number for number in range(jobs.THREADS + 4)]
        bench = Bench([], [folder(path) for path in paths])
        started = 0
        for _ in range(20):
            bench.tick()
            started += len(bench.threads)
            bench.threads = []                                                    # none of them ever ends
            bench.now += jobs.STUCK_SECONDS + 1
        self.assertEqual(started, jobs.THREADS)

    def test_a_late_outcome_counts(self) -> None:
        bench = Bench([], [folder("/dead")])

        def late() -> int:
            bench.now += jobs.STUCK_SECONDS + 1
            bench.tasks.tick(lambda: PROCESSES)
            self.assertEqual(bench.sizes(), [-5])
            return 7

        bench.size = late
        bench.tick()
        bench.work()
        self.assertEqual(bench.sizes(), [7])

    def test_no_thread_to_be_had(self) -> None:
        bench = Bench([], [folder("/a")])
        bench.no_threads = True
        bench.tick()
        bench.no_threads = False
        bench.tick()
        self.assertEqual((bench.work(), bench.sizes()), (["/a"], [7]))

    def test_reload_keeps_what_stays(self) -> None:
        bench = Bench([item("sshd", "one"), item("sshd")], [folder("/a"), folder("/b")])
        bench.tick()
        bench.work()
        monitored = [item("sshd"), item("sshd", "two"), item("sshd", "one")]
        bench.configure(monitored, [folder("/c"), folder("/b")], True)
        self.assertEqual(bench.results(), [(2, "CPU: 3.2% | MEM: 0.8%"), (None, ""), (2, "out\n")])
        self.assertEqual(bench.sizes(), [None, 7])
        bench.tick()
        self.assertEqual(bench.work(), [["two"], "/c"])

    def test_reload_drops_what_was_waiting(self) -> None:
        bench = Bench([item("sshd", "one")], [folder("/a"), folder("/b")])
        bench.tick()
        bench.configure([], [], True)
        self.assertEqual(bench.work(), [["one"], "/a"])

    def test_two_items_alike(self) -> None:
        bench = Bench([item("sshd", "one"), item("sshd", "one")])
        bench.tick()
        self.assertEqual(bench.work(), [["one"], ["one"]])
        bench.configure([item("sshd", "one"), item("sshd", "one")], [], True)
        bench.now += 10
        bench.tick()
        self.assertEqual(bench.work(), [["one"], ["one"]])

    def test_shutdown(self) -> None:
        bench = Bench([item("sshd", "one")], [folder("/a"), folder("/b")])
        bench.tick()
        bench.tasks.shutdown(0.0)
        self.assertEqual(bench.work(), [["one"], "/a"])                           # both see that it is over
        bench.now += 100
        bench.tick()
        self.assertEqual(bench.threads, [])

class Disabled(Place):
    def test_nothing_is_run_or_walked_for_a_plugin_that_is_disabled(self) -> None:
        for disabled, expected in (((), (1, 1)), (("monitor",), (0, 1)), (("folders",), (1, 0))):
            with self.subTest(disabled):
                tasks = Tasks(Roots(rootfs=self.top), start=lambda work: None)
                tasks.configure(settings_of([item("sshd", "echo")], [folder(self.top)],
                                            disable_plugin=("containers", *disabled)))
                self.assertEqual((len(tasks.monitored()), len(tasks.folders())), expected)


class Engines(Place):
    """Which engines there are to be asked: those whose socket is there, as long as the settings want them."""

    now = 100.0

    def names(self, tasks: Tasks) -> list[str]:
        self.now += LOOK_SECONDS
        tasks.tick(lambda: None)
        return [listing.engine for listing in tasks.engines()]

    def test_as_their_sockets_appear(self) -> None:
        started: list[object] = []
        tasks = Tasks(Roots(rootfs=self.top), clock=lambda: self.now, start=started.append)
        wanted = settings_of(disable_plugin=())
        tasks.configure(wanted)
        self.assertEqual(self.names(tasks), [])
        self.file("var", "run", "docker.sock")
        tasks.tick(lambda: None)                                                  # of another source, at that moment
        self.assertEqual(tasks.engines(), [])
        self.assertEqual(self.names(tasks), ["docker"])
        self.file("run", "podman", "podman.sock")
        self.assertEqual(self.names(tasks), ["docker", "podman"])
        known = list(tasks._engines)
        tasks.configure(wanted)                                                   # what they said outlasts a reload
        self.assertEqual(tasks._engines, known)
        tasks.configure(wanted._replace(containers=Containers(stopped_too=True)))
        self.assertEqual(tasks.engines(), [])
        self.assertEqual(self.names(tasks), ["docker", "podman"])
        tasks.configure(settings_of())
        self.assertEqual(self.names(tasks), [])

    def test_two_who_look_at_once_find_one(self) -> None:
        class Looking(Roots):
            """While one looks another does, and is done before."""

            again = True

            def root_has(self, name: str) -> bool:
                if self.again:
                    self.again = False
                    tasks.tick(lambda: None)
                return super().root_has(name)

        self.file("run", "docker.sock")
        tasks = Tasks(Looking(rootfs=self.top), clock=itertools.count(100.0, LOOK_SECONDS).__next__,
                      start=lambda work: None)
        tasks.configure(settings_of(disable_plugin=()))
        self.assertEqual(self.names(tasks), ["docker"])

    def test_a_socket_of_the_settings(self) -> None:
        tasks = Tasks(Roots(rootfs=self.top), start=lambda work: None)
        tasks.configure(settings_of(disable_plugin=(),
                                    containers=Containers(podman_socket="/run/user/1000/podman.sock")))
        self.file("run", "user", "1000", "podman.sock")
        self.assertEqual(self.names(tasks), ["podman"])
        self.assertEqual(tasks._engines[0].sockets[0], "/run/user/1000/podman.sock")


class Real(Place):
    """With a real thread."""

    def test_command_and_folder(self) -> None:
        self.file("a", size=12)
        real = Tasks(Roots())
        real.configure(settings_of([item("sshd", "/bin/echo 'hello world'")], [folder(self.top)]))
        self.addCleanup(real.shutdown)
        real.tick(lambda: PROCESSES)
        until = time.monotonic() + 60
        while real.folders()[0].size is None or not real.monitored()[0].result:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.005)
        self.assertEqual((real.monitored()[0].result, real.folders()[0].size), ("hello world\n", 12))

    def test_shutdown_kills_the_command(self) -> None:
        pid_file = self.path("pid")
        script = "echo $$ >$0.new; mv $0.new $0; exec sleep 600"
        real = Tasks(Roots())
        real.configure(settings_of([item("sshd", "sh -c '%s' %s" % (script, pid_file))]))
        self.addCleanup(real.shutdown)
        real.tick(lambda: PROCESSES)
        until = time.monotonic() + 60
        while not os.path.exists(pid_file):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.005)
        real.shutdown(60.0)
        with open(pid_file) as file:
            self.assertFalse(os.path.exists("/proc/" + file.read().strip()))


if __name__ == "__main__":
    unittest.main()
