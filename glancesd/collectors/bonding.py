"""bonding: which interfaces are bonded and which of them have a link, from /sys/class/net.

    bonding_masters                                       bond0 bond1
    bond0/bonding/slaves                                  eth0 eth1
    bond0/lower_eth0/bonding_slave/mii_status             up        (slave_eth0 before 3.13)
"""
from __future__ import annotations

from ..roots import NoData, Roots
from ..typed import NamedTuple

DIRECTORY = "class/net"
MASTERS = DIRECTORY + "/bonding_masters"


class Bond(NamedTuple):
    """The interfaces of one bond, and those of them that have a link."""

    slaves: tuple[str, ...]
    active: tuple[str, ...]


def sample(roots: Roots) -> dict[str, Bond]:
    """Bonds by name. NoData without the module."""
    masters = roots.attribute(MASTERS)
    if masters is None:
        raise NoData(MASTERS)
    return {master: _bond(roots, master) for master in masters.split()}


def _bond(roots: Roots, master: str) -> Bond:
    slaves = tuple((roots.attribute("%s/%s/bonding/slaves" % (DIRECTORY, master)) or "").split())
    return Bond(slaves, tuple(slave for slave in slaves if _has_link(roots, master, slave)))


def _has_link(roots: Roots, master: str, slave: str) -> bool:
    return "up" in [roots.attribute("%s/%s/%s_%s/bonding_slave/mii_status" % (DIRECTORY, master, kind, slave))
                    for kind in ("lower", "slave")]
