"""memory: what there is of main memory and swap, from /proc/meminfo and the swap counters of /proc/vmstat.

    MemTotal:       24684092 kB
    MemAvailable:   24292132 kB      since 3.14; before: made here the same way, with /proc/zoneinfo
"""
from __future__ import annotations

import os
from typing import Mapping, NamedTuple, Optional

from ..delta import percent
from ..roots import NoData, ParseError, Roots

FILE = "meminfo"
VMSTAT = "vmstat"
ZONEINFO = "zoneinfo"
ARCSTATS = "spl/kstat/zfs/arcstats"

# Those that are used, of some fifty lines.
_FIELDS = frozenset(("MemTotal", "MemFree", "MemAvailable", "MemShared", "Buffers", "Cached", "SReclaimable", "Shmem",
                     "Active", "Inactive", "Active(file)", "Inactive(file)", "SwapTotal", "SwapFree", "VmallocTotal"))
# Events since boot, and pages now: three of some two hundred lines.
_COUNTERS = ("pswpin", "pswpout", "nr_free_pages")
_SMALLEST_PAGE_BYTES = 4096
_LARGEST_PAGE_BYTES = 1 << 18        # 256 KiB: PowerPC 44x
# API 2 counts a page swapped as 4 KiB, whatever the machine's page is.
_SWAPPED_BYTES = 4096
_CONTAINER_MARKS = ("run/systemd/container", ".dockerenv", "run/.containerenv")
# The table of this daemon's own namespace first: it is its own meminfo that lxcfs may lie over.
_MOUNT_TABLES = ("self/mountinfo", "mounts", "1/mountinfo", "1/mounts")


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


def parse(text: str, file: str = FILE) -> dict[str, int]:
    """Those lines of /proc/meminfo that are used, by the kernel's names: bytes, or the bare number without a unit.

    ParseError on one of them that is not `name: number` or `name: number kB`.
    """
    fields = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, _, value = line.partition(":")
        if name in _FIELDS:
            words = value.split()
            if not words or words[1:] not in ([], ["kB"]):
                raise ParseError(file, number, "not a name, a number and kB: %.60r" % line)
            try:
                fields[name] = int(words[0]) * (1024 if words[1:] else 1)
            except ValueError:
                raise ParseError(file, number, "not a number: %.60r" % line) from None
    return fields


def parse_vmstat(text: str, file: str = VMSTAT) -> dict[str, int]:
    """Those lines of /proc/vmstat that are used, by the kernel's names. ParseError on one of them that is no number."""
    counters = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_COUNTERS):
            name, _, value = line.partition(" ")
            try:
                counters[name] = int(value)
            except ValueError:
                raise ParseError(file, number, "not a name and a number: %.60r" % line) from None
    return counters


def parse_watermarks(text: str, file: str = ZONEINFO) -> int:
    """Pages: the sum of the `low` watermarks of all zones of /proc/zoneinfo. ParseError on one that is no number."""
    pages = 0
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if words[:1] == ["low"]:
            try:
                pages += int(words[1])
            except (ValueError, IndexError):
                raise ParseError(file, number, "not a watermark: %.60r" % line) from None
    return pages


def parse_arc(text: str, file: str = ARCSTATS) -> int:
    """Bytes that the ZFS cache would give back: its `size` beyond `c_min`; 0 when a row (`name type data`) is missing.

    ParseError on one of these that is no number.
    """
    fields = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if words[:1] in (["size"], ["c_min"]):
            try:
                fields[words[0]] = int(words[2])
            except (ValueError, IndexError):
                raise ParseError(file, number, "not a name, a type and a number: %.60r" % line) from None
    return max(0, fields["size"] - fields["c_min"]) if len(fields) == 2 else 0


