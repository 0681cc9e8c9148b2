"""network: what each interface received and sent, from /proc/net/dev and /sys/class/net.

    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier …
      eth0: 9012591     220    0    0    0     0          0         0    12933     144    0    0    0     0       0
    bond0:1:      0       0    0    0    0     0          0         0        0       0    0    0    0     0       0

Counters are words of the kernel: those of a 32-bit one wrap. Some drivers show 0 for a moment, or leap.
"""
from __future__ import annotations

import time
from functools import partial

from ..delta import (
    LATE_SECONDS,
    LINK_BYTES_PER_SECOND,
    MOST_BYTES_PER_SECOND,
    Counter,
    follow,
    increase,
    rate,
)
from ..parsing import Report, RowsAgain, ignore, optional_number, rows
from ..patience import Outcome, Patience
from ..roots import Roots
from ..typed import Callable, Mapping, NamedTuple, Optional
from .memory import word_bits

FILE = "net/dev"

_HEADER_LINES = 2
_INTERFACE = "an interface and its counters"
_IFF_UP = 1
# What stands for "unknown" in `speed`: -1 as signed, and as unsigned number of 16 and 32 bits.
_UNKNOWN_SPEEDS = frozenset((-1, 0, 0xFFFF, 0xFFFFFFFF))
# Mbit/s. No link is faster than 10 Tbit/s: what says so (2^31 - 1) has no speed.
_MOST_SPEED = 10_000_000
# What tun and tap say unless told otherwise (drivers/net/tun.c), and nothing else that is no hardware.
_TUNNEL_SPEED = 10
# Asking for a speed takes the lock of all network settings, and some drivers ask their hardware. It is asked again when
# the flags or the count of carrier changes (since 3.15) differ, and after this: a bridge goes by its ports.
_SPEED_SECONDS = 60.0
_SPEED_SECONDS_WITHOUT_CARRIER_CHANGES = 2.0
_SPEED_SECONDS_WHERE_SLOW = 10.0


class Counters(NamedTuple):
    """The sixteen columns of /proc/net/dev, since the interface appeared."""

    receive_bytes: int
    receive_packets: int
    receive_errs: int
    receive_drop: int
    receive_fifo: int
    receive_frame: int
    receive_compressed: int
    receive_multicast: int
    transmit_bytes: int
    transmit_packets: int
    transmit_errs: int
    transmit_drop: int
    transmit_fifo: int
    transmit_colls: int
    transmit_carrier: int
    transmit_compressed: int


class Interface(NamedTuple):
    """One interface: what the kernel counts, the two counters of bytes as followed, and how its link stands."""

    counters: Counters                         # as shown: they wrap, and fall when the driver starts anew
    rx: Counter                                # bytes
    tx: Counter
    is_up: Optional[bool] = None               # administrative state (IFF_UP), not carrier
    speed_mbit_per_second: Optional[int] = None
    has_address: Optional[bool] = None         # None: nobody asked

    @property
    def rx_bytes(self) -> int:
        """Bytes received since it appeared, wraps made up for."""
        return self.rx.value

    @property
    def tx_bytes(self) -> int:
        """Bytes sent since it appeared, wraps made up for."""
        return self.tx.value


class Traffic(NamedTuple):
    """What happened to one interface in a window: bytes, and bytes per second."""

    interface: Interface
    elapsed_seconds: float
    rx_bytes: int
    tx_bytes: int
    rx_bytes_per_second: float
    tx_bytes_per_second: float


class _Link(NamedTuple):
    """What /sys says of an interface, and from when (monotonic seconds) its speed is to be asked for."""

    flags: Optional[str]
    carrier_changes: Optional[str]
    is_up: Optional[bool]
    speed_mbit_per_second: Optional[int]
    is_hardware: bool                          # others name a speed that does not bind them: 10000 of a veth
    is_tunnel: bool                            # tun or tap, which have no speed; not every recorded /sys tells
    due: float = 0.0


def parse(text: str, file: str = FILE, report: Report = ignore) -> dict[str, Counters]:
    """Counters of each interface by name, in the kernel's order. A row that is not `name: numbers` is malformed."""
    return dict(rows(text, _parse_row, _INTERFACE, file, report, _HEADER_LINES))


def sample_counters(roots: Roots) -> dict[str, Counters]:
    """/proc/net/dev alone. NoData without it."""
    return parse(roots.net("dev"), report=roots.report)


def _parse_row(row: str) -> tuple[str, Counters]:
    # The last colon ends the name: aliases hold one themselves, and 2.6 prints no space behind it.
    name, _, counters = row.rpartition(":")
    name = name.strip(" ")
    numbers = list(map(int, counters.split()[:len(Counters._fields)]))
    if not name or "/" in name or "\0" in name or len(numbers) < len(Counters._fields) or min(numbers) < 0:
        raise ValueError(row)
    return name, Counters._make(numbers)


