"""wireless: /proc/net/wireless as drivers fill it."""
from __future__ import annotations

import os
import tempfile
import unittest
from typing import Any

from glancesd.collectors import wireless
from glancesd.collectors.wireless import Station
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots

HEADER = ("Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
          " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n")


class Parse(unittest.TestCase):
    VALID: tuple[tuple[Any, ...], ...] = (
        ("no interface", "", {}),
        ("newest", " wlan0: 0000   54.  -56.  -256        0      0      0      0    107        0\n",
         {"wlan0": Station("wlan0", 54.0, -56.0)}),
        ("without dots", "wlp3s0: 0000   70   -40   -95    0 0 0 0 0 0\n",
         {"wlp3s0": Station("wlp3s0", 70.0, -40.0)}),
        ("a unit of its own is no dBm", "  eth1: 0000   30.   48.    0.    0 0 0 0 0 0\n",
         {"eth1": Station("eth1", 30.0, None)}),
        ("not associated", " wlan0: 0000    0     0     0    0 0 0 0 0 0\n",
         {"wlan0": Station("wlan0", 0.0, None)}),
        ("not measured", " wlan0: 0000    5.  -256  -256    0 0 0 0 0 0\n",
         {"wlan0": Station("wlan0", 5.0, None)}),
        ("no space after the colon", "wlan0:0000 1. -2. -3.\n", {"wlan0": Station("wlan0", 1.0, -2.0)}),
        ("a name with other ends of a line", " a\x1cb\x85c: 0 1 -1 -1\n",
         {"a\x1cb\x85c": Station("a\x1cb\x85c", 1.0, -1.0)}),
        ("a name that begins and ends with such", " \x1ea\x1c: 0 1 -1 -1\n",
         {"\x1ea\x1c": Station("\x1ea\x1c", 1.0, -1.0)}),
        ("order kept", " wlan1: 0 1 -1 -1\n wlan0: 0 2 -2 -2\n",
         {"wlan1": Station("wlan1", 1.0, -1.0), "wlan0": Station("wlan0", 2.0, -2.0)}),
    )
    MALFORMED = (
        ("short", " wlan0: 0000 54.\n"),
        ("no colon", " wlan0 0000 54. -56. -256\n"),
        ("no name", " : 0000 54. -56. -256\n"),
        ("not a number", " wlan1: 0 1 x -1\n"),
        ("more digits than a float has", " wlan0: 0 %s -1 -1\n" % ("9" * 400)),
        ("no JSON number", " wlan0: 0 nan -1 -1\n"),
    )

    def test_valid(self) -> None:
        self.assertEqual(wireless.parse(""), {})
        for name, rows, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(wireless.parse(HEADER + rows), expected)
                self.assertEqual(list(wireless.parse(HEADER + rows)), list(expected))

    def test_malformed(self) -> None:
        for name, row in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                wireless.parse(HEADER + row)
            self.assertTrue(str(caught.exception).startswith("net/wireless:3: not an interface"), caught.exception)
            with self.subTest(name, beside="a good row"):
                reported: list[ParseError] = []
                found = wireless.parse(HEADER + " wlan9: 0 1 -1 -1\n" + row, "f", reported.append)
                self.assertEqual((list(found), [problem.line for problem in reported]), (["wlan9"], [4]))


class Sample(unittest.TestCase):
    def test_another_host_is_the_one_of_process_1(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            for directory, name in (("net", "own0"), ("1/net", "host0")):
                os.makedirs(os.path.join(top, directory))
                with open(os.path.join(top, directory, "wireless"), "w") as file:
                    file.write(HEADER + "%s: 0 1 -1 -1\n" % name)
            self.assertEqual(list(wireless.sample(Roots(top))), ["host0"])
            os.remove(os.path.join(top, "1/net/wireless"))
            self.assertEqual(list(wireless.sample(Roots(top))), ["own0"])

    def test_kernel_without_it(self) -> None:
        with self.assertRaises(NoData):
            wireless.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
