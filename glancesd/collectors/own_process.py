"""own_process: what this daemon itself takes, from /proc/self.

    stat      see process_files
    limits    Max open files            1024                 524288               files
    fd        a link for each open file
    ../stat   btime 1795423523          seconds since 1970
"""
from __future__ import annotations

import os

from ..parsing import ParseError
from ..roots import Roots
from ..typed import NamedTuple, Optional
from .cpu import TICKS_PER_SECOND
from .process_files import parse_stat

STAT = "self/stat"
LIMITS = "self/limits"

_NO_LIMIT = "unlimited"


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
    limits: Optional[Limits]            # None: the kernel does not tell (before 2.6.24)


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
    record = parse_stat(roots.record(STAT), STAT)
    start = None if boot_seconds is None else boot_seconds + record.start_ticks / TICKS_PER_SECOND
    resident = record.resident_pages * os.sysconf("SC_PAGE_SIZE")
    return Process((record.user_ticks + record.system_ticks) / TICKS_PER_SECOND, start, record.virtual_bytes, resident,
                   len(roots.proc_names("self/fd")) - 1, _limits(roots))


def _limits(roots: Roots) -> Optional[Limits]:
    text = roots.proc(LIMITS, default="")
    try:
        return parse_limits(text) if text else None
    except ParseError as malformed:
        roots.report(malformed)
        return None
