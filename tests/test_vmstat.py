"""vmstat: lines of /proc/vmstat."""
from __future__ import annotations

import unittest

from glancesd.collectors import vmstat
from glancesd.collectors.vmstat import VmStat
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots

TEXT = "nr_free_pages 250000\nnr_free_cma 0\npswpin 11\npswpout 13\n"


class OneLine(unittest.TestCase):
    TABLE = (
        # name, text, line, number
        ("first", TEXT, "nr_free_pages", 250000),
        ("last", TEXT, "pswpout", 13),
        ("without a last line end", TEXT.rstrip("\n"), "pswpout", 13),
        ("not there", TEXT, "oom_kill", None),
        ("the end of another name", TEXT, "free_pages", None),
        ("the beginning of another name", TEXT, "nr_free", None),
        ("a counter that fell below 0", "nr_dirty -3\n", "nr_dirty", -3),
        ("empty file", "", "pswpin", None),
    )

    def test_get(self) -> None:
        for name, text, line, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(VmStat(text).get(line), expected)

    def test_malformed(self) -> None:
        for number in ("x", "1 2", "9" * 400):
            told: list[ParseError] = []
            with self.subTest(number[:9]):
                self.assertIsNone(VmStat("nr_dirty 1\npswpin %s\n" % number).get("pswpin", told.append))
                self.assertEqual([str(problem) for problem in told],
                                 ["vmstat:2: not a name and a number: %.60r" % ("pswpin " + number)])


class Sample(unittest.TestCase):
    def test_no_file(self) -> None:
        with self.assertRaises(NoData):
            vmstat.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
