"""watch: holds figures against their limits, and keeps their history. Views and alerts come from the one table here.

The ticker calls `tick` on the daemon's own clock, whether anybody asks or not; nothing is rendered for it.
"""
from __future__ import annotations

from . import alerts, limits
from .alerts import Alerts, Observation
from .collectors.processes import Activity
from .delta import WINDOW_SECONDS, Tracker
from .figures import KEPT
from .history import Figure, History
from .limits import Statistic
from .readings import Reading, Readings
from .settings import Settings
from .sources import (
    AMPS,
    CONNTRACK,
    CONTAINERS,
    CPU,
    CPU_SAMPLE,
    DISKS,
    FILESYSTEMS,
    GPU,
    LOAD,
    MEMORY,
    NETWORK,
    PORTS,
    POWER,
    PROCESSES,
    SENSORS,
)
from .typed import Any, Callable, Iterable, Mapping, NamedTuple, Sequence

# Ticks in a row at which a source failed: then nobody can say that its events last.
FAILING_TICKS = 3


class Watched(NamedTuple):
    """A section of the settings that has limits: its sources, and what makes statistics of their values."""

    sources: tuple[str, ...]
    statistics: Callable[..., Sequence[Statistic]]
    ticked: bool = True            # False: judged only for who asks, because reading it costs those who do not
    where_limited: bool = False    # ticked only where the settings have something to hold it against


WATCHED: Mapping[str, Watched] = {
    "cpu": Watched((CPU,), limits.cpu),
    "load": Watched((LOAD, CPU_SAMPLE), limits.load),
    "mem": Watched((MEMORY,), limits.mem),
    "memswap": Watched((MEMORY,), limits.memswap),
    "network": Watched((NETWORK,), limits.network),
    "diskio": Watched((DISKS,), limits.diskio),
    "fs": Watched((FILESYSTEMS,), limits.fs),
    "sensors": Watched((SENSORS, POWER), limits.sensors),
    "quicklook": Watched((CPU, MEMORY), limits.quicklook),
    "connections": Watched((CONNTRACK,), limits.connections, ticked=False),
    "containers": Watched((CONTAINERS,), lambda found: limits.containers("containers", found.known),
                          where_limited=True),
    # The same limits under the name of API 2: two sections, and one event.
    "docker": Watched((CONTAINERS,), lambda found: limits.containers("docker", found.known), ticked=False),
    "gpu": Watched((GPU,), limits.gpu, where_limited=True),
    "ports": Watched((PORTS,), lambda checks: limits.told(
        "ports", "answered", [(entry.check.indice, entry.level) for entry in checks]), ticked=False),
    "amps": Watched((AMPS,), lambda results: limits.told(
        "amps", "matching", [(entry.name, entry.level) for entry in results]), ticked=False),
}


# What the ticker looks at in windows of its own.
_WINDOWED = frozenset(source for watched in WATCHED.values() if watched.ticked for source in watched.sources)


class Busy(NamedTuple):
    """One of the processes that an event names."""

    activity: Activity
    elapsed_seconds: float         # length of the window in which it did that


