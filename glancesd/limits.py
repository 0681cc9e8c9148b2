"""limits: how values stand to their thresholds. One function for the views, the alerts and whoever asks next.

    network_eth0_rx_careful   4000000.0       bits a second, of this interface
    network_rx_careful             70.0       percent of the link's speed, of any
    network_rx_log             ["True"]       keep what goes over its limit in the alert log

A function for each plugin makes its statistics of its sources' values; `level`, `decoration` and `logged` judge one of
them by the limits of its plugin (as /:plugin/limits serves them). All is pure.
"""
from __future__ import annotations

from typing import List, Mapping, NamedTuple, Sequence, Union

from .collectors import cpu as cpu_times
from .collectors.disks import DiskActivity
from .collectors.filesystems import FileSystem
from .collectors.host import Load
from .collectors.memory import Memory
from .collectors.network import Traffic
from .collectors.power import Battery, combined_percent
from .collectors.sensors import Sensors
from .delta import percent, rate
from .settings.thresholds import LEVELS

Limits = Mapping[str, Union[float, List[str]]]

DEFAULT = "DEFAULT"       # there is no limit
OK = "OK"
CAREFUL = "CAREFUL"

_TRUE = ("true", "yes", "on", "1")


class Candidate(NamedTuple):
    """A value (None: not known) and its limits: what stands before their _careful …, the most particular first."""

    names: tuple[str, ...]
    value: float | None


class Statistic(NamedTuple):
    """One field of a plugin or of one of its elements, as far as limits and alerts care.

    The first candidate that has a limit decides.
    """

    plugin: str
    element: str                              # its key as served; "" where the plugin is one object
    field: str                                # as served
    candidates: tuple[Candidate, ...]
    log_default: bool                         # logged unless the limits say otherwise
    alert_name: str                           # CPU_USER, NETWORK_ETH0_RX, FS_/

    def compared(self, limits: Limits) -> float | None:
        """The value that is held against the limits, in their unit; None without a limit."""
        candidate = _deciding(self, limits)
        return candidate.value if candidate is not None else None


def level(stat: Statistic, limits: Limits) -> str:
    """CRITICAL, WARNING, CAREFUL, OK, or DEFAULT where no limit is set.

    A limit is reached from its very value on. Each level falls back by itself on the next name that has it
    (/home_careful on careful, for all mount points). A negative value is CAREFUL, as in Glances.
    """
    candidate = _deciding(stat, limits)
    if candidate is None or candidate.value is None:
        return DEFAULT
    for name in reversed(LEVELS):
        limit = _limit(candidate, name, limits)
        if limit is not None and candidate.value >= limit:
            return name.upper()
    return CAREFUL if candidate.value < 0 else OK


def logged(stat: Statistic, limits: Limits) -> bool:
    """Whether it is to be in the alert log: what <name>_log says, else <plugin>_log, else what is usual for it."""
    for name in (*(name for candidate in stat.candidates for name in candidate.names), stat.plugin):
        said = limits.get(name + "_log")
        if isinstance(said, list) and said:
            return said[0].lower() in _TRUE
    return stat.log_default


def decoration(stat: Statistic, limits: Limits) -> str:
    """The level as views show it: with _LOG behind it when it is logged."""
    found = level(stat, limits)
    return found + "_LOG" if found != DEFAULT and logged(stat, limits) else found


def _deciding(stat: Statistic, limits: Limits) -> Candidate | None:
    for candidate in stat.candidates:
        if candidate.value is not None and any(_limit(candidate, name, limits) is not None for name in LEVELS):
            return candidate
    return None


def _limit(candidate: Candidate, level_name: str, limits: Limits) -> float | None:
    for name in candidate.names:
        limit = limits.get(name + "_" + level_name)
        if limit is not None and not isinstance(limit, list):
            return limit
    return None


# -- the statistics of each plugin -------------------------------------------------------------------------------------

_CPU = (
    # field, logged
    ("user", True),
    ("system", True),
    ("iowait", True),
    ("steal", False),
    ("total", False),
)


def cpu(usage: cpu_times.Usage) -> list[Statistic]:
    """Percent of each kind of time; context switches a second and CPU."""
    stats = [_field("cpu", field, share, log) for field, log in _CPU
             for share in (getattr(usage.shares, field),) if share is not None]
    switches = rate(usage.context_switches, usage.elapsed_seconds) / (len(usage.cpus) or 1)
    return [*stats, _field("cpu", "ctx_switches", switches)]


def load(load: Load, stat: cpu_times.Stat | None) -> list[Statistic]:
    """Load of each CPU. The average of fifteen minutes is logged, as LOAD."""
    cpus = len(stat.cpus) or 1 if stat is not None else 1
    return [Statistic("load", "", field, (Candidate(("load",), average / cpus),), log, name)
            for field, average, log, name in (("min5", load.min5, False, "LOAD_MIN5"),
                                              ("min15", load.min15, True, "LOAD"))]


