"""delta: what happened between two samples. The one place that turns counters into increases, rates and percentages.

A source keeps one `Tracker`; its collector's `derive` is pure and uses the functions below on the two samples it is
handed.
"""
from __future__ import annotations

from typing import Any, NamedTuple, Optional

# A window shorter than this says more about clock ticks (10 ms) than about the machine.
WINDOW_SECONDS = 0.25
# Fastest link assumed where the kernel names no speed: 10 Gbit/s.
LINK_BYTES_PER_SECOND = 10e9 / 8

_WRAP = 1 << 32
_UPPER_HALF = 1 << 31


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


def increase(now: Optional[int], before: Optional[int]) -> int:
    """How much a 64-bit counter grew. 0 at first sight and when it steps back: that is a reset, not work done."""
    if now is None or before is None or now < before:
        return 0
    return now - before


def wrapping_increase(now: Optional[int], before: Optional[int], elapsed: float, ceiling_per_second: float) -> int:
    """As `increase`, for a counter that 32-bit kernels keep in 32 bits.

    A step back from the upper half of 32 bits counts as a wrap when the link could have carried the wrapped increase in
    the `elapsed` seconds (`ceiling_per_second`, in the counter's unit); otherwise it is a reset.
    """
    if now is None or before is None:
        return 0
    if now >= before:
        return now - before
    if _UPPER_HALF <= before < _WRAP:
        wrapped = now + _WRAP - before
        if wrapped <= ceiling_per_second * elapsed:
            return wrapped
    return 0


def rate(amount: float, elapsed: float) -> float:
    """Amount per second; 0.0 for a window of no length."""
    return amount / elapsed if elapsed > 0 else 0.0


def percent(part: float, whole: float) -> float:
    """Share in percent to one decimal, within 0…100; 0.0 of nothing."""
    if whole <= 0:
        return 0.0
    return round(min(100.0, max(0.0, part * 100.0 / whole)), 1)
