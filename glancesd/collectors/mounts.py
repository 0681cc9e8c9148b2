"""mounts: every row of the mount table that somebody wants, and how full it is, or why it does not tell.

The table is that of `filesystems`, which shows each device once; here each row stands, also the second mount of a
device and a mount that another one hides.
"""
from __future__ import annotations

import os
from functools import partial

from ..patience import Call, Outcome, Patience
from ..roots import Roots
from ..typed import Callable, NamedTuple, Optional
from .filesystems import NEVER, FileSystem, Mount, measured, read_mounts, read_types

TIMEOUT = "mountpoint timeout"


class Usage(NamedTuple):
    """One row of the mount table. `error`: why there is no `file_system`, in lower case; "" when all is well."""

    mount: Mount
    file_system: Optional[FileSystem]
    error: str


class Sampler:
    """Every mount, again and again. One whose statvfs hangs is shown as such, and keeps none of the others waiting.

    State: the latest mount table, because one that reads the same is not taken apart again, and what patience keeps of
    each mount.
    """

    def __init__(self) -> None:
        # Two of them: however many servers are dead, they must not hold all the threads that ask this machine's disks.
        self._disks = Patience()
        self._others = Patience()
        self._table: tuple[str, bytes] = ("", b"")
        self._mounts: list[Mount] = []
        self._types: frozenset[str] = frozenset()

    def __call__(self, roots: Roots, wanted: Callable[[Mount], bool]) -> list[Usage]:
        """In the order of the mount table: what is wanted, and what is on top of /. Nothing else is touched.

        NoData without a mount table.
        """
        file, parse, table = read_mounts(roots)
        if (file, table) != self._table:
            self._mounts = parse(table, file, roots.report)
            self._types = read_types(roots)             # a type that the kernel learns later is mounted later
            self._table = file, table
        root = next((mount for mount in reversed(self._mounts) if mount.mount_point == "/"), None)
        chosen = [mount for mount in self._mounts if mount.type != NEVER and (mount is root or wanted(mount))]
        outcomes = self._ask(roots, chosen)
        return [_usage(mount, outcomes[mount.mount_point]) for mount in chosen]

    def _ask(self, roots: Roots, mounts: list[Mount]) -> dict[str, Outcome]:
        disks: dict[str, Call] = {}
        others: dict[str, Call] = {}
        for mount in mounts:
            calls = disks if mount.type in self._types else others
            calls[mount.mount_point] = partial(roots.statvfs, mount.mount_point)
        outcomes = self._disks.run(disks) if disks else {}
        if others:
            outcomes.update(self._others.run(others))
        return outcomes


def _usage(mount: Mount, outcome: Outcome) -> Usage:
    if outcome.late:
        return Usage(mount, None, TIMEOUT)
    if outcome.value is None:
        problem = outcome.problem
        number = problem.errno if isinstance(problem, OSError) else None
        return Usage(mount, None, os.strerror(number).lower() if number is not None else str(problem))
    return Usage(mount, measured(mount, outcome.value), "")
