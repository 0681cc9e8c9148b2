"""cpu: /proc/stat as kernels print it, and what two samples say."""
from __future__ import annotations

import unittest
from typing import Optional

from glancesd.collectors import cpu
from glancesd.collectors.cpu import Shares, Stat, Times
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots
from tests import tables

NEWEST = """cpu  2027 1 2232 327553 145 2 38 772 30 4
cpu0 696 0 1064 164082 8 0 5 428 0 0
cpu1 1330 1 1168 163471 137 2 32 343 30 4
intr 128905 0 9 0 0
ctxt 251123
btime 1795423523
processes 8087
procs_running 3
procs_blocked 0
softirq 96519 0 19390 3 792
"""


def stat(total: Times, cpus: Optional[dict[int, Times]] = None, context_switches: Optional[int] = 0,
         interrupts: Optional[int] = 0, soft_interrupts: Optional[int] = 0) -> Stat:
    return Stat(total, cpus or {}, context_switches, interrupts, soft_interrupts, 0)


def parts(shares: Shares) -> float:
    """What must make a hundred: guest time is inside user and nice."""
    return sum(part or 0.0 for part in (shares.user, shares.nice, shares.system, shares.idle, shares.iowait, shares.irq,
                                        shares.softirq, shares.steal))


class Parse(unittest.TestCase):
    VALID = (
        ("newest", NEWEST, Stat(
            Times(2027, 1, 2232, 327553, 145, 2, 38, 772, 30, 4),
            {0: Times(696, 0, 1064, 164082, 8, 0, 5, 428, 0, 0),
             1: Times(1330, 1, 1168, 163471, 137, 2, 32, 343, 30, 4)},
            251123, 128905, 96519, 1795423523, 8087, 3, 0)),
        ("four columns, nothing else", "cpu  1 2 3 4\n", Stat(Times(1, 2, 3, 4), {}, None, None, None, None)),
        ("seven columns: 2.6.0", "cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7\nintr 8\nctxt 9\nbtime 10\n",
         Stat(Times(1, 2, 3, 4, 5, 6, 7), {0: Times(1, 2, 3, 4, 5, 6, 7)}, 9, 8, None, 10)),
        ("eight columns: 2.6.11", "cpu  1 2 3 4 5 6 7 8\n",
         Stat(Times(1, 2, 3, 4, 5, 6, 7, 8), {}, None, None, None, None)),
        ("nine columns: 2.6.32", "cpu  1 2 3 4 5 6 7 8 9\n",
         Stat(Times(1, 2, 3, 4, 5, 6, 7, 8, 9), {}, None, None, None, None)),
        ("a column and a line of a later kernel", "cpu  1 2 3 4 5 6 7 8 9 10 11\nload high\n",
         Stat(Times(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), {}, None, None, None, None)),
        ("offline CPUs leave gaps", "cpu  1 2 3 4\ncpu0 1 0 0 0\ncpu12 0 1 0 0\n",
         Stat(Times(1, 2, 3, 4), {0: Times(1, 0, 0, 0), 12: Times(0, 1, 0, 0)}, None, None, None, None)),
    )
    MALFORMED = (
        ("short row of a CPU", "cpu  1 2 3 4\ncpu0\ncpu1 1 2 3 4\n", [2]),
        ("not a number", "cpu  1 2 3 4\ncpu0 1 2 x 4\ncpu1 1 2 3 4\n", [2]),
        ("not a CPU's number", "cpu  1 2 3 4\ncpux 1 2 3 4\ncpu1 1 2 3 4\n", [2]),
        ("counts", "cpu  1 2 3 4\nintr\nctxt many\ncpu1 1 2 3 4\n", [2]),
    )
    WITHOUT_A_TOTAL = (
        ("empty", "", "stat:1: no line of the whole machine"),
        ("CPUs without their sum", "cpu0 1 2 3 4\n", "stat:1: no line of the whole machine"),
        ("a malformed sum", "cpu  1 2 x 4\ncpu0 1 2 3 4\n", "stat:1: no line of the whole machine"),
        ("short row alone", "cpu  1 2 3\n", "stat:1: not a name and its numbers"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(cpu.parse(text), expected)
                self.assertEqual(list(cpu.parse(text).cpus), list(expected.cpus))

    def test_malformed(self) -> None:
        for name, text, lines in self.MALFORMED:
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(cpu.parse(text, report=told.append),
                                 Stat(Times(1, 2, 3, 4), {1: Times(1, 2, 3, 4)}, None, None, None, None))
                self.assertEqual([problem.line for problem in told], lines)

    def test_without_a_total(self) -> None:
        for name, text, message in self.WITHOUT_A_TOTAL:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                cpu.parse(text)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)

    def test_only_the_first_number_of_a_long_line_matters(self) -> None:
        text = "cpu  1 2 3 4\nintr 7 " + "0 " * 20000 + "x\nsoftirq 8 x\n"
        self.assertEqual((cpu.parse(text).interrupts, cpu.parse(text).soft_interrupts), (7, 8))


class Sample(unittest.TestCase):
    def test_reads_stat(self) -> None:
        class Host(Roots):
            def proc(self, *names: str, default: Optional[str] = None) -> str:
                return {"stat": NEWEST}[names[0]]

        self.assertEqual(cpu.sample(Host()), cpu.parse(NEWEST))

    def test_cpu_count(self) -> None:
        self.assertEqual(cpu.parse("cpu 1 2 3 4\ncpu0 1 2 3 4\ncpu7 1 2 3 4\n").cpu_count, 2)
        self.assertEqual(cpu.parse("cpu 1 2 3 4\n").cpu_count, 1)

    def test_missing_file(self) -> None:
        with self.assertRaises(NoData):
            cpu.sample(Roots(procfs="/nonexistent"))


class Followed(unittest.TestCase):
    def test_sums_of_interrupts_never_fall_at_a_wrap(self) -> None:
        """A part of 32 bits wrapped: 2^32 is added, and taken back at a reset. The rest is raw."""
        now = [0.0]
        texts: list[str] = []

        class Host(Roots):
            def proc(self, *names: str, default: Optional[str] = None) -> str:
                return texts[-1]

        sampler = cpu.Sampler(lambda: now[0])
        found = []
        for interrupts, soft in ((10_027_258_704_238, 5_000_000_000), (10_022_963_737_442, 5_000_000_100),
                                 (10_022_963_737_500, 705_032_900), (10_022_963_737_600, 705_032_900), (700, 600)):
            texts.append("cpu  1 2 3 4\ncpu0 1 2 3 4\nintr %d 1 2\nsoftirq %d 3\n" % (interrupts, soft))
            stat = sampler(Host("/nowhere", "/nowhere", "/nowhere"))
            self.assertEqual((stat.interrupts, stat.soft_interrupts), (interrupts, soft))
            found.append((stat.interrupts_mended, stat.soft_interrupts_mended))
            now[0] += 1.0
        self.assertEqual(found, [
            (10_027_258_704_238, 5_000_000_000), (10_027_258_704_738, 5_000_000_100),
            (10_027_258_704_796, 5_000_000_196), (10_027_258_704_896, 5_000_000_196), (700, 600)])


class Derive(unittest.TestCase):
    BEFORE = Times(1000, 100, 500, 8000, 50, 10, 20, 30, 200, 40)
    ZERO = Shares(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    TABLE = (
        # name, before, now, shares: total user system idle nice iowait irq softirq steal guest guest_nice
        ("a tick is a percent", BEFORE, Times(1020, 103, 515, 8048, 54, 11, 22, 37, 208, 42),
         Shares(48.0, 20.0, 15.0, 48.0, 3.0, 4.0, 1.0, 2.0, 7.0, 8.0, 2.0)),
        ("guest time is user time: not counted twice", BEFORE, BEFORE._replace(user=1050, guest=250, idle=8050),
         Shares(50.0, 50.0, 0.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 50.0, 0.0)),
        ("one decimal", BEFORE, BEFORE._replace(user=1001, idle=8002),
         Shares(33.3, 33.3, 0.0, 66.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("iowait and steal step back: each counts for nothing", BEFORE,
         BEFORE._replace(user=1025, idle=8075, iowait=40, steal=1),
         Shares(25.0, 25.0, 0.0, 75.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("idle wavers by a second", BEFORE, BEFORE._replace(user=1050, idle=7900),
         Shares(100.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("no tick", BEFORE, BEFORE, ZERO),
        ("guest time of a moment later than user time", BEFORE, BEFORE._replace(user=1010, guest=230, idle=8090),
         Shares(10.0, 10.0, 0.0, 90.0, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 0.0)),
        ("more than a CPU does in a second: a leap", BEFORE,
         BEFORE._replace(user=1000 + 10 ** 9, system=510, idle=8090),
         Shares(10.0, 0.0, 10.0, 90.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("ticks of 1/1024 s", BEFORE, BEFORE._replace(user=1512, idle=8512),
         Shares(50.0, 50.0, 0.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("a kernel with four columns", Times(10, 10, 10, 10), Times(11, 12, 13, 14),
         Shares(60.0, 10.0, 30.0, 40.0, 20.0, None, None, None, None, None, None)),
        ("first sight", None, BEFORE, ZERO),
        ("first sight of a kernel with four columns", None, Times(10, 10, 10, 10),
         Shares(0.0, 0.0, 0.0, 0.0, 0.0, None, None, None, None, None, None)),
    )

    def test_shares_of_the_machine(self) -> None:
        for name, before, now, expected in self.TABLE:
            with self.subTest(name):
                usage = cpu.derive(stat(now), None if before is None else stat(before), 1.0)
                self.assertEqual(usage.shares, expected)
                self.assertEqual(usage.cpus, {})

    def test_shares_of_a_cpu(self) -> None:
        for name, before, now, expected in self.TABLE:
            with self.subTest(name):
                usage = cpu.derive(stat(now, {3: now}), None if before is None else stat(before, {3: before}), 1.0)
                self.assertEqual(usage.cpus, {3: expected})

    def test_parts_make_a_hundred(self) -> None:
        for ticks in range(1, 40):
            now = Times(*((value or 0) + 1 + (index * ticks) % 7 for index, value in enumerate(self.BEFORE, 1)))
            self.assertAlmostEqual(parts(cpu.derive(stat(now), stat(self.BEFORE), 1.0).shares), 100.0, delta=0.41)

    def test_counts(self) -> None:
        before = stat(self.BEFORE, context_switches=100, interrupts=200, soft_interrupts=300)
        for name, now, expected in (
                ("increases", (150, 260, 370), (50, 60, 70)),
                ("step back", (99, 199, 299), (0, 0, 0)),
                ("leaps", (10 ** 14, 10 ** 14, 10 ** 14), (0, 0, 0)),
                ("absent", (None, None, None), (None, None, None))):
            with self.subTest(name):
                usage = cpu.derive(stat(self.BEFORE, None, *now), before, 2.5)
                self.assertEqual((usage.context_switches, usage.interrupts, usage.soft_interrupts), expected)
                self.assertEqual(usage.elapsed_seconds, 2.5)
        first = cpu.derive(before, None, 0.0)
        self.assertEqual((first.context_switches, first.interrupts, first.soft_interrupts), (0, 0, 0))

    def test_counts_that_are_kept_in_32_bits(self) -> None:
        before = stat(self.BEFORE, context_switches=2 ** 33, interrupts=2 ** 33, soft_interrupts=2 ** 33)
        count = 2 ** 33 - 2 ** 32 + 500            # one CPU's part of the sum has wrapped
        usage = cpu.derive(stat(self.BEFORE, None, count, count, count), before, 1.0)
        self.assertEqual((usage.context_switches, usage.interrupts, usage.soft_interrupts), (0, 500, 500))

    def test_hot_plug(self) -> None:
        then, later = Times(0, 0, 0, 1000), Times(25, 0, 0, 1075)        # of CPU 0, which stays
        old = Times(900, 0, 0, 8000)
        for name, before, now, cpus in (
                # The kernel's sum is off by far in each: it holds what the CPU did since boot, or no longer holds it.
                ("put back soon after boot", stat(Times(50, 0, 0, 1101), {0: then, 1: Times(50, 0, 0, 101)}),
                 stat(Times(80, 0, 0, 1075), {0: later, 1: Times(55, 0, 0, 0)}), [0, 1]),
                ("put back: its idle time starts again", stat(Times(900, 0, 0, 9000), {0: then, 1: old}),
                 stat(Times(930, 0, 0, 1075), {0: later, 1: Times(905, 0, 0, 0)}), [0, 1]),
                ("new", stat(then, {0: then}), stat(Times(925, 0, 0, 9075), {0: later, 1: old}), [0, 1]),
                ("gone", stat(Times(900, 0, 0, 9000), {0: then, 1: old}),
                 stat(Times(925, 0, 0, 99075), {0: later}), [0])):
            with self.subTest(name):
                usage = cpu.derive(now, before, 1.0)
                self.assertEqual(list(usage.cpus), cpus)
                self.assertEqual((usage.cpus[0].user, usage.cpus[0].idle), (25.0, 75.0))
                self.assertEqual((usage.shares.total, usage.shares.user, usage.shares.idle), (25.0, 25.0, 75.0))
                if 1 in cpus:
                    self.assertEqual((usage.cpus[1].total, parts(usage.cpus[1])), (0.0, 0.0))

    def test_the_machine_goes_by_its_own_line(self) -> None:
        before = stat(Times(0, 0, 0, 10), {0: Times(0, 0, 0, 0)})
        usage = cpu.derive(stat(Times(30, 0, 0, 80), {0: Times(0, 0, 0, 9)}), before, 1.0)
        self.assertEqual((usage.shares.user, usage.shares.idle, usage.cpus[0].idle), (30.0, 70.0, 100.0))
        usage = cpu.derive(stat(Times(30, 0, 0, 80)), before, 1.0)
        self.assertEqual((usage.shares.user, usage.shares.idle, usage.cpus), (30.0, 70.0, {}))

    def test_columns_that_only_the_first_sample_lacks(self) -> None:
        usage = cpu.derive(stat(Times(20, 0, 0, 20, 900)), stat(Times(10, 0, 0, 10)), 1.0)
        self.assertEqual((usage.shares.user, usage.shares.idle, usage.shares.iowait), (50.0, 50.0, 0.0))


class ParseCpus(tables.Tables):
    parse = staticmethod(cpu.parse_cpus)
    VALID = (("none", "\n", frozenset()), ("one", "3\n", frozenset({3})),
             ("ranges", "0,2-4,8", frozenset({0, 2, 3, 4, 8})))
    MALFORMED = (("a word", "all\n", "devices/system/cpu/offline:1: not a list"),
                 ("backwards", "3-1", "devices/system/cpu/offline:1: not a list"),
                 ("more than there can be", "0-99999999", "devices/system/cpu/offline:1: not a list"))


if __name__ == "__main__":
    unittest.main()
