"""arp: how many IPv4 neighbours each interface knows, from /proc/net/arp.

    IP address       HW type     Flags       HW address            Mask     Device
    192.168.1.1      0x1         0x2         00:00:5e:00:53:01     *        br-lan
"""
from __future__ import annotations

from ..parsing import Report, columns, ignore, rows_in_pieces
from ..roots import Roots
from ..typed import Iterable

FILE = "arp"

_HEADER_LINES = 1
_COLUMNS = 6


def parse(text: str, file: str = "net/" + FILE, report: Report = ignore) -> dict[str, int]:
    """Entries by interface, in the order of their first. A row of less than six columns is malformed."""
    return count([text], file, report)


def count(pieces: Iterable[str], file: str, report: Report) -> dict[str, int]:
    """As `parse`, of a table in pieces of whole lines: routers of an exchange have hundreds of thousands of them."""
    entries: dict[str, int] = {}
    for devices in rows_in_pieces(pieces, _device, "a neighbour", file, report, _HEADER_LINES):
        for device in devices:
            entries[device] = entries.get(device, 0) + 1
    return entries


def sample(roots: Roots) -> dict[str, int]:
    """/proc/net/arp. NoData without it."""
    return count(roots.net_pieces(FILE), "net/" + FILE, roots.report)


def _device(row: str) -> str:
    found = columns(row)
    if len(found) < _COLUMNS:
        raise ValueError
    return found[-1]
