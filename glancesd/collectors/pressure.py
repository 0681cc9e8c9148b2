"""pressure: how long tasks waited for a CPU, memory, a disk or interrupts, from /proc/pressure (4.20, CONFIG_PSI).

    some avg10=0.00 avg60=1.64 avg300=1.55 total=13211557      at least one task waited: percent of the last 10, 60 and
    full avg10=0.00 avg60=0.00 avg300=0.00 total=0             300 seconds, microseconds since boot; full: all of them

cpu has a `full` row since 5.13 (always 0), irq (6.1) has no other.
"""
from __future__ import annotations

import errno
import math

from ..parsing import Report, ignore, integer, rows
from ..roots import NoData, Roots
from ..typed import NamedTuple, Optional

RESOURCES = ("cpu", "io", "memory", "irq")


class Stall(NamedTuple):
    """How much of the time tasks waited: percent of three windows, and microseconds since boot."""

    percent_10_seconds: float
    percent_60_seconds: float
    percent_300_seconds: float
    total_microseconds: int


class Pressure(NamedTuple):
    """Of one resource: `some`, at least one task waited; `full`, every task that had work did. None: no such row."""

    some: Optional[Stall]
    full: Optional[Stall]


def parse(text: str, file: str = "pressure/cpu", report: Report = ignore) -> Pressure:
    """Both rows. One that is neither, or without one of its four figures, is malformed."""
    stalls = dict(rows(text, _row, "three averages and a total", file, report))
    return Pressure(stalls.get("some"), stalls.get("full"))


def sample(roots: Roots) -> dict[str, Pressure]:
    """Each resource that this kernel measures. NoData without any, also where `psi=0` turned it off."""
    found = {}
    for name in RESOURCES:
        file = "pressure/" + name
        try:
            found[name] = parse(roots.proc(file), file, roots.report)
        except NoData:
            continue
        except OSError as problem:
            if problem.errno != errno.EOPNOTSUPP:
                raise
    if not found:
        raise NoData("pressure")
    return found


def _row(row: str) -> tuple[str, Stall]:
    kind, *figures = row.split(" ")
    named = dict(figure.split("=", 1) for figure in figures)
    shares = [float(named.get(name, "")) for name in ("avg10", "avg60", "avg300")]
    if kind not in ("some", "full") or not all(map(math.isfinite, shares)):
        raise ValueError
    return kind, Stall._make([*shares, integer(named.get("total", ""))])
