"""ip: IP addresses as numbers, by the C library: the module ipaddress costs 0.6 MB resident."""
from __future__ import annotations

import socket

from .typed import NamedTuple, Optional

_MAPPED = bytes(10) + b"\xff\xff"               # ::ffff:a.b.c.d


class Address(NamedTuple):
    """An address: `bits` is 32 of IPv4, 128 of IPv6."""

    bits: int
    number: int


class Network(NamedTuple):
    """The addresses that begin with the same bits as `first` does."""

    first: Address
    prefix_bits: int

    def has(self, address: Address) -> bool:
        free = self.first.bits - self.prefix_bits
        return address.bits == self.first.bits and (address.number ^ self.first.number) >> free == 0


def address(text: str) -> Optional[Address]:
    """An address, with or without a zone (`fe80::1%eth0`); None if it is none.

    One of IPv4 that arrived on a socket of IPv6 (::ffff:a.b.c.d) is that of IPv4.
    """
    text = text.partition("%")[0]
    try:
        packed = socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return None
    if packed.startswith(_MAPPED):
        packed = packed[len(_MAPPED):]
    return Address(8 * len(packed), int.from_bytes(packed, "big"))


def network(text: str) -> Network:
    """A network that is known to be one, as 10.0.0.0/8."""
    first, _, prefix = text.partition("/")
    found = address(first)
    assert found is not None
    written_bits = 128 if ":" in first else 32          # ::ffff:10.0.0.0/104 is 10.0.0.0/8, and /0 of it every IPv4
    return Network(found, max(int(prefix) - (written_bits - found.bits), 0))
