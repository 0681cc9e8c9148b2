"""health: what a probe is told (application/health+json), from what is known already: nothing is read for it."""
from __future__ import annotations

from typing import Any, Callable, Iterable

from ..alerts import Alerts
from ..answers import HEALTH, Answer, dump
from ..readings import Readings
from .pages import Pages


class Health:
    """`alive` while the server answers; `ready`: pass, warn (a plugin fails, a limit is passed), fail (no sampling)."""

    def __init__(self, pages: Callable[[], Iterable[Pages]], readings: Readings, alerts: Alerts,
                 stalled: Callable[[], bool]) -> None:
        """`pages`: of each dialect that is in use."""
        self._pages = pages
        self._readings = readings
        self._alerts = alerts
        self._stalled = stalled

    def alive(self) -> Answer:
        return Answer(dump({"status": "pass"}), HEALTH)

    def ready(self) -> Answer:
        failing, checks = self.checks()
        body = {"status": "fail" if failing else "warn" if checks else "pass", "checks": checks}
        return Answer(dump(body), HEALTH, 503 if failing else 200)

    def checks(self) -> tuple[bool, dict[str, list[dict[str, Any]]]]:
        """Whether sampling as a whole has stopped; and what does not pass, by name."""
        checks: dict[str, list[dict[str, Any]]] = {}
        for pages in self._pages():
            for name in pages.enabled:
                problems = [pages.problems.get(name),
                            *map(self._readings.problem, pages.dialect.plugins[name].sources)]
                why = next(filter(None, problems), None)
                if why is not None:
                    checks.setdefault("plugin:" + name, [{"status": "warn", "output": why}])
        for event in self._alerts.events():
            if event.end is None:
                checks["limit:" + event.type] = [
                    {"status": "warn", "output": event.state, "observedValue": event.maximum}]
        all_fail = self._readings.all_fail()
        failing = all_fail or self._stalled()
        if failing:
            checks["sampling"] = [
                {"status": "fail", "output": "every source fails" if all_fail else "the ticker has stopped"}]
        return failing, checks
