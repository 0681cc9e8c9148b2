"""host: which machine this is, how many cores it has and how loaded it is.

    /proc/loadavg      0.37 0.08 0.03 2/104 8090         the last 1, 5 and 15 minutes, then threads and the latest pid
    /etc/os-release    NAME="Debian GNU/Linux"           assignments of a shell, os-release(5)
                       VERSION_ID="12"
    /proc/cpuinfo      physical id     : 0               a block for each CPU; x86 and s390. MIPS and LoongArch say
                       core id         : 3               `package` and `core`, ARM and PowerPC nothing of the kind
                       cpu cores       : 8
    /proc/uptime       5025.33 8704.45               seconds since the start, suspended ones included; idle ones of CPUs
and /proc/sys/kernel/{ostype,hostname,osrelease,pid_max}, /sys/devices/system/cpu/cpuN/topology, /etc/hostname.
"""
from __future__ import annotations

import struct
import time

from ..lazy import pattern
from ..parsing import ParseError, optional_number
from ..roots import NoData, Roots
from ..typed import Callable, NamedTuple, Optional
from .cpu import TICKS_PER_SECOND, Stat
from .memory import Memory
from .process_files import parse_stat

LOADAVG = "loadavg"
UPTIME = "uptime"
PID_MAX = "sys/kernel/pid_max"
HOSTNAME = "etc/hostname"
CPUINFO = "cpuinfo"
OS_RELEASE = ("etc/os-release", "usr/lib/os-release")
# Red Hat and its kin before 7: "CentOS release 6.10 (Final)".
REDHAT_RELEASE = "etc/redhat-release"

_NAME = pattern("[A-Za-z0-9_]+")
_RELEASE = pattern(r"(.+?) release ([0-9.]+)")
_ESCAPED = pattern(r"""\\([\\$"'`])""")
_COUNT = pattern(r"\d{1,9}$")
_VERSION = pattern(r"(\d{1,9})\.(\d{1,9})")
# Process 1 of a machine starts within seconds of its boot.
_CONTAINER_SECONDS = 60


class Load(NamedTuple):
    """Load averages: threads that run or wait to, over the last 1, 5 and 15 minutes."""

    min1: float
    min5: float
    min15: float


class Identity(NamedTuple):
    """Names of the system; "" for one that it does not tell."""

    kernel_name: str
    hostname: str
    kernel_release: str
    distribution: str
    word_bits: int


class Cores(NamedTuple):
    """Cores (None: the kernel does not tell) and online CPUs, which are their hardware threads."""

    physical: Optional[int]
    logical: int


def parse_load(text: str, file: str = LOADAVG) -> Load:
    """The three averages of /proc/loadavg. ParseError when they are not three numbers."""
    try:
        load = Load(*map(float, text.split()[:3]))
    except (ValueError, TypeError):
        raise ParseError(file, 1, "not three numbers: %.60r" % text) from None
    if not all(0.0 <= average < float("inf") for average in load):
        raise ParseError(file, 1, "not averages: %.60r" % text)
    return load


def parse_assignments(text: str) -> dict[str, str]:
    """Assignments of os-release by name. Lines that are none are skipped."""
    values = {}
    for line in text.split("\n"):
        name, equals, value = line.strip().partition("=")
        if equals and _NAME.fullmatch(name):
            is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            inner = value[1:-1] if is_quoted else value
            values[name] = inner if is_quoted and value[0] == "'" else _ESCAPED.sub(r"\1", inner)
    return values


def parse_os_release(text: str) -> str:
    """`NAME VERSION_ID`, or `NAME` of a distribution without versions."""
    values = parse_assignments(text)
    # os-release(5): without a NAME it is Linux.
    return " ".join(filter(None, (values.get("NAME") or "Linux", values.get("VERSION_ID"))))


def parse_redhat_release(text: str) -> str:
    """Name and version of `CentOS release 6.10 (Final)`; the first line as it is when it reads otherwise."""
    line = text.partition("\n")[0].strip()
    release = _RELEASE.match(line)
    return " ".join(release.groups()) if release else line


def parse_cpuinfo(text: str) -> Optional[int]:
    """Cores: distinct (package, core) of the CPUs, or else `cpu cores` of each package. None when neither is told."""
    cores = set()
    cores_of_package = {}
    for block in text.split("\n\n"):
        pairs = (line.partition(":") for line in block.split("\n"))
        fields = {name.strip(): value.strip() for name, _, value in pairs}
        package = fields.get("physical id", fields.get("package"))
        core = fields.get("core id", fields.get("core"))
        count = _COUNT.match(fields.get("cpu cores", ""))
        if core is not None:
            cores.add((package, core))
        elif count:
            cores_of_package[package] = int(count.group())
    return len(cores) or sum(cores_of_package.values()) or None


