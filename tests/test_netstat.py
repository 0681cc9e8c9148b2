"""netstat: /proc/net/netstat, snmp and snmp6 as kernels print them."""
from __future__ import annotations

import unittest

from glancesd.collectors import netstat
from glancesd.roots import NoData, Roots
from tests import tables
from tests.fake_host import Tree


class Parse(tables.Tables):
    parse = staticmethod(netstat.parse)
    VALID = (
        ("empty", "", {}),
        ("names without a value", "IcmpMsg:\nIcmpMsg:\n", {"IcmpMsg": {}}),
        ("2.6.32", "TcpExt: SyncookiesSent ListenDrops\nTcpExt: 0 3\nIpExt: InNoRoutes InOctets\nIpExt: 0 901\n",
         {"TcpExt": {"SyncookiesSent": 0, "ListenDrops": 3}, "IpExt": {"InNoRoutes": 0, "InOctets": 901}}),
        ("no limit is -1", "Tcp: RtoMax MaxConn CurrEstab\nTcp: 120000 -1 4\n",
         {"Tcp": {"RtoMax": 120000, "MaxConn": -1, "CurrEstab": 4}}),
        ("64 bits", "IpExt: InOctets\nIpExt: 18446744073709551615\n", {"IpExt": {"InOctets": 18446744073709551615}}),
    )
    LOST = (
        ("a value that is no number", "Udp: A\nUdp: x\nTcp: A\nTcp: 1\n", {"Tcp": {"A": 1}},
         "net/netstat:1: not names and as many"),
        ("more than 64 bits", "Udp: A\nUdp: %d\nTcp: A\nTcp: 1\n" % (1 << 64), {"Tcp": {"A": 1}},
         "net/netstat:1: not names and as many"),
        ("names are lost", "Udp: 2\nTcp: A\nTcp: 1\n", {"Tcp": {"A": 1}}, "net/netstat:1: not names and as many"),
        ("values are lost", "Udp: A\nTcp: A\nTcp: 1\n", {"Tcp": {"A": 1}}, "net/netstat:1: not names and as many"),
        ("names twice", "Udp: A\nUdp: A\nUdp: 2\nTcp: A\nTcp: 1\n", {"Udp": {"A": 2}, "Tcp": {"A": 1}},
         "net/netstat:1: not names and as many"),
        ("values twice", "Udp: A\nUdp: 2\nUdp: 2\nTcp: A\nTcp: 1\n", {"Udp": {"A": 2}, "Tcp": {"A": 1}},
         "net/netstat:3: not names and as many"),
        ("two protocols", "Udp: A\nIp: 1\nTcp: A\nTcp: 1\n", {"Tcp": {"A": 1}}, "net/netstat:1: not names and as many"),
        ("more names than values", "Udp: A B\nUdp: 1\nTcp: A\nTcp: 1\n", {"Tcp": {"A": 1}},
         "net/netstat:1: not names and as many"),
        ("cut off", "Tcp: A\nTcp: 1\nUdp: A\n", {"Tcp": {"A": 1}}, "net/netstat:3: not names and as many"),
    )
    MALFORMED = (
        ("more names than values", "Tcp: A B\nTcp: 1\n", "net/netstat:1: not names and as many"),
        ("more values than names", "Tcp: A\nTcp: 1 2\n", "net/netstat:1: not names and as many"),
        ("two protocols", "Udp: A\nTcp: 1\n", "net/netstat:1: not names and as many"),
        ("no colon", "x\nx\n", "net/netstat:1: not names and as many"),
        ("no protocol", ": A\n: 1\n", "net/netstat:1: not names and as many"),
        ("not a number", "Tcp: A\nTcp: x\n", "net/netstat:1: not names and as many"),
        ("names alone", "Tcp: A\n", "net/netstat:1: not names and as many"),
    )


class ParseSnmp6(tables.Tables):
    parse = staticmethod(netstat.parse_snmp6)
    VALID = (
        ("empty", "", {}),
        ("the first 6 ends the protocol", "Ip6InReceives        \t73\nIcmp6OutType136 \t2\nUdpLite6InErrors\t0\n",
         {"Ip6": {"InReceives": 73}, "Icmp6": {"OutType136": 2}, "UdpLite6": {"InErrors": 0}}),
    )
    LOST = (
        ("no value at the end", "Ip6InOctets 9\nIp6InReceives\n", {"Ip6": {"InOctets": 9}},
         "net/snmp6:2: not a name"),
        ("more than 64 bits", "Ip6InReceives %d\nIp6InOctets 9\n" % (1 << 64), {"Ip6": {"InOctets": 9}},
         "net/snmp6:1: not a name"),
        ("no value", "Ip6InReceives\nIp6InOctets 9\n", {"Ip6": {"InOctets": 9}}, "net/snmp6:1: not a name"),
    )
    MALFORMED = (("not a number", "Ip6InReceives x\n", "net/snmp6:1: not a name and a number"),)


class Sample(Tree):
    FILES = {"proc/net/netstat": "TcpExt: A\nTcpExt: 1\n", "proc/net/snmp": "Tcp: B\nTcp: 2\n"}

    def test_without_ipv6(self) -> None:
        self.assertEqual(netstat.sample(self.host(self.FILES, live=True)), {"TcpExt": {"A": 1}, "Tcp": {"B": 2}})

    def test_with_ipv6(self) -> None:
        self.assertEqual(netstat.sample(self.host({**self.FILES, "proc/net/snmp6": "Ip6X 3\n"}, live=True))["Ip6"],
                         {"X": 3})

    def test_another_host_is_the_one_of_process_1(self) -> None:
        files = {"proc/1/net/netstat": "TcpExt: A\nTcpExt: 7\n", "proc/1/net/snmp": ""}
        self.assertEqual(netstat.sample(self.host({**self.FILES, **files})), {"TcpExt": {"A": 7}})

    def test_missing(self) -> None:
        for name in self.FILES:
            with self.subTest(name), self.assertRaises(NoData):
                netstat.sample(self.host({other: text for other, text in self.FILES.items() if other != name}))
        with self.assertRaises(NoData):
            netstat.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
