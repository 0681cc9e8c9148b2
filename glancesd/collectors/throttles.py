"""throttles: which CPUs are online, and how often heat slowed each core down, from /sys/devices/system/cpu.

    online                                             0-3,6    of the CPUs
    cpu1/online                                        1        cpu0 often has no such file: it cannot be taken out
    cpu1/topology/physical_package_id                  0
    cpu1/topology/core_id                              3
    cpu1/thermal_throttle/core_throttle_count          12       x86 alone; since boot
    cpu1/thermal_throttle/package_throttle_count       40       the same for every CPU of the package
"""
from __future__ import annotations

from ..lazy import pattern
from ..parsing import optional_number
from ..roots import Roots
from ..typed import NamedTuple, Optional
from .cpu import listed_cpus

DIRECTORY = "devices/system/cpu"
ONLINE = DIRECTORY + "/online"

_CPU = pattern(r"cpu([0-9]{1,9})")


class Throttles(NamedTuple):
    """One CPU: whether it is online, where it sits, how often heat slowed it down."""

    online: Optional[bool]              # None: it cannot be taken out, or /sys does not tell
    package: Optional[int]
    core: Optional[int]
    core_throttles: Optional[int]
    package_throttles: Optional[int]


class _Cpu(NamedTuple):
    """What does not change of one CPU."""

    has_online: bool
    throttles: str                      # the directory of its counts; "" without one
    package: Optional[int]
    core: Optional[int]


class Sampler:
    """CPUs, again and again. State: which there are and where they sit, looked at again when others are online."""

    def __init__(self) -> None:
        self._online: Optional[str] = None
        self._cpus: dict[int, _Cpu] = {}

    def __call__(self, roots: Roots) -> dict[int, Throttles]:
        """By CPU, ascending; {} where /sys does not list any."""
        online = roots.attribute(ONLINE)
        if online is None or online != self._online:
            numbers = sorted(int(match.group(1)) for match in map(_CPU.fullmatch, roots.sys_names(DIRECTORY)) if match)
            self._cpus = {number: _look(roots, "%s/cpu%d" % (DIRECTORY, number)) for number in numbers}
            self._online = online
        running = listed_cpus(online, ONLINE, roots.report)
        return {number: Throttles(None if running is None or not cpu.has_online else number in running, cpu.package,
                                  cpu.core, *_counts(roots, cpu.throttles)) for number, cpu in self._cpus.items()}


def _look(roots: Roots, directory: str) -> _Cpu:
    has_counts = bool(roots.sys_names(directory + "/thermal_throttle"))
    place = roots.attributes(directory + "/topology", ("physical_package_id", "core_id")) if has_counts else {}
    return _Cpu(roots.attribute(directory + "/online") is not None,
                directory + "/thermal_throttle" if has_counts else "",
                optional_number(place.get("physical_package_id")), optional_number(place.get("core_id")))


def _counts(roots: Roots, directory: str) -> tuple[Optional[int], Optional[int]]:
    if not directory:
        return None, None
    texts = roots.attributes(directory, ("core_throttle_count", "package_throttle_count"))
    return optional_number(texts.get("core_throttle_count")), optional_number(texts.get("package_throttle_count"))