def parse_uptime(text: str, file: str = UPTIME) -> float:
    """Seconds since the start. ParseError when the first word is no number."""
    try:
        seconds = float(text.split()[0])
    except (ValueError, IndexError):
        raise ParseError(file, 1, "not seconds: %.60r" % text) from None
    if not 0.0 <= seconds < float("inf"):
        raise ParseError(file, 1, "not seconds: %.60r" % text)
    return seconds


def parse_hostname(text: str) -> str:
    """The name in etc/hostname: its first line that is neither empty nor a comment; "" without one."""
    lines = (line.strip() for line in text.split("\n"))
    return next((line for line in lines if line and not line.startswith("#")), "")


def sample_load(roots: Roots) -> Load:
    """/proc/loadavg."""
    return parse_load(roots.proc(LOADAVG))


def sample_os_release(roots: Roots) -> dict[str, str]:
    """os-release(5) by name; {} without it."""
    for name in OS_RELEASE:
        values = parse_assignments(roots.root_file(name, default=""))
        if values:
            return values
    return {}


def sample_pid_max(roots: Roots) -> Optional[int]:
    """How many process ids the kernel gives out. None when that is not a number, or that of our own namespace."""
    # Each namespace has its own since Linux 6.14, and whoever reads the file sees his.
    if roots.is_inside() and _version(_kernel(roots, "osrelease")) >= (6, 14):
        return None
    return optional_number(roots.proc(PID_MAX, default="").strip())


def hostname(roots: Roots) -> str:
    """The name of the host: its etc/hostname where its root is not ours, else the kernel's; "" when it does not tell.

    Whoever reads the kernel's name sees that of his own namespace: of his container.
    """
    if roots.own_root:
        return _kernel(roots, "hostname")
    name = parse_hostname(roots.root_file(HOSTNAME, default=""))
    return name or ("" if roots.is_inside() else _kernel(roots, "hostname"))


class StartSampler:
    """When the machine started, or the container that is served as one. State: when process 1 started."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._first_ticks: Optional[int] = None        # since boot

    def __call__(self, roots: Roots, stat: Optional[Stat]) -> float:
        """Seconds since 1970. NoData when the kernel does not tell."""
        now = self._wall()
        boot: Optional[float] = stat.boot_time_seconds if stat is not None else None
        if not boot:                     # 0: a sandbox's kernel that does not tell
            boot = now - parse_uptime(roots.proc(UPTIME))
        if self._first_ticks is None:
            self._first_ticks = _start_of_process_1(roots)
        first = boot + (self._first_ticks or 0) / TICKS_PER_SECOND
        # A machine's own starts at once. lxcfs may have moved the start already: then this would be in the future.
        return first if boot + _CONTAINER_SECONDS < first <= now else boot


def sample_identity(roots: Roots, memory: Optional[Memory]) -> Identity:
    """The kernel's names from /proc/sys/kernel, the distribution's from os-release, a word's bits by its memory."""
    # Nothing else shows such a /proc.
    kernel_name = _kernel(roots, "ostype") or "Linux"
    return Identity(kernel_name, hostname(roots), _kernel(roots, "osrelease"), _distribution(roots),
                    _word_bits(roots, memory))


def sample_cores(roots: Roots, stat: Optional[Stat]) -> Cores:
    """The CPUs of /proc/stat and their cores, by /sys, or by /proc/cpuinfo where that does not tell. NoData without."""
    if stat is None:
        raise NoData("no CPUs")
    # A core goes by the list of the CPUs that are its threads.
    cores = set(filter(None, (_threads_of_core(roots, number) for number in stat.cpus)))
    return Cores(len(cores) or _cores_of_cpuinfo(roots), len(stat.cpus) or 1)


def _kernel(roots: Roots, name: str) -> str:
    return roots.proc("sys/kernel/" + name, default="").strip()


def _version(release: str) -> tuple[int, int]:
    found = _VERSION.match(release)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _start_of_process_1(roots: Roots) -> Optional[int]:
    try:
        return parse_stat(roots.record("1/stat"), "1/stat").start_ticks
    except (NoData, OSError, ParseError):
        return None


def _distribution(roots: Roots) -> str:
    for name, parse in (*((name, parse_os_release) for name in OS_RELEASE), (REDHAT_RELEASE, parse_redhat_release)):
        text = roots.root_file(name, default="")
        if text:
            return parse(text)
    return ""


def _word_bits(roots: Roots, memory: Optional[Memory]) -> int:
    """Of this process; another host's kernel shows its own by the room that it has for vmalloc. 64 when unknown."""
    if roots.live:
        return struct.calcsize("P") * 8
    return (memory.word_bits if memory is not None else None) or 64


def _threads_of_core(roots: Roots, number: int) -> Optional[str]:
    topology = "devices/system/cpu/cpu%d/topology/" % number
    # The same list under its name of before 5.3.
    return roots.attribute(topology + "core_cpus_list") or roots.attribute(topology + "thread_siblings_list")


def _cores_of_cpuinfo(roots: Roots) -> Optional[int]:
    return parse_cpuinfo(roots.proc(CPUINFO, default=""))
