"""ticker: the daemon's own clock, a thread that judges the limits and starts the tasks that are due."""
from __future__ import annotations

import threading

from .log import Log
from .readings import Clock
from .typed import Callable, Optional

# Sampling counts as stopped after this many missed ticks, and some seconds for a slow machine.
MISSED_TICKS = 3
SLACK_SECONDS = 30.0


class Ticker:
    """One thread that calls `tick` every `interval` seconds; an interval of 0 stops it."""

    def __init__(self, interval: float, tick: Callable[[], None], clock: Clock, log: Log) -> None:
        self.interval = interval
        self._tick = tick
        self._clock = clock
        self._log = log
        self._wake = threading.Event()
        self._ended = False
        self._moved_at = clock.monotonic()       # the end of the latest tick; at first the start
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        self._moved_at = self._clock.monotonic()
        self._thread.start()

    def set_interval(self, interval: float) -> None:
        """Change the interval. It counts from the latest tick, so many reloads do not put the next one off."""
        if not self.interval:
            self._moved_at = self._clock.monotonic()
        self.interval = interval
        self._wake.set()

    def end(self) -> None:
        self._ended = True
        self._wake.set()

    def stalled(self) -> bool:
        """Whether ticks are overdue."""
        if not self.interval:
            return False
        return self._clock.monotonic() - self._moved_at > MISSED_TICKS * self.interval + SLACK_SECONDS

    def _run(self) -> None:
        while not self._ended:
            left = self._seconds_left()
            if left != 0 and self._wake.wait(left):
                self._wake.clear()
                continue
            try:
                self._tick()
            except Exception as problem:           # the clock goes on, whatever a tick met
                self._log.once("ticker: %s: %s" % (type(problem).__name__, problem))
            self._moved_at = self._clock.monotonic()

    def _seconds_left(self) -> Optional[float]:
        """Seconds until the next tick; None without one."""
        if not self.interval:
            return None
        return max(0.0, self._moved_at + self.interval - self._clock.monotonic())
