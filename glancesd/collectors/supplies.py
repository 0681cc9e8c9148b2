"""supplies: every power supply as its driver shows it, from /sys/class/power_supply.

    AC/online                     1
    BAT0/capacity                 81             percent
    BAT0/energy_now               37980000       µWh; other drivers: charge_now, charge_full in µAh
    BAT0/power_now                9120000        µW
    BAT0/voltage_now              12110000       µV
    BAT0/status                   Discharging

A battery's controller may take long to answer, and its files vanish on suspend (ENODEV).
"""
from __future__ import annotations

from functools import partial

from ..parsing import optional_number
from ..patience import Patience
from ..roots import NoData, Roots
from ..typed import NamedTuple

DIRECTORY = "class/power_supply"

# What is read of each supply, by the kernel's names: micro-units, percent and counts, and words.
NUMBERS = ("online", "present", "capacity", "cycle_count", "energy_now", "energy_full", "power_now", "charge_now",
           "charge_full", "current_now", "voltage_now", "voltage_min_design")
TEXTS = ("status", "technology", "type", "manufacturer", "model_name", "capacity_level", "scope")


class Supply(NamedTuple):
    """One supply: the numbers and words that its driver tells, by the kernel's names."""

    numbers: dict[str, int]
    texts: dict[str, str]


class Sampler:
    """Every supply, again and again. State: what patience keeps of each."""

    def __init__(self) -> None:
        self._supplies = Patience()

    def __call__(self, roots: Roots) -> dict[str, Supply]:
        """By name, in the order of names; one that does not answer in time is left out. NoData without the class."""
        names = sorted(roots.sys_names(DIRECTORY))
        if not names and not roots.sys_target(DIRECTORY):
            raise NoData(DIRECTORY)
        outcomes = self._supplies.run({name: partial(_supply, roots, name) for name in names})
        return {name: outcome.value for name, outcome in outcomes.items()
                if outcome.value is not None and not outcome.late}


def _supply(roots: Roots, name: str) -> Supply:
    texts = roots.attributes("%s/%s" % (DIRECTORY, name), NUMBERS + TEXTS)
    numbers = {key: optional_number(texts.get(key)) for key in NUMBERS}
    return Supply({key: number for key, number in numbers.items() if number is not None},
                  {key: texts[key] for key in TEXTS if texts.get(key)})
