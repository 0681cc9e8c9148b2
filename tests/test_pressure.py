"""pressure: /proc/pressure as kernels print it."""
from __future__ import annotations

import errno
import unittest
from unittest import mock

from glancesd.collectors import pressure
from glancesd.collectors.pressure import Pressure
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots
from tests import tables
from tests.fake_host import Tree

SOME = "some avg10=0.25 avg60=1.64 avg300=1.55 total=13211557\n"
FULL = "full avg10=0.00 avg60=0.50 avg300=100.00 total=7\n"
STALLS = 13211557, 7


class Parse(tables.Tables):
    parse = staticmethod(pressure.parse)
    VALID = (
        ("empty", "", Pressure(None, None)),
        ("cpu before 5.13", SOME, Pressure(STALLS[0], None)),
        ("memory", SOME + FULL, Pressure(*STALLS)),
        ("irq", FULL, Pressure(None, STALLS[1])),
    )
    LOST = (
        ("no total", "some avg10=0.25 avg60=1.64 avg300=1.55\n" + FULL, Pressure(None, STALLS[1]),
         "pressure/cpu:1: not some or full"),
        ("a row that no kernel has yet", SOME + FULL.replace("full", "most"), Pressure(STALLS[0], None),
         "pressure/cpu:2: not some or full"),
    )
    MALFORMED = (
        ("no equals sign", "some avg10\n", "pressure/cpu:1: not some or full"),
        ("not a number", SOME.replace("13211557", "x"), "pressure/cpu:1: not some or full"),
        ("more than 64 bits", SOME.replace("13211557", "9" * 30), "pressure/cpu:1: not some or full"),
    )


class Sample(Tree):
    def test_those_that_are_there(self) -> None:
        host = self.host({"proc/pressure/cpu": SOME, "proc/pressure/irq": FULL})
        self.assertEqual(pressure.sample(host), {"cpu": Pressure(STALLS[0], None), "irq": Pressure(None, STALLS[1])})

    def test_one_that_is_not_understood_or_refused_costs_itself(self) -> None:
        host = self.host({"proc/pressure/cpu": SOME, "proc/pressure/io": "x\n", "proc/pressure/memory/directory": "",
                          "proc/pressure/irq": FULL})
        told: list[ParseError] = []
        host.report = told.append
        self.assertEqual(pressure.sample(host), {"cpu": Pressure(STALLS[0], None), "irq": Pressure(None, STALLS[1])})
        self.assertEqual([problem.file for problem in told], ["pressure/io"])
        with self.assertRaises(ParseError):
            pressure.sample(self.host({"proc/pressure/io": "x\n"}))

    def test_kernel_without_it(self) -> None:
        with self.assertRaises(NoData):
            pressure.sample(self.host({}))

    def test_short_of_descriptors(self) -> None:
        host = self.host({"proc/pressure/cpu": SOME, "proc/pressure/io": SOME})
        read = host.proc

        def proc(name: str) -> str:
            if name.endswith("io"):
                raise OSError(errno.EMFILE, "Too many open files")
            return read(name)

        with mock.patch.object(host, "proc", proc), self.assertRaises(OSError):
            pressure.sample(host)

    def test_turned_off(self) -> None:
        for number, error in ((errno.EOPNOTSUPP, NoData), (errno.EIO, OSError), (errno.EMFILE, OSError)):
            with self.subTest(number), mock.patch.object(Roots, "proc", side_effect=OSError(number, "")), \
                    self.assertRaises(error):
                pressure.sample(self.host({}))


if __name__ == "__main__":
    unittest.main()
