"""connections: how many TCP sockets are in each state, from /proc/net/tcp and tcp6.

      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18402 1 …
       1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 21377 1 …
                                      state, hexadecimal (include/net/tcp_states.h)

The kernel walks its whole hash table for these files: 200,000 sockets are 30 MB of text. They are read in pieces that
are counted and dropped, for WORK_SECONDS at most; of the rest, sockstat tells the number.
"""
from __future__ import annotations

import re
import time
from collections import Counter

from ..lazy import pattern
from ..parsing import ParseError
from ..roots import NoData, Roots
from ..typed import Callable, Iterable, NamedTuple, Optional
from . import sockstat

FILES = ("tcp", "tcp6")
WORK_SECONDS = 0.5

STATES = ("ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
          "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV")

_ROW = pattern(r"^ *[0-9]+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) ", re.MULTILINE)


class Connections(NamedTuple):
    """TCP sockets by state, in the kernel's words; `estimated` where the tables were too long to be read whole."""

    states: dict[str, int]
    estimated: bool


def parse_rows(rows: str) -> Counter[str]:
    """The sockets of whole rows by state; a row that is none counts for nothing, the heading neither."""
    states: Counter[str] = Counter()
    for code, count in Counter(_ROW.findall(rows)).items():
        number = int(code, 16) - 1
        states[STATES[number] if 0 <= number < len(STATES) else code] += count
    return states


def count(pieces: Iterable[str], expired: Callable[[], bool], file: str = "net/tcp") -> tuple[Counter[str], bool]:
    """The sockets of a table in pieces of whole rows, and whether it was read to its end before `expired()`.

    ParseError when no row of a table that has some is a socket.
    """
    states: Counter[str] = Counter()
    rows = 0
    for piece in pieces:
        rows += piece.count("\n")
        states.update(parse_rows(piece))
        if expired():
            return states, False
    if rows > 1 and not states:
        raise ParseError(file, 2, "no sockets with a state")
    return states, True


def sample(roots: Roots, clock: Callable[[], float] = time.monotonic) -> Connections:
    """Both tables; a kernel without IPv6 has one. NoData without either."""
    give_up = clock() + WORK_SECONDS
    counts: Counter[str] = Counter()
    complete = True
    found = 0
    for file in FILES:
        try:
            states, whole = count(roots.net_pieces(file), lambda: clock() >= give_up, "net/" + file)
        except NoData:
            continue
        found += 1
        counts.update(states)
        complete = complete and whole
    if not found:
        raise NoData("net/tcp")
    if not complete:
        counts = _scaled(counts, _in_use(roots))
    return Connections({state: counts[state] for state in STATES}, not complete)


def _in_use(roots: Roots) -> Optional[int]:
    """TCP sockets by sockstat, those in TIME_WAIT too; None where it does not tell."""
    found = {**sockstat.helping(roots, sockstat.FILE), **sockstat.helping(roots, sockstat.FILE6)}
    if "TCP" not in found:
        return None
    return found["TCP"].get("inuse", 0) + found["TCP"].get("tw", 0) + found.get("TCP6", {}).get("inuse", 0)


def _scaled(counts: Counter[str], in_use: Optional[int]) -> Counter[str]:
    """The part that was read, as large as the whole. Listening sockets come first in the tables: they are all there."""
    counted = sum(counts.values()) - counts["LISTEN"]
    wanted = (in_use or 0) - counts["LISTEN"]
    if wanted <= counted or not counted:
        return counts
    return Counter({state: count if state == "LISTEN" else round(count * wanted / counted)
                    for state, count in counts.items()})
