"""routes: which endpoint answers a path: the first pattern of a table that fits.

In a pattern `:plugin` is one segment that names an enabled plugin, `:count` digits, any other `:name` one segment that
is not empty, and `*name` one or more segments to the end or to the fixed words behind it, slashes between them and all.
`?name` behind a pattern is a parameter of the query string, which may be missing.
"""
from __future__ import annotations

from ..answers import Refused
from ..typed import Iterable, NamedTuple, Optional, Sequence

_COUNT_DIGITS = 9


class Route(NamedTuple):
    """A pattern cut at its slashes, the names that it takes of a query string, and its endpoint."""

    pattern: tuple[str, ...]
    queries: tuple[str, ...]
    endpoint: str


class Routes:
    """The routes of one dialect."""

    def __init__(self, prefix: str, table: Iterable[tuple[str, str]], plugins: Iterable[str]) -> None:
        self._prefix = prefix
        self.routes = tuple(_route(pattern, endpoint) for pattern, endpoint in table)
        self._plugins = frozenset(plugins)

    def find(self, path: Sequence[str], query: Sequence[tuple[str, str]] = ()) -> tuple[str, dict[str, str]]:
        """The name of the endpoint and its parameters. Refused with 404 without a route or such a plugin."""
        for route in self.routes:
            parameters = match(route.pattern, path)
            if parameters is None:
                continue
            plugin = parameters.get("plugin")
            if plugin is not None and plugin not in self._plugins:
                raise Refused(404, "no plugin %s: see %s/pluginslist" % (plugin, self._prefix))
            parameters.update((name, value) for name, value in query if name in route.queries)
            return route.endpoint, parameters
        raise Refused(404, self.no_path((*self._prefix[1:].split("/"), *path)))

    def no_path(self, path: Sequence[str]) -> str:
        """What is said of a path that nothing answers."""
        return "no such path: /%s (see %s/help)" % ("/".join(path), self._prefix)


def match(pattern: Sequence[str], path: Sequence[str]) -> Optional[dict[str, str]]:
    """The parameters of a path that fits the pattern, or None."""
    parameters = {}
    at = 0
    for position, part in enumerate(pattern):
        behind = len(pattern) - position - 1
        if part.startswith("*"):
            rest = path[at:len(path) - behind]
            if not rest or tuple(rest) == ("",):
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
        elif not segment or part == ":count" and not is_count(segment):
            return None
        else:
            parameters[part[1:]] = segment
    return parameters if at == len(path) else None


def is_count(text: str) -> bool:
    """Whether a segment is a number of points or elements."""
    return text.isdigit() and text.isascii() and len(text) <= _COUNT_DIGITS


def _route(pattern: str, endpoint: str) -> Route:
    path, _, queries = pattern.partition("?")
    return Route(tuple(path.split("/")), tuple(queries.split("&")) if queries else (), endpoint)