def mem(memory: Memory) -> list[Statistic]:
    """Percent used, as served."""
    return _used("mem", _mem_percent(memory), memory.total_bytes)


def memswap(memory: Memory) -> list[Statistic]:
    """Percent used, as served; without swap there is nothing to be held against a limit."""
    return _used("memswap", _swap_percent(memory), memory.swap_total_bytes)


def _used(plugin: str, used_percent: float, total_bytes: int) -> list[Statistic]:
    candidate = Candidate((plugin,), used_percent if total_bytes else None)
    return [Statistic(plugin, "", "used", (candidate,), True, plugin.upper())]


def quicklook(usage: cpu_times.Usage, memory: Memory | None) -> list[Statistic]:
    """Percent of CPU, memory and swap."""
    values = [("cpu", usage.shares.total)]
    if memory is not None:
        values += [("mem", _mem_percent(memory)), ("swap", _swap_percent(memory))]
    return [_field("quicklook", field, value) for field, value in values]


def network(traffic: Mapping[str, Traffic]) -> list[Statistic]:
    """Bits a second against the interface's own limits, else percent of the link's speed where that is known."""
    stats = []
    for name, entry in traffic.items():
        speed = entry.interface.speed_mbit_per_second
        # An alias (eth0:1) goes by its interface's limits, unless it has some of its own.
        own = dict.fromkeys((name.lower(), name.lower().split(":")[0]))
        for field, bytes_per_second in (("rx", entry.rx_bytes_per_second), ("tx", entry.tx_bytes_per_second)):
            bits = int(bytes_per_second) * 8
            stats.append(Statistic("network", name, field, (
                Candidate(tuple(["network_%s_%s" % (interface, field) for interface in own]), bits),
                Candidate(("network_" + field, "network"), percent(bits, speed * 1e6) if speed else None),
            ), False, _alert_name("network", name, field)))
    return stats


def diskio(activities: Mapping[str, DiskActivity]) -> list[Statistic]:
    """Bytes a second, read (the limits' rx) and written (tx)."""
    return [Statistic("diskio", name, field,
                 (Candidate(("diskio_%s_%s" % (name.lower(), direction), "diskio"), int(speed)),),
                 False, _alert_name("diskio", name, direction))
            for name, entry in activities.items()
            for field, direction, speed in (("read_bytes", "rx", entry.read_bytes_per_second),
                                            ("write_bytes", "tx", entry.written_bytes_per_second))]


def fs(filesystems: Sequence[FileSystem]) -> list[Statistic]:
    """Percent used, as served: of what callers without privilege can use."""
    stats = []
    for entry in filesystems:
        name = entry.mount.mount_point.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        used = percent(entry.used_bytes, entry.used_bytes + entry.free_bytes)
        candidate = Candidate(("fs_" + name.lower(), "fs"), used)
        stats.append(Statistic("fs", name, "used", (candidate,), False, _alert_name("fs", name)))
    return stats


def sensors(sensors: Sensors, batteries: Sequence[Battery] | None) -> list[Statistic]:
    """Degrees Celsius, rounds a minute, and what a battery lacks to 100 percent; no disk that tells no number."""
    stats = [_sensor("temperature_core", entry.label, round(entry.value, 1)) for entry in sensors.temperatures]
    stats += [_sensor("fan_speed", entry.label, int(entry.value)) for entry in sensors.fans]
    stats += [_sensor("temperature_hdd", disk.name,
                      (disk.value - 32) * 5 / 9 if disk.unit == "F" else round(disk.value, 1))
              for disk in sensors.disks if not isinstance(disk.value, str)]
    charge = combined_percent(batteries) if batteries else None
    return [*stats, _sensor("battery", "Battery", 100 - charge)] if charge is not None else stats


def _sensor(kind: str, label: str, value: float) -> Statistic:
    names = ("sensors_%s_%s" % (kind, label.lower()), "sensors_" + kind, "sensors")
    # Fans have limits only where the file says so: a limit for all sensors is one for temperatures.
    candidate = Candidate(names[:2] if kind == "fan_speed" else names, value)
    return Statistic("sensors", label, "value", (candidate,), False, _alert_name("sensors", kind, label))


def _mem_percent(memory: Memory) -> float:
    return percent(memory.total_bytes - memory.available_bytes, memory.total_bytes)


def _swap_percent(memory: Memory) -> float:
    return percent(memory.swap_total_bytes - memory.swap_free_bytes, memory.swap_total_bytes)


def _field(plugin: str, field: str, value: float, log: bool = False) -> Statistic:
    """A field of an object plugin that is itself what is held against the limit."""
    name = "%s_%s" % (plugin, field)
    return Statistic(plugin, "", field, (Candidate((name, plugin), value),), log, name.upper())


def _alert_name(*parts: str) -> str:
    return "_".join(parts).upper()
