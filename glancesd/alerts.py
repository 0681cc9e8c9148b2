"""alerts: from "this value is over its limit" to a log of events: when each began and ended, and how bad it was.

    window 0–10 s   85  WARNING    opens an event that began at 0
    window 10–20 s  95  CRITICAL   joins it; its state rises and never falls again
    window 20–30 s  60  CAREFUL    closes it: it ended at 20, 20 s long, maximum 95, 2 samples
"""
from __future__ import annotations

import math
import threading
from collections import deque

from .typed import Any, Callable, Iterable, NamedTuple, Optional, Sequence

WARNING = "WARNING"
CRITICAL = "CRITICAL"
_STATES = (WARNING, CRITICAL)
# What the processes behind an event are measured by, busiest first: share of a CPU, memory, bytes read and written.
CPU, MEMORY, IO = "cpu", "memory", "io"
# Processes kept of a CRITICAL sample.
TOP_PROCESSES = 3
# Events that may be ongoing at once; past it a new one is not recorded until another ends.
ONGOING_MOST = 100


class Observation(NamedTuple):
    """A statistic that has a limit, and how it stands to it. A value of None or NaN is one that was not seen."""

    name: str                    # what the event is called: CPU_USER, FS_/
    value: Optional[float]
    level: str                   # OK, CAREFUL, WARNING, CRITICAL, DEFAULT (no limit)
    measure: str                 # see `measure`


class Event(NamedTuple):
    """One stretch of time over a limit. Times are wall clock seconds; `end` None while it lasts."""

    begin: float
    end: Optional[float]
    state: str                   # WARNING or CRITICAL
    type: str
    maximum: float
    total: float
    minimum: float
    count: int                   # type: ignore[assignment]  # samples, at least 1
    top: tuple[Any, ...]         # the busiest processes at the latest sample that was CRITICAL; see `_close`
    measure: str


class _Sample(NamedTuple):
    """An observation that is a number."""

    value: float
    level: str
    measure: str


class _Ongoing(NamedTuple):
    """An event that lasts, its place in the order of opening, and its monotonic seconds."""

    event: Event
    number: int
    since: float
    seen: float                  # end of the latest window that was over
    top_before: tuple[Any, ...] = ()     # of the CRITICAL sample before, when the latest one is CRITICAL


def measure(name: str) -> str:
    """What the processes behind such an event are measured by: CPU, MEMORY or IO."""
    if name.startswith("MEM"):
        return MEMORY
    return IO if name == "CPU_IOWAIT" else CPU


class Alerts:
    """The log of events. Thread-safe.

    Kept: every ongoing event (at most ONGOING_MOST) and the `max_events` that ended last. Served: at most
    `max_events` of them, or as many as are ongoing; those that ended first give way, never one that lasts.
    """

    def __init__(self, max_events: int = 10, min_seconds: float = 6.0) -> None:
        self._lock = threading.Lock()
        self._ongoing: dict[tuple[str, str], _Ongoing] = {}
        self._ended: deque[tuple[int, Event]] = deque(maxlen=max_events)
        self._min_seconds = min_seconds
        self._opened = 0

    def configure(self, max_events: int, min_seconds: float) -> None:
        """Use other bounds from now on; of the events that ended, the latest stay."""
        with self._lock:
            self._ended = deque(self._ended, maxlen=max_events)
            self._min_seconds = min_seconds

    def observe(self, observations: Iterable[Observation], since_wall: float, since: float, now: float,
                top: Callable[[str], Sequence[Any]], source: str = "") -> None:
        """Take in what one source shows: everything that it has now, each value for the window `since`…`now`.

        `since`, `now`: monotonic seconds, equal for a value that has no window. `since_wall`: wall clock at `since`.
        `top(measure)`: processes, busiest first; called without a lock, only for CRITICAL values; must not raise.
        What this source showed before and does not show now (unplugged, gone) ended when it was last seen.
        Durations are monotonic, so neither a step of the wall clock nor a suspend gap bends them.
        """
        samples = _samples(observations)
        busiest = {key: tuple(top(key)[:TOP_PROCESSES])
                   for key in {sample.measure for sample in samples.values() if sample.level == CRITICAL}}
        with self._lock:
            for name in self._names(source).difference(samples):
                self._close(source, name, self._ongoing[source, name].seen)
            for name, sample in samples.items():
                ongoing = self._ongoing.get((source, name))
                over = sample.level in _STATES
                processes = busiest[sample.measure] if sample.level == CRITICAL else ()
                if ongoing is None:
                    if over and len(self._ongoing) < ONGOING_MOST:
                        self._opened += 1
                        event = _opened(name, sample, processes, since_wall)
                        self._ongoing[source, name] = _Ongoing(event, self._opened, since, now)
                elif now <= ongoing.seen:                   # a window that was taken in already
                    continue
                elif over:
                    event = _merged(ongoing.event, sample, processes)
                    before = ongoing.event.top if sample.level == CRITICAL else ()
                    self._ongoing[source, name] = ongoing._replace(event=event, seen=now, top_before=before)
                else:
                    self._close(source, name, since)

    def vanished(self, source: str) -> None:
        """A source is no more observed (turned off, or it fails): its events ended when they were last seen."""
        with self._lock:
            for name in self._names(source):
                self._close(source, name, self._ongoing[source, name].seen)

    def events(self) -> list[Event]:
        """Newest first, by when they were opened."""
        with self._lock:
            room = max(0, (self._ended.maxlen or 0) - len(self._ongoing))
            kept = list(self._ended)[-room:] if room else []
            kept.extend((ongoing.number, ongoing.event) for ongoing in self._ongoing.values())
        return [event for _, event in sorted(kept, key=lambda entry: entry[0], reverse=True)]

    def is_any_ongoing(self) -> bool:
        """Whether an event lasts."""
        return bool(self._ongoing)

    def _names(self, source: str) -> set[str]:
        return {name for owner, name in self._ongoing if owner == source}

    def _close(self, source: str, name: str, at: float) -> None:
        """Log it, unless it was too short: then it pushes out nothing either.

        The process that caused the event ended during the last window (else the event would go on), so the list that
        was taken one sample earlier still names it.
        """
        ongoing = self._ongoing.pop((source, name))
        event = ongoing.event
        seconds = max(0.0, round(at - ongoing.since, 3))
        if seconds >= self._min_seconds:
            ended = event._replace(end=event.begin + seconds, top=ongoing.top_before or event.top)
            self._ended.append((ongoing.number, ended))


def _samples(observations: Iterable[Observation]) -> dict[str, _Sample]:
    """By name. Names are upper case, so two elements may share one (eth0, ETH0): then the worse counts."""
    samples: dict[str, _Sample] = {}
    for name, value, level, key in observations:
        if value is None or not math.isfinite(value):
            continue
        other = samples.get(name)
        if other is None or _rank(level) > _rank(other.level):
            samples[name] = _Sample(value, level, key)
    return samples


def _rank(level: str) -> int:
    return _STATES.index(level) + 1 if level in _STATES else 0


def _opened(name: str, sample: _Sample, processes: tuple[Any, ...], begin: float) -> Event:
    value = sample.value
    return Event(begin, None, sample.level, name, value, value, value, 1, processes, sample.measure)


def _merged(event: Event, sample: _Sample, processes: tuple[Any, ...]) -> Event:
    value = sample.value
    merged = event._replace(maximum=max(event.maximum, value), minimum=min(event.minimum, value),
                            total=event.total + value, count=event.count + 1)
    return merged._replace(state=CRITICAL, top=processes) if sample.level == CRITICAL else merged
