"""interrupts: how often each interrupt line fired, over all CPUs, from /proc/interrupts.

               CPU0       CPU1
     36:          0      28302  PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0      chip, line of the chip, driver
    LOC:      27530      18716   Local timer interrupts
    ERR:          0                                                                    of the machine, not per CPU
    FIQ:              usb_fiq                                                          ARM: no count at all
"""
from __future__ import annotations

from itertools import takewhile
from typing import Dict, Mapping, NamedTuple, Optional, Tuple

from ..delta import increase, rate
from ..roots import ParseError, Roots

FILE = "interrupts"
BUSIEST = 5

# Each row as it reads, and the line and the count that it tells.
_Rows = Dict[str, Optional[Tuple[str, int]]]


class Interrupt(NamedTuple):
    """How often one line fired in a window, per second."""

    line: str
    per_second: int
    elapsed_seconds: float


def parse(text: str, file: str = FILE) -> dict[str, int]:
    """Counts since boot by line, in the kernel's order. ParseError on a table without CPUs and on a row without a name.

    A numbered line carries the last word of its row ("36_virtio1-req.0"); one without a count is left out. The kernel
    counts in 32 bits on each CPU, so a sum steps back when one of them wraps.
    """
    return _counts(_rows(text, file, {}))


class Sampler:
    """Counts of /proc/interrupts. State: the latest rows, because a row that reads the same is not added up again.

    That is most of them: on 512 CPUs the table is half a million numbers, and a device's line fires on few of them.
    """

    def __init__(self) -> None:
        self._known: _Rows = {}

    def __call__(self, roots: Roots) -> dict[str, int]:
        """As `parse`. NoData without the file."""
        self._known = _rows(roots.proc(FILE), FILE, self._known)
        return _counts(self._known)


def derive(now: Mapping[str, int], before: Optional[Mapping[str, int]], elapsed: float) -> list[Interrupt]:
    """The busiest lines between two samples, busiest first; one that is new has an increase of 0, not its lifetime."""
    lines = [Interrupt(line, round(rate(increase(count, before.get(line) if before else None), elapsed)), elapsed)
             for line, count in now.items()]
    return sorted(lines, key=lambda interrupt: interrupt.per_second, reverse=True)[:BUSIEST]


def _counts(rows: _Rows) -> dict[str, int]:
    return dict(entry for entry in rows.values() if entry is not None)


def _rows(text: str, file: str, known: _Rows) -> _Rows:
    if not text:
        return {}
    header, *table = text.split("\n")
    cpus = header.count("CPU")
    if not cpus:
        raise ParseError(file, 1, "no CPUs: %.60r" % header)
    if header not in known:             # other CPUs: what is a count, and what a description, is to be seen anew
        known = {}
    rows: _Rows = {header: None}
    for number, row in enumerate(table, 2):
        if row:
            rows[row] = known[row] if row in known else _entry(row, cpus, file, number)
    return rows


def _entry(row: str, cpus: int, file: str, number: int) -> Optional[tuple[str, int]]:
    name, colon, rest = row.partition(":")
    name = name.strip()
    if not colon or not name:
        raise ParseError(file, number, "not an interrupt line and its counts: %.60r" % row)
    columns = rest.split(None, cpus)
    counts = columns[:cpus]
    if not "".join(counts).isdecimal():     # fewer counts than CPUs, and a description that moved up
        counts = list(takewhile(str.isdecimal, counts))
    if not counts:
        return None
    if name.isdecimal() and len(columns) > cpus:
        name += "_" + columns[cpus].split()[-1]
    try:
        return name, sum(map(int, counts))
    except ValueError:
        raise ParseError(file, number, "a count is not a number: %.60r" % row) from None
