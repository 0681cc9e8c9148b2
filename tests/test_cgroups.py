"""cgroups: what the files of a group say in either version, and what happened between two samples."""
from __future__ import annotations

import os
import shutil
import tempfile
import unittest
from typing import Any, Optional
from unittest import mock

from glancesd.collectors import cgroups
from glancesd.collectors.cgroups import Container, Group, container_v1, container_v2, derive
from glancesd.collectors.memory import Memory
from glancesd.parsing import ParseError
from glancesd.roots import Roots
from tests.assembly import HOSTS

ID = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
GROUP = Group("docker", ID, {}, "")
GIB = 1 << 30


def figures(**values: Any) -> dict[str, Any]:
    return values


class Files(unittest.TestCase):
    V2: tuple[tuple[str, dict[str, str], dict[str, Any]], ...] = (
        ("nothing", {}, {}),
        ("all", {"cpu.stat": "usage_usec 5000000\nuser_usec 1\n", "cpu.max": "150000 100000", "memory.current": "8192",
                 "memory.max": "16384", "memory.peak": "9000",
                 "memory.stat": "anon 4096\nfile 2048\ninactive_file 1024\n",
                 "io.stat": "8:0 rbytes=4096 wbytes=512 rios=1 wios=1\n8:16 rbytes=1 wbytes=2\n", "pids.current": "12",
                 "cgroup.freeze": "0"},
         figures(cpu_nanoseconds=5000000000, cpu_limit=1.5, memory_bytes=8192, memory_limit_bytes=16384,
              memory_peak_bytes=9000, anonymous_bytes=4096, file_bytes=2048, inactive_file_bytes=1024, processes=12,
              read_bytes=4097, written_bytes=514)),
        ("no limits", {"memory.max": "max", "cpu.max": "max 100000"},
         figures(cpu_limit=0.0, memory_limit_bytes=4 * GIB)),
        ("a limit above the machine's", {"memory.max": "99999999999999"}, figures(memory_limit_bytes=4 * GIB)),
        ("frozen", {"cgroup.freeze": "1"}, figures(paused=True)),
        ("nothing read or written yet", {"io.stat": ""}, figures(read_bytes=0, written_bytes=0)),
        ("devices on one line", {"io.stat": "254:0 254:1 8:0 rbytes=5 wbytes=6 rios=1\n"},
         figures(read_bytes=5, written_bytes=6)),
        ("before 4.15", {"cpu.stat": "nr_periods 0\n"}, {}),
    )
    V1: tuple[tuple[str, dict[str, str], dict[str, Any]], ...] = (
        ("nothing", {}, {}),
        ("all", {"cpuacct.usage": "5000000000", "cpu.cfs_quota_us": "50000", "cpu.cfs_period_us": "100000",
                 "memory.usage_in_bytes": "8192", "memory.limit_in_bytes": "16384", "memory.max_usage_in_bytes": "9000",
                 "memory.stat": "cache 1\nrss 2\ntotal_cache 2048\ntotal_rss 4096\ntotal_inactive_file 1024\n",
                 "blkio.throttle.io_service_bytes_recursive":
                     "8:0 Read 4096\n8:0 Write 512\n8:0 Total 4608\nTotal 4608\n",
                 "blkio.throttle.io_service_bytes": "Total 0\n", "pids.current": "12", "freezer.state": "THAWED"},
         figures(cpu_nanoseconds=5000000000, cpu_limit=0.5, memory_bytes=8192, memory_limit_bytes=16384,
              memory_peak_bytes=9000, anonymous_bytes=4096, file_bytes=2048, inactive_file_bytes=1024, processes=12,
              read_bytes=4096, written_bytes=512)),
        ("no limits", {"memory.limit_in_bytes": "9223372036854771712", "cpu.cfs_quota_us": "-1",
                       "cpu.cfs_period_us": "100000"}, figures(cpu_limit=0.0, memory_limit_bytes=4 * GIB)),
        ("before 5.x", {"blkio.throttle.io_service_bytes": "8:0 Read 7\n8:0 Write 0\nTotal 7\n"},
         figures(read_bytes=7, written_bytes=0)),
        ("frozen", {"freezer.state": "FROZEN"}, figures(paused=True)),
        ("being frozen", {"freezer.state": "FREEZING"}, figures(paused=True)),
        ("only in the unified tree", {"cpu.stat": "usage_usec 7\n"}, figures(cpu_nanoseconds=7000)),
        ("version 1's figures count", {"cpuacct.usage": "5", "cpu.stat": "usage_usec 7\n"}, figures(cpu_nanoseconds=5)),
    )

    def test_tables(self) -> None:
        for make, table in ((container_v2, self.V2), (container_v1, self.V1)):
            for name, files, expected in table:
                with self.subTest(make.__name__, name=name):
                    self.assertEqual(make(GROUP, files, 4 * GIB), Container("docker", ID, **expected))

    def test_a_machine_of_unknown_memory(self) -> None:
        self.assertIsNone(container_v2(GROUP, {"memory.max": "max"}, None).memory_limit_bytes)
        self.assertEqual(container_v2(GROUP, {"memory.max": "5"}, None).memory_limit_bytes, 5)

    def test_what_does_not_read_costs_its_figure(self) -> None:
        for make, name, good in ((container_v2, "memory.current", {"pids.current": "3"}),
                                 (container_v2, "cpu.stat", {"pids.current": "3"}),
                                 (container_v2, "io.stat", {"pids.current": "3"}),
                                 (container_v2, "cpu.max", {"pids.current": "3"}),
                                 (container_v1, "cpuacct.usage", {"pids.current": "3"}),
                                 (container_v1, "cpu.cfs_quota_us", {"pids.current": "3", "cpu.cfs_period_us": "9"}),
                                 (container_v1, "blkio.throttle.io_service_bytes", {"pids.current": "3"})):
            for text in ("x", "1 2 3", "8:0 rbytes=x", "8:0 Read x", "9" * 400, "usage_usec " + "9" * 400,
                         "8:0 rbytes=" + "9" * 400, "8:0 Read " + "9" * 400):
                problems: list[ParseError] = []
                with self.subTest(name, text=text):
                    found = make(GROUP, {name: text, **good}, None, problems.append)
                    if problems:
                        self.assertEqual({problem.file for problem in problems}, {name})
                    self.assertEqual(found.processes, 3)
                    self.assertIsNone(found.memory_bytes)
                    self.assertIsNone(found.cpu_nanoseconds)

    def test_memory_used(self) -> None:
        for held, expected in (((300, 400, 100), 50.0), ((300, 400, None), 75.0), ((300, None, 100), None),
                               ((None, 400, 100), None), ((300, 0, 100), None), ((500, 400, 0), 100.0),
                               ((50, 400, 100), 0.0)):
            with self.subTest(held):
                used, limit, inactive = held
                container = Container("docker", ID, memory_bytes=used, memory_limit_bytes=limit,
                                      inactive_file_bytes=inactive)
                self.assertEqual(container.memory_used_percent, expected)


