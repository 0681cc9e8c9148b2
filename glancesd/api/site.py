"""site: every path that the daemon answers: health, each version of the API, and what else is put beside them.

    /livez /readyz /healthz          health, for probes
    /api/2/…                         a dialect: the first is imported at the start, others when first asked for
    /, /api, /api/2                  what there is to ask
"""
from __future__ import annotations

from functools import partial

from ..answers import Answer, Refused, Request, dump, error
from ..lazy import module
from ..log import Log
from ..readings import Readings
from ..settings import Settings
from ..typed import Callable, Iterable, Mapping, NamedTuple, Optional
from .dialect import Dialect
from .endpoints import Endpoints, State
from .pages import Pages
from .routes import Routes

# The segment behind /api, and the module of this package that holds the dialect.
VERSIONS = (
    ("2", "v2"),
    ("3", "v3"),
    ("4", "v4"),
)

Endpoint = Callable[[Request], Answer]


class Found(NamedTuple):
    """What answers a request, and whether it does so without a password: a probe has none."""

    answer: Callable[[], Answer]
    is_open: bool


class Served:
    """One dialect in use under one Settings."""

    def __init__(self, dialect: Dialect, pages: Pages) -> None:
        self.dialect = dialect
        self.pages = pages
        self.routes = Routes("/api/" + dialect.version, dialect.routes, pages.enabled)
        self.endpoints: Optional[Endpoints] = None


class Dialects:
    """The dialects by version: the first loaded at once, others when first asked for. One serves one Settings."""

    def __init__(self, settings: Settings, readings: Readings, clock: Callable[[], float], log: Log,
                 versions: Iterable[tuple[str, str]] = VERSIONS) -> None:
        self._settings = settings
        self._readings = readings
        self._clock = clock
        self._log = log
        self._modules = {version: module for version, module in versions if version not in settings.disable_api}
        self._served: dict[str, Served] = {}
        self.first = self.find(next(iter(self._modules))) if self._modules else None

    def find(self, segment: str) -> Optional[Served]:
        """The dialect that a segment behind /api names ("2", or another name of it); None without one."""
        found = self._served.get(segment)
        if found is None and segment in self._modules:
            # Two threads may both make it: the first one's stays.
            dialect: Dialect = module("glancesd.api." + self._modules[segment]).DIALECT
            found = Served(dialect, Pages(dialect, self._settings, self._readings, self._clock, self._log))
            for name in (segment, *dialect.also):
                found = self._served.setdefault(name, found)
        return found

    def in_use(self) -> list[Served]:
        """The dialects that were asked for, each once."""
        return list(dict.fromkeys(list(self._served.values())))

    def pages(self) -> list[Pages]:
        """The pages of the dialects in use."""
        return [served.pages for served in self.in_use()]

    def kept(self) -> list[str]:
        """Sections whose history a dialect in use shows."""
        return list(dict.fromkeys(section for served in self.in_use() for section in served.dialect.series))


class Site:
    """Finds what answers a request. One instance serves one Settings."""

    def __init__(self, dialects: Dialects, state: State, others: Optional[Mapping[str, Endpoint]] = None) -> None:
        """`others`: further paths with one segment ("metrics"), and what answers each."""
        self._dialects = dialects
        self._state = state
        self._others = dict(others or {})
        self._open: Mapping[tuple[str, ...], Callable[[], Answer]] = {
            ("livez",): state.health.alive, ("readyz",): state.health.ready, ("healthz",): state.health.ready}

    def find(self, request: Request) -> Found:
        """What answers the request. Refused with 404 when nothing does."""
        path = request.path
        if path in self._open:
            return Found(self._open[path], True)
        if len(path) == 1 and path[0] in self._others:
            return Found(partial(self._others[path[0]], request), False)
        if path in (("",), ("api",), ("api", "")) and self._dialects.first is not None:
            return Found(partial(self._help, self._dialects.first), False)
        served = self._dialect(path)
        if served is None:
            first = self._dialects.first
            raise Refused(404, first.routes.no_path(path) if first is not None else "no such path: /" + "/".join(path))
        if path[2:] in ((), ("",)) and served.dialect.answers_bare:
            return Found(partial(self._help, served), False)
        try:
            endpoint, parameters = served.routes.find(path[2:], request.query)
        except Refused:
            moved = served.dialect.elsewhere(path[2:], served.routes)
            if moved is None:
                raise
            return Found(partial(_same, moved), False)
        return Found(partial(getattr(self._endpoints(served), endpoint), **parameters), endpoint == "status")

    def error(self, refused: Refused, request: Optional[Request]) -> Answer:
        """An error in the shape of the dialect that was asked."""
        served = self._dialect(request.path) if request is not None else None
        return (served.dialect.error if served is not None else error)(refused)

    def _dialect(self, path: tuple[str, ...]) -> Optional[Served]:
        return self._dialects.find(path[1]) if len(path) > 1 and path[0] == "api" else None

    def _endpoints(self, served: Served) -> Endpoints:
        if served.endpoints is None:
            served.endpoints = (served.dialect.endpoints or Endpoints)(served.dialect, served.pages, self._state)
        return served.endpoints

    def _help(self, served: Served) -> Answer:
        known = served.dialect.plugins.get("help")
        return Answer(dump(known.render(self._state.settings) if known is not None else served.pages.enabled))


def _same(answer: Answer) -> Answer:
    return answer
