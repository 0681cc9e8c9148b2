"""health: what a probe is told (application/health+json), from what is known already: nothing is read for it."""
from __future__ import annotations

from typing import Any, Callable

from ..alerts import Alerts
from ..answers import HEALTH, Answer, dump
from ..readings import Readings
from . import v2
from .pages import Pages


class Health:
    """`alive` while the server answers; `ready`: pass, warn (a plugin fails, a limit is passed), fail (no sampling)."""

    def __init__(self, pages: Pages, monitor: Readings, alerts: Alerts, stalled: Callable[[], bool]) -> None:
        self._pages = pages
        self._readings = monitor
        self._alerts = alerts
        self._stalled = stalled

    def alive(self) -> Answer:
        return Answer(dump({"status": "pass"}), HEALTH)

    def ready(self) -> Answer:
        checks: dict[str, list[dict[str, Any]]] = {}
        for name in self._pages.enabled:
            problems = [self._pages.problems.get(name), *map(self._readings.problem, v2.PLUGINS[name].sources)]
            why = next(filter(None, problems), None)
            if why is not None:
                checks["plugin:" + name] = [{"status": "warn", "output": why}]
        for event in self._alerts.events():
            if event.end is None:
                checks["limit:" + event.type] = [
                    {"status": "warn", "output": event.state, "observedValue": event.maximum}]
        failing = self._readings.all_fail()
        if failing or self._stalled():
            checks["sampling"] = [
                {"status": "fail", "output": "every source fails" if failing else "the ticker has stopped"}]
            return Answer(dump({"status": "fail", "checks": checks}), HEALTH, 503)
        return Answer(dump({"status": "warn" if checks else "pass", "checks": checks}), HEALTH)
