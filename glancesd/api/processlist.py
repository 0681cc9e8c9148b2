"""processlist: the process list of a version of the API, as JSON that is kept for each process that did nothing."""
from __future__ import annotations

from array import array
from itertools import accumulate, chain

from ..answers import Encoded, dump
from ..collectors.cpu import TICKS_PER_SECOND
from ..collectors.memory import Memory
from ..collectors.processes import Activity
from ..readings import Reading
from ..settings import Settings
from ..typed import TYPE_CHECKING, Any, Callable, Hashable, Iterable, Mapping, NamedTuple, Optional, Sequence
from .dialect import JSONValue

if TYPE_CHECKING:                     # a collector that a start does without: see `sources.Later`
    from ..collectors.process_details import Detail

# Stands for the last field in what is kept: JSON has no such character, not even within a string.
_LAST = b"\0"
_COMMA = b", "


class _Kept(NamedTuple):
    """The elements of a list, in its order."""

    made_with: Any = None                       # what all of them are made of
    keys: Sequence[Hashable] = ()
    made_of: Sequence[Any] = ()                 # what each is made of beside that
    lengths: array[int] = array("L")            # of each in the text, with its comma
    text: bytes = b""                           # the list as JSON, each element with _LAST in place of its last field


class Rows:
    """A list whose elements stay as JSON while they are made of the same. State: the elements of the latest list.

    All elements share their last field, `time_since_update`, which changes at each sample. Items and views make the
    objects again: one of API 4 takes 2 KB, three times its JSON. The JSON is one text, because thousands of small
    ones, made when a machine has many processes for a moment, lie among what stays and keep its pages from the kernel.
    """

    def __init__(self) -> None:
        self._latest = _Kept()                  # replaced as a whole: two threads may render at once

    def render(self, made_with: Any, keys: Sequence[Hashable], made_of: Sequence[Any],
               make: Callable[[Any, Any], dict[str, Any]], elapsed: float) -> Encoded:
        """`make` makes an element, but for the time, of its key and what else it is made of (compared by ==).

        `made_with`: what all elements are made of beside that.
        """
        latest = self._latest
        before = latest if latest.made_with == made_with else _Kept()
        self._latest = now = _renewed(before, made_with, keys, made_of, make)
        return Encoded(now.text.replace(_LAST, b', "time_since_update": %s}' % dump(elapsed)), keys,
                       lambda place: dict(make(keys[place], made_of[place]), time_since_update=elapsed))


def _renewed(before: _Kept, made_with: Any, keys: Sequence[Hashable], made_of: Sequence[Any],
             make: Callable[[Any, Any], dict[str, Any]]) -> _Kept:
    """The elements of now: those that are made of the same, and follow one another as before, are copied at once."""
    starts = array("L", accumulate(chain((1,), before.lengths)))
    places = map({key: place for place, key in enumerate(before.keys)}.get, keys)
    parts: list[Any] = [b"["]
    lengths = array("L")
    first = end = 0                             # of a run of elements of before

    def copy() -> None:
        if first != end:
            parts.extend((memoryview(before.text)[starts[first]:starts[end] - len(_COMMA)], _COMMA))
            lengths.extend(before.lengths[first:end])

    for key, place, one in zip(keys, places, made_of):
        if place is not None and before.made_of[place] == one:
            if place != end:
                copy()
                first = place
            end = place + 1
        else:
            copy()
            first = end = end if place is None else place + 1
            element = dump(make(key, one))[:-1] + _LAST
            parts.extend((element, _COMMA))
            lengths.append(len(element) + len(_COMMA))
    copy()
    return _Kept(made_with, keys, made_of, lengths, b"".join((*parts[:-1], b"]")) if lengths else b"[]")


class ProcessList:
    """Renders `processlist`; a version's subclass says how an element looks, and their order."""

    def __init__(self) -> None:
        self._rows = Rows()

    def element(self, activity: Activity, detail: Optional[Detail], memory_total_bytes: int,
                hide_arguments: bool) -> dict[str, JSONValue]:
        """One process, but for `time_since_update`."""
        raise NotImplementedError

    def order(self, activities: Sequence[Activity]) -> Sequence[Activity]:
        """The processes as they are listed: by pid unless a subclass has another order."""
        return activities

    def __call__(self, settings: Settings, activities: Reading[list[Activity]], memory: Reading[Optional[Memory]],
                 details: Optional[Reading[Optional[Mapping[int, Detail]]]] = None) -> JSONValue:
        total = memory.value.total_bytes if memory.value is not None else 0
        hide = settings.hide_arguments
        ordered = self.order(activities.value)
        pids = [activity.process.pid for activity in ordered]
        if details is None:
            return self._rows.render((total, hide), pids, ordered, lambda pid, activity: self.element(
                activity, None, total, hide), activities.elapsed)
        known = with_details(ordered, details.value)
        return self._rows.render((total, hide), [activity.process.pid for activity, _ in known], known,
                                 lambda pid, both: self.element(both[0], both[1], total, hide), activities.elapsed)


def with_details(activities: Iterable[Activity], details: Optional[Mapping[int, Detail]],
                 ) -> list[tuple[Activity, Optional[Detail]]]:
    """Each process with its detail, but those that have ended since their sample; None of all when there are none."""
    if details is None:
        return [(activity, None) for activity in activities]
    return [(activity, details[activity.process.pid]) for activity in activities if activity.process.pid in details]


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
