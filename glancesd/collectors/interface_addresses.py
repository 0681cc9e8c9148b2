"""interface_addresses: which interfaces have an IP address, from /proc/net/if_inet6, and the kernel asked for IPv4.

    if_inet6   fe8000000000000000fc00fffe000001 04 40 20 80     eth0      (address, index, prefix, scope, flags, name)
    route      eth0\\t000200C0\\t00000000\\t0001\\t0\\t0\\t0\\t00FFFFFF\\t0\\t0\\t0   (the name comes first)

No file of /proc tells the IPv4 addresses of an interface. Of another host's tree its routes stand for them.
"""
from __future__ import annotations

import socket

from ..parsing import columns
from ..roots import SHORTAGE, NoData, Roots
from ..typed import Iterable, Optional

_INET6_COLUMNS = 6
_SIOCGIFADDR = 0x8915
_IFREQ_BYTES = 40
# The routes of loopback are in another table than /proc/net/route, and it has 127.0.0.1 once it is up.
_LOOPBACK = "lo"

try:
    from fcntl import ioctl
except ImportError:                    # some routers' Python comes without it
    ioctl = None                       # type: ignore[assignment]


def parse_inet6(text: str) -> set[str]:
    """Names of the interfaces in if_inet6. A row of another shape names none."""
    found = [columns(row) for row in text.split("\n")]
    return {words[-1] for words in found if len(words) == _INET6_COLUMNS}


def sample(roots: Roots, names: Iterable[str]) -> dict[str, Optional[bool]]:
    """Whether each interface has an IPv4 or an IPv6 address; None: not known. OSError when descriptors are short."""
    found = _with_inet6(roots)
    without: Optional[bool] = False
    try:
        if roots.live and ioctl is not None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
                found.update(name for name in names if _has_ipv4(asked, name))
        else:
            found.update(_with_routes(roots))
            found.add(_LOOPBACK)
    except NoData:
        without = None
    except OSError as problem:         # a unit that allows no socket of IPv4, a table that is refused
        if problem.errno in SHORTAGE:
            raise
        without = None
    return {name: True if name in found else without for name in names}


def _with_inet6(roots: Roots) -> set[str]:
    found: set[str] = set()
    try:
        for piece in roots.net_pieces("if_inet6"):
            found.update(parse_inet6(piece))
    except NoData:
        pass
    except OSError as problem:
        if problem.errno in SHORTAGE:
            raise
    return found


def _has_ipv4(asked: socket.socket, name: str) -> bool:
    request = name.encode("utf-8", "surrogateescape")
    try:
        return bool(ioctl(asked, _SIOCGIFADDR, request.ljust(_IFREQ_BYTES, b"\0")))
    except (OSError, ValueError):      # EADDRNOTAVAIL, or it is gone
        return False


def _with_routes(roots: Roots) -> set[str]:
    found: set[str] = set()
    for piece in roots.net_pieces("route"):
        found.update(line.partition("\t")[0].rstrip(" ") for line in piece.split("\n"))
    return found
