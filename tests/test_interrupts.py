"""interrupts: /proc/interrupts of several architectures, rows that read the same again, and the busiest lines."""
from __future__ import annotations

import unittest
from typing import Any, Optional
from unittest import mock

from glancesd.collectors import interrupts
from glancesd.collectors.interrupts import Interrupt, Sampler
from glancesd.roots import NoData, ParseError, Roots

TWO = "           CPU0       CPU1       \n"


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
         "LOC:      27530      18716   Local timer interrupts\n", {"36_virtio1-req.0": 28302, "LOC": 46246}),
        ("one count for the machine", TWO + "ERR:          3\nMIS:          0\n", {"ERR": 3, "MIS": 0}),
        ("powerpc: one count, and a description", TWO + "BAD:          7   Spurious interrupts\n", {"BAD": 7}),
        ("ARM: no count", TWO + "FIQ:              usb_fiq\nIPI0:          1          2  CPU wakeup interrupts\n",
         {"IPI0": 3}),
        ("nothing at all", TWO + "XXX:\n", {}),
        ("shared line", TWO + " 16:          1          2   IO-APIC  16-fasteoi   ehci_hcd:usb1, snd_hda_intel:card0\n",
         {"16_snd_hda_intel:card0": 3}),
        ("a line without a driver's name", TWO + " 16:          1          2\n", {"16": 3}),
        ("MIPS, one CPU", "           CPU0       \n  7:   12345678      MIPS   7  timer\n\nERR:          0\n",
         {"7_timer": 12345678, "ERR": 0}),
        ("offline CPUs leave gaps", "           CPU0       CPU2       CPU7\nLOC:  1  2  4   Local timer interrupts\n",
         {"LOC": 7}),
        ("s390: a name with a slash", TWO + "I/O:          5          6     I/O Interrupts\n", {"I/O": 11}),
        ("counts beyond 32 bits", TWO + "LOC: 4294967295 4294967295   Local timer interrupts\n", {"LOC": 2 ** 33 - 2}),
        ("a driver's name that other kinds of line end would break", TWO + " 9:  1  2  GIC  a\x0bb\u2028c\n",
         {"9_c": 3}),
        ("order kept", TWO + "ZZZ: 1 1\nAAA: 1 1\n", {"ZZZ": 2, "AAA": 2}),
    )
    MALFORMED = (
        ("no CPUs", "LOC:      27530      18716   Local timer interrupts\n", "interrupts:1: no CPUs"),
        ("only an empty row", "\n", "interrupts:1: no CPUs"),
        ("no colon", TWO + "LOC: 1 2\nxyz 1 2\n", "interrupts:3: not an interrupt line"),
        ("no name", TWO + ": 1 2\n", "interrupts:2: not an interrupt line"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(interrupts.parse(text), expected)
                self.assertEqual(list(interrupts.parse(text)), list(expected))

    def test_malformed(self) -> None:
        for name, text, message in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                interrupts.parse(text)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)

    def test_a_number_longer_than_some_pythons_read(self) -> None:
        try:
            self.assertEqual(list(interrupts.parse(TWO + "LOC: " + "9" * 5000 + " 1\n")), ["LOC"])
        except ParseError as problem:
            self.assertEqual(problem.line, 2)


class Samples(unittest.TestCase):
    FIRST = TWO + " 36:  1  2  PCI-MSI  virtio1-req.0\nLOC:  10  20   Local timer interrupts\nERR:  3\nFIQ:  usb_fiq\n"
    SECOND = FIRST.replace("10  20", "11  22")

    def test_same_as_parse(self) -> None:
        sampler = Sampler()
        for text in (self.FIRST, self.SECOND, self.SECOND, "", self.FIRST):
            self.assertEqual(sampler(Tree(text)), interrupts.parse(text))
            self.assertEqual(list(sampler(Tree(text))), list(interrupts.parse(text)))

    def test_only_rows_that_changed_are_added_up(self) -> None:
        sampler = Sampler()
        sampler(Tree(self.FIRST))
        with mock.patch.object(interrupts, "_entry", return_value=("LOC", 33)) as entry:
            self.assertEqual(sampler(Tree(self.SECOND)), {"36_virtio1-req.0": 3, "LOC": 33, "ERR": 3})
            self.assertEqual([call[0][0] for call in entry.call_args_list], ["LOC:  11  22   Local timer interrupts"])

    def test_other_cpus_make_other_counts_of_the_same_row(self) -> None:
        sampler = Sampler()
        row = " 7:  1  2  3  timer\n"
        self.assertEqual(sampler(Tree("CPU0 CPU1 CPU2\n" + row)), {"7_timer": 6})
        self.assertEqual(sampler(Tree("CPU0 CPU1\n" + row)), {"7_timer": 3})

    def test_a_malformed_table_costs_nothing_but_itself(self) -> None:
        sampler = Sampler()
        with self.assertRaises(ParseError):
            sampler(Tree("nonsense\n"))
        self.assertEqual(sampler(Tree(self.FIRST)), interrupts.parse(self.FIRST))

    def test_only_the_latest_rows_are_kept(self) -> None:
        sampler = Sampler()
        sampler(Tree(self.FIRST))
        sampler(Tree(TWO + "NMI: 1 1\n"))
        self.assertEqual(list(sampler._known), [TWO.rstrip("\n"), "NMI: 1 1"])

    def test_no_file(self) -> None:
        with self.assertRaises(NoData):
            Sampler()(Roots("/nowhere"))


class Derive(unittest.TestCase):
    TABLE: tuple[tuple[Any, ...], ...] = (
        # name, before, now, elapsed, (line, per second) of the busiest
        ("per second, rounded", {"LOC": 100}, {"LOC": 681}, 1.1, [("LOC", 528)]),
        ("busiest first", {"a": 0, "b": 0, "c": 0}, {"a": 10, "b": 30, "c": 20}, 1.0,
         [("b", 30), ("c", 20), ("a", 10)]),
        ("five of them, ties in the kernel's order", dict.fromkeys("abcdefg", 0),
         {**dict.fromkeys("abcdefg", 5), "e": 6}, 1.0,
         [("e", 6), ("a", 5), ("b", 5), ("c", 5), ("d", 5)]),
        ("a new line", {"a": 1}, {"a": 2, "new": 10 ** 9}, 1.0, [("a", 1), ("new", 0)]),
        ("a step back", {"a": 2 ** 32 - 1}, {"a": 5}, 1.0, [("a", 0)]),
        ("a line that is gone", {"a": 1, "gone": 1}, {"a": 1}, 1.0, [("a", 0)]),
        ("the first sample", None, {"a": 10 ** 9}, 0.0, [("a", 0)]),
        ("no lines", {}, {}, 1.0, []),
    )

    def test_table(self) -> None:
        for name, before, now, elapsed, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(interrupts.derive(now, before, elapsed),
                                 [Interrupt(line, per_second, elapsed) for line, per_second in expected])


if __name__ == "__main__":
    unittest.main()
