"""delta: what happened between two samples. The one place that turns counters into increases, rates and percentages.

A source keeps one `Tracker`; its collector's `derive` is pure and uses the functions below on the two samples it is
handed. What a device counts (`Counter`) is followed by its sampler from each sample to the next, so that a wrap, a leap
and a moment's 0 are told apart once, for everyone who compares two samples, however far apart.
"""
from __future__ import annotations

import math

from .typed import Any, NamedTuple, Optional

# A window shorter than this says more about clock ticks (10 ms) than about the machine.
WINDOW_SECONDS = 0.25
# A wrap of a link of unknown speed makes up for no more than 10 Gbit/s would carry.
LINK_BYTES_PER_SECOND = 10e9 / 8
# No link, disk or memory copy moves more: 1 Tbit/s. What says so is a counter that leapt.
MOST_BYTES_PER_SECOND = 1e12 / 8
# Drivers that ask their hardware once a second show up to so much more than the window's work at once.
LATE_SECONDS = 1.0

WRAP = 1 << 32
_UPPER_HALF = 1 << 31
# A counter that is so near to its last value may wrap to exactly 0.
_END = 1 << 16


class Window(NamedTuple):
    """Two samples of one source and the monotonic seconds between them; at the first, `before` is None, elapsed 0.0."""

    now: Any
    before: Optional[Any]
    elapsed: float


class Tracker:
    """The previous sample of one source and when it was taken; one sample, never more. Not locked: its owner is."""

    def __init__(self) -> None:
        self._sample: Optional[Any] = None
        self._at = 0.0

    def advance(self, sample: Any, at: float) -> Window:
        """The window from the previous sample to this one, which becomes the previous. `at`: monotonic seconds."""
        window = self.window(sample, at)
        self._sample = sample
        self._at = at
        return window

    def window(self, sample: Any, at: float) -> Window:
        """The window from the previous sample to this one, without keeping it."""
        if self._sample is None:
            return Window(sample, None, 0.0)
        return Window(sample, self._sample, max(0.0, at - self._at))

    @property
    def ripe_at(self) -> float:
        """From when (monotonic seconds) a sample makes a window long enough to be true."""
        return self._at + WINDOW_SECONDS if self._sample is not None else 0.0


def increase(now: Optional[int], before: Optional[int], most: float = math.inf) -> int:
    """How much a 64-bit counter grew. 0 at first sight, and at a reset: a step back, or a leap by more than `most`."""
    if now is None or before is None or now < before or now - before > most:
        return 0
    return now - before


def wrapping_increase(now: Optional[int], before: Optional[int], most: float) -> int:
    """As `increase`, for a counter that is kept in 32 bits, or for a sum of such counters.

    A step back from 2^31 or more counts as a wrap when what it makes up for is at most `most`; else it is a reset.
    """
    if now is None or before is None:
        return 0
    grown = now - before
    if grown < 0 and before >= _UPPER_HALF:
        grown %= WRAP
    return grown if 0 <= grown <= most else 0


class Counter(NamedTuple):
    """A counter of a device as of one sample. `follow` makes the next one of it."""

    raw: int                          # as the kernel shows it
    lifted: int = 0                   # 2^32 for each wrap since the last reset
    grown: int = 0                    # since the first sample: what resets and leaps show is left out
    fallen_from: Optional[int] = None  # while `raw` is 0: what it was before

    @property
    def value(self) -> int:
        """The counter as if it had never wrapped. It falls at a reset alone."""
        return self.raw + self.lifted if self.fallen_from is None else 0


def follow(before: Counter, raw: int, most: float, most_at_wrap: float = 0.0) -> Counter:
    """The counter at its next sample.

    A step up by more than `most` is a leap: no growth. A step back is a wrap of 32 bits when it begins at 2^31 or more
    and makes up for no more than `most_at_wrap` (0.0: the counter has 64 bits); else it is a reset. So is a fall to 0,
    but for a wrap of a counter that was at its end; and if it comes back to where it was it was nothing: drivers that
    are busy show 0 for a moment.
    """
    step = raw - before.raw
    if step == 0:
        return before
    if before.fallen_from is not None and raw >= before.fallen_from:
        return _grown(before, raw, raw - before.fallen_from, most)
    if step > 0:
        return _grown(before, raw, step, most)._replace(lifted=0 if before.fallen_from is not None else before.lifted)
    wrapped = step + WRAP
    if _UPPER_HALF <= before.raw < WRAP and wrapped <= most_at_wrap and (raw or wrapped <= _END):
        return Counter(raw, before.lifted + WRAP, before.grown + wrapped)
    return Counter(raw, 0, before.grown) if raw else Counter(0, before.lifted, before.grown, before.raw)


def _grown(before: Counter, raw: int, step: int, most: float) -> Counter:
    return Counter(raw, before.lifted, before.grown + (step if step <= most else 0))


def rate(amount: float, elapsed: float) -> float:
    """Amount per second; 0.0 for a window of no length."""
    return amount / elapsed if elapsed > 0 else 0.0


def percent(part: float, whole: float) -> float:
    """Share in percent to one decimal, within 0…100; 0.0 of nothing."""
    if whole <= 0:
        return 0.0
    return round(min(100.0, max(0.0, part * 100.0 / whole)), 1)