class Sampler:
    """Interfaces, again and again. State for each of the latest: its row, its link, its counters as followed.

    The read of a speed that does not return holds a thread, and the sample goes on with the speed known before.
    `addresses`: whether to look which of them have an IP address; may be set at any time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, addresses: bool = False) -> None:
        self._clock = clock
        self.addresses = addresses
        self._patience = Patience()
        self._rows = RowsAgain(_parse_row)
        self._links: dict[str, _Link] = {}
        self._latest: dict[str, Interface] = {}
        self._at = 0.0
        self._word_bits = 0

    def __call__(self, roots: Roots) -> dict[str, Interface]:
        """/proc/net/dev, and of /sys/class/net what each interface of it says of its link."""
        counted = dict(self._rows(roots.net("dev"), _INTERFACE, FILE, roots.report, _HEADER_LINES))
        now = self._clock()
        self._look(roots, list(counted), now)
        elapsed, self._at = now - self._at, now
        self._latest = {name: self._interface(roots, name, counters, elapsed) for name, counters in counted.items()}
        if self.addresses:
            from .interface_addresses import sample  # for the few that ask: see `sources.Later`
            for name, has_address in sample(roots, counted).items():
                self._latest[name] = self._latest[name]._replace(has_address=has_address)
        return self._latest

    def _interface(self, roots: Roots, name: str, counters: Counters, elapsed: float) -> Interface:
        link = self._links[name]
        before = self._latest.get(name)
        if before is None:
            rx, tx = Counter(counters.receive_bytes), Counter(counters.transmit_bytes)
        else:
            rx, tx = before.rx, before.tx
            if counters is not before.counters:
                speed = (link.speed_mbit_per_second or 0) * 1e6 / 8
                most = (2 * speed if speed and link.is_hardware else MOST_BYTES_PER_SECOND) * (elapsed + LATE_SECONDS)
                most_at_wrap = 0.0
                if counters.receive_bytes < rx.raw or counters.transmit_bytes < tx.raw:
                    most_at_wrap = self._most_at_wrap(roots, speed, elapsed)
                rx = follow(rx, counters.receive_bytes, most, most_at_wrap)
                tx = follow(tx, counters.transmit_bytes, most, most_at_wrap)
        return Interface(counters, rx, tx, link.is_up, link.speed_mbit_per_second)

    def _most_at_wrap(self, roots: Roots, speed: float, elapsed: float) -> float:
        if not self._word_bits:
            self._word_bits = word_bits(roots)
        return (speed or LINK_BYTES_PER_SECOND) * elapsed if self._word_bits == 32 else 0.0

    def _look(self, roots: Roots, names: list[str], now: float) -> None:
        """Bring the links up to date: flags each time, the speeds when one of them may have changed."""
        links = {name: self._link(roots, name) for name in names}
        if any(now >= link.due for link in links.values()):
            asked = {name: partial(roots.attribute, "class/net/%s/speed" % name)
                     for name, link in links.items() if link.is_up is not False and not link.is_tunnel}
            outcomes = self._patience.run(asked)
            for name, link in links.items():
                links[name] = _asked(link, outcomes.get(name, Outcome()), now)
        self._links = links

    def _link(self, roots: Roots, name: str) -> _Link:
        """The link as known; due at once when it is new, or its flags or its carrier changed."""
        folder = "class/net/%s/" % name
        flags, changes = roots.attribute(folder + "flags"), roots.attribute(folder + "carrier_changes")
        link = self._links.get(name)
        if link is not None and link.flags == flags and link.carrier_changes == changes:
            return link
        return _Link(flags, changes, _is_up(flags), link.speed_mbit_per_second if link is not None else None,
                     roots.sys_target(folder + "device") is not None, roots.attribute(folder + "tun_flags") is not None)


def derive(now: Mapping[str, Interface], before: Optional[Mapping[str, Interface]],
           elapsed: float) -> dict[str, Traffic]:
    """Traffic of each interface between two samples; one that is new has an increase of 0, not its lifetime."""
    traffic = {}
    for name, interface in now.items():
        previous = before.get(name, interface) if before else interface
        rx = increase(interface.rx.grown, previous.rx.grown)
        tx = increase(interface.tx.grown, previous.tx.grown)
        traffic[name] = Traffic(interface, elapsed, rx, tx, rate(rx, elapsed), rate(tx, elapsed))
    return traffic


def _asked(link: _Link, outcome: Outcome, now: float) -> _Link:
    """The link with the speed that was told: where the driver was late, the one it told before."""
    speed = _speed(outcome.value)
    if speed == _TUNNEL_SPEED and not link.is_hardware:
        speed = None
    if outcome.late:
        speed, seconds = speed or link.speed_mbit_per_second, _SPEED_SECONDS_WHERE_SLOW
    else:
        told = link.carrier_changes is not None or link.flags is None       # /sys does not have an alias (eth0:1)
        seconds = _SPEED_SECONDS if told else _SPEED_SECONDS_WITHOUT_CARRIER_CHANGES
    return link._replace(speed_mbit_per_second=speed, due=now + seconds)


def _is_up(flags: Optional[str]) -> Optional[bool]:
    try:
        return bool(int(flags, 16) & _IFF_UP) if flags else None
    except ValueError:
        return None


def _speed(text: Optional[str]) -> Optional[int]:
    """Mbit/s; None where it is unknown, and for a link that is down, whose file answers EINVAL."""
    speed = optional_number(text)
    return None if speed is None or speed in _UNKNOWN_SPEEDS or not 0 < speed <= _MOST_SPEED else speed