class Derived(unittest.TestCase):
    def container(self, name: str, **figures: Any) -> Container:
        return Container("docker", name, **figures)

    def test_between_two_samples(self) -> None:
        before = {"a": self.container("a", cpu_nanoseconds=5 * 10**9, read_bytes=100, written_bytes=0, rx_bytes=7,
                                      tx_bytes=8)}
        now = {"a": self.container("a", cpu_nanoseconds=8 * 10**9, read_bytes=150, written_bytes=10, rx_bytes=9,
                                   tx_bytes=8)}
        use = derive(now, before, 2.0)[0]
        self.assertEqual(use[1:], (2.0, 150.0, 50, 10, 2, 0))
        self.assertEqual((use.read_bytes_per_second, use.written_bytes_per_second, use.rx_bytes_per_second,
                          use.tx_bytes_per_second), (25.0, 5.0, 1.0, 0.0))

    def test_new_restarted_unknown(self) -> None:
        counted = figures(cpu_nanoseconds=10**9, read_bytes=5, written_bytes=5, rx_bytes=5, tx_bytes=5)
        for name, before, expected in (
                ("the first sample", None, (None,) * 5),
                ("new", {}, (None,) * 5),
                ("began anew", {"a": self.container("a", **{key: value * 9 for key, value in counted.items()})},
                 (0.0, 0, 0, 0, 0)),
                ("was not accounted", {"a": self.container("a")}, (None,) * 5)):
            with self.subTest(name):
                self.assertEqual(derive({"a": self.container("a", **counted)}, before, 2.0)[0][2:], expected)
        use = derive({"a": self.container("a")}, {"a": self.container("a", **counted)}, 2.0)[0]
        self.assertEqual(use[2:], (None,) * 5)
        self.assertIsNone(derive({"a": self.container("a")}, None, 0.0)[0].rx_bytes_per_second)

    def test_a_leap_that_no_machine_can_do_is_a_reset(self) -> None:
        before = {"a": self.container("a", cpu_nanoseconds=0, read_bytes=0, written_bytes=0, rx_bytes=0, tx_bytes=0)}
        now = {"a": self.container("a", cpu_nanoseconds=10**15, read_bytes=10**13, written_bytes=10**13,
                                   rx_bytes=10**13, tx_bytes=10**13)}
        self.assertEqual(derive(now, before, 1.0)[0][2:], (0.0, 0, 0, 0, 0))

    def test_order(self) -> None:
        now = {name: self.container(name, cpu_nanoseconds=cpu, memory_bytes=memory)
               for name, cpu, memory in (("idle", 0, 5), ("large", 0, 9), ("busy", 10**9, 1), ("unknown", None, None))}
        before = {name: self.container(name, cpu_nanoseconds=0) for name in now}
        self.assertEqual([use.container.name for use in derive(now, before, 1.0)], ["busy", "large", "idle", "unknown"])


