"""threads_max: the most threads that the machine may have, from /proc/sys/kernel/threads-max.

    192521
"""
from __future__ import annotations

from ..roots import ParseError, Roots

FILE = "sys/kernel/threads-max"


def parse(text: str, file: str = FILE) -> int:
    """The one number. ParseError on anything else."""
    try:
        return int(text)
    except ValueError:
        raise ParseError(file, 1, "not a number: %.60r" % text) from None


def sample(roots: Roots) -> int:
    """/proc/sys/kernel/threads-max. NoData without it."""
    return parse(roots.proc(FILE))
