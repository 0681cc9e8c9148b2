"""vmstat: what the kernel counts of its memory management, from /proc/vmstat: some two hundred lines.

    nr_free_pages 6021372      pages now
    pswpin 0                   pages since boot: swapped in, swapped out
    pswpout 0
    pgpgin 1205114             KiB since boot: read from disks
    oom_kill 0                 since 4.13
"""
from __future__ import annotations

from ..parsing import ParseError, Report, ignore, rows
from ..roots import Roots
from ..typed import NamedTuple, Optional, Pattern

FILE = "vmstat"

_LINE = "a name and a number"


class VmStat(NamedTuple):
    """The text of the file. It is taken apart when somebody asks: most want a line or two."""

    text: str

    def get(self, name: str, report: Report = ignore) -> Optional[int]:
        """One line's number; None where the kernel does not have it, or it is malformed."""
        before, found, rest = ("\n" + self.text).partition("\n%s " % name)
        number = rest.partition("\n")[0]
        try:
            return int(number) if found else None
        except ValueError:
            report(ParseError(FILE, before.count("\n") + 1, "not %s: %.60r" % (_LINE, name + " " + number)))
            return None

    def matching(self, pattern: Pattern[str]) -> dict[str, int]:
        """The lines that a pattern finds, whose two groups are name and number. A tenth of what `lines` takes."""
        return {name: int(number) for name, number in pattern.findall(self.text)}

    def lines(self, report: Report = ignore) -> dict[str, int]:
        """Every line, by the kernel's names."""
        return parse(self.text, report=report)


def parse(text: str, file: str = FILE, report: Report = ignore) -> dict[str, int]:
    """Every line by its name, in the kernel's order. A line that is not `name number` is malformed."""
    return dict(rows(text, _parse_line, _LINE, file, report))


def sample(roots: Roots) -> VmStat:
    """/proc/vmstat. NoData on a kernel without event counters, and in some containers."""
    return VmStat(roots.proc(FILE))


def _parse_line(line: str) -> tuple[str, int]:
    name, number = line.split(" ")
    return name, int(number)
