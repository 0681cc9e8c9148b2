"""udp_queues: bytes that wait in UDP sockets, from /proc/net/udp and /proc/net/udp6.

      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
      42: 00000000:0044 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 11823 2 000000005a1b 0
"""
from __future__ import annotations

from ..parsing import Report, ignore, integer, rows_in_pieces
from ..roots import NoData, Roots
from ..typed import Iterable, NamedTuple, Optional

FILE = "udp"
FILE6 = "udp6"

_HEADER_LINES = 1
_QUEUES = 4


class Queues(NamedTuple):
    """Bytes over all sockets of one family: still to be sent, and not yet read by their programs."""

    tx_bytes: int
    rx_bytes: int


class UdpQueues(NamedTuple):
    """Both families. None: the kernel does not have it."""

    v4: Optional[Queues]
    v6: Optional[Queues]


def parse(text: str, file: str = "net/" + FILE, report: Report = ignore) -> Queues:
    """Sums over the rows. One whose fifth column is not `tx_queue:rx_queue`, hexadecimal, is malformed."""
    return add_up([text], file, report)


def add_up(pieces: Iterable[str], file: str, report: Report) -> Queues:
    """As `parse`, of a table in pieces of whole lines, which are dropped one by one."""
    tx_bytes = rx_bytes = 0
    for queues in rows_in_pieces(pieces, _queues, "a socket and its queues", file, report, _HEADER_LINES):
        tx_bytes += sum(tx for tx, _ in queues)
        rx_bytes += sum(rx for _, rx in queues)
    return Queues(tx_bytes, rx_bytes)


def sample(roots: Roots) -> UdpQueues:
    """Both files. NoData without either."""
    queues = UdpQueues(_family(roots, FILE), _family(roots, FILE6))
    if queues == (None, None):
        raise NoData(FILE)
    return queues


def _queues(row: str) -> tuple[int, int]:
    tx, rx = row.split(None, _QUEUES + 1)[_QUEUES].split(":")
    return integer(tx, 16), integer(rx, 16)


def _family(roots: Roots, name: str) -> Optional[Queues]:
    try:
        return add_up(roots.net_pieces(name), "net/" + name, roots.report)
    except NoData:
        return None
