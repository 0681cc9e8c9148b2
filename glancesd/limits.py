"""limits: how figures stand to their thresholds. One function for the views, the alerts and whoever asks next.

    network_eth0_rx_careful   4000000.0       bits a second, of this interface
    network_rx_careful             70.0       percent of the link's speed, of any
    network_rx_log             ["True"]       keep what goes over its limit in the alert log

A function for each section of the settings makes its statistics of its sources' values; `level`, `decoration` and
`logged` judge one of them by the limits of that section. All is pure.
"""
from __future__ import annotations

from .collectors import cpu as cpu_times
from .collectors.disks import DiskActivity
from .collectors.host import Load
from .collectors.memory import Memory
from .collectors.network import Traffic
from .containers import Known
from .delta import percent, rate
from .figures import FAN, measured, mounted
from .settings.thresholds import LEVELS
from .typed import TYPE_CHECKING, Iterable, List, Mapping, NamedTuple, Sequence, Union

if TYPE_CHECKING:                     # a collector that few want: see `sources.Later`
    from .collectors.conntrack import Tracked
    from .collectors.filesystems import FileSystem
    from .collectors.gpu import Card
    from .collectors.power import Battery
    from .collectors.sensors import Sensors

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
    """One figure of a section or of one of its elements, as far as limits and alerts care.

    The first candidate that has a limit decides.
    """

    section: str
    element: str                              # its name; "" for a machine as a whole
    figure: str                               # in kernel words: what a dialect shows it as stands in the dialect
    candidates: tuple[Candidate, ...]
    log_default: bool                         # logged unless the limits say otherwise
    alert_name: str                           # CPU_USER, NETWORK_ETH0_RX, FS_/
    told: str | None = None                   # its level, where no limit decides it: a port that does not answer

    def compared(self, limits: Limits) -> float | None:
        """The value that is held against the limits, in their unit; None without a limit."""
        candidate = _deciding(self, limits)
        return candidate.value if candidate is not None else None


def level(stat: Statistic, limits: Limits) -> str:
    """CRITICAL, WARNING, CAREFUL, OK, or DEFAULT where no limit is set.

    A limit is reached from its very value on. Each level falls back by itself on the next name that has it
    (/home_careful on careful, for all mount points). A negative value is CAREFUL, as in Glances.
    """
    if stat.told is not None:
        return stat.told
    candidate = _deciding(stat, limits)
    if candidate is None or candidate.value is None:
        return DEFAULT
    for name in reversed(LEVELS):
        limit = _limit(candidate, name, limits)
        if limit is not None and candidate.value >= limit:
            return name.upper()
    return CAREFUL if candidate.value < 0 else OK


def logged(stat: Statistic, limits: Limits) -> bool:
    """Whether it is to be in the alert log: what <name>_log says, else <plugin>_log, else what is usual for it.

    What tells its level itself has no value that an event could be of.
    """
    if stat.told is not None:
        return False
    for name in (*(name for candidate in stat.candidates for name in candidate.names), stat.section):
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


# -- the statistics of each section ------------------------------------------------------------------------------------

_CPU = (
    # figure, logged
    ("user", True),
    ("system", True),
    ("iowait", True),
    ("steal", False),
    ("total", False),
)


def cpu(usage: cpu_times.Usage) -> list[Statistic]:
    """Percent of each kind of time; context switches a second and CPU."""
    shares = [(figure, getattr(usage.shares, figure), log) for figure, log in _CPU]
    found = [_own("cpu", figure, share, figure, log) for figure, share, log in shares if share is not None]
    if usage.context_switches is not None:
        switches = rate(usage.context_switches, usage.elapsed_seconds) / (len(usage.cpus) or 1)
        found.append(_own("cpu", "context_switches", switches, "ctx_switches"))
    return found


def load(load: Load, stat: cpu_times.Stat | None) -> list[Statistic]:
    """Load of each CPU. The average of fifteen minutes is logged, as LOAD."""
    cpus = stat.cpu_count if stat is not None else 1
    return [Statistic("load", "", figure, (Candidate(("load",), average / cpus),), log, name)
            for figure, average, log, name in (("min5", load.min5, False, "LOAD_MIN5"),
                                               ("min15", load.min15, True, "LOAD"))]


def mem(memory: Memory) -> list[Statistic]:
    """Percent used."""
    return _used("mem", "used_percent", memory.used_percent, memory.total_bytes)


def memswap(memory: Memory) -> list[Statistic]:
    """Percent used; without swap there is nothing to be held against a limit."""
    return _used("memswap", "swap_used_percent", memory.swap_used_percent, memory.swap_total_bytes)


def _used(section: str, figure: str, used_percent: float, total_bytes: int) -> list[Statistic]:
    candidate = Candidate((section,), used_percent if total_bytes else None)
    return [Statistic(section, "", figure, (candidate,), True, section.upper())]


