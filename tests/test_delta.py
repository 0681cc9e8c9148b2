"""delta: increases, rates, percentages and windows, to the digit."""
from __future__ import annotations

import unittest
from typing import Optional

from glancesd import delta


class Increase(unittest.TestCase):
    def test_table(self) -> None:
        table = ((5, 3, 2), (3, 3, 0), (3, 5, 0), (None, 3, 0), (3, None, 0), (2 ** 64 - 1, 0, 2 ** 64 - 1))
        for now, before, expected in table:
            with self.subTest(now=now, before=before):
                self.assertEqual(delta.increase(now, before), expected)


class WrappingIncrease(unittest.TestCase):
    TABLE: tuple[tuple[str, Optional[int], Optional[int], float, float, int], ...] = (
        # what, now, before, elapsed, ceiling per second, increase
        ("grows", 10, 4, 1.0, 1.0, 6),
        ("wraps from the last value", 0, 2 ** 32 - 1, 1.0, 1.0, 1),
        ("wraps just within the ceiling", 99, 2 ** 32 - 1, 10.0, 10.0, 100),
        ("wraps just beyond the ceiling", 100, 2 ** 32 - 1, 10.0, 10.0, 0),
        ("wraps from the edge of the upper half", 0, 2 ** 31, 1.0, 2.0 ** 31, 2 ** 31),
        ("resets from the lower half", 0, 2 ** 31 - 1, 1.0, 1e12, 0),
        ("resets from beyond 32 bits", 0, 2 ** 32, 1.0, 1e12, 0),
        ("no time has passed", 0, 2 ** 32 - 1, 0.0, 1e12, 0),
        ("new", 7, None, 1.0, 1e12, 0),
        ("unknown now", None, 7, 1.0, 1e12, 0),
    )

    def test_table(self) -> None:
        for what, now, before, elapsed, ceiling, expected in self.TABLE:
            with self.subTest(what):
                self.assertEqual(delta.wrapping_increase(now, before, elapsed, ceiling), expected)


class RateAndPercent(unittest.TestCase):
    def test_rate(self) -> None:
        self.assertEqual(delta.rate(10, 4.0), 2.5)
        self.assertEqual(delta.rate(10, 0.0), 0.0)

    def test_percent(self) -> None:
        for part, whole, expected in ((1, 3, 33.3), (2, 3, 66.7), (0, 0, 0.0), (5, 0, 0.0), (5, 4, 100.0),
                                      (-1, 4, 0.0)):
            with self.subTest(part=part, whole=whole):
                self.assertEqual(delta.percent(part, whole), expected)


class Tracker(unittest.TestCase):
    def test_windows(self) -> None:
        tracker = delta.Tracker()
        self.assertEqual(tracker.ripe_at, 0.0)
        self.assertEqual(tracker.advance("a", 100.0), delta.Window("a", None, 0.0))
        self.assertEqual(tracker.ripe_at, 100.25)
        self.assertEqual(tracker.window("b", 101.5), delta.Window("b", "a", 1.5))
        self.assertEqual(tracker.advance("c", 102.0), delta.Window("c", "a", 2.0))
        self.assertEqual(tracker.advance("d", 101.0), delta.Window("d", "c", 0.0))


if __name__ == "__main__":
    unittest.main()
