"""own_process: what this very process takes."""
from __future__ import annotations

import os
import unittest

from glancesd.collectors import own_process
from glancesd.collectors.own_process import Limits
from glancesd.metrics.rows import limit_of
from glancesd.roots import Roots
from tests import tables
from tests.fake_host import Tree

STAT = ("4321 (tmux: (a) b) S 1 4321 4321 0 -1 4194304 500 0 0 0 120 34 7 9 20 0 3 0 98765 12345678 900 "
        "18446744073709551615 1 1 0 0 0\n")
LIMITS = ("Limit                     Soft Limit           Hard Limit           Units     \n"
          "Max cpu time              unlimited            unlimited            seconds   \n"
          "Max open files            %-20s 524288               files     \n"
          "Max address space         %-20s unlimited            bytes     \n")


class ParseLimits(tables.Tables):
    parse = staticmethod(own_process.parse_limits)
    VALID = (("limits", LIMITS % (1024, "unlimited"), Limits(1024, None)),
             ("the other way", LIMITS % ("unlimited", 1 << 30), Limits(None, 1 << 30)))
    MALFORMED = (("empty", "", "self/limits:1: no limit"),
                 ("cut off", LIMITS.partition("%")[0], "self/limits:3: not a limit"),
                 ("not a number", LIMITS % ("x", "unlimited"), "self/limits:3: not a limit"))


class Sample(Tree):
    FILES = {"proc/self/stat": STAT, "proc/self/limits": LIMITS % (1024, "unlimited"), "proc/self/fd/0": "",
             "proc/self/fd/1": ""}

    def test_figures(self) -> None:
        process = own_process.sample(self.host(self.FILES), 1000)
        self.assertEqual(process, own_process.Process(1.54, 1987.65, 12345678, 900 * os.sysconf("SC_PAGE_SIZE"), 1,
                                                      Limits(1024, None)))

    def test_limits_that_are_not_told(self) -> None:
        for name, files in (("2.6.18", {"proc/self/stat": STAT, "proc/self/fd/0": ""}),
                            ("malformed", {**self.FILES, "proc/self/limits": "x\n"}),
                            ("refused", {"proc/self/stat": STAT, "proc/self/fd/0": "", "proc/self/limits/x": ""})):
            with self.subTest(name):
                process = own_process.sample(self.host(files), None)
                self.assertEqual((process.limits, process.cpu_seconds), (None, 1.54))
                self.assertIsNone(limit_of("open_files")(process))


@unittest.skipUnless(os.path.exists("/proc/self/stat"), "there is no /proc here")
class ThisProcess(unittest.TestCase):
    def test_sample(self) -> None:
        before = own_process.sample(Roots(), 1000)
        with open(os.devnull):
            process = own_process.sample(Roots(), None)
            self.assertEqual(process.open_files, before.open_files + 1)
        self.assertIsNone(process.start_seconds)
        self.assertGreater(before.start_seconds or 0, 1000)
        self.assertGreater(process.virtual_bytes, process.resident_bytes)
        self.assertGreaterEqual(process.cpu_seconds, before.cpu_seconds)


if __name__ == "__main__":
    unittest.main()
