"""interrupts: /proc/interrupts of several architectures, rows that read the same again, and the busiest lines."""
from __future__ import annotations

import unittest
from typing import Any, Optional
from unittest import mock

from glancesd.collectors import interrupts
from glancesd.collectors.interrupts import Sampler, Table
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots

TWO = "           CPU0       CPU1       \n"


def totals(table: Table) -> list[tuple[str, int]]:
    """Lines and their counts, in the order of the table."""
    return [(name, line.total) for name, line in table.lines.items()]


class Tree(Roots):
    def __init__(self, text: str) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.text = text

    def proc(self, *names: str, default: Optional[str] = None) -> str:
        if names != ("interrupts",):
            raise NoData(names[-1])
        return self.text


class Parse(unittest.TestCase):
    VALID: tuple[tuple[Any, ...], ...] = (
        ("empty", "", {}),
        ("no lines", TWO, {}),
        ("x86", TWO + " 36:          0      28302 PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0\n"
         "LOC:      27530      18716   Local timer interrupts\n", {"36": 28302, "LOC": 46246}),
        ("one count for the machine", TWO + "ERR:          3\nMIS:          0\n", {"ERR": 3, "MIS": 0}),
        ("powerpc: one count, and a description", TWO + "BAD:          7   Spurious interrupts\n", {"BAD": 7}),
        ("ARM: no count", TWO + "FIQ:              usb_fiq\nIPI0:          1          2  CPU wakeup interrupts\n",
         {"IPI0": 3}),
        ("nothing at all", TWO + "XXX:\n", {}),
        ("shared line", TWO + " 16:          1          2   IO-APIC  16-fasteoi   ehci_hcd:usb1, snd_hda_intel:card0\n",
         {"16": 3}),
        ("a line without a driver's name", TWO + " 16:          1          2\n", {"16": 3}),
        ("MIPS, one CPU", "           CPU0       \n  7:   12345678      MIPS   7  timer\n\nERR:          0\n",
         {"7": 12345678, "ERR": 0}),
        ("offline CPUs leave gaps", "           CPU0       CPU2       CPU7\nLOC:  1  2  4   Local timer interrupts\n",
         {"LOC": 7}),
        ("s390: a name with a slash", TWO + "I/O:          5          6     I/O Interrupts\n", {"I/O": 11}),
        ("counts beyond 32 bits", TWO + "LOC: 4294967295 4294967295   Local timer interrupts\n", {"LOC": 2 ** 33 - 2}),
        ("a driver's name that other kinds of line end would break", TWO + " 9:  1  2  GIC  a\x0bb\u2028c\n",
         {"9": 3}),
        ("order kept", TWO + "ZZZ: 1 1\nAAA: 1 1\n", {"ZZZ": 2, "AAA": 2}),
    )
    MALFORMED = (
        ("no colon", "xyz 1 2", "interrupts:2: not an interrupt line and its counts: 'xyz 1 2'"),
        ("more than 64 bits", "LOC: 1 %s" % ("9" * 30), "interrupts:2: not an interrupt line and its counts: "
         "'LOC: 1 %s'" % ("9" * 30)),
        ("no name", ": 1 2", "interrupts:2: not an interrupt line and its counts: ': 1 2'"),
    )
    WITHOUT_CPUS = (
        ("no head", "LOC:      27530      18716   Local timer interrupts\n", "interrupts:1: no CPUs"),
        ("only an empty row", "\n", "interrupts:1: no CPUs"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(totals(interrupts.parse(text)), list(expected.items()))

    def test_malformed(self) -> None:
        for name, row, message in self.MALFORMED:
            with self.subTest(name):
                told: list[ParseError] = []
                table = interrupts.parse(TWO + row + "\nLOC: 1 2\n", report=told.append)
                self.assertEqual(totals(table), [("LOC", 3)])
                self.assertEqual([str(problem) for problem in told], [message])
                with self.assertRaises(ParseError):
                    interrupts.parse(TWO + row)

    def test_without_cpus(self) -> None:
        for name, text, message in self.WITHOUT_CPUS:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                interrupts.parse(text)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)

    def test_lines(self) -> None:
        table = interrupts.parse("           CPU0       CPU2       CPU7\n"
                                 " 36:  1  2  3  PCI-MSI 65537-edge   virtio1-req.0\n"
                                 "LOC:  4  5  6   Local timer interrupts\nERR:  7\nBAD:  8   Spurious interrupts\n")
        self.assertEqual(table.cpus, [0, 2, 7])
        self.assertEqual([(line.name, line.total, line.counts, line.description) for line in table.lines.values()], [
            ("36", 6, [1, 2, 3], "PCI-MSI 65537-edge   virtio1-req.0"),
            ("LOC", 15, [4, 5, 6], "Local timer interrupts"),
            ("ERR", 7, [7], ""), ("BAD", 8, [8], "Spurious interrupts")])
        self.assertEqual([line.device for line in table.lines.values()],
                         ["virtio1-req.0", "interrupts", "", "interrupts"])

    def test_a_number_longer_than_some_pythons_read(self) -> None:
        try:
            self.assertEqual(list(interrupts.parse(TWO + "LOC: " + "9" * 5000 + " 1\n").lines), ["LOC"])
        except ParseError as problem:
            self.assertEqual(problem.line, 2)


class Samples(unittest.TestCase):
    FIRST = TWO + " 36:  1  2  PCI-MSI  virtio1-req.0\nLOC:  10  20   Local timer interrupts\nERR:  3\nFIQ:  usb_fiq\n"
    SECOND = FIRST.replace("10  20", "11  22")

    def test_same_as_parse(self) -> None:
        sampler = Sampler()
        for text in (self.FIRST, self.SECOND, self.SECOND, "", self.FIRST):
            self.assertEqual(sampler(Tree(text)), interrupts.parse(text))

    def test_only_rows_that_changed_are_parsed(self) -> None:
        sampler = Sampler()
        with mock.patch.object(interrupts, "_parse_row", side_effect=interrupts._parse_row) as parse_row:
            sampler(Tree(self.FIRST))
            parse_row.reset_mock()
            self.assertEqual(totals(sampler(Tree(self.SECOND))), [("36", 3), ("LOC", 33), ("ERR", 3)])
            self.assertEqual([call[0] for call in parse_row.call_args_list],
                             [(2, "LOC:  11  22   Local timer interrupts")])

    def test_other_cpus_make_other_counts_of_the_same_row(self) -> None:
        sampler = Sampler()
        row = " 7:  1  2  3  timer\n"
        self.assertEqual(totals(sampler(Tree("CPU0 CPU1 CPU2\n" + row))), [("7", 6)])
        self.assertEqual(totals(sampler(Tree("CPU0 CPU1\n" + row))), [("7", 3)])

    def test_a_malformed_table_costs_nothing_but_itself(self) -> None:
        sampler = Sampler()
        with self.assertRaises(ParseError):
            sampler(Tree("nonsense\n"))
        self.assertEqual(sampler(Tree(self.FIRST)), interrupts.parse(self.FIRST))

    def test_only_the_latest_rows_are_kept(self) -> None:
        sampler = Sampler()
        sampler(Tree(self.FIRST))
        sampler(Tree(TWO + "NMI: 1 1\n"))
        assert sampler._rows is not None
        self.assertEqual(list(sampler._rows._known), ["NMI: 1 1"])

    def test_no_file(self) -> None:
        with self.assertRaises(NoData):
            Sampler()(Roots("/nowhere"))


class Derive(unittest.TestCase):
    TABLE: tuple[tuple[str, str, str, float, list[tuple[str, float]]], ...] = (
        # name, rows before, rows now, elapsed, (line, per second) busiest first
        ("per second", "LOC: 100 0", "LOC: 680 2", 1.5, [("LOC", 388.0)]),
        ("busiest first, ties in the kernel's order", "a: 0 0\nb: 0 0\nc: 0 0\nd: 0 0",
         "a: 5 5\nb: 9 9\nc: 5 5\nd: 1 1", 1.0, [("b", 18.0), ("a", 10.0), ("c", 10.0), ("d", 2.0)]),
        ("a new line", "a: 1 1", "a: 1 2\nnew: 900000000 1", 1.0, [("a", 1.0), ("new", 0.0)]),
        ("a wrap of one CPU", "a: 4294967295 4294967200", "a: 4 4294967295", 1.0, [("a", 100.0)]),
        ("a reset", "a: 4000 4000", "a: 5 5", 1.0, [("a", 0.0)]),
        ("a reset from beyond 2^31", "a: 3000000000 0", "a: 5 5", 1.0, [("a", 0.0)]),
        ("a leap", "a: 1 1", "a: 1 900000000", 1.0, [("a", 0.0)]),
        ("a line that is gone", "a: 1 1\ngone: 1 1", "a: 1 1", 1.0, [("a", 0.0)]),
        ("no lines", "", "", 1.0, []),
    )

    def test_table(self) -> None:
        for name, before, now, elapsed, expected in self.TABLE:
            with self.subTest(name):
                found = interrupts.derive(interrupts.parse(TWO + now), interrupts.parse(TWO + before), elapsed)
                self.assertEqual([(entry.line.name, entry.per_second) for entry in found], expected)
                self.assertEqual({entry.elapsed_seconds for entry in found} or {elapsed}, {elapsed})

    def test_first_sample(self) -> None:
        first = interrupts.parse(TWO + "a: 7 7\n")
        self.assertEqual([entry.per_second for entry in interrupts.derive(first, None, 0.0)], [0.0])

    def test_cpus_that_come_and_go(self) -> None:
        before = interrupts.parse("CPU0 CPU1\nLOC: 100 5000\n")
        for name, text, expected in (("goes", "CPU0\nLOC: 110\n", 10.0),
                                     ("comes", "CPU0 CPU1 CPU8\nLOC: 110 5020 900\n", 30.0),
                                     ("another", "CPU0 CPU8\nLOC: 110 900\n", 10.0)):
            with self.subTest(name):
                self.assertEqual(interrupts.derive(interrupts.parse(text), before, 1.0)[0].per_second, expected)


if __name__ == "__main__":
    unittest.main()
