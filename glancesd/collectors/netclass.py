"""netclass: what the kernel says of each network interface beside its counters, from /sys/class/net.

    eth0/operstate         up                  others: down, unknown (lo, tun), dormant, lowerlayerdown, … (RFC 2863)
    eth0/carrier           1                   EINVAL while the interface is down
    eth0/flags             0x1003              bits of <linux/if.h>
    eth0/speed             1000                Mbit/s; -1: unknown; EINVAL: a kind of interface that has none
    eth0/address           02:00:5e:10:00:01
    bonding_masters                            a file among the folders

Some drivers ask their hardware for speed and duplex, which may take seconds.
"""
from __future__ import annotations

import time
from functools import partial

from ..parsing import optional_number
from ..patience import Patience
from ..roots import NoData, Roots
from ..typed import Callable, NamedTuple, Optional

DIRECTORY = "class/net"
# What is set up once, or follows the link, is asked for again when the link changes, and after this time.
SETTINGS_SECONDS = 10.0

_LINK = ("carrier", "carrier_changes", "flags", "operstate")
_COUNTS = ("mtu", "statistics/rx_nohandler")
_SETTINGS = ("address", "broadcast", "ifalias", "addr_assign_type", "carrier_up_count", "carrier_down_count", "dev_id",
             "dormant", "ifindex", "iflink", "link_mode", "name_assign_type", "netdev_group", "tx_queue_len", "type")
_TEXTS = frozenset(("address", "broadcast", "duplex", "ifalias", "operstate"))
_SLOW = ("speed", "duplex")
_IFF_UP = 1


class State(NamedTuple):
    """How one interface stands. None: the attribute is missing, or refused at the moment."""

    carrier: Optional[int]
    carrier_changes: Optional[int]           # 3.16
    flags: Optional[int]
    operstate: Optional[str]
    mtu_bytes: Optional[int]
    rx_nohandler: Optional[int]              # 4.6; packets
    address: Optional[str]
    broadcast: Optional[str]
    ifalias: Optional[str]
    addr_assign_type: Optional[int]
    carrier_up_count: Optional[int]          # 4.16
    carrier_down_count: Optional[int]        # 4.16
    dev_id: Optional[int]
    dormant: Optional[int]
    ifindex: Optional[int]
    iflink: Optional[int]
    link_mode: Optional[int]
    name_assign_type: Optional[int]          # EINVAL where the kernel does not know
    netdev_group: Optional[int]
    tx_queue_packets: Optional[int]
    type: Optional[int]                      # ARPHRD_*
    speed_mbit_per_second: Optional[int]     # -1: unknown
    duplex: Optional[str]                    # "full", "half", "unknown"

    @property
    def is_up(self) -> Optional[bool]:
        """What the administrator wants (IFF_UP), whatever the link does."""
        return None if self.flags is None else bool(self.flags & _IFF_UP)


class _Kept(NamedTuple):
    """What is kept of one interface: how its link stood, until when that is good, and what it told."""

    link: tuple[Optional[str], ...]
    until: float                             # monotonic seconds
    values: list[object]                     # of _SETTINGS and _SLOW


class Sampler:
    """States by interface, again and again. State: of each interface what changes seldom, and what patience keeps."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._patience = Patience()
        self._kept: dict[str, _Kept] = {}

    def __call__(self, roots: Roots) -> dict[str, State]:
        """In the order of names. An interface that does not answer in time has neither speed nor duplex.

        NoData without the directory.
        """
        names = sorted(roots.sys_names(DIRECTORY))
        if not names and roots.sys_target(DIRECTORY) is None:
            raise NoData(DIRECTORY)
        found = {}
        for name in names:
            texts = roots.attributes("%s/%s" % (DIRECTORY, name), _LINK + _COUNTS)
            if texts:                                        # a file among the folders has none
                found[name] = texts
        self._keep(roots, found)
        return {name: State._make([*_values(texts, _LINK + _COUNTS), *self._kept[name].values])
                for name, texts in found.items()}

    def _keep(self, roots: Roots, found: dict[str, dict[str, str]]) -> None:
        """Ask again what is no longer good."""
        now = self._clock()
        links = {name: tuple(map(texts.get, _LINK)) for name, texts in found.items()}
        kept = {name: entry for name, entry in self._kept.items()
                if links.get(name) == entry.link and now < entry.until}
        asked = [name for name in found if name not in kept]
        outcomes = self._patience.run({
            name: partial(roots.attributes, "%s/%s" % (DIRECTORY, name), _SLOW) for name in asked}) if asked else {}
        for name, outcome in outcomes.items():
            texts = roots.attributes("%s/%s" % (DIRECTORY, name), _SETTINGS)
            if not outcome.late and outcome.value is not None:
                texts.update(outcome.value)
            kept[name] = _Kept(links[name], now + SETTINGS_SECONDS, _values(texts, _SETTINGS + _SLOW))
        self._kept = kept


def _values(texts: dict[str, str], names: tuple[str, ...]) -> list[object]:
    return [texts.get(name) if name in _TEXTS else optional_number(texts.get(name), base=0) for name in names]
