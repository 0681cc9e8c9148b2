"""cgroups: the containers that run and what they use, from the control groups below /sys/fs/cgroup.

Which group is a container's, cgroup_names tells.

Version 2 has one tree and all files of a group in it; version 1 a tree for each controller, of which any may lack the
group; on a hybrid, `unified/` is a version 2 without controllers beside them, and only what version 1 lacks is taken
of it. A controller that is not enabled has no file: its figures are None.

    version 2                   version 1
    cpu.stat                    cpuacct/cpuacct.usage           usage_usec 5000000     5000000000 (ns)
    cpu.max                     cpu/cpu.cfs_quota_us            50000 100000           50000, −1: no limit
                                cpu/cpu.cfs_period_us                                  100000
    memory.current              memory/memory.usage_in_bytes    8192000
    memory.max                  memory/memory.limit_in_bytes    16384000, max          9223372036854771712: no limit
    memory.peak (5.19)          memory/memory.max_usage_in_bytes
    memory.stat                 memory/memory.stat              anon, file, inactive_file 4096; total_rss, total_cache …
    io.stat                     blkio/blkio.throttle.io_service_bytes(_recursive)    8:0 rbytes=4096 …; 8:0 Read 4096
    pids.current                pids/pids.current               12
    cgroup.freeze               freezer/freezer.state           1, 0                   FROZEN, FREEZING, THAWED
"""
from __future__ import annotations

import time

from ..delta import increase, rate
from ..parsing import ParseError, Report, ignore, parse_number, rows
from ..roots import Namespace, Roots
from ..typed import Callable, Mapping, NamedTuple, Optional, TypeVar
from .cgroup_names import identify
from .memory import Memory
from .network import parse as parse_interfaces

TOP = "fs/cgroup"
# The number of groups by controller: while it stays, the tree is not walked again for WALK_SECONDS.
COUNT_FILE = "cgroups"
WALK_SECONDS = 10.0
# Groups looked at in one walk, and containers known. The largest Kubernetes nodes run 500, Proxmox hosts as many.
GROUPS_MOST = 20000
CONTAINERS_MOST = 1000
DEPTH_MOST = 24
_FILE_BYTES = 16384
# A counter that grows by more than any machine can do began anew: NR_CPUS is 8192 at most, a link 800 Gbit/s.
_CPUS_MOST = 8192
_BYTES_MOST = 1e11

# Controllers of version 1 whose files are read. `systemd` has none, but holds groups that no controller has.
_V1 = ("cpuacct", "memory", "pids", "blkio", "cpu", "freezer", "systemd")
_UNIFIED = "unified"
_V2_FILES = ("cpu.stat", "cpu.max", "memory.current", "memory.max", "memory.peak", "memory.stat", "io.stat",
             "pids.current", "cgroup.freeze")
_V1_FILES: Mapping[str, tuple[str, ...]] = {
    "cpuacct": ("cpuacct.usage",),
    "cpu": ("cpu.cfs_quota_us", "cpu.cfs_period_us"),
    "memory": ("memory.usage_in_bytes", "memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.stat"),
    "blkio": ("blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_service_bytes"),
    "pids": ("pids.current",),
    "freezer": ("freezer.state",),
    _UNIFIED: ("cpu.stat", "cgroup.freeze"),
}
_PROCESSES = "cgroup.procs"

T = TypeVar("T")


class Group(NamedTuple):
    """A container's group: whose it is, and its folder below /sys in each tree that has it."""

    engine: str                          # docker, podman, kubernetes, lxc, nspawn
    name: str                            # 64 hex digits; of lxc and nspawn its name
    folders: Mapping[str, str]
    processes: str                       # the first folder, its own or within it, that had a process; "": none


class Container(NamedTuple):
    """What the kernel counts for one container since it began, and what it holds now. None: not accounted here."""

    engine: str
    name: str
    paused: bool = False
    cpu_nanoseconds: Optional[int] = None
    cpu_limit: Optional[float] = None                # of one CPU; 0.0: as many as there are
    memory_bytes: Optional[int] = None
    memory_limit_bytes: Optional[int] = None         # the machine's memory where the group has no limit of its own
    memory_peak_bytes: Optional[int] = None
    anonymous_bytes: Optional[int] = None
    file_bytes: Optional[int] = None
    inactive_file_bytes: Optional[int] = None
    processes: Optional[int] = None
    read_bytes: Optional[int] = None
    written_bytes: Optional[int] = None
    rx_bytes: Optional[int] = None                   # of every interface but lo; None on the host's own network
    tx_bytes: Optional[int] = None

    @property
    def memory_used_percent(self) -> Optional[float]:
        """Of its limit, without the file cache that the kernel would give up first."""
        if self.memory_bytes is None or not self.memory_limit_bytes:
            return None
        used = max(0, self.memory_bytes - (self.inactive_file_bytes or 0))
        return round(min(100.0, used * 100.0 / self.memory_limit_bytes), 1)


