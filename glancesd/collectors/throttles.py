"""throttles: which CPUs are online, and how often heat slowed each core down, from /sys/devices/system/cpu.

    cpu1/online                                        1        cpu0 often has no such file: it cannot be taken out
    cpu1/topology/physical_package_id                  0
    cpu1/topology/core_id                              3
    cpu1/thermal_throttle/core_throttle_count          12       x86 alone; since boot
    cpu1/thermal_throttle/package_throttle_count       40       the same for every CPU of the package
"""
from __future__ import annotations

import re
from typing import NamedTuple, Optional

from ..roots import Roots
from .sensors import parse_number

DIRECTORY = "devices/system/cpu"

_CPU = re.compile(r"cpu([0-9]{1,9})")


class Throttles(NamedTuple):
    """One CPU: whether it is online (None: cannot be taken out), where it sits, how often heat slowed it down."""

    online: Optional[bool]
    package: Optional[int]
    core: Optional[int]
    core_throttles: Optional[int]
    package_throttles: Optional[int]


def sample(roots: Roots) -> dict[int, Throttles]:
    """By CPU, ascending; {} where /sys does not list any."""
    numbers = sorted(int(match.group(1)) for match in map(_CPU.fullmatch, roots.sys_names(DIRECTORY)) if match)
    return {number: _throttles(roots, "%s/cpu%d" % (DIRECTORY, number)) for number in numbers}


def _throttles(roots: Roots, directory: str) -> Throttles:
    online = parse_number(roots.attribute(directory + "/online"))
    counts = roots.attributes(directory + "/thermal_throttle", ("core_throttle_count", "package_throttle_count"))
    place = roots.attributes(directory + "/topology", ("physical_package_id", "core_id")) if counts else {}
    return Throttles(None if online is None else bool(online), *(parse_number(texts.get(name)) for texts, name in (
        (place, "physical_package_id"), (place, "core_id"), (counts, "core_throttle_count"),
        (counts, "package_throttle_count"))))
