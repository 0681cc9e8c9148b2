"""schedstat: how long tasks ran on each CPU and waited for it, from /proc/schedstat (CONFIG_SCHEDSTATS).

    version 15
    timestamp 4294952300
    cpu0 0 0 0 0 0 0 7349872341 1099847812 93231    … nanoseconds run, nanoseconds waited, turns
    domain0 3 0 0 0 …                               of the load balancer

Version 14 (before 2.6.37) has three more columns in front of those.
"""
from __future__ import annotations

from ..parsing import Report, ignore, integer, rows
from ..roots import Roots
from ..typed import NamedTuple, Optional

FILE = "schedstat"

_COLUMNS, _COLUMNS_OF_14 = 9, 12


class Schedule(NamedTuple):
    """Of one CPU since boot: nanoseconds that tasks ran, nanoseconds that they waited for it, and turns they had."""

    running_nanoseconds: int
    waiting_nanoseconds: int
    timeslices: int


def parse(text: str, file: str = FILE, report: Report = ignore) -> dict[int, Schedule]:
    """Rows by CPU. One of fewer than nine numbers is malformed."""
    return dict(rows(text, _row, "a CPU and its numbers", file, report))


def sample(roots: Roots) -> dict[int, Schedule]:
    """/proc/schedstat. NoData without it."""
    return parse(roots.proc(FILE), report=roots.report)


def _row(row: str) -> Optional[tuple[int, Schedule]]:
    if not row.startswith("cpu"):
        return None
    cpu, *columns = map(integer, row[len("cpu"):].split())
    if len(columns) < _COLUMNS:
        raise ValueError
    end = _COLUMNS_OF_14 if len(columns) == _COLUMNS_OF_14 else _COLUMNS
    return cpu, Schedule(*columns[end - 3:end])
