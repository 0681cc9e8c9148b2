"""network: /proc/net/dev as kernels print it, and what two samples say."""
from __future__ import annotations

import unittest
from typing import Any, Optional

from glancesd.collectors import network
from glancesd.collectors.network import Interface
from glancesd.roots import ParseError, Roots

HEADER = ("Inter-|   Receive                                                |  Transmit\n"
          " face |bytes    packets errs drop fifo frame compressed multicast|"
          "bytes    packets errs drop fifo colls carrier compressed\n")


class Parse(unittest.TestCase):
    VALID: tuple[tuple[Any, ...], ...] = (
        ("no interface at all", "", {}),
        ("newest", "  eth0: 9012591 220 0 0 0 0 0 0 12933 144 0 0 0 0 0 0\n", {"eth0": Interface(9012591, 12933)}),
        ("2.6: no space after the colon", "eth0:123 1 0 0 0 0 0 0 456 1 0 0 0 0 0 0\n", {"eth0": Interface(123, 456)}),
        ("an alias holds a colon", "bond0:1: 7 0 0 0 0 0 0 0 8 0 0 0 0 0 0 0\n", {"bond0:1": Interface(7, 8)}),
        ("order kept", "    lo: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n  br-lan: 2 0 0 0 0 0 0 0 3 0 0 0 0 0 0 0\n",
         {"lo": Interface(1, 1), "br-lan": Interface(2, 3)}),
    )
    MALFORMED = (
        ("short row", "  eth0: 1 2 3\n", "net/dev:3: "),
        ("no colon", "  eth0 1 2 3 4 5 6 7 8 9\n", "net/dev:3: "),
        ("no name", ": 1 2 3 4 5 6 7 8 9\n", "net/dev:3: "),
        ("not a number", "    lo: 1 0 0 0 0 0 0 0 1 0\n  eth0: x 2 3 4 5 6 7 8 9\n", "net/dev:4: a counter"),
    )

    def test_valid(self) -> None:
        for name, rows, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(network.parse(HEADER + rows), expected)
                self.assertEqual(list(network.parse(HEADER + rows)), list(expected))

    def test_empty_file(self) -> None:
        self.assertEqual(network.parse(""), {})

    def test_malformed(self) -> None:
        for name, rows, message in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                network.parse(HEADER + rows)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)


class Host(Roots):
    """Interfaces that have sent nothing, and what /sys/class/net says of them: (flags, speed), None where refused."""

    def __init__(self, **links: tuple[Optional[str], Optional[str]]) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.links = links

    def proc_bytes(self, *names: str) -> bytes:
        return (HEADER + "".join("%s: 0 0 0 0 0 0 0 0 0 0\n" % name for name in self.links)).encode()

    def attribute(self, name: str) -> Optional[str]:
        interface, attribute = name.split("/")[2:]
        return self.links[interface][("flags", "speed").index(attribute)]


class Sample(unittest.TestCase):
    LINKS: tuple[tuple[Any, ...], ...] = (
        # name, flags, speed, is_up, speed_mbit_per_second
        ("up", "0x1003", "1000", True, 1000),
        ("down: the driver refuses", "0x1002", None, False, None),
        ("unknown", "0x1003", "-1", True, None),
        ("none", "0x9", "0", True, None),
        ("no sysfs", None, None, None, None),
        ("nonsense", "up", "fast", None, None),
        ("empty", "", "", None, None),
    )

    def test_links(self) -> None:
        for name, flags, speed, is_up, mbit in self.LINKS:
            with self.subTest(name):
                self.assertEqual(network.sample(Host(eth0=(flags, speed))), {"eth0": Interface(0, 0, is_up, mbit)})


class Derive(unittest.TestCase):
    TABLE: tuple[tuple[Any, ...], ...] = (
        # name, before, now, elapsed, rx, tx
        ("two recorded samples", Interface(1000, 500), Interface(4000, 600), 2.0, 3000, 100),
        ("new interface", None, Interface(10 ** 12, 10 ** 12), 1.0, 0, 0),
        ("reset", Interface(5000, 5000), Interface(10, 6000), 1.0, 0, 1000),
        ("wrap of 32 bits", Interface(2 ** 32 - 100, 0), Interface(50, 0), 1.0, 150, 0),
        ("wrap beyond what the link carries", Interface(2 ** 32 - 100, 0), Interface(10 ** 6, 0, True, 1), 1.0, 0, 0),
        ("64-bit counter steps back", Interface(2 ** 33, 0), Interface(5, 0), 10.0, 0, 0),
        ("lower half of 32 bits steps back", Interface(2 ** 31 - 1, 0), Interface(5, 0), 10.0, 0, 0),
    )

    def test_table(self) -> None:
        for name, before, now, elapsed, rx, tx in self.TABLE:
            with self.subTest(name):
                traffic = network.derive({"e": now}, {} if before is None else {"e": before}, elapsed)["e"]
                self.assertEqual((traffic.rx_bytes, traffic.tx_bytes), (rx, tx))
                self.assertEqual((traffic.rx_bytes_per_second, traffic.tx_bytes_per_second),
                                 (rx / elapsed, tx / elapsed))
                self.assertEqual(traffic.elapsed_seconds, elapsed)

    def test_vanished_interface_is_not_listed(self) -> None:
        self.assertEqual(network.derive({}, {"e": Interface(1, 1)}, 1.0), {})

    def test_first_sample(self) -> None:
        self.assertEqual(network.derive({"e": Interface(7, 8)}, None, 0.0)["e"].rx_bytes, 0)


if __name__ == "__main__":
    unittest.main()
