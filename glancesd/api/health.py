"""health: what a probe is told (application/health+json), from what is known already, and from /proc/stat.

No machine lacks that file. Where it cannot be read any more (a procfs that was unmounted, descriptors that have run
out) the daemon is blind, however well it answers. A probe costs at most one read of it in --cached-time.
"""
from __future__ import annotations

from ..alerts import Alerts
from ..answers import HEALTH, Answer, dump
from ..readings import Readings
from ..sources import CPU_SAMPLE
from ..typed import Any, Callable, Iterable, Optional
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
        # Their bytes are made once.
        self._alive = Answer(dump({"status": "pass"}), HEALTH)
        self._pass = Answer(dump({"status": "pass", "checks": {}}), HEALTH)

    def alive(self) -> Answer:
        return self._alive

    def ready(self) -> Answer:
        if self._is_all_well():
            return self._pass
        failing, checks = self.checks()
        body = {"status": "fail" if failing else "warn" if checks else "pass", "checks": checks}
        return Answer(dump(body), HEALTH, 503 if failing else 200)

    def _is_all_well(self) -> bool:
        """Whether nothing at all is amiss, as nearly always: told at a tenth of what `checks` costs."""
        return (self._readings.lost(CPU_SAMPLE) is None and not self._readings.troubled() and not self._stalled()
                and not any(pages.problems for pages in self._pages())
                and not self._alerts.is_any_ongoing())

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
        why = self._blind()
        if why is not None:
            checks["sampling"] = [{"status": "fail", "output": why}]
        return why is not None, checks

    def _blind(self) -> Optional[str]:
        """Why nothing that is served can be true any more; None when it may be."""
        lost = self._readings.lost(CPU_SAMPLE)
        if lost is not None:
            return "/proc/stat cannot be read: %s" % lost
        if self._readings.all_fail():
            return "every source fails"
        return "the ticker has stopped" if self._stalled() else None
