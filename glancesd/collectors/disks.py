"""disks: what each disk has read and written, from /proc/diskstats; which names are disks, from /sys/block.

       8       0 sda 18432 3210 1460226 9313 20241 30125 1834162 88120 0 31004 97433 0 0 0 0 1210 640
                     reads merged sectors ms writes merged sectors ms in-flight ms ms | discards (4.18) | flushes (5.5)
       8       1 sda1 18000 1458000 20200 1834000
                      reads sectors writes sectors: a partition before 2.6.25

/proc/partitions lists what has a size and is not hidden: not an unused loop, nor one path of a multipath NVMe.

    major minor  #blocks  name

       8        0  488386584 sda
"""
from __future__ import annotations

from typing import Mapping, NamedTuple, Optional

from ..delta import LINK_BYTES_PER_SECOND, rate, wrapping_increase
from ..roots import NoData, ParseError, Roots

FILE = "diskstats"
PARTITIONS_FILE = "partitions"

# The kernel counts in these whatever the disk's own sector is (Documentation/block/stat.rst).
SECTOR_BYTES = 512

_SHORT_COLUMNS, _COLUMNS = 7, 14
_PARTITIONS_HEADER_LINES, _PARTITIONS_COLUMNS = 2, 4
# No operation is shorter than a sector, so one ceiling does for both when 32-bit kernels wrap.
_CEILING_PER_SECOND = LINK_BYTES_PER_SECOND / SECTOR_BYTES


class Disk(NamedTuple):
    """What the kernel counts for one disk since it appeared: completed operations, and sectors of 512 bytes."""

    reads: int
    read_sectors: int
    writes: int
    written_sectors: int


class DiskActivity(NamedTuple):
    """What happened to one disk in a window: operations, bytes, and bytes per second."""

    disk: Disk
    elapsed_seconds: float
    reads: int
    writes: int
    read_bytes: int
    written_bytes: int
    read_bytes_per_second: float
    written_bytes_per_second: float


def parse(text: str, file: str = FILE) -> dict[str, Disk]:
    """Disks and partitions by name, in the kernel's order. ParseError on a row of neither 7 nor at least 14 columns."""
    disks = {}
    for number, row in enumerate(text.splitlines(), 1):
        columns = row.split()
        if len(columns) >= _COLUMNS:
            counters = columns[3:10:2]
        elif len(columns) == _SHORT_COLUMNS:
            counters = columns[3:]
        else:
            raise ParseError(file, number, "not a disk and its counters: %.60r" % row)
        try:
            disks[columns[2]] = Disk(*map(int, counters))
        except ValueError:
            raise ParseError(file, number, "a counter is not a number: %.60r" % row) from None
    return disks


def parse_partitions(text: str, file: str = PARTITIONS_FILE) -> frozenset[str]:
    """Names of the disks and partitions that have a size. ParseError on a row that is not four columns."""
    names = set()
    for number, row in enumerate(text.splitlines()[_PARTITIONS_HEADER_LINES:], _PARTITIONS_HEADER_LINES + 1):
        columns = row.split()
        if len(columns) != _PARTITIONS_COLUMNS:
            raise ParseError(file, number, "not a partition and its size: %.60r" % row)
        names.add(columns[3])
    return frozenset(names)


class Sampler:
    """Disks, again and again. State: the latest /proc/partitions, and what it and /sys/block said of the names."""

    def __init__(self) -> None:
        self._partitions: Optional[str] = None
        self._sized: Optional[frozenset[str]] = None
        self._whole: frozenset[str] = frozenset()

    def __call__(self, roots: Roots) -> dict[str, Disk]:
        """/proc/diskstats without partitions, RAM disks and what has no size. NoData without that file."""
        disks = parse(roots.proc(FILE))
        self._look(roots)
        sized, whole = self._sized, self._whole
        return {name: disk for name, disk in disks.items()
                if (sized is None or name in sized) and not name.startswith("ram")
                and (name in whole or _disk_of(name) not in disks)}

    def _look(self, roots: Roots) -> None:
        """Which names have a size (None on a kernel that does not tell), and which are whole disks."""
        try:
            partitions: Optional[str] = roots.proc(PARTITIONS_FILE)
        except NoData:
            partitions = None
        # A disk that comes or goes shows there: the same text, the same disks.
        if partitions is None or partitions != self._partitions or not self._whole:
            self._sized = None if partitions is None else parse_partitions(partitions)
            # In /sys a slash of a name is "!": cciss/c0d0 (block/genhd.c).
            self._whole = frozenset(name.replace("!", "/") for name in roots.sys_names("block"))
            self._partitions = partitions


def derive(now: Mapping[str, Disk], before: Optional[Mapping[str, Disk]], elapsed: float) -> dict[str, DiskActivity]:
    """Activity of each disk between two samples; a disk that is new has an increase of 0, not its lifetime."""
    activity = {}
    for name, disk in now.items():
        previous = before.get(name, disk) if before else disk
        reads, read_sectors, writes, written_sectors = (
            wrapping_increase(after, first, elapsed, _CEILING_PER_SECOND) for after, first in zip(disk, previous))
        read_bytes, written_bytes = read_sectors * SECTOR_BYTES, written_sectors * SECTOR_BYTES
        activity[name] = DiskActivity(disk, elapsed, reads, writes, read_bytes, written_bytes,
                                      rate(read_bytes, elapsed), rate(written_bytes, elapsed))
    return activity


def _disk_of(name: str) -> str:
    """The disk of which this would be a partition: sda of sda1; nvme0n1 of nvme0n1p1, for a "p" follows a digit."""
    disk = name.rstrip("0123456789")
    if disk == name:
        return ""
    return disk[:-1] if disk.endswith("p") and disk[-2:-1].isdigit() else disk
