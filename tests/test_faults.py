"""faults: what a kernel that fails or lies costs. Every file read over a fixture host fails in turn, in every way.

A fault may change the plugins that are made of that file, to what they were before or to what is left of them, and
nothing else: no other plugin, no answer's status, at most one line in the log for each message; and all is well once it
is over. `make fuzz` tries every fault on every kind of file of every host, the tests here some of them.
"""
from __future__ import annotations

import errno
import json
import os
import re
import unittest
from functools import partial
from random import Random
from typing import Any, AnyStr, Callable, Iterable, NamedTuple, Optional, Union
from unittest import mock

from glancesd import daemon, patience, roots
from glancesd.answers import Answer
from glancesd.api.v2 import PLUGINS
from glancesd.collectors import processes
from glancesd.log import Log
from glancesd.readings import Clock
from glancesd.server.http1 import parse
from glancesd.settings import read_settings
from tests.daemon import TOP, strict_json

HOSTS = os.path.join(TOP, "tests", "hosts")
HOST_NAMES = sorted(name for name in os.listdir(HOSTS) if os.path.isdir(os.path.join(HOSTS, name)))

# Which plugins a file may change. The first pattern that is found in its path counts.
MEMORY = ("mem", "memswap", "quicklook", "processlist")
CAUSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"/proc/stat$", ("cpu", "percpu", "quicklook", "load", "core", "uptime")),
    (r"/proc/(meminfo|vmstat|zoneinfo|spl/.*)$", (*MEMORY, "system")),          # VmallocTotal tells the size of a word
    (r"/proc/loadavg$", ("load",)),
    (r"/proc/(1/)?net/dev$", ("network",)),
    (r"/proc/(diskstats|partitions)$", ("diskio",)),
    (r"/proc/(1|self)/mountinfo$|/proc/(1/)?mounts$", ("fs", *MEMORY)),         # lxcfs in it tells a container
    (r"/proc/filesystems$|statvfs:", ("fs",)),
    (r"/proc/interrupts$", ("irq",)),
    (r"/proc/mdstat$", ("raid",)),
    (r"/proc/(1/)?net/(route|fib_trie)$", ("ip",)),
    (r"/proc/(1/)?net/wireless$", ("wifi",)),
    (r"/sys/devices/system/cpu/online$", ("processlist",)),
    (r"/proc/cpuinfo$|/sys/devices/system/cpu", ("core",)),
    (r"/proc/sys/kernel/pid_max$", ("processcount",)),
    (r"/proc/sys/kernel/|/root/(etc|usr/lib)/(os|redhat)-release$", ("system",)),
    (r"/proc/1/stat$", ("processlist", "processcount", "uptime")),
    (r"/proc/uptime$", ("uptime",)),
    (r"/proc/([0-9]+/.*)?$|/root/etc/passwd$", ("processlist", "processcount")),
    (r"/sys/class/net/", ("network",)),
    (r"/sys/block", ("diskio", "sensors", "hddtemp")),
    (r"/sys/class/(hwmon|thermal)", ("sensors", "hddtemp")),
    (r"/sys/class/power_supply", ("sensors", "batpercent")),
)
# A plugin that cannot do without a file.
INDISPENSABLE = {"proc/stat": "cpu", "proc/meminfo": "mem", "proc/loadavg": "load", "net/dev": "network",
                 "proc/diskstats": "diskio", "1/mountinfo": "fs", "proc/interrupts": "irq", "proc/mdstat": "raid",
                 "net/route": "ip"}

# Files that only help: refused from the start, they empty no plugin.
HELPING = r"/proc/(vmstat|zoneinfo|partitions|spl/.*|net/fib_trie)$"

ERRNOS = ("EIO", "ENODEV", "ESRCH", "EACCES", "EMFILE", "EINVAL", "ENOENT", "EAGAIN", "ENXIO", "ENODATA", "ENOMEM",
          "EPERM")
# Those that stand for "there is no such thing here", and those that let hidepid's reader turn to its own table.
GONE = ("ENOENT", "ENODEV", "ESRCH", "ENXIO")
DENIED = ("EACCES", "EPERM")


