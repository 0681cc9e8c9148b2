"""pages: each plugin's value and its JSON, made once for a reading and given to everyone who asks while it is fresh."""
from __future__ import annotations

import threading
from typing import Any, Callable, NamedTuple, Optional

from ..answers import Answer, Encoded, Fresh, dump
from ..history import History
from ..log import Log
from ..readings import Reading, Readings, Turn
from ..settings import Settings
from . import v2

# A page made of nothing that changes by itself (help, the empty plugins) is looked at again after this time.
CONSTANT_SECONDS = 3600.0
# A page that is not fresh, because its sample hangs in the kernel, is given again for so long.
STALE_SECONDS = 1.0

# What stands before each plugin's value in /all.
_KEYS = [b'%s"%s": ' % (b", " if number else b"{", name.encode()) for number, name in enumerate(v2.PLUGINS)]


class Page(NamedTuple):
    """A plugin's value as rendered, its answer, what it was made of, and until when (monotonic) it is fresh."""

    rendered: Any
    answer: Answer
    made_of: tuple[Reading, ...]
    until: float

    @property
    def value(self) -> Any:
        """What its answer says, as objects."""
        return self.rendered.value() if isinstance(self.rendered, Encoded) else self.rendered


class Pages:
    """The pages of every plugin. One instance serves one Settings; a reload makes another."""

    def __init__(self, settings: Settings, monitor: Readings, history: History, clock: Callable[[], float],
                 log: Log) -> None:
        self.settings = settings
        self.readings = monitor
        self.enabled = tuple(name for name in v2.PLUGINS if name not in settings.disable_plugin)
        self._history = history
        self._clock = clock
        self._log = log
        self.problems: dict[str, str] = {}         # plugins that could not be rendered, and why
        self._pages: dict[str, Page] = {}
        self._turns = {name: Turn() for name in v2.PLUGINS}
        self._all: Optional[Fresh] = None
        self._all_turn = threading.Lock()

    def page(self, name: str) -> Page:
        """The page of an enabled plugin, made anew if it is no longer fresh."""
        page = self._pages.get(name)
        if page is not None and self._clock() < page.until:
            return page
        turn = self._turns[name]
        if not turn.take():
            stale = self._pages.get(name) or Page(v2.PLUGINS[name].empty, Answer(dump(v2.PLUGINS[name].empty)), (), 0.0)
            return stale._replace(until=self._clock() + STALE_SECONDS)
        try:
            page = self._pages.get(name)
            if page is None or self._clock() >= page.until:
                page = self._pages[name] = self._make(name, page)
            return page
        finally:
            turn.leave()

    def fresh(self, name: str) -> Fresh:
        page = self.page(name)
        return Fresh(page.answer, page.until)

    def all(self) -> Fresh:
        """Every plugin in one object; a disabled one with its empty value."""
        everything = self._all
        if everything is not None and self._clock() < everything.until:
            return everything
        pages = {name: self.page(name) for name in self.enabled}       # outside the turn below: each may hang
        with self._all_turn:
            everything = self._all
            if everything is not None and self._clock() < everything.until:
                return everything
            pieces: list[bytes] = []
            for key, (name, plugin) in zip(_KEYS, v2.PLUGINS.items()):
                pieces += (key, pages[name].answer.body if name in pages else dump(plugin.empty))
            until = min([page.until for page in pages.values()]) if pages else self._clock() + CONSTANT_SECONDS
            everything = self._all = Fresh(Answer(b"".join((*pieces, b"}"))), until)
            return everything

    def fails(self, name: str, problem: Exception) -> None:
        """Note that what was made of a plugin's figures failed, until its page is made without fault."""
        self.problems[name] = "%s: %s" % (type(problem).__name__, problem)
        self._log.once("%s: %s" % (name, self.problems[name]))

    def _make(self, name: str, before: Optional[Page]) -> Page:
        plugin = v2.PLUGINS[name]
        taken = tuple([self.readings.take(source) for source in plugin.sources])
        until = min([entry.until for entry in taken]) if taken else self._clock() + CONSTANT_SECONDS
        if before is not None and taken and all(
                now.value is then.value and now.at == then.at for now, then in zip(taken, before.made_of)):
            return before._replace(until=until)
        try:
            rendered = plugin.render(self.settings, *taken) if not taken or taken[0].value is not None else None
            if rendered is None:
                rendered = plugin.empty
            elif name in v2.KEPT:
                self._history.add(name, taken[0].wall, v2.points(name, rendered))
            answer = before.answer if before is not None and rendered == before.rendered else Answer(dump(rendered))
            page = Page(rendered, answer, taken, until)
            self.problems.pop(name, None)
            return page
        except Exception as problem:               # a bug or a lying kernel costs this plugin, never the others
            self.fails(name, problem)
            return Page(plugin.empty, Answer(dump(plugin.empty)), taken, until)
