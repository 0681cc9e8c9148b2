"""thermal: temperatures and cooling of the kernel's thermal framework, from /sys/class/thermal.

    thermal_zone0/type              cpu-thermal
    thermal_zone0/temp              48312        thousandths of a degree Celsius; EAGAIN, ENODATA: the sensor is off
    cooling_device0/type            pwm-fan
    cooling_device0/cur_state       1            a step, from 0 (off)
    cooling_device0/max_state       4
"""
from __future__ import annotations

from functools import partial

from ..lazy import pattern
from ..parsing import optional_number
from ..patience import Patience
from ..roots import Roots
from ..typed import NamedTuple, Optional, Pattern

DIRECTORY = "class/thermal"

_ZONE = pattern(r"thermal_zone([0-9]+)")
_DEVICE = pattern(r"cooling_device([0-9]+)")


class Zone(NamedTuple):
    """One thermal zone; "" where a zone has no type."""

    number: int
    type: str
    millidegrees: int


class CoolingDevice(NamedTuple):
    """One fan, clock or other thing that cools: the step that it is at, and the highest."""

    number: int
    type: str
    current_state: int
    maximum_state: int


class Thermal(NamedTuple):
    """What answers at the moment, by number."""

    zones: list[Zone]
    devices: list[CoolingDevice]


class Sampler:
    """Zones and cooling devices, again and again. State: what patience keeps of each."""

    def __init__(self) -> None:
        self._patience = Patience()

    def __call__(self, roots: Roots) -> Thermal:
        """One that refuses, or does not answer in time, is left out. Empty on a kernel without."""
        names = roots.sys_names(DIRECTORY)
        zones, devices = _numbers(names, _ZONE), _numbers(names, _DEVICE)
        outcomes = self._patience.run({
            **{"zone %d" % number: partial(_zone, roots, number) for number in zones},
            **{"device %d" % number: partial(_device, roots, number) for number in devices}})
        answers = {name: outcome.value for name, outcome in outcomes.items()
                   if outcome.value is not None and not outcome.late}
        return Thermal([answers[name] for name in answers if name.startswith("zone")],
                       [answers[name] for name in answers if name.startswith("device")])


def _zone(roots: Roots, number: int) -> Optional[Zone]:
    texts = roots.attributes("%s/thermal_zone%d" % (DIRECTORY, number), ("type", "temp"))
    millidegrees = optional_number(texts.get("temp"))
    return None if millidegrees is None else Zone(number, texts.get("type", ""), millidegrees)


def _device(roots: Roots, number: int) -> Optional[CoolingDevice]:
    texts = roots.attributes("%s/cooling_device%d" % (DIRECTORY, number), ("type", "cur_state", "max_state"))
    current, maximum = optional_number(texts.get("cur_state")), optional_number(texts.get("max_state"))
    if current is None or maximum is None:
        return None
    return CoolingDevice(number, texts.get("type", ""), current, maximum)


def _numbers(names: list[str], pattern: Pattern[str]) -> list[int]:
    return sorted(int(match.group(1)) for match in map(pattern.fullmatch, names) if match)
