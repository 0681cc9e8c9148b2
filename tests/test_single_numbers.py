"""filefd, entropy, conntrack, kernel_hung, threads_max: files of one to three numbers."""
from __future__ import annotations

import unittest
from typing import Any, Callable

from glancesd.collectors import conntrack, entropy, filefd, kernel_hung, threads_max
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots
from tests import tables
from tests.fake_host import Tree


class FileFd(tables.Tables):
    parse = staticmethod(filefd.parse)
    VALID = (("2.6 and later", "599\t0\t2466177\n", filefd.OpenFiles(599, 2466177)),
             ("no limit (5.x)", "960\t0\t9223372036854775807\n", filefd.OpenFiles(960, 9223372036854775807)))
    MALFORMED = (("empty", "", "sys/fs/file-nr:1: not three"), ("short", "599 0\n", "sys/fs/file-nr:1: not three"),
                 ("not a number", "599 0 x\n", "sys/fs/file-nr:1: not three"))


class Sample(Tree):
    def test_values(self) -> None:
        host = self.host({
            "proc/sys/fs/file-nr": "5\t0\t9\n", "proc/sys/kernel/random/entropy_avail": "200\n",
            "proc/sys/kernel/random/poolsize": "256\n", "proc/sys/net/netfilter/nf_conntrack_count": "7\n",
            "proc/sys/net/netfilter/nf_conntrack_max": "8\n", "proc/sys/kernel/hung_task_detect_count": "1\n",
            "proc/sys/kernel/threads-max": "2\n"})
        samples: tuple[tuple[Callable[[Roots], Any], Any], ...] = (
            (filefd.sample, (5, 9)), (entropy.sample, (200, 256)), (conntrack.sample, (7, 8)), (kernel_hung.sample, 1),
            (threads_max.sample, 2))
        for sample, expected in samples:
            with self.subTest(sample.__module__):
                self.assertEqual(sample(host), expected)
                with self.assertRaises(NoData):
                    sample(self.host({}))

    def test_a_pool_that_is_not_told(self) -> None:
        self.assertEqual(entropy.sample(self.host({"proc/sys/kernel/random/entropy_avail": "200\n"})), (200, None))

    def test_half_of_conntrack(self) -> None:
        with self.assertRaises(NoData):
            conntrack.sample(self.host({"proc/sys/net/netfilter/nf_conntrack_count": "7\n"}))
        with self.assertRaisesRegex(ParseError, "nf_conntrack_max:1"):
            conntrack.sample(self.host({"proc/sys/net/netfilter/nf_conntrack_count": "7\n",
                                        "proc/sys/net/netfilter/nf_conntrack_max": "x\n"}))


if __name__ == "__main__":
    unittest.main()
