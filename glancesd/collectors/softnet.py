"""softnet: how each CPU takes in packets, from /proc/net/softnet_stat: a row an online CPU, hexadecimal, 32 bits each.

    00008c7f 00000000 00000002 0 0 0 0 0 00000000 00000000 00000000 00000000 00000001
    |        |        |                  |        |        |        |        number of the CPU (5.14)
    |        |        |                  |        |        |        packets that wait now (5.14)
    |        |        |                  |        |        times that the limit of one flow was reached (3.11)
    |        |        |                  |        times that another CPU woke this one for packets, RPS (2.6.35)
    |        |        |                  transmit lock found taken (always 0 since 4.8)
    |        |        times that packets were left when budget or time was used up
    |        packets dropped: the backlog was full
    packets taken in
"""
from __future__ import annotations

from itertools import count

from ..parsing import Report, ignore, integer, rows
from ..roots import Roots
from ..typed import NamedTuple, Optional

FILE = "softnet_stat"

_LEAST_COLUMNS = 9
_COLLISION, _BACKLOG, _CPU = 8, 11, 12


class Softnet(NamedTuple):
    """Counts of one CPU since boot, and its backlog now. None: this kernel does not have the column."""

    processed: int
    dropped: int
    times_squeezed: int
    cpu_collision: int
    received_rps: Optional[int] = None
    flow_limit_count: Optional[int] = None
    backlog_packets: Optional[int] = None


def parse(text: str, file: str = "net/" + FILE, report: Report = ignore) -> dict[int, Softnet]:
    """Rows by CPU: its number where the kernel tells it, else that of the row. A short row is malformed."""
    numbers = count()                   # also of the malformed rows: no CPU gets what another one took in

    def parse_row(row: str) -> tuple[int, Softnet]:
        number, columns = next(numbers), [integer(column, 16) for column in row.split()]
        if len(columns) < _LEAST_COLUMNS:
            raise ValueError
        return (columns[_CPU] if len(columns) > _CPU else number,
                Softnet(*columns[:3], *columns[_COLLISION:_BACKLOG + 1]))

    return dict(rows(text, parse_row, "hexadecimal columns", file, report))


def sample(roots: Roots) -> dict[int, Softnet]:
    """/proc/net/softnet_stat. NoData without it."""
    return parse(roots.net(FILE), report=roots.report)