class Sampler:
    """Memory, again and again. State: what does not change, the size of a page and whether this is a container."""

    def __init__(self) -> None:
        self._page_bytes = 0
        self._in_container: Optional[bool] = None

    def __call__(self, roots: Roots) -> Memory:
        """/proc/meminfo and vmstat; zoneinfo where the kernel does not say what is available; the arcstats of ZFS."""
        fields = parse(roots.proc(FILE))
        counters = _vmstat(roots)
        for name in ("MemTotal", "MemFree"):
            if name not in fields:
                raise ParseError(FILE, 1, "no line %s" % name)
        if not self._page_bytes:
            self._page_bytes = os.sysconf("SC_PAGE_SIZE") if roots.live else _page_size(fields, counters)
        swap_total = fields.get("SwapTotal", 0)
        return Memory(
            total_bytes=fields["MemTotal"],
            free_bytes=fields["MemFree"],
            available_bytes=self._available(roots, fields),
            buffers_bytes=fields.get("Buffers", 0),
            cached_bytes=fields.get("Cached", 0) + fields.get("SReclaimable", 0),
            active_bytes=fields.get("Active", 0),
            inactive_bytes=fields.get("Inactive", 0),
            shared_bytes=fields.get("Shmem", fields.get("MemShared", 0)),
            swap_total_bytes=swap_total,
            # WSL 1 shows 16 EiB of it free.
            swap_free_bytes=min(fields.get("SwapFree", 0), swap_total),
            swap_in_bytes=counters.get("pswpin", 0) * _SWAPPED_BYTES,
            swap_out_bytes=counters.get("pswpout", 0) * _SWAPPED_BYTES,
            page_bytes=self._page_bytes,
            vmalloc_bytes=fields.get("VmallocTotal"))

    def _available(self, roots: Roots, fields: Mapping[str, int]) -> int:
        available = fields.get("MemAvailable")
        if available is None:
            available = _estimate(roots, fields, self._page_bytes)
        total, free = fields["MemTotal"], fields["MemFree"]
        if available > total:            # a container that mixes its own total with its host's rest
            available = free
        return min(total, available + self._arc(roots))

    def _arc(self, roots: Roots) -> int:
        """Meminfo counts the ZFS cache as used. In a container it is the host's, and none of the container's memory."""
        try:
            reclaimable = parse_arc(roots.proc(ARCSTATS))
        except NoData:
            return 0
        if reclaimable and self._in_container is None:
            self._in_container = in_container(roots)
        return 0 if self._in_container else reclaimable


def in_container(roots: Roots) -> bool:
    """Whether this is a container: it says so at its root, or lxcfs lies over its /proc/meminfo."""
    if any(roots.root_has(name) for name in _CONTAINER_MARKS):
        return True
    try:
        mounts = roots.proc(*_MOUNT_TABLES)
    except NoData:
        return False
    return any("lxcfs" in line and " /proc/meminfo " in line for line in mounts.splitlines())


def _page_size(fields: Mapping[str, int], counters: Mapping[str, int]) -> int:
    """Another machine's page: the power of two that MemFree is for each of nr_free_pages, else 4 KiB.

    Within 5 %, because the two are read one after the other.
    """
    free, pages = fields.get("MemFree", 0), counters.get("nr_free_pages", 0)
    size = _SMALLEST_PAGE_BYTES
    while size <= _LARGEST_PAGE_BYTES:
        if abs(free - pages * size) * 20 <= pages * size:
            return size
        size *= 2
    return _SMALLEST_PAGE_BYTES


def _vmstat(roots: Roots) -> dict[str, int]:
    try:
        return parse_vmstat(roots.proc(VMSTAT))
    except NoData:                   # a kernel without event counters, some containers
        return {}


def _estimate(roots: Roots, fields: Mapping[str, int], page_bytes: int) -> int:
    """As si_mem_available() of 3.14: what is free, and the caches but for what the kernel would hold on to."""
    try:
        low = parse_watermarks(roots.proc(ZONEINFO)) * page_bytes
        caches = (fields["Active(file)"] + fields["Inactive(file)"], fields["SReclaimable"])
    except (NoData, KeyError):
        return fields["MemFree"] + fields.get("Cached", 0)
    return max(0, fields["MemFree"] - low + sum(cache - min(cache // 2, low) for cache in caches))

