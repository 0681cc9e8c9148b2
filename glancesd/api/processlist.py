"""processlist: the process list of a version of the API, as JSON that is kept for each process that did nothing."""
from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional, Sequence

from ..answers import Encoded, dump
from ..collectors.memory import Memory
from ..collectors.process_details import Detail
from ..collectors.processes import TICKS_PER_SECOND, Activity
from ..readings import Reading
from ..settings import Settings
from .dialect import JSONValue


class _Known(NamedTuple):
    """An element of the list: what it was made of, and its JSON up to the time, which is its last field."""

    made_of: tuple[Any, ...]
    element: dict[str, JSONValue]
    head: bytes


class ProcessList:
    """Renders `processlist`; a version's subclass says how an element looks, and their order.

    State: the latest elements by pid: that of a process that did nothing stays as it is.
    """

    def __init__(self) -> None:
        # (what all elements were made with, elements by pid), replaced as one tuple: two threads may render at once.
        self._latest: tuple[tuple[int, bool], dict[int, _Known]] = ((0, False), {})

    def element(self, activity: Activity, detail: Optional[Detail], memory_total_bytes: int,
                hide_arguments: bool) -> dict[str, JSONValue]:
        """One process; its last field is `time_since_update`."""
        raise NotImplementedError

    def order(self, activities: Sequence[Activity]) -> Sequence[Activity]:
        """The processes as they are listed: by pid unless a subclass has another order."""
        return activities

    def __call__(self, settings: Settings, activities: Reading[list[Activity]], memory: Reading[Optional[Memory]],
                 details: Optional[Reading[Optional[Mapping[int, Detail]]]] = None) -> JSONValue:
        total = memory.value.total_bytes if memory.value is not None else 0
        elapsed = activities.elapsed
        detail_of: Mapping[int, Detail] = details.value or {} if details is not None else {}
        made_with = total, settings.hide_arguments
        before_with, before = self._latest
        if before_with != made_with:
            before = {}
        latest = {}
        for activity in self.order(activities.value):
            pid = activity.process.pid
            detail = detail_of.get(pid)
            made_of = (*activity[:-1], detail)         # all but elapsed_seconds
            known = before.get(pid)
            if known is None or known.made_of != made_of:
                element = self.element(activity, detail, total, settings.hide_arguments)
                known = _Known(made_of, element, dump(element).rpartition(b" ")[0])
            latest[pid] = known
        self._latest = made_with, latest
        tail = b" %s}" % dump(elapsed)
        heads = (tail + b", ").join([known.head for known in latest.values()])
        return Encoded(b"".join((b"[", heads, tail, b"]")) if latest else b"[]",
                       lambda: [dict(known.element, time_since_update=elapsed) for known in latest.values()])


def by_cpu(activities: Sequence[Activity]) -> list[Activity]:
    """The busiest first, then the largest, then by pid."""
    return sorted(activities, key=lambda activity: (-activity.cpu_percent, -activity.process.resident_bytes))


def memory_percent(activity: Activity, memory_total_bytes: int) -> float:
    """Share of the machine's memory; 0.0 where that is not known."""
    return activity.process.resident_bytes * 100.0 / memory_total_bytes if memory_total_bytes else 0.0


def io_counters(activity: Activity) -> list[Optional[int]]:
    """[read, written, both at the start of the window, 1]; zeros where the kernel does not let us see them."""
    process = activity.process
    if process.read_bytes is None:
        return [0, 0, 0, 0, 0]
    return [process.read_bytes, process.written_bytes, activity.read_bytes_before, activity.written_bytes_before, 1]


def seconds(ticks: int) -> float:
    return ticks / TICKS_PER_SECOND
