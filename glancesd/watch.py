"""watch: holds values against their limits. Views and alerts both come from the one table here.

The ticker calls `tick` on the daemon's own clock, whether anybody asks or not.
"""
from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Sequence

from . import limits
from .alerts import Alerts, Observation, sort_key
from .collectors.processes import Activity
from .delta import WINDOW_SECONDS, Tracker
from .limits import Statistic
from .readings import Reading, Readings
from .settings import Settings

# Ticks in a row at which a source failed: then nobody can say that its events last.
FAILING_TICKS = 3


class Watched(NamedTuple):
    """A plugin with limits: its sources (the API's first ones), and what makes statistics of them."""

    sources: tuple[str, ...]
    stats: Callable[..., Sequence[Statistic]]


WATCHED: Mapping[str, Watched] = {
    "cpu": Watched(("cpu",), limits.cpu),
    "load": Watched(("load", "cpu_sample"), limits.load),
    "mem": Watched(("memory",), limits.mem),
    "memswap": Watched(("memory",), limits.memswap),
    "network": Watched(("network",), limits.network),
    "diskio": Watched(("disks",), limits.diskio),
    "fs": Watched(("filesystems",), limits.fs),
    "sensors": Watched(("sensors", "power"), limits.sensors),
    "quicklook": Watched(("cpu", "memory"), limits.quicklook),
}


class Watch:
    """Limits and alerts under one Settings, which a reload replaces."""

    def __init__(self, settings: Settings, monitor: Readings, alerts: Alerts, refresh: Callable[[str], object]) -> None:
        """`refresh` makes a plugin's page anew where it is no longer fresh, and with it a point of its history."""
        self.settings = settings
        self._readings = monitor
        self._alerts = alerts
        self._refresh = refresh
        self._trackers: dict[str, Tracker] = {}          # the ticker's own windows, by source
        self._failing: dict[str, int] = {}               # ticks in a row without anything fresh, by plugin

    def decorations(self, plugin: str) -> dict[tuple[str, str], str]:
        """How the fields of a plugin stand to their limits just now, by element ("" for an object) and field."""
        watched = WATCHED.get(plugin)
        if watched is None:
            return {}
        stats = self._stats(plugin, [self._readings.take(source) for source in watched.sources])
        plugin_limits = self.settings.limits[plugin]
        return {(stat.element, stat.field): limits.decoration(stat, plugin_limits) for stat in stats}

    def tick(self) -> None:
        """Look at everything that has limits: keep it, and open, continue or end events.

        Raises, in the end, what went wrong first: it cost its own plugin this tick.
        """
        enabled = [plugin for plugin in WATCHED if plugin not in self.settings.disable_plugin]
        windows = {source: self._window(source)
                   for source in dict.fromkeys(source for plugin in enabled for source in WATCHED[plugin].sources)}
        problems = []
        for plugin, watched in WATCHED.items():
            try:
                if plugin in enabled:
                    self._look(plugin, [windows[source] for source in watched.sources])
                else:
                    self._alerts.vanished(plugin)
            except Exception as problem:
                problems.append(problem)
        if problems:
            raise problems[0]

    def _look(self, plugin: str, taken: Sequence[Reading]) -> None:
        """Keep what is true of a plugin now, and hold what happened since the tick before against its limits."""
        self._refresh(plugin)
        first, source = taken[0], WATCHED[plugin].sources[0]
        if self._readings.problem(source) is not None:
            self._failing[plugin] = self._failing.get(plugin, 0) + 1
            if self._failing[plugin] == FAILING_TICKS:
                self._alerts.vanished(plugin)
            return
        self._failing.pop(plugin, None)
        if first.value is not None:
            self._alerts.observe(self._observations(plugin, taken), first.wall - first.elapsed,
                                 first.at - first.elapsed, first.at, self._top, plugin)
        elif self._readings.take(source).value is None:
            self._alerts.vanished(plugin)

    def _window(self, source: str) -> Reading:
        return self._readings.own_window(source, self._trackers.setdefault(source, Tracker()))

    def _observations(self, plugin: str, taken: Sequence[Reading]) -> list[Observation]:
        plugin_limits = self.settings.limits[plugin]
        return [Observation(stat.alert_name, stat.compared(plugin_limits), limits.level(stat, plugin_limits),
                            sort_key(stat.alert_name))
                for stat in self._stats(plugin, taken) if limits.logged(stat, plugin_limits)]

    def _stats(self, plugin: str, taken: Sequence[Reading]) -> Sequence[Statistic]:
        if taken[0].value is None:
            return ()
        shown = self.settings.shown
        watched = WATCHED[plugin]
        return [stat for stat in watched.stats(*(entry.value for entry in taken))
                if not stat.element or shown(plugin, stat.element)]

    def _top(self, key: str) -> list[Any]:
        """Processes by what an event is about, most first."""
        taken = self._readings.take("processes")
        if key != "memory_percent" and taken.elapsed > 1.5 * self.settings.interval:
            # Nobody asked for long: in that window a process that is new, and busy, would show as nothing.
            taken = self._readings.take("processes", taken.at + WINDOW_SECONDS)
        return sorted(taken.value or [], key=_MEASURES[key], reverse=True)[:3]


def _io_bytes(activity: Activity) -> int:
    process = activity.process
    now = (process.read_bytes or 0) + (process.written_bytes or 0)
    return now - (activity.read_bytes_before or 0) - (activity.written_bytes_before or 0)


_MEASURES: Mapping[str, Callable[[Activity], Any]] = {
    "cpu_percent": lambda activity: activity.cpu_percent,
    "memory_percent": lambda activity: activity.process.resident_bytes,
    "io_counters": _io_bytes,
}
