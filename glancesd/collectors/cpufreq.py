"""cpufreq: the frequency of each CPU, from /sys/devices/system/cpu/cpuN/cpufreq.

    cpu0/cpufreq/scaling_cur_freq                 1800000                       kHz, what the governor has set
    cpu0/cpufreq/scaling_min_freq, …max_freq      600000, 1800000               kHz, what it may set
    cpu0/cpufreq/cpuinfo_min_freq, …max_freq      600000, 1800000               kHz, what the hardware can do
    cpu0/cpufreq/scaling_governor                 schedutil
    cpu0/cpufreq/scaling_available_governors      performance schedutil
    offline                                       2-3,7                         of the CPUs

Some drivers measure or ask firmware: 20 to 50 ms a CPU. A CPU that is offline answers EBUSY, or with its last figure.
"""
from __future__ import annotations

from functools import partial

from ..lazy import pattern
from ..parsing import optional_number
from ..patience import Patience
from ..roots import Roots
from ..typed import NamedTuple, Optional
from .cpu import listed_cpus

DIRECTORY = "devices/system/cpu"
OFFLINE = DIRECTORY + "/offline"

_CPU = pattern(r"cpu([0-9]{1,9})")
_FREQUENCIES = ("scaling_cur_freq", "scaling_min_freq", "scaling_max_freq", "cpuinfo_min_freq", "cpuinfo_max_freq")
_GOVERNORS = ("scaling_governor", "scaling_available_governors")


class Frequency(NamedTuple):
    """Of one CPU, in kHz. None: the driver does not tell."""

    current_khz: Optional[int]
    scaling_minimum_khz: Optional[int]
    scaling_maximum_khz: Optional[int]
    hardware_minimum_khz: Optional[int]
    hardware_maximum_khz: Optional[int]
    governor: Optional[str]
    governors: tuple[str, ...]          # those that could be chosen


class Sampler:
    """Frequencies of the online CPUs, again and again. State: what patience keeps of each CPU."""

    def __init__(self) -> None:
        self._cpus = Patience()

    def __call__(self, roots: Roots) -> dict[int, Frequency]:
        """By CPU, ascending; {} without cpufreq (a virtual machine). One that does not answer in time is left out."""
        offline = listed_cpus(roots.attribute(OFFLINE), OFFLINE, roots.report) or frozenset()
        found = filter(None, map(_CPU.fullmatch, roots.sys_names(DIRECTORY)))
        cpus = sorted({int(match.group(1)) for match in found} - offline)
        outcomes = self._cpus.run({str(cpu): partial(_frequency, roots, cpu) for cpu in cpus})
        return {cpu: outcomes[str(cpu)].value for cpu in cpus
                if outcomes[str(cpu)].value is not None and not outcomes[str(cpu)].late}


def _frequency(roots: Roots, cpu: int) -> Optional[Frequency]:
    texts = roots.attributes("%s/cpu%d/cpufreq" % (DIRECTORY, cpu), _FREQUENCIES + _GOVERNORS)
    if not texts:
        return None
    numbers = [optional_number(texts.get(name)) for name in _FREQUENCIES]
    return Frequency._make([*numbers, texts.get(_GOVERNORS[0]), tuple(texts.get(_GOVERNORS[1], "").split())])
