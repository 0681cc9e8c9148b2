"""watch: holds values against their limits. Views, alerts and history all come from the one table here.

The ticker calls `tick` on the daemon's own clock, whether anybody asks or not; `record` is told of every fresh value.
"""
from __future__ import annotations

import threading
from typing import Any, Callable, Mapping, NamedTuple, Sequence

from . import limits
from .alerts import Alerts, Observation, sort_key
from .collectors.processes import Activity
from .delta import Tracker
from .history import History
from .limits import Stat
from .monitor import Monitor, Taken
from .settings import Settings


class Watched(NamedTuple):
    """A plugin with limits or history: its sources (the API's first ones), and what makes statistics of them."""

    sources: tuple[str, ...]
    stats: Callable[..., Sequence[Stat]]


WATCHED: Mapping[str, Watched] = {
    "cpu": Watched(("cpu",), limits.cpu),
    "load": Watched(("load", "stat"), limits.load),
    "mem": Watched(("memory",), limits.mem),
    "memswap": Watched(("memory",), limits.memswap),
    "network": Watched(("network",), limits.network),
    "diskio": Watched(("disks",), limits.diskio),
    "fs": Watched(("filesystems",), limits.fs),
    "sensors": Watched(("sensors", "power"), limits.sensors),
    "quicklook": Watched(("cpu", "memory"), limits.quicklook),
}


class Watch:
    """Limits, alerts and history under one Settings, which a reload replaces."""

    def __init__(self, settings: Settings, monitor: Monitor, alerts: Alerts, history: History) -> None:
        self.settings = settings
        self._monitor = monitor
        self._alerts = alerts
        self._history = history
        self._trackers: dict[str, Tracker] = {}          # the ticker's own windows, by source
        self._recorded: dict[str, float] = {}            # when what is in the history was true, by plugin
        self._lock = threading.Lock()

    def decorations(self, plugin: str) -> dict[tuple[str, str], str]:
        """How the fields of a plugin stand to their limits just now, by element ("" for an object) and field."""
        watched = WATCHED.get(plugin)
        if watched is None:
            return {}
        stats = self._stats(plugin, [self._monitor.take(source) for source in watched.sources])
        plugin_limits = self.settings.limits[plugin]
        return {(stat.element, stat.field): limits.decoration(stat, plugin_limits) for stat in stats}

    def record(self, plugin: str, taken: Sequence[Taken]) -> None:
        """Keep the newest values of a plugin in the history, each of them once."""
        if plugin not in WATCHED or not taken or taken[0].value is None:
            return
        first = taken[0]
        with self._lock:
            if self._recorded.get(plugin) == first.at:
                return
            self._recorded[plugin] = first.at
        for stat in self._stats(plugin, taken):
            if stat.history:
                item = "%s_%s" % (stat.element, stat.field) if stat.element else stat.field
                self._history.add(plugin, item, first.wall, stat.value)

    def tick(self) -> None:
        """Look at everything that has limits: keep it, and open, continue or end events."""
        windows = {source: self._window(source) for watched in WATCHED.values() for source in watched.sources}
        for plugin, watched in WATCHED.items():
            if plugin in self.settings.disable_plugin:
                self._alerts.vanished(plugin)
                continue
            self.record(plugin, [self._monitor.take(source) for source in watched.sources])
            taken = [windows[source] for source in watched.sources]
            if taken[0].value is not None:
                self._alerts.observe(self._observations(plugin, taken), taken[0].wall - taken[0].elapsed,
                                     taken[0].at - taken[0].elapsed, taken[0].at, self._top, plugin)
            elif self._monitor.take(watched.sources[0]).value is None:
                self._alerts.vanished(plugin)

    def _window(self, source: str) -> Taken:
        return self._monitor.own_window(source, self._trackers.setdefault(source, Tracker()))

    def _observations(self, plugin: str, taken: Sequence[Taken]) -> list[Observation]:
        plugin_limits = self.settings.limits[plugin]
        return [Observation(stat.alert_name, stat.compared(plugin_limits), limits.level(stat, plugin_limits),
                            sort_key(stat.alert_name))
                for stat in self._stats(plugin, taken) if limits.logged(stat, plugin_limits)]

    def _stats(self, plugin: str, taken: Sequence[Taken]) -> Sequence[Stat]:
        if taken[0].value is None:
            return ()
        shown = self.settings.shown
        watched = WATCHED[plugin]
        return [stat for stat in watched.stats(*(entry.value for entry in taken[:len(watched.sources)]))
                if not stat.element or shown(plugin, stat.element)]

    def _top(self, key: str) -> list[Any]:
        """Processes by what an event is about, most first."""
        activities = self._monitor.take("processes").value or []
        return sorted(activities, key=_MEASURES[key], reverse=True)[:3]


def _io_bytes(activity: Activity) -> int:
    process = activity.process
    now = (process.read_bytes or 0) + (process.written_bytes or 0)
    return now - (activity.read_bytes_before or 0) - (activity.written_bytes_before or 0)


_MEASURES: Mapping[str, Callable[[Activity], Any]] = {
    "cpu_percent": lambda activity: activity.cpu_percent,
    "memory_percent": lambda activity: activity.process.resident_bytes,
    "io_counters": _io_bytes,
}
