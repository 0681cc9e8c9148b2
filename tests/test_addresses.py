"""addresses: the route table in both byte orders, the trie of addresses, and which of them is ours on the way out."""
from __future__ import annotations

import os
import sys
import tempfile
import unittest
from typing import Optional
from unittest import mock

from glancesd.collectors import addresses
from glancesd.collectors.addresses import Entry, Route
from glancesd.roots import NoData, ParseError, Roots

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
        ("short", "eth0\t00000000\t010200C0\t0003\n", "net/route:2: not a route"),
        ("an empty row", "\n", "net/route:2: not a route"),
        ("not hexadecimal", "eth0\t0000000x\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n",
         "net/route:2: not a route"),
        ("too few digits", "eth0\t000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", "net/route:2: not a route"),
        ("flags", "eth0\t00000000\t010200C0\tup\t0\t0\t100\t00000000\t0\t0\t0\n", "net/route:2: not a route"),
        ("metric", "eth0\t00000000\t010200C0\t0003\t0\t0\tx\t00000000\t0\t0\t0\n", "net/route:2: not a route"),
        ("no byte order", "a\t00000000\t00000000\t0001\t0\t0\t0\t00FF00FF\t0\t0\t0\n", "net/route:1: masks"),
        ("two byte orders", "a\t00000000\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
         "a\t00000000\t00000000\t0001\t0\t0\t0\tFFFFFF00\t0\t0\t0\n", "net/route:1: masks"),
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
        for name, rows, message in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                addresses.parse_routes(HEADER + rows)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)


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


class Sample(unittest.TestCase):
    def test_another_host_is_the_one_of_process_1(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            for directory, routes in (("net", HEADER), ("1/net", LITTLE)):
                os.makedirs(os.path.join(top, directory))
                for name, text in (("route", routes), ("fib_trie", TRIE)):
                    with open(os.path.join(top, directory, name), "w") as file:
                        file.write(text)
            self.assertEqual(addresses.sample(Roots(top)), Route("eth0", "192.0.2.2", 24, "192.0.2.1"))
            os.remove(os.path.join(top, "1/net/route"))
            self.assertIsNone(addresses.sample(Roots(top)))

    def test_kernel_without_it(self) -> None:
        with self.assertRaises(NoData):
            addresses.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
