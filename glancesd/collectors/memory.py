"""memory: what there is of main memory and swap, from /proc/meminfo and the swap counters of /proc/vmstat.

    MemTotal:       24684092 kB
    MemAvailable:   24292132 kB      since 3.14; before: made here the same way, with /proc/zoneinfo
    ShadowCallStack:10373888 kB      arm64 pads this one to eight digits and no more
    HugePages_Total:       0         a count, without a unit
"""
from __future__ import annotations

import os
from typing import Mapping, NamedTuple

from ..roots import NoData, ParseError, Roots
from .host import in_container

FILE = "meminfo"
VMSTAT = "vmstat"
ZONEINFO = "zoneinfo"
ARCSTATS = "spl/kstat/zfs/arcstats"

_SMALLEST_PAGE_BYTES = 4096
_LARGEST_PAGE_BYTES = 1 << 18        # 256 KiB: PowerPC 44x
# API 2 counts a page swapped as 4 KiB, whatever the machine's page is.
_SWAPPED_BYTES = 4096


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


def parse(text: str, file: str = FILE) -> dict[str, int]:
    """/proc/meminfo by the kernel's names: bytes, or the bare number of a line without a unit (counts of huge pages).

    ParseError on a line that is not `name: number` or `name: number kB`.
    """
    fields = {}
    # lxcfs on arm64 fills its last page up with NULs.
    for number, line in enumerate(text.rstrip("\0").splitlines(), 1):
        name, _, value = line.partition(":")
        words = value.split()
        if not name or not words or words[1:] not in ([], ["kB"]):
            raise ParseError(file, number, "not a name, a number and kB: %.60r" % line)
        try:
            fields[name] = int(words[0]) * (1024 if words[1:] else 1)
        except ValueError:
            raise ParseError(file, number, "not a number: %.60r" % line) from None
    return fields


def parse_vmstat(text: str, file: str = VMSTAT) -> dict[str, int]:
    """/proc/vmstat by the kernel's names: events since boot, pages now. ParseError on any other line."""
    counters = {}
    for number, line in enumerate(text.splitlines(), 1):
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


def sample(roots: Roots) -> Memory:
    """/proc/meminfo and vmstat; zoneinfo where the kernel does not say what is available; the arcstats of ZFS."""
    fields = parse(roots.proc(FILE))
    counters = _vmstat(roots)
    for name in ("MemTotal", "MemFree"):
        if name not in fields:
            raise ParseError(FILE, 1, "no line %s" % name)
    swap_total = fields.get("SwapTotal", 0)
    return Memory(
        total_bytes=fields["MemTotal"],
        free_bytes=fields["MemFree"],
        available_bytes=_available(roots, fields, counters),
        buffers_bytes=fields.get("Buffers", 0),
        cached_bytes=fields.get("Cached", 0) + fields.get("SReclaimable", 0),
        active_bytes=fields.get("Active", 0),
        inactive_bytes=fields.get("Inactive", 0),
        shared_bytes=fields.get("Shmem", fields.get("MemShared", 0)),
        swap_total_bytes=swap_total,
        # WSL 1 shows 16 EiB of it free.
        swap_free_bytes=min(fields.get("SwapFree", 0), swap_total),
        swap_in_bytes=counters.get("pswpin", 0) * _SWAPPED_BYTES,
        swap_out_bytes=counters.get("pswpout", 0) * _SWAPPED_BYTES)


def page_size_bytes(roots: Roots) -> int:
    """The page of the machine behind /proc; of another host, what its free memory and free pages make it, or 4 KiB."""
    if roots.live:
        return os.sysconf("SC_PAGE_SIZE")
    try:
        return _page_size(parse(roots.proc(FILE)), _vmstat(roots))
    except (NoData, ParseError):
        return _SMALLEST_PAGE_BYTES


def _page_size(fields: Mapping[str, int], counters: Mapping[str, int]) -> int:
    """The power of two that MemFree is for each of nr_free_pages, within 5 %: the two are read one after the other."""
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


def _available(roots: Roots, fields: Mapping[str, int], counters: Mapping[str, int]) -> int:
    available = fields.get("MemAvailable")
    if available is None:
        available = _estimate(roots, fields, counters)
    total, free = fields["MemTotal"], fields["MemFree"]
    if available > total:            # a container that mixes its own total with its host's rest
        available = free
    return min(total, available + _arc(roots))


def _estimate(roots: Roots, fields: Mapping[str, int], counters: Mapping[str, int]) -> int:
    """As si_mem_available() of 3.14: what is free, and the caches but for what the kernel would hold on to."""
    try:
        page = os.sysconf("SC_PAGE_SIZE") if roots.live else _page_size(fields, counters)
        low = parse_watermarks(roots.proc(ZONEINFO)) * page
        caches = (fields["Active(file)"] + fields["Inactive(file)"], fields["SReclaimable"])
    except (NoData, KeyError):
        return fields["MemFree"] + fields.get("Cached", 0)
    return max(0, fields["MemFree"] - low + sum(cache - min(cache // 2, low) for cache in caches))


def _arc(roots: Roots) -> int:
    """Meminfo counts the ZFS cache as used. In a container it is the host's, and none of the container's memory."""
    try:
        reclaimable = parse_arc(roots.proc(ARCSTATS))
    except NoData:
        return 0
    return 0 if reclaimable and in_container(roots) else reclaimable
