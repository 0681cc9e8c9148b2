"""history: what a ring holds, over its bound, and after its bound changed."""
from __future__ import annotations

import json
import unittest

from glancesd import history
from glancesd.history import RINGS, History


def filled(size: int, count: int) -> History:
    kept = History(size)
    for number in range(count):
        kept.add("cpu", 100.0 + number, [("user", number / 2)])
    return kept


def points(first: int, last: int) -> list[tuple[float, float]]:
    return [(100.0 + number, number / 2) for number in range(first, last)]


class Ring(unittest.TestCase):
    # size, points added, n asked for, numbers of the first and one after the last point expected
    TABLE = (
        (5, 1, 0, 0, 1), (5, 4, 0, 0, 4), (5, 5, 0, 0, 5), (5, 6, 0, 1, 6), (5, 9, 0, 4, 9), (5, 10, 0, 5, 10),
        (5, 11, 0, 6, 11), (5, 11, 1, 10, 11), (5, 11, 2, 9, 11), (5, 11, 5, 6, 11), (5, 11, 6, 6, 11),
        (5, 3, 2, 1, 3), (5, 3, 9, 0, 3), (5, 11, -1, 6, 11),
        (1, 1, 0, 0, 1), (1, 7, 0, 6, 7), (1, 7, 3, 6, 7), (360, 1000, 0, 640, 1000),
    )

    def test_table(self) -> None:
        for size, count, n, first, last in self.TABLE:
            with self.subTest(size=size, count=count, n=n):
                self.assertEqual(filled(size, count).points("cpu", "user", n), points(first, last))

    def test_resize(self) -> None:
        # size, points added before, new size, points added after, numbers of the first and one after the last point
        for size, before, resized, after, first, last in (
                (5, 8, 3, 0, 5, 8), (5, 8, 3, 1, 6, 9), (5, 8, 3, 4, 9, 12), (5, 8, 7, 0, 3, 8), (5, 8, 7, 2, 3, 10),
                (5, 8, 7, 3, 4, 11), (5, 2, 3, 0, 0, 2), (5, 2, 3, 2, 1, 4), (5, 8, 5, 1, 4, 9)):
            with self.subTest(size=size, before=before, resized=resized, after=after):
                kept = filled(size, before)
                kept.resize(resized)
                for number in range(before, before + after):
                    kept.add("cpu", 100.0 + number, [("user", number / 2)])
                self.assertEqual(kept.points("cpu", "user"), points(first, last))

    def test_off(self) -> None:
        kept = filled(0, 3)
        self.assertEqual((kept.items("cpu"), kept.points("cpu", "user")), ([], []))
        kept = filled(5, 3)
        kept.resize(0)
        kept.add("cpu", 200.0, [("user", 1.0)])
        self.assertEqual((kept.items("cpu"), kept.points("cpu", "user")), ([], []))
        kept.resize(2)
        kept.add("cpu", 201.0, [("user", 1.0)])
        self.assertEqual(kept.points("cpu", "user"), [(201.0, 1.0)])

    def test_numbers_come_back_as_given(self) -> None:
        for name, values, expected in (("whole numbers", [1200, 0, 2 ** 53], "[1200, 0, 9007199254740992]"),
                                       ("fractions", [45.9, 46.0], "[45.9, 46.0]"),
                                       ("once a fraction", [45, 45.5, 46], "[45.0, 45.5, 46.0]")):
            with self.subTest(name):
                kept = History()
                for number, value in enumerate(values):
                    kept.add("sensors", float(number), [("fan1", value)])
                self.assertEqual(json.dumps([value for _, value in kept.points("sensors", "fan1")]), expected)

    def test_what_is_no_number_is_left_out(self) -> None:
        kept = History()
        for value in (None, float("nan"), float("inf"), float("-inf"), "SLP"):
            kept.add("cpu", 1.0, [("user", value)])
        self.assertEqual(kept.items("cpu"), [])

    def test_one_point_an_instant(self) -> None:
        for count in (3, 5, 7):
            with self.subTest(count):
                kept = filled(5, count)
                kept.add("cpu", 99.0 + count, [("user", 99.0)])
                self.assertEqual(kept.points("cpu", "user"), points(max(0, count - 5), count))

    def test_a_clock_that_steps_back_keeps_the_order_of_events(self) -> None:
        kept = History(3)
        for at in (50.0, 60.0, 10.0, 20.0):
            kept.add("mem", at, [("percent", at)])
        self.assertEqual(kept.points("mem", "percent"), [(60.0, 60.0), (10.0, 10.0), (20.0, 20.0)])


class Items(unittest.TestCase):
    def test_order_of_first_sight_and_no_other_plugin(self) -> None:
        kept = History()
        for round_ in range(3):
            for item in ("lo_rx", "eth0_rx") if round_ else ("eth0_rx", "lo_rx"):
                kept.add("network", float(round_), [(item, 1.0)])
            kept.add("fs", float(round_), [("/_percent", 50.0)])
        self.assertEqual(kept.items("network"), ["eth0_rx", "lo_rx"])
        self.assertEqual(kept.items("fs"), ["/_percent"])
        self.assertEqual(kept.items("load"), [])
        self.assertEqual(kept.points("network", "/_percent"), [])

    def test_bound_the_one_filled_longest_ago_goes(self) -> None:
        kept = History(2)
        for number in range(RINGS):
            kept.add("network", 1000.0 + number, [("veth%d_rx" % number, 1.0)])
        kept.add("network", 5000.0, [("veth0_rx", 2.0)])              # the oldest ring, but not the oldest point
        kept.add("network", 5000.0, [("new_rx", 3.0)])
        items = kept.items("network")
        self.assertEqual(len(items), RINGS)
        self.assertEqual((items[0], items[1], items[-1]), ("veth0_rx", "veth2_rx", "new_rx"))
        self.assertEqual(kept.points("network", "veth1_rx"), [])

    def test_bound_live_items_are_not_pushed_out_by_each_other(self) -> None:
        kept = History(5)
        for round_ in range(4):
            for number in range(RINGS + 100):
                kept.add("network", 1000.0 + 10 * round_, [("veth%d_rx" % number, 1.0)])
        self.assertEqual(len(kept.items("network")), RINGS)
        self.assertEqual(len(kept.points("network", "veth0_rx")), 4)
        self.assertEqual(kept.points("network", "veth%d_rx" % RINGS), [])

    def test_bound_after_the_clock_stepped_back(self) -> None:
        kept = History(2)
        for number in range(RINGS):
            kept.add("network", 1e9, [("veth%d_rx" % number, 1.0)])
        kept.add("network", 1e9 - 2 * history.LIVE_SECONDS, [("new_rx", 1.0)])
        self.assertEqual(kept.items("network")[-1], "new_rx")


if __name__ == "__main__":
    unittest.main()
