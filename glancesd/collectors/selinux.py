"""selinux: whether SELinux is enabled: then there is a selinuxfs.

    /sys/fs/selinux/enforce     1       0: permissive
"""
from __future__ import annotations

from ..parsing import optional_number
from ..roots import Roots
from ..typed import NamedTuple

FILE = "fs/selinux/enforce"


class SELinux(NamedTuple):
    """Its state."""

    enabled: bool


def sample(roots: Roots) -> SELinux:
    """/sys/fs/selinux/enforce."""
    return SELinux(optional_number(roots.attribute(FILE)) is not None)
