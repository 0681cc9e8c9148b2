"""processlist: the process list of a version of the API, as JSON that is kept for each process that did nothing."""
from __future__ import annotations

from ..answers import Encoded, dump
from ..collectors.cpu import TICKS_PER_SECOND
from ..collectors.memory import Memory
from ..collectors.process_details import Detail
from ..collectors.processes import Activity
from ..readings import Reading
from ..settings import Settings
from ..typed import Any, Callable, Hashable, Iterable, Mapping, NamedTuple, Optional, Sequence
from .dialect import JSONValue


class _Row(NamedTuple):
    """An element of a list: what it was made of, and its JSON up to the time, which is its last field.

    Items and views make it again: as objects an element of API 4 takes 2 KB, three times its JSON.
    """

    made_of: tuple[Any, ...]
    head: bytes


class Rows:
    """A list whose elements stay as JSON while they are made of the same. State: the latest elements by key.

    All elements share their last field, `time_since_update`, which changes at each sample.
    """

    def __init__(self) -> None:
        # (what all elements were made with, elements by key), replaced as one tuple: two threads may render at once.
        self._latest: tuple[Any, dict[Hashable, _Row]] = (None, {})

    def render(self, made_with: Any, entries: Iterable[tuple[Hashable, tuple[Any, ...]]],
               make: Callable[[Any, tuple[Any, ...]], dict[str, Any]], elapsed: float) -> Encoded:
        """`entries`: key, and what the element is made of (compared by ==); `make` makes it of both.

        `made_with`: what all elements are made of beside that.
        """
        before_with, before = self._latest
        if before_with != made_with:
            before = {}
        latest = {}
        for key, made_of in entries:
            row = before.get(key)
            if row is None or row.made_of != made_of:
                row = _Row(made_of, dump(make(key, made_of)).rpartition(b" ")[0])
            latest[key] = row
        self._latest = made_with, latest
        tail = b" %s}" % dump(elapsed)
        heads = (tail + b", ").join([row.head for row in latest.values()])
        return Encoded(b"".join((b"[", heads, tail, b"]")) if latest else b"[]",
                       lambda: [dict(make(key, row.made_of), time_since_update=elapsed)
                                for key, row in latest.items()])


class ProcessList:
    """Renders `processlist`; a version's subclass says how an element looks, and their order."""

    def __init__(self) -> None:
        self._rows = Rows()

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
        hide = settings.hide_arguments
        detail_of: Mapping[int, Detail] = details.value or {} if details is not None else {}
        # All but elapsed_seconds, which is every element's.
        entries = [(activity[0].pid, (*activity[:-1], detail_of.get(activity[0].pid)))
                   for activity in self.order(activities.value)]
        return self._rows.render((total, hide), entries, lambda pid, made_of: self.element(
            Activity._make((*made_of[:-1], activities.elapsed)), made_of[-1], total, hide), activities.elapsed)


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
