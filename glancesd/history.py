"""history: the latest points of each item, one bounded ring of (wall clock seconds, value) for each.

    "cpu", "user"  ->  (1795415460.9, 27.0) (1795415470.9, 11.0) …      16 bytes a point
"""
from __future__ import annotations

import math
import threading
from array import array
from collections import OrderedDict
from typing import Any, Iterable, Union

Number = Union[int, float]

# Rings over all plugins. With 360 points each that is 5.9 MB, for a machine with a thousand interfaces and mounts.
RINGS = 1024
# Past RINGS, a ring gives way to a new item unless it was filled this short a time ago: then the new one is left out,
# or more live items than rings would push each other out round after round and leave one point each.
LIVE_SECONDS = 60.0


class _Ring:
    """The latest points of one item: a list while it grows, then its oldest point is written over."""

    __slots__ = ("times", "values", "oldest", "whole", "born")

    def __init__(self, born: int) -> None:
        self.times = array("d")
        self.values = array("d")
        self.oldest = 0              # where the oldest point is
        self.whole = True            # every value was an int: they come back as int
        self.born = born

    def newest_time(self) -> float:
        return self.times[self.oldest - 1]

    def add(self, at: float, value: Number, size: int) -> None:
        if not isinstance(value, int):
            self.whole = False
        if len(self.times) < size:
            self.times.append(at)
            self.values.append(value)
        else:
            self.times[self.oldest] = at
            self.values[self.oldest] = value
            self.oldest = (self.oldest + 1) % size

    def resize(self, size: int) -> None:
        for name in ("times", "values"):
            ring = getattr(self, name)
            setattr(self, name, (ring[self.oldest:] + ring[:self.oldest])[-size:])
        self.oldest = 0

    def points(self, n: int) -> list[tuple[float, Number]]:
        times = self.times[self.oldest:] + self.times[:self.oldest]
        values = self.values[self.oldest:] + self.values[:self.oldest]
        return list(zip(times[-n:], map(int, values[-n:]) if self.whole else values[-n:]))


class History:
    """The latest `size` points of each item of each plugin; 0 keeps none. At most RINGS items. Thread-safe."""

    def __init__(self, size: int = 360) -> None:
        self._lock = threading.Lock()
        self._size = size
        self._born = 0
        self._rings: OrderedDict[tuple[str, str], _Ring] = OrderedDict()      # the one filled longest ago first

    def add(self, plugin: str, at_wall: float, values: Iterable[tuple[str, Any]]) -> None:
        """Keep a point of each item. A value that is no finite number is left out, and so is a second of an instant."""
        with self._lock:
            if self._size > 0:
                for item, value in values:
                    if isinstance(value, (int, float)) and math.isfinite(value):
                        self._add(plugin, item, at_wall, value)

    def _add(self, plugin: str, item: str, at_wall: float, value: Number) -> None:
        ring = self._rings.get((plugin, item))
        if ring is None:
            if len(self._rings) >= RINGS and not self._give_up_one(at_wall):
                return
            self._born += 1
            ring = self._rings[plugin, item] = _Ring(self._born)
        elif ring.newest_time() == at_wall:
            return
        ring.add(at_wall, value, self._size)
        self._rings.move_to_end((plugin, item))

    def items(self, plugin: str) -> list[str]:
        """The items of a plugin that have points, in the order in which they first had one."""
        with self._lock:
            found = [(ring.born, item) for (owner, item), ring in self._rings.items() if owner == plugin]
        return [item for _, item in sorted(found)]

    def points(self, plugin: str, item: str, n: int = 0) -> list[tuple[float, Number]]:
        """The last `n` points of an item (0: all), oldest first; empty only when there is no such item."""
        with self._lock:
            ring = self._rings.get((plugin, item))
            return ring.points(max(0, n)) if ring is not None else []

    def resize(self, size: int) -> None:
        """Keep so many points of each item from now on, and of what there is the newest."""
        with self._lock:
            self._size = size
            if size <= 0:
                self._rings.clear()
            for ring in self._rings.values():
                ring.resize(size)

    def _give_up_one(self, at_wall: float) -> bool:
        key = next(iter(self._rings))
        if abs(at_wall - self._rings[key].newest_time()) < LIVE_SECONDS:
            return False
        del self._rings[key]
        return True
