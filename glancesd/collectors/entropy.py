"""entropy: what the kernel's random number generator has at hand, from /proc/sys/kernel/random.

    entropy_avail    256      bits at hand
    poolsize         256      bits at most: 4096 until 5.17, 256 since 5.18
"""
from __future__ import annotations

from ..roots import ParseError, Roots
from ..typed import NamedTuple, Optional

AVAILABLE = "sys/kernel/random/entropy_avail"
POOL = "sys/kernel/random/poolsize"


class Entropy(NamedTuple):
    """Bits of entropy at hand, and the most that the pool holds (None: the kernel does not tell)."""

    available_bits: int
    pool_bits: Optional[int]


def parse(text: str, file: str = AVAILABLE) -> int:
    """The one number. ParseError on anything else."""
    try:
        return int(text)
    except ValueError:
        raise ParseError(file, 1, "not a number: %.60r" % text) from None


def sample(roots: Roots) -> Entropy:
    """Both files. NoData without the first."""
    available_bits = parse(roots.proc(AVAILABLE))
    pool = roots.proc(POOL, default="")
    return Entropy(available_bits, parse(pool, POOL) if pool else None)
