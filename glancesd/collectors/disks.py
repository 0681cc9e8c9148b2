"""disks: what each disk has read and written, from /proc/diskstats; which names are disks, from /sys/block.

       8       0 sda 18432 3210 1460226 9313 20241 30125 1834162 88120 0 31004 97433 0 0 0 0 1210 640
                     reads merged sectors ms writes merged sectors ms in-flight ms ms | discards (4.18) | flushes (5.5)
       8       1 sda1 18000 1458000 20200 1834000
                      reads sectors writes sectors: a partition before 2.6.25

/proc/partitions lists what has a size and is not hidden: not an unused loop, nor one path of a multipath NVMe.

    major minor  #blocks  name

       8        0  488386584 sda

Counts are words of the kernel, those of a 32-bit one wrap; times are 32 bits on every kernel (block/genhd.c prints %u).
"""
from __future__ import annotations

import time

from ..delta import (
    LATE_SECONDS,
    LINK_BYTES_PER_SECOND,
    MOST_BYTES_PER_SECOND,
    Counter,
    follow,
    increase,
    rate,
)
from ..parsing import MOST, Report, RowsAgain, columns, ignore, parse_or, rows
from ..roots import Roots
from ..typed import Callable, Mapping, NamedTuple, Optional
from .memory import word_bits

FILE = "diskstats"
PARTITIONS_FILE = "partitions"

# The kernel counts in these whatever the disk's own sector is (Documentation/block/stat.rst).
SECTOR_BYTES = 512

_NAMES = 3                                      # major, minor, name
_SHORT_COLUMNS, _LEAST_COLUMNS = 4, 11
_IN_FLIGHT = 8
_PARTITIONS_HEADER_LINES, _PARTITIONS_COLUMNS = 2, 4
_DISK = "a disk and its counters"
# No operation is shorter than a sector, so one bound does for both.
_MOST_PER_SECOND = MOST_BYTES_PER_SECOND / SECTOR_BYTES
_MOST_AT_WRAP_PER_SECOND = LINK_BYTES_PER_SECOND / SECTOR_BYTES
# Time is added up when an operation ends: so many requests in flight, of which each may have taken the whole window.
_MOST_REQUESTS = 1 << 16
# Drivers that make devices before anybody uses them.
_MADE_IN_ADVANCE = ("loop", "nbd", "zram")


class Counters(NamedTuple):
    """The columns of /proc/diskstats. Sectors of 512 bytes, times in ms; None: the kernel does not have the column."""

    reads: int
    reads_merged: Optional[int]                 # this and each other None: a partition before 2.6.25
    read_sectors: int
    read_ms: Optional[int]
    writes: int
    writes_merged: Optional[int]
    written_sectors: int
    write_ms: Optional[int]
    in_flight: Optional[int] = None
    io_ms: Optional[int] = None
    weighted_io_ms: Optional[int] = None
    discards: Optional[int] = None              # 4.18, with the three below
    discards_merged: Optional[int] = None
    discarded_sectors: Optional[int] = None
    discard_ms: Optional[int] = None
    flushes: Optional[int] = None               # 5.5
    flush_ms: Optional[int] = None


class Disk(NamedTuple):
    """One row, taken apart, and those of its counters that are followed."""

    counters: Counters                          # as shown: they wrap, and fall when the driver starts anew
    reads: Counter
    read_sectors: Counter
    writes: Counter
    written_sectors: Counter
    read_ms: Optional[Counter] = None
    write_ms: Optional[Counter] = None

    @property
    def read_bytes(self) -> int:
        """Bytes read since the disk appeared, wraps made up for."""
        return self.read_sectors.value * SECTOR_BYTES

    @property
    def written_bytes(self) -> int:
        """Bytes written since the disk appeared, wraps made up for."""
        return self.written_sectors.value * SECTOR_BYTES


class DiskStats(NamedTuple):
    """/proc/diskstats: every row by name, partitions and RAM disks too; and those that are disks, as followed."""

    rows: Mapping[str, Counters]
    disks: Mapping[str, Disk]


class DiskActivity(NamedTuple):
    """What happened to one disk in a window: operations, bytes, bytes per second; `_ms`: time of all operations."""

    disk: Disk
    elapsed_seconds: float
    reads: int
    writes: int
    read_bytes: int
    written_bytes: int
    read_bytes_per_second: float
    written_bytes_per_second: float
    read_ms: Optional[int] = None
    write_ms: Optional[int] = None


def parse(text: str, file: str = FILE, report: Report = ignore) -> dict[str, Counters]:
    """Disks and partitions by name, in the kernel's order. A row of neither 4 nor at least 11 counters is malformed."""
    return dict(rows(text, _parse_row, _DISK, file, report))


def parse_partitions(text: str, file: str = PARTITIONS_FILE, report: Report = ignore) -> frozenset[str]:
    """Names of the disks and partitions that have a size. A row that is not four columns is malformed."""
    def name(row: str) -> str:
        found = columns(row)
        if len(found) != _PARTITIONS_COLUMNS:
            raise ValueError(row)
        return found[_PARTITIONS_COLUMNS - 1]

    return frozenset(rows(text, name, "a partition and its size", file, report, _PARTITIONS_HEADER_LINES))


def _parse_row(row: str) -> tuple[str, Counters]:
    found = columns(row)
    numbers = list(map(int, found[_NAMES:_NAMES + len(Counters._fields)]))
    # in_flight itself falls below 0 for a moment, on old kernels.
    if min(numbers[:_IN_FLIGHT], default=0) < 0 or max(numbers, default=0) >= MOST:
        raise ValueError(row)
    if len(numbers) >= _LEAST_COLUMNS:
        return found[_NAMES - 1], Counters(*numbers)
    if len(numbers) != _SHORT_COLUMNS:
        raise ValueError(row)
    reads, read_sectors, writes, written_sectors = numbers
    return found[_NAMES - 1], Counters(reads, None, read_sectors, None, writes, None, written_sectors, None)


