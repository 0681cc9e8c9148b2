"""sockstat: how many sockets of each protocol there are, from /proc/net/sockstat and /proc/net/sockstat6.

    sockets: used 104                           sockets of every family
    TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 1    mem: pages of memory that the sockets' buffers take
    UDP: inuse 2 mem 0
    FRAG: inuse 0 memory 0                      memory: bytes of packets that wait for their fragments
"""
from __future__ import annotations

import contextlib
from functools import partial

from ..parsing import Report, ignore, integer, parse_or, rows
from ..roots import NoData, Roots
from ..typed import NamedTuple, Optional
from .memory import Memory

FILE = "sockstat"
FILE6 = "sockstat6"


class Sockets(NamedTuple):
    """Counts by protocol and name, in the kernel's order. `page_bytes`: what `mem` counts in; None: not known."""

    protocols: dict[str, dict[str, int]]
    page_bytes: Optional[int]


def parse(text: str, file: str = "net/" + FILE, report: Report = ignore) -> dict[str, dict[str, int]]:
    """Counts by protocol and name, in the kernel's order. A row is malformed that is not names and numbers in turn."""
    return dict(rows(text, _counts, "a protocol and its counts", file, report))


def helping(roots: Roots, name: str) -> dict[str, dict[str, int]]:
    """A file that only helps: nothing of one that is missing or refused, nor of one that is malformed as a whole."""
    nothing: dict[str, dict[str, int]] = {}
    return parse_or(nothing, partial(parse, file="net/" + name), roots.net(name, default=""), roots.report)


def sample(roots: Roots, memory: Optional[Memory]) -> Sockets:
    """Both files. A kernel without IPv6, or without any network, lacks one, or both: then there are no protocols."""
    protocols: dict[str, dict[str, int]] = {}
    with contextlib.suppress(NoData):
        protocols.update(parse(roots.net(FILE), report=roots.report))
    protocols.update(helping(roots, FILE6))
    return Sockets(protocols, memory.page_bytes if memory is not None else None)


def _counts(row: str) -> tuple[str, dict[str, int]]:
    protocol, colon, counts = row.partition(":")
    words = counts.split()
    if not colon or not protocol or len(words) % 2:
        raise ValueError
    return protocol, dict(zip(words[::2], map(integer, words[1::2])))
