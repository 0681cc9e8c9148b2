"""disk_identity: what each disk is, from /proc/diskstats, /sys/block and the database of udev.

       8       0 sda …                            numbers of the device, and its name
    /sys/block/sda/queue/rotational               1: it turns
    /run/udev/data/b8:0      E:ID_MODEL=WDC_WD40EFRX-68N32N0     a line for each property; other letters: other things
                             E:ID_SERIAL_SHORT=WD-WCC7K0000001
"""
from __future__ import annotations

from ..parsing import Report, columns, ignore, optional_number, rows
from ..roots import Roots
from ..typed import NamedTuple, Optional

FILE = "diskstats"
UDEV = "run/udev/data/b%s:%s"

_COLUMNS = 3
_PROPERTY = "E:"


class Identity(NamedTuple):
    """One disk. "" for what udev does not tell, as where there is none; None: the kernel does not tell."""

    major: str
    minor: str
    path: str
    wwn: str
    model: str
    serial: str
    revision: str
    rotational: Optional[int]


def parse(text: str, file: str = FILE, report: Report = ignore) -> dict[str, tuple[str, str]]:
    """Major and minor number of each disk and partition, by name. A row that does not begin so is malformed."""
    return dict(rows(text, _numbers, "a disk and its numbers", file, report))


def parse_udev(text: str) -> dict[str, str]:
    """The properties of a device by name."""
    properties = (line[len(_PROPERTY):].partition("=") for line in text.split("\n") if line.startswith(_PROPERTY))
    return {name: value for name, equals, value in properties if equals}


def sample(roots: Roots) -> dict[str, Identity]:
    """Disks and partitions by name, in the kernel's order. NoData without /proc/diskstats."""
    return {name: _identity(roots, name, *numbers)
            for name, numbers in parse(roots.proc(FILE), report=roots.report).items()}


def _numbers(row: str) -> tuple[str, tuple[str, str]]:
    major, minor, name = columns(row)[:_COLUMNS]
    return name, (str(int(major)), str(int(minor)))


def _identity(roots: Roots, name: str, major: str, minor: str) -> Identity:
    said = parse_udev(roots.root_file(UDEV % (major, minor), default=""))
    # In /sys a slash of a name is "!": cciss/c0d0 (block/genhd.c).
    rotational = optional_number(roots.attribute("block/%s/queue/rotational" % name.replace("/", "!")))
    return Identity(major, minor, said.get("ID_PATH", ""), said.get("ID_WWN", ""), said.get("ID_MODEL", ""),
                    said.get("ID_SERIAL_SHORT", ""), said.get("ID_REVISION", ""), rotational)