class Sampler:
    """Disks, again and again.

    State: the rows of the latest table, parsed; of each disk its counters as followed; the latest /proc/partitions, and
    what it and /sys/block said of the names.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rows = RowsAgain(_parse_row)
        self._latest: dict[str, Disk] = {}
        self._at = 0.0
        self._word_bits = 0
        self._partitions = ""
        self._sized: Optional[frozenset[str]] = None
        self._whole: frozenset[str] = frozenset()

    def __call__(self, roots: Roots) -> DiskStats:
        """/proc/diskstats. Partitions, RAM disks and what has no size are no disks. NoData without that file."""
        counted = dict(self._rows(roots.proc(FILE), _DISK, FILE, roots.report))
        self._look(roots)
        now = self._clock()
        elapsed, self._at = now - self._at, now
        self._latest = {name: self._disk(roots, name, counters, elapsed) for name, counters in counted.items()
                        if self._is_disk(name, counters, counted)}
        return DiskStats(counted, self._latest)

    def _is_disk(self, name: str, counters: Counters, counted: Mapping[str, Counters]) -> bool:
        if name.startswith("ram") or name not in self._whole and _disk_of(name) in counted:
            return False
        if self._sized is not None:
            return name in self._sized
        return not name.startswith(_MADE_IN_ADVANCE) or any(counters)

    def _disk(self, roots: Roots, name: str, counters: Counters, elapsed: float) -> Disk:
        before = self._latest.get(name)
        if before is None:
            return Disk(counters, Counter(counters.reads), Counter(counters.read_sectors), Counter(counters.writes),
                        Counter(counters.written_sectors), _time(None, counters.read_ms, 0.0),
                        _time(None, counters.write_ms, 0.0))
        if before.counters is counters:
            return before
        most = _MOST_PER_SECOND * (elapsed + LATE_SECONDS)
        most_ms = _MOST_REQUESTS * 1000 * (elapsed + LATE_SECONDS)
        wrap = self._most_at_wrap(roots, before, counters, elapsed)
        return Disk(counters, follow(before.reads, counters.reads, most, wrap),
                    follow(before.read_sectors, counters.read_sectors, most, wrap),
                    follow(before.writes, counters.writes, most, wrap),
                    follow(before.written_sectors, counters.written_sectors, most, wrap),
                    _time(before.read_ms, counters.read_ms, most_ms),
                    _time(before.write_ms, counters.write_ms, most_ms))

    def _most_at_wrap(self, roots: Roots, before: Disk, counters: Counters, elapsed: float) -> float:
        if counters.reads >= before.reads.raw and counters.read_sectors >= before.read_sectors.raw and (
                counters.writes >= before.writes.raw and counters.written_sectors >= before.written_sectors.raw):
            return 0.0
        if not self._word_bits:
            self._word_bits = word_bits(roots)
        return _MOST_AT_WRAP_PER_SECOND * elapsed if self._word_bits == 32 else 0.0

    def _look(self, roots: Roots) -> None:
        """Which names have a size (None on a kernel that does not tell), and which are whole disks."""
        partitions = roots.proc(PARTITIONS_FILE, default="")
        # A disk that comes or goes shows there: the same text, the same disks.
        if not partitions or partitions != self._partitions or not self._whole:
            # Without a row it tells nothing: there is no machine of disks without one.
            self._sized = parse_or(None, parse_partitions, partitions, roots.report) or None
            # In /sys a slash of a name is "!": cciss/c0d0 (block/genhd.c).
            self._whole = frozenset(name.replace("!", "/") for name in roots.sys_names("block"))
            self._partitions = partitions


def derive(now: DiskStats, before: Optional[DiskStats], elapsed: float) -> dict[str, DiskActivity]:
    """Activity of each disk between two samples; a disk that is new has an increase of 0, not its lifetime."""
    activity = {}
    for name, disk in now.disks.items():
        previous = before.disks.get(name, disk) if before else disk
        reads = increase(disk.reads.grown, previous.reads.grown)
        writes = increase(disk.writes.grown, previous.writes.grown)
        read_bytes = increase(disk.read_sectors.grown, previous.read_sectors.grown) * SECTOR_BYTES
        written_bytes = increase(disk.written_sectors.grown, previous.written_sectors.grown) * SECTOR_BYTES
        activity[name] = DiskActivity(disk, elapsed, reads, writes, read_bytes, written_bytes,
                                      rate(read_bytes, elapsed), rate(written_bytes, elapsed),
                                      _time_between(disk.read_ms, previous.read_ms),
                                      _time_between(disk.write_ms, previous.write_ms))
    return activity


def _time(before: Optional[Counter], ms: Optional[int], most: float) -> Optional[Counter]:
    """A counter of time at its next sample, which wraps on every kernel."""
    if ms is None:
        return None
    return Counter(ms) if before is None else follow(before, ms, most, most)


def _time_between(now: Optional[Counter], before: Optional[Counter]) -> Optional[int]:
    return increase(now.grown, before.grown) if now is not None and before is not None else None


def _disk_of(name: str) -> str:
    """The disk of which this would be a partition: sda of sda1; nvme0n1 of nvme0n1p1, for a "p" follows a digit."""
    disk = name.rstrip("0123456789")
    if disk == name:
        return ""
    return disk[:-1] if disk.endswith("p") and disk[-2:-1].isdigit() else disk
