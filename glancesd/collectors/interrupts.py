"""interrupts: how often each interrupt line fired, from /proc/interrupts.

               CPU0       CPU1
     36:          0      28302  PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0      chip, line of the chip, driver
    LOC:      27530      18716   Local timer interrupts
    ERR:          0                                                                    of the machine, not per CPU
    FIQ:              usb_fiq                                                          ARM: no count at all

The kernel counts in 32 bits on each CPU, whatever its words are, so a sum steps back by 2^32 when one of them wraps.
"""
from __future__ import annotations

from functools import partial
from itertools import takewhile

from ..delta import LATE_SECONDS, rate, wrapping_increase
from ..parsing import MOST, ParseError, Report, RowsAgain, ignore, rows
from ..roots import Roots
from ..typed import Callable, Iterator, Mapping, NamedTuple, Optional

FILE = "interrupts"

_LINE = "an interrupt line and its counts"
# No CPU takes more: at 1 µs each it does nothing else. What says so is a reset.
_MOST_PER_SECOND_AND_CPU = 1e6


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
    header, parse_row = _head(text, file)
    return _table(header, rows(text, parse_row, _LINE, file, report, 1))


class Sampler:
    """/proc/interrupts, again and again. State: the head and the rows of the latest table, parsed.

    Most rows read the same each time: on 512 CPUs the table is half a million numbers, and a device's line fires on few
    of them.
    """

    def __init__(self) -> None:
        self._header = ""
        self._rows: Optional[RowsAgain[str, Line]] = None

    def __call__(self, roots: Roots) -> Table:
        """As `parse`. NoData without the file."""
        text = roots.proc(FILE)
        header, parse_row = _head(text, FILE)
        if self._rows is None or header != self._header:    # other CPUs: other columns of a row are its counts
            self._header, self._rows = header, RowsAgain(parse_row)
        return _table(header, self._rows(text, _LINE, FILE, roots.report, 1))


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


def _head(text: str, file: str) -> tuple[str, Callable[[str], Optional[Line]]]:
    """The first line of the table, and what parses a row below it. No CPUs are there only where no text is."""
    header = text.partition("\n")[0]
    cpus = header.count("CPU")
    if text and not cpus:
        raise ParseError(file, 1, "no CPUs: %.60r" % header)
    return header, partial(_parse_row, cpus)


def _table(header: str, lines: list[Line]) -> Table:
    return Table(header, {line.name: line for line in lines})


def _parse_row(cpus: int, row: str) -> Optional[Line]:
    name, colon, rest = row.partition(":")
    name = name.strip(" ")
    if not colon or not name:
        raise ValueError(row)
    counts = _counts(rest.split(None, cpus)[:cpus])
    total = sum(map(int, counts))
    if total >= MOST:
        raise ValueError(row)
    return Line(name, total, row, cpus) if counts else None


def _counts(columns: list[str]) -> list[str]:
    """The columns up to the first that is no number: of fewer counts than CPUs, a description moved up."""
    return columns if "".join(columns).isdecimal() else list(takewhile(str.isdecimal, columns))
