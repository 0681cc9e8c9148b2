"""addresses: the IPv4 address that this machine has on its way out, from /proc/net/route and /proc/net/fib_trie.

    Iface  Destination  Gateway   Flags  RefCnt  Use  Metric  Mask      MTU  Window  IRTT
    eth0   00000000     010200C0  0003   0       0    100     00000000  0    0       0        default via 192.0.2.1
    eth0   000200C0     00000000  0001   0       0    100     00FFFFFF  0    0       0        192.0.2.0/24 is connected

    Local:
      +-- 192.0.2.0/24 2 0 2
         |-- 192.0.2.2
            /32 host LOCAL                an address of this machine
         |-- 192.0.2.255
            /32 link BROADCAST

The kernel prints addresses of the route table as numbers of its own byte order, and the trie without interfaces.

A BGP router has a million routes: 120 MB of text in each file. They are read in pieces, of which only what is needed is
kept, for a bounded time in each sample: the next sample goes on from there.
"""
from __future__ import annotations

import sys
import time

from ..parsing import ParseError, Report, ignore, rows
from ..roots import SHORTAGE, NoData, Roots
from ..typed import Callable, Iterator, NamedTuple, Optional

ROUTE_FILE, TRIE_FILE = "net/route", "net/fib_trie"

# A sample reads for so long, and searches that take long are made seldom: one hundredth of the time at most.
STEP_SECONDS = 2.0
SEARCH_SHARE = 100
# Directly connected routes and own addresses that are kept; a table of more is not searched to its end.
MOST_ROWS = 4096

_ROUTE = "a route"
_COLUMNS = 7                        # behind the interface
_NOWHERE = "\t00000000\t"           # as destination: a default route; as gateway: one that is connected
_RTF_UP, _RTF_GATEWAY, _RTF_REJECT = 0x1, 0x2, 0x200
_ALL_ONES = 0xFFFFFFFF
_LEAF = "|-- "
_LOCAL = "/32 host LOCAL"


class Route(NamedTuple):
    """The default route of lowest metric, and this machine's address on it."""

    interface: str
    address: Optional[str]          # None, and no length: /proc/net/fib_trie is missing or refused
    prefix_length: Optional[int]
    gateway: Optional[str]          # None where the interface leads to one peer only


class Entry(NamedTuple):
    """A row of the route table, addresses as numbers: 192.0.2.1 is 0xC0000201."""

    interface: str
    destination: int
    mask: int
    gateway: Optional[int]          # None: the destination is reached directly
    metric: int

    def holds(self, address: Optional[int]) -> bool:
        """Whether the address is one of the destination's."""
        return address is not None and address & self.mask == self.destination


class _Row(NamedTuple):
    """A row of the route table whose words are still in the kernel's byte order."""

    interface: str
    destination: bytes
    mask: bytes
    gateway: Optional[bytes]
    metric: int

    def entry(self, is_big_endian: bool) -> Entry:
        """The row in one byte order."""
        def number(word: bytes) -> int:
            return int.from_bytes(word if is_big_endian else word[::-1], "big")

        return Entry(self.interface, number(self.destination), number(self.mask),
                     None if self.gateway is None else number(self.gateway), self.metric)


def parse_routes(text: str, file: str = ROUTE_FILE, report: Report = ignore) -> list[Entry]:
    """Routes that are up and reject nothing, in the kernel's order. A row that is not a route is malformed.

    The byte order is the one in which most masks are prefixes, for the table may be another machine's; a route whose
    mask is none is left out. ParseError where all are left out.
    """
    parsed = rows(text, _parse_route, _ROUTE, file, report, 1)
    best: list[Entry] = []
    for is_big_endian in (sys.byteorder == "big", sys.byteorder != "big"):
        entries = [entry for entry in (row.entry(is_big_endian) for row in parsed) if _is_prefix(entry.mask)]
        best = max(best, entries, key=len)
    if len(best) < len(parsed):
        problem = ParseError(file, 1, "masks that are prefixes in neither byte order")
        if not best:
            raise problem
        report(problem)
    return best


def _parse_route(row: str) -> Optional[_Row]:
    interface, _, columns = row.partition("\t")
    destination, gateway, flags, _, _, metric, mask = columns.split()[:_COLUMNS]
    if int(flags, 16) & (_RTF_UP | _RTF_REJECT) != _RTF_UP:
        return None
    # Metrics are printed as signed numbers, and are none: -1 is 4294967295.
    return _Row(interface, _word(destination), _word(mask), _word(gateway) if int(flags, 16) & _RTF_GATEWAY else None,
                int(metric) & _ALL_ONES)


def parse_local_addresses(text: str, file: str = TRIE_FILE, report: Report = ignore) -> list[int]:
    """This machine's own addresses, in the table's order. One that is not four octets is malformed."""
    problems: list[ParseError] = []
    addresses = _local_addresses(text, file, problems.append, 0)
    if problems and not addresses:
        raise problems[0]
    for problem in problems:
        report(problem)
    return addresses


