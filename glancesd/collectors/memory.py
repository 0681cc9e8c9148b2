"""memory: what there is of main memory and swap, from /proc/meminfo, /proc/vmstat and the ZFS cache's arcstats.

    MemTotal:       24684092 kB
    MemAvailable:   24292132 kB      since 3.14; before: estimated as the kernel does, with /proc/zoneinfo
    HugePages_Total:       0         a few lines are numbers without a unit

A figure that the kernel worked out to be below 0 is printed as an unsigned word: 18446744073709551612 kB is -4 kB, and
so is 18014398509481980 kB, where it was worked out in bytes.
"""
from __future__ import annotations

import os
import re
import struct
import time

from ..delta import percent
from ..lazy import pattern
from ..parsing import ParseError, Report, ignore, integer, parse_or, rows
from ..roots import Roots
from ..typed import Callable, Mapping, NamedTuple, Optional
from .vmstat import VmStat

FILE = "meminfo"
ZONEINFO = "zoneinfo"
ARCSTATS = "spl/kstat/zfs/arcstats"

# Lines that Memory is made of, of some fifty.
_USED = frozenset(("MemTotal", "MemFree", "MemAvailable", "MemShared", "Buffers", "Cached", "SReclaimable", "Shmem",
                   "Active", "Inactive", "Active(file)", "Inactive(file)", "SwapTotal", "SwapFree", "VmallocTotal"))
# A 32-bit kernel has at most 4 GiB of addresses in all, a 64-bit one keeps far more than that for vmalloc.
_ADDRESSES_OF_32_BITS = 4 << 30
_SMALLEST_PAGE_BYTES = 4096
_LARGEST_PAGE_BYTES = 1 << 18        # 256 KiB: PowerPC 44x
_CONTAINER_MARKS = ("run/systemd/container", ".dockerenv", "run/.containerenv")
# Our own mount table first: what matters is whether lxcfs covers the /proc/meminfo that we read.
_MOUNT_TABLES = ("self/mountinfo", "mounts", "1/mountinfo", "1/mounts")


class Range(NamedTuple):
    """Of a percentage, since the daemon started."""

    least: float
    most: float
    mean: float                      # over time, however often it was looked at


class Memory(NamedTuple):
    """Bytes, now; swap_in and swap_out since boot. Swap, and what small containers do not list, is 0 where missing."""

    total_bytes: int
    free_bytes: int
    available_bytes: int             # what could be had without swapping; at most total_bytes
    buffers_bytes: int
    cached_bytes: int                # Cached + SReclaimable
    active_bytes: int
    inactive_bytes: int
    shared_bytes: int
    swap_total_bytes: int
    swap_free_bytes: int
    swap_in_bytes: int
    swap_out_bytes: int
    page_bytes: int = _SMALLEST_PAGE_BYTES
    vmalloc_bytes: Optional[int] = None          # addresses that the kernel keeps for itself; None: it does not tell
    text: str = ""                               # of /proc/meminfo
    used_range: Optional[Range] = None           # of used_percent
    elapsed_seconds: Optional[float] = None      # since it was looked at before; None: the first time

    @property
    def word_bits(self) -> Optional[int]:
        """Bits of a word of the kernel; None where it does not tell."""
        return _word_bits(self.vmalloc_bytes)

    def lines(self) -> list[tuple[str, int, bool]]:
        """Every line of /proc/meminfo: its name, its number, and whether that is an amount of memory, in bytes."""
        return [(name, int(number) * 1024, True) if unit else (name, int(number), False)
                for name, number, unit in _LINES.findall(self.text)]

    @property
    def used_bytes(self) -> int:
        """What could not be had without swapping."""
        return self.total_bytes - self.available_bytes

    @property
    def used_percent(self) -> float:
        """Of total_bytes."""
        return percent(self.used_bytes, self.total_bytes)

    @property
    def swap_used_bytes(self) -> int:
        """Swap that is taken."""
        return self.swap_total_bytes - self.swap_free_bytes

    @property
    def swap_used_percent(self) -> float:
        """Of swap_total_bytes; 0.0 without swap."""
        return percent(self.swap_used_bytes, self.swap_total_bytes)


