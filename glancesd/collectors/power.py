"""power: the charge of the batteries that this machine runs on, from /sys/class/power_supply.

    BAT0/type             Battery             others: Mains, UPS, USB
    BAT0/scope            System              Device: a mouse's, a pen's; often there is no such file
    BAT0/present          1                   0: an empty bay
    BAT0/status           Discharging
    BAT0/energy_now       37980000            µWh; other drivers: charge_now, charge_full in µAh, or capacity alone
    BAT0/energy_full      46890000
    BAT0/capacity         81                  percent, whole
"""
from __future__ import annotations

from functools import partial

from ..parsing import optional_number
from ..patience import Patience
from ..roots import Roots
from ..typed import NamedTuple, Optional, Sequence

_DIRECTORY = "class/power_supply"
# Percent. A little past the ends is a gauge that was not calibrated for long; far past it is one that is wrong.
_LEAST, _MOST = -20.0, 120.0


class Battery(NamedTuple):
    """One battery of the machine itself."""

    name: str                                          # "BAT0"
    percent: float                                     # 0…100
    status: str                                        # "Charging", "Discharging", "Full", …, "Unknown"
    full_microwatt_hours: Optional[int] = None         # what it holds when full; None when the driver does not tell


class Sampler:
    """The batteries, again and again. State: what patience keeps of each supply."""

    def __init__(self) -> None:
        self._supplies = Patience()

    def __call__(self, roots: Roots) -> list[Battery]:
        """By name; [] without any. One whose files vanish meanwhile (suspend, removal) is left out.

        One that does not answer in time is as it was: some drivers ask an embedded controller.
        """
        names = sorted(roots.sys_names(_DIRECTORY))
        outcomes = self._supplies.run({name: partial(_battery, roots, name) for name in names})
        return [outcomes[name].value for name in names if outcomes[name].value is not None]


def combined_percent(batteries: Sequence[Battery]) -> Optional[int]:
    """The charge of all together, cut to whole percent, weighted by what each holds if all tell; None without any."""
    if not batteries:
        return None
    weights: list[int] = [battery.full_microwatt_hours or 0 for battery in batteries]
    if 0 in weights:
        weights = [1] * len(batteries)
    return int(sum(battery.percent * weight for battery, weight in zip(batteries, weights)) / sum(weights))


def _battery(roots: Roots, name: str) -> Optional[Battery]:
    def text(attribute: str) -> Optional[str]:
        return roots.attribute("%s/%s/%s" % (_DIRECTORY, name, attribute))

    def number(attribute: str) -> Optional[int]:
        return optional_number(text(attribute))

    if text("type") != "Battery" or text("scope") == "Device" or number("present") == 0:
        return None
    energy_full, charge_full = number("energy_full"), number("charge_full")
    shares = (_share(number("energy_now"), energy_full), _share(number("charge_now"), charge_full), number("capacity"))
    told = [share for share in shares if share is not None]
    if not told:
        return None
    charge = next((share for share in told if _LEAST <= share <= _MOST), told[0])
    if charge not in shares[:1] and shares[0] is not None:      # what it holds is as wrong as what is in it
        energy_full = None
    elif energy_full is None and charge_full is not None:       # µAh × µV
        energy_full = charge_full * (number("voltage_min_design") or 0) // 1000000
    return Battery(name, max(0.0, min(100.0, charge)), text("status") or "Unknown",
                   energy_full if energy_full and energy_full > 0 else None)


def _share(now: Optional[int], full: Optional[int]) -> Optional[float]:
    return now * 100.0 / full if now is not None and full and full > 0 else None
