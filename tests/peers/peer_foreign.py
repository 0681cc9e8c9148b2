"""Another processor: the parsers' tests and a live answer, under a Python whose words are of other length or order.

FOREIGN_PYTHON is the command that runs it here ("qemu-s390x-static -L … python3"). The kernel and its /proc are
this one's.
"""
from __future__ import annotations

import os
import shlex
import subprocess
import unittest
from typing import Iterator

from tests.daemon import TOP, Daemon

# qemu shows a program a made-up stat file of its own process, and the kernel does not start sys.executable.
NOT_UNDER_QEMU = ("tests.test_own_process.ThisProcess", "tests.test_processes.ThisMachine")

FOREIGN_PYTHON = shlex.split(os.environ.get("FOREIGN_PYTHON", ""))


def each(tests: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    """The tests of a suite, however it is nested."""
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


@unittest.skipUnless(FOREIGN_PYTHON, "FOREIGN_PYTHON names no command")
class Foreign(unittest.TestCase):
    def test_parsers(self) -> None:
        names = sorted(name for name in os.listdir(os.path.join(TOP, "glancesd", "collectors")) if name.endswith(".py"))
        modules = ["tests.test_" + name[:-3] for name in (*names, "delta.py", "http1.py", "inifile.py", "dialects.py")
                   if os.path.exists(os.path.join(TOP, "tests", "test_" + name))]
        self.assertGreater(len(modules), 10)
        classes = sorted({"%s.%s" % (type(test).__module__, type(test).__qualname__)
                          for test in each(unittest.defaultTestLoader.loadTestsFromNames(modules))})
        self.assertLessEqual(set(NOT_UNDER_QEMU), set(classes))
        wanted = [name for name in classes if name not in NOT_UNDER_QEMU]
        run = subprocess.run([*FOREIGN_PYTHON, "-B", "-m", "unittest", *wanted], cwd=TOP, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        print(run.stdout.decode("utf-8", "replace").strip().rpartition("-\n")[2])
        self.assertEqual(run.returncode, 0, run.stdout.decode("utf-8", "replace"))

    def test_a_live_answer(self) -> None:
        with Daemon("--interval", "0", command=[*FOREIGN_PYTHON, "-B", "-m", "glancesd"]) as daemon:
            answer, three, four = [daemon.json("/api/%d/all" % version) for version in (2, 3, 4)]
        self.assertEqual(answer["mem"]["total"], os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        for told in (answer, three, four):
            self.assertIn(os.getpid(), [row["pid"] for row in told["processlist"]])
        bits = subprocess.run([*FOREIGN_PYTHON, "-c", "import struct; print(struct.calcsize('P') * 8)"],
                              stdout=subprocess.PIPE, check=True)
        self.assertEqual(answer["system"]["platform"], bits.stdout.decode().strip() + "bit")


if __name__ == "__main__":
    unittest.main()
