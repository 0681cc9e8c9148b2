"""disks: /proc/diskstats of every age, which of its rows are disks, and what two samples say."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.collectors import disks
from glancesd.collectors.disks import Disk
from glancesd.roots import NoData, ParseError, Roots

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


class Parse(unittest.TestCase):
    VALID: tuple[tuple[Any, ...], ...] = (
        ("empty", "", {}),
        ("14 columns", "   8       0 sda 10 11 12 13 20 21 22 23 0 31 32\n", {"sda": Disk(10, 12, 20, 22)}),
        ("18 columns (4.18)", " 8 0 sda 10 11 12 13 20 21 22 23 0 31 32 40 41 42 43\n", {"sda": Disk(10, 12, 20, 22)}),
        ("20 columns (5.5)", " 254 0 vda 10 11 12 13 20 21 22 23 0 31 32 40 41 42 43 50 51\n",
         {"vda": Disk(10, 12, 20, 22)}),
        ("7 columns: a partition of 2.6", "   8    1 sda1 1 2 3 4\n", {"sda1": Disk(1, 2, 3, 4)}),
        ("a later kernel's further columns", " 8 0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n",
         {"sda": Disk(1, 3, 5, 7)}),
        ("a name with a slash", " 104 0 cciss/c0d0 1 2 3 4 5 6 7 8 9 10 11\n", {"cciss/c0d0": Disk(1, 3, 5, 7)}),
        ("order kept", diskstats("sdb", "sda"), {"sdb": Disk(1, 3, 5, 7), "sda": Disk(1, 3, 5, 7)}),
    )
    MALFORMED = (
        ("short", "   8 0 sda 1 2 3\n", "diskstats:1: not a disk"),
        ("between the layouts", "   8 0 sda 1 2 3 4 5\n", "diskstats:1: not a disk"),
        ("an empty row", diskstats("sda") + "\n", "diskstats:2: not a disk"),
        ("not a number", diskstats("sda") + " 8 1 sdb 1 2 x 4 5 6 7 8 9 10 11\n", "diskstats:2: a counter"),
        ("not a number, 7 columns", "   8 1 sda1 1 2 3 x\n", "diskstats:1: a counter"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(disks.parse(text), expected)
                self.assertEqual(list(disks.parse(text)), list(expected))

    def test_malformed(self) -> None:
        for name, text, message in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                disks.parse(text)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)

    def test_partitions(self) -> None:
        self.assertEqual(disks.parse_partitions(""), frozenset())
        self.assertEqual(disks.parse_partitions(PARTITIONS_HEADER), frozenset())
        self.assertEqual(disks.parse_partitions(partitions("sda", "sda1")), {"sda", "sda1"})
        with self.assertRaises(ParseError) as caught:
            disks.parse_partitions(PARTITIONS_HEADER + "   8 0 sda\n")
        self.assertEqual(caught.exception.line, 3)


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
                self.assertEqual(tuple(disks.Sampler()(tree)), expected)

    def test_without_a_size(self) -> None:
        tree = Tree({"diskstats": diskstats("loop0", "loop1", "sda", "zram0", "nvme0c0n1"),
                     "partitions": partitions("loop1", "sda")}, ("loop0", "loop1", "sda", "zram0", "nvme0c0n1"))
        self.assertEqual(list(disks.Sampler()(tree)), ["loop1", "sda"])

    def test_no_partitions_file(self) -> None:
        tree = Tree({"diskstats": diskstats("sda", "sda1", "loop0")})
        self.assertEqual(list(disks.Sampler()(tree)), ["sda", "loop0"])

    def test_another_time(self) -> None:
        sampler, tree = disks.Sampler(), Tree({"diskstats": diskstats("sda", "sdb"), "partitions": partitions("sda")})
        for _ in range(2):
            self.assertEqual(list(sampler(tree)), ["sda"])
        tree.files["partitions"] = partitions("sda", "sdb")
        self.assertEqual(list(sampler(tree)), ["sda", "sdb"])
        tree.files["partitions"] = "major minor  #blocks  name\n\nmalformed\n"
        for _ in range(2):
            with self.assertRaises(ParseError):
                sampler(tree)

    def test_sysfs_is_asked_when_a_disk_comes_or_goes(self) -> None:
        sampler = disks.Sampler()
        tree = Tree({"diskstats": diskstats("md0", "md0p1"), "partitions": partitions("md0", "md0p1")}, ("md0",))
        self.assertEqual(list(sampler(tree)), ["md0"])
        tree.blocks = ("md0", "md0p1")
        self.assertEqual(list(sampler(tree)), ["md0"])
        tree.files["partitions"] += partitions("sda").splitlines()[-1] + "\n"
        self.assertEqual(list(sampler(tree)), ["md0", "md0p1"])

    def test_sysfs_that_could_not_be_listed_is_asked_again(self) -> None:
        sampler = disks.Sampler()
        tree = Tree({"diskstats": diskstats("md0", "md0p1"), "partitions": partitions("md0", "md0p1")})
        self.assertEqual(list(sampler(tree)), ["md0"])
        tree.blocks = ("md0", "md0p1")
        self.assertEqual(list(sampler(tree)), ["md0", "md0p1"])

    def test_no_diskstats(self) -> None:
        with self.assertRaises(NoData):
            disks.Sampler()(Tree({"partitions": partitions("sda")}, ("sda",)))


class Derive(unittest.TestCase):
    CEILING = 10 ** 10 // 8 // 512      # sectors per second of 10 Gbit/s
    TABLE: tuple[tuple[Any, ...], ...] = (
        # name, before, now, elapsed, reads, writes, read_bytes, written_bytes
        ("two samples", Disk(100, 1000, 50, 500), Disk(110, 1080, 51, 501), 2.0, 10, 1, 80 * 512, 512),
        ("nothing happened", Disk(1, 2, 3, 4), Disk(1, 2, 3, 4), 2.0, 0, 0, 0, 0),
        ("a new disk", None, Disk(10 ** 6, 10 ** 9, 10 ** 6, 10 ** 9), 1.0, 0, 0, 0, 0),
        ("a reset", Disk(100, 1000, 50, 500), Disk(1, 8, 60, 600), 1.0, 0, 10, 0, 100 * 512),
        ("wrap of 32 bits", Disk(2 ** 32 - 1, 2 ** 32 - 8, 5, 5), Disk(1, 8, 5, 5), 1.0, 2, 0, 16 * 512, 0),
        ("wrap, just what 10 Gbit/s carry", Disk(0, 2 ** 32 - 1, 0, 0), Disk(0, CEILING - 1, 0, 0), 1.0, 0, 0,
         CEILING * 512, 0),
        ("wrap, beyond it", Disk(0, 2 ** 32 - 1, 0, 0), Disk(0, CEILING, 0, 0), 1.0, 0, 0, 0, 0),
        ("a 64-bit counter steps back", Disk(0, 2 ** 33, 0, 0), Disk(0, 8, 0, 0), 1.0, 0, 0, 0, 0),
    )

    def test_table(self) -> None:
        for name, before, now, elapsed, reads, writes, read_bytes, written_bytes in self.TABLE:
            with self.subTest(name):
                activity = disks.derive({"sda": now}, {} if before is None else {"sda": before}, elapsed)["sda"]
                self.assertEqual(activity, (now, elapsed, reads, writes, read_bytes, written_bytes,
                                            read_bytes / elapsed, written_bytes / elapsed))

    def test_first_sample(self) -> None:
        self.assertEqual(disks.derive({"sda": Disk(1, 2, 3, 4)}, None, 0.0)["sda"][1:], (0.0, 0, 0, 0, 0, 0.0, 0.0))

    def test_vanished_disk_is_not_listed(self) -> None:
        self.assertEqual(disks.derive({}, {"sda": Disk(1, 2, 3, 4)}, 1.0), {})


if __name__ == "__main__":
    unittest.main()