class Fault(NamedTuple):
    """One way to fail: an error when the file is opened, or when it is read, or other bytes than its own."""

    name: str
    when: str = "read"
    spoil: Optional[Callable[[bytes], bytes]] = None

    def error(self, path: str) -> OSError:
        number = getattr(errno, self.name)
        return OSError(number, os.strerror(number), path)


OPENING = tuple(Fault(name, "open") for name in ERRNOS)
READING = tuple(Fault(name, "read") for name in ERRNOS)
LYING = (
    Fault("empty", spoil=lambda data: b""),
    Fault("half", spoil=lambda data: data[:len(data) // 2]),
    Fault("one line", spoil=lambda data: data.partition(b"\n")[0]),
    Fault("no numbers", spoil=lambda data: re.sub(rb"[0-9]+", b"x", data)),
    Fault("negative", spoil=lambda data: re.sub(rb"\b[0-9]+", b"-1", data)),
    Fault("huge", spoil=lambda data: re.sub(rb"\b[0-9]+", b"9" * 400, data)),
    Fault("NULs", spoil=lambda data: b"\0" * 300),
    Fault("noise", spoil=lambda data: bytes(map(Random(len(data)).randrange, [256] * 200)) + b"\n"),
)

# A busy machine makes a call late, which is no fault of its file.
UNHURRIED = mock.patch.multiple(patience, EACH_SECONDS=60.0, ALL_SECONDS=120.0)


class FaultyOs:
    """`os` as glancesd.roots sees it. What `hits` picks has the `fault`. `asked`: each path; a folder's ends in /."""

    def __init__(self) -> None:
        self.hits: Callable[[str], bool] = lambda path: False
        self.fault = OPENING[0]
        self.asked: dict[str, None] = {}
        self.failed = False
        self._paths: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def _fail(self, path: str, when: str) -> None:
        self.asked[path] = None
        if self.hits(path) and self.fault.spoil is None and self.fault.when == when:
            self.failed = True
            raise self.fault.error(path)

    def open(self, path: Union[str, bytes], flags: int, dir_fd: Optional[int] = None) -> int:
        name = os.fsdecode(path) if dir_fd is None else self._paths[dir_fd] + os.fsdecode(path)
        if flags & os.O_DIRECTORY:
            name += "/"
        self._fail(name, "open")
        descriptor = os.open(path, flags, dir_fd=dir_fd)
        self._paths[descriptor] = name
        return descriptor

    def read(self, descriptor: int, size: int) -> bytes:
        path = self._paths[descriptor]
        self._fail(path, "read")
        if self.fault.spoil is None or not self.hits(path):
            return os.read(descriptor, size)
        at_start = os.lseek(descriptor, 0, os.SEEK_CUR) == 0
        data = b"".join(iter(partial(os.read, descriptor, 65536), b""))
        return self.fault.spoil(data)[:size] if at_start else b""

    def listdir(self, path: AnyStr) -> list[AnyStr]:
        self._fail(os.fsdecode(path).rstrip("/") + "/", "open")
        return os.listdir(path)

    def statvfs(self, path: bytes) -> os.statvfs_result:
        self._fail("statvfs:" + os.fsdecode(path), "open")
        return os.statvfs(path)


class Rig:
    """The daemon's parts over a fixture host, without sockets, and with a clock that is moved by hand."""

    def __init__(self, host: str, *arguments: str) -> None:
        self.tree = os.path.join(HOSTS, host)
        self.now = 5000.0
        self.lines: list[str] = []
        self.os = FaultyOs()
        options = ["--interval", "0", *arguments]
        for kind in ("proc", "sys", "root"):
            options += ["--%sfs" % kind, os.path.join(self.tree, kind)]
        settings = read_settings(options, {})
        clock = Clock(lambda: self.now, lambda: 1.7e9 + self.now, self.wait)
        self.log = Log(self.lines.append, clock.monotonic)
        with mock.patch.object(processes, "Sampler", partial(processes.Sampler, clock.monotonic)):
            self.daemon = daemon.Daemon(settings, lambda before: settings, self.log, clock)

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def ask(self, path: str) -> Answer:
        return self.daemon._in_force.app.prepare(parse(b"GET %s HTTP/1.0\r\n\r\n" % path.encode()))[0]()

    def round(self, pause: float = 11) -> tuple[dict[str, Any], dict[str, Any]]:
        """/all and /healthz of a later moment; the daemon's own clock has ticked as well.

        They are 200, but for the health of a machine whose /proc/stat cannot be read.
        """
        self.now += pause
        try:
            self.daemon._tick()
        except Exception as problem:                     # as the ticker does
            self.log.once("ticker: %s" % problem)
        everything, views, health = map(self.ask, ("/api/2/all", "/api/2/all/views", "/healthz"))
        blind = b"/proc/stat cannot be read" in health.body
        assert everything.status == views.status == 200, views.body[:300]
        assert health.status == (503 if blind else 200), health.body
        plugins = strict_json(everything.body)
        return ({name: _steady(value) for name, value in plugins.items() if name not in ("now", "alert")},
                json.loads(health.body.decode()))

    def start(self) -> dict[str, Any]:
        """What the host looks like when nothing fails."""
        self.round()
        healthy, _ = self.round()
        assert self.round(120)[0] == healthy
        return healthy


def _steady(value: Any) -> Any:
    """Without what the clock and the disk of this checkout change by themselves."""
    if isinstance(value, dict):
        moving = ("size", "used", "free", "percent") if value.get("key") == "mnt_point" else ("time_since_update",)
        return {name: _steady(part) for name, part in value.items() if name not in moving}
    if isinstance(value, list):
        return [_steady(part) for part in value]
    is_uptime = isinstance(value, str) and re.match(r"([0-9]+ days?, )?[0-9]+:[0-9]{2}:[0-9]{2}$", value)
    return "<uptime>" if is_uptime else value


def may_change(path: str) -> tuple[str, ...]:
    """The plugins that are made of a file."""
    return next((plugins for pattern, plugins in CAUSES if re.search(pattern, path)), ())


def check(rig: Rig, healthy: dict[str, Any], path: str, fault: Fault) -> None:
    """One fault: two rounds with it, then without. AssertionError when it costs more than it may."""
    what = "%s (%s) of %s" % (fault.name, fault.when, path.replace(rig.tree + "/", ""))
    del rig.lines[:]
    rig.log._said.clear()
    rig.os.hits, rig.os.fault, rig.os.failed = path.__eq__, fault, False
    try:
        for _ in range(2):
            answered, health = rig.round()
            changed = {name for name in healthy if answered[name] != healthy[name]}
            assert changed <= set(may_change(path)), "%s changes %s" % (what, sorted(changed))
            assert health["status"] != "fail" or path.endswith("/proc/stat"), "%s: %s" % (what, json.dumps(health))
        plugin = next((INDISPENSABLE[end] for end in INDISPENSABLE if path.endswith("/" + end)), None)
        harmless = GONE + DENIED if plugin == "fs" else GONE
        if plugin and rig.os.failed and fault.name not in harmless:
            assert "plugin:" + plugin in health["checks"], "%s: /healthz says %s" % (what, json.dumps(health))
            for name in changed:
                if PLUGINS[name].sources[0] == PLUGINS[plugin].sources[0]:
                    assert answered[name] == PLUGINS[name].empty, "%s: %s is neither old nor empty" % (what, name)
        assert len(rig.lines) == len(set(rig.lines)) <= 3, "%s: the log: %s" % (what, rig.lines)
    finally:
        rig.os.hits = lambda path: False
    for pause in (11, 11, 120):      # a window that ends right, one that begins so too, and what is read once a minute
        answered, health = rig.round(pause)
        lasting = {name for name in healthy if answered[name] != healthy[name]}
        if not lasting:
            break
    assert not lasting, "after %s these are not what they were: %s" % (what, sorted(lasting))
    assert not [name for name in health["checks"] if name.startswith("plugin:")], "after %s: %s" % (what, health)


def kinds(paths: list[str]) -> list[str]:
    """The first and the last of the paths that differ only in their numbers."""
    first = {re.sub("[0-9]+", "0", path): path for path in reversed(paths)}
    last = {re.sub("[0-9]+", "0", path): path for path in paths}
    return sorted({*first.values(), *last.values()})


def faults_of(path: str) -> tuple[Fault, ...]:
    """What can happen to a path: a folder and a mount can only fail."""
    return OPENING if path.endswith("/") or path.startswith("statvfs:") else OPENING + READING + LYING


def check_host(host: str, choose: Callable[[str], Iterable[Fault]]) -> int:
    """The faults that are chosen for each path that the daemon reads over a host. How many there were."""
    rig = Rig(host)
    count = 0
    with mock.patch.object(roots, "os", rig.os):
        healthy = rig.start()
        for path in kinds(list(rig.os.asked)):
            for fault in choose(path):
                check(rig, healthy, path, fault)
                count += 1
    return count


@UNHURRIED
class Faults(unittest.TestCase):
    def test_every_file_of_a_host_in_one_way_or_another(self) -> None:
        random = Random(1)
        self.assertGreater(check_host("router", lambda path: [random.choice(faults_of(path))]), 50)

    def test_the_files_that_a_source_cannot_do_without_with_every_error(self) -> None:
        needed = tuple("/" + end for end in INDISPENSABLE)
        self.assertGreater(check_host("lxc", lambda path: OPENING if path.endswith(needed) else ()), 80)

    def test_files_that_only_help_may_be_refused_from_the_start(self) -> None:
        for host in ("centos6", "ppc64"):
            rig = Rig(host)
            with mock.patch.object(roots, "os", rig.os):
                healthy = rig.start()
            helping = [path for path in rig.os.asked if re.search(HELPING, path)]
            self.assertGreaterEqual(len(helping), 2)
            for path in helping:
                for name in ("EACCES", "EPERM", "EIO"):
                    with self.subTest(path, errno=name):
                        rig = Rig(host)
                        with mock.patch.object(roots, "os", rig.os):
                            rig.os.hits, rig.os.fault = path.__eq__, Fault(name, "open")
                            answered, health = rig.round()
                        self.assertEqual([plugin for plugin in healthy if healthy[plugin] and not answered[plugin]], [])
                        self.assertEqual([check for check in health["checks"] if check.startswith("plugin:")], [])

    def test_a_table_without_a_good_row_is_told_once(self) -> None:
        rig = Rig("laptop")
        with mock.patch.object(roots, "os", rig.os):
            healthy = rig.start()
            path = os.path.join(rig.tree, "proc/meminfo")
            by_name = {fault.name: fault for fault in LYING}
            for name in ("no numbers", "half"):
                check(rig, healthy, path, by_name[name])

    def test_everything_fails(self) -> None:
        rig = Rig("router")
        with mock.patch.object(roots, "os", rig.os):
            healthy = rig.start()
            del rig.lines[:]
            rig.os.hits = lambda path: True
            rig.now += 11
            self.assertEqual(rig.ask("/api/2/all").status, 200)
            health = rig.ask("/healthz")
            self.assertEqual((health.status, strict_json(health.body)["status"]), (503, "fail"), health.body)
            self.assertEqual(rig.ask("/livez").status, 200)
            self.assertEqual(len(rig.lines), len(set(rig.lines)))
            rig.os.hits = lambda path: False
            rig.round()
            self.assertEqual(rig.round()[0], healthy)

    def test_a_fault_that_costs_too_much_is_found(self) -> None:
        rig = Rig("router")
        with mock.patch.object(roots, "os", rig.os):
            healthy = rig.start()
            for plugin in ("cpu", "mem"):
                with self.subTest(plugin), self.assertRaisesRegex(AssertionError, plugin):
                    check(rig, {**healthy, plugin: {}}, os.path.join(rig.tree, "proc/loadavg"), OPENING[0])


if __name__ == "__main__":
    unittest.main()
