"""readings: fresh enough? serve. Else sample once, whoever else is waiting.

A slot for each source: `Sampled` ones read the kernel, `Derived` ones say what happened between two samples of another.
Nothing is read before somebody asks (a client, or the daemon's own ticker).
"""
from __future__ import annotations

import threading
import time

from .delta import WINDOW_SECONDS, Tracker
from .log import Log
from .roots import SHORTAGE, NoData, Roots
from .typed import Any, Callable, Generic, Mapping, NamedTuple, Optional, TypeVar, Union, overload

# What hardly changes (cores, sensors, power, …) is read at most this often.
SLOW_SECONDS = 10.0
# As long as a request waits for somebody else's sample under way; then it gets the latest there is.
TURN_SECONDS = 5.0

_HANGS = "does not answer"


class Clock(NamedTuple):
    """Time as the daemon sees it; tests put their own here. `monotonic` for every window, `wall` only to print."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


T = TypeVar("T")


class Source(str, Generic[T]):
    """The name of a source; T is the type of its value, so that a type checker sees from a collector to a dialect."""

    __slots__ = ()


class Reading(Generic[T]):
    """A value and when it was true. Immutable."""

    __slots__ = ("value", "at", "wall", "elapsed", "until")

    def __init__(self, value: T, at: float = 0.0, wall: float = 0.0, elapsed: float = 0.0, until: float = 0.0) -> None:
        self.value = value            # None: the kernel has no such thing here
        self.at = at                  # monotonic seconds
        self.wall = wall
        self.elapsed = elapsed        # length of its window in seconds, 0.0 for a plain sample
        self.until = until            # fresh before this monotonic time

    def fresh_until(self, until: float) -> Reading[T]:
        """The same, fresh for longer."""
        return Reading(self.value, self.at, self.wall, self.elapsed, until)


NOTHING: Reading[Any] = Reading(None)


class Sampled(NamedTuple):
    """A source that is read: of the kernel, or, when it is `own`, of the daemon's own state.

    `given` names one above it in the table whose value this one is handed: a file that both need is read once. One that
    `follows` it is fresh for as long as that: what it says of each process of a sample is not said of the next. An
    `optional` one has no say in whether everything fails: most machines have nothing of it.
    """

    sample: Callable[..., Any]           # of the roots; with `given`, of the roots and that one's value (None: nothing)
    slow: bool = False
    own: bool = False
    given: Optional[str] = None
    optional: bool = False
    follows: bool = False


class Derived(NamedTuple):
    """A source that compares two samples of the source `compares`."""

    compares: str
    derive: Callable[[Any, Any, float], Any]


class Turn:
    """Single flight: one has the turn, and the others wait for it. Not for ever: a read may hang in the kernel.

    Once somebody has waited TURN_SECONDS in vain nobody waits any more, until the turn is free again.
    """

    def __init__(self) -> None:
        self.hangs = False
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether the turn is ours; then it is ours to `leave`."""
        self.hangs = not self._lock.acquire(timeout=0 if self.hangs else TURN_SECONDS)
        return not self.hangs

    def leave(self) -> None:
        self.hangs = False
        self._lock.release()