class Watch:
    """Limits, alerts and history under one Settings, which a reload replaces."""

    def __init__(self, settings: Settings, readings: Readings, log: Alerts, history: History,
                 kept: Callable[[], Iterable[str]] = lambda: KEPT) -> None:
        """`kept`: the sections whose history a dialect in use shows."""
        self.settings = settings
        self._readings = readings
        self._alerts = log
        self._history = history
        self._kept = kept
        self._trackers: dict[str, Tracker] = {}          # the ticker's own windows, by source
        self._failing: dict[str, int] = {}               # ticks in a row without anything fresh, by section

    def levels(self, section: str) -> dict[tuple[str, str], str]:
        """How the figures of a section stand to their limits just now, by element ("" for a machine) and figure."""
        watched = WATCHED.get(section)
        if watched is None:
            return {}
        found = self._statistics(section, [self._readings.take(source) for source in watched.sources])
        section_limits = self.settings.limits[section]
        return {(stat.element, stat.figure): limits.decoration(stat, section_limits) for stat in found}

    def tick(self) -> None:
        """Look at everything that has limits or a history: open, continue or end events, and add a point.

        Raises, in the end, what went wrong first: it cost its own section this tick.
        """
        problems = []
        windows: dict[str, Reading[Any]] = {}
        for section, watched in WATCHED.items():
            try:
                if section in self.settings.disable_plugin:
                    self._alerts.vanished(section)
                elif watched.ticked and (not watched.where_limited or self._is_limited(section)):
                    self._look(section, self._windows(watched.sources, windows))
            except Exception as problem:
                problems.append(problem)
        for section in self._kept():
            try:
                if section not in self.settings.disable_plugin:
                    self._keep(section, self._windows(KEPT[section].sources, windows))
            except Exception as problem:
                problems.append(problem)
        if problems:
            raise problems[0]

    def keep(self, section: str) -> None:
        """Make the newest point of a section's history one of now, for somebody who is about to read it."""
        kept = KEPT.get(section)
        if kept is not None:
            self._keep(section, [self._readings.take(source) for source in kept.sources])

    def _keep(self, section: str, taken: Sequence[Reading[Any]]) -> None:
        first, kept = taken[0], KEPT[section]
        if first.value is None or self._readings.problem(kept.sources[0]) is not None:
            return
        shown = self.settings.shown
        self._history.add(section, first.at, first.wall, [
            (Figure(name, figure), get(element)) for name, element in kept.elements(*(entry.value for entry in taken))
            if not name or shown(section, name) for figure, get in kept.figures.items()])

    def _is_limited(self, section: str) -> bool:
        return any(isinstance(limit, float) for limit in self.settings.limits[section].values())

    def _look(self, section: str, taken: Sequence[Reading[Any]]) -> None:
        """Hold what happened since the tick before against the limits of a section."""
        first, source = taken[0], WATCHED[section].sources[0]
        if self._readings.problem(source) is not None:
            self._failing[section] = self._failing.get(section, 0) + 1
            if self._failing[section] == FAILING_TICKS:
                self._alerts.vanished(section)
            return
        self._failing.pop(section, None)
        if first.value is not None:
            self._alerts.observe(self._observations(section, taken), first.wall - first.elapsed,
                                 first.at - first.elapsed, first.at, self._top, section)
        elif self._readings.take(source).value is None:
            self._alerts.vanished(section)

    def _windows(self, sources: Sequence[str], windows: dict[str, Reading[Any]]) -> list[Reading[Any]]:
        """What each source shows since the tick before; taken once a tick, whichever sections want it."""
        for source in sources:
            if source not in windows:
                windows[source] = self._readings.take(source)
                # That renewed the window that callers share: it never grows longer than an interval, though none asks.
                if source in _WINDOWED:
                    windows[source] = self._readings.own_window(source, self._trackers.setdefault(source, Tracker()))
        return [windows[source] for source in sources]

    def _observations(self, section: str, taken: Sequence[Reading[Any]]) -> list[Observation]:
        section_limits = self.settings.limits[section]
        return [Observation(stat.alert_name, stat.compared(section_limits), limits.level(stat, section_limits),
                            alerts.measure(stat.alert_name))
                for stat in self._statistics(section, taken) if limits.logged(stat, section_limits)]

    def _statistics(self, section: str, taken: Sequence[Reading[Any]]) -> Sequence[Statistic]:
        if taken[0].value is None:
            return ()
        shown = self.settings.shown
        watched = WATCHED[section]
        return [stat for stat in watched.statistics(*(entry.value for entry in taken))
                if not stat.element or shown(section, stat.element)]

    def _top(self, measure: str) -> list[Busy]:
        """Processes by what an event is about, most first."""
        taken = self._readings.take(PROCESSES)
        if measure != alerts.MEMORY and taken.elapsed > 1.5 * self.settings.interval:
            # The last process list is old: a busy process started since then has no share in that window.
            taken = self._readings.take(PROCESSES, taken.at + WINDOW_SECONDS)
        busiest = sorted(taken.value or [], key=_MEASURES[measure], reverse=True)
        return [Busy(activity, taken.elapsed) for activity in busiest[:alerts.TOP_PROCESSES]]


def _io_bytes(activity: Activity) -> int:
    process = activity.process
    now = (process.read_bytes or 0) + (process.written_bytes or 0)
    return now - (activity.read_bytes_before or 0) - (activity.written_bytes_before or 0)


_MEASURES: Mapping[str, Callable[[Activity], Any]] = {
    alerts.CPU: lambda activity: activity.cpu_percent,
    alerts.MEMORY: lambda activity: activity.process.resident_bytes,
    alerts.IO: _io_bytes,
}