class ContainerUse(NamedTuple):
    """What one container did in a window. None: not accounted, or new in this window."""

    container: Container
    elapsed_seconds: float
    cpu_percent: Optional[float]                     # of one CPU
    read_bytes: Optional[int]
    written_bytes: Optional[int]
    rx_bytes: Optional[int]
    tx_bytes: Optional[int]

    @property
    def read_bytes_per_second(self) -> Optional[float]:
        return _rate(self.read_bytes, self.elapsed_seconds)

    @property
    def written_bytes_per_second(self) -> Optional[float]:
        return _rate(self.written_bytes, self.elapsed_seconds)

    @property
    def rx_bytes_per_second(self) -> Optional[float]:
        return _rate(self.rx_bytes, self.elapsed_seconds)

    @property
    def tx_bytes_per_second(self) -> Optional[float]:
        return _rate(self.tx_bytes, self.elapsed_seconds)


# -- the files of a group ----------------------------------------------------------------------------------------------


def parse_limit(text: str, file: str = "memory.max") -> Optional[int]:
    """One number; None of "max". ParseError on anything else."""
    return _read(file, text, lambda: None if text == "max" else parse_number(text, file))


def parse_quota(text: str, file: str = "cpu.max") -> float:
    """CPUs that may be used: quota and period in microseconds; 0.0 of "max", "-1". ParseError on anything else."""
    def share() -> float:
        quota, period = text.split()
        return 0.0 if quota in ("max", "-1") else parse_number(quota, file) / parse_number(period, file)
    return _read(file, text, share)


def parse_table(text: str, file: str = "memory.stat", report: Report = ignore) -> dict[str, int]:
    """Lines of a name and a number."""
    def row(line: str) -> tuple[str, int]:
        name, number = line.split()
        return name, parse_number(number, file)
    return dict(rows(text, row, "a name and a number", file, report))


def parse_io(text: str, file: str = "io.stat") -> tuple[int, int]:
    """Bytes read and written, of all devices. (Before 5.14 a device without a figure shares the next one's line.)"""
    words = [word.partition("=") for word in text.split()]
    return _read(file, text, lambda: (sum(parse_number(value, file) for name, _, value in words if name == "rbytes"),
                                      sum(parse_number(value, file) for name, _, value in words if name == "wbytes")))


def parse_service_bytes(text: str, file: str = "blkio.throttle.io_service_bytes") -> tuple[int, int]:
    """Bytes read and written, of all devices."""
    lines = [line.split() for line in text.split("\n")]

    def total(what: str) -> int:
        return sum(parse_number(line[2], file) for line in lines if len(line) == 3 and line[1] == what)

    return _read(file, text, lambda: (total("Read"), total("Write")))


