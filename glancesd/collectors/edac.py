"""edac: memory errors that each memory controller saw, from /sys/devices/system/edac/mc.

    mc0/ce_count     3      corrected
    mc0/ue_count     0      not corrected
"""
from __future__ import annotations

from ..lazy import pattern
from ..parsing import optional_number
from ..roots import Roots
from ..typed import NamedTuple, Optional

DIRECTORY = "devices/system/edac/mc"

_CONTROLLER = pattern(r"mc([0-9]+)")


class Errors(NamedTuple):
    """Counts of one controller since its driver was loaded. None: it does not tell."""

    correctable: Optional[int]
    uncorrectable: Optional[int]


def sample(roots: Roots) -> dict[int, Errors]:
    """By controller, ascending; {} without one, or without ECC."""
    numbers = sorted(int(match.group(1)) for match in map(_CONTROLLER.fullmatch, roots.sys_names(DIRECTORY)) if match)
    found = {}
    for number in numbers:
        texts = roots.attributes("%s/mc%d" % (DIRECTORY, number), ("ce_count", "ue_count"))
        found[number] = Errors(optional_number(texts.get("ce_count")), optional_number(texts.get("ue_count")))
    return found
