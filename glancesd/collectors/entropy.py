"""entropy: what the kernel's random number generator has at hand, from /proc/sys/kernel/random.

    entropy_avail    256      bits at hand
    poolsize         256      bits at most: 4096 until 5.17, 256 since 5.18
"""
from __future__ import annotations

from ..parsing import parse_number
from ..roots import Roots
from ..typed import NamedTuple, Optional

AVAILABLE = "sys/kernel/random/entropy_avail"
POOL = "sys/kernel/random/poolsize"


class Entropy(NamedTuple):
    """Bits of entropy at hand, and the most that the pool holds (None: the kernel does not tell)."""

    available_bits: int
    pool_bits: Optional[int]


def sample(roots: Roots) -> Entropy:
    """Both files. NoData without the first."""
    available_bits = parse_number(roots.proc(AVAILABLE), AVAILABLE)
    pool = roots.proc(POOL, default="")
    return Entropy(available_bits, parse_number(pool, POOL) if pool else None)
