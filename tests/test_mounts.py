"""mounts: every row of the mount table that is wanted, and what it says when it does not tell."""
from __future__ import annotations

import os
import threading
import unittest
from typing import Mapping

from glancesd.collectors.filesystems import Mount
from glancesd.collectors.mounts import TIMEOUT, Sampler
from glancesd.patience import Call, Outcome
from glancesd.roots import NoData, Roots
from tests import test_filesystems
from tests.test_filesystems import TYPES, mountinfo, usage

TABLE = mountinfo(("/dev/sda1", "/", "overlay", "0:1"), ("nas:/", "/nas", "nfs4", "0:50"),
                  ("/dev/sdb1", "/data", "ext4", "8:17"), ("/dev/sdb1", "/data/again", "ext4", "8:17"),
                  ("auto", "/auto", "autofs", "0:7"), ("/dev/sda2", "/", "ext4", "8:2"))


def everything(mount: Mount) -> bool:
    return True


class Rows(unittest.TestCase):
    def setUp(self) -> None:
        self.tree = test_filesystems.Tree({"1/mountinfo": TABLE, "filesystems": TYPES})
        self.sampler = Sampler()

    def test_every_row(self) -> None:
        self.assertEqual([(row.mount.source, row.mount.mount_point, row.error)
                          for row in self.sampler(self.tree, everything)],
                         [("/dev/sda1", "/", ""), ("nas:/", "/nas", ""), ("/dev/sdb1", "/data", ""),
                          ("/dev/sdb1", "/data/again", ""), ("/dev/sda2", "/", "")])
        self.assertNotIn("/auto", self.tree.asked)

    def test_what_is_not_wanted_is_not_touched(self) -> None:
        found = self.sampler(self.tree, lambda mount: mount.type == "nfs4")
        self.assertEqual([row.mount.source for row in found], ["nas:/", "/dev/sda2"])       # and what is on top of /
        self.assertEqual(sorted(set(self.tree.asked)), ["/", "/nas"])

    def test_disks_and_servers_are_asked_apart(self) -> None:
        """However many servers are dead, they do not hold all the threads that ask this machine's disks."""
        asked: dict[str, list[str]] = {}
        for name, patience in (("disks", self.sampler._disks), ("others", self.sampler._others)):
            def run(calls: Mapping[str, Call], name: str = name) -> dict[str, Outcome]:
                asked[name] = list(calls)
                return {point: Outcome(call()) for point, call in calls.items()}
            patience.run = run                          # type: ignore[method-assign]
        self.sampler(self.tree, lambda mount: True)
        self.assertEqual(asked, {"disks": ["/data", "/data/again", "/"], "others": ["/", "/nas"]})

    def test_no_table(self) -> None:
        with self.assertRaises(NoData):
            self.sampler(Roots("/nowhere"), everything)


class Trouble(unittest.TestCase):
    def test_an_error_is_said(self) -> None:
        def refused() -> os.statvfs_result:
            raise PermissionError(13, "Permission denied")
        tree = test_filesystems.Tree({"1/mountinfo": TABLE, "filesystems": TYPES}, {"/data": refused})
        errors = {row.mount.mount_point: row.error for row in Sampler()(tree, everything)}
        self.assertEqual(errors, {"/": "", "/nas": "", "/data": "permission denied", "/data/again": ""})

    def test_a_dead_server_keeps_nobody_waiting(self) -> None:
        answer = threading.Event()
        self.addCleanup(answer.set)

        def dead() -> os.statvfs_result:
            answer.wait()
            return usage()
        tree = test_filesystems.Tree({"1/mountinfo": TABLE, "filesystems": TYPES}, {"/nas": dead})
        sampler = Sampler()
        for _ in range(3):
            found = {row.mount.mount_point: row for row in sampler(tree, everything)}
            self.assertEqual({point: row.error for point, row in found.items()},
                             {"/": "", "/nas": TIMEOUT, "/data": "", "/data/again": ""})
            self.assertIsNone(found["/nas"].file_system)
        self.assertEqual(tree.asked.count("/nas"), 1)


if __name__ == "__main__":
    unittest.main()