def parse(text: str, file: str = FILE, report: Report = ignore) -> dict[str, int]:
    """Every line by its name, in the kernel's order: bytes, or the bare number of a line without a unit.

    A line that is not `name: number` or `name: number kB` is malformed.
    """
    return dict(rows(text, _parse_line, _LINE, file, report))


def parse_watermarks(text: str, file: str = ZONEINFO, report: Report = ignore) -> int:
    """Pages: the sum of the `low` watermarks of all zones of /proc/zoneinfo. One that is no number is malformed."""
    def watermark(line: str) -> Optional[int]:
        words = line.split()
        return integer(words[1]) if words[:1] == ["low"] else None

    return sum(rows(text, watermark, "a watermark", file, report))


def parse_arc(text: str, file: str = ARCSTATS, report: Report = ignore) -> int:
    """Bytes that the ZFS cache would give back: its `size` beyond `c_min`; 0 when a row (`name type data`) is missing.

    One of these that is no number is malformed.
    """
    def used(line: str) -> Optional[tuple[str, int]]:
        words = line.split()
        return (words[0], integer(words[2])) if words[:1] in (["size"], ["c_min"]) else None

    fields = dict(rows(text, used, "a name, a type and a number", file, report))
    return max(0, fields["size"] - fields["c_min"]) if len(fields) == 2 else 0


# All lines at once: half of what `parse` takes, which says what is wrong with one. 20 digits: 64 bits.
_LINES = pattern(r"^(.+?): *(\d{1,20})( kB)?$", re.ASCII | re.MULTILINE)
_LINE = "a name, a number and kB"


def _parse_line(line: str) -> Optional[tuple[str, int]]:
    name, colon, value = line.partition(":")
    words = value.split()
    if not colon or words[1:] not in ([], ["kB"]):
        raise ValueError(line)
    return name, integer(words[0]) * (1024 if words[1:] else 1)


def _parse_used(line: str) -> Optional[tuple[str, int]]:
    return _parse_line(line) if line.partition(":")[0] in _USED else None


class _Seen:
    """The range of a figure that is looked at now and then. State: its sum over time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = self._at = clock()
        self._range: Optional[Range] = None
        self._sum = 0.0

    def add(self, value: float) -> tuple[Range, Optional[float]]:
        """The range, and the seconds since the figure before, which this one stands for."""
        at, before = self._clock(), self._range or Range(value, value, value)
        elapsed, self._at = at - self._at, at
        self._sum += value * elapsed
        mean = self._sum / (at - self._began) if at > self._began else value
        first, self._range = self._range is None, Range(min(before.least, value), max(before.most, value), mean)
        return self._range, None if first else elapsed


class Sampler:
    """Memory, again and again.

    State: what does not change, the size of a page and whether this is a container; the range of the percentage used.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._page_bytes = 0
        self._in_container: Optional[bool] = None
        self._used = _Seen(clock)

    def __call__(self, roots: Roots, vmstat: Optional[VmStat] = None) -> Memory:
        """/proc/meminfo; zoneinfo where the kernel does not say what is available; the arcstats of ZFS.

        `vmstat` tells what was swapped and, of another host, the size of a page.
        """
        text = roots.proc(FILE)
        fields = _signed(dict(rows(text, _parse_used, _LINE, FILE, roots.report)))
        for name in ("MemTotal", "MemFree"):
            if name not in fields:
                raise ParseError(FILE, 1, "no line %s" % name)
        page_bytes = self._page_bytes or (os.sysconf("SC_PAGE_SIZE") if roots.live else _page_size(fields, vmstat))
        if roots.live or vmstat is not None:
            self._page_bytes = page_bytes
        swap_total = fields.get("SwapTotal", 0)
        found = Memory(
            total_bytes=fields["MemTotal"],
            free_bytes=fields["MemFree"],
            available_bytes=self._available(roots, fields, page_bytes),
            buffers_bytes=fields.get("Buffers", 0),
            cached_bytes=fields.get("Cached", 0) + fields.get("SReclaimable", 0),
            active_bytes=fields.get("Active", 0),
            inactive_bytes=fields.get("Inactive", 0),
            shared_bytes=fields.get("Shmem", fields.get("MemShared", 0)),
            swap_total_bytes=swap_total,
            swap_free_bytes=min(fields.get("SwapFree", 0), swap_total),
            swap_in_bytes=_pages(vmstat, "pswpin", roots.report) * page_bytes,
            swap_out_bytes=_pages(vmstat, "pswpout", roots.report) * page_bytes,
            page_bytes=page_bytes,
            vmalloc_bytes=fields.get("VmallocTotal"),
            text=text)
        used_range, elapsed = self._used.add(found.used_percent)
        return found._replace(used_range=used_range, elapsed_seconds=elapsed)

    def _available(self, roots: Roots, fields: Mapping[str, int], page_bytes: int) -> int:
        available = fields.get("MemAvailable")
        if available is None:
            available = _estimate(roots, fields, page_bytes)
        total, free = fields["MemTotal"], fields["MemFree"]
        if available > total:            # a container that mixes its own total with its host's rest
            available = free
        return min(total, available + self._arc(roots))

    def _arc(self, roots: Roots) -> int:
        """Meminfo counts the ZFS cache as used. In a container it is the host's, and none of the container's memory."""
        reclaimable = parse_or(0, parse_arc, roots.proc(ARCSTATS, default=""), roots.report)
        if reclaimable and self._in_container is None:
            self._in_container = in_container(roots)
        return 0 if self._in_container else reclaimable


