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
"""
from __future__ import annotations

import sys
from typing import NamedTuple, Optional

from ..roots import ParseError, Roots

ROUTE_FILE, TRIE_FILE = "net/route", "net/fib_trie"
# The tables of the namespace that pid 1 lives in: behind a /host/proc, "net" would be the daemon's own.
HOST_ROUTE_FILE, HOST_TRIE_FILE = "1/net/route", "1/net/fib_trie"

_COLUMNS = 8
_RTF_UP, _RTF_GATEWAY, _RTF_REJECT = 0x1, 0x2, 0x200
_ALL_ONES = 0xFFFFFFFF
_LEAF = "|-- "
_LOCAL = "/32 host LOCAL"


class Route(NamedTuple):
    """The default route of lowest metric, and this machine's address on it."""

    interface: str
    address: str
    prefix_length: int
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


def parse_routes(text: str, file: str = ROUTE_FILE) -> list[Entry]:
    """Routes that are up and reject nothing, in the kernel's order. ParseError on a row that is not a route.

    The byte order is the one in which every mask is a prefix, for the table may be another machine's.
    """
    rows = []
    for number, row in enumerate(text.splitlines()[1:], 2):
        columns = row.split()
        try:
            interface, destination, gateway, flags, _, _, metric, mask = columns[:_COLUMNS]
            if int(flags, 16) & (_RTF_UP | _RTF_REJECT) == _RTF_UP:
                rows.append((interface, _word(destination), _word(mask),
                             _word(gateway) if int(flags, 16) & _RTF_GATEWAY else None, int(metric)))
        except ValueError:
            raise ParseError(file, number, "not a route: %.60r" % row) from None
    for order in (sys.byteorder, "big", "little"):
        entries = [Entry(interface, int.from_bytes(destination, order), int.from_bytes(mask, order),
                         None if gateway is None else int.from_bytes(gateway, order), metric)
                   for interface, destination, mask, gateway, metric in rows]
        if all(_is_prefix(entry.mask) for entry in entries):
            return entries
    raise ParseError(file, 1, "masks that are prefixes in neither byte order")


def parse_local_addresses(text: str, file: str = TRIE_FILE) -> list[int]:
    """This machine's own addresses, ascending within a table. ParseError on one that is not four octets."""
    addresses: dict[int, None] = {}
    leaf = ""
    for number, row in enumerate(text.splitlines(), 1):
        row = row.strip()
        if row.startswith(_LEAF):
            leaf = row[len(_LEAF):]
        elif row.startswith(_LOCAL):
            try:
                octets = bytes(map(int, leaf.split(".")))
            except ValueError:
                octets = b""
            if len(octets) != 4:
                raise ParseError(file, number, "no address above: %.60r" % leaf)
            addresses[int.from_bytes(octets, "big")] = None
    return list(addresses)


def find(routes: list[Entry], local_addresses: list[int]) -> Optional[Route]:
    """The default route and the address of ours on it, or None when there is no such route or the tables do not tell.

    The address lies in a network that the route's interface is connected to, first in that of the gateway. Else it is
    the only one in no connected network at all, as on clouds and PPP, which give out /32 addresses. The trie does not
    name interfaces: where two are on one network, the lower address is taken.
    """
    defaults = [entry for entry in routes if entry.mask == 0]
    if not defaults:
        return None
    default = min(defaults, key=lambda entry: entry.metric)
    connected = [entry for entry in routes if entry.gateway is None and entry.mask]
    networks = [entry for entry in connected if entry.interface == default.interface]
    for network in sorted(networks, key=lambda entry: (entry.holds(default.gateway), entry.mask), reverse=True):
        for address in local_addresses:
            if network.holds(address):
                return _route(default, address, network.mask)
    alone = [address for address in local_addresses
             if address >> 24 != 127 and not any(entry.holds(address) for entry in connected)]
    return _route(default, alone[0], _ALL_ONES) if len(alone) == 1 else None


def sample(roots: Roots) -> Optional[Route]:
    """As `find`, of /proc/net/route and /proc/net/fib_trie. NoData without them."""
    if roots.live:
        routes, trie = roots.proc(ROUTE_FILE), roots.proc(TRIE_FILE)
    else:
        routes, trie = roots.proc(HOST_ROUTE_FILE, ROUTE_FILE), roots.proc(HOST_TRIE_FILE, TRIE_FILE)
    return find(parse_routes(routes), parse_local_addresses(trie))


def _route(default: Entry, address: int, mask: int) -> Route:
    return Route(default.interface, _dotted(address), bin(mask).count("1"),
                 None if default.gateway is None else _dotted(default.gateway))


def _word(digits: str) -> bytes:
    word = bytes.fromhex(digits)
    if len(word) != 4:
        raise ValueError(digits)
    return word


def _is_prefix(mask: int) -> bool:
    host_part = mask ^ _ALL_ONES
    return host_part & (host_part + 1) == 0


def _dotted(address: int) -> str:
    return ".".join(map(str, address.to_bytes(4, "big")))
