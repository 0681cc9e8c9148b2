"""npu: neural processors and how busy they are, from /sys/class/accel.

    class/accel/accel0/device/
        driver → …/drivers/intel_vpu           also amdxdna, rocket, …
        npu_busy_time_us 5000000               intel_vpu: microseconds that it worked since it was there
        npu_current_frequency_mhz 950          0 while it is asleep
        npu_max_frequency_mhz 1400
        npu_memory_utilization 8388608         bytes of the machine's memory
        vbnv RyzenAI-npu5                      amdxdna: its name
        hwmon/hwmon4/temp1_input 45000         power1_input 2500000 (µW)

The files of intel_vpu do not wake it. A tree without links (a recorded one) is intel_vpu's where it has
npu_busy_time_us.
"""
from __future__ import annotations

from ..delta import rate
from ..parsing import optional_number
from ..roots import Roots
from ..typed import NamedTuple, Optional
from .sensors import parse_celsius

DIRECTORY = "class/accel"
PROCESSORS_MOST = 16

_KINDS = {"intel_vpu": ("intel", "Intel NPU"), "amdxdna": ("amd", "AMD NPU"), "rocket": ("rockchip", "Rockchip NPU")}
_BUSY = "npu_busy_time_us"


class Processor(NamedTuple):
    """A neural processor as the kernel shows it now. None: its driver does not tell."""

    id: str                              # "intel0": its kind, and its number among those of that kind
    name: str
    busy_microseconds: Optional[int]     # a counter
    hertz: Optional[int]
    most_hertz: Optional[int]
    memory_bytes: Optional[int]
    temperature_celsius: Optional[float]
    watts: Optional[float]
    busy_percent: Optional[int] = None   # of the window between two samples

    @property
    def clock_percent(self) -> Optional[int]:
        """Of the most that it can be clocked at."""
        return round(100 * self.hertz / self.most_hertz) if self.hertz is not None and self.most_hertz else None


def sample(roots: Roots) -> list[Processor]:
    """Every processor of a driver that is known, in the kernel's order; [] of a machine without one."""
    found: list[Processor] = []
    for entry in sorted(roots.sys_names(DIRECTORY))[:PROCESSORS_MOST]:
        device = "%s/%s/device" % (DIRECTORY, entry)
        driver = (roots.sys_target(device + "/driver") or "").rpartition("/")[2]
        if driver not in _KINDS and roots.attribute("%s/%s" % (device, _BUSY)) is not None:
            driver = "intel_vpu"
        if driver in _KINDS:
            kind, name = _KINDS[driver]
            number = sum(other.id.startswith(kind) for other in found)
            found.append(_processor(roots, device, "%s%d" % (kind, number), name))
    return found


def _processor(roots: Roots, device: str, identity: str, name: str) -> Processor:
    def whole(file: str, times: int = 1) -> Optional[int]:
        number = optional_number(roots.attribute("%s/%s" % (device, file)))
        return None if number is None else number * times

    sensors = ["%s/hwmon/%s" % (device, entry) for entry in sorted(roots.sys_names(device + "/hwmon"))[:1]]
    temperature, power = [roots.attribute(sensors[0] + file) if sensors else None
                          for file in ("/temp1_input", "/power1_input")]
    microwatts = optional_number(power)
    return Processor(identity, roots.attribute(device + "/vbnv") or name, whole(_BUSY),
                     whole("npu_current_frequency_mhz", 10**6), whole("npu_max_frequency_mhz", 10**6),
                     whole("npu_memory_utilization"), parse_celsius(temperature),
                     None if microwatts is None else microwatts / 10**6)


def derive(now: list[Processor], before: Optional[list[Processor]], elapsed: float) -> list[Processor]:
    """The processors with what they worked in the window; None without an earlier sample, and of one begun anew."""
    earlier = {processor.id: processor.busy_microseconds for processor in before or ()}
    found = []
    for processor in now:
        ended, began = processor.busy_microseconds, earlier.get(processor.id)
        worked = ended - began if ended is not None and began is not None else -1
        busy = round(min(100.0, rate(worked, elapsed) / 10**4)) if worked >= 0 else None
        found.append(processor._replace(busy_percent=busy))
    return found
