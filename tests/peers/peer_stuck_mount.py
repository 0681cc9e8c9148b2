"""A mount whose statfs never returns, as a dead NFS server leaves behind, under a running daemon.

HUNGFS names a program that is given a folder, mounts such a file system on it, prints a line when it is there, and lets
go of it when it is killed. Needs root and /dev/fuse.
"""
from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Iterator

from tests.daemon import Daemon

HUNGFS = os.environ.get("HUNGFS", "")
# What the daemon waits for all mounts together, and what a slow machine may add to that.
PROMPT_SECONDS = 1.0
ROUNDS = 8


@contextlib.contextmanager
def stuck(directory: str) -> Iterator[None]:
    """The folder is a mount that does not answer, for as long as the block runs."""
    program = subprocess.Popen([sys.executable, HUNGFS, directory], stdout=subprocess.PIPE)
    try:
        assert program.stdout is not None
        if not program.stdout.readline():
            raise unittest.SkipTest("this machine lets nobody mount a FUSE file system")
        yield
    finally:
        program.kill()
        program.communicate()
        subprocess.run(["umount", "-l", directory], check=True)


@unittest.skipUnless(os.path.exists(HUNGFS), "HUNGFS names no program that mounts a dead file system")
@unittest.skipUnless(os.geteuid() == 0 and os.path.exists("/dev/fuse"), "needs root and /dev/fuse")
class StuckMount(unittest.TestCase):
    def test_the_others_are_served_promptly(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            mount = os.path.join(scratch, "dead")
            os.mkdir(mount)
            settings = os.path.join(scratch, "glances.conf")
            with open(settings, "w") as file:
                file.write("[fs]\nallow=fuse\n")
            with Daemon("-C", settings, "--interval", "0", "--cached-time", "0.3") as daemon:
                before = {row["mnt_point"] for row in daemon.json("/api/2/fs")}
                self.assertTrue(before)
                threads = len(os.listdir("/proc/%d/task" % daemon.pid))
                with stuck(mount):
                    for _ in range(ROUNDS):
                        began = time.monotonic()
                        served = {row["mnt_point"] for row in daemon.json("/api/2/all")["fs"]}
                        self.assertLess(time.monotonic() - began, PROMPT_SECONDS)
                        self.assertEqual(served, before)
                        time.sleep(0.35)
                    # One thread waits in statfs; one more may be at the end of an answer.
                    self.assertLessEqual(len(os.listdir("/proc/%d/task" % daemon.pid)), threads + 2)
                    self.assertEqual("\n".join(daemon.log).count(mount), 1, daemon.log)
                time.sleep(0.5)
                self.assertEqual({row["mnt_point"] for row in daemon.json("/api/2/fs")}, before)
                self.assertLessEqual(len(os.listdir("/proc/%d/task" % daemon.pid)), threads + 1)

    def test_a_scrape_says_so(self) -> None:
        with tempfile.TemporaryDirectory() as scratch, Daemon("--interval", "0") as daemon:
            mount = os.path.join(scratch, "dead")
            os.mkdir(mount)
            with stuck(mount):
                for _ in range(ROUNDS):
                    began = time.monotonic()
                    page = daemon.ask("/metrics").body.decode()
                    self.assertLess(time.monotonic() - began, PROMPT_SECONDS)
                    about = [line for line in page.split("\n") if 'mountpoint="%s"' % mount in line]
                    self.assertEqual(len(about), 3, about)            # readonly, device_error, mount_info
                    self.assertEqual([line[-2:] for line in about if line.startswith("node_filesystem_device_error")],
                                     [" 1"])
                    time.sleep(0.35)
            self.assertNotIn(mount, daemon.ask("/metrics").body.decode())


if __name__ == "__main__":
    unittest.main()
