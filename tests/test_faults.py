"""faults: what a kernel that fails or lies costs. Every file that is read over a fixture host fails in turn, in every way.

A fault may change the plugins that are made of that file, to what they were before or to what is left of them, and nothing
else: no other plugin, no answer's status, at most one line in the log for each message. `make fuzz` tries every fault on
every file; the tests each fault on the files of one reader, and some of the faults on the others.
"""
from __future__ import annotations

import errno
import json
import os
import re
import threading
import unittest
from functools import partial
from random import Random
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Optional
from unittest import mock

from glancesd import daemon, monitor, roots
from glancesd.api.v2 import PLUGINS
from glancesd.collectors import processes
from glancesd.http1 import parse
from glancesd.log import Log
from glancesd.monitor import Clock
from glancesd.settings import read_settings
from tests.daemon import TOP, strict_json

HOSTS = os.path.join(TOP, "tests", "hosts")

ERRNOS = ("EIO", "ENODEV", "ESRCH", "EACCES", "EMFILE", "EINVAL", "ENOENT", "EAGAIN", "ENXIO", "ENODATA", "ENOMEM", "EPERM")
# Those that stand for "there is no such thing here".
GONE = ("ENOENT", "ENODEV", "ESRCH", "ENXIO")

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
    (r"/proc/cpuinfo$|/sys/devices/system/cpu", ("core",)),
    (r"/proc/sys/kernel/pid_max$", ("processcount",)),
    (r"/proc/sys/kernel/|/root/(etc|usr/lib)/(os|redhat)-release$", ("system",)),
    (r"/proc/([0-9]+/.*)?$|/root/etc/passwd$", ("processlist", "processcount")),
    (r"/sys/class/net/", ("network",)),
    (r"/sys/block", ("diskio", "sensors", "hddtemp")),
    (r"/sys/class/(hwmon|thermal)", ("sensors", "hddtemp")),
    (r"/sys/class/power_supply", ("sensors", "batpercent")),
)
# Whose failure a file's is, as /healthz names it.
SOURCES = {"proc/stat": "stat", "proc/meminfo": "memory", "proc/loadavg": "load", "net/dev": "interfaces",
           "proc/diskstats": "disk_counters", "1/mountinfo": "filesystems", "proc/interrupts": "interrupt_counters",
           "proc/mdstat": "raid", "net/route": "addresses"}


class Fault(NamedTuple):
    """One way to fail: an errno when the file is opened or read, or other bytes than its own."""

    name: str
    number: Optional[int] = None
    when: str = "open"
    spoil: Optional[Callable[[bytes], bytes]] = None


def _garbage(data: bytes) -> bytes:
    random = Random(len(data))
    return bytes(random.randrange(256) for _ in range(200)) + b"\n"


