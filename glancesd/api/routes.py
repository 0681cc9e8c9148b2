"""routes: the one ordered table of paths. The first pattern that fits names the endpoint.

In a pattern `:plugin` is one segment that names an enabled plugin, `:count` digits, any other `:name` one segment that
is not empty, and `*name` one or more segments to the end or to the fixed words behind it, slashes between them and all.
"""
from __future__ import annotations

from functools import partial
from typing import Callable, NamedTuple, Optional

from ..answers import Answer, Refused
from .endpoints import Endpoints

API = "/api/2"

# (pattern, endpoint). The fixed words stand before the parameters that would take them for a value.
TABLE = (
    ("/livez", "alive"),
    ("/readyz", "health"),
    ("/healthz", "health"),
    (API + "/status", "health"),
    (API + "/pluginslist", "plugins_list"),
    (API + "/all", "all"),
    (API + "/all/limits", "all_limits"),
    (API + "/all/views", "all_views"),
    (API + "/args", "args"),
    (API + "/args/:item", "args"),
    (API + "/config", "config"),
    (API + "/config/:section", "config"),
    (API + "/:plugin", "plugin"),
    (API + "/:plugin/limits", "limits"),
    (API + "/:plugin/views", "views"),
    (API + "/:plugin/history", "history"),
    (API + "/:plugin/history/:count", "history"),
    (API + "/:plugin/*item/history", "item_history"),
    (API + "/:plugin/*item/history/:count", "item_history"),
    (API + "/:plugin/:item", "item"),
    (API + "/:plugin/:item/*value", "value"),
)
# Answered without a password: a probe has none.
OPEN = frozenset(("alive", "health"))
_COUNT_DIGITS = 9


class Route(NamedTuple):
    """A pattern cut at its slashes, and its endpoint."""

    pattern: tuple[str, ...]
    endpoint: str


ROUTES = tuple(Route(tuple(pattern[1:].split("/")), endpoint) for pattern, endpoint in TABLE)


class Routes:
    """Finds the endpoint of a path."""

    def __init__(self, endpoints: Endpoints, plugins: tuple[str, ...]) -> None:
        self._endpoints = endpoints
        self._plugins = frozenset(plugins)

    def find(self, path: tuple[str, ...]) -> tuple[Callable[[], Answer], bool]:
        """What answers the path, and whether it does so without a password. Refused with 404 when nothing does."""
        if path[:2] == ("api", "v2"):
            path = ("api", "2", *path[2:])
        for route in ROUTES:
            parameters = match(route.pattern, path)
            if parameters is None:
                continue
            plugin = parameters.get("plugin")
            if plugin is not None and plugin not in self._plugins:
                raise Refused(404, "no plugin %s: see %s/pluginslist" % (plugin, API))
            return partial(getattr(self._endpoints, route.endpoint), **parameters), route.endpoint in OPEN
        raise Refused(404, "no such path: /%s (see %s/help)" % ("/".join(path), API))


def match(pattern: tuple[str, ...], path: tuple[str, ...]) -> Optional[dict[str, str]]:
    """The parameters of a path that fits the pattern, or None."""
    parameters = {}
    at = 0
    for position, part in enumerate(pattern):
        behind = len(pattern) - position - 1
        if part.startswith("*"):
            rest = path[at:len(path) - behind]
            if not rest or rest == ("",):
                return None
            parameters[part[1:]] = "/".join(rest)
            at += len(rest)
            continue
        if at >= len(path):
            return None
        segment = path[at]
        at += 1
        if not part.startswith(":"):
            if segment != part:
                return None
        elif not segment or part == ":count" and not _is_count(segment):
            return None
        else:
            parameters[part[1:]] = segment
    return parameters if at == len(path) else None


def _is_count(segment: str) -> bool:
    return segment.isdigit() and segment.isascii() and len(segment) <= _COUNT_DIGITS
