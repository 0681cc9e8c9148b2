"""schedstat: /proc/schedstat as kernels print it."""
from __future__ import annotations

import unittest

from glancesd.collectors import schedstat
from glancesd.collectors.schedstat import Schedule
from glancesd.roots import NoData, Roots
from tests import tables


class Parse(tables.Tables):
    parse = staticmethod(schedstat.parse)
    VALID = (
        ("empty", "", {}),
        ("version 15", "version 15\ntimestamp 15819\ncpu0 498494191 0 3533438552 2553969831 3853684107 2465731542 "
         "2045936778163039 343796328169361 4767485306\ndomain0 00000000,00000003 212499247 210112015\n",
         {0: Schedule(2045936778163039, 343796328169361, 4767485306)}),
        ("version 14", "version 14\ntimestamp 1\ncpu0 1 2 3 4 5 6 7 8 9 10 11 12\n", {0: Schedule(10, 11, 12)}),
        ("gaps", "version 17\ncpu0 0 0 0 0 0 0 1 2 3\ncpu4 0 0 0 0 0 0 4 5 6\n",
         {0: Schedule(1, 2, 3), 4: Schedule(4, 5, 6)}),
    )
    LOST = (("short", "cpu0 1 2 3\ncpu1 0 0 0 0 0 0 1 2 3\n", {1: Schedule(1, 2, 3)},
             "schedstat:1: not a CPU and its numbers"),)
    MALFORMED = (
        ("short", "cpu0 1 2\n", "schedstat:1: not a CPU"),
        ("no number", "cpux 0 0 0 0 0 0 1 2 3\n", "schedstat:1: not a CPU"),
        ("no number at all", "cpu\n", "schedstat:1: not a CPU"),
    )

    def test_kernel_without_it(self) -> None:
        with self.assertRaises(NoData):
            schedstat.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
