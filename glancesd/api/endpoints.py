"""endpoints: what each route answers: a method given the path's parameters returns an Answer or raises Refused."""
from __future__ import annotations

from typing import Any, Optional

from ..answers import Answer, Refused, dump
from ..history import History
from ..settings import Settings
from ..watch import Watch
from . import query, v2
from .health import Health
from .pages import Pages


class Endpoints:
    """The answers under one Settings."""

    def __init__(self, settings: Settings, pages: Pages, watch: Watch, history: History, health: Health) -> None:
        self._settings = settings
        self._pages = pages
        self._watch = watch
        self._history = history
        self._health = health

    # -- health --------------------------------------------------------------------------------------------------------

    def alive(self) -> Answer:
        return self._health.alive()

    def health(self) -> Answer:
        return self._health.ready()

    # -- statistics ----------------------------------------------------------------------------------------------------

    def plugins_list(self) -> Answer:
        return Answer(dump(self._pages.enabled))

    def all(self) -> Answer:
        return self._pages.all().answer

    def plugin(self, plugin: str) -> Answer:
        return self._pages.page(plugin).answer

    def item(self, plugin: str, item: str) -> Answer:
        return Answer(dump(query.item(plugin, self._pages.page(plugin).value, item)))

    def value(self, plugin: str, item: str, value: str) -> Answer:
        return Answer(dump(query.matching(plugin, self._pages.page(plugin).value, item, value)))

    # -- limits and views ----------------------------------------------------------------------------------------------

    def limits(self, plugin: str) -> Answer:
        return Answer(dump(self._settings.limits.get(plugin, {})))

    def all_limits(self) -> Answer:
        return Answer(dump({plugin: self._settings.limits.get(plugin, {}) for plugin in v2.PLUGINS}))

    def views(self, plugin: str) -> Answer:
        return Answer(dump(self._views(plugin)))

    def all_views(self) -> Answer:
        return Answer(dump({plugin: self._views(plugin) if plugin in self._pages.enabled else {}
                            for plugin in v2.PLUGINS}))

    def _views(self, plugin: str) -> dict[str, Any]:
        value = self._pages.page(plugin).value
        try:
            decorations = self._watch.decorations(plugin)
        except Exception as problem:               # as for pages: it costs this plugin's colours, never the others'
            self._pages.fails(plugin, problem)
            decorations = {}
        return v2.views(plugin, value, decorations)

    # -- history -------------------------------------------------------------------------------------------------------

    def history(self, plugin: str, count: str = "0") -> Answer:
        self._pages.page(plugin)                     # the newest point is of now
        return Answer(dump({item: self._points(plugin, item, count) for item in self._history.items(plugin)}))

    def item_history(self, plugin: str, item: str, count: Optional[str] = None) -> Answer:
        self._pages.page(plugin)
        points = self._points(plugin, item, count or "0")
        if points:
            return Answer(dump({item: points}))
        field, slash, value = item.partition("/")
        if slash:                                    # a value with slashes that itself ends in "history"
            return self.value(plugin, field, "/".join(part for part in (value, "history", count) if part is not None))
        raise Refused(404, "no history of item %s in plugin %s" % (item, plugin))

    def _points(self, plugin: str, item: str, count: str) -> list[tuple[str, Any]]:
        return [(v2.local_timestamp(at), value) for at, value in self._history.points(plugin, item, int(count))]

    # -- settings ------------------------------------------------------------------------------------------------------

    def args(self, item: Optional[str] = None) -> Answer:
        return self._part(self._settings.public_args(v2.PLUGINS), item, "argument")

    def config(self, section: Optional[str] = None) -> Answer:
        return self._part(self._settings.public_config(), section, "section")

    @staticmethod
    def _part(whole: Any, name: Optional[str], what: str) -> Answer:
        if name is None:
            return Answer(dump(whole))
        if name not in whole:
            raise Refused(404, "no %s %s" % (what, name))
        return Answer(dump(whole[name]))
