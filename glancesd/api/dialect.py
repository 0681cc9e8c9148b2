"""dialect: one version of the Glances API as a value. Each is a module with a DIALECT, and a row in `site`.

Readings and figures go by the kernel's words; every wire name, every shape of an answer, is a dialect's.
"""
from __future__ import annotations

import time

from ..answers import Answer, Refused, error
from ..limits import DEFAULT, OK
from ..readings import Reading, Source
from ..settings import Settings
from ..typed import Any, Callable, Mapping, NamedTuple, Optional, Sequence, TypeVar, overload
from .routes import Routes

JSONValue = Any        # what json can print: nested dicts, lists, texts, numbers, None

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


class Plugin(NamedTuple):
    """One plugin of an API: what it is made of and how, and its elements' key field.

    `render` is given the settings and a reading of each source. `empty` is served when the first source has nothing, so
    `render` sees a value there; of the others it may see None.
    """

    sources: tuple[str, ...]
    render: Callable[..., JSONValue]
    empty: JSONValue
    key: Optional[str] = None

    def renderer(self) -> Callable[..., JSONValue]:
        """`render`; where it is a class, which remembers its latest value, an instance for the caller alone."""
        return self.render() if isinstance(self.render, type) else self.render


@overload
def plugin(sources: tuple[()], render: Callable[[Settings], JSONValue], empty: JSONValue, key: Optional[str] = None,
           ) -> Plugin: ...
@overload
def plugin(sources: tuple[Source[A]], render: Callable[[Settings, Reading[A]], JSONValue], empty: JSONValue,
           key: Optional[str] = None) -> Plugin: ...
@overload
def plugin(sources: tuple[Source[A], Source[B]],
           render: Callable[[Settings, Reading[A], Reading[Optional[B]]], JSONValue], empty: JSONValue,
           key: Optional[str] = None) -> Plugin: ...
@overload
def plugin(sources: tuple[Source[A], Source[B], Source[C]],
           render: Callable[[Settings, Reading[A], Reading[Optional[B]], Reading[Optional[C]]], JSONValue],
           empty: JSONValue, key: Optional[str] = None) -> Plugin: ...
def plugin(sources: tuple[str, ...], render: Callable[..., JSONValue], empty: JSONValue, key: Optional[str] = None,
           ) -> Plugin:
    """A Plugin whose renderer is checked against the types of its sources."""
    return Plugin(sources, render, empty, key)


# (pattern below the prefix, endpoint). Fixed words stand before the parameters that would take them for a value.
ROUTES = (
    ("status", "status"),
    ("pluginslist", "plugins_list"),
    ("all", "all"),
    ("summary", "summary"),
    ("all/limits", "all_limits"),
    ("all/views", "all_views"),
    ("args", "args"),
    ("args/:item", "args"),
    ("config", "config"),
    ("config/:section", "config"),
    (":plugin", "plugin"),
    (":plugin/limits", "limits"),
    (":plugin/views", "views"),
    (":plugin/history", "history"),
    (":plugin/history/:count", "history"),
    (":plugin/*item/history", "item_history"),
    (":plugin/*item/history/:count", "item_history"),
    (":plugin/:item", "item"),
    (":plugin/:item/*value", "value"),
)


def nowhere(path: Sequence[str], routes: Routes) -> Optional[Answer]:
    """For a path that no route fits: nothing else answers it."""
    return None


def timestamp(wall: float, utc: bool = False) -> str:
    """ISO 8601 in local time without a zone, or in UTC with its offset; microseconds only where there are some."""
    seconds, fraction = divmod(int(wall * 1e6), 1000000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", (time.gmtime if utc else time.localtime)(seconds))
    return text + (".%06d" % fraction if fraction else "") + ("+00:00" if utc else "")


class Dialect(NamedTuple):
    """One version of the API. Only `version` and `plugins` have no default: those are API 2's shapes."""

    version: str                                                   # served below /api/VERSION
    plugins: Mapping[str, Plugin]
    also: tuple[str, ...] = ()                                     # further names ("v2"), once it is loaded
    # What the history keeps (see `figures.KEPT`), by plugin: a figure, and its item's name ("eth0_rx" of an element).
    series: Mapping[str, Mapping[str, str]] = {}
    # Of a plugin whose history is other sections' figures: a section, and the item of each figure of it.
    series_of_others: Mapping[str, Mapping[str, Mapping[str, str]]] = {}
    # What limits judge (see `limits`), by plugin: a figure, and the fields that views colour by it.
    judged: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    optional: Mapping[str, frozenset[str]] = {}                  # fields that Glances' screens leave out first
    routes: tuple[tuple[str, str], ...] = ROUTES
    endpoints: Optional[Callable[..., Any]] = None                 # a class, where routes ask for more than Endpoints
    shows_disabled: bool = True                                    # /all has a disabled plugin, with its empty value
    also_in_all: Mapping[str, str] = {}                            # second names in /all of what is not empty
    nested: Mapping[str, str] = {}                                 # of an object: the field that lists its elements
    drops_fields: bool = False                                     # disable_stats= of a section leaves fields out
    not_fields: frozenset[str] = frozenset()                     # list plugins whose elements have no fields
    error: Callable[[Refused], Answer] = error
    elsewhere: Callable[[Sequence[str], Routes], Optional[Answer]] = nowhere      # a path that no route fits, moved
    more_views: Mapping[str, Mapping[str, JSONValue]] = {}         # what views hold beside fields and elements
    answers_bare: bool = True                                      # /api/VERSION itself answers, with the help
    timestamp: Callable[[float], str] = timestamp

    def histories(self, plugin: str) -> Sequence[str]:
        """The sections whose figures the history of a plugin shows."""
        return (plugin,) if plugin in self.series else tuple(self.series_of_others.get(plugin, ()))

    def item_of(self, plugin: str, section: str, element: str, figure: str) -> Optional[str]:
        """The item of a plugin's history that shows a figure of a section's element; None when none does."""
        items = self.series if section == plugin else self.series_of_others.get(plugin, {})
        name = items.get(section, {}).get(figure)
        return name if name is None or self.plugins[plugin].key is None else "%s_%s" % (element, name)

    def shown_levels(self, plugin: str, element: str, levels: Mapping[tuple[str, str], str]) -> dict[str, str]:
        """The decoration of each field that has a limit; `levels`: by element ("" for an object) and figure."""
        return {field: levels[element, figure] for figure, fields in self.judged.get(plugin, {}).items()
                if (element, figure) in levels for field in fields}

    def states(self, plugin: str, levels: Mapping[tuple[str, str], str]) -> JSONValue:
        """The fields that are not well, by element: {"/": {"used": "WARNING"}}. `levels`: as for `shown_levels`."""
        found: dict[str, dict[str, str]] = {}
        for (element, figure), level in levels.items():
            state = level.partition("_")[0]              # WARNING of WARNING_LOG
            fields = self.judged.get(plugin, {}).get(figure, ())
            if fields and state not in (OK, DEFAULT):
                found.setdefault(element, {}).update(dict.fromkeys(fields, state))
        return found
