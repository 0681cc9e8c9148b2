"""ip: beside the standard library's ipaddress."""
from __future__ import annotations

import ipaddress
import unittest

from glancesd import ip

ADDRESSES = ("127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "fe80::1", "2001:db8::ffff:1.2.3.4",
             "1:2:3:4:5:6:7:8", "fd00:0000:0000:0000:0000:0000:0000:0001")
NONE = ("", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", " 1.2.3.4", "1.2.3.4 ", "a.b.c.d", "1.2.3.4/8", ":",
        ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "g::", "localhost", "\u0661.2.3.4", "1.2.3.4\0",
        "::\udc80", "%", "%eth0")


class Addresses(unittest.TestCase):
    def test_address(self) -> None:
        for text in ADDRESSES:
            known = ipaddress.ip_address(text)
            self.assertEqual(ip.address(text), (known.max_prefixlen, int(known)), text)

    def test_none(self) -> None:
        for text in NONE:
            self.assertIsNone(ip.address(text), text)

    def test_zone(self) -> None:
        self.assertEqual(ip.address("fe80::1%eth0"), ip.address("fe80::1"))

    def test_of_version_4_on_a_socket_of_version_6(self) -> None:
        self.assertEqual(ip.address("::ffff:10.1.2.3"), ip.address("10.1.2.3"))


class Networks(unittest.TestCase):
    def test_has(self) -> None:
        for text in ("127.0.0.0/8", "10.1.2.3/32", "0.0.0.0/0", "172.16.0.0/12", "::/0", "fe80::/10", "::1/128"):
            for other in (*ADDRESSES, "172.31.255.255", "172.32.0.0", "10.1.2.3", "10.1.2.2", "febf::", "fec0::"):
                found = ip.address(other)
                assert found is not None
                self.assertEqual(ip.network(text).has(found),
                                 ipaddress.ip_address(other) in ipaddress.ip_network(text), (text, other))

    def test_of_version_4_written_as_of_version_6(self) -> None:
        for text, inside, outside in (("::ffff:10.0.0.0/104", "10.1.2.3", "11.0.0.0"),
                                      ("::ffff:10.1.2.3/128", "10.1.2.3", "10.1.2.2"),
                                      ("::ffff:0.0.0.0/96", "192.0.2.1", "::1")):
            with self.subTest(text):
                for other, expected in ((inside, True), (outside, False)):
                    found = ip.address(other)
                    assert found is not None
                    self.assertEqual(ip.network(text).has(found), expected, other)


if __name__ == "__main__":
    unittest.main()
