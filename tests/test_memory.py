"""memory: meminfo, vmstat, zoneinfo and arcstats as kernels print them, and what is made of them."""
from __future__ import annotations

import os
import struct
import unittest
from typing import Optional

from glancesd.collectors import memory, vmstat
from glancesd.collectors.memory import Memory, Range
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots
from tests.fake_host import Tree

KIB = 1024

NEWEST = """MemTotal:        8000000 kB
MemFree:         1000000 kB
MemAvailable:    5000000 kB
Buffers:          200000 kB
Cached:          3000000 kB
SwapCached:            7 kB
Active:          2500000 kB
Inactive:        1500000 kB
Active(anon):        100 kB
Inactive(anon):      100 kB
Active(file):    2000000 kB
Inactive(file):  1000000 kB
SwapTotal:       2000000 kB
SwapFree:        1500000 kB
Shmem:            300000 kB
SReclaimable:     400000 kB
ShadowCallStack:10373888 kB
VmallocTotal:   34359738367 kB
HugePages_Total:       3
Hugepagesize:       2048 kB
"""
VMSTAT = "nr_free_pages 250000\npswpin 11\npswpout 13\n"
# 2.6.32: neither MemAvailable nor, in vmstat, anything that is missed.
OLD = "\n".join(line for line in NEWEST.splitlines() if not line.startswith(("MemAvail", "Shadow"))) + "\n"
ZONEINFO = """Node 0, zone      DMA
  pages free     3840
        min      68
        low      1000
        high     102
        protection: (0, 2991, 24061, 24061)
    pagesets
    cpu: 0
              count: 177
              high:  186
Node 0, zone   Normal
  pages free     5928133
        low      9000
"""
ARC = "proc/spl/kstat/zfs/arcstats"
ARCSTATS = """13 1 0x01 98 26656 4139612450 2361812334441
name                            type data
hits                            4    1699
c_min                           4    100000
c_max                           4    9000000
size                            4    700000
"""

LXCFS = "lxcfs /proc/meminfo fuse.lxcfs rw,nosuid,nodev,relatime,user_id=0,group_id=0,allow_other 0 0\n"
LXCFS_MOUNTINFO = "663 660 0:53 /proc/meminfo /proc/meminfo rw,nosuid,nodev,relatime - fuse.lxcfs lxcfs rw,user_id=0\n"


