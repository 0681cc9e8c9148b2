"""ratchet: CPU times that never step back, as Prometheus expects of a counter.

The kernel lets idle, iowait and steal step back by a tick, and rate() would take that for a reset and add the whole
counter once more. So the largest value seen of each CPU and column is shown; a CPU whose idle time steps back by
seconds was taken out and put back, and begins anew.
"""
from __future__ import annotations

from ..collectors.cpu import Stat, Times

_REPLUGGED_TICKS = 300


class Ratchet:
    """State: the times of each CPU that the latest sample had."""

    def __init__(self) -> None:
        self._held: dict[int, Times] = {}

    def __call__(self, stat: Stat) -> Stat:
        """The sample with each CPU's times as high as they have ever been."""
        self._held = {number: self._highest(number, times) for number, times in stat.cpus.items()}
        return stat._replace(cpus=self._held)

    def _highest(self, number: int, times: Times) -> Times:
        held = self._held.get(number)
        if held is None or held.idle - times.idle >= _REPLUGGED_TICKS:
            return times
        return Times._make([now if before is None or now is None or now > before else before
                            for now, before in zip(times, held)])
