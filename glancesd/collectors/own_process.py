"""own_process: what this daemon itself takes, from /proc/self.

    stat      … utime 14th, stime 15th, starttime 22nd (ticks of 10 ms), vsize 23rd (bytes), rss 24th (pages)
    limits    Max open files            1024                 524288               files
    fd        a link for each open file
    ../stat   btime 1795423523          seconds since 1970
"""
from __future__ import annotations

import os

from ..parsing import ParseError
from ..roots import Roots
from ..typed import NamedTuple, Optional

STAT = "self/stat"
LIMITS = "self/limits"

_UTIME, _STIME, _START, _VSIZE, _RSS = 11, 12, 19, 20, 21        # behind the name, which may hold anything
_NO_LIMIT = "unlimited"


class Usage(NamedTuple):
    """Of one process. Ticks are 1/100 s. A limit of None: there is none."""

    cpu_ticks: int
    start_ticks: int                    # since the machine started
    virtual_bytes: int
    resident_pages: int


class Limits(NamedTuple):
    """Soft limits. None: there is none."""

    open_files: Optional[int]
    virtual_bytes: Optional[int]


class Process(NamedTuple):
    """This process now."""

    cpu_seconds: float
    start_seconds: Optional[float]      # since 1970; None: the kernel does not tell when it started
    virtual_bytes: int
    resident_bytes: int
    open_files: int
    limits: Limits


def parse_stat(text: str, file: str = STAT) -> Usage:
    """The figures of /proc/PID/stat. ParseError when it is short."""
    columns = text.rpartition(")")[2].split()
    try:
        utime, stime, start, vsize, rss = (int(columns[at]) for at in (_UTIME, _STIME, _START, _VSIZE, _RSS))
    except (ValueError, IndexError):
        raise ParseError(file, 1, "not the figures of a process: %.60r" % text) from None
    return Usage(utime + stime, start, vsize, rss)


def parse_limits(text: str, file: str = LIMITS) -> Limits:
    """Two of the soft limits. ParseError without them."""
    found = {}
    for number, row in enumerate(text.split("\n"), 1):
        for name in ("Max open files", "Max address space"):
            if row.startswith(name):
                value = (row[len(name):].split() or [""])[0]
                try:
                    found[name] = None if value == _NO_LIMIT else int(value)
                except ValueError:
                    raise ParseError(file, number, "not a limit: %.60r" % row) from None
    if len(found) != 2:
        raise ParseError(file, 1, "no limit of open files or of the address space")
    return Limits(found["Max open files"], found["Max address space"])


def sample(roots: Roots, boot_seconds: Optional[int]) -> Process:
    """This process. `roots` must be those of this machine; `boot_seconds`: when it started, since 1970."""
    usage = parse_stat(roots.proc(STAT))
    start = None if boot_seconds is None else boot_seconds + usage.start_ticks / 100
    return Process(usage.cpu_ticks / 100, start, usage.virtual_bytes, usage.resident_pages * os.sysconf("SC_PAGE_SIZE"),
                   len(roots.proc_names("self/fd")) - 1,
                   parse_limits(roots.proc(LIMITS)))
