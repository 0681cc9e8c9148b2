"""cpumodel: the name and the clock of the machine's CPUs, from /proc/cpuinfo.

    model name      : AMD Ryzen 5 5600G with Radeon Graphics      x86, newer ARM;  s390: processor 0: version = FF, …
    cpu MHz         : 3892.717                                    x86, now; PowerPC says `clock : 2500.000000MHz`
    Model           : Raspberry Pi 4 Model B Rev 1.4              ARM, of the whole board, behind the CPUs
    cpu model       : MIPS 24KEc V5.5                             MIPS
    cpu             : POWER9, altivec supported                   PowerPC
    CPU implementer : 0x41                                        ARM without a name: maker and part as numbers
    CPU part        : 0xd08
"""
from __future__ import annotations

from ..lazy import pattern
from ..roots import Roots
from ..typed import Mapping, NamedTuple, Optional, Sequence
from .cpufreq import Frequency

FILE = "cpuinfo"

# The words of the kernels for a CPU's name, the most telling first.
_NAMES = ("model name", "cpu model", "Model Name", "Model", "cpu", "Hardware", "machine", "system type")
_MHZ = pattern(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)\s*(?:MHz)?\Z")
_ARM_MAKERS = {"0x41": "ARM", "0x42": "Broadcom", "0x48": "HiSilicon", "0x4e": "NVIDIA", "0x51": "Qualcomm",
               "0x53": "Samsung", "0x61": "Apple", "0xc0": "Ampere"}


class Model(NamedTuple):
    """Name and clock. None: the kernel does not tell."""

    name: Optional[str]
    clock_hertz: Optional[float]           # mean of the CPUs, at this moment
    most_hertz: Optional[float] = None     # mean of the most that they may be set to


def parse(text: str) -> Model:
    """The model of a /proc/cpuinfo of any machine; nothing in it is an error."""
    fields: dict[str, str] = {}
    clocks = []
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if colon and value:
            fields.setdefault(name, value)
            clock = _MHZ.match(value) if name in ("cpu MHz", "clock") else None
            if clock:
                clocks.append(float(clock.group(1)) * 1e6)
    known = next((fields[name] for name in _NAMES if name in fields), None)
    return Model(known or _arm(fields), sum(clocks) / len(clocks) if clocks else None)


def sample(roots: Roots, frequencies: Optional[Mapping[int, Frequency]]) -> Model:
    """/proc/cpuinfo, and what cpufreq tells; nothing is known where both are missing or refused."""
    told = list((frequencies or {}).values())
    model = parse(roots.proc(FILE, default=""))
    clock = model.clock_hertz or _mean([entry.current_khz for entry in told])
    return Model(model.name, clock, _mean([entry.scaling_maximum_khz for entry in told]))


def _mean(khz: Sequence[Optional[int]]) -> Optional[float]:
    known = [frequency for frequency in khz if frequency]
    return sum(known) * 1000.0 / len(known) if known else None


def _arm(fields: dict[str, str]) -> Optional[str]:
    maker, part = fields.get("CPU implementer"), fields.get("CPU part")
    return "%s CPU part %s" % (_ARM_MAKERS.get(maker, maker), part) if maker and part else None
