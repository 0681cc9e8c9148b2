"""threads_max: the most threads that the machine may have, from /proc/sys/kernel/threads-max.

    192521
"""
from __future__ import annotations

from ..parsing import parse_number
from ..roots import Roots

FILE = "sys/kernel/threads-max"


def sample(roots: Roots) -> int:
    """/proc/sys/kernel/threads-max. NoData without it."""
    return parse_number(roots.proc(FILE), FILE)
