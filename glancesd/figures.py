"""figures: the elements of a source by name, and those of their figures that the history keeps.

    network    eth0   rx_bytes_per_second, tx_bytes_per_second       (section of the settings, element, figures)
    cpu               user, system                                   a machine as a whole has one element without a name

A figure goes by the kernel's words here; what a dialect of the API calls it stands in the dialect.
"""
from __future__ import annotations

from operator import attrgetter

from .collectors.processes import Activity
from .typed import TYPE_CHECKING, Any, Callable, Iterable, Mapping, NamedTuple, Optional, Sequence, Union

if TYPE_CHECKING:                     # collectors that a start does without: see `sources.Later`
    from .collectors.filesystems import FileSystem
    from .collectors.power import Battery
    from .collectors.sensors import Sensors, Thresholds

TEMPERATURE, FAN, DISK, BATTERY = "temperature_core", "fan_speed", "temperature_hdd", "battery"


class Measured(NamedTuple):
    """What one sensor shows: degrees of a temperature, turns a minute of a fan, percent of a battery's charge."""

    label: str
    value: Union[float, int, str]     # a word of hddtemp ("SLP") where a disk tells no number
    unit: str                         # "C", "F", "rpm", "%"; "*" beside a word
    kind: str                         # TEMPERATURE, FAN, DISK, BATTERY
    judged: Optional[float]           # held against limits: degrees Celsius, turns, what a battery lacks to 100 percent
    high: Optional[float] = None      # degrees from which the maker warns; None: the kernel does not tell
    critical: Optional[float] = None
    status: str = ""                  # of a battery: "Charging", "Discharging", …


class Counts(NamedTuple):
    """How many processes there are, and in which states."""

    total: int
    running: int
    sleeping: int
    threads: int

    @classmethod
    def of(cls, activities: Sequence[Activity]) -> Counts:
        found = [activity.process for activity in activities]
        states = [process.state for process in found]
        return cls(len(found), states.count("R"), states.count("S"), sum([process.threads for process in found]))


class Kept(NamedTuple):
    """What the history keeps of a section: its sources, the elements of their values by name, and their figures."""

    sources: tuple[str, ...]
    elements: Callable[..., Iterable[tuple[str, Any]]]
    figures: Mapping[str, Callable[[Any], Any]]


def mounted(filesystems: Sequence[FileSystem]) -> list[tuple[str, FileSystem]]:
    """File systems by their mount points."""
    return [(entry.mount_point, entry) for entry in filesystems]


def measured(sensors: Sensors, batteries: Optional[Sequence[Battery]],
             thresholds: Optional[Mapping[str, Thresholds]] = None) -> list[Measured]:
    """Every sensor, in the order in which it is served; `thresholds` of temperatures, by label."""
    makers = thresholds or {}
    found = [Measured(entry.label, entry.rounded, "C", TEMPERATURE, entry.rounded, *makers.get(entry.label, ()))
             for entry in sensors.temperatures]
    found += [Measured(entry.label, int(entry.value), "rpm", FAN, entry.value) for entry in sensors.fans]
    found += [Measured(disk.name, disk.rounded, disk.unit, DISK, disk.celsius) for disk in sensors.disks]
    from .collectors.power import combined_percent  # here: see `sources.Later`

    charge = combined_percent(batteries) if batteries else None
    return found if charge is None else [
        *found, Measured("Battery", charge, "%", BATTERY, 100 - charge, status=_status(batteries or ()))]


def _status(batteries: Sequence[Battery]) -> str:
    """Of all batteries together: that of the first one that does something."""
    told = [battery.status for battery in batteries]
    return next((status for status in told if status in ("Charging", "Discharging")), told[0])


def _tenths(figure: str) -> Callable[[Any], float]:
    """A getter of a figure, to one decimal: a rate is no truer than that."""
    get = attrgetter(figure)
    return lambda element: round(get(element), 1)


def _whole(value: Any) -> Iterable[tuple[str, Any]]:
    return (("", value),)


def _named(*figures: str) -> dict[str, Callable[[Any], Any]]:
    return {figure: attrgetter(figure) for figure in figures}


def _rates(*figures: str) -> dict[str, Callable[[Any], Any]]:
    return {figure: _tenths(figure) for figure in figures}


def _members(elements: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return elements.items()


def _counts(activities: Sequence[Activity]) -> Iterable[tuple[str, Any]]:
    return (("", Counts.of(activities)),)


KEPT: Mapping[str, Kept] = {
    "cpu": Kept(("cpu",), lambda usage: _whole(usage.shares), _named("total", "user", "system")),
    "percpu": Kept(("cpu",), lambda usage: ((str(number), shares) for number, shares in usage.cpus.items()),
                   _named("user", "system")),
    "processcount": Kept(("processes",), _counts, _named("total", "running", "sleeping", "threads")),
    "load": Kept(("load",), _whole, _named("min1", "min5", "min15")),
    "mem": Kept(("memory",), _whole, _named("used_percent")),
    "memswap": Kept(("memory",), _whole, _named("swap_used_percent")),
    "network": Kept(("network",), _members, _rates("rx_bytes_per_second", "tx_bytes_per_second")),
    "diskio": Kept(("disks",), _members, _rates("read_bytes_per_second", "written_bytes_per_second")),
    "fs": Kept(("filesystems",), mounted, _named("used_percent")),
    "sensors": Kept(("sensors", "power"), lambda *values: ((entry.label, entry) for entry in measured(*values)),
                    _named("value")),
}
