"""pages: each plugin's value and its JSON, made once for a reading and given to everyone who asks while it is fresh."""
from __future__ import annotations

import threading
from functools import partial

from .. import threads
from ..answers import Answer, Encoded, Refused, dump
from ..log import Log
from ..readings import Reading, Readings, Turn
from ..settings import Settings
from ..typed import Any, Callable, Iterable, NamedTuple, Optional, Sequence
from .dialect import Dialect

# A page made of nothing that changes by itself (help, the empty plugins) is looked at again after this time.
CONSTANT_SECONDS = 3600.0
# A page that is not fresh, because its sample hangs in the kernel, is given again for this long.
STALE_SECONDS = 1.0
# All plugins wait so long for one whose first look takes long; then it is left empty, for it may never come back.
FIRST_SECONDS = 60.0


class Page(NamedTuple):
    """A plugin's value as rendered, its answer, what it was made of, and until when (monotonic) it is fresh."""

    rendered: Any
    answer: Answer
    made_of: tuple[Reading[Any], ...]
    until: float
    pending: bool = False              # nothing is known yet: the first look takes long, or a descriptor was missing

    @property
    def value(self) -> Any:
        """What its answer says, as objects."""
        return self.rendered.value() if isinstance(self.rendered, Encoded) else self.rendered

    def elements(self) -> Optional[Iterable[Any]]:
        """What it lists, for who looks at one after the other; None where it is no list."""
        if isinstance(self.rendered, Encoded):
            return self.rendered.elements()
        return self.rendered if isinstance(self.rendered, list) else None


class Everything(NamedTuple):
    """The answer of /all, the bodies it was made of, and until when (monotonic) it may be given again."""

    answer: Answer
    made_of: list[tuple[str, bytes]]
    until: float


