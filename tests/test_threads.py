"""threads: which thread does a piece of work: one that waits, or a new one; how long it waits, and for how many."""
from __future__ import annotations

import _thread
import threading
import time
import unittest
from unittest import mock

from glancesd import threads


class Waiting(unittest.TestCase):
    def wait_for(self, what: object) -> None:
        give_up = time.monotonic() + 30
        while not what():                                                # type: ignore[operator]
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.001)


class Case(Waiting):
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


class Alone(Waiting):
    def setUp(self) -> None:
        for name, value in (("_maker", threads._Maker()), ("SPARE_SECONDS", 0.05)):
            patch = mock.patch.object(threads, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(self.wait_for, lambda: threads._maker._worker is None)

    def test_one_thread_whoever_asks(self) -> None:
        def ask() -> None:
            together.wait(30)
            idents.append(threads.alone(threading.get_ident))

        idents: list[int] = []
        together = threading.Barrier(5)
        askers = [threading.Thread(target=ask) for _ in range(5)]
        with mock.patch.object(threads, "SPARE_SECONDS", 30.0):
            for asker in askers:
                asker.start()
            for asker in askers:
                asker.join(30)
            self.assertEqual((len(idents), len(set(idents))), (5, 1))
            self.assertNotIn(threading.get_ident(), idents)
        with mock.patch.object(threads, "SPARE_SECONDS", 0.0):
            threads.alone(lambda: None)                      # after which it waits no more

    def test_one_after_the_other_without_a_pause(self) -> None:
        def ask() -> None:
            for number in range(1000):
                done.append(threads.alone(lambda: number))                # noqa: B023

        done: list[int] = []
        askers = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(30)
        self.assertEqual(sorted(done), sorted(list(range(1000)) * 4))

    def test_what_it_raises(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            threads.alone(lambda: 1 // 0)
        self.assertEqual(threads.alone(lambda: 7), 7)

    def test_work_that_has_other_work_done(self) -> None:
        self.assertEqual(threads.alone(lambda: threads.alone(threading.get_ident)), threads.alone(threading.get_ident))

    def test_no_thread_to_be_had(self) -> None:
        with mock.patch.object(_thread, "start_new_thread", side_effect=RuntimeError("can't start new thread")):
            self.assertEqual(threads.alone(threading.get_ident), threading.get_ident())
        self.assertNotEqual(threads.alone(threading.get_ident), threading.get_ident())

    def test_again_after_it_has_ended(self) -> None:
        for number in range(3):
            self.assertEqual(threads.alone(lambda: number), number)       # noqa: B023
            self.wait_for(lambda: threads._maker._worker is None)


class Beside(unittest.TestCase):
    def test_a_call_at_a_time(self) -> None:
        done, release = threading.Event(), threading.Event()
        aside = threads.Aside(done.set)
        self.assertEqual((aside.busy, aside.result()), (False, None))
        aside.start(lambda: release.wait(30))
        self.assertEqual((aside.busy, aside.result()), (True, None))
        release.set()
        self.assertTrue(done.wait(30))
        self.assertEqual((aside.busy, aside.result(), aside.busy, aside.result()), (True, True, False, None))

    def test_without_a_thread_it_is_made_here(self) -> None:
        done: list[int] = []
        aside = threads.Aside(lambda: done.append(1))
        with mock.patch.object(threads, "start", side_effect=RuntimeError("can't start new thread")):
            aside.start(lambda: 5)
        self.assertEqual((done, aside.result(), aside.busy), ([1], 5, False))


if __name__ == "__main__":
    unittest.main()