def quicklook(usage: cpu_times.Usage, memory: Memory | None) -> list[Statistic]:
    """Percent of CPU, memory and swap."""
    found = [_own("quicklook", "total", usage.shares.total, "cpu")]
    if memory is not None:
        found += [_own("quicklook", "used_percent", memory.used_percent, "mem"),
                  _own("quicklook", "swap_used_percent", memory.swap_used_percent, "swap")]
    return found


_DIRECTIONS = (
    # what stands in the names of limits and alerts; the figure of an interface, of a disk
    ("_rx", "rx_bytes_per_second", "read_bytes_per_second"),
    ("_tx", "tx_bytes_per_second", "written_bytes_per_second"),
)


def network(traffic: Mapping[str, Traffic]) -> list[Statistic]:
    """Bits a second against the interface's own limits, else percent of the link's speed where that is known."""
    found = []
    for name, entry in traffic.items():
        speed = entry.interface.speed_mbit_per_second
        # An alias (eth0:1) goes by its interface's limits, unless it has some of its own.
        own = dict.fromkeys((name.lower(), name.lower().split(":")[0]))
        for direction, figure, _ in _DIRECTIONS:
            bits = int(getattr(entry, figure)) * 8
            found.append(Statistic("network", name, figure, (
                Candidate(tuple(["network_" + interface + direction for interface in own]), bits),
                Candidate(("network" + direction, "network"), percent(bits, speed * 1e6) if speed else None),
            ), False, _alert_name("network", name + direction)))
    return found


def diskio(activities: Mapping[str, DiskActivity]) -> list[Statistic]:
    """Bytes a second, read (the limits' rx) and written (tx)."""
    return [Statistic("diskio", name, figure,
                      (Candidate(("diskio_" + name.lower() + direction, "diskio"), int(getattr(entry, figure))),),
                      False, _alert_name("diskio", name + direction))
            for name, entry in activities.items() for direction, _, figure in _DIRECTIONS]


def fs(filesystems: Sequence[FileSystem]) -> list[Statistic]:
    """Percent used of what callers without privilege can use. An image that is only read is full for good: no limit."""
    return [Statistic("fs", name, "used_percent",
                      (Candidate(("fs_" + name.lower(), "fs"), None if entry.is_image else entry.used_percent),),
                      False, _alert_name("fs", name)) for name, entry in mounted(filesystems)]


def sensors(sensors: Sensors, batteries: Sequence[Battery] | None) -> list[Statistic]:
    """Degrees Celsius, turns a minute, and what a battery lacks to 100 percent; no disk that tells no number."""
    return [_sensor(entry.kind, entry.label, entry.judged) for entry in measured(sensors, batteries)
            if entry.judged is not None]


def connections(tracked: Tracked) -> list[Statistic]:
    """Percent of the connections that the firewall can track; nothing where it tracks any number."""
    percent = tracked.used_percent
    return [] if percent is None else [_own("connections", "tracked_percent", percent, "nf_conntrack_percent")]


def containers(section: str, known: Sequence[Known]) -> list[Statistic]:
    """Percent of one CPU, and percent of the memory that a container may use. `section`: containers or docker."""
    found = []
    for entry in known:
        figures = (("cpu", "cpu_percent", entry.use.cpu_percent),
                   ("mem", "memory_used_percent", entry.use.container.memory_used_percent)) if entry.use else ()
        for word, figure, value in figures:
            names = ("%s_%s_%s" % (section, entry.name.lower(), word), "%s_%s" % (section, word), section)
            found.append(Statistic(section, entry.name, figure, (Candidate(names, value),), False,
                                   _alert_name(section, entry.name, word)))
    return found


def gpu(cards: Sequence[Card]) -> list[Statistic]:
    """Percent of the time and of the memory; degrees Celsius."""
    return [Statistic("gpu", card.id, figure, (Candidate(names, getattr(card, figure)),), False,
                      _alert_name("gpu", card.id, names[0][len("gpu_"):]))
            for card in cards for names, figure in (
                (("gpu_proc", "gpu"), "busy_percent"), (("gpu_mem", "gpu"), "memory_percent"),
                (("gpu_temperature",), "temperature_celsius"))]


def told(section: str, figure: str, levels: Iterable[tuple[str, str]]) -> list[Statistic]:
    """Elements that say themselves how they stand: a port that does not answer, a program that does not run."""
    return [Statistic(section, name, figure, (), False, _alert_name(section, name), level) for name, level in levels]


def _sensor(kind: str, label: str, value: float) -> Statistic:
    names = ("sensors_%s_%s" % (kind, label.lower()), "sensors_" + kind, "sensors")
    # Fans have limits only where the file says so: a limit for all sensors is one for temperatures.
    candidate = Candidate(names[:2] if kind == FAN else names, value)
    return Statistic("sensors", label, "value", (candidate,), False, _alert_name("sensors", kind, label))


def _own(section: str, figure: str, value: float, name: str, log: bool = False) -> Statistic:
    """A figure of the whole machine that is itself what is held against the limit; `name`: of its limits."""
    full = "%s_%s" % (section, name)
    return Statistic(section, "", figure, (Candidate((full, section), value),), log, full.upper())


def _alert_name(*parts: str) -> str:
    return "_".join(parts).upper()
