"""raid: /proc/mdstat as kernels print it."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.collectors import raid
from glancesd.collectors.raid import Array
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots


class Parse(unittest.TestCase):
    VALID: tuple[tuple[Any, ...], ...] = (
        ("empty", "", {}),
        ("no array", "Personalities : \nunused devices: <none>\n", {}),
        ("mirrors", "Personalities : [raid1] [raid6] [raid5] [raid4] \n"
         "md1 : active raid1 sdb2[1] sda2[0]\n      136448 blocks [2/2] [UU]\n      \n"
         "md2 : active raid1 sdb3[2] sda3[0]\n      129596288 blocks super 1.2 [2/1] [U_]\n"
         "      [=>...................]  recovery =  5.0% (6479872/129596288) finish=12.3min speed=166124K/sec\n"
         "      bitmap: 0/1 pages [0KB], 65536KB chunk\n\nunused devices: <none>\n",
         {"md1": Array("md1", True, "raid1", {"sdb2": "1", "sda2": "0"}, 2, 2, "UU"),
          "md2": Array("md2", True, "raid1", {"sdb3": "2", "sda3": "0"}, 2, 1, "U_")}),
        ("parity, flags of components", "md0 : active raid5 sdd1[3](S) sdc1[2](F) sdb1[1](W) nvme0n1p1[4](J) sda1[0]\n"
         "      7813769216 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/2] [UU_]\n",
         {"md0": Array("md0", True, "raid5", {"sdd1": "3", "sdc1": "2", "sdb1": "1", "nvme0n1p1": "4", "sda1": "0"}, 3,
                       2, "UU_")}),
        ("raid10", "md0 : active raid10 sdb[1] sda[0]\n"
         "      123 blocks super 1.2 512K chunks 2 near-copies [2/2] [UU]\n",
         {"md0": Array("md0", True, "raid10", {"sdb": "1", "sda": "0"}, 2, 2, "UU")}),
        ("no redundancy", "md0 : active raid0 sdb[1] sda[0]\n      123 blocks super 1.2 512k chunks\n",
         {"md0": Array("md0", True, "raid0", {"sdb": "1", "sda": "0"}, None, None, None)}),
        ("Synology's", "md2 : active raid5 sda5[5](E) sdb5[1] sdc5[2] sdd5[3] sde5[4]\n"
         "      1 blocks super 1.2 level 5, 64k chunk, algorithm 2 [5/4] [_UUUE]\n",
         {"md2": Array("md2", True, "raid5", {"sda5": "5", "sdb5": "1", "sdc5": "2", "sdd5": "3", "sde5": "4"}, 5, 4,
                       "_UUUE")}),
        ("and a letter that nobody knows yet", "md2 : active raid1 sda5[0] sdb5[1]\n"
         "      1 blocks super 1.2 [2/2] [Us]\n",
         {"md2": Array("md2", True, "raid1", {"sda5": "0", "sdb5": "1"}, 2, 2, "Us")}),
        ("read-only", "md127 : active (auto-read-only) raid1 sda[0]\n      1 blocks [2/1] [U_]\n"
         "md5 : active (read-only) linear sdb[0]\n",
         {"md127": Array("md127", True, "raid1", {"sda": "0"}, 2, 1, "U_"),
          "md5": Array("md5", True, "linear", {"sdb": "0"}, None, None, None)}),
        ("inactive", "md3 : inactive sdc1[0](S) sdd1[-1](S)\n      1465138496 blocks super 1.2\n       \n",
         {"md3": Array("md3", False, None, {"sdc1": "0", "sdd1": "-1"}, None, None, None)}),
        ("broken (5.x)", "md0 : broken raid0 sdb[1] sda[0]\n      123 blocks super 1.2 512k chunks\n",
         {"md0": Array("md0", False, "raid0", {"sdb": "1", "sda": "0"}, None, None, None)}),
        ("nothing but its state", "md0 : active\n", {"md0": Array("md0", True, None, {}, None, None, None)}),
        ("no component left", "md0 : active raid1\n      123 blocks\n",
         {"md0": Array("md0", True, "raid1", {}, None, None, None)}),
        ("names", "md_d0 : active raid1 cciss/c0d0p1[0] dm-3[1]\n      1 blocks [2/2] [UU]\n"
         "md_home : inactive sda[0]\n",
         {"md_d0": Array("md_d0", True, "raid1", {"cciss/c0d0p1": "0", "dm-3": "1"}, 2, 2, "UU"),
          "md_home": Array("md_home", False, None, {"sda": "0"}, None, None, None)}),
        ("blanks of Unicode in names", "md_a\u2028b : active raid1 s\u3000d[0] sd\x1c[1]\n      1 blocks [2/2] [UU]\n",
         {"md_a\u2028b": Array("md_a\u2028b", True, "raid1", {"s\u3000d": "0", "sd\x1c": "1"}, 2, 2, "UU")}),
        ("2.4", "Personalities : [raid1]\nread_ahead 1024 sectors\n"
         "md0 : active raid1 sdb1[1] sda1[0]\n      56 blocks [2/2] [UU]\n",
         {"md0": Array("md0", True, "raid1", {"sdb1": "1", "sda1": "0"}, 2, 2, "UU")}),
        ("more digits than a size has",
         "md0 : active raid1 sda[0]\n      %s blocks [%s/1] [U_]\n" % (2 * ("9" * 5000,)),
         {"md0": Array("md0", True, "raid1", {"sda": "0"}, None, None, None)}),
        ("an indented row of no array", "      56 blocks [2/2] [UU]\n", {}),
        ("a row behind the arrays", "md0 : inactive sda[0]\nunused devices: <none>\n      56 blocks [2/2] [UU]\n",
         {"md0": Array("md0", False, None, {"sda": "0"}, None, None, None)}),
    )
    MALFORMED = (
        ("no state", "Personalities : [raid1]\nmd0 : \n", "mdstat:2: neither active"),
        ("an unknown state", "md0 : asleep raid1 sda[0]\n", "mdstat:1: neither active"),
        ("a component without its number", "md0 : active raid1 sda\n", "mdstat:1: not a component"),
        ("a component without a name", "md0 : active raid1 sda[0] [1]\n", "mdstat:1: not a component"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                found = raid.parse(text)
                self.assertEqual({name: Array(*array[:7]) for name, array in found.items()}, expected)
                self.assertEqual(list(found), list(expected))

    def test_disks_and_progress(self) -> None:
        first = "md0 : active raid5 sdd1[3](S) sdc1[2](F) sdb1[1](W)(F) sda1[0]\n"
        blocks = "      7813769216 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/2] [UU_]\n"
        for row, action, done, synced in (
                ("", None, None, 7813769216),
                ("      [>....]  recovery =  5.0% (6479872/129596288) finish=12.3min speed=1K/sec\n", "recovery",
                 6479872, 6479872),
                ("      [>....]  check = 80.1% (7/8) finish=1.0min speed=1K/sec\n", "check", 7, 7),
                ("      \tresync=PENDING\n", "resync", None, 0), ("        resync=DELAYED\n", "resync", None, 0),
                ("      bitmap: 0/1 pages [0KB], 65536KB chunk\n", None, None, 7813769216)):
            with self.subTest(row):
                array = raid.parse(first + blocks + row)["md0"]
                self.assertEqual((array.failed, array.spare, array.blocks), (2, 1, 7813769216))
                self.assertEqual((array.action, array.done_blocks, array.synced_blocks), (action, done, synced))
        self.assertIsNone(raid.parse(first)["md0"].synced_blocks)

    def test_malformed(self) -> None:
        for name, text, message in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                raid.parse(text)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)
            with self.subTest(name, beside="a good array"):
                reported: list[ParseError] = []
                rest = "      1 blocks [2/2] [UU]\nmd9 : active raid1 sda[0]\n      1 blocks [2/1] [U_]\n"
                found = raid.parse(text + rest, "f", reported.append)
                self.assertEqual({name: array.state for name, array in found.items()}, {"md9": "U_"})
                self.assertEqual(len(reported), 1)

    def test_kernel_without_md(self) -> None:
        with self.assertRaises(NoData):
            raid.sample(Roots("/nowhere"))


if __name__ == "__main__":
    unittest.main()
