"""health: what a probe is told (application/health+json), from what is known already: nothing is read for it."""
from __future__ import annotations

from typing import Any, Callable

from ..alerts import Alerts
from ..monitor import Monitor
from . import v2
from .answers import HEALTH, Answer, dump
from .pages import Pages


class Health:
    """`alive` while the server answers; `ready`: pass, warn (a plugin fails, a limit is passed), fail (no sampling)."""

    def __init__(self, pages: Pages, monitor: Monitor, alerts: Alerts, stalled: Callable[[], bool]) -> None:
        self._pages = pages
        self._monitor = monitor
        self._alerts = alerts
        self._stalled = stalled

    def alive(self) -> Answer:
        return Answer(dump({"status": "pass"}), HEALTH)

    def ready(self) -> Answer:
        checks: dict[str, list[dict[str, Any]]] = {}
        for name in self._pages.enabled:
            problems = [self._pages.problems.get(name), *map(self._monitor.problem, v2.PLUGINS[name].sources)]
            why = next(filter(None, problems), None)
            if why is not None:
                checks["plugin:" + name] = [{"status": "warn", "output": why}]
        for event in self._alerts.events():
            if event.end is None:
                checks["limit:" + event.type] = [
                    {"status": "warn", "output": event.state, "observedValue": event.maximum}]
        failing = self._monitor.all_fail()
        if failing or self._stalled():
            checks["sampling"] = [
                {"status": "fail", "output": "every source fails" if failing else "the ticker has stopped"}]
            return Answer(dump({"status": "fail", "checks": checks}), HEALTH, 503)
        return Answer(dump({"status": "warn" if checks else "pass", "checks": checks}), HEALTH)
