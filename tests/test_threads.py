"""threads: which thread does a piece of work: one that waits, or a new one; how long it waits, and for how many."""
from __future__ import annotations

import _thread
import threading
import time
import unittest
from unittest import mock

from glancesd import threads


class Case(unittest.TestCase):
    """Begins and ends without a thread that waits."""

    seconds = 30.0

    def setUp(self) -> None:
        self.patched("SPARE_SECONDS", self.seconds)
        self.patched("_spares", [])
        self.before = _thread._count()
        self.addCleanup(self.end)

    def patched(self, name: str, value: object) -> None:
        patch = mock.patch.object(threads, name, value)
        patch.start()
        self.addCleanup(patch.stop)

    def end(self) -> None:
        """Have every thread end that was started here."""
        with mock.patch.object(threads, "SPARES", 0):
            while threads._spares:
                self.do(1)
            self.wait_for(lambda: _thread._count() <= self.before)

    def do(self, count: int) -> list[int]:
        """Start so many pieces of work that are under way at once; their threads, once these wait, or end."""
        done: list[int] = []
        together = threading.Barrier(count + 1)

        def work() -> None:
            done.append(threading.get_ident())
            together.wait(30)

        for _ in range(count):
            threads.start(work)
        together.wait(30)
        self.wait_for(lambda: len(threads._spares) >= min(count, threads.SPARES))
        return done

    def wait_for(self, what: object) -> None:
        give_up = time.monotonic() + 30
        while not what():                                                # type: ignore[operator]
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.001)


class Spares(Case):
    def test_the_one_of_before(self) -> None:
        first = self.do(1)
        for _ in range(3):
            self.assertEqual(self.do(1), first)

    def test_at_once_each_has_its_own(self) -> None:
        self.assertEqual(len(set(self.do(5))), 5)
        self.assertEqual(len(threads._spares), threads.SPARES)

    def test_those_that_wait_come_first(self) -> None:
        before = self.do(threads.SPARES)
        self.assertLessEqual(set(before), set(self.do(threads.SPARES + 1)))

    def test_what_is_done_is_let_go(self) -> None:
        class Held:
            def __call__(self) -> None:
                gone.append("called")

            def __del__(self) -> None:
                gone.append("gone")

        gone: list[str] = []
        threads.start(Held())
        self.wait_for(lambda: gone == ["called", "gone"])

    def test_no_thread_to_be_had(self) -> None:
        refused = mock.patch.object(_thread, "start_new_thread", side_effect=RuntimeError("can't start new thread"))
        with refused, self.assertRaises(RuntimeError):
            threads.start(lambda: None)
        self.assertEqual(len(self.do(1)), 1)


class Expiry(Case):
    seconds = 0.5

    def test_nobody_waits_for_ever(self) -> None:
        done: list[int] = []
        threads.start(lambda: done.append(1))
        self.wait_for(lambda: done and _thread._count() <= self.before and not threads._spares)

    def test_work_that_comes_as_the_time_runs_out(self) -> None:
        """Reading off the list, it waits on for what it was taken for."""
        threads.start(lambda: None)
        self.wait_for(lambda: threads._spares)
        with threads._lock:
            spare = threads._spares.pop()
        time.sleep(self.seconds + 0.05)
        done: list[int] = []
        spare.work = lambda: done.append(1)
        spare.wake.release()
        self.wait_for(lambda: done)


if __name__ == "__main__":
    unittest.main()
