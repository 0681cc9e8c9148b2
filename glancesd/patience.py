"""patience: calls into the kernel that may be slow or never return (statfs of a dead NFS server, a slow sensor).

One worker thread makes the calls of a round in turn while the caller waits a bounded time. A call that outlasts its
time keeps that thread, another thread takes the rest, and later rounds neither repeat it nor wait for it until it has
returned.
"""
from __future__ import annotations

import math
import threading
import time
from collections import deque
from functools import partial
from typing import Any, Callable, Mapping, NamedTuple, Optional

from . import threads

EACH_SECONDS = 0.25
ALL_SECONDS = 0.75
# Threads that calls under way may hold; past it, calls that were late before are not made.
HELD_THREADS = 16

Call = Callable[[], Any]


class Outcome(NamedTuple):
    """What a call gave: value or error. `late`: not back in this round's time, and these are its latest known."""

    value: Any = None
    problem: Optional[Exception] = None
    late: bool = False


class _Round:
    """The calls that one worker has before it, and the one that it is in."""

    def __init__(self, calls: deque[tuple[str, Call]], number: int) -> None:
        self.calls = calls
        self.number = number
        self.name: Optional[str] = None
        self.began = 0.0
        self.over = False


class Patience:
    """Rounds of named calls, one at a time. State: one outcome and at most one thread for each name of the latest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._round = 0
        self._known: dict[str, tuple[int, Outcome]] = {}
        self._back_at: dict[str, float] = {}    # when the outcome of each name in `_known` came
        self._held: set[str] = set()      # names whose call is under way
        self._slow: set[str] = set()      # names whose latest call was not back in time: made, but not waited for

    def run(self, calls: Mapping[str, Call]) -> dict[str, Outcome]:
        """Make every call; an outcome for each name, at most about ALL_SECONDS later."""
        with self._changed:
            self._round += 1
            for name in sorted(self._slow.intersection(calls) - self._held, key=self._round_of):    # each in its turn
                if len(self._held) < HELD_THREADS and not self._start(deque([(name, calls[name])])).over:
                    self._held.add(name)
            self._wait_for(deque(item for item in calls.items() if item[0] not in self._slow | self._held))
            for name in [name for name in self._known if name not in calls]:
                del self._known[name], self._back_at[name]
            self._slow.intersection_update(self._held.union(calls))
            return {name: self._outcome(name) for name in calls}

    def held(self) -> list[str]:
        """Names of the calls under way."""
        with self._changed:
            return sorted(self._held)

    def age_seconds(self, name: str) -> float:
        """How old the latest outcome of a call is; infinite without one."""
        with self._changed:
            return self._clock() - self._back_at[name] if name in self._back_at else math.inf

    def _round_of(self, name: str) -> int:
        """The round of its latest outcome, -1 without one."""
        return self._known[name][0] if name in self._known else -1

    def _outcome(self, name: str) -> Outcome:
        number, outcome = self._known.get(name, (0, Outcome()))
        return outcome._replace(late=number != self._round)

    def _wait_for(self, calls: deque[tuple[str, Call]]) -> None:
        give_up = self._clock() + ALL_SECONDS
        turn = self._start(calls)
        while not turn.over:
            now = self._clock()
            late_at = min((turn.began if turn.name else now) + EACH_SECONDS, give_up)
            if now < late_at:
                self._changed.wait(late_at - now)
                continue
            rest, turn.calls = turn.calls, deque()      # its worker ends with the call that it is in
            if turn.name:
                self._slow.add(turn.name)
            if now >= give_up:
                return
            turn = self._start(rest)

    def _start(self, calls: deque[tuple[str, Call]]) -> _Round:
        if len(self._held) >= HELD_THREADS:
            calls = deque(item for item in calls if self._round_of(item[0]) == self._round - 1)
        turn = _Round(calls, self._round)
        turn.over = not calls
        if not turn.over:
            try:
                threads.start(partial(self._work, turn))
            except RuntimeError:                        # no thread to be had: these calls are late
                turn.over = True
        return turn

    def _work(self, turn: _Round) -> None:
        while True:
            with self._changed:
                if not turn.calls:
                    turn.over = True
                    self._changed.notify_all()
                    return
                name, call = turn.calls.popleft()
                turn.name, turn.began = name, self._clock()
                self._held.add(name)
            try:
                outcome = Outcome(value=call())
            except Exception as problem:
                outcome = Outcome(problem=problem)
            with self._changed:
                self._held.discard(name)
                now = self._back_at[name] = self._clock()
                self._known[name] = (turn.number, outcome)
                if now - turn.began < EACH_SECONDS:
                    self._slow.discard(name)
                turn.name = None