FAULTS = tuple(Fault(name + when, getattr(errno, name), when) for when in ("open", "read") for name in ERRNOS) + (
    Fault("empty", spoil=lambda data: b""),
    Fault("half", spoil=lambda data: data[:len(data) // 2]),
    Fault("one line", spoil=lambda data: data.partition(b"\n")[0]),
    Fault("no numbers", spoil=lambda data: re.sub(rb"[0-9]+", b"x", data)),
    Fault("negative", spoil=lambda data: re.sub(rb"\b[0-9]+", b"-1", data)),
    Fault("huge", spoil=lambda data: re.sub(rb"\b[0-9]+", b"9" * 320, data)),
    Fault("NULs", spoil=lambda data: b"\0" * 300),
    Fault("garbage", spoil=_garbage),
)


class FaultyOs:
    """`os` as glancesd.roots sees it, with one file that fails. `opened`: every path that was asked for."""

    def __init__(self) -> None:
        self.path = ""
        self.fault = Fault("none")
        self.opened: dict[str, None] = {}
        self.failed = False
        self._of: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def _fail(self, path: str, when: str) -> None:
        self.opened[path] = None
        if path == self.path and self.fault.number is not None and self.fault.when == when:
            self.failed = True
            raise OSError(self.fault.number, os.strerror(self.fault.number), path)

    def open(self, path: str, flags: int) -> int:
        self._fail(path, "open")
        descriptor = os.open(path, flags)
        self._of[descriptor] = path
        return descriptor

    def read(self, descriptor: int, size: int) -> bytes:
        path = self._of[descriptor]
        self._fail(path, "read")
        if path != self.path or self.fault.spoil is None:
            return os.read(descriptor, size)
        first = os.lseek(descriptor, 0, os.SEEK_CUR) == 0
        data = b"".join(iter(lambda: os.read(descriptor, 65536), b""))
        return self.fault.spoil(data)[:size] if first else b""

    def listdir(self, path: str) -> list[str]:
        self._fail(path.rstrip("/") + "/", "open")
        return os.listdir(path)

    def statvfs(self, path: bytes) -> os.statvfs_result:
        self._fail("statvfs:" + os.fsdecode(path), "open")
        return os.statvfs(path)


class Rig:
    """The daemon's parts over a fixture host, with a clock that is moved by hand and without sockets."""

    def __init__(self, host: str) -> None:
        self.tree = os.path.join(HOSTS, host)
        self.now = 5000.0
        self.lines: list[str] = []
        self.os = FaultyOs()
        options = [text for kind in ("proc", "sys", "root") for text in ("--%sfs" % kind, os.path.join(self.tree, kind))]
        settings = read_settings(["--interval", "0", *options], {}, lambda procfs: 2)
        clock = Clock(lambda: self.now, lambda: 1.7e9 + self.now, self.sleep)
        with mock.patch.object(processes, "Sampler", partial(processes.Sampler, clock.monotonic)):
            self.daemon = daemon.Daemon(settings, lambda: settings, Log(self.lines.append, clock.monotonic), clock)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def ask(self, path: str) -> tuple[int, Any]:
        prepared = self.daemon._app.prepare(parse(b"GET %s HTTP/1.0\r\n\r\n" % path.encode()))
        answer = prepared[0]()
        return answer.status, strict_json(answer.body)

    def round(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """/all and /healthz of a later moment, both 200; the ticker has looked as well."""
        self.now += 11.0
        self.daemon._tick()
        status, everything = self.ask("/api/2/all")
        assert status == 200, status
        status, health = self.ask("/healthz")
        assert status == 200, health
        return {name: _steady(value) for name, value in everything.items() if name not in ("now", "alert")}, health

    def readers(self) -> Iterator[str]:
        """Every path that is opened or listed, as it is asked for by a daemon that has just started."""
        return iter(list(self.os.opened))


def _steady(value: Any) -> Any:
    """Without what the clock and the disk of this checkout change by themselves."""
    if isinstance(value, dict):
        left_out = ("size", "used", "free", "percent") if value.get("key") == "mnt_point" else ("time_since_update",)
        return {name: _steady(part) for name, part in value.items() if name not in left_out}
    if isinstance(value, list):
        return [_steady(part) for part in value]
    return "<uptime>" if isinstance(value, str) and re.match(r"([0-9]+ days?, )?[0-9]+:[0-9]{2}:[0-9]{2}$", value) else value


def may_change(path: str) -> tuple[str, ...]:
    """The plugins that are made of a file."""
    for pattern, plugins in CAUSES:
        if re.search(pattern, path):
            return plugins
    return ()


def check(rig: Rig, healthy: Mapping[str, Any], path: str, fault: Fault) -> None:
    """One fault: two rounds with it, one after it. AssertionError when it costs more than it may."""
    what = "%s of %s" % (fault.name, os.path.relpath(path, rig.tree) if path.startswith("/") else path)
    del rig.lines[:]
    rig.daemon._log._said.clear()
    rig.os.path, rig.os.fault, rig.os.failed = path, fault, False
    try:
        for _ in range(2):
            answered, health = rig.round()
            changed = {name for name in healthy if answered[name] != healthy[name]}
            assert changed <= set(may_change(path)), "%s changes %s" % (what, sorted(changed))
        source = next((SOURCES[end] for end in SOURCES if path.endswith("/" + end)), None)
        if source and rig.os.failed and not fault.name.startswith(GONE) and not (
                source == "filesystems" and fault.number in (errno.EACCES, errno.EPERM)):     # hidepid: our own table then
            assert "plugin:" + source in health["checks"], "%s: /healthz says %s" % (what, json.dumps(health))
            for name in set(may_change(path)) & changed:
                if PLUGINS[name].sources[0] == source:
                    assert answered[name] == PLUGINS[name].empty, "%s: %s is neither old nor empty" % (what, name)
        assert len(rig.lines) == len(set(rig.lines)) <= 3, "%s: the log: %s" % (what, rig.lines)
        assert not any("ticker" in line or "Traceback" in line for line in rig.lines), "%s: %s" % (what, rig.lines)
    finally:
        rig.os.path = ""
    for pause in (0, 0, 120):                  # a window that ends right, one that begins so, and what is read once a minute
        rig.now += pause
        answered, health = rig.round()
        lasting = {name for name in healthy if answered[name] != healthy[name]}
        if not lasting:
            break
    assert not lasting, "after %s these are not what they were: %s" % (what, sorted(lasting))
    assert not [name for name in health["checks"] if name.startswith("plugin:")], "after %s: %s" % (what, health)


def check_host(host: str, choose: Callable[[str], tuple[Fault, ...]]) -> int:
    """Every file that the daemon reads over a host, with the faults chosen for it. How many there were."""
    rig = Rig(host)
    with mock.patch.object(roots, "os", rig.os):
        rig.round()
        healthy, _ = rig.round()
        rig.now += 120
        assert rig.round()[0] == healthy
        count = 0
        for path in list(rig.os.opened):
            for fault in choose(path):
                if not path.endswith("/") and not path.startswith("statvfs:") or fault.number is not None \
                        and fault.when == "open":
                    check(rig, healthy, path, fault)
                    count += 1
    return count


def fuzz_faults(random: Random, count: int) -> str:
    """Every fault on every file of every host, for the long run; `count` bounds the faults of one host."""
    done = 0
    for host in sorted(name for name in os.listdir(HOSTS) if os.path.isdir(os.path.join(HOSTS, name))):
        done += check_host(host, lambda path: FAULTS)
    return "; %d faults in the files of fixture hosts" % done
