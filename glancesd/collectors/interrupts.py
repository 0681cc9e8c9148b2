"""interrupts: how often each interrupt line fired, from /proc/interrupts.

               CPU0       CPU1
     36:          0      28302  PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0      chip, line of the chip, driver
    LOC:      27530      18716   Local timer interrupts
    ERR:          0                                                                    of the machine, not per CPU
    FIQ:              usb_fiq                                                          ARM: no count at all

The kernel counts in 32 bits on each CPU, whatever its words are, so a sum steps back by 2^32 when one of them wraps.
"""
from __future__ import annotations

from itertools import takewhile
from typing import Dict, Iterator, Mapping, NamedTuple, Optional

from ..delta import LATE_SECONDS, rate, wrapping_increase
from ..roots import ParseError, Report, Roots, ignore, rows

FILE = "interrupts"

_LINE = "an interrupt line and its counts"
# No CPU takes more: at 1 µs each it does nothing else. What says so is a reset.
_MOST_PER_SECOND_AND_CPU = 1e6

# Each row as it reads, and what it tells; None for one without a count.
_Rows = Dict[str, Optional["Line"]]


class Line(NamedTuple):
    """One interrupt line: its count since boot, over all CPUs, and its row, which is taken apart when somebody asks."""

    name: str                       # "36", "LOC"
    total: int
    row: str
    cpus: int

    @property
    def counts(self) -> list[int]:
        """The count of each CPU, in the order of the table's; one alone where the machine counts as a whole."""
        return list(map(int, _counts(self._columns()[:self.cpus])))

    @property
    def description(self) -> str:
        """What stands behind the counts: of a numbered line chip, line of the chip and drivers."""
        columns = self._columns()
        return " ".join(columns[len(_counts(columns[:self.cpus])):]).strip()

    @property
    def device(self) -> str:
        """The last word of the description: of a numbered line the last of its drivers."""
        return (self.description.split() or [""])[-1]

    def _columns(self) -> list[str]:
        return self.row.partition(":")[2].split(None, self.cpus)


class Table(NamedTuple):
    """/proc/interrupts: its head, and the lines that have a count, by name and in the kernel's order."""

    header: str
    lines: Mapping[str, Line]

    @property
    def cpus(self) -> list[int]:
        """Numbers of the CPUs that are online."""
        return [int(number) for number in self.header.replace("CPU", " ").split() if number.isdecimal()]


class Interrupt(NamedTuple):
    """How often one line fired in a window, per second."""

    line: Line
    per_second: float
    elapsed_seconds: float


def parse(text: str, file: str = FILE, report: Report = ignore) -> Table:
    """The table. A row without a name and a colon is malformed; ParseError on a table without CPUs."""
    return _table(_rows(text, file, {}, report))


class Sampler:
    """/proc/interrupts, again and again. State: the latest rows, because one that reads the same is not added up again.

    That is most of them: on 512 CPUs the table is half a million numbers, and a device's line fires on few of them.
    """

    def __init__(self) -> None:
        self._known: _Rows = {}

    def __call__(self, roots: Roots) -> Table:
        """As `parse`. NoData without the file."""
        self._known = _rows(roots.proc(FILE), FILE, self._known, roots.report)
        return _table(self._known)


def derive(now: Table, before: Optional[Table], elapsed: float) -> list[Interrupt]:
    """All lines between two samples, busiest first; one that is new has an increase of 0, not its lifetime."""
    lines = [Interrupt(line, rate(increase, elapsed), elapsed)
             for line, increase in zip(now.lines.values(), _increases(now, before or now, elapsed))]
    return sorted(lines, key=lambda interrupt: interrupt.per_second, reverse=True)


def _increases(now: Table, before: Table, elapsed: float) -> Iterator[int]:
    most = _MOST_PER_SECOND_AND_CPU * (elapsed + LATE_SECONDS)
    same_cpus = now.header == before.header
    for name, line in now.lines.items():
        previous = before.lines.get(name)
        if previous is None or previous.row == line.row:
            yield 0
        elif same_cpus:
            yield wrapping_increase(line.total, previous.total, most * line.cpus)
        else:                           # what a CPU counted before it went, or came back, is no part of the window
            counts = dict(zip(before.cpus, previous.counts))
            yield sum(wrapping_increase(count, counts.get(cpu), most) for cpu, count in zip(now.cpus, line.counts))


def _table(known: _Rows) -> Table:
    return Table(next(iter(known), ""), {line.name: line for line in known.values() if line is not None})


def _rows(text: str, file: str, known: _Rows, report: Report) -> _Rows:
    """What each row of the text tells; that of the head, which comes first, is None."""
    if not text:
        return {}
    header = text.partition("\n")[0]
    cpus = header.count("CPU")
    if not cpus:
        raise ParseError(file, 1, "no CPUs: %.60r" % header)
    if header not in known:             # other CPUs: what is a count, and what a description, is to be seen anew
        known = {}
    found: _Rows = {header: None}

    def parse_row(row: str) -> None:
        found[row] = known[row] if row in known else _parse_row(row, cpus)

    rows(text, parse_row, _LINE, file, report, 1)
    return found


def _parse_row(row: str, cpus: int) -> Optional[Line]:
    name, colon, rest = row.partition(":")
    name = name.strip(" ")
    if not colon or not name:
        raise ValueError(row)
    counts = _counts(rest.split(None, cpus)[:cpus])
    return Line(name, sum(map(int, counts)), row, cpus) if counts else None


def _counts(columns: list[str]) -> list[str]:
    """The columns up to the first that is no number: of fewer counts than CPUs, a description moved up."""
    return columns if "".join(columns).isdecimal() else list(takewhile(str.isdecimal, columns))
