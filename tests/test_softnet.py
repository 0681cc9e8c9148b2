"""softnet: /proc/net/softnet_stat as kernels print it."""
from __future__ import annotations

import unittest

from glancesd.collectors import softnet
from glancesd.collectors.softnet import Softnet
from glancesd.roots import NoData, Roots
from tests import tables


class Parse(tables.Tables):
    parse = staticmethod(softnet.parse)
    VALID = (
        ("empty", "", {}),
        ("2.6.32: nine columns", "00000010 00000001 00000002 0 0 0 0 0 00000003\nffffffff 0 0 0 0 0 0 0 0\n",
         {0: Softnet(16, 1, 2, 3), 1: Softnet(0xffffffff, 0, 0, 0)}),
        ("2.6.35: RPS", "1 2 3 0 0 0 0 0 0 a\n", {0: Softnet(1, 2, 3, 0, 10)}),
        ("3.11: flow limit", "1 2 3 0 0 0 0 0 0 a b\n", {0: Softnet(1, 2, 3, 0, 10, 11)}),
        ("5.14: CPU 1 is offline", "1 2 3 0 0 0 0 0 0 a b c 0\n4 5 6 0 0 0 0 0 0 0 0 0 2\n",
         {0: Softnet(1, 2, 3, 0, 10, 11, 12), 2: Softnet(4, 5, 6, 0, 0, 0, 0)}),
        ("6.x: fifteen columns", "1 2 3 0 0 0 0 0 0 a b c 7 d e\n", {7: Softnet(1, 2, 3, 0, 10, 11, 12)}),
    )
    LOST = (("short: the second row stays that of CPU 1", "1 2 3\n1 2 3 0 0 0 0 0 0\n", {1: Softnet(1, 2, 3, 0)},
             "net/softnet_stat:1: not hexadecimal columns"),)
    MALFORMED = (
        ("short", "1 2 3 4\n", "net/softnet_stat:1: not hexadecimal columns"),
        ("more than 64 bits", "%s 2 3 0 0 0 0 0 0\n" % ("f" * 30), "net/softnet_stat:1: not hexadecimal columns"),
        ("not a number", "x 2 3 0 0 0 0 0 0\n", "net/softnet_stat:1: not hexadecimal columns"),
    )

    def test_kernel_without_it(self) -> None:
        with self.assertRaises(NoData):
            softnet.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
