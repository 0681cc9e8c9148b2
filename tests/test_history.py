"""history: what a ring holds, over its bound, after its bound changed, and how far apart its points stand."""
from __future__ import annotations

import json
import unittest

from glancesd import history
from glancesd.history import RINGS, Figure, History

USER = Figure("", "user")


def filled(size: int, count: int) -> History:
    kept = History(size, 1.0)
    add(kept, 0, count)
    return kept


def add(kept: History, first: int, last: int) -> None:
    for number in range(first, last):
        kept.add("cpu", float(number), 100.0 + number, [(USER, number / 2)])


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
                self.assertEqual(filled(size, count).points("cpu", USER, n), points(first, last))

    def test_another_size(self) -> None:
        # size, points added before, new size, points added after, numbers of the first and one after the last point
        for size, before, resized, after, first, last in (
                (5, 8, 3, 0, 5, 8), (5, 8, 3, 1, 6, 9), (5, 8, 3, 4, 9, 12), (5, 8, 7, 0, 3, 8), (5, 8, 7, 2, 3, 10),
                (5, 8, 7, 3, 4, 11), (5, 2, 3, 0, 0, 2), (5, 2, 3, 2, 1, 4), (5, 8, 5, 1, 4, 9)):
            with self.subTest(size=size, before=before, resized=resized, after=after):
                kept = filled(size, before)
                kept.configure(resized, 1.0)
                add(kept, before, before + after)
                self.assertEqual(kept.points("cpu", USER), points(first, last))

    def test_off(self) -> None:
        kept = filled(0, 3)
        self.assertEqual((kept.figures("cpu"), kept.points("cpu", USER)), ([], []))
        kept = filled(5, 3)
        kept.configure(0, 1.0)
        add(kept, 3, 4)
        self.assertEqual((kept.figures("cpu"), kept.points("cpu", USER)), ([], []))
        kept.configure(2, 1.0)
        add(kept, 4, 5)
        self.assertEqual(kept.points("cpu", USER), points(4, 5))

    def test_numbers_come_back_as_given(self) -> None:
        for name, values, expected in (("whole numbers", [1200, 0, 2 ** 53], "[1200, 0, 9007199254740992]"),
                                       ("fractions", [45.9, 46.0], "[45.9, 46.0]"),
                                       ("once a fraction", [45, 45.5, 46], "[45.0, 45.5, 46.0]")):
            with self.subTest(name):
                kept, fan = History(interval=1.0), Figure("fan1", "value")
                for number, value in enumerate(values):
                    kept.add("sensors", float(number), float(number), [(fan, value)])
                self.assertEqual(json.dumps([value for _, value in kept.points("sensors", fan)]), expected)

    def test_what_is_no_number_is_left_out(self) -> None:
        kept = History()
        for value in (None, float("nan"), float("inf"), float("-inf"), "SLP"):
            kept.add("cpu", 1.0, 1.0, [(USER, value)])
        self.assertEqual(kept.figures("cpu"), [])

    def test_one_point_a_moment(self) -> None:
        for count in (3, 5, 7):
            with self.subTest(count):
                kept = filled(5, count)
                kept.add("cpu", count - 1.0, 99.0 + count, [(USER, 99.0)])
                self.assertEqual(kept.points("cpu", USER), points(max(0, count - 5), count))

    def test_a_wall_clock_that_steps_back_keeps_the_order_of_events(self) -> None:
        kept = History(3, 1.0)
        for at, wall in enumerate((50.0, 60.0, 10.0, 20.0)):
            kept.add("cpu", float(at), wall, [(USER, wall)])
        self.assertEqual(kept.points("cpu", USER), [(60.0, 60.0), (10.0, 10.0), (20.0, 20.0)])


