"""assembly: what stands between the collectors and HTTP, put together in one process with a clock that tests move."""
from __future__ import annotations

import json
import os
from typing import Any, Callable, Iterable, Mapping, Optional, Union

from glancesd import sources
from glancesd.alerts import Alerts
from glancesd.answers import Answer, Request
from glancesd.api.endpoints import State
from glancesd.api.health import Health
from glancesd.api.site import VERSIONS, Dialects, Site
from glancesd.collectors import network
from glancesd.history import Figure, History
from glancesd.log import Log
from glancesd.readings import Clock, Derived, Readings, Sampled
from glancesd.roots import Roots
from glancesd.settings import Settings, default_settings
from glancesd.tasks import Tasks
from glancesd.watch import Watch

HOSTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hosts")
WALL = 1700000000.0      # the wall clock when the monotonic one is at 0


def hosts() -> list[str]:
    """Names of the fixture hosts."""
    return sorted(name for name in os.listdir(HOSTS) if os.path.isdir(os.path.join(HOSTS, name, "proc")))


class Time:
    """Two clocks. They move when told to, and when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.wall = WALL + 1000.0
        self.meanwhile: Callable[[float], None] = lambda seconds: None

    def sleep(self, seconds: float) -> None:
        self.meanwhile(seconds)
        self.now += seconds
        self.wall += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.wall, self.sleep)


class House:
    """Every source of a machine's trees, or other sources in their place, and all that is made of them."""

    def __init__(self, roots: Roots, table: Optional[Mapping[str, Union[Sampled, Derived]]] = None,
                 versions: Iterable[tuple[str, str]] = VERSIONS, **changed: Any) -> None:
        self.versions = versions
        self.time = Time()
        self.lines: list[str] = []
        log = Log(self.lines.append, lambda: self.time.now)
        self.alerts = Alerts()
        self.history = History(360, 1.0)
        tasks = Tasks(roots)
        self.interfaces = network.Sampler(lambda: self.time.now)
        whole = dict(sources.table(sources.mounts((), log), self.interfaces, self.alerts, lambda: tasks,
                                   lambda: self.time.now))
        whole.update(table or {})
        self.log = log
        self.stalled = False
        settings = default_settings(2)._replace(**changed)
        self.readings = Readings(whole, roots, settings.cached_time, self.time.clock(), log)
        self.settle(settings)

    def settle(self, settings: Settings) -> None:
        """What a reload does: other settings, the same samples, alerts and history."""
        self.settings = settings
        self.interfaces.addresses = settings.filter("network").hide_no_ip
        self.dialects = Dialects(settings, self.readings, lambda: self.time.now, self.log, self.versions)
        self.watch = Watch(settings, self.readings, self.alerts, self.history, self.dialects.kept)
        self.health = Health(self.dialects.pages, self.readings, self.alerts, lambda: self.stalled)
        self.site = Site(self.dialects, State(settings, self.watch, self.history, self.health))
        first = self.dialects.first
        assert first is not None
        self.pages = first.pages
        self.alerts.configure(settings.alert_max_events, settings.alert_min_duration)

    def answer(self, path: str) -> Answer:
        """What a GET of this path is answered with; Refused as an endpoint raises it."""
        path, _, query = path.partition("?")
        pairs = tuple((name, value) for name, _, value in (pair.partition("=") for pair in query.split("&")) if name)
        request = Request("GET", tuple(path[1:].split("/")), pairs, "localhost", True, False, None, False, 0, False,
                          None, None)
        return self.site.find(request).answer()

    def json(self, path: str) -> Any:
        return json.loads(self.answer(path).body.decode("utf-8"))

    def views(self, plugin: str) -> Any:
        return self.json("/api/2/%s/views" % plugin)

    def points(self, section: str, name: str, element: str = "") -> list[tuple[float, Any]]:
        """The history of a figure as it is kept: times as seconds of the monotonic clock at the start."""
        return [(round(at - WALL, 3), value) for at, value in self.history.points(section, Figure(element, name))]


def fixture(host: str, **changed: Any) -> House:
    """A fixture host, its baselines taken and ten seconds gone."""
    tree = os.path.join(HOSTS, host)
    house = House(Roots(*(os.path.join(tree, name) for name in ("proc", "sys", "root"))), **changed)
    house.readings.baselines()
    house.time.sleep(10)
    return house