class Slot:
    """The latest value of one source, and single flight: callers of `take` at once cause one sample."""

    def __init__(self, name: str, clock: Clock, log: Log) -> None:
        self.name = name
        self.latest: Reading[Any] = NOTHING
        self._clock = clock
        self._log = log
        self._turn = Turn()
        self._failed: Optional[str] = None
        self.troubled: set[str] = set()      # the names of all slots that may have a problem: Readings shares one
        self.is_short = False                # the latest attempt had no descriptor or no memory
        self.is_refused = False              # by the kernel, at the latest attempt: no text that we fail to understand

    @property
    def is_late(self) -> bool:
        """Whether the next attempt may tell more: this one is still under way, or lacked something."""
        return self._turn.hangs or self.is_short

    @property
    def problem(self) -> Optional[str]:
        """Why the latest attempt gave nothing fresh."""
        return _HANGS if self._turn.hangs else self._failed

    def take(self, not_before: float = 0.0) -> Reading[Any]:
        """The latest value if fresh and from `not_before` or later, else a new one; an older one if that fails."""
        latest = self.latest
        if self._clock.monotonic() < latest.until and latest.at >= not_before:
            return latest
        if not self._turn.take():
            self.troubled.add(self.name)
            self._log.once("%s: %s" % (self.name, _HANGS))
            return self.latest
        try:
            latest = self.latest
            if self._clock.monotonic() < latest.until and latest.at >= not_before:
                return latest
            try:
                self.latest = self._renew(not_before)
                self._failed, self.is_refused, self.is_short = None, False, False
                self.troubled.discard(self.name)
            except Exception as problem:
                self._fail(problem)
            return self.latest
        finally:
            self._turn.leave()

    def _renew(self, not_before: float) -> Reading[Any]:
        raise NotImplementedError

    def _fail(self, problem: Exception) -> None:
        """Keep what there is, and try again no sooner than in a second."""
        self._failed, self.is_refused = str(problem) or type(problem).__name__, isinstance(problem, OSError)
        self.troubled.add(self.name)
        self.is_short = isinstance(problem, MemoryError) or getattr(problem, "errno", None) in SHORTAGE
        self._log.once("%s: %s" % (self.name, self._failed))
        self.latest = self.latest.fresh_until(self._clock.monotonic() + 1.0)


class SampleSlot(Slot):
    """Reads the kernel at most once in `hold` seconds."""

    def __init__(self, name: str, sample: Callable[..., Any], of: Optional[SampleSlot], roots: Roots, hold: float,
                 clock: Clock, log: Log, follows: bool = False) -> None:
        super().__init__(name, clock, log)
        self._sample = sample
        self._follows = follows
        self._of = of
        self._roots = roots
        self.hold = hold

    def _renew(self, not_before: float) -> Reading[Any]:
        wait = not_before - self._clock.monotonic()
        if wait > 0:
            self._clock.sleep(wait)
        given = None if self._of is None else self._of.take()
        at, wall = self._clock.monotonic(), self._clock.wall()
        try:
            value = self._sample(self._roots) if given is None else self._sample(self._roots, given.value)
        except NoData:
            value = None
        return Reading(value, at, wall, 0.0, given.until if self._follows and given is not None else at + self.hold)


class DerivedSlot(Slot):
    """What happened since the sample before, in a window that is never shorter than WINDOW_SECONDS."""

    def __init__(self, name: str, derive: Callable[[Any, Any, float], Any], of: SampleSlot, clock: Clock,
                 log: Log) -> None:
        super().__init__(name, clock, log)
        self.derive = derive
        self.of = of
        self._tracker = Tracker()

    def baseline(self) -> None:
        """Take the sample that the first window begins with."""
        if self._turn.take():
            try:
                if self._tracker.ripe_at == 0.0:
                    self._begin()
            finally:
                self._turn.leave()

    def _begin(self) -> Reading[Any]:
        sample = self.of.take()
        if sample.value is not None:
            self._tracker.advance(sample.value, sample.at)
        return sample

    def _renew(self, not_before: float) -> Reading[Any]:
        if self._tracker.ripe_at == 0.0 and self._begin().value is None:
            sample = self.of.latest
        else:
            sample = self.of.take(self._tracker.ripe_at)
        if sample.value is None:
            self._tracker = Tracker()
            return sample
        if sample.at < self._tracker.ripe_at:                       # its source failed: nothing newer to compare
            return self.latest.fresh_until(sample.until)
        window = self._tracker.advance(sample.value, sample.at)
        value = self.derive(window.now, window.before, window.elapsed)
        return Reading(value, sample.at, sample.wall, window.elapsed, max(sample.until, sample.at + WINDOW_SECONDS))


