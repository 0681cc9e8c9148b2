"""vmstat: what the kernel counts of its memory management, from /proc/vmstat: some two hundred lines.

    nr_free_pages 6021372      pages now
    pswpin 0                   pages since boot: swapped in, swapped out
    pswpout 0
    pgpgin 1205114             KiB since boot: read from disks
    oom_kill 0                 since 4.13
"""
from __future__ import annotations

from ..parsing import ParseError, Report, ignore, integer
from ..roots import Roots
from ..typed import NamedTuple, Optional, Pattern

FILE = "vmstat"


class VmStat(NamedTuple):
    """The text of the file. It is taken apart when somebody asks: most want a line or two."""

    text: str

    def get(self, name: str, report: Report = ignore) -> Optional[int]:
        """One line's number; None where the kernel does not have it, or it is malformed."""
        before, found, rest = ("\n" + self.text).partition("\n%s " % name)
        number = rest.partition("\n")[0]
        try:
            return integer(number) if found else None
        except ValueError:
            report(ParseError(FILE, before.count("\n") + 1, "not a name and a number: %.60r" % (name + " " + number)))
            return None

    def matching(self, pattern: Pattern[str]) -> dict[str, int]:
        """The lines that a pattern finds, whose two groups are name and number."""
        return {name: int(number) for name, number in pattern.findall(self.text)}


def sample(roots: Roots) -> VmStat:
    """/proc/vmstat. NoData on a kernel without event counters, and in some containers."""
    return VmStat(roots.proc(FILE))
