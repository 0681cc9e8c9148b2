"""filefd: open files of the whole machine, from /proc/sys/fs/file-nr.

    599     0       2466177
    open    unused  most that may be open (above 2^63: no limit)
"""
from __future__ import annotations

from ..parsing import ParseError
from ..roots import Roots
from ..typed import NamedTuple

FILE = "sys/fs/file-nr"


class OpenFiles(NamedTuple):
    """File handles of the kernel: how many are allocated, and how many may be."""

    allocated: int
    maximum: int


def parse(text: str, file: str = FILE) -> OpenFiles:
    """The first and the third number. ParseError on anything but three."""
    try:
        allocated, _unused, maximum = map(int, text.split())
    except ValueError:
        raise ParseError(file, 1, "not three numbers: %.60r" % text) from None
    return OpenFiles(allocated, maximum)


def sample(roots: Roots) -> OpenFiles:
    """/proc/sys/fs/file-nr. NoData without it."""
    return parse(roots.proc(FILE))