def in_container(roots: Roots) -> bool:
    """Whether this is a container: it says so at its root, or lxcfs lies over its /proc/meminfo."""
    if any(roots.root_has(name) for name in _CONTAINER_MARKS):
        return True
    mounts = roots.proc(*_MOUNT_TABLES, default="")
    return any("lxcfs" in line and " /proc/meminfo " in line for line in mounts.split("\n"))


def word_bits(roots: Roots) -> int:
    """Bits of a word of the kernel: as /proc/meminfo shows by the addresses for vmalloc, else those of this process."""
    fields: dict[str, int] = {}
    fields = parse_or(fields, parse, roots.proc(FILE, default=""), ignore)
    return _word_bits(fields.get("VmallocTotal")) or struct.calcsize("P") * 8


def _word_bits(vmalloc_bytes: Optional[int]) -> Optional[int]:
    if vmalloc_bytes is None:
        return None
    return 32 if vmalloc_bytes <= _ADDRESSES_OF_32_BITS else 64


def _signed(fields: Mapping[str, int]) -> dict[str, int]:
    """The fields, 0 for one that is negative, as an unsigned word: of kB, or of bytes that became kB (lxcfs, WSL 1).

    Nobody has 2^63 bytes, while 32-bit kernels count more than 2^31 of them.
    """
    negative = 1024 << 31 if _word_bits(fields.get("VmallocTotal")) == 32 else 1 << 63
    return {name: value if 0 <= value < negative else 0 for name, value in fields.items()}


def _page_size(fields: Mapping[str, int], vmstat: Optional[VmStat]) -> int:
    """Another machine's page: the power of two that MemFree is for each of nr_free_pages, else 4 KiB.

    Within 5 %, because the two are read one after the other.
    """
    free, pages = fields.get("MemFree", 0), _pages(vmstat, "nr_free_pages")
    size = _SMALLEST_PAGE_BYTES
    while size <= _LARGEST_PAGE_BYTES:
        if abs(free - pages * size) * 20 <= pages * size:
            return size
        size *= 2
    return _SMALLEST_PAGE_BYTES


def _pages(vmstat: Optional[VmStat], name: str, report: Report = ignore) -> int:
    return (vmstat.get(name, report) or 0) if vmstat is not None else 0


def _estimate(roots: Roots, fields: Mapping[str, int], page_bytes: int) -> int:
    """As si_mem_available() of 3.14: what is free, and the caches but for what the kernel would hold on to.

    Where it does not list its caches by kind: what is cached, but for tmpfs, whose pages only swapping would free.
    """
    low = parse_or(0, parse_watermarks, roots.proc(ZONEINFO, default=""), roots.report) * page_bytes
    if low and all(name in fields for name in ("Active(file)", "Inactive(file)", "SReclaimable")):
        caches = (fields["Active(file)"] + fields["Inactive(file)"], fields["SReclaimable"])
        return max(0, fields["MemFree"] - low + sum(cache - min(cache // 2, low) for cache in caches))
    return fields["MemFree"] + max(0, fields.get("Cached", 0) - fields.get("Shmem", 0))
