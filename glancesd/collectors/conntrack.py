"""conntrack: connections that the firewall keeps track of, from /proc/sys/net/netfilter (module nf_conntrack).

    nf_conntrack_count     1183
    nf_conntrack_max      65536     beyond it new connections are dropped: what a router is watched for
"""
from __future__ import annotations

from ..parsing import parse_number
from ..roots import Roots
from ..typed import NamedTuple, Optional

COUNT = "sys/net/netfilter/nf_conntrack_count"
MAXIMUM = "sys/net/netfilter/nf_conntrack_max"


class Tracked(NamedTuple):
    """Connections that are tracked now, and the most that can be."""

    entries: int
    maximum: int

    @property
    def used_percent(self) -> Optional[float]:
        """Of the most that can be tracked, not rounded, as Glances shows it; None where there is no limit (0)."""
        return self.entries * 100.0 / self.maximum if self.maximum > 0 else None


def sample(roots: Roots) -> Tracked:
    """Both files. NoData without the module."""
    return Tracked(parse_number(roots.proc(COUNT), COUNT), parse_number(roots.proc(MAXIMUM), MAXIMUM))
