"""network: bytes that each interface received and sent, from /proc/net/dev and /sys/class/net.

    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier …
      eth0: 9012591     220    0    0    0     0          0         0    12933     144    0    0    0     0       0
    bond0:1:      0       0    0    0    0     0          0         0        0       0    0    0    0     0       0
"""
from __future__ import annotations

from typing import Mapping, NamedTuple, Optional

from ..delta import LINK_BYTES_PER_SECOND, rate, wrapping_increase
from ..roots import ParseError, Roots

FILE = "net/dev"
# The table of the namespace that pid 1 lives in: behind a /host/proc, "net" would be the daemon's own.
HOST_FILE = "1/net/dev"

_HEADER_LINES = 2
_RX_BYTES, _TX_BYTES, _COLUMNS = 0, 8, 9
_IFF_UP = 1


class Interface(NamedTuple):
    """What the kernel counts for one interface since it appeared, and how its link stands."""

    rx_bytes: int
    tx_bytes: int
    is_up: Optional[bool] = None               # administrative state (IFF_UP), not carrier
    speed_mbit_per_second: Optional[int] = None


class Traffic(NamedTuple):
    """What happened to one interface in a window: bytes, and bytes per second."""

    interface: Interface
    elapsed_seconds: float
    rx_bytes: int
    tx_bytes: int
    rx_bytes_per_second: float
    tx_bytes_per_second: float


def parse(text: str, file: str = FILE) -> dict[str, Interface]:
    """Interfaces by name, in the kernel's order. ParseError on a row that is not `name: numbers`."""
    interfaces = {}
    for number, row in enumerate(text.splitlines()[_HEADER_LINES:], _HEADER_LINES + 1):
        # The last colon ends the name: aliases hold one themselves, and 2.6 prints no space behind it.
        name, colon, counters = row.rpartition(":")
        columns = counters.split()
        if not colon or not name.strip() or len(columns) < _COLUMNS:
            raise ParseError(file, number, "not an interface and its counters: %.60r" % row)
        try:
            interfaces[name.strip()] = Interface(int(columns[_RX_BYTES]), int(columns[_TX_BYTES]))
        except ValueError:
            raise ParseError(file, number, "a counter is not a number: %.60r" % row) from None
    return interfaces


def sample(roots: Roots) -> dict[str, Interface]:
    """/proc/net/dev, and `flags` and `speed` of /sys/class/net for each interface of it."""
    counted = parse(roots.proc(FILE) if roots.live else roots.proc(HOST_FILE, FILE))
    return {name: Interface(interface.rx_bytes, interface.tx_bytes, _is_up(roots, name), _speed(roots, name))
            for name, interface in counted.items()}


def derive(now: Mapping[str, Interface], before: Optional[Mapping[str, Interface]],
           elapsed: float) -> dict[str, Traffic]:
    """Traffic of each interface between two samples; one that is new has an increase of 0, not its lifetime."""
    traffic = {}
    for name, interface in now.items():
        previous = before.get(name) if before else None
        rx = tx = 0
        if previous is not None:
            speed = interface.speed_mbit_per_second
            ceiling = speed * 1e6 / 8 if speed else LINK_BYTES_PER_SECOND
            rx = wrapping_increase(interface.rx_bytes, previous.rx_bytes, elapsed, ceiling)
            tx = wrapping_increase(interface.tx_bytes, previous.tx_bytes, elapsed, ceiling)
        traffic[name] = Traffic(interface, elapsed, rx, tx, rate(rx, elapsed), rate(tx, elapsed))
    return traffic


def _is_up(roots: Roots, name: str) -> Optional[bool]:
    flags = roots.attribute("class/net/%s/flags" % name)
    try:
        return bool(int(flags, 16) & _IFF_UP) if flags else None
    except ValueError:
        return None


def _speed(roots: Roots, name: str) -> Optional[int]:
    """Mbit/s; None for −1 (unknown) and for a link that is down, whose file answers EINVAL."""
    speed = roots.attribute("class/net/%s/speed" % name)
    try:
        return int(speed) if speed and int(speed) > 0 else None
    except ValueError:
        return None
