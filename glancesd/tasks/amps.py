"""amps: the application monitors of [amp_<name>]: how many processes match, and what a command says or they use.

Counted at each tick; a command runs as one of [monitor] does, at most once in `refresh` seconds.
"""
from __future__ import annotations

import time

from ..settings.lists import Amp
from ..typed import Callable, NamedTuple, Optional
from .commands import Matches, ProcessUse, Run, run_words
from .jobs import Job, rested


class AmpResult(NamedTuple):
    """An AMP as the file has it, and what came of it last."""

    item: Amp
    matching: Optional[int]              # processes; None: not counted yet, or without a regex
    result: Optional[str]                # None: not run yet, nothing matches, or its command says nothing or fails
    since_seconds: Optional[float]       # since it was run; where nothing is to be run, since it was counted

    @property
    def name(self) -> str:
        """As Glances shows it: [amp_sleepers] is Sleepers."""
        return self.item.name.capitalize()

    @property
    def level(self) -> str:
        """CRITICAL when none runs, WARNING when fewer or more run than should, else OK."""
        low, high, count = self.item.countmin, self.item.countmax, self.matching
        if count is None or (low is None or low <= count) and (high is None or count <= high):
            return "OK"
        return "WARNING" if count else "CRITICAL"


class Application(Job):
    """One [amp_<name>]."""

    def __init__(self, item: Amp, run: Run, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.item = item
        self.allowed = False
        self._run = run
        self._clock = clock
        self._matches = Matches(item.regex, names=True)
        self._count: Optional[int] = None
        self._result: Optional[str] = None
        self._at: Optional[float] = None

    def look(self, found: list[ProcessUse]) -> None:
        """Take the matching processes; called with the lock."""
        self._count = len(found) if self.item.regex is not None else None
        if self._count == 0:
            self._set(None)
        elif self.item.command is None:
            self._set(_use_text(found))

    def matching(self, processes: list[ProcessUse]) -> list[ProcessUse]:
        return self._matches.of(processes)

    def result(self) -> AmpResult:
        since = None if self._at is None else self._clock() - self._at
        return AmpResult(self.item, self._count, self._result, since)

    @property
    def uncounted(self) -> bool:
        return self._count is None and self.item.regex is not None

    def wanted(self) -> bool:
        return bool(self.item.command) and self.allowed and (self.item.regex is None or bool(self._count))

    def work(self) -> Optional[str]:
        status, output = run_words(self.item.command or "", self._run)
        if status != 0:
            return None
        return (" ".join(output.split()) if self.item.one_line else output.rstrip()) or None

    def keep(self, outcome: Optional[str]) -> None:
        if self.item.regex is None or self._count:       # else the processes that it was run for are gone
            self._set(outcome)

    def again(self, began: float, ended: float) -> float:
        return rested(began, ended, self.item.refresh_seconds)

    def _set(self, result: Optional[str]) -> None:
        self._result, self._at = result, self._clock()


def _use_text(processes: list[ProcessUse]) -> str:
    """It begins with their count, because clients (glances-api 0.11) take the leading digits of every result."""
    return "%d process%s, CPU %.1f %%, MEM %.1f %%" % (
        len(processes), "" if len(processes) == 1 else "es",
        sum(process.cpu_percent or 0.0 for process in processes),
        sum(process.memory_percent or 0.0 for process in processes))
