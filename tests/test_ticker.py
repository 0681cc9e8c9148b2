"""ticker: it calls, it goes on whatever a call meets, it stops at 0, and it knows when it is overdue."""
from __future__ import annotations

import threading
import time
import unittest
from typing import Callable

from glancesd.log import Log
from glancesd.readings import Clock
from glancesd.ticker import MISSED_TICKS, SLACK_SECONDS, Ticker

SOON = 0.001
# Longer than anything here takes; only a failing test waits for so long.
PATIENCE = 30.0


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 1000.0
        self.lines: list[str] = []

    def ticker(self, interval: float, tick: Callable[[], None]) -> Ticker:
        return Ticker(interval, tick, Clock(lambda: self.now), Log(self.lines.append))

    def start(self, interval: float, tick: Callable[[], None]) -> Ticker:
        ticker = self.ticker(interval, tick)
        self.addCleanup(self.ended, ticker)
        ticker.start()
        return ticker

    def ended(self, ticker: Ticker) -> None:
        """End it, and see its thread end."""
        ticker.end()
        give_up = time.monotonic() + PATIENCE
        while any(thread.name == "ticker" for thread in threading.enumerate()):
            self.assertLess(time.monotonic(), give_up, "the thread goes on")
            time.sleep(0.001)


class Ticks(Case):
    def test_again_and_again(self) -> None:
        ticks = threading.Semaphore(0)
        self.start(SOON, lambda: ticks.release())
        for _ in range(3):
            self.assertTrue(ticks.acquire(timeout=PATIENCE))

    def test_whatever_a_tick_meets(self) -> None:
        ticks = threading.Semaphore(0)

        def tick() -> None:
            ticks.release()
            raise OSError(24, "Too many open files")

        self.start(SOON, tick)
        for _ in range(5):
            self.assertTrue(ticks.acquire(timeout=PATIENCE))
        self.assertEqual(self.lines, ["glancesd: ticker: OSError: [Errno 24] Too many open files\n"])

    def test_never_until_told_otherwise(self) -> None:
        ticks: list[float] = []
        ticked = threading.Event()

        def tick() -> None:
            ticks.append(ticker.interval)
            ticker.set_interval(0)
            ticked.set()

        ticker = self.start(0, tick)
        self.assertEqual(ticks, [])
        ticker.set_interval(SOON)
        self.assertTrue(ticked.wait(PATIENCE))
        self.ended(ticker)
        self.assertEqual(ticks, [SOON])

    def test_another_interval_counts_at_once(self) -> None:
        ticked = threading.Event()
        ticker = self.start(3600, ticked.set)
        ticker.set_interval(SOON)
        self.assertTrue(ticked.wait(PATIENCE))

    def test_whoever_sets_it_often_does_not_put_it_off(self) -> None:
        """As reloads do that come closer together than the interval."""
        ticked = threading.Event()
        ticker = self.start(3600, ticked.set)
        for _ in range(11):
            self.now += 360
            ticker.set_interval(3600)
        self.assertTrue(ticked.wait(PATIENCE))

    def test_the_end_does_not_wait_for_a_tick(self) -> None:
        ticks: list[int] = []
        self.ended(self.start(3600, lambda: ticks.append(1)))
        self.assertEqual(ticks, [])

    def test_the_end_before_the_start(self) -> None:
        ticks: list[int] = []
        ticker = self.ticker(SOON, lambda: ticks.append(1))
        ticker.end()
        ticker.start()
        self.ended(ticker)
        self.assertEqual(ticks, [])


class Overdue(Case):
    TABLE = (
        # name, interval, seconds without a tick, stalled
        ("on time", 10.0, 10.0, False),
        ("late", 10.0, MISSED_TICKS * 10.0 + SLACK_SECONDS, False),
        ("too late", 10.0, MISSED_TICKS * 10.0 + SLACK_SECONDS + 0.1, True),
        ("a slow machine with a short interval", 0.1, SLACK_SECONDS, False),
        ("a long interval", 3600.0, 7200.0, False),
        ("turned off", 0.0, 1e6, False),
    )

    def test_table(self) -> None:
        for name, interval, seconds, stalled in self.TABLE:
            with self.subTest(name):
                self.now = 1000.0
                ticker = self.ticker(interval, lambda: None)
                self.now += seconds
                self.assertIs(ticker.stalled(), stalled)

    def test_another_interval_begins_anew(self) -> None:
        ticker = self.ticker(0.0, lambda: None)
        self.now += 1e6
        ticker.set_interval(10)
        self.assertFalse(ticker.stalled())

    def test_a_tick_that_does_not_return(self) -> None:
        ticking, go_on = threading.Event(), threading.Event()
        self.addCleanup(go_on.set)

        def tick() -> None:
            ticking.set()
            go_on.wait(PATIENCE)

        ticker = self.start(SOON, tick)
        self.assertTrue(ticking.wait(PATIENCE))
        self.now += SLACK_SECONDS + 1
        self.assertTrue(ticker.stalled())
        go_on.set()
        give_up = time.monotonic() + PATIENCE
        while ticker.stalled():
            self.assertLess(time.monotonic(), give_up, "it does not recover")
            time.sleep(0.001)


if __name__ == "__main__":
    unittest.main()