class Pages:
    """The pages of every plugin of one dialect. One instance serves one Settings; a reload makes another."""

    def __init__(self, dialect: Dialect, settings: Settings, readings: Readings, clock: Callable[[], float],
                 log: Log) -> None:
        self.dialect = dialect
        self.settings = settings
        self.readings = readings
        self.enabled = tuple(name for name in dialect.plugins if name not in settings.disable_plugin)
        self.problems: dict[str, str] = {}         # plugins that could not be rendered, and why
        self._clock = clock
        self._log = log
        self._render = {name: plugin.renderer() for name, plugin in dialect.plugins.items()}
        self._pages: dict[str, Page] = {}
        self._turns = {name: Turn() for name in dialect.plugins}
        self._all: Optional[Everything] = None
        self._all_turn = threading.Lock()
        self._patient_until = clock() + FIRST_SECONDS

    def page(self, name: str) -> Page:
        """The page of an enabled plugin, made anew if it is no longer fresh."""
        page = self._pages.get(name)
        if page is not None and self._clock() < page.until:
            return page
        turn = self._turns[name]
        if not turn.take():
            stale = self._pages.get(name) or self._empty(name, (), 0.0)._replace(pending=True)
            return stale._replace(until=self._clock() + STALE_SECONDS)
        try:
            page = self._pages.get(name)
            if page is None or self._clock() >= page.until:
                page = self._pages[name] = self._make(name, page)
            return page
        finally:
            turn.leave()

    def all(self) -> Everything:
        """Every plugin in one object; a disabled one with its empty value, or not at all, as the dialect has it."""
        everything = self._all
        if everything is not None and self._clock() < everything.until:
            return everything
        pages = {name: self.page(name) for name in self.enabled}       # outside the turn below: each may hang
        if self._clock() < self._patient_until:
            for name, page in pages.items():
                told(name, page)
        with self._all_turn:
            everything = self._all
            if everything is not None and self._clock() < everything.until:
                return everything
            members = [(name, pages[name].answer.body if name in pages else dump(plugin.empty))
                       for name, plugin in self.dialect.plugins.items() if name in pages or self.dialect.shows_disabled]
            members += [(second, pages[name].answer.body) for name, second in self.dialect.also_in_all.items()
                        if name in pages and pages[name].rendered]
            until = min([page.until for page in pages.values()]) if pages else self._clock() + CONSTANT_SECONDS
            # Pages end one by one, and most come out as they were.
            if everything is not None and members == everything.made_of:
                everything = self._all = everything._replace(until=until)
                return everything
            is_large = everything is not None and len(everything.answer.body) >= threads.LARGE_BYTES
            body = threads.alone(partial(joined, members)) if is_large else joined(members)
            if len(body) >= threads.LARGE_BYTES:
                until = max(until, self._clock() + len(body) / threads.MADE_BYTES_PER_SECOND)
            everything = self._all = Everything(Answer(body), members, until)
            return everything

    def fails(self, name: str, problem: Exception) -> None:
        """Note that what was made of a plugin's figures failed, until its page is made without fault."""
        self.problems[name] = "%s: %s" % (type(problem).__name__, problem)
        self._log.once("%s: %s" % (name, self.problems[name]))

    def _make(self, name: str, before: Optional[Page]) -> Page:
        plugin = self.dialect.plugins[name]
        taken = tuple([self.readings.take(source) for source in plugin.sources])
        until = min([entry.until for entry in taken]) if taken else self._clock() + CONSTANT_SECONDS
        pending = bool(taken) and taken[0].value is None and self.readings.pending(plugin.sources[0])
        if before is not None and taken and all(
                now.value is then.value and now.at == then.at for now, then in zip(taken, before.made_of)):
            return before._replace(until=until, pending=pending)
        if before is not None and len(before.answer.body) >= threads.LARGE_BYTES:
            return threads.alone(lambda: self._rendered(name, before, taken, until))
        return self._rendered(name, before, taken, until)._replace(pending=pending)

    def _rendered(self, name: str, before: Optional[Page], taken: tuple[Reading[Any], ...], until: float) -> Page:
        try:
            rendered = self._render[name](self.settings, *taken) if not taken or taken[0].value is not None else None
            dropped = self.settings.filter(name).disable_stats if self.dialect.drops_fields else ()
            if dropped and rendered is not None:
                rendered = _without(dropped, rendered)
            if rendered is None:
                rendered = self.dialect.plugins[name].empty
            answer = before.answer if before is not None and rendered == before.rendered else Answer(dump(rendered))
            self.problems.pop(name, None)
            return Page(rendered, answer, taken, until)
        except Exception as problem:               # a bug or a lying kernel costs this plugin, never the others
            self.fails(name, problem)
            return self._empty(name, taken, until)

    def _empty(self, name: str, taken: tuple[Reading[Any], ...], until: float) -> Page:
        empty = self.dialect.plugins[name].empty
        return Page(empty, Answer(dump(empty)), taken, until)


def told(name: str, page: Page) -> Page:
    """The page; Refused with 503 where nothing is known yet, which must not look as if there were nothing."""
    if page.pending:
        raise Refused(503, "%s: nothing is known yet" % name, "Retry-After: 1")
    return page


def _without(fields: Sequence[str], rendered: Any) -> Any:
    """A value without these fields of it, or of each of its elements."""
    value = rendered.value() if isinstance(rendered, Encoded) else rendered
    if isinstance(value, list):
        return [_without(fields, element) for element in value]
    if not isinstance(value, dict):
        return value
    return {name: part for name, part in value.items() if name not in fields}


def joined(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A JSON object of members whose values are JSON already. Of long ones nothing is copied but into the answer."""
    return b"".join(pieces_of((name, (body,)) for name, body in members))


def pieces_of(members: Iterable[tuple[str, Sequence[bytes]]]) -> list[bytes]:
    """As `joined`, of values in pieces, and in pieces: an object of objects is put together once."""
    parts = [b"{"]
    for name, pieces in members:
        parts += (b", " if len(parts) > 1 else b"", dump(name), b": ", *pieces)
    parts.append(b"}")
    return parts