class Parse(unittest.TestCase):
    VALID: tuple[tuple[str, str, dict[str, int]], ...] = (
        ("empty", "", {}),
        ("kB are 1024 bytes", "MemTotal:        8000000 kB\n", {"MemTotal": 8000000 * KIB}),
        ("no space after the colon", "VmallocTotal:10373888 kB\n", {"VmallocTotal": 10373888 * KIB}),
        ("no unit", "MemTotal:       3\n", {"MemTotal": 3}),
        ("every line", "ShadowCallStack:10373888 kB\nHugePages_Total: 3\n\nMemFree: 1 kB\n",
         {"ShadowCallStack": 10373888 * KIB, "HugePages_Total": 3, "MemFree": KIB}),
        ("table of 2.4", "        total:    used:\nMem:  528736256 1 2\nMemTotal: 516344 kB\n",
         {"MemTotal": 516344 * KIB}),
        ("parentheses", "Active(file):     131956 kB\n", {"Active(file)": 131956 * KIB}),
        ("filled up with NULs: lxcfs on arm64", "VmallocTotal: 1 kB\n" + "\0" * 4000, {"VmallocTotal": KIB}),
    )
    MALFORMED = (
        ("no value", "MemTotal: 1 kB\nMemFree:\n", {"MemTotal": KIB},
         "meminfo:2: not a name, a number and kB: 'MemFree:'"),
        ("a unit of its own", "MemTotal: 1 MB\nMemFree: 1 kB\n", {"MemFree": KIB}, "meminfo:1: not a name"),
        ("more than 64 bits", "MemFree: 1 kB\nMemTotal: %s kB\n" % ("9" * 30), {"MemFree": KIB},
         "meminfo:2: not a name"),
        ("not a number", "MemFree: 1 kB\nMemTotal: 12x kB\n", {"MemFree": KIB}, "meminfo:2: not a name"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(memory.parse(text), expected)

    def test_malformed(self) -> None:
        for name, text, expected, message in self.MALFORMED:
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(memory.parse(text, report=told.append), expected)
                self.assertEqual(len(told), 1)
                self.assertTrue(str(told[0]).startswith(message), told)
        with self.assertRaises(ParseError):
            memory.parse("MemTotal 3\n")

    def test_watermarks(self) -> None:
        self.assertEqual(memory.parse_watermarks(""), 0)
        self.assertEqual(memory.parse_watermarks(ZONEINFO), 10000)
        for name, text in (("no number", "        low 7\n        low\n"),
                           ("not a number", "        low 7\n        low x\n")):
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(memory.parse_watermarks(text, report=told.append), 7)
                self.assertEqual([(problem.file, problem.line) for problem in told], [("zoneinfo", 2)])

    def test_arc(self) -> None:
        for name, text, expected in (
                ("empty", "", 0), ("valid", ARCSTATS, 600000), ("no c_min", "size 4 700000\n", 0),
                ("no size", "c_min 4 100000\n", 0), ("below its minimum", "size 4 99\nc_min 4 100\n", 0)):
            with self.subTest(name):
                self.assertEqual(memory.parse_arc(text), expected)
        for name, text in (("short row", "c_min 4 1\nsize 4\n"), ("not a number", "c_min 4 1\nsize 4 x\n")):
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(memory.parse_arc(text, report=told.append), 0)
                self.assertEqual([(problem.file, problem.line) for problem in told], [("spl/kstat/zfs/arcstats", 2)])


class Figures(unittest.TestCase):
    def test_used(self) -> None:
        memory = Memory(1000, 100, 250, 0, 0, 0, 0, 0, 400, 100, 0, 0)
        self.assertEqual((memory.used_bytes, memory.used_percent), (750, 75.0))
        self.assertEqual((memory.swap_used_bytes, memory.swap_used_percent), (300, 75.0))
        self.assertEqual(memory._replace(swap_total_bytes=0, swap_free_bytes=0).swap_used_percent, 0.0)


def sample(roots: Roots, sampler: Optional[memory.Sampler] = None) -> Memory:
    """Memory as the daemon samples it, without the text that it carries."""
    try:
        counted: Optional[vmstat.VmStat] = vmstat.sample(roots)
    except (NoData, OSError):
        counted = None
    return (sampler or memory.Sampler())(roots, counted)._replace(text="", used_range=None, elapsed_seconds=None)


class Sample(Tree):
    def test_newest(self) -> None:
        self.assertEqual(sample(self.host({"proc/meminfo": NEWEST, "proc/vmstat": VMSTAT})), Memory(
            total_bytes=8000000 * KIB, free_bytes=1000000 * KIB, available_bytes=5000000 * KIB,
            buffers_bytes=200000 * KIB, cached_bytes=3400000 * KIB, active_bytes=2500000 * KIB,
            inactive_bytes=1500000 * KIB, shared_bytes=300000 * KIB, swap_total_bytes=2000000 * KIB,
            swap_free_bytes=1500000 * KIB, swap_in_bytes=11 * 4096, swap_out_bytes=13 * 4096,
            page_bytes=4096, vmalloc_bytes=34359738367 * KIB))

    def test_range_over_time_whoever_looks(self) -> None:
        clock = [100.0]
        sampler = memory.Sampler(lambda: clock[0])
        found = []
        for at, available in ((100.0, 80), (110.0, 50), (110.5, 90), (111.0, 90), (120.0, 90)):
            clock[0] = at
            found.append(sampler(self.host({"proc/meminfo": "MemTotal: 100 kB\nMemFree: 8 kB\nMemAvailable: %d kB\n"
                                                            % available})))
        self.assertEqual([(entry.used_range, entry.elapsed_seconds) for entry in found], [
            (Range(20.0, 20.0, 20.0), None), (Range(20.0, 50.0, 50.0), 10.0), (Range(10.0, 50.0, 505 / 10.5), 0.5),
            (Range(10.0, 50.0, 510 / 11), 0.5), (Range(10.0, 50.0, 30.0), 9.0)])

    def test_missing_lines_and_files(self) -> None:
        for name, files, expected in (
                ("all that OpenVZ lists",
                 {"proc/meminfo": "MemTotal: 1000 kB\nMemFree: 800 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n"},
                 Memory(1000 * KIB, 800 * KIB, 800 * KIB, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
                ("no vmstat", {"proc/meminfo": "MemTotal: 9 kB\nMemFree: 8 kB\nMemAvailable: 7 kB\n"},
                 Memory(9 * KIB, 8 * KIB, 7 * KIB, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
                ("no swap events", {"proc/meminfo": "MemTotal: 9 kB\nMemFree: 8 kB\nMemAvailable: 7 kB\n",
                                    "proc/vmstat": "nr_free_pages 2\n"},
                 Memory(9 * KIB, 8 * KIB, 7 * KIB, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
                ("shared memory by its old name", {"proc/meminfo": "MemTotal: 9 kB\nMemFree: 8 kB\nMemShared: 5 kB\n"},
                 Memory(9 * KIB, 8 * KIB, 8 * KIB, 0, 0, 0, 0, 5 * KIB, 0, 0, 0, 0)),
                ("more swap free than there is",
                 {"proc/meminfo": "MemTotal: 9 kB\nMemFree: 8 kB\nSwapTotal: 6 kB\nSwapFree: 7 kB\n"},
                 Memory(9 * KIB, 8 * KIB, 8 * KIB, 0, 0, 0, 0, 0, 6 * KIB, 6 * KIB, 0, 0)),
                ("less than none, in bytes: WSL 1",
                 {"proc/meminfo": "MemTotal: 9 kB\nMemFree: 8 kB\nSwapTotal: 6 kB\nSwapFree:18014398503714728 kB\n"},
                 Memory(9 * KIB, 8 * KIB, 8 * KIB, 0, 0, 0, 0, 0, 6 * KIB, 0, 0, 0))):
            with self.subTest(name):
                self.assertEqual(sample(self.host(files)), expected)

    def test_negative_figures_are_all_used(self) -> None:
        full = sample(self.host({"proc/meminfo": NEWEST.replace("5000000 kB", "18446744073709551612 kB").replace(
            "SwapFree:        1500000 kB", "SwapFree:        18446744073709551000 kB")}))
        self.assertEqual((full.used_percent, full.swap_used_percent), (100.0, 100.0))
        self.assertEqual((full.available_bytes, full.swap_free_bytes), (0, 0))

    def test_negative_figures_of_each_unit_and_word(self) -> None:
        def used(available: int, vmalloc: str = "VmallocTotal: 34359738367 kB\n") -> float:
            return sample(self.host({"proc/meminfo": "MemTotal: 1000 kB\nMemFree: 500 kB\nMemAvailable: %d kB\n%s"
                                     % (available, vmalloc)})).used_percent

        small = "VmallocTotal: 122880 kB\n"
        for available, vmalloc, percent in (
                ((1 << 64) - 4, "", 100.0), ((1 << 63), "", 100.0), (((1 << 64) - 4096) // 1024, "", 100.0),
                ((1 << 63) // 1024, "", 100.0), ((1 << 32) - 4, small, 100.0), (1 << 31, small, 100.0),
                (600, small, 40.0), (600, "", 40.0),
                (1 << 33, "", 50.0)):         # a container that shows its host's: more than it has, and no negative one
            with self.subTest(available, vmalloc=vmalloc):
                self.assertEqual(used(available, vmalloc or "VmallocTotal: 34359738367 kB\n"), percent)

    def test_swap_is_counted_in_the_machine_s_own_pages(self) -> None:
        files = {"proc/meminfo": NEWEST, "proc/vmstat": "nr_free_pages 15625\npswpin 11\npswpout 13\n"}
        swapped = sample(self.host(files))
        self.assertEqual((swapped.swap_in_bytes, swapped.swap_out_bytes), (11 * 65536, 13 * 65536))

    def test_a_malformed_row_costs_what_it_tells(self) -> None:
        host = self.host({"proc/meminfo": NEWEST.replace("Buffers:          200000 kB", "Buffers:          2OOOOO kB"),
                          "proc/vmstat": VMSTAT.replace("pswpin 11", "pswpin x")})
        told: list[ParseError] = []
        host.report = told.append
        self.assertEqual(sample(host), sample(self.host({"proc/meminfo": NEWEST, "proc/vmstat": VMSTAT}))._replace(
            buffers_bytes=0, swap_in_bytes=0))
        self.assertEqual([(problem.file, problem.line) for problem in told], [("meminfo", 4), ("vmstat", 2)])

    def test_files_that_help_may_be_refused(self) -> None:
        files = {"proc/meminfo": OLD, "proc/vmstat": VMSTAT}
        expected = sample(self.host(files))
        for name in ("zoneinfo", "spl/kstat/zfs/arcstats", "self/mountinfo"):
            with self.subTest(name):
                self.assertEqual(sample(self.host(dict(files, **{"proc/%s/is a directory" % name: ""}))), expected)

    def test_every_line_for_those_who_want_them(self) -> None:
        whole = memory.Sampler()(self.host({"proc/meminfo": NEWEST}))
        self.assertIn(("SwapCached", 7 * KIB, True), whole.lines())
        self.assertEqual([name for name, _, is_amount in whole.lines() if not is_amount], ["HugePages_Total"])
        self.assertEqual([(name, number) for name, number, _ in whole.lines()], list(memory.parse(NEWEST).items()))
        lying = whole._replace(text="MemTotal: 1 kB\nMemFree: %s kB\nHugePages_Total: 3\n" % ("9" * 5000))
        self.assertEqual(lying.lines(), [("MemTotal", KIB, True), ("HugePages_Total", 3, False)])

    def test_word_of_the_kernel(self) -> None:
        for name, text, expected in (("64 bits", NEWEST, 64), ("32 bits", "VmallocTotal: 1048372 kB\n", 32),
                                     ("not told", "MemTotal: 1 kB\n", struct.calcsize("P") * 8)):
            with self.subTest(name):
                self.assertEqual(memory.word_bits(self.host({"proc/meminfo": text})), expected)
        self.assertEqual(memory.word_bits(self.host({})), struct.calcsize("P") * 8)

    def test_without_meminfo(self) -> None:
        with self.assertRaises(NoData):
            sample(self.host({"proc/vmstat": VMSTAT}))

    def test_without_the_lines_that_matter(self) -> None:
        for name in ("MemTotal", "MemFree"):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                sample(self.host({"proc/meminfo": NEWEST.replace(name, "Other")}))
            self.assertEqual(str(caught.exception), "meminfo:1: no line " + name)

    AVAILABLE: tuple[tuple[str, str, dict[str, str], int], ...] = (
        # name, meminfo, other files, KiB
        ("as the kernel says", NEWEST, {}, 5000000),
        # Free − W + P − min(P/2, W) + S − min(S/2, W), with W = 10000 pages = 40000 KiB.
        ("estimate", OLD, {"proc/zoneinfo": ZONEINFO}, 1000000 - 40000 + (3000000 - 40000) + (400000 - 40000)),
        ("estimate: at most half of a cache is kept", OLD.replace("400000 kB", "60000 kB"), {"proc/zoneinfo": ZONEINFO},
         1000000 - 40000 + (3000000 - 40000) + 30000),
        ("estimate: never below nothing", "MemTotal: 9 kB\nMemFree: 8 kB\nActive(file): 0 kB\nInactive(file): 0 kB\n"
         "SReclaimable: 0 kB\n", {"proc/zoneinfo": ZONEINFO}, 0),
        ("no zoneinfo: free and cached, but for tmpfs", OLD, {}, 3700000),
        ("a malformed zoneinfo", OLD, {"proc/zoneinfo": "low x\n"}, 3700000),
        ("no lists of file pages", OLD.replace("Active(file)", "Other"), {"proc/zoneinfo": ZONEINFO}, 3700000),
        ("no reclaimable slab", OLD.replace("SReclaimable", "Other"), {"proc/zoneinfo": ZONEINFO}, 3700000),
        ("nearly all that is cached is tmpfs", "MemTotal: 8000000 kB\nMemFree: 200000 kB\nCached: 3400000 kB\n"
         "Shmem: 3000000 kB\n", {}, 600000),
        ("before Shmem (2.6.32)", "MemTotal: 9 kB\nMemFree: 2 kB\nCached: 3 kB\n", {}, 5),
        # cgroup v1 and lxcfs: what is used beyond the limit makes it negative, and it is printed as an unsigned word.
        ("negative", NEWEST.replace("5000000 kB", "18446744073709551612 kB"), {}, 0),
        ("the most negative", NEWEST.replace("5000000 kB", str(1 << 63) + " kB"), {}, 0),
        ("negative, with a sign", NEWEST.replace("5000000 kB", "-4 kB"), {}, 0),
        ("negative of a 32-bit kernel", NEWEST.replace("5000000 kB", "4294967292 kB").replace(
            "34359738367 kB", "1048372 kB"), {}, 0),
        ("of a 64-bit kernel that is no number below 0", NEWEST.replace("5000000 kB", "4294967292 kB"), {}, 1000000),
        ("a malformed arcstats", NEWEST, {ARC: "size 4 x\n"}, 5000000),
        ("more than there is: LXC", NEWEST.replace("5000000 kB", "9000000 kB"), {}, 1000000),
        ("even more free than there is", "MemTotal: 9 kB\nMemFree: 10 kB\nMemAvailable: 11 kB\n", {}, 9),
        ("ZFS", NEWEST, {ARC: ARCSTATS.replace("700000", str(100000 + 500 * KIB))}, 5000500),
        ("ZFS, more than there is", NEWEST, {ARC: ARCSTATS.replace("700000", str(1 << 50))}, 8000000),
        ("ZFS on the host of a container", NEWEST, {ARC: ARCSTATS, "root/.dockerenv": ""}, 5000000),
    )

    def test_available(self) -> None:
        for name, meminfo, files, expected in self.AVAILABLE:
            with self.subTest(name):
                host = self.host(dict(files, **{"proc/meminfo": meminfo, "proc/vmstat": VMSTAT}))
                self.assertEqual(sample(host).available_bytes, expected * KIB)

    def test_estimate_with_pages_of_64_kib(self) -> None:
        files = {"proc/meminfo": OLD, "proc/zoneinfo": ZONEINFO, "proc/vmstat": "nr_free_pages 15625\n"}
        self.assertEqual(sample(self.host(files)).available_bytes,
                         (1000000 - 640000 + (3000000 - 640000) + 200000) * KIB)

    def test_estimate_of_this_machine_goes_by_its_own_pages(self) -> None:
        files = {"proc/meminfo": OLD, "proc/zoneinfo": "low 1\n", "proc/vmstat": "nr_free_pages 7812\n"}
        self.assertEqual(sample(self.host(files, live=True)).available_bytes,
                         4400000 * KIB - 3 * os.sysconf("SC_PAGE_SIZE"))


class PageSize(Tree):
    def test_another_host(self) -> None:
        free = "MemTotal: 8000000 kB\nMemFree: 1000000 kB\n"
        for name, files, expected in (
                ("4 KiB", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 250000\n"}, 4096),
                ("16 KiB, read a moment later", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 60000\n"}, 16384),
                ("64 KiB", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 15625\n"}, 65536),
                ("256 KiB", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 3906\n"}, 262144),
                ("16 KiB, off by 4.9 %", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 59580\n"}, 16384),
                ("16 KiB, off by 5.2 %", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 59400\n"}, 4096),
                ("between two sizes", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 160000\n"}, 4096),
                ("smaller than any page", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 500000\n"}, 4096),
                ("larger than any page", {"proc/meminfo": free, "proc/vmstat": "nr_free_pages 1953\n"}, 4096),
                ("nothing free", {"proc/meminfo": "MemTotal: 9 kB\nMemFree: 0 kB\n",
                                  "proc/vmstat": "nr_free_pages 0\n"}, 4096),
                ("no vmstat", {"proc/meminfo": free}, 4096)):
            with self.subTest(name):
                self.assertEqual(sample(self.host(files)).page_bytes, expected)

    def test_this_machine(self) -> None:
        host = self.host({"proc/meminfo": "MemTotal: 8000000 kB\nMemFree: 1000000 kB\n",
                          "proc/vmstat": "nr_free_pages 7812\n"}, live=True)
        self.assertEqual(sample(host).page_bytes, os.sysconf("SC_PAGE_SIZE"))


    def test_it_does_not_change(self) -> None:
        sampler, free = memory.Sampler(), "MemTotal: 8000000 kB\nMemFree: 1000000 kB\n"
        for pages in (62500, 250000):              # a moment at which the two tables do not agree
            files = {"proc/meminfo": free, "proc/vmstat": "nr_free_pages %d\n" % pages}
            self.assertEqual(sample(self.host(files), sampler).page_bytes, 16384)


class InContainer(Tree):
    def test_table(self) -> None:
        for name, files, expected in (
                ("nothing told", {}, False),
                ("systemd", {"root/run/systemd/container": "lxc\n"}, True),
                ("Docker", {"root/.dockerenv": ""}, True),
                ("Podman", {"root/run/.containerenv": ""}, True),
                ("lxcfs in mounts", {"proc/mounts": "proc /proc proc rw 0 0\n" + LXCFS}, True),
                ("lxcfs in our own mountinfo", {"proc/self/mountinfo": LXCFS_MOUNTINFO}, True),
                ("lxcfs in init's mountinfo", {"proc/1/mountinfo": LXCFS_MOUNTINFO}, True),
                ("lxcfs in init's mounts", {"proc/1/mounts": LXCFS}, True),
                ("lxcfs in init's, not in our own", {"proc/self/mountinfo": "", "proc/1/mounts": LXCFS}, False),
                ("lxcfs over another file", {"proc/mounts": LXCFS.replace("meminfo", "uptime")}, False),
                ("the host of lxcfs", {"proc/mounts": "lxcfs /var/lib/lxcfs fuse.lxcfs rw 0 0\n"}, False),
                ("another meminfo", {"proc/mounts": "overlay /proc/meminfo overlay rw 0 0\n"}, False)):
            with self.subTest(name):
                self.assertEqual(memory.in_container(self.host(files)), expected)

    def test_it_is_looked_for_once(self) -> None:
        sampler, files = memory.Sampler(), {"proc/meminfo": NEWEST, ARC: ARCSTATS}
        for more in ({"root/.dockerenv": ""}, {}):
            self.assertEqual(sampler(self.host(dict(files, **more))).available_bytes, 5000000 * KIB)


if __name__ == "__main__":
    unittest.main()
