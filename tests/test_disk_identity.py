"""disk_identity: which disk is which, as the kernel and udev tell."""
from __future__ import annotations

import unittest

from glancesd.collectors import disk_identity
from glancesd.collectors.disk_identity import Identity
from glancesd.roots import NoData
from tests import tables
from tests.fake_host import Tree


class Parse(tables.Tables):
    parse = staticmethod(disk_identity.parse)
    VALID = (("empty", "", {}),
             ("disks", "   8       0 sda 1 2 3\n 104       1 cciss/c0d0p1 1 2 3 4\n 259 12 nvme0n1 1\n",
              {"sda": ("8", "0"), "cciss/c0d0p1": ("104", "1"), "nvme0n1": ("259", "12")}),
             ("a name with a blank of Unicode", "   8       0 a\u00a0b 1 2 3\n", {"a\u00a0b": ("8", "0")}))
    LOST = (("short", "8 0\n8 1 sda1 0\n", {"sda1": ("8", "1")}, "diskstats:1: not a disk"),)
    MALFORMED = (("not a number", "x 0 sda 1\n", "diskstats:1: not a disk"),)


class ParseUdev(tables.Tables):
    parse = staticmethod(disk_identity.parse_udev)
    VALID = (("empty", "", {}),
             ("properties", "S:disk/by-id/x\nI:123\nE:ID_MODEL=A=B\nE:ID_WWN=0x5000\nE:broken\nG:tag\n",
              {"ID_MODEL": "A=B", "ID_WWN": "0x5000"}))


class Sample(Tree):
    def test_a_disk(self) -> None:
        host = self.host({
            "proc/diskstats": "8 0 sda 1 2\n8 16 sdb 1 2\n", "sys/block/sda/queue/rotational": "1\n",
            "root/run/udev/data/b8:0": "E:ID_MODEL=WDC\nE:ID_SERIAL_SHORT=S1\nE:ID_REVISION=82\nE:ID_PATH=pci-1\n"
                                       "E:ID_WWN=0x5\n"})
        self.assertEqual(disk_identity.sample(host), {
            "sda": Identity("8", "0", "pci-1", "0x5", "WDC", "S1", "82", 1),
            "sdb": Identity("8", "16", "", "", "", "", "", None)})

    def test_none(self) -> None:
        with self.assertRaises(NoData):
            disk_identity.sample(self.host({}))


if __name__ == "__main__":
    unittest.main()
