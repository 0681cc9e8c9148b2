"""sockstat: /proc/net/sockstat and sockstat6 as kernels print them."""
from __future__ import annotations

import unittest

from glancesd.collectors import sockstat
from glancesd.collectors.sockstat import Sockets
from tests import tables
from tests.fake_host import Tree


class Parse(tables.Tables):
    parse = staticmethod(sockstat.parse)
    VALID = (
        ("empty", "", {}),
        ("newest", "sockets: used 104\nTCP: inuse 5 orphan 0 tw 1 alloc 7 mem 1\nFRAG: inuse 0 memory 0\n",
         {"sockets": {"used": 104}, "TCP": {"inuse": 5, "orphan": 0, "tw": 1, "alloc": 7, "mem": 1},
          "FRAG": {"inuse": 0, "memory": 0}}),
        ("2.4", "sockets: used 20\nRAW: inuse 0\n", {"sockets": {"used": 20}, "RAW": {"inuse": 0}}),
    )
    LOST = (
        ("a name without its number", "TCP: inuse 5 orphan\nUDP: inuse 2\n", {"UDP": {"inuse": 2}},
         "net/sockstat:1: not a protocol and its counts"),
    )
    MALFORMED = (
        ("no colon", "TCP inuse 5\n", "net/sockstat:1: not a protocol"),
        ("not a number", "TCP: inuse x\n", "net/sockstat:1: not a protocol"),
        ("more than 64 bits", "TCP: inuse %s\n" % ("9" * 30), "net/sockstat:1: not a protocol"),
        ("no protocol", ": inuse 1\n", "net/sockstat:1: not a protocol"),
    )


class Sample(Tree):
    def test_either_file(self) -> None:
        for files, expected in (
                ({"proc/net/sockstat": "UDP: inuse 2 mem 3\n"}, {"UDP": {"inuse": 2, "mem": 3}}),
                ({"proc/net/sockstat6": "UDP6: inuse 1\n"}, {"UDP6": {"inuse": 1}}),
                ({"proc/net/sockstat": "UDP: inuse 2\n", "proc/net/sockstat6": "UDP6: inuse 1\n"},
                 {"UDP": {"inuse": 2}, "UDP6": {"inuse": 1}}),
                ({"proc/net/sockstat": "UDP: inuse 2\n", "proc/net/sockstat6": "UDP6: inuse x\n"},
                 {"UDP": {"inuse": 2}})):
            with self.subTest(expected):
                self.assertEqual(sockstat.sample(self.host(files), None), Sockets(expected, None))

    def test_neither(self) -> None:
        self.assertEqual(sockstat.sample(self.host({}), None), Sockets({}, None))


if __name__ == "__main__":
    unittest.main()
