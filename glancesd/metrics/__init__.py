"""metrics: GET /metrics, with the names, labels, units and meaning of Prometheus' node_exporter.

`families` is the table of what is shown, `rows` and `rules` what its rows are made of; `text` writes it down; `scrape`
answers a request. They are imported when somebody first asks: who has no Prometheus pays nothing for it.
"""
from __future__ import annotations

import threading

from ..answers import Answer, Request
from ..log import Log
from ..readings import Clock, Readings
from ..roots import Roots
from ..settings import Settings
from ..typed import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from .scrape import Metrics


class Endpoint:
    """What answers GET /metrics, made when it is first asked for and kept through reloads."""

    def __init__(self, readings: Readings, roots: Roots, clock: Clock, log: Log) -> None:
        self._parts = readings, roots, clock, log
        self._lock = threading.Lock()
        self._metrics: Optional[Metrics] = None

    def answer(self, settings: Settings, request: Request) -> Answer:
        """The page for this request, under these settings."""
        if self._metrics is None:
            with self._lock:
                if self._metrics is None:
                    from .scrape import Metrics
                    self._metrics = Metrics(*self._parts)
        return self._metrics.answer(settings, request)
