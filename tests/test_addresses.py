"""addresses: the route table in both byte orders, the trie of addresses, and which of them is ours on the way out."""
from __future__ import annotations

import os
import sys
import tracemalloc
import unittest
from typing import Callable, Iterator, Optional
from unittest import mock

from glancesd import roots
from glancesd.collectors import addresses
from glancesd.collectors.addresses import Entry, Route, Sampler
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots
from tests.fake_host import Tree

HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT       \n"
LITTLE = (HEADER + "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0          \n"
          "eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0          \n")
BIG = (HEADER + "eth0\t00000000\tC0000201\t0003\t0\t0\t100\t00000000\t0\t0\t0          \n"
       "eth0\tC0000200\t00000000\t0001\t0\t0\t100\tFFFFFF00\t0\t0\t0          \n")
TRIE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.0
           /24 link UNICAST
        |-- 192.0.2.2
           /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
Local:
  +-- 127.0.0.0/8 2 0 2
     |-- 127.0.0.0
        /8 host LOCAL
     |-- 127.0.0.1
        /32 host LOCAL
  |-- 192.0.2.2
     /32 host LOCAL
"""


def number(dotted: str) -> int:
    return int.from_bytes(bytes(map(int, dotted.split("."))), "big")


def entry(interface: str, destination: str, gateway: Optional[str] = None, metric: int = 0) -> Entry:
    address, _, length = destination.partition("/")
    mask = 0xFFFFFFFF << (32 - int(length)) & 0xFFFFFFFF
    return Entry(interface, number(address), mask, number(gateway) if gateway else None, metric)


class ParseRoutes(unittest.TestCase):
    EXPECTED = [entry("eth0", "0.0.0.0/0", "192.0.2.1", 100), entry("eth0", "192.0.2.0/24", None, 100)]
    MALFORMED = (
        ("short", "eth0\t00000000\t010200C0\t0003\n"),
        ("no columns", "eth0\n"),
        ("not hexadecimal", "eth0\t0000000x\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"),
        ("too few digits", "eth0\t000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"),
        ("flags", "eth0\t00000000\t010200C0\tup\t0\t0\t100\t00000000\t0\t0\t0\n"),
        ("metric", "eth0\t00000000\t010200C0\t0003\t0\t0\tx\t00000000\t0\t0\t0\n"),
    )

    def test_empty(self) -> None:
        self.assertEqual(addresses.parse_routes(""), [])
        self.assertEqual(addresses.parse_routes(HEADER), [])

    def test_either_byte_order_on_either_machine(self) -> None:
        for order in ("little", "big"):
            for text in (LITTLE, BIG):
                with self.subTest(order, text=text), mock.patch.object(sys, "byteorder", order):
                    self.assertEqual(addresses.parse_routes(text), self.EXPECTED)

    def test_this_machines_byte_order_where_masks_do_not_tell(self) -> None:
        text = HEADER + "ppp0\t0000000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"
        for order, destination in (("little", "10.0.0.0/32"), ("big", "0.0.0.10/32")):
            with self.subTest(order), mock.patch.object(sys, "byteorder", order):
                self.assertEqual(addresses.parse_routes(text), [entry("ppp0", destination)])

    def test_routes_that_are_down_or_reject(self) -> None:
        text = (HEADER + "eth0\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n"
                "*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n")
        self.assertEqual(addresses.parse_routes(text), [])

    def test_malformed(self) -> None:
        for name, row in self.MALFORMED:
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(addresses.parse_routes(LITTLE + row, report=told.append), self.EXPECTED)
                self.assertEqual([str(problem)[:24] for problem in told], ["net/route:4: not a route"])
                with self.assertRaises(ParseError):
                    addresses.parse_routes(HEADER + row)

    @mock.patch.object(sys, "byteorder", "little")          # as many masks speak for either order
    def test_a_mask_that_is_no_prefix(self) -> None:
        row = "a\t00000000\t00000000\t0001\t0\t0\t0\t%s\t0\t0\t0\n"
        for mask in ("00FF00FF", "FFFFFF00"):               # in no byte order, and in the other one
            told: list[ParseError] = []
            self.assertEqual(addresses.parse_routes(LITTLE + row % mask, report=told.append), self.EXPECTED)
            self.assertEqual(len(told), 1)
        with self.assertRaises(ParseError):
            addresses.parse_routes(HEADER + row % "00FF00FF")

    def test_metrics_are_not_signed(self) -> None:
        text = (HEADER + "a\t00000000\t010200C0\t0003\t0\t0\t-1\t00000000\t0\t0\t0\n"
                "b\t00000000\t010200C0\t0003\t0\t0\t4294967294\t00000000\t0\t0\t0\n")
        self.assertEqual([route.metric for route in addresses.parse_routes(text)], [4294967295, 4294967294])

    def test_line_ends_of_unicode_in_names(self) -> None:
        text = LITTLE.replace("eth0", "e\x1c\x85\u2028")
        self.assertEqual([route.interface for route in addresses.parse_routes(text)], ["e\x1c\x85\u2028"] * 2)


class ParseLocalAddresses(unittest.TestCase):
    def test_valid(self) -> None:
        self.assertEqual(addresses.parse_local_addresses(""), [])
        self.assertEqual(addresses.parse_local_addresses(TRIE), [number("192.0.2.2"), number("127.0.0.1")])

    def test_malformed(self) -> None:
        for leaf in ("192.0.2", "192.0.2.256", "192.0.2.2.2", "x", ""):
            with self.subTest(leaf), self.assertRaises(ParseError) as caught:
                addresses.parse_local_addresses("Local:\n  |-- %s\n     /32 host LOCAL\n" % leaf)
            self.assertEqual(caught.exception.line, 3)

    def test_no_leaf(self) -> None:
        with self.assertRaises(ParseError):
            addresses.parse_local_addresses("Local:\n     /32 host LOCAL\n")


class Find(unittest.TestCase):
    LAN = (entry("eth0", "0.0.0.0/0", "192.0.2.1"), entry("eth0", "192.0.2.0/24"))
    TABLE = (
        # name, routes, our addresses, the route found
        ("one network", LAN, ("127.0.0.1", "192.0.2.2"), Route("eth0", "192.0.2.2", 24, "192.0.2.1")),
        ("no route", (), ("127.0.0.1",), None),
        ("no default route", LAN[1:], ("127.0.0.1", "192.0.2.2"), None),
        ("the lowest metric", (entry("wlan0", "0.0.0.0/0", "10.0.0.1", 600),
                               entry("eth0", "0.0.0.0/0", "192.0.2.1", 100),
                               entry("wlan0", "10.0.0.0/8", None, 600), entry("eth0", "192.0.2.0/24", None, 100)),
         ("10.0.0.7", "192.0.2.2"), Route("eth0", "192.0.2.2", 24, "192.0.2.1")),
        ("the first of equal metric", (entry("a", "0.0.0.0/0", "192.0.2.1"), entry("b", "0.0.0.0/0", "10.0.0.1"),
                                       entry("a", "192.0.2.0/24"), entry("b", "10.0.0.0/8")),
         ("10.0.0.7", "192.0.2.2"), Route("a", "192.0.2.2", 24, "192.0.2.1")),
        ("the network of the gateway", (entry("eth0", "0.0.0.0/0", "192.0.2.1"), entry("eth0", "10.0.0.0/8"),
                                        entry("eth0", "192.0.2.0/24")),
         ("10.0.0.7", "192.0.2.2"), Route("eth0", "192.0.2.2", 24, "192.0.2.1")),
        ("the narrower network of the gateway", (entry("eth0", "0.0.0.0/0", "10.1.0.1"), entry("eth0", "10.0.0.0/8"),
                                                 entry("eth0", "10.1.0.0/16")),
         ("10.0.0.7", "10.1.0.7"), Route("eth0", "10.1.0.7", 16, "10.1.0.1")),
        ("a mask that is no multiple of eight", (entry("eth0", "0.0.0.0/0", "192.0.2.129"),
                                                 entry("eth0", "192.0.2.128/25")),
         ("192.0.2.2", "192.0.2.130"), Route("eth0", "192.0.2.130", 25, "192.0.2.129")),
        ("no gateway: an interface to one peer", (entry("tun0", "0.0.0.0/0"), entry("tun0", "10.8.0.0/24"),
                                                  entry("eth0", "192.0.2.0/24")),
         ("10.8.0.2", "192.0.2.2"), Route("tun0", "10.8.0.2", 24, None)),
        ("a cloud's /32", (entry("eth0", "0.0.0.0/0", "10.128.0.1"), entry("eth0", "10.128.0.1/32"),
                           entry("docker0", "172.17.0.0/16")),
         ("127.0.0.1", "10.128.0.2", "172.17.0.1"), Route("eth0", "10.128.0.2", 32, "10.128.0.1")),
        ("PPP", (entry("ppp0", "0.0.0.0/0"), entry("ppp0", "100.64.0.1/32"), entry("br-lan", "192.168.1.0/24")),
         ("100.66.1.2", "127.0.0.1", "192.168.1.1"), Route("ppp0", "100.66.1.2", 32, None)),
        ("two /32 do not tell", (entry("eth0", "0.0.0.0/0", "10.128.0.1"), entry("eth0", "10.128.0.1/32")),
         ("10.128.0.2", "10.99.0.1"), None),
        ("a route of a gateway connects to nothing", (*LAN, entry("eth0", "198.51.100.0/24", "192.0.2.9")),
         ("198.51.100.1",), Route("eth0", "198.51.100.1", 32, "192.0.2.1")),
        ("no address", LAN, ("127.0.0.1", "127.0.0.53"), None),
    )

    def test_table(self) -> None:
        for name, routes, local, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(addresses.find(list(routes), [number(address) for address in local]), expected)


class Sample(Tree):
    FOUND = Route("eth0", "192.0.2.2", 24, "192.0.2.1")

    def table(self, routes: str, trie: str) -> Roots:
        return self.host({"proc/net/route": routes, "proc/net/fib_trie": trie})

    def test_another_host_is_the_one_of_process_1(self) -> None:
        host = self.host({"proc/net/route": HEADER, "proc/net/fib_trie": TRIE, "proc/1/net/route": LITTLE,
                          "proc/1/net/fib_trie": TRIE})
        self.assertEqual(Sampler()(host), self.FOUND)
        os.remove(os.path.join(host.procfs, "1/net/route"))
        self.assertIsNone(Sampler()(host))

    def test_kernel_without_it(self) -> None:
        sampler = Sampler()
        for _ in range(2):
            with self.assertRaises(NoData):
                sampler(Roots("/nowhere"))
        self.assertEqual(sampler(self.table(LITTLE, TRIE)), self.FOUND)

    def test_without_the_trie_there_is_no_address(self) -> None:
        without = self.host({"proc/net/route": LITTLE})
        refused = self.host({"proc/net/route": LITTLE, "proc/net/fib_trie/is a directory": ""})
        for host in (without, refused):
            self.assertEqual(Sampler()(host), Route("eth0", None, None, "192.0.2.1"))

    def test_the_worst_metric_is_not_taken(self) -> None:
        worst = "bad\t00000000\t090200C0\t0003\t0\t0\t-1\t00000000\t0\t0\t0\n"
        self.assertEqual(Sampler()(self.table(LITTLE + worst, TRIE)), self.FOUND)

    def test_a_malformed_row_keeps_its_number(self) -> None:
        host = self.table(LITTLE + "eth1\t000000B9\t010200C0\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
                          "eth0\tx\t00000000\t0001\n", TRIE)
        told: list[ParseError] = []
        host.report = told.append
        self.assertEqual(Sampler()(host), self.FOUND)
        self.assertEqual([problem.line for problem in told], [5])

    def test_an_address_at_every_place_where_the_trie_is_cut(self) -> None:
        for size in range(1, 120):
            with mock.patch.object(roots, "PIECE_BYTES", size):
                self.assertEqual(Sampler()(self.table(LITTLE, TRIE)), self.FOUND, size)

    def test_the_tables_of_a_bgp_router(self) -> None:
        route = "eth0\t%08X\t010200C0\t0003\t0\t0\t20\t00FFFFFF\t0\t0\t0          \n"
        leaf = "           |-- %d.%d.%d.0\n              /24 universe UNICAST\n"
        count = 20000
        routes = LITTLE + "".join([route % number for number in range(count)])
        leaves = "".join([leaf % (1 + number // 65536, number // 256 % 256, number % 256) for number in range(count)])
        host = self.table(routes, "Main:\n" + leaves + TRIE[TRIE.index("Local:"):])
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.assertEqual(Sampler()(host), self.FOUND)
        self.assertLess(tracemalloc.get_traced_memory()[1], 1 << 20)

    def test_reading_ends_with_the_address(self) -> None:
        leaves = "        |-- 203.0.113.0\n           /24 universe UNICAST\n" * 10000
        host = Pieces(LITTLE, TRIE + leaves)
        self.assertEqual(Sampler()(host), self.FOUND)
        self.assertLess(host.pieces, 6)

    def test_an_address_that_is_listed_twice_is_one(self) -> None:
        routes = (HEADER + "ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n"
                  "ppp0\t017100CB\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n")
        trie = "".join("%s:\n  |-- 203.0.113.77\n     /32 host LOCAL\n" % name for name in ("Main", "Local"))
        for host in (self.table(routes, trie), Pieces(routes, trie + "\n" * 200 + trie)):
            self.assertEqual(Sampler()(host), Route("ppp0", "203.0.113.77", 32, None))

    def test_more_connected_routes_than_anybody_has(self) -> None:
        route = "eth0\t%08X\t00000000\t0001\t0\t0\t20\tFFFFFFFF\t0\t0\t0\n"
        host = Pieces(LITTLE + "".join([route % number for number in range(2 * addresses.MOST_ROWS)]), TRIE)
        self.assertEqual(Sampler()(host), self.FOUND)

    def test_a_long_search_goes_on_in_the_next_sample(self) -> None:
        now = [0.0]
        host = Pieces(LITTLE + "\n" * 400, TRIE, lambda: now.__setitem__(0, now[0] + 0.9))
        sampler = Sampler(lambda: now[0])
        found = [sampler(host) for _ in range(3)]
        self.assertEqual((found[0], found[-1]), (None, self.FOUND))
        self.assertEqual(host.opened, ["1/net/route", "1/net/fib_trie"])
        took = now[0]
        now[0] = 80 * took
        self.assertEqual((sampler(host), len(host.opened)), (self.FOUND, 2))       # kept, because it took long
        now[0] = 102 * took
        sampler(host)
        self.assertEqual(len(host.opened), 3)


class Pieces(Roots):
    """A host whose two tables come in pieces of 200 bytes, each of which takes its time."""

    def __init__(self, routes: str, trie: str, takes: Callable[[], object] = int) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.texts = {"route": routes, "fib_trie": trie}
        self.takes = takes
        self.pieces = 0
        self.opened: list[str] = []

    def _pieces(self, path: str) -> Iterator[bytes]:
        self.opened.append(path[len("/nowhere/"):])
        text = self.texts[path.rpartition("/")[2]].encode()
        for at in range(0, len(text), 200):
            self.takes()
            self.pieces += 1
            yield text[at:at + 200]


if __name__ == "__main__":
    unittest.main()
