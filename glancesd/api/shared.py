"""shared: answers made once for all who ask: each is kept with what it was made of, and made anew when that is."""
from __future__ import annotations

import threading
import time
from collections import OrderedDict

from .. import threads
from ..answers import Answer
from ..readings import Turn
from ..typed import Any, Callable, Hashable, NamedTuple, Optional

# Answers kept, and bytes of their bodies; the one asked for longest ago goes first. A client chooses items and values,
# so what an answer is kept with is small, or the same for all.
ANSWERS = 64
BYTES = 8 << 20
# Makers at work at once: a second caller of one path waits for the first one's answer.
_TURNS = 16


class _Kept(NamedTuple):
    """An answer, what it was made of, and until when (monotonic seconds) it is given again whatever changed."""

    made_of: Any
    answer: Answer
    until: float


class Shared:
    """The latest answer of each key. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._answers: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._bytes = 0
        self._large: dict[Hashable, None] = {}   # keys whose last answer was large, even if it is no longer kept
        self._turns = [Turn() for _ in range(_TURNS)]

    def take(self, key: Hashable, made_of: Any, make: Callable[[], Answer]) -> Answer:
        """The answer made of these very inputs (compared by ==), or a large one of a moment ago; else a new one."""
        answer = self._find(key, made_of)
        if answer is not None:
            return answer
        turn = self._turns[hash(key) % _TURNS]
        mine = turn.take()                       # not ours after a long wait: then it is made beside the other one
        try:
            answer = self._find(key, made_of) if mine else None
            if answer is None:
                began = self._clock()
                if key in self._large:
                    self._drop(key)
                    answer = threads.alone(make)
                else:
                    answer = make()
                self._keep(key, made_of, answer, self._clock() - began)
            return answer
        finally:
            if mine:
                turn.leave()

    def _find(self, key: Hashable, made_of: Any) -> Optional[Answer]:
        with self._lock:
            found = self._answers.get(key)
            if found is None or found.made_of != made_of and self._clock() >= found.until:
                return None
            self._answers.move_to_end(key)
            return found.answer

    def _drop(self, key: Hashable) -> None:
        """Forget an answer before another takes its place: what nobody is sent is not held beside it."""
        with self._lock:
            before = self._answers.pop(key, None)
            self._bytes -= len(before.answer.body) if before is not None else 0

    def _keep(self, key: Hashable, made_of: Any, answer: Answer, took: float) -> None:
        with self._lock:
            before = self._answers.pop(key, None)
            self._bytes += len(answer.body) - (len(before.answer.body) if before is not None else 0)
            self._large.pop(key, None)
            until = 0.0
            if len(answer.body) >= threads.LARGE_BYTES:
                until = self._clock() + max(took, len(answer.body) / threads.MADE_BYTES_PER_SECOND)
                self._large[key] = None
                if len(self._large) > ANSWERS:
                    del self._large[next(iter(self._large))]
            self._answers[key] = _Kept(made_of, answer, until)
            while len(self._answers) > 1 and (len(self._answers) > ANSWERS or self._bytes > BYTES):
                _, oldest = self._answers.popitem(last=False)
                self._bytes -= len(oldest.answer.body)
