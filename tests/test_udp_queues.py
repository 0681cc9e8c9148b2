"""udp_queues: /proc/net/udp and udp6 as kernels print them."""
from __future__ import annotations

import unittest

from glancesd.collectors import udp_queues
from glancesd.collectors.udp_queues import Queues, UdpQueues
from glancesd.parsing import ParseError
from glancesd.roots import NoData
from tests import tables
from tests.fake_host import Tree

HEADER = ("   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref "
          "pointer drops\n")
ROW = "  %d: 00000000:0044 00000000:0000 07 %s 00:00000000 00000000     0        0 11823 2 0000000000000000 0\n"


class Parse(tables.Tables):
    parse = staticmethod(udp_queues.parse)
    VALID = (
        ("empty", "", Queues(0, 0)),
        ("no socket", HEADER, Queues(0, 0)),
        ("sums", HEADER + ROW % (42, "00000010:00000300") + ROW % (43, "00000000:FFFFFFFF"),
         Queues(16, 0x300 + 0xffffffff)),
    )
    LOST = (("no colon", HEADER + ROW % (1, "00000010") + ROW % (2, "00000001:00000002"), Queues(1, 2),
             "net/udp:2: not a socket and its queues"),)
    MALFORMED = (
        ("short", HEADER + "  1: 0:0 0:0 07\n", "net/udp:2: not a socket"),
        ("not a number", HEADER + ROW % (1, "x:0"), "net/udp:2: not a socket"),
        ("more than 64 bits", HEADER + ROW % (1, "0:" + "F" * 30), "net/udp:2: not a socket"),
    )


class Sample(Tree):
    def test_a_long_table_is_added_up_in_pieces(self) -> None:
        """Of 40 MB every socket counts, and none is cut in two."""
        rows = ROW % (1, "00000001:00000002") * 1000
        told: list[ParseError] = []
        self.assertEqual(udp_queues.add_up(iter([HEADER] + [rows] * 300 + ["  9: 0:0 0:0\n"]), "net/udp", told.append),
                         Queues(300000, 600000))
        self.assertEqual([problem.line for problem in told], [300002])

    def test_either_family(self) -> None:
        table = HEADER + ROW % (1, "00000001:00000002")
        for files, expected in (({"proc/net/udp": table}, UdpQueues(Queues(1, 2), None)),
                                ({"proc/net/udp6": table}, UdpQueues(None, Queues(1, 2))),
                                ({"proc/net/udp": table, "proc/net/udp6": HEADER},
                                 UdpQueues(Queues(1, 2), Queues(0, 0)))):
            with self.subTest(expected):
                self.assertEqual(udp_queues.sample(self.host(files)), expected)
        with self.assertRaises(NoData):
            udp_queues.sample(self.host({}))


if __name__ == "__main__":
    unittest.main()