class Pace(unittest.TestCase):
    """Points stand an interval of ten seconds apart; the newest is of the latest moment that anybody added."""

    TABLE: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...] = (
        # name, moments at which somebody adds, moments of the points that are left
        ("one", (3,), (3,)),
        ("two within an interval: both, the newest is of now", (0, 3), (0, 3)),
        ("the newest is replaced", (0, 3, 6, 9), (0, 9)),
        ("the ticker alone", (0, 10, 20, 30), (0, 10, 20, 30)),
        ("a ticker and a page that asks every two seconds", tuple(range(0, 41, 2)), (0, 10, 20, 30, 40)),
        ("somebody between two ticks", (0, 10, 13, 20, 24, 27, 30), (0, 10, 20, 30)),
        ("a gap", (0, 10, 95, 96, 105), (0, 10, 95, 105)),
        ("a clock that wavers", (0, 9.9, 20, 29.8, 40), (0, 9.9, 20, 29.8, 40)),
        ("asked for a little before the tick", (0, 10, 19.6, 20, 30), (0, 10, 19.6, 30)),
    )

    def test_table(self) -> None:
        for name, moments, expected in self.TABLE:
            with self.subTest(name):
                kept = History(360, 10.0)
                for at in moments:
                    kept.add("cpu", at, 1000.0 + at, [(USER, at)])
                self.assertEqual(kept.points("cpu", USER), [(1000.0 + at, at) for at in expected])

    def test_an_hour_stays_an_hour_whoever_asks(self) -> None:
        kept = History(360, 10.0)
        for second in range(0, 7200, 2):
            kept.add("cpu", float(second), float(second), [(USER, 1.0)])
        found = kept.points("cpu", USER)
        self.assertEqual((len(found), found[-1][0] - found[0][0]), (360, 3588.0))

    def test_another_interval(self) -> None:
        kept = History(360, 10.0)
        for at in (0.0, 10.0):
            kept.add("cpu", at, at, [(USER, at)])
        kept.configure(360, 2.0)
        for at in (12.0, 14.0, 15.0, 16.0):
            kept.add("cpu", at, at, [(USER, at)])
        self.assertEqual([at for at, _ in kept.points("cpu", USER)], [0.0, 10.0, 12.0, 14.0, 16.0])


class Figures(unittest.TestCase):
    @staticmethod
    def rx(name: str) -> Figure:
        return Figure(name, "rx_bytes_per_second")

    def test_order_of_first_sight_and_no_other_section(self) -> None:
        kept = History(interval=1.0)
        mount = Figure("/", "used_percent")
        for round_ in range(3):
            for name in ("lo", "eth0") if round_ else ("eth0", "lo"):
                kept.add("network", float(round_), 0.0, [(self.rx(name), 1.0)])
            kept.add("fs", float(round_), 0.0, [(mount, 50.0)])
        self.assertEqual(kept.figures("network"), [self.rx("eth0"), self.rx("lo")])
        self.assertEqual(kept.figures("fs"), [mount])
        self.assertEqual(kept.figures("load"), [])
        self.assertEqual(kept.points("network", mount), [])

    def test_bound_the_one_filled_longest_ago_goes(self) -> None:
        kept = History(2)
        for number in range(RINGS):
            kept.add("network", 1000.0 + number, 0.0, [(self.rx("veth%d" % number), 1.0)])
        kept.add("network", 5000.0, 0.0, [(self.rx("veth0"), 2.0)])     # the oldest ring, but not the oldest point
        kept.add("network", 5000.0, 0.0, [(self.rx("new"), 3.0)])
        found = kept.figures("network")
        self.assertEqual(len(found), RINGS)
        self.assertEqual([found[at].element for at in (0, 1, -1)], ["veth0", "veth2", "new"])
        self.assertEqual(kept.points("network", self.rx("veth1")), [])

    def test_bound_live_figures_do_not_evict_each_other(self) -> None:
        kept = History(5)
        for round_ in range(4):
            for number in range(RINGS + 100):
                kept.add("network", 1000.0 + 10 * round_, 0.0, [(self.rx("veth%d" % number), 1.0)])
        self.assertEqual(len(kept.figures("network")), RINGS)
        self.assertEqual(len(kept.points("network", self.rx("veth0"))), 4)
        self.assertEqual(kept.points("network", self.rx("veth%d" % RINGS)), [])

    def test_bound_of_all_points(self) -> None:
        kept = History(history.POINTS // 8)
        for number in range(10):
            kept.add("network", 1.0, 0.0, [(self.rx("veth%d" % number), 1.0)])
        self.assertEqual(len(kept.figures("network")), 8)

    def test_bound_when_histories_become_longer(self) -> None:
        kept = History(history.POINTS // 8)
        for number in range(8):
            kept.add("network", 1.0 + number, 0.0, [(self.rx("veth%d" % number), 1.0)])
        kept.configure(history.POINTS // 3, 1.0)
        self.assertEqual([figure.element for figure in kept.figures("network")], ["veth5", "veth6", "veth7"])


if __name__ == "__main__":
    unittest.main()
