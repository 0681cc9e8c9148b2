"""kernel_hung: tasks that did not move for two minutes, from /proc/sys/kernel/hung_task_detect_count (6.13).

    3      since boot, or since somebody wrote a 0 there
"""
from __future__ import annotations

from ..parsing import parse_number
from ..roots import Roots

FILE = "sys/kernel/hung_task_detect_count"


def sample(roots: Roots) -> int:
    """/proc/sys/kernel/hung_task_detect_count. NoData on a kernel without it."""
    return parse_number(roots.proc(FILE), FILE)
