"""kernel_hung: tasks that did not move for two minutes, from /proc/sys/kernel/hung_task_detect_count (6.13).

    3      since boot, or since somebody wrote a 0 there
"""
from __future__ import annotations

from ..roots import ParseError, Roots

FILE = "sys/kernel/hung_task_detect_count"


def parse(text: str, file: str = FILE) -> int:
    """The one number. ParseError on anything else."""
    try:
        return int(text)
    except ValueError:
        raise ParseError(file, 1, "not a number: %.60r" % text) from None


def sample(roots: Roots) -> int:
    """/proc/sys/kernel/hung_task_detect_count. NoData on a kernel without it."""
    return parse(roots.proc(FILE))
