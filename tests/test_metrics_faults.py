"""What a kernel that fails or lies costs /metrics. Every file that a scrape reads fails in turn, in every way.

A fault may change the collectors that are made of that file and no other; the status stays 200, the log has at most a
line for each message, and all is well at the next scrape without it.
"""
from __future__ import annotations

import os
import re
import unittest
from random import Random
from typing import Any, Callable, Iterable
from unittest import mock

from glancesd import roots
from glancesd.collectors import netclass
from glancesd.metrics import families
from glancesd.metrics.rows import Group
from tests.test_faults import GONE, OPENING, READING, UNHURRIED, Fault, Rig, faults_of, kinds

# Which collectors a file may change. The first pattern that is found in its path counts.
CAUSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"/proc/stat$", ("cpu", "stat", "process")),
    (r"/proc/(meminfo|vmstat|zoneinfo|spl/.*)$", ("meminfo", "vmstat", "sockstat")),         # the size of a page
    (r"/proc/loadavg$", ("loadavg",)), (r"/proc/schedstat$", ("schedstat",)), (r"/proc/mdstat$", ("mdadm",)),
    (r"/proc/(diskstats|partitions)$|/sys/block|/run/udev/", ("diskstats",)),
    (r"/proc/(1|self)/mountinfo$|/proc/(1/)?mounts$|/proc/filesystems$|statvfs:",
     ("filesystem", "meminfo", "sockstat")),
    (r"/net/dev$", ("netdev",)), (r"/net/(netstat|snmp|snmp6)$", ("netstat",)), (r"/net/sockstat6?$", ("sockstat",)),
    (r"/net/softnet_stat$", ("softnet",)), (r"/net/arp$", ("arp",)), (r"/net/udp6?$", ("udp_queues",)),
    (r"/proc/pressure/", ("pressure",)), (r"/sys/fs/file-nr$", ("filefd",)), (r"/kernel/random/", ("entropy",)),
    (r"/netfilter/", ("conntrack",)), (r"/hung_task_detect_count$", ("kernel_hung",)),
    (r"/proc/sys/kernel/|/etc/hostname$|/proc/1/", ("uname",)), (r"/os-release$", ("os",)),
    (r"/sys/class/net/", ("netclass", "netdev", "bonding")),
    (r"/sys/devices/system/cpu", ("cpu", "cpufreq")), (r"/sys/devices/system/edac", ("edac",)),
    (r"/sys/class/hwmon", ("hwmon",)), (r"/sys/class/thermal", ("thermal_zone",)),
    (r"/sys/class/power_supply", ("powersupplyclass",)), (r"/sys/fs/selinux", ("selinux",)),
    (r"/proc/self/", ("process",)),
)
# A collector that cannot do without a file.
INDISPENSABLE = {"proc/loadavg": "loadavg", "proc/schedstat": "schedstat", "proc/mdstat": "mdadm",
                 "proc/diskstats": "diskstats", "net/dev": "netdev", "net/netstat": "netstat", "net/snmp": "netstat",
                 "net/softnet_stat": "softnet", "net/arp": "arp", "fs/file-nr": "filefd", "proc/vmstat": "vmstat",
                 "random/entropy_avail": "entropy", "nf_conntrack_count": "conntrack"}
_RULED = {"node_memory_": "meminfo", "node_vmstat_": "vmstat", "node_netstat_": "netstat", "node_sockstat_": "sockstat",
          "node_hwmon_": "hwmon", "process_": "process", "glancesd_": "process", "node_exporter_": "process"}
_OWN = {heading.name: name for name, collector in families.COLLECTORS.items() for group in collector.groups
        if isinstance(group, Group) for heading, _ in group.families}
# What the clock, the daemon itself and the disk of this checkout change.
_MOVING = re.compile(r"node_scrape_collector_duration|node_time_seconds|process_|"
                     r"node_filesystem_(size|free|avail|files)")


def collector_of(series: str) -> str:
    """The collector that shows a series."""
    said = re.match(r'node_scrape_collector_\w+\{collector="(\w+)"\}', series)
    if said:
        return said.group(1)
    name = series.partition("{")[0]
    return _OWN.get(name) or next(found for start, found in _RULED.items() if name.startswith(start))


