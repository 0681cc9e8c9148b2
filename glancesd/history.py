"""history: the latest points of each figure, one bounded ring of (wall clock seconds, value) for each.

    section  element  figure
    "cpu"    ""       "user"     ->  (1795415460.9, 27.0) (1795415470.9, 11.0) …      16 bytes a point

Points stand an interval apart whoever adds them, and however often: the newest one is replaced until it is that old.
"""
from __future__ import annotations

import math
import threading
from array import array
from collections import OrderedDict

from .typed import Any, Iterable, NamedTuple, Union

Number = Union[int, float]

# Rings over all sections. With 360 points each that is 5.9 MB, for a machine with a thousand interfaces and mounts.
RINGS = 1024
# Points over all rings, 32 MB of them: a longer history has fewer rings.
POINTS = 1 << 21
# When all rings are taken, the one filled longest ago is dropped for a new one, unless it was filled within this time;
# then the new one is not kept. Else more than RINGS live figures would evict each other at every tick.
LIVE_SECONDS = 60.0
# Clocks of threads waver: a point that is a little early for its interval is in time.
_EARLY = 0.05


class Figure(NamedTuple):
    """What a ring is of: an element of a section ("" for a machine as a whole) and its figure, in kernel words."""

    element: str
    name: str


class _Ring:
    """The latest points of one figure: a list while it grows, then its oldest point is written over."""

    __slots__ = ("times", "values", "oldest", "whole", "born", "at", "at_before")

    def __init__(self, born: int) -> None:
        self.times = array("d")
        self.values = array("d")
        self.oldest = 0              # where the oldest point is
        self.whole = True            # every value was an int: they come back as int
        self.born = born
        self.at = -math.inf          # monotonic seconds of the newest point
        self.at_before = -math.inf   # and of the one before it

    def add(self, at: float, wall: float, value: Number, size: int, interval: float) -> None:
        if not isinstance(value, int):
            self.whole = False
        if self.at - self.at_before < interval * (1 - _EARLY):
            self.times[self.oldest - 1] = wall
            self.values[self.oldest - 1] = value
            self.at = at
            return
        self.at_before, self.at = self.at, at
        if len(self.times) < size:
            self.times.append(wall)
            self.values.append(value)
        else:
            self.times[self.oldest] = wall
            self.values[self.oldest] = value
            self.oldest = (self.oldest + 1) % size

    def resize(self, size: int) -> None:
        self.times = self._in_order(self.times)[-size:]
        self.values = self._in_order(self.values)[-size:]
        self.oldest = 0

    def points(self, n: int) -> list[tuple[float, Number]]:
        times, values = self._in_order(self.times)[-n:], self._in_order(self.values)[-n:]
        return list(zip(times, map(int, values) if self.whole else values))

    def _in_order(self, ring: array[float]) -> array[float]:
        return ring[self.oldest:] + ring[:self.oldest]


class History:
    """The latest `size` points of each figure, `interval` seconds apart; a size of 0 keeps none. Thread-safe.

    Bounds: RINGS rings, POINTS points in all of them.
    """

    def __init__(self, size: int = 360, interval: float = 10.0) -> None:
        self._lock = threading.Lock()
        self._size = size
        self._interval = interval
        self._born = 0
        self._rings: OrderedDict[tuple[str, Figure], _Ring] = OrderedDict()      # the one filled longest ago first

    def add(self, section: str, at: float, wall: float, values: Iterable[tuple[Figure, Any]]) -> None:
        """Take in what a section shows at a moment (`at` monotonic, `wall` to print): it is the newest point.

        A value that is no finite number is left out, and so is a second one of the same moment.
        """
        with self._lock:
            if self._size > 0:
                for figure, value in values:
                    if isinstance(value, (int, float)) and math.isfinite(value):
                        self._add((section, figure), at, wall, value)

    def _add(self, key: tuple[str, Figure], at: float, wall: float, value: Number) -> None:
        ring = self._rings.get(key)
        if ring is None:
            if len(self._rings) >= self._most() and not self._give_up_one(at):
                return
            self._born += 1
            ring = self._rings[key] = _Ring(self._born)
        elif at <= ring.at:
            return
        ring.add(at, wall, value, self._size, self._interval)
        self._rings.move_to_end(key)

    def figures(self, section: str) -> list[Figure]:
        """The figures of a section that have points, in the order in which they first had one."""
        with self._lock:
            found = [(ring.born, figure) for (owner, figure), ring in self._rings.items() if owner == section]
        return [figure for _, figure in sorted(found)]

    def points(self, section: str, figure: Figure, n: int = 0) -> list[tuple[float, Number]]:
        """The last `n` points of a figure (0: all), oldest first; empty only when there is no such figure."""
        with self._lock:
            ring = self._rings.get((section, figure))
            return ring.points(max(0, n)) if ring is not None else []

    def configure(self, size: int, interval: float) -> None:
        """Keep so many points of each figure from now on, so far apart; of what there is the newest stay."""
        with self._lock:
            self._interval = interval
            self._size = size
            while len(self._rings) > self._most():
                self._rings.popitem(last=False)
            for ring in self._rings.values():
                ring.resize(size)

    def _most(self) -> int:
        """How many rings there may be, of the size that they have."""
        return min(RINGS, max(1, POINTS // self._size)) if self._size > 0 else 0

    def _give_up_one(self, at: float) -> bool:
        key = next(iter(self._rings))
        if at - self._rings[key].at < LIVE_SECONDS:
            return False
        del self._rings[key]
        return True
