"""endpoints: what each route answers: a method given the path's parameters returns an Answer or raises Refused."""
from __future__ import annotations

import io
from _weakref import ref

from ..answers import Answer, Refused, dump
from ..history import Figure, History
from ..limits import DEFAULT
from ..settings import Settings
from ..typed import Any, Callable, Mapping, NamedTuple, Optional, Sequence, Tuple
from ..watch import Watch
from . import query
from .dialect import Dialect
from .health import Health
from .pages import Page, Pages, pieces_of, told
from .shared import Shared
from .summary import Summary

# A section of the settings, and a figure that the history keeps of it.
Kept = Tuple[str, Figure]

# Points that are made text together: one object for each of 28,800 would be 2 MB beside the answer.
_POINTS_AT_ONCE = 1000


class State(NamedTuple):
    """What the endpoints of every dialect answer from, under one Settings."""

    settings: Settings
    watch: Watch
    history: History
    health: Health


class Endpoints:
    """The answers of one dialect. A dialect with further routes has a subclass."""

    def __init__(self, dialect: Dialect, pages: Pages, state: State) -> None:
        self.pages = pages
        self._dialect = dialect
        self._settings = state.settings
        self._watch = state.watch
        self._history = state.history
        self._health = state.health
        self._shared = Shared()
        self._summary = Summary(dialect, pages, self._levels, self._shared)

    def status(self) -> Answer:
        return self._health.ready()

    # -- statistics ----------------------------------------------------------------------------------------------------

    def plugins_list(self) -> Answer:
        return Answer(dump(self.pages.enabled))

    def all(self) -> Answer:
        return self.pages.all().answer

    def summary(self) -> Answer:
        return self._summary.answer()

    def plugin(self, plugin: str) -> Answer:
        return self._page(plugin).answer

    def _page(self, plugin: str) -> Page:
        return told(plugin, self.pages.page(plugin))

    def item(self, plugin: str, item: str) -> Answer:
        page, has_fields = self._page(plugin), plugin not in self._dialect.not_fields
        return self._of_page(page, ("item", plugin, item),
                             lambda: dump(query.item(plugin, page.value, item, has_fields)))

    def value(self, plugin: str, item: str, value: str) -> Answer:
        page, has_fields = self._page(plugin), plugin not in self._dialect.not_fields
        return self._of_page(page, ("value", plugin, item, value),
                             lambda: dump(query.matching(plugin, page.value, item, value, has_fields)))

    def _of_page(self, page: Page, key: tuple[str, ...], make: Callable[[], bytes]) -> Answer:
        # By a weak reference: clients choose the keys, and each would keep a whole page of its own moment.
        return self._shared.take(key, ref(page.answer), lambda: Answer(make()))

    # -- limits and views ----------------------------------------------------------------------------------------------

    def limits(self, plugin: str) -> Answer:
        return self._shared.take(("limits", plugin), None, lambda: Answer(dump(self._limits(plugin))))

    def all_limits(self) -> Answer:
        return self._shared.take(("limits",), None, lambda: Answer(dump(
            {plugin: self._limits(plugin) for plugin in self._listed()})))

    def views(self, plugin: str) -> Answer:
        page = self.pages.page(plugin)
        return self._shared.take(("views", plugin), page.made_of, lambda: Answer(b"".join(self._views(plugin, page))))

    def all_views(self) -> Answer:
        pages = {plugin: self.pages.page(plugin) for plugin in self.pages.enabled}
        made_of = tuple([page.made_of for page in pages.values()])
        return self._shared.take(("views",), made_of, lambda: Answer(b"".join(pieces_of(
            (name, self._views(name, pages[name]) if name in pages else (b"{}",)) for name in self._listed()))))

    def _listed(self) -> list[str]:
        """The plugins that an answer on all of them names."""
        return list(self._dialect.plugins if self._dialect.shows_disabled else self.pages.enabled)

    def _limits(self, plugin: str) -> Any:
        return self._settings.limits.get(plugin, {})

    def _views(self, plugin: str, page: Page) -> Sequence[bytes]:
        """In pieces: of 5,000 processes they are few, and as one text 7 MB."""
        levels = self._levels(plugin)
        listed, key = page.elements(), self._dialect.plugins[plugin].key
        more = self._dialect.more_views.get(plugin, {})
        if isinstance(page.rendered, dict):
            value = page.rendered
            elements = value.get(self._dialect.nested.get(plugin), ())
            return [dump({**self._leaves(plugin, value, "", levels), **more,
                          **{element["name"]: self._leaves(plugin, element, element["name"], levels)
                             for element in elements}})]
        if key is None or listed is None:
            return [b"{}"]
        # An element at a time, and what is alike kept once: of 5,000 processes 70,000 objects.
        kept: dict[bytes, bytes] = {}
        members = []
        for element in listed:
            name = str(element[key])
            body = dump(self._leaves(plugin, element, name, levels))
            members.append((name, (kept.setdefault(body, body),)))
        return pieces_of([*members, *((name, (dump(view),)) for name, view in more.items() if members)])

    def _leaves(self, plugin: str, fields: Mapping[str, Any], element: str,
                levels: Mapping[tuple[str, str], str]) -> dict[str, Any]:
        shown = self._dialect.shown_levels(plugin, element, levels)
        return {field: self.leaf(plugin, element, field, fields.get(field), shown.get(field, DEFAULT))
                for field in (*fields, *(field for field in shown if field not in fields))}

    def leaf(self, plugin: str, element: str, field: str, value: Any, decoration: str) -> dict[str, Any]:
        """How views show one field."""
        optional = field in self._dialect.optional.get(plugin, ())
        return {"decoration": decoration, "optional": optional, "additional": False, "splittable": False}

    def _levels(self, plugin: str) -> dict[tuple[str, str], str]:
        try:
            return self._watch.levels(plugin)
        except Exception as problem:               # as for pages: it costs this plugin's colours, never the others'
            self.pages.fails(plugin, problem)
            return {}

    # -- history -------------------------------------------------------------------------------------------------------

    def history(self, plugin: str, count: str = "0") -> Answer:
        return self._of_points(plugin, self._kept(plugin), count)

    def item_history(self, plugin: str, item: str, count: Optional[str] = None) -> Answer:
        kept = dict(self._kept(plugin)).get(item)
        if kept is not None:
            return self._of_points(plugin, [(item, kept)], count or "0")
        field, slash, value = item.partition("/")
        if slash:                                    # a value with slashes that itself ends in "history"
            return self.value(plugin, field, "/".join(part for part in (value, "history", count) if part is not None))
        raise Refused(404, "no history of item %s in plugin %s" % (item, plugin))

    def _kept(self, plugin: str) -> list[tuple[str, Kept]]:
        """The items of a plugin's history that have points, the newest of them of now; and whose points they are."""
        found: list[tuple[str, Kept]] = []
        for section in self._dialect.histories(plugin):
            self._watch.keep(section)
            for figure in self._history.figures(section):
                item = self._dialect.item_of(plugin, section, figure.element, figure.name)
                if item is not None:
                    found.append((item, (section, figure)))
        return found

    def _of_points(self, plugin: str, found: list[tuple[str, Kept]], count: str) -> Answer:
        return self._of_newest(("history", plugin, count, *(item for item, _ in found)), [kept for _, kept in found],
                               lambda: self._histories(found, count))

    def _of_newest(self, key: tuple[str, ...], all_kept: Sequence[Kept], make: Callable[[], bytes]) -> Answer:
        """An answer about histories, which is made anew when one of them has a newer point."""
        newest = [self._history.points(*kept, 1) for kept in all_kept]
        return self._shared.take(key, newest, lambda: Answer(make()))

    def _histories(self, found: Sequence[tuple[str, Kept]], count: str) -> bytes:
        """Written into one buffer: 28,800 points of twenty figures are 22 MB of text."""
        text = io.BytesIO()
        stamps: dict[float, bytes] = {}
        for item, kept in found:
            text.write((b", " if text.tell() else b"{") + dump(item) + b": ")
            self._write_points(text, kept, count, stamps)
        text.write(b"}" if found else b"{}")
        return text.getvalue()

    def _points(self, kept: Kept, count: str) -> bytes:
        text = io.BytesIO()
        self._write_points(text, kept, count, {})
        return text.getvalue()

    def _write_points(self, text: io.BytesIO, kept: Kept, count: str, stamps: dict[float, bytes]) -> None:
        """`stamps`: moments as text, which all figures have in common; half of what the points cost."""
        points = self._history.points(*kept, int(count))
        for at, _ in points:
            if at not in stamps:
                stamps[at] = self._dialect.timestamp(at).encode()
        text.write(b"[")
        for start in range(0, len(points), _POINTS_AT_ONCE):
            text.write(b", " if start else b"")
            text.write(b", ".join([b'["%s", %s]' % (stamps[at], repr(value).encode())
                                   for at, value in points[start:start + _POINTS_AT_ONCE]]))
        text.write(b"]")

    # -- settings ------------------------------------------------------------------------------------------------------

    def args(self, item: Optional[str] = None) -> Answer:
        return self._part(self._settings.public_args(self._dialect.plugins), item, "argument")

    def config(self, section: Optional[str] = None) -> Answer:
        return self._part(self._settings.public_config(), section, "section")

    @staticmethod
    def _part(whole: Any, name: Optional[str], what: str) -> Answer:
        if name is None:
            return Answer(dump(whole))
        if name not in whole:
            raise Refused(404, "no %s %s" % (what, name))
        return Answer(dump(whole[name]))
