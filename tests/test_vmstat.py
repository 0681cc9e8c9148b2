"""vmstat: /proc/vmstat, line by line and whole."""
from __future__ import annotations

import unittest

from glancesd.collectors import vmstat
from glancesd.collectors.vmstat import VmStat
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots

TEXT = "nr_free_pages 250000\nnr_free_cma 0\npswpin 11\npswpout 13\n"


class Parse(unittest.TestCase):
    def test_valid(self) -> None:
        for name, text, expected in (
                ("empty", "", {}),
                ("newest", TEXT, {"nr_free_pages": 250000, "nr_free_cma": 0, "pswpin": 11, "pswpout": 13}),
                ("a counter that fell below 0", "nr_dirty -3\n", {"nr_dirty": -3})):
            with self.subTest(name):
                self.assertEqual(vmstat.parse(text), expected)
                self.assertEqual(VmStat(text).lines(), expected)

    def test_malformed(self) -> None:
        for name, row in (("no number", "pswpin"), ("not a number", "pswpin x"), ("two", "pswpin 1 2")):
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(vmstat.parse("pgpgin 1\n" + row + "\npgpgout 2\n", report=told.append),
                                 {"pgpgin": 1, "pgpgout": 2})
                self.assertEqual([str(problem) for problem in told], ["vmstat:2: not a name and a number: %r" % row])
                with self.assertRaises(ParseError):
                    vmstat.parse(row)


class OneLine(unittest.TestCase):
    TABLE = (
        # name, text, line, number
        ("first", TEXT, "nr_free_pages", 250000),
        ("last", TEXT, "pswpout", 13),
        ("without a last line end", TEXT.rstrip("\n"), "pswpout", 13),
        ("not there", TEXT, "oom_kill", None),
        ("the end of another name", TEXT, "free_pages", None),
        ("the beginning of another name", TEXT, "nr_free", None),
        ("empty file", "", "pswpin", None),
    )

    def test_get(self) -> None:
        for name, text, line, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(VmStat(text).get(line), expected)

    def test_malformed(self) -> None:
        told: list[ParseError] = []
        self.assertIsNone(VmStat("nr_dirty 1\npswpin x\n").get("pswpin", told.append))
        self.assertEqual([str(problem) for problem in told], ["vmstat:2: not a name and a number: 'pswpin x'"])


class Sample(unittest.TestCase):
    def test_no_file(self) -> None:
        with self.assertRaises(NoData):
            vmstat.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
