"""v4_paths: how API 4 is asked, and the shapes of its answers: its routes, null where other versions refuse, UTC."""
from __future__ import annotations

import json

from ..answers import Answer, Encoded, Refused, dump, error
from ..typed import Any, Mapping, Optional, Sequence
from . import v3
from .pages import Page
from .routes import Routes, is_count

VERSION = "4.5.8"

ROUTES = (
    ("status", "status"),
    ("config", "config"),
    ("config/:section", "config"),
    ("config/:section/:option", "config_option"),
    ("args", "args"),
    ("args/:item", "args"),
    ("all", "all"),
    ("all/limits", "all_limits"),
    ("all/views", "all_views"),
    ("pluginslist", "plugins_list"),
    ("summary", "summary"),
    ("serverslist", "servers_list"),
    ("processes/extended", "extended_process"),
    ("processes/:count", "one_process"),
    (":plugin", "plugin"),
    (":plugin/history?nb", "history"),
    (":plugin/history/:count", "history"),
    (":plugin/top/:count", "top"),
    (":plugin/limits", "limits"),
    (":plugin/views", "views"),
    (":plugin/*item/history?nb", "item_history"),
    (":plugin/*item/history/:count", "item_history"),
    (":plugin/:item", "item"),
    (":plugin/:item/views", "item_views"),
    (":plugin/:item/description", "description"),
    (":plugin/:item/unit", "unit"),
    (":plugin/:item/value/", "value"),
    (":plugin/:item/value/*value", "value"),
    (":plugin/:item/*key/views", "key_views"),
    (":plugin/:item/*key", "key"),
)


class Endpoints(v3.LaterEndpoints):
    """API 4's further routes, and null where other versions refuse."""

    version = VERSION
    hidden = {"network": ("bytes_recv_rate_per_sec", "bytes_sent_rate_per_sec"),
              "diskio": ("read_bytes_rate_per_sec", "write_bytes_rate_per_sec")}

    def config_option(self, section: str, option: str) -> Answer:
        options = self._settings.public_config().get(section, {})
        if option not in options:
            raise Refused(404, "no option %s in section %s" % (option, section))
        return Answer(dump(options[option]))

    def servers_list(self) -> Answer:
        return Answer(b"[]")

    def extended_process(self) -> Answer:
        """Nothing is ever selected: this daemon is read only."""
        return Answer(b"{}")

    def one_process(self, count: str) -> Answer:
        page, pid = self._page("processlist"), str(int(count))
        try:
            found = self._element("processlist", page, pid)
        except Refused:
            raise Refused(404, "no process %s" % pid) from None
        return self._of_page(page, ("process", pid), lambda: dump(found))

    def top(self, plugin: str, count: str) -> Answer:
        page, most = self._page(plugin), int(count)
        if not isinstance(page.value, list):
            return page.answer
        return self._of_page(page, ("top", plugin, str(most)), lambda: dump(page.value[:most]))

    # -- items, elements and their views -------------------------------------------------------------------------------

    def item(self, plugin: str, item: str) -> Answer:
        return _or_null(lambda: super(Endpoints, self).item(plugin, item))

    def value(self, plugin: str, item: str, value: str = "") -> Answer:
        return _or_null(lambda: super(Endpoints, self).value(plugin, item, value))

    def key(self, plugin: str, item: str, key: str) -> Answer:
        page = self._page(plugin)
        element = self._element(plugin, page, key)
        return self._of_page(page, ("key", plugin, item, key), lambda: dump({item: element.get(item)}))

    def item_views(self, plugin: str, item: str) -> Answer:
        """Of an object the views of a field; of a list all those of the element whose key this is."""
        return Answer(dump(self._views_of(plugin, item)))

    def key_views(self, plugin: str, item: str, key: str) -> Answer:
        self._element(plugin, self.pages.page(plugin), key)
        return Answer(dump((self._views_of(plugin, key) or {}).get(item)))

    def _views_of(self, plugin: str, name: str) -> Any:
        """The member of the plugin's views that has this name. Those of all processes as objects would take 40 MB."""
        rendered = self.pages.page(plugin).rendered
        if isinstance(rendered, Encoded):
            element = rendered.find(name)
            return None if element is None else self._leaves(plugin, element, name, self._levels(plugin))
        return json.loads(self.views(plugin).body.decode()).get(name)

    def _element(self, plugin: str, page: Page, key: str) -> Mapping[str, Any]:
        """The element whose key has this text. Refused with 404 when there is none, or the plugin has no such list."""
        name = self._dialect.plugins[plugin].key
        found: Optional[Mapping[str, Any]] = None
        if isinstance(page.rendered, Encoded):
            found = page.rendered.find(key)
        elif name is not None and isinstance(page.value, list):
            found = next((element for element in page.value if str(element.get(name)) == key), None)
        if found is not None:
            return found
        raise Refused(404, "no element %s in plugin %s" % (key, plugin))

    # -- history: UTC, and an item's as a bare list --------------------------------------------------------------------

    def history(self, plugin: str, count: str = "0", nb: Optional[str] = None) -> Answer:
        return super().history(plugin, _count(count if nb is None else nb))

    def item_history(self, plugin: str, item: str, count: Optional[str] = None, nb: Optional[str] = None) -> Answer:
        kept = dict(self._kept(plugin)).get(item)
        if kept is None:
            return Answer(b"null")
        wanted = _count((count if nb is None else nb) or "0")
        return self._of_newest(("item history", plugin, item, wanted), [kept], lambda: self._points(kept, wanted))

    # -- what a field means --------------------------------------------------------------------------------------------

    def unit(self, plugin: str, item: str) -> Answer:
        return Answer(dump(_field(plugin, item)[0]))

    def description(self, plugin: str, item: str) -> Answer:
        return Answer(dump(_field(plugin, item)[1]))

    def _moves(self, plugin: str, element: str, field: str, value: Any, most: float = 0.0) -> bool:
        return super()._moves(plugin, element, field, value, self._settings.filter(plugin).hide_threshold)


def _or_null(endpoint: Any) -> Answer:
    try:
        answer: Answer = endpoint()
        return answer
    except Refused as refused:
        if refused.status != 404:
            raise
        return Answer(b"null")


def _count(text: str) -> str:
    if not is_count(text):
        raise Refused(404, "%s is not a number of points" % text[:40])
    return text


def _field(plugin: str, item: str) -> tuple[Optional[str], Optional[str]]:
    """Unit and description of a field. Imported here, because hardly anybody asks."""
    from .fields import describe
    return describe(plugin, item)


def error_with_detail(refused: Refused) -> Answer:
    """The usual error, and its message once more under the name that clients of this API look for."""
    answer = error(refused)
    return Answer(answer.body[:-1] + b', "detail": %s}' % dump(refused.message), answer.content_type, answer.status,
                  answer.headers)


def without_slash(path: Sequence[str], routes: Routes) -> Optional[Answer]:
    """A path that ends in a slash is moved to the one without it, where that exists."""
    if len(path) < 2 or path[-1]:
        return None
    try:
        routes.find(path[:-1])
    except Refused:
        return None
    # http.server has it imported already.
    from urllib.parse import quote
    return Answer(b"", status=307,
                  headers=("Location: /api/4/" + "/".join(quote(segment, safe="") for segment in path[:-1]),))