def _read(file: str, text: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (ValueError, ArithmeticError):
        raise ParseError(file, 1, "not what a control group counts: %.60r" % text) from None


class _Files:
    """The texts of a container's files. One that is missing gives None; one that does not read is reported besides."""

    def __init__(self, texts: Mapping[str, str], report: Report) -> None:
        self._texts = texts
        self._report = report

    def get(self, name: str, parse: Callable[[str, str], T]) -> Optional[T]:
        return self.read(parse, self._texts[name], name) if name in self._texts else None

    def read(self, parse: Callable[[str, str], T], text: str, name: str) -> Optional[T]:
        try:
            return parse(text, name)
        except ParseError as problem:
            self._report(problem)
            return None

    def number(self, name: str) -> Optional[int]:
        return self.get(name, parse_limit)

    def limit(self, name: str, total_bytes: Optional[int]) -> Optional[int]:
        """Of memory: a group without a limit can use what the machine has. None without the file: not accounted."""
        known = [value for value in (self.number(name), total_bytes) if value is not None]
        return min(known) if known and name in self._texts else None

    def table(self, name: str) -> Mapping[str, int]:
        return self.get(name, lambda text, file: parse_table(text, file, self._report)) or {}


def container_v2(group: Group, texts: Mapping[str, str], total_bytes: Optional[int],
                 report: Report = ignore) -> Container:
    """A container by the texts of its files in the tree of version 2 (pure)."""
    files = _Files(texts, report)
    microseconds, memory = files.table("cpu.stat").get("usage_usec"), files.table("memory.stat")
    read_bytes, written_bytes = files.get("io.stat", parse_io) or (None, None)
    return Container(
        group.engine, group.name, texts.get("cgroup.freeze") == "1",
        None if microseconds is None else microseconds * 1000, files.get("cpu.max", parse_quota),
        files.number("memory.current"), files.limit("memory.max", total_bytes), files.number("memory.peak"),
        memory.get("anon"), memory.get("file"), memory.get("inactive_file"), files.number("pids.current"),
        read_bytes, written_bytes)


def container_v1(group: Group, texts: Mapping[str, str], total_bytes: Optional[int],
                 report: Report = ignore) -> Container:
    """As `container_v2`, of the trees of version 1; what is only in a hybrid's unified tree counts too."""
    files = _Files(texts, report)
    usage, memory = files.number("cpuacct.usage"), files.table("memory.stat")
    microseconds = files.table("cpu.stat").get("usage_usec") if usage is None else None
    traffic = next((name for name in _V1_FILES["blkio"] if name in texts), "")
    read_bytes, written_bytes = files.get(traffic, parse_service_bytes) or (None, None)
    quota, period = texts.get("cpu.cfs_quota_us"), texts.get("cpu.cfs_period_us")
    return Container(
        group.engine, group.name,
        texts.get("freezer.state", "THAWED") != "THAWED" or texts.get("cgroup.freeze") == "1",
        usage if microseconds is None else microseconds * 1000,
        None if quota is None or period is None else files.read(parse_quota, quota + " " + period, "cpu.cfs_quota_us"),
        files.number("memory.usage_in_bytes"), files.limit("memory.limit_in_bytes", total_bytes),
        files.number("memory.max_usage_in_bytes"), memory.get("total_rss"), memory.get("total_cache"),
        memory.get("total_inactive_file"), files.number("pids.current"), read_bytes, written_bytes)


# -- the tree ----------------------------------------------------------------------------------------------------------


class Sampler:
    """Samples the containers. State: the groups of the latest walk, CONTAINERS_MOST at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._count: Optional[str] = None
        self._walk_at = 0.0
        self._two = False
        self._groups: dict[str, Group] = {}

    def __call__(self, roots: Roots, memory: Optional[Memory]) -> dict[str, Container]:
        """Every running container, by engine and name, those within one behind its ("lxc:101/docker:0123…")."""
        count, now = roots.proc(COUNT_FILE, default=""), self._clock()
        processes: Mapping[str, int] = {}
        if count != self._count or now >= self._walk_at:
            self._count, self._walk_at = count, now + WALK_SECONDS
            self._two = roots.attribute(TOP + "/cgroup.controllers") is not None
            walk = _Walk(roots)
            self._groups, processes = walk.groups(_trees(roots, self._two)), walk.processes
        total = memory.total_bytes if memory is not None else None
        network = _HostNetwork(roots)
        found = {key: self._container(roots, group, total, network, processes.get(key))
                 for key, group in self._groups.items()}
        return {key: container for key, container in found.items() if container is not None}

    def _container(self, roots: Roots, group: Group, total: Optional[int], network: _HostNetwork,
                   process: Optional[int]) -> Optional[Container]:
        files: dict[str, str] = {}
        for tree, folder in group.folders.items():
            wanted = _V2_FILES if self._two else _V1_FILES.get(tree, ())
            files.update(roots.attributes(folder, wanted, _FILE_BYTES))
        if not files:                                   # it has ended since the walk
            return None
        made = (container_v2 if self._two else container_v1)(group, files, total, roots.report)
        rx, tx = network.traffic(process or _first_process(roots, group.processes)) or (None, None)
        return made._replace(rx_bytes=rx, tx_bytes=tx)


def _trees(roots: Roots, two: bool) -> dict[str, str]:
    """The folder of each tree below TOP, by the controller that it is read for ("" is version 2's)."""
    if two:
        return {"": TOP}
    found = {}
    for tree in (*_V1, _UNIFIED):
        for name in (tree, "cpu,cpuacct") if tree.startswith("cpu") else (tree,):
            folder = "%s/%s" % (TOP, name)
            if tree not in found and roots.sys_folders(folder):
                found[tree] = folder
    return found


class _Walk:
    """One walk over the trees."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots
        self._left = GROUPS_MOST
        self._found: dict[str, Group] = {}
        self.processes: dict[str, int] = {}               # the first of each container

    def groups(self, trees: Mapping[str, str]) -> dict[str, Group]:
        """The containers' groups, by the keys of the sample."""
        for tree, folder in trees.items():
            self._enter(tree, folder, (), "")
        return self._found

    def _enter(self, tree: str, folder: str, names: tuple[str, ...], key: str) -> None:
        """Look at the groups in a folder; `key` is that of the container that they are part of."""
        for name in self._roots.sys_folders(folder) if len(names) < DEPTH_MOST else ():
            self._left -= 1
            if self._left < 0:
                return
            inner, path = folder + "/" + name, (*names, name)
            identity = identify(path)
            own = self._add(tree, inner, key, *identity) if identity is not None else key
            if own and own not in self.processes:
                self._note_process(own, inner)
            self._enter(tree, inner, path, own)

    def _note_process(self, key: str, folder: str) -> None:
        process = _first_process(self._roots, folder)
        if process:
            self.processes[key] = process
            self._found[key] = self._found[key]._replace(processes=folder)

    def _add(self, tree: str, folder: str, around: str, engine: str, name: str) -> str:
        key = "%s%s%s:%s" % (around, "/" if around else "", engine, name)
        known = self._found.get(key)
        if known is None and len(self._found) >= CONTAINERS_MOST:
            return around
        known = known or Group(engine, name, {}, "")
        self._found[key] = known._replace(folders={tree: folder, **known.folders})
        return key


def _first_process(roots: Roots, folder: str) -> int:
    """The first process of a group; 0: it has none, or none that this daemon's pid namespace shows."""
    for line in (roots.attribute(folder + "/" + _PROCESSES) or "").split("\n") if folder else ():
        if line.isdecimal() and int(line):
            return int(line)
    return 0


class _HostNetwork:
    """Tells what the containers with a network of their own sent and received. The host's network is process 1's."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots
        self._host: Optional[Namespace] = None

    def traffic(self, pid: int) -> Optional[tuple[int, int]]:
        """Bytes received and sent by the interfaces but lo of a process's network; None: the host's, or not known."""
        if not pid:
            return None
        own = self._roots.network_of(pid)
        if self._host is None:
            self._host = self._roots.network_of(1)
        if own.link is not None and self._host.link is not None:
            shared = own.link == self._host.link
        else:
            shared = own.file == self._host.file
        if shared:
            return None
        file = "%d/net/dev" % pid
        text = self._roots.proc(file, default="")
        if not text or own.link is None and text == self._roots.proc("1/net/dev", default=""):
            return None                                 # a recorded tree has no links, and a file for each process
        try:
            interfaces = parse_interfaces(text, file, self._roots.report)
        except ParseError as problem:
            self._roots.report(problem)
            return None
        own_traffic = [counters for name, counters in interfaces.items() if name != "lo"]
        return (sum(counters.receive_bytes for counters in own_traffic),
                sum(counters.transmit_bytes for counters in own_traffic))


# -- what happened between two samples ---------------------------------------------------------------------------------


def derive(now: Mapping[str, Container], before: Optional[Mapping[str, Container]],
           elapsed: float) -> list[ContainerUse]:
    """What each container did; the busiest first, then the largest. One that began anew has an increase of 0."""
    found = [_use(container, before.get(key) if before else None, elapsed) for key, container in now.items()]
    return sorted(found, key=lambda use: (use.cpu_percent or 0.0, use.container.memory_bytes or 0), reverse=True)


def _use(container: Container, before: Optional[Container], elapsed: float) -> ContainerUse:
    def grown(counter: Callable[[Container], Optional[int]], most_per_second: float = _BYTES_MOST) -> Optional[int]:
        if before is None or counter(before) is None or counter(container) is None:
            return None
        return increase(counter(container), counter(before), most_per_second * elapsed)

    busy = grown(lambda of: of.cpu_nanoseconds, _CPUS_MOST * 1e9)
    return ContainerUse(container, elapsed, None if busy is None else round(rate(busy, elapsed) / 1e7, 1),
                        grown(lambda of: of.read_bytes), grown(lambda of: of.written_bytes),
                        grown(lambda of: of.rx_bytes), grown(lambda of: of.tx_bytes))


def _rate(amount: Optional[int], elapsed: float) -> Optional[float]:
    return None if amount is None else rate(amount, elapsed)