def _local_addresses(text: str, file: str, report: Report, lines_before: int) -> list[int]:
    """As `parse_local_addresses`, of a piece of the table that stands behind so many lines."""
    addresses: dict[int, None] = {}
    at = text.find(_LOCAL)
    while at >= 0:
        leaf = text[text.rfind(_LEAF, 0, at) + len(_LEAF):at].partition("\n")[0]
        try:
            octets = bytes(map(int, leaf.split(".")))
        except ValueError:
            octets = b""
        if len(octets) == 4:
            addresses[int.from_bytes(octets, "big")] = None
        else:
            report(ParseError(file, lines_before + text.count("\n", 0, at) + 1, "no address above: %.60r" % leaf))
        at = text.find(_LOCAL, at + 1)
    return list(addresses)


def find(routes: list[Entry], local_addresses: list[int]) -> Optional[Route]:
    """The default route and the address of ours on it, or None when there is no such route or the tables do not tell.

    The address lies in a network that the route's interface is connected to, first in that of the gateway. Else it is
    the only one in no connected network at all, as on clouds and PPP, which give out /32 addresses. The trie does not
    name interfaces: where two are on one network, the lower address is taken.
    """
    default = _default(routes)
    if default is None:
        return None
    connected = [entry for entry in routes if entry.gateway is None and entry.mask]
    for network in _networks(default, routes):
        for address in local_addresses:
            if network.holds(address):
                return _route(default, address, network.mask)
    alone = [address for address in local_addresses
             if address >> 24 != 127 and not any(entry.holds(address) for entry in connected)]
    return _route(default, alone[0], _ALL_ONES) if len(alone) == 1 else None


class Sampler:
    """The route out, again and again. State: the one found last; a search that is not finished, with its open file.

    The first search is over when it has found the route; until then there is none.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: Optional[Route] = None
        self._search: Optional[Iterator[None]] = None
        self._took = 0.0
        self._due = 0.0

    def __call__(self, roots: Roots) -> Optional[Route]:
        """As `find`, of /proc/net/route and /proc/net/fib_trie. NoData without them."""
        began = self._clock()
        if self._search is None:
            if began < self._due:
                return self._found
            self._search, self._took = self._look(roots), 0.0
        search, self._search = self._search, None           # what fails begins anew
        for _ in search:
            if self._clock() - began >= STEP_SECONDS:
                self._search = search
                break
        self._took += self._clock() - began
        self._due = began + SEARCH_SHARE * self._took
        return self._found

    def _look(self, roots: Roots) -> Iterator[None]:
        """The search; each step reads a piece of a table."""
        kept: list[str] = []
        count = 0
        for piece in roots.net_pieces("route"):
            # Rows that say nothing of the way out become empty lines: those behind them keep their numbers.
            lines = [line if _NOWHERE in line else "" for line in piece.split("\n")]
            kept.append("\n".join(lines))
            count += len(lines) - lines.count("")
            if count > MOST_ROWS:
                break
            yield
        routes = parse_routes("".join(kept), report=roots.report)
        default = _default(routes)
        if default is None:
            self._found = None
            return
        first = next(iter(_networks(default, routes)), default)
        addresses: dict[int, None] = {}         # in order, each once, though Main and Local may both list it
        try:
            for found in _addresses(roots):
                addresses.update(dict.fromkeys(found))
                if len(addresses) > MOST_ROWS or first.mask and any(map(first.holds, found)):
                    break
                yield
        except (NoData, OSError) as problem:
            if isinstance(problem, OSError) and problem.errno in SHORTAGE:
                raise
            self._found = Route(default.interface, None, None, _dotted(default.gateway))
        else:
            self._found = find(routes, list(addresses))


def _addresses(roots: Roots) -> Iterator[list[int]]:
    """This machine's own addresses, those of each piece of the trie."""
    lines_before = 0
    text = ""
    for piece in roots.net_pieces("fib_trie"):
        text += piece
        cut = text.rfind(_LEAF)                 # what a leaf is may stand in the next piece
        if cut > 0:
            yield _local_addresses(text[:cut], TRIE_FILE, roots.report, lines_before)
            lines_before += text.count("\n", 0, cut)
            text = text[cut:]
    yield _local_addresses(text, TRIE_FILE, roots.report, lines_before)


def _default(routes: list[Entry]) -> Optional[Entry]:
    return min((entry for entry in routes if entry.mask == 0), key=lambda entry: entry.metric, default=None)


def _networks(default: Entry, routes: list[Entry]) -> list[Entry]:
    """Networks that the interface of the route is connected to, first that of its gateway."""
    networks = [entry for entry in routes if entry.gateway is None and entry.mask
                and entry.interface == default.interface]
    return sorted(networks, key=lambda entry: (entry.holds(default.gateway), entry.mask), reverse=True)


def _route(default: Entry, address: int, mask: int) -> Route:
    return Route(default.interface, _dotted(address), bin(mask).count("1"), _dotted(default.gateway))


def _word(digits: str) -> bytes:
    word = bytes.fromhex(digits)
    if len(word) != 4:
        raise ValueError(digits)
    return word


def _is_prefix(mask: int) -> bool:
    host_part = mask ^ _ALL_ONES
    return host_part & (host_part + 1) == 0


def _dotted(address: Optional[int]) -> Optional[str]:
    return None if address is None else ".".join(map(str, address.to_bytes(4, "big")))
