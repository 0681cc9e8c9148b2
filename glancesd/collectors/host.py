"""host: which machine this is, how many cores it has and how loaded it is.

    /proc/loadavg      0.37 0.08 0.03 2/104 8090         the last 1, 5 and 15 minutes, then threads and the latest pid
    /etc/os-release    NAME="Debian GNU/Linux"           assignments of a shell, os-release(5)
                       VERSION_ID="12"
    /proc/cpuinfo      physical id     : 0               a block for each CPU; x86 and s390. MIPS and LoongArch say
                       core id         : 3               `package` and `core`, ARM and PowerPC nothing of the kind
                       cpu cores       : 8
and /proc/sys/kernel/{ostype,hostname,osrelease}, /sys/devices/system/cpu/cpuN/topology.
"""
from __future__ import annotations

import re
import struct
from typing import NamedTuple, Optional

from ..roots import NoData, ParseError, Roots
from .cpu import Stat
from .memory import Memory

LOADAVG = "loadavg"
CPUINFO = "cpuinfo"
OS_RELEASE = ("etc/os-release", "usr/lib/os-release")
# Red Hat and its kin before 7: "CentOS release 6.10 (Final)".
REDHAT_RELEASE = "etc/redhat-release"

_ASSIGNMENT = re.compile(r"""^\s*([A-Za-z0-9_]+)=(["']?)(.*?)\2\s*$""")
_RELEASE = re.compile(r"(.+?) release ([0-9.]+)")
_ESCAPED = re.compile(r"""\\([\\$"'`])""")
_COUNT = re.compile(r"\d{1,9}$")


class Load(NamedTuple):
    """Load averages: threads that run or wait to, over the last 1, 5 and 15 minutes."""

    min1: float
    min5: float
    min15: float

    def per_cpu(self, cpus: int) -> Load:
        """The averages of one of so many online CPUs (0: not known, one is assumed)."""
        return Load(*(average / (cpus or 1) for average in self))


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


def parse_os_release(text: str) -> str:
    """`NAME VERSION_ID`, or `NAME` of a distribution without versions. Lines that are no assignments are skipped."""
    values = {}
    for line in text.splitlines():
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            name, quote, value = assignment.groups()
            values[name] = value if quote == "'" else _ESCAPED.sub(r"\1", value)
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
        pairs = (line.partition(":") for line in block.splitlines())
        fields = {name.strip(): value.strip() for name, _, value in pairs}
        package = fields.get("physical id", fields.get("package"))
        core = fields.get("core id", fields.get("core"))
        count = _COUNT.match(fields.get("cpu cores", ""))
        if core is not None:
            cores.add((package, core))
        elif count:
            cores_of_package[package] = int(count.group())
    return len(cores) or sum(cores_of_package.values()) or None


def sample_load(roots: Roots) -> Load:
    """/proc/loadavg."""
    return parse_load(roots.proc(LOADAVG))


def sample_identity(roots: Roots, memory: Optional[Memory]) -> Identity:
    """The kernel's names from /proc/sys/kernel, the distribution's from os-release, a word's bits by its memory."""
    # Nothing else shows such a /proc.
    kernel_name = _kernel(roots, "ostype") or "Linux"
    return Identity(kernel_name, _kernel(roots, "hostname"), _kernel(roots, "osrelease"),
                    _distribution(roots), _word_bits(roots, memory))


def sample_cores(roots: Roots, stat: Optional[Stat]) -> Cores:
    """The CPUs of /proc/stat and their cores, by /sys, or by /proc/cpuinfo where that does not tell. NoData without."""
    if stat is None:
        raise NoData("no CPUs")
    # A core goes by the list of the CPUs that are its threads.
    cores = set(filter(None, (_threads_of_core(roots, number) for number in stat.cpus)))
    return Cores(len(cores) or _cores_of_cpuinfo(roots), len(stat.cpus) or 1)


def _kernel(roots: Roots, name: str) -> str:
    try:
        return roots.proc("sys/kernel/" + name).strip()
    except NoData:
        return ""


def _distribution(roots: Roots) -> str:
    for name, parse in (*((name, parse_os_release) for name in OS_RELEASE), (REDHAT_RELEASE, parse_redhat_release)):
        try:
            return parse(roots.root_file(name))
        except NoData:
            continue
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
    try:
        return parse_cpuinfo(roots.proc(CPUINFO))
    except NoData:
        return None
