"""opened: what a fresh /all opens: two files of each process that is known, every other file once."""
from __future__ import annotations

import os
import re
import unittest
from collections import Counter
from functools import partial
from typing import Iterator
from unittest import mock

from glancesd import daemon
from glancesd.collectors import processes
from glancesd.log import Log
from glancesd.readings import SLOW_SECONDS, Clock
from glancesd.roots import Roots
from glancesd.server.http1 import parse
from glancesd.settings import read_settings
from tests.bench import trees
from tests.daemon import TOP

HOSTS = os.path.join(TOP, "tests", "hosts")
SIZE = trees.Size(processes=30, cpus=8, interfaces=6, mounts=9, disks=4)

ALL_OF_A_PROCESS = ("stat", "io", "cmdline", "status")
_OF_A_PROCESS = re.compile(r"proc/[0-9]+/(%s)$" % "|".join(ALL_OF_A_PROCESS))


class Counting(Roots):
    """Counts what is opened, found or not, by its path from the trees' common parent."""

    def __init__(self, *trees: str) -> None:
        super().__init__(*trees)
        self.top = os.path.dirname(self.procfs) + "/"
        self.opened: Counter[str] = Counter()

    def record(self, name: str, size: int = 4096) -> bytes:
        self._count(self.procfs, name)
        return super().record(name, size)

    def owned_record(self, name: str, size: int = 4096) -> tuple[bytes, int]:
        self._count(self.procfs, name)
        return super().owned_record(name, size)

    def attribute(self, name: str) -> str | None:
        self._count(self.sysfs, name)
        return super().attribute(name)

    def _pieces(self, path: str) -> Iterator[bytes]:
        self._count(path)
        return super()._pieces(path)

    def _count(self, *path: str) -> None:
        self.opened["/".join(path)[len(self.top):]] += 1


class Rig:
    """The daemon's parts over three trees and a clock moved by hand, without its ticker and sockets."""

    def __init__(self, tree: str) -> None:
        self.now = 5000.0
        options = [text for kind in ("proc", "sys", "root") for text in ("--%sfs" % kind, os.path.join(tree, kind))]
        settings = read_settings(["--interval", "0", *options], {})
        clock = Clock(lambda: self.now, lambda: 1.7e9 + self.now, self.sleep)
        self.lines: list[str] = []
        with mock.patch.object(processes, "Sampler", partial(processes.Sampler, clock.monotonic)), \
                mock.patch.object(daemon, "Roots", Counting):
            log = Log(self.lines.append, clock.monotonic)
            self.daemon = daemon.Daemon(settings, lambda before: settings, log, clock)
        assert isinstance(self.daemon._roots, Counting)
        self.roots = self.daemon._roots

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def opened(self, seconds: float, path: str = "/api/2/all") -> Counter[str]:
        """What a path opens so many seconds after the one before."""
        self.now += seconds
        self.roots.opened = Counter()
        prepared = self.daemon._in_force.app.prepare(parse(b"GET %s HTTP/1.0\r\n\r\n" % path.encode()))
        assert prepared[0]().status == 200
        return self.roots.opened


# A Tegra's thermal zone of the GPU: a sensor's temperature, and the card's.
_SHARED = re.compile(r"sys/class/thermal/thermal_zone[0-9]/(temp|type)$")


class FreshAll(unittest.TestCase):
    def check(self, opened: Counter[str], of_each: tuple[str, ...] = ("stat", "io")) -> None:
        self.assertEqual({path: count for path, count in opened.items() if count > 1 + bool(_SHARED.match(path))}, {})
        of_processes = filter(None, map(_OF_A_PROCESS.match, opened))
        self.assertLessEqual({match.group(1) for match in of_processes}, set(of_each))
        self.assertIn("proc/stat", opened)

    def check_tree(self, tree: str) -> Rig:
        rig = Rig(tree)
        rig.daemon._readings.baselines()                # as the daemon does when it starts
        rig.opened(1, "/api/2/uptime")                  # asks once in a daemon's life when process 1 started
        self.check(rig.opened(1))
        self.check(rig.opened(1))
        self.check(rig.opened(SLOW_SECONDS))           # with what hardly changes
        return rig

    def test_fixture_hosts(self) -> None:
        for host in sorted(os.listdir(HOSTS)):
            if os.path.isdir(os.path.join(HOSTS, host, "proc")):
                with self.subTest(host):
                    self.check_tree(os.path.join(HOSTS, host))

    def test_generated_tree(self) -> None:
        with trees.folder() as tree:
            trees.write(tree, SIZE)
            rig = self.check_tree(tree)
            trees.write(tree, SIZE, instant=3)          # every process that does something has another stat
            opened = rig.opened(1)
            self.check(opened)
            self.assertEqual(sum(bool(_OF_A_PROCESS.match(path)) for path in opened), 2 * SIZE.processes)
            opened = rig.opened(2 * processes.REFRESH_SECONDS)       # all about every process, and who they belong to
            self.check(opened, ALL_OF_A_PROCESS)
            self.assertIn("root/etc/passwd", opened)


if __name__ == "__main__":
    unittest.main()
