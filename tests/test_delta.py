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
        self.assertEqual((delta.increase(10, 3, 7), delta.increase(11, 3, 7)), (7, 0))


class WrappingIncrease(unittest.TestCase):
    TABLE: tuple[tuple[str, Optional[int], Optional[int], float, int], ...] = (
        # what, now, before, most, increase
        ("grows", 10, 4, 6, 6),
        ("leaps", 10, 4, 5, 0),
        ("wraps from the last value", 0, 2 ** 32 - 1, 1, 1),
        ("wraps by the most", 99, 2 ** 32 - 1, 100, 100),
        ("wraps by more", 100, 2 ** 32 - 1, 100, 0),
        ("wraps from the edge of the upper half", 0, 2 ** 31, 2 ** 31, 2 ** 31),
        ("resets from the lower half", 0, 2 ** 31 - 1, 1e12, 0),
        ("a sum of which one part wraps", 2 ** 33 - 2 ** 32 + 7, 2 ** 33, 10, 7),
        ("a sum of which two parts wrap", 2 ** 34 - 2 ** 33 + 7, 2 ** 34, 10, 7),
        ("no time has passed", 0, 2 ** 32 - 1, 0, 0),
        ("new", 7, None, 1e12, 0),
        ("unknown now", None, 7, 1e12, 0),
    )

    def test_table(self) -> None:
        for what, now, before, most, expected in self.TABLE:
            with self.subTest(what):
                self.assertEqual(delta.wrapping_increase(now, before, most), expected)


class Follow(unittest.TestCase):
    """A counter that grows by at most 1000 between two samples."""

    TABLE: tuple[tuple[str, list[int], float, list[tuple[int, int]]], ...] = (
        # what, raw at each sample, most at a wrap, (value, grown) at each
        ("the first sample", [10 ** 12], 0, [(10 ** 12, 0)]),
        ("grows", [5, 8, 8, 1008], 0, [(5, 0), (8, 3), (8, 3), (1008, 1003)]),
        ("leaps", [5, 1006, 1007], 0, [(5, 0), (1006, 0), (1007, 1)]),
        ("leaps and comes back", [5, 10 ** 12, 6, 7], 0, [(5, 0), (10 ** 12, 0), (6, 0), (7, 1)]),
        ("wraps", [2 ** 32 - 100, 50, 60], 1000, [(2 ** 32 - 100, 0), (2 ** 32 + 50, 150), (2 ** 32 + 60, 160)]),
        ("wraps twice", [2 ** 32 - 1, 1, 2 ** 32 - 1, 0], 1000,
         [(2 ** 32 - 1, 0), (2 ** 32 + 1, 2), (2 ** 33 - 1, 2), (2 ** 33, 3)]),
        ("wraps to 0", [2 ** 32 - 7, 0, 3], 1000, [(2 ** 32 - 7, 0), (2 ** 32, 7), (2 ** 32 + 3, 10)]),
        ("wraps by more than the link carries", [2 ** 32 - 100, 1000], 1000, [(2 ** 32 - 100, 0), (1000, 0)]),
        ("64 bits do not wrap there", [2 ** 32 - 100, 50, 60], 0, [(2 ** 32 - 100, 0), (50, 0), (60, 10)]),
        ("no 32-bit counter", [2 ** 32, 50], 1000, [(2 ** 32, 0), (50, 0)]),
        ("a reset of the lower half", [2 ** 31 - 1, 50], 1e12, [(2 ** 31 - 1, 0), (50, 0)]),
        ("a reset after a wrap", [2 ** 32 - 1, 9, 5, 7], 1000, [(2 ** 32 - 1, 0), (2 ** 32 + 9, 10), (5, 10), (7, 12)]),
        ("0 for a moment", [900, 0, 900], 0, [(900, 0), (0, 0), (900, 0)]),
        ("0 for a while, and on", [900, 0, 0, 905], 0, [(900, 0), (0, 0), (0, 0), (905, 5)]),
        ("0 for a moment, after a wrap", [2 ** 32 - 1, 900, 0, 905], 1000,
         [(2 ** 32 - 1, 0), (2 ** 32 + 900, 901), (0, 901), (2 ** 32 + 905, 906)]),
        ("0 for a moment, from what might be near a wrap", [2 ** 32 - 10 ** 6, 0, 2 ** 32 - 10 ** 6 + 1], 1e12,
         [(2 ** 32 - 10 ** 6, 0), (0, 0), (2 ** 32 - 10 ** 6 + 1, 1)]),
        ("a reset to 0, and on from there", [900, 0, 7, 950], 0, [(900, 0), (0, 0), (7, 7), (950, 950)]),
        ("from 0, which it was from the first", [0, 7], 0, [(0, 0), (7, 7)]),
    )

    def test_table(self) -> None:
        for what, raws, most_at_wrap, expected in self.TABLE:
            with self.subTest(what):
                counter = delta.Counter(raws[0])
                found = [(counter.value, counter.grown)]
                for raw in raws[1:]:
                    counter = delta.follow(counter, raw, 1000, most_at_wrap)
                    self.assertEqual(counter.raw, raw)
                    found.append((counter.value, counter.grown))
                self.assertEqual(found, expected)


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
