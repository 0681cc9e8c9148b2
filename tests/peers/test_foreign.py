"""Another processor: the parsers' tests and a live answer, under a Python whose words are of other length or order.

FOREIGN_PYTHON is the command that runs it here ("qemu-s390x-static -L … python3"). The kernel and its /proc are
this one's.
"""
from __future__ import annotations

import os
import shlex
import subprocess
import unittest

from tests.running import TOP, Daemon

FOREIGN_PYTHON = shlex.split(os.environ.get("FOREIGN_PYTHON", ""))


@unittest.skipUnless(FOREIGN_PYTHON, "FOREIGN_PYTHON names no command")
class Foreign(unittest.TestCase):
    def test_parsers(self) -> None:
        names = sorted(name for name in os.listdir(os.path.join(TOP, "glancesd", "collectors")) if name.endswith(".py"))
        modules = ["tests.test_" + name[:-3] for name in (*names, "delta.py", "roots.py", "http1.py")
                   if os.path.exists(os.path.join(TOP, "tests", "test_" + name))]
        self.assertGreater(len(modules), 5)
        run = subprocess.run([*FOREIGN_PYTHON, "-B", "-m", "unittest", *modules], cwd=TOP, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        print(run.stdout.decode("utf-8", "replace").strip().rpartition("-\n")[2])
        self.assertEqual(run.returncode, 0, run.stdout.decode("utf-8", "replace"))

    def test_a_live_answer(self) -> None:
        with Daemon("--interval", "0", command=[*FOREIGN_PYTHON, "-B", "-m", "glancesd"]) as daemon:
            answer = daemon.get("/api/2/all")
        self.assertEqual(answer["mem"]["total"], os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        self.assertIn(os.getpid(), [row["pid"] for row in answer["processlist"]])
        bits = subprocess.run([*FOREIGN_PYTHON, "-c", "import struct; print(struct.calcsize('P') * 8)"],
                              stdout=subprocess.PIPE, check=True)
        self.assertEqual(answer["system"]["platform"], bits.stdout.decode().strip() + "bit")


if __name__ == "__main__":
    unittest.main()
