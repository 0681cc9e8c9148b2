"""disks: /proc/diskstats of every age, which of its rows are disks, and what two samples say."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.collectors import disks
from glancesd.collectors.disks import Counters
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots

PARTITIONS_HEADER = "major minor  #blocks  name\n\n"


class Tree(Roots):
    """Files of /proc by name, and what /sys/block holds."""

    def __init__(self, files: dict[str, str], blocks: tuple[str, ...] = ()) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.files = files
        self.blocks = blocks

    def proc_bytes(self, *names: str) -> bytes:
        for name in names:
            if name in self.files:
                return self.files[name].encode()
        raise NoData(names[-1])

    def sys_names(self, name: str) -> list[str]:
        assert name == "block", name
        return list(self.blocks)


def diskstats(*names: str) -> str:
    return "".join("   8 0 %s 1 2 3 4 5 6 7 8 9 10 11\n" % name for name in names)


def partitions(*names: str) -> str:
    return PARTITIONS_HEADER + "".join("   8        0  488386584 %s\n" % name for name in names)


def short(reads: int, read_sectors: int, writes: int, written_sectors: int) -> Counters:
    """A row of seven columns."""
    return Counters(reads, None, read_sectors, None, writes, None, written_sectors, None)


class Parse(unittest.TestCase):
    VALID: tuple[tuple[str, str, list[tuple[str, Counters]]], ...] = (
        ("empty", "", []),
        ("14 columns", "   8       0 sda 10 11 12 13 20 21 22 23 0 31 32\n",
         [("sda", Counters(10, 11, 12, 13, 20, 21, 22, 23, 0, 31, 32))]),
        ("18 columns (4.18)", " 8 0 sda 10 11 12 13 20 21 22 23 0 31 32 40 41 42 43\n",
         [("sda", Counters(10, 11, 12, 13, 20, 21, 22, 23, 0, 31, 32, 40, 41, 42, 43))]),
        ("20 columns (5.5)", " 254 0 vda 10 11 12 13 20 21 22 23 0 31 32 40 41 42 43 50 51\n",
         [("vda", Counters(10, 11, 12, 13, 20, 21, 22, 23, 0, 31, 32, 40, 41, 42, 43, 50, 51))]),
        ("7 columns: a partition of 2.6", "   8    1 sda1 1 2 3 4\n", [("sda1", short(1, 2, 3, 4))]),
        ("a later kernel's further columns", " 8 0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n",
         [("sda", Counters(*range(1, 18)))]),
        ("requests in flight below 0", " 8 0 sda 1 2 3 4 5 6 7 8 -1 10 11\n",
         [("sda", Counters(1, 2, 3, 4, 5, 6, 7, 8, -1, 10, 11))]),
        ("a name with a slash", " 104 0 cciss/c0d0 1 2 3 4 5 6 7 8 9 10 11\n",
         [("cciss/c0d0", Counters(*range(1, 12)))]),
        ("line ends and blanks of Unicode in names", " 9 0 md_a\x1cb\x85c\u2028\xa0d 1 2 3 4 5 6 7 8 9 10 11\n",
         [("md_a\x1cb\x85c\u2028\xa0d", Counters(*range(1, 12)))]),
        ("order kept", diskstats("sdb", "sda"), [("sdb", Counters(*range(1, 12))), ("sda", Counters(*range(1, 12)))]),
    )
    MALFORMED = (
        ("short", "   8 0 sda 1 2 3"),
        ("between the layouts", "   8 0 sda 1 2 3 4 5"),
        ("not a number", " 8 1 sda 1 2 x 4 5 6 7 8 9 10 11"),
        ("not a number, 7 columns", "   8 1 sda 1 2 3 x"),
        ("below 0", " 8 1 sda 1 2 -3 4 5 6 7 8 9 10 11"),
        ("a name alone", "sda"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(list(disks.parse(text).items()), expected)

    def test_malformed(self) -> None:
        for name, row in self.MALFORMED:
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(list(disks.parse(row + "\n" + diskstats("sdb"), report=told.append)), ["sdb"])
                self.assertEqual([str(problem) for problem in told],
                                 ["diskstats:1: not a disk and its counters: %r" % row])
                with self.assertRaises(ParseError):
                    disks.parse(row)

    def test_partitions(self) -> None:
        self.assertEqual(disks.parse_partitions(""), frozenset())
        self.assertEqual(disks.parse_partitions(PARTITIONS_HEADER), frozenset())
        self.assertEqual(disks.parse_partitions(partitions("sda", "sda1")), {"sda", "sda1"})
        told: list[ParseError] = []
        self.assertEqual(disks.parse_partitions(partitions("sda") + "   8 0 sdb\n", report=told.append), {"sda"})
        self.assertEqual([problem.line for problem in told], [4])


class Sample(unittest.TestCase):
    TABLE: tuple[tuple[Any, ...], ...] = (
        # name, rows of diskstats, /sys/block, those that are disks
        ("sysfs tells", ("sda", "sda1", "nvme0n1", "nvme0n1p1", "mmcblk0", "mmcblk0p2", "md0", "dm-0"),
         ("sda", "nvme0n1", "mmcblk0", "md0", "dm-0"), ("sda", "nvme0n1", "mmcblk0", "md0", "dm-0")),
        ("the name tells", ("sda", "sda1", "sda12", "nvme0n1", "nvme0n1p1", "mmcblk0", "mmcblk0p2", "md0", "dm-0",
                            "sr0"), (),
         ("sda", "nvme0n1", "mmcblk0", "md0", "dm-0", "sr0")),
        ("a name that looks like a partition and is a disk", ("mmcblk0", "mmcblk0boot0", "xvda1"), (),
         ("mmcblk0", "mmcblk0boot0", "xvda1")),
        ("sysfs over the name", ("sd", "sd1"), ("sd", "sd1"), ("sd", "sd1")),
        ("a disk that ends in p", ("sdp", "sdp1"), (), ("sdp",)),
        ("a slash is an exclamation mark in sysfs", ("cciss/c0d0", "cciss/c0d0p1"), ("cciss!c0d0",), ("cciss/c0d0",)),
        ("RAM disks", ("ram0", "sda"), ("ram0", "sda"), ("sda",)),
        ("order of the kernel", ("sdb", "sda"), ("sda", "sdb"), ("sdb", "sda")),
    )

    def test_whole_disks(self) -> None:
        for name, rows, blocks, expected in self.TABLE:
            with self.subTest(name):
                tree = Tree({"diskstats": diskstats(*rows), "partitions": partitions(*rows)}, blocks)
                sample = disks.Sampler()(tree)
                self.assertEqual(tuple(sample.disks), expected)
                self.assertEqual(tuple(sample.rows), rows)

    def test_without_a_size(self) -> None:
        tree = Tree({"diskstats": diskstats("loop0", "loop1", "sda", "zram0", "nvme0c0n1"),
                     "partitions": partitions("loop1", "sda")}, ("loop0", "loop1", "sda", "zram0", "nvme0c0n1"))
        self.assertEqual(list(disks.Sampler()(tree).disks), ["loop1", "sda"])

    def test_a_partitions_file_without_a_row(self) -> None:
        """It only helps: what the rest tells is served."""
        for text in (PARTITIONS_HEADER, "\0" * 50, "\n\n\n", "cut"):
            with self.subTest(text):
                tree = Tree({"diskstats": diskstats("sda", "sda1"), "partitions": text}, ("sda",))
                self.assertEqual(list(disks.Sampler()(tree).disks), ["sda"])

    def test_no_partitions_file(self) -> None:
        tree = Tree({"diskstats": diskstats("sda", "sda1", "loop0")})
        self.assertEqual(list(disks.Sampler()(tree).disks), ["sda", "loop0"])

    def test_another_time(self) -> None:
        sampler, tree = disks.Sampler(), Tree({"diskstats": diskstats("sda", "sdb"), "partitions": partitions("sda")})
        for _ in range(2):
            self.assertEqual(list(sampler(tree).disks), ["sda"])
        tree.files["partitions"] = partitions("sda", "sdb")
        self.assertEqual(list(sampler(tree).disks), ["sda", "sdb"])
        tree.files["partitions"] = "major minor  #blocks  name\n\nmalformed\n"
        told: list[ParseError] = []
        tree.report = told.append
        self.assertEqual(list(sampler(tree).disks), ["sda", "sdb"])
        self.assertEqual([str(problem) for problem in told],
                         ["partitions:3: not a partition and its size: 'malformed'"])

    def test_sysfs_is_asked_when_a_disk_comes_or_goes(self) -> None:
        sampler = disks.Sampler()
        tree = Tree({"diskstats": diskstats("md0", "md0p1"), "partitions": partitions("md0", "md0p1")}, ("md0",))
        self.assertEqual(list(sampler(tree).disks), ["md0"])
        tree.blocks = ("md0", "md0p1")
        self.assertEqual(list(sampler(tree).disks), ["md0"])
        tree.files["partitions"] += partitions("sda").splitlines()[-1] + "\n"
        self.assertEqual(list(sampler(tree).disks), ["md0", "md0p1"])

    def test_sysfs_that_could_not_be_listed_is_asked_again(self) -> None:
        sampler = disks.Sampler()
        tree = Tree({"diskstats": diskstats("md0", "md0p1"), "partitions": partitions("md0", "md0p1")})
        self.assertEqual(list(sampler(tree).disks), ["md0"])
        tree.blocks = ("md0", "md0p1")
        self.assertEqual(list(sampler(tree).disks), ["md0", "md0p1"])

    def test_no_diskstats(self) -> None:
        with self.assertRaises(NoData):
            disks.Sampler()(Tree({"partitions": partitions("sda")}, ("sda",)))


    def test_made_in_advance(self) -> None:
        unused = "".join("   7 0 %s 0 0 0 0 0 0 0 0 0 0 0\n" % name for name in ("loop0", "nbd0", "zram0", "sdz"))
        tree = Tree({"diskstats": diskstats("sda", "loop1") + unused})
        self.assertEqual(list(disks.Sampler()(tree).disks), ["sda", "loop1", "sdz"])

    def test_rows_that_read_the_same_are_not_taken_apart_again(self) -> None:
        sampler, tree = disks.Sampler(), Tree({"diskstats": diskstats("sda", "sdb")})
        first = sampler(tree)
        tree.files["diskstats"] = diskstats("sda") + "   8 0 sdb 2 2 3 4 5 6 7 8 9 10 11\n"
        second = sampler(tree)
        self.assertIs(second.rows["sda"], first.rows["sda"])
        self.assertEqual((first.rows["sdb"].reads, second.rows["sdb"].reads), (1, 2))
        tree.files["diskstats"] = diskstats("sdc")
        sampler(tree)
        self.assertEqual((len(sampler._rows._known), len(sampler._latest)), (1, 1))


class Windows(unittest.TestCase):
    CEILING = 10 ** 10 // 8 // 512      # sectors per second of 10 Gbit/s
    TABLE: tuple[tuple[Any, ...], ...] = (
        # name, bits of a word, rows before and now: reads, sectors read, ms, writes, sectors written, ms; what happened
        ("two samples", 64, (100, 1000, 5, 50, 500, 7), (110, 1080, 8, 51, 501, 7), (10, 80, 3, 1, 1, 0)),
        ("nothing happened", 64, (1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5, 6), (0, 0, 0, 0, 0, 0)),
        ("a reset", 64, (100, 1000, 9, 50, 500, 9), (1, 8, 1, 60, 600, 1), (0, 0, 0, 10, 100, 0)),
        ("a wrap of 32 bits", 32, (2 ** 32 - 1, 2 ** 32 - 8, 0, 5, 5, 0), (1, 8, 0, 5, 5, 0), (2, 16, 0, 0, 0, 0)),
        ("64 bits do not wrap there", 64, (2 ** 32 - 1, 2 ** 32 - 8, 0, 5, 5, 0), (1, 8, 0, 5, 5, 0),
         (0, 0, 0, 0, 0, 0)),
        ("a wrap, just what 10 Gbit/s carry", 32, (0, 2 ** 32 - 1, 0, 0, 0, 0), (0, CEILING - 1, 0, 0, 0, 0),
         (0, CEILING, 0, 0, 0, 0)),
        ("a wrap, beyond it", 32, (0, 2 ** 32 - 1, 0, 0, 0, 0), (0, CEILING, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0)),
        ("a 64-bit counter steps back", 32, (0, 2 ** 33, 0, 0, 0, 0), (0, 8, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0)),
        ("times wrap on every kernel", 64, (1, 1, 2 ** 32 - 10, 1, 1, 1), (2, 2, 20, 1, 1, 1), (1, 1, 30, 0, 0, 0)),
        ("a leap", 64, (0, 10 ** 12, 0, 10 ** 12, 0, 0), (0, 10 ** 14, 0, 10 ** 14, 0, 0), (0, 0, 0, 0, 0, 0)),
    )

    def rows(self, reads: int, read: int, read_ms: int, writes: int, written: int, write_ms: int) -> str:
        return " 8 0 sda %d 0 %d %d %d 0 %d %d 0 0 0\n" % (reads, read, read_ms, writes, written, write_ms)

    def samples(self, word_bits: int, *rows: str) -> list[disks.DiskStats]:
        """A sample of each text, a second apart."""
        now = [0.0]
        sampler = disks.Sampler(lambda: now[0])
        tree = Tree({"meminfo": "VmallocTotal: %d kB\n" % (1048372 if word_bits == 32 else 34359738367)})
        found = []
        for text in rows:
            tree.files["diskstats"] = text
            found.append(sampler(tree))
            now[0] += 1.0
        return found

    def test_table(self) -> None:
        for name, word_bits, before, now, happened in self.TABLE:
            with self.subTest(name):
                first, second = self.samples(word_bits, self.rows(*before), self.rows(*now))
                activity = disks.derive(second, first, 1.0)["sda"]
                self.assertEqual((activity.reads, activity.read_bytes, activity.read_ms, activity.writes,
                                  activity.written_bytes, activity.write_ms),
                                 (happened[0], happened[1] * 512, *happened[2:4], happened[4] * 512, happened[5]))
                self.assertEqual((activity.read_bytes_per_second, activity.written_bytes_per_second),
                                 (activity.read_bytes, activity.written_bytes))

    def test_since_it_appeared(self) -> None:
        *_, last = self.samples(32, self.rows(0, 2 ** 32 - 1, 0, 0, 0, 0), self.rows(0, 1, 0, 0, 7, 0))
        disk = last.disks["sda"]
        self.assertEqual((disk.read_bytes, disk.written_bytes), ((2 ** 32 + 1) * 512, 7 * 512))
        self.assertEqual(last.rows["sda"].read_sectors, 1)

    def test_0_for_a_moment_is_no_activity(self) -> None:
        row = self.rows(10, 10, 10, 10, 10, 10)
        steps = self.samples(64, row, self.rows(0, 0, 0, 0, 0, 0), row)
        for before, now in zip(steps, steps[1:]):
            self.assertEqual(disks.derive(now, before, 1.0)["sda"][2:], (0, 0, 0, 0, 0.0, 0.0, 0, 0))

    def test_a_new_disk(self) -> None:
        first, second = self.samples(64, diskstats("sdb"), diskstats("sdb", "sda"))
        self.assertEqual(disks.derive(second, first, 1.0)["sda"][1:], (1.0, 0, 0, 0, 0, 0.0, 0.0, 0, 0))

    def test_a_row_without_times(self) -> None:
        first, second = self.samples(64, "8 1 sdb1 1 2 3 4\n", "8 1 sdb1 2 4 3 4\n")
        self.assertEqual(disks.derive(second, first, 1.0)["sdb1"][1:], (1.0, 1, 0, 1024, 0, 1024.0, 0.0, None, None))

    def test_first_sample(self) -> None:
        first, = self.samples(64, diskstats("sda"))
        self.assertEqual(disks.derive(first, None, 0.0)["sda"][1:], (0.0, 0, 0, 0, 0, 0.0, 0.0, 0, 0))

    def test_vanished_disk_is_not_listed(self) -> None:
        first, second = self.samples(64, diskstats("sda"), "")
        self.assertEqual(disks.derive(second, first, 1.0), {})


if __name__ == "__main__":
    unittest.main()