def scrape(rig: Rig) -> dict[str, str]:
    """Every series of a later moment, and its value."""
    rig.now += 11
    answer = rig.ask("/metrics")
    assert answer.status == 200, answer.body[:300]
    lines = [line for line in answer.body.decode().split("\n") if line and not line.startswith("#")]
    series = dict(line.rsplit(" ", 1) for line in lines)
    assert len(series) == len(lines)
    return {name: "" if _MOVING.match(name) else value for name, value in series.items()}


def differing(found: dict[str, str], healthy: dict[str, str]) -> set[str]:
    """The collectors of which a series came, went or changed."""
    return {collector_of(name) for name, _ in found.items() ^ healthy.items()}


def check(rig: Rig, healthy: dict[str, str], path: str, fault: Fault) -> None:
    """One fault: a scrape with it, then one without. AssertionError when it costs more than it may."""
    what = "%s (%s) of %s" % (fault.name, fault.when, path.replace(rig.tree + "/", ""))
    del rig.lines[:]
    rig.log._said.clear()
    rig.os.hits, rig.os.fault, rig.os.failed = path.__eq__, fault, False
    may = next((collectors for pattern, collectors in CAUSES if re.search(pattern, path)), ())
    try:
        found = scrape(rig)
        changed = differing(found, healthy)
        assert changed <= set(may), "%s changes %s" % (what, sorted(changed))
        needs = next((name for end, name in INDISPENSABLE.items() if path.endswith("/" + end)), None)
        # One resource of pressure, and the tables of process 1, may be missing: then the others, and our own, count.
        if needs and rig.os.failed and (fault.name not in GONE or needs != "pressure" and "/1/net/" not in path):
            assert found['node_scrape_collector_success{collector="%s"}' % needs] == "0", what
            left = [name for name in found if _OWN.get(name.partition("{")[0]) == needs]
            assert not left, "%s: %s are left" % (what, left)
        assert len(rig.lines) == len(set(rig.lines)) <= 3, "%s: the log: %s" % (what, rig.lines)
    finally:
        rig.os.hits = lambda path: False
    lasting = differing(scrape(rig), healthy)
    assert not lasting, "after %s these are not what they were: %s" % (what, sorted(lasting))


def check_host(host: str, choose: Callable[[str], Iterable[Fault]]) -> int:
    """The faults that are chosen for each path that a scrape reads over a host. How many there were."""
    rig = Rig(host)
    count = 0
    with mock.patch.object(roots, "os", rig.os), mock.patch.object(netclass, "SETTINGS_SECONDS", 0):
        scrape(rig)
        rig.os.asked.clear()
        healthy = scrape(rig)
        for path in kinds([path for path in rig.os.asked if path.startswith((rig.tree, "statvfs:"))]):
            for fault in choose(path):
                check(rig, healthy, path, fault)
                count += 1
    return count


@UNHURRIED
class Faults(unittest.TestCase):
    def test_every_file_of_a_host_in_one_way_or_another(self) -> None:
        random = Random(1)
        for host, share in (("server", 6), ("router", 2), ("centos6", 4)):

            def choose(path: str, share: int = share) -> list[Fault]:
                return [random.choice(faults_of(path))] if random.randrange(share) == 0 else []
            with self.subTest(host):
                self.assertGreater(check_host(host, choose), 20)

    def test_the_files_that_a_collector_cannot_do_without_with_every_error(self) -> None:
        needed = tuple("/" + end for end in INDISPENSABLE)
        self.assertGreater(check_host("lxc", lambda path: OPENING + READING[:2] if path.endswith(needed) else ()), 60)

    def test_everything_fails(self) -> None:
        rig = Rig("server")
        with mock.patch.object(roots, "os", rig.os):
            healthy = scrape(rig)
            del rig.lines[:]
            rig.os.hits = lambda path: path.startswith((rig.tree, "statvfs:"))
            found = scrape(rig)
            self.assertEqual(found["node_textfile_scrape_error"], "0")
            self.assertNotIn("node_load1", found)
            self.assertEqual(len(rig.lines), len(set(rig.lines)))
            rig.os.hits = lambda path: False
            scrape(rig)
            self.assertEqual(scrape(rig), healthy)

    def test_a_fault_that_costs_too_much_is_found(self) -> None:
        rig = Rig("router")
        with mock.patch.object(roots, "os", rig.os):
            scrape(rig)
            healthy: dict[str, Any] = scrape(rig)
            with self.assertRaisesRegex(AssertionError, "loadavg"):
                check(rig, {**healthy, "node_load1": "7"}, os.path.join(rig.tree, "proc/mdstat"), OPENING[0])


if __name__ == "__main__":
    unittest.main()
