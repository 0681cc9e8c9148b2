"""interface_addresses: which interfaces of this machine, and of another's tree, have an IP address."""
from __future__ import annotations

import errno
import socket
import unittest
from typing import Iterator, Optional, Union
from unittest import mock

from glancesd.collectors import interface_addresses, network
from glancesd.roots import NoData, Roots

INET6 = ("fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n"
         "00000000000000000000000000000001 01 80 10 80       lo\n")
ROUTES = ("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
          "wan\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n")
DEV = "\n\n" + "".join("%s: %s\n" % (name, " ".join("0" * 16)) for name in ("lo", "eth0", "wan", "spare"))


class Host(Roots):
    def __init__(self, inet6: str, routes: Union[str, OSError, None], live: bool = False) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.live = live
        self.texts = {"if_inet6": inet6, "dev": DEV}
        self.routes = routes
        self.asked: list[str] = []

    def net(self, name: str, default: Optional[str] = None) -> str:
        self.asked.append(name)
        return self.texts[name]

    def net_pieces(self, name: str) -> Iterator[str]:
        text = self.texts["if_inet6"] if name == "if_inet6" else self.routes
        if text is None:
            raise NoData(name)
        if isinstance(text, OSError):
            raise text
        yield from text.splitlines(True)

    def attribute(self, name: str) -> Optional[str]:
        return None


class Addresses(unittest.TestCase):
    def test_rows(self) -> None:
        for name, text, expected in (
                ("IPv6 is off", "", set()),
                ("two", INET6, {"eth0", "lo"}),
                ("names with blanks of Unicode", INET6.replace("eth0", "x\x1cy\u2028"), {"x\x1cy\u2028", "lo"}),
                ("cut within a row", INET6[:-30], {"eth0"}),
                ("malformed", "no addresses here\n\n", set())):
            with self.subTest(name):
                self.assertEqual(interface_addresses.parse_inet6(text), expected)

    def test_another_host(self) -> None:
        names = ("lo", "eth0", "wan", "spare")
        for name, host, expected in (
                ("addresses of both kinds", Host(INET6, ROUTES), (True, True, True, False)),
                ("without IPv6", Host("", ROUTES), (True, False, True, False)),
                ("no routes are told: not known", Host(INET6, None), (True, True, None, None)),
                ("routes are refused: not known", Host(INET6, PermissionError(errno.EACCES, "")),
                 (True, True, None, None))):
            with self.subTest(name):
                self.assertEqual(interface_addresses.sample(host, names), dict(zip(names, expected)))

    def test_this_machine(self) -> None:
        def ioctl(asked: socket.socket, request: int, name: bytes) -> bytes:
            if name.rstrip(b"\0") == b"wan":
                return name
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        with mock.patch.object(interface_addresses, "ioctl", ioctl):
            found = interface_addresses.sample(Host(INET6, None, live=True), ("eth0", "wan", "spare"))
        self.assertEqual(found, {"eth0": True, "wan": True, "spare": False})

    def test_this_machine_where_no_socket_of_ipv4_may_be_made(self) -> None:
        names = ("eth0", "wan")
        for number, expected in ((errno.EAFNOSUPPORT, {"eth0": True, "wan": None}), (errno.EMFILE, None)):
            with self.subTest(number), mock.patch("socket.socket", side_effect=OSError(number, "")):
                if expected is None:
                    with self.assertRaises(OSError):
                        interface_addresses.sample(Host(INET6, None, live=True), names)
                else:
                    self.assertEqual(interface_addresses.sample(Host(INET6, None, live=True), names), expected)

    def test_loopback_of_this_machine(self) -> None:
        try:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
        except OSError as problem:
            self.skipTest("loopback is down: %s" % problem)
        self.assertTrue(interface_addresses.sample(Roots(), ["lo"])["lo"])

    def test_read_only_where_somebody_asks(self) -> None:
        host = Host(INET6, ROUTES)
        sampler = network.Sampler()
        self.assertEqual({entry.has_address for entry in sampler(host).values()}, {None})
        self.assertEqual(host.asked, ["dev"])
        sampler.addresses = True
        self.assertEqual([name for name, entry in sampler(host).items() if entry.has_address is False], ["spare"])


if __name__ == "__main__":
    unittest.main()