class Readings:
    """Every source by name: the latest reading of each, and single flight for whoever wants a fresh one."""

    def __init__(self, sources: Mapping[str, Union[Sampled, Derived]], roots: Roots, cached_time: float,
                 clock: Clock, log: Log) -> None:
        self.slots: dict[str, Slot] = {}
        self._log = log
        self._troubled: set[str] = set()
        self._samples: dict[str, SampleSlot] = {}
        self._derived: dict[str, DerivedSlot] = {}
        self._slow = {name for name, source in sources.items() if isinstance(source, Sampled) and source.slow}
        self._silent = {name for name, source in sources.items()
                        if isinstance(source, Sampled) and (source.own or source.slow or source.optional)}
        for name, source in sources.items():
            if isinstance(source, Sampled):
                of = self._samples[source.given] if source.given else None
                self._samples[name] = SampleSlot(name, source.sample, of, roots, 0.0, clock, log, source.follows)
        for name, source in sources.items():
            if isinstance(source, Derived):
                self._derived[name] = DerivedSlot(name, source.derive, self._samples[source.compares], clock, log)
        self.slots.update(self._samples)
        self.slots.update(self._derived)
        for slot in self.slots.values():
            slot.troubled = self._troubled
        self.hold(cached_time)

    def hold(self, cached_time: float) -> None:
        """Set for how many seconds a sample is shared. None of before is: it may be of other settings."""
        for name, slot in self._samples.items():
            slot.hold = max(cached_time, SLOW_SECONDS) if name in self._slow else cached_time
        for each in self.slots.values():
            if each.latest is not NOTHING:
                each.latest = each.latest.fresh_until(0.0)

    @overload
    def take(self, name: Source[T], not_before: float = 0.0) -> Reading[Optional[T]]: ...
    @overload
    def take(self, name: str, not_before: float = 0.0) -> Reading[Any]: ...
    def take(self, name: str, not_before: float = 0.0) -> Reading[Any]:
        """The value of one source, fresh, and true at `not_before` or later. What it raises is in `problem`."""
        return self.slots[name].take(not_before)

    def problem(self, name: str) -> Optional[str]:
        """Why a source, or the one that it compares samples of, has nothing fresh; None when all is well."""
        derived = self._derived.get(name)
        return self.slots[name].problem or (derived.of.problem if derived is not None else None)

    def pending(self, name: str) -> bool:
        """Whether a source has not told anything yet, and may the next time."""
        slot, derived = self.slots[name], self._derived.get(name)
        return slot.latest.at == 0.0 and (slot.is_late or derived is not None and derived.of.is_late)

    def troubled(self) -> bool:
        """Whether any source at all may have a problem; `problem` says which one has."""
        return bool(self._troubled)

    def lost(self, name: str) -> Optional[str]:
        """Why a source that no machine lacks gives nothing: its file is gone or refused. None when it is there.

        One that is there and not understood (of a kernel to come) is not lost.
        """
        slot = self.slots[name]
        if slot.take().value is None and not slot.problem:
            return "no such file"
        return slot.problem if slot.is_refused else None

    def baselines(self, *left_out: str) -> None:
        """Begin every window but those named (and not yet begun), so that the first answers are real."""
        for name, slot in self._derived.items():
            if name not in left_out:
                slot.baseline()

    def own_window(self, name: str, tracker: Tracker) -> Reading[Any]:
        """As `take`, but of what happened since this `tracker`'s latest sample, whoever else asked in between."""
        derived = self._derived.get(name)
        if derived is None:
            return self.take(name)
        sample = derived.of.take()
        if sample.value is None or sample.at < tracker.ripe_at:
            return NOTHING
        window = tracker.advance(sample.value, sample.at)
        if window.before is None:
            return NOTHING
        try:
            value = derived.derive(window.now, window.before, window.elapsed)
        except Exception as problem:
            self._log.once("%s: %s" % (name, str(problem) or type(problem).__name__))
            return NOTHING
        return Reading(value, sample.at, sample.wall, window.elapsed, sample.until)

    def all_fail(self) -> bool:
        """Whether no source of the kernel that anyone asked for gives anything fresh.

        The slow and the optional ones have no say: a sensor that its driver refuses is left out, not failed.
        """
        asked = [slot for name, slot in self._samples.items() if name not in self._silent
                 and (slot.problem is not None or slot.latest is not NOTHING)]
        return bool(asked) and all(slot.problem is not None for slot in asked)
