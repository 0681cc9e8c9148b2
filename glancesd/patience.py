"""patience: calls into the kernel that may be slow or never return (statfs of a dead NFS server, a slow sensor).

A round makes every call once and ends after about ALL_SECONDS at the latest. One worker thread makes the calls in turn,
because a thread for each would cost more than most of them do. A call that outlasts EACH_SECONDS keeps that thread, and
another worker takes the rest. Between two rounds a call is in one of four states:

    under way   slow    what a round does with it
    no          no      makes it in its turn and waits for it; one that is not back in time: yes, yes
    yes         no      (only within a round)
    yes         yes     neither repeats it nor waits for it: its latest outcome stands; back: no, yes
    no          yes     makes it on a thread of its own and does not wait; back within EACH_SECONDS: no, no
"""
from __future__ import annotations

import math
import threading
import time
from collections import deque
from functools import partial

from . import threads
from .typed import Any, Callable, Iterable, Mapping, NamedTuple, Optional

EACH_SECONDS = 0.25
ALL_SECONDS = 0.75
# Threads that calls under way may hold; past it, only calls that were in time in the round before are made.
HELD_THREADS = 16

Call = Callable[[], Any]


class Outcome(NamedTuple):
    """What a call gave: value or error. `late`: it did not return in this round, and these are its latest known."""

    value: Any = None
    problem: Optional[Exception] = None
    late: bool = False


class _Known:
    """What is known of the call of one name."""

    __slots__ = ("outcome", "round", "back_at", "under_way", "slow")

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.round = -1                # the number of the round that the outcome is of
        self.back_at = -math.inf       # when it came
        self.under_way = False
        self.slow = False


class _Worker:
    """One thread, the calls that it has still to make in a round, and the one that it is in."""

    def __init__(self, calls: Iterable[tuple[str, Call]], number: int) -> None:
        self.calls = deque(calls)
        self.round = number
        self.name: Optional[str] = None
        self.began = 0.0
        self.done = not self.calls


class Patience:
    """Rounds of named calls, one at a time. State: a _Known for each name of the latest round or still under way."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._round = 0
        self._known: dict[str, _Known] = {}

    def run(self, calls: Mapping[str, Call]) -> dict[str, Outcome]:
        """Make every call; an outcome for each name, at most about ALL_SECONDS later."""
        with self._changed:
            self._round += 1
            self._known = {name: known for name, known in self._known.items() if name in calls or known.under_way}
            for name in calls:
                self._known.setdefault(name, _Known())
            self._make_slow(calls)
            self._wait_for([(name, call) for name, call in calls.items()
                            if not (self._known[name].slow or self._known[name].under_way)])
            return {name: self._outcome(self._known[name]) for name in calls}

    def age_seconds(self, name: str) -> float:
        """How old the latest outcome of a call is; infinite without one."""
        with self._changed:
            return self._clock() - self._known[name].back_at if name in self._known else math.inf

    def _outcome(self, known: _Known) -> Outcome:
        return known.outcome._replace(late=known.round != self._round)

    def _make_slow(self, calls: Mapping[str, Call]) -> None:
        """Start the slow calls, those with the oldest outcomes first."""
        slow = [name for name in calls if self._known[name].slow and not self._known[name].under_way]
        for name in sorted(slow, key=lambda name: self._known[name].round):
            if self._held() < HELD_THREADS and not self._start([(name, calls[name])]).done:
                self._known[name].under_way = True          # before its thread says so: it counts from now on

    def _wait_for(self, calls: list[tuple[str, Call]]) -> None:
        give_up = self._clock() + ALL_SECONDS
        worker = self._start(calls)
        while not worker.done:
            now = self._clock()
            late_at = min((worker.began if worker.name else now) + EACH_SECONDS, give_up)
            if now < late_at:
                self._changed.wait(late_at - now)
                continue
            rest, worker.calls = worker.calls, deque()      # it ends with the call that it is in
            if worker.name:
                self._known[worker.name].slow = True
            if now >= give_up:
                return
            worker = self._start(rest)

    def _held(self) -> int:
        return sum([known.under_way for known in self._known.values()])

    def _start(self, calls: Iterable[tuple[str, Call]]) -> _Worker:
        """A worker that makes these calls; `done` if there are none to be made, or no thread to make them."""
        if self._held() >= HELD_THREADS:
            calls = [(name, call) for name, call in calls if self._known[name].round == self._round - 1]
        worker = _Worker(calls, self._round)
        if not worker.done:
            try:
                threads.start(partial(self._work, worker))
            except RuntimeError:                            # no thread to be had: these calls are late
                worker.done = True
        return worker

    def _work(self, worker: _Worker) -> None:
        while True:
            with self._changed:
                if not worker.calls:
                    worker.done = True
                    self._changed.notify_all()
                    return
                name, call = worker.calls.popleft()
                worker.name, worker.began = name, self._clock()
                known = self._known[name]
                known.under_way = True
            try:
                outcome = Outcome(value=call())
            except Exception as problem:
                outcome = Outcome(problem=problem)
            with self._changed:
                known.outcome, known.round, known.back_at = outcome, worker.round, self._clock()
                known.under_way = False
                if known.back_at - worker.began < EACH_SECONDS:
                    known.slow = False
                worker.name = None