class Tree(unittest.TestCase):
    """A tree of the test's own, and a clock that it moves."""

    def setUp(self) -> None:
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)
        self.now = 100.0
        self.roots = Roots(self.top + "/proc", self.top + "/sys", self.top)
        self.sampler = cgroups.Sampler(lambda: self.now)
        self.put("sys/fs/cgroup/cgroup.controllers", "cpu memory\n")

    def put(self, path: str, text: str) -> None:
        full = os.path.join(self.top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def group(self, path: str, processes: str = "", usage: str = "usage_usec 1\n") -> None:
        self.put("sys/fs/cgroup/%s/cpu.stat" % path, usage)
        self.put("sys/fs/cgroup/%s/cgroup.procs" % path, processes)

    def network(self, pid: int, text: str, link: Optional[str] = None) -> None:
        self.put("proc/%d/net/dev" % pid, "Inter-|\n face |\n" + text)
        if link is not None:
            os.makedirs(self.top + "/proc/%d/ns" % pid, exist_ok=True)
            os.symlink("net:[%s]" % link, self.top + "/proc/%d/ns/net" % pid)

    def sample(self, memory: Optional[Memory] = None) -> dict[str, Container]:
        return self.sampler(self.roots, memory)


class Walks(Tree):
    def test_when_the_tree_is_walked(self) -> None:
        self.group("docker/" + ID)
        self.put("proc/cgroups", "cpu 0 3 1\n")
        self.assertEqual(list(self.sample()), ["docker:" + ID])
        self.group("docker/" + OTHER)
        self.now += 1
        self.assertEqual(len(self.sample()), 1)                   # the kernel says that there are as many as before
        self.put("proc/cgroups", "cpu 0 4 1\n")
        self.assertEqual(len(self.sample()), 2)
        self.group("lxc/7")
        self.now += cgroups.WALK_SECONDS
        self.assertEqual(len(self.sample()), 3)
        shutil.rmtree(self.top + "/sys/fs/cgroup/docker/" + ID)   # one that has ended is gone at once
        self.assertEqual(set(self.sample()), {"docker:" + OTHER, "lxc:7"})

    def test_nothing_there(self) -> None:
        shutil.rmtree(self.top + "/sys")
        self.assertEqual(self.sample(), {})

    def test_within_a_container(self) -> None:
        for path in ("", "/system.slice/docker-%s.scope" % ID, "/lxc/a", "/lxc/a/lxc/a"):
            self.group("lxc.payload.a" + path)
        self.group("lxc.payload.a/system.slice/ssh.service")
        self.assertEqual(set(self.sample()), {"lxc:a", "lxc:a/docker:" + ID, "lxc:a/lxc:a", "lxc:a/lxc:a/lxc:a"})

    def test_bounds(self) -> None:
        for number in range(9):
            self.group("lxc/%d" % number)
        for name, bound, least in (("CONTAINERS_MOST", 4, 4), ("GROUPS_MOST", 4, 3), ("DEPTH_MOST", 1, 0)):
            with self.subTest(name), mock.patch.object(cgroups, name, bound):
                self.now += cgroups.WALK_SECONDS
                self.assertEqual(len(self.sample()), least)

    def test_an_empty_group_is_a_container_too(self) -> None:
        self.group("docker/" + ID)
        self.assertEqual(self.sample()["docker:" + ID], Container("docker", ID, cpu_nanoseconds=1000))


class Networks(Tree):
    def traffic(self) -> tuple[Optional[int], Optional[int]]:
        self.now += cgroups.WALK_SECONDS
        found = self.sample()["docker:" + ID]
        return found.rx_bytes, found.tx_bytes

    def test_its_own(self) -> None:
        self.group("docker/" + ID, "0\n42\n43\n")
        self.network(1, "eth0: 9 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0\n", "1")
        self.network(42, "lo: 5 0 0 0 0 0 0 0 5 0 0 0 0 0 0 0\neth0: 70 0 0 0 0 0 0 0 80 0 0 0 0 0 0 0\n"
                     "eth1: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0\n", "2")
        self.assertEqual(self.traffic(), (71, 82))

    def test_only_the_loopback(self) -> None:
        self.group("docker/" + ID, "42\n")
        self.network(42, "lo: 5 0 0 0 0 0 0 0 5 0 0 0 0 0 0 0\n", "2")
        self.assertEqual(self.traffic(), (0, 0))

    def test_the_hosts(self) -> None:
        text = "eth0: 70 0 0 0 0 0 0 0 80 0 0 0 0 0 0 0\n"
        for name, links in (("links", ("1", "1")), ("no links, the same text", (None, None))):
            with self.subTest(name):
                shutil.rmtree(self.top + "/proc", ignore_errors=True)
                self.group("docker/" + ID, "42\n")
                self.network(1, text, links[0])
                self.network(42, text, links[1])
                self.assertEqual(self.traffic(), (None, None))

    def test_the_hosts_by_the_file_itself(self) -> None:
        """As a user who may not read the links sees a real /proc: one inode for each namespace."""
        self.group("docker/" + ID, "42\n")
        self.network(1, "eth0: 70 0 0 0 0 0 0 0 80 0 0 0 0 0 0 0\n")
        os.makedirs(self.top + "/proc/42/net")
        os.link(self.top + "/proc/1/net/dev", self.top + "/proc/42/net/dev")
        self.assertEqual(self.traffic(), (None, None))

    def test_unknown(self) -> None:
        for processes in ("", "0\n", "42\n", "x\n"):
            with self.subTest(processes):
                self.group("docker/" + ID, processes)
                self.assertEqual(self.traffic(), (None, None))

    def test_processes_of_a_group_within(self) -> None:
        self.group("docker/" + ID, "")
        self.group("docker/%s/a.mount" % ID, "")
        self.group("docker/%s/docker/%s" % (ID, OTHER), "41\n")        # another container's
        self.group("docker/%s/init.scope" % ID, "42\n")
        self.network(41, "eth0: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n", "3")
        self.network(42, "eth0: 70 0 0 0 0 0 0 0 80 0 0 0 0 0 0 0\n", "2")
        self.assertEqual(self.traffic(), (70, 80))

    def test_a_table_that_does_not_read(self) -> None:
        problems: list[ParseError] = []
        self.roots.report = problems.append
        self.group("docker/" + ID, "42\n")
        self.network(42, "eth0 70\n", "2")
        self.assertEqual(self.traffic(), (None, None))
        self.assertEqual([problem.file for problem in problems], ["42/net/dev"])


class Hosts(unittest.TestCase):
    def sample(self, host: str) -> dict[str, Container]:
        roots = Roots(*(os.path.join(HOSTS, host, name) for name in ("proc", "sys", "root")))
        return cgroups.Sampler()(roots, None)

    def test_version_2(self) -> None:
        found = self.sample("docker")
        self.assertEqual(sorted(container.engine for container in found.values()),
                         ["docker"] * 4 + ["lxc", "nspawn", "podman"])
        build = found["nspawn:build-box"]
        self.assertEqual((build.cpu_nanoseconds, build.memory_bytes, build.processes, build.rx_bytes),
                         (8000000000, None, None, 1000))

    def test_version_1_and_a_hybrid(self) -> None:
        found = self.sample("proxmox")
        self.assertEqual([key.split(":")[0] for key in sorted(found)], ["lxc"] * 4)
        self.assertEqual(sorted(key for key in found if "/" not in key), ["lxc:101", "lxc:102", "lxc:103"])
        first = found["lxc:101"]
        self.assertEqual((first.cpu_nanoseconds, first.cpu_limit, first.memory_limit_bytes),
                         (600000000000, 2.0, 2 * GIB))
        self.assertEqual((first.read_bytes, first.rx_bytes), ((10 << 20) + 4096, 800000))
        self.assertTrue(found["lxc:102"].paused)
        self.assertEqual(found["lxc:103"].cpu_nanoseconds, 4000000000)       # in no tree of version 1 but systemd's

    def test_kubernetes(self) -> None:
        found = self.sample("kubernetes")
        self.assertEqual({container.engine for container in found.values()}, {"kubernetes"})
        self.assertEqual(len(found), 4)

    def test_hosts_without(self) -> None:
        for host in ("centos6", "laptop", "router", "jetson"):
            with self.subTest(host):
                self.assertEqual(self.sample(host), {})


if __name__ == "__main__":
    unittest.main()
