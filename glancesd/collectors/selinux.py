"""selinux: whether SELinux is there, and whether it refuses or only logs, from /sys/fs/selinux (selinuxfs).

    enforce     1       0: permissive
"""
from __future__ import annotations

from ..parsing import optional_number
from ..roots import Roots
from ..typed import NamedTuple, Optional

FILE = "fs/selinux/enforce"


class SELinux(NamedTuple):
    """Without selinuxfs it is not enabled, and has no mode."""

    enabled: bool
    enforcing: Optional[bool]


def sample(roots: Roots) -> SELinux:
    """/sys/fs/selinux/enforce."""
    mode = optional_number(roots.attribute(FILE))
    return SELinux(mode is not None, None if mode is None else bool(mode))
