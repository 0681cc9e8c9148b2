"""arp: how many IPv4 neighbours each interface knows, from /proc/net/arp.

    IP address       HW type     Flags       HW address            Mask     Device
    192.168.1.1      0x1         0x2         00:00:5e:00:53:01     *        br-lan
"""
from __future__ import annotations

from ..parsing import Report, ignore, rows
from ..roots import Roots

FILE = "arp"

_HEADER_LINES = 1
_COLUMNS = 6


def parse(text: str, file: str = "net/" + FILE, report: Report = ignore) -> dict[str, int]:
    """Entries by interface, in the order of their first. A row of less than six columns is malformed."""
    entries: dict[str, int] = {}
    for device in rows(text, _device, "a neighbour", file, report, _HEADER_LINES):
        entries[device] = entries.get(device, 0) + 1
    return entries


def sample(roots: Roots) -> dict[str, int]:
    """/proc/net/arp. NoData without it."""
    return parse(roots.net(FILE), report=roots.report)


def _device(row: str) -> str:
    columns = row.split()
    if len(columns) < _COLUMNS:
        raise ValueError
    return columns[-1]
