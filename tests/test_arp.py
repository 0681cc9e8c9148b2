"""arp: /proc/net/arp as kernels print it."""
from __future__ import annotations

import tracemalloc
import unittest

from glancesd.collectors import arp
from glancesd.roots import NoData, Roots
from tests import tables

HEADER = "IP address       HW type     Flags       HW address            Mask     Device\n"
ROW = "192.168.1.%d      0x1         0x2         00:00:5e:00:53:01     *        %s\n"


class Parse(tables.Tables):
    parse = staticmethod(arp.parse)
    VALID = (
        ("empty", "", {}),
        ("nobody", HEADER, {}),
        ("two interfaces", HEADER + ROW % (1, "br-lan") + ROW % (2, "eth0.2") + ROW % (3, "br-lan"),
         {"br-lan": 2, "eth0.2": 1}),
        ("blanks and line ends of Unicode in a name", HEADER + ROW % (1, "a\u2028b") + ROW % (2, "x\x1cy\x85"),
         {"a\u2028b": 1, "x\x1cy\x85": 1}),
        ("incomplete entries count", HEADER + "10.0.0.9  0x1  0x0  00:00:00:00:00:00  *  eth0\n", {"eth0": 1}),
    )
    LOST = (("short", HEADER + "10.0.0.9 0x1\n" + ROW % (1, "eth0"), {"eth0": 1}, "net/arp:2: not a neighbour"),)
    MALFORMED = (("short", HEADER + "10.0.0.9 0x1\n", "net/arp:2: not a neighbour"),)

    def test_an_exchange_s_router(self) -> None:
        """A table of 30 MB is not held: what is kept does not grow with it."""
        rows = ROW % (1, "eth0") * 1000
        tracemalloc.start()
        try:
            count = arp.count(iter([HEADER] + [rows] * 300 + ["broken\n"]), "net/arp", self.assertIsNotNone)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        self.assertEqual(count, {"eth0": 300000})
        self.assertLess(most, 1 << 20)

    def test_kernel_without_it(self) -> None:
        with self.assertRaises(NoData):
            arp.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
