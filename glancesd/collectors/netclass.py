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

from functools import partial
from typing import NamedTuple, Optional

from ..patience import Call, Patience
from ..roots import NoData, Roots

DIRECTORY = "class/net"

# What changes by itself, and what changes when an administrator changes it.
_STATE = ("operstate", "carrier", "carrier_changes", "carrier_up_count", "carrier_down_count", "dormant", "flags",
          "mtu")
_SETTINGS = ("address", "broadcast", "ifalias", "addr_assign_type", "dev_id", "ifindex", "iflink", "link_mode",
             "name_assign_type", "netdev_group", "tx_queue_len", "type")
_LINK = ("speed", "duplex")
_IFF_UP = 1


class State(NamedTuple):
    """How one interface stands. None: the attribute is missing, or refused at the moment."""

    operstate: Optional[str]
    carrier: Optional[int]
    carrier_changes: Optional[int]           # 3.16
    carrier_up_count: Optional[int]          # 4.16
    carrier_down_count: Optional[int]        # 4.16
    dormant: Optional[int]
    flags: Optional[int]
    mtu_bytes: Optional[int]
    speed_mbit_per_second: Optional[int]     # -1: unknown
    duplex: Optional[str]                    # "full", "half", "unknown"

    @property
    def is_up(self) -> Optional[bool]:
        """What the administrator wants (IFF_UP), whatever the link does."""
        return None if self.flags is None else bool(self.flags & _IFF_UP)


class Setting(NamedTuple):
    """What one interface was made or set up with. None: the attribute is missing."""

    address: Optional[str]
    broadcast: Optional[str]
    ifalias: Optional[str]
    addr_assign_type: Optional[int]
    dev_id: Optional[int]
    ifindex: Optional[int]
    iflink: Optional[int]
    link_mode: Optional[int]
    name_assign_type: Optional[int]          # EINVAL where the kernel does not know
    netdev_group: Optional[int]
    tx_queue_packets: Optional[int]
    type: Optional[int]                      # ARPHRD_*


def parse_number(text: Optional[str]) -> Optional[int]:
    """A decimal or (0x) hexadecimal attribute; None without one, and for what is no number."""
    try:
        return int(text, 0) if text else None
    except ValueError:
        return None


class Sampler:
    """States by interface, again and again. State: what patience keeps of each interface's link."""

    def __init__(self) -> None:
        self._links = Patience()

    def __call__(self, roots: Roots) -> dict[str, State]:
        """Every interface, in the order of names. A link that does not answer in time has neither speed nor duplex."""
        calls: dict[str, Call] = {}
        states = {}
        for name in _interfaces(roots):
            directory = "%s/%s" % (DIRECTORY, name)
            texts = roots.attributes(directory, _STATE)
            if texts:                                        # a file among the folders has none
                states[name] = texts
                calls[name] = partial(roots.attributes, directory, _LINK)
        links = self._links.run(calls)
        found = {}
        for name, texts in states.items():
            link = {} if links[name].late else links[name].value or {}
            found[name] = State._make([texts.get("operstate"), *_numbers(texts, _STATE[1:]),
                                       parse_number(link.get("speed")), link.get("duplex")])
        return found


def sample_settings(roots: Roots) -> dict[str, Setting]:
    """Settings by interface, in the order of names. NoData without the directory."""
    found = {}
    for name in _interfaces(roots):
        texts = roots.attributes("%s/%s" % (DIRECTORY, name), _SETTINGS)
        if texts:
            found[name] = Setting(texts.get("address"), texts.get("broadcast"), texts.get("ifalias"),
                                  *_numbers(texts, _SETTINGS[3:]))
    return found


def _interfaces(roots: Roots) -> list[str]:
    names = sorted(roots.sys_names(DIRECTORY))
    if not names:
        raise NoData(DIRECTORY)
    return names


def _numbers(texts: dict[str, str], names: tuple[str, ...]) -> list[Optional[int]]:
    return [parse_number(texts.get(name)) for name in names]
