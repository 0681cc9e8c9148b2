"""pressure: how long tasks waited for a CPU, memory, a disk or interrupts, from /proc/pressure (4.20, CONFIG_PSI).

    some avg10=0.00 avg60=1.64 avg300=1.55 total=13211557      at least one task waited: percent of the last 10, 60 and
    full avg10=0.00 avg60=0.00 avg300=0.00 total=0             300 seconds, microseconds since boot; full: all of them

cpu has a `full` row since 5.13 (always 0), irq (6.1) has no other.
"""
from __future__ import annotations

import errno

from ..parsing import ParseError, Report, ignore, integer, rows
from ..roots import SHORTAGE, NoData, Roots
from ..typed import NamedTuple, Optional

RESOURCES = ("cpu", "io", "memory", "irq")


class Pressure(NamedTuple):
    """Microseconds since boot: at least one task waited, and every task that had work did. None: no such row."""

    some: Optional[int]
    full: Optional[int]


def parse(text: str, file: str = "pressure/cpu", report: Report = ignore) -> Pressure:
    """The totals of both rows. One that is neither, or has no total, is malformed."""
    stalls = dict(rows(text, _row, "some or full and its total", file, report))
    return Pressure(stalls.get("some"), stalls.get("full"))


def sample(roots: Roots) -> dict[str, Pressure]:
    """Each resource that this kernel measures. NoData without any, also where `psi=0` turned it off.

    One that is refused or malformed is left out; its error if there is no other.
    """
    found = {}
    failed: Optional[Exception] = None
    for name in RESOURCES:
        file = "pressure/" + name
        try:
            found[name] = parse(roots.proc(file), file, roots.report)
        except NoData:
            continue
        except ParseError as problem:
            roots.report(problem)
            failed = problem
        except OSError as problem:
            if problem.errno in SHORTAGE:
                raise
            failed = failed if problem.errno == errno.EOPNOTSUPP else problem
    if not found:
        raise failed or NoData("pressure")
    return found


def _row(row: str) -> tuple[str, int]:
    kind, *figures = row.split(" ")
    named = dict(figure.split("=", 1) for figure in figures)
    if kind not in ("some", "full"):
        raise ValueError
    return kind, integer(named.get("total", ""))
