"""tasks: what would keep a request waiting, or leaves this process: commands, folders' sizes, ports, engines' sockets.

    tick(processes)                        the ticker: count the matching processes, and have done what is due
    monitored(), folders(), ports(), …     a request: the latest results, at once

The settings file says which there are; a kind that nobody has is not imported. Engines alone are looked for.
"""
from __future__ import annotations

import threading
import time

from .. import threads
from ..roots import Roots
from ..settings import Settings
from ..typed import TYPE_CHECKING, Callable, Hashable, Iterable, Optional, Sequence, TypeVar, Union
from .jobs import Schedule, Start

if TYPE_CHECKING:
    from ..collectors.gpu import Card
    from ..containers import Listing
    from ..settings.lists import Amp, Folder, Monitored, Port, Web
    from .amps import AmpResult, Application
    from .commands import Command, MonitorResult, ProcessUse
    from .engines import Engine
    from .folders import FolderSize, Walk
    from .lookups import Lookups
    from .nvidia import NvidiaSmi
    from .ports import Check, Checked

Run = Callable[[Sequence[str], threading.Event], "tuple[Optional[int], str]"]
Measure = Callable[[str, Callable[[], bool]], int]
Processes = Callable[[], "Optional[Iterable[ProcessUse]]"]

Item = TypeVar("Item", bound=Hashable)
AnyJob = TypeVar("AnyJob", "Command", "Walk", "Application", "Check", "NvidiaSmi")

LOOK_SECONDS = 1.0
# Where engines listen, below the served root. An engine's other places are asked where the first is not there.
ENGINE_SOCKETS = (("docker", ("run/docker.sock", "var/run/docker.sock")), ("podman", ("run/podman/podman.sock",)))


class Tasks:
    """Everything that is done again and again beside the requests. Thread-safe; only `shutdown` waits.

    What leaves this machine has a schedule of its own, so that silent hosts hold up nothing else. `run`, `measure`,
    `start` stand in for a real process, a real walk and a real thread in tests.
    """

    def __init__(self, roots: Roots, report: Callable[[str], None] = lambda text: None,
                 clock: Callable[[], float] = time.monotonic, run: Optional[Run] = None,
                 measure: Optional[Measure] = None, start: Start = threads.start) -> None:
        self._roots = roots
        self._report = report
        self._clock = clock
        self._run = run
        self._measure = measure
        self._local = Schedule(clock, start, report)
        self._remote = Schedule(clock, start, report)
        self._lookups: Optional[Lookups] = None
        self._settings: Optional[Settings] = None
        # The jobs of each kind, in the file's order.
        self._monitored: list[Command] = []
        self._folders: list[Walk] = []
        self._amps: list[Application] = []
        self._ports: list[Check] = []
        self._nvidia: list[NvidiaSmi] = []
        self._engines: list[Engine] = []
        self._look_at = 0.0

    # -- what there is to do -------------------------------------------------------------------------------------------

    def configure(self, settings: Settings) -> None:
        """Take other settings from now on. Items that stay as they were keep what is known of them."""
        def wanted(plugin: str, items: Sequence[Item]) -> Sequence[Item]:
            return () if plugin in settings.disable_plugin else items

        checks = [*settings.ports.checks]
        if settings.ports.default_gateway:
            checks.insert(0, _gateway(settings))
        with self._local.lock, self._remote.lock:
            self._settings = settings
            self._monitored = _renewed(self._monitored, wanted("monitor", settings.monitored), self._command)
            self._folders = _renewed(self._folders, wanted("folders", settings.folders), self._walk)
            self._amps = _renewed(self._amps, wanted("amps", settings.amps), self._application)
            for job in self._counting():
                job.allowed = settings.commands_allowed
            self._ports = _renewed(self._ports, wanted("ports", [(check, settings.ports.refresh_seconds)
                                                                 for check in checks]), self._check)
            nvidia = settings.nvidia_smi and settings.commands_allowed
            self._nvidia = _renewed(self._nvidia, wanted("gpu", ["nvidia-smi"] if nvidia else []), self._nvidia_smi)
            wanted_engines = _engine_items(settings)
            self._engines = [engine for engine in self._engines if engine.item in wanted_engines]
            self._look_at = 0.0
            self._set()

    def _set(self) -> None:
        self._local.set([*self._monitored, *self._folders, *self._amps, *self._nvidia, *self._engines])
        self._remote.set(self._ports)

    def _find_engines(self) -> None:
        """Look whether an engine's socket has appeared: a few stats, and nothing imported without one.

        Without a ticker each of six sources ticks when it is read: one look in LOOK_SECONDS is enough for all.
        """
        if self._clock() < self._look_at:
            return
        self._look_at = self._clock() + LOOK_SECONDS
        settings = self._settings
        known = {engine.item for engine in self._engines}
        for item in _engine_items(settings):
            if item not in known and any(map(self._roots.root_has, item[1])):
                from .engines import Engine
                engine = Engine(*item, self._roots, self._local.stopping, self._report)
                with self._local.lock, self._remote.lock:       # two readers may look at once, where no ticker does
                    if settings is self._settings and item not in {other.item for other in self._engines}:
                        self._engines = [*self._engines, engine]
                        self._set()

    def _command(self, item: Monitored) -> Command:
        from .commands import Command
        return Command(item, self._execute)

    def _application(self, item: Amp) -> Application:
        from .amps import Application
        return Application(item, self._execute, self._clock)

    def _nvidia_smi(self, item: str) -> NvidiaSmi:
        from .nvidia import NvidiaSmi
        return NvidiaSmi(self._execute, self._roots.report)

    def _walk(self, item: Folder) -> Walk:
        from .folders import Walk
        return Walk(item, self._folder_size)

    def _check(self, item: tuple[Union[Port, Web], float]) -> Check:
        from .lookups import Lookups
        from .ports import Check
        self._lookups = self._lookups or Lookups()
        check, refresh_seconds = item
        return Check(check, refresh_seconds, self._roots, self._lookups, self._report)

    def _execute(self, arguments: Sequence[str]) -> tuple[Optional[int], str]:
        from .commands import run_command
        return (self._run or run_command)(arguments, self._local.stopping)

    def _folder_size(self, path: str) -> int:
        from .folders import FOLDER_SECONDS, folder_size
        give_up = self._clock() + FOLDER_SECONDS
        return (self._measure or folder_size)(
            self._roots.inside_root(path), lambda: self._local.stopping.is_set() or self._clock() >= give_up)

    # -- when ----------------------------------------------------------------------------------------------------------

    def uncounted(self) -> bool:
        """Whether an item has not been counted yet: the daemon has just started or reloaded."""
        return any(job.uncounted for job in self._counting())

    def _counting(self) -> list[Union[Command, Application]]:
        return [*self._monitored, *self._amps]

    def tick(self, processes: Processes) -> None:
        """Count the matches of [monitor] and [amp_…] now, and have done what is due.

        `processes` is called if there is an item; None of it: unknown, the counts stay.
        """
        counting = self._counting()
        present = processes() if counting else None
        if present is not None:
            present = list(present)
            found = [(job, job.matching(present)) for job in counting]
            with self._local.lock:
                for job, matching in found:
                    job.look(matching)
        self._find_engines()
        self._local.tick()
        self._remote.tick()

    def shutdown(self, wait_seconds: float = 1.0) -> None:
        """For good: kill the commands under way, break off the walks, and wait for their threads as long as that."""
        self._remote.shutdown(0.0)
        self._local.shutdown(wait_seconds)

    # -- what came of it -----------------------------------------------------------------------------------------------

    def monitored(self) -> list[MonitorResult]:
        """The items of [monitor] in the file's order, as of the latest tick."""
        with self._local.lock:
            return [job.result() for job in self._monitored]

    def folders(self) -> list[FolderSize]:
        """The items of [folders] in the file's order."""
        with self._local.lock:
            return [job.result() for job in self._folders]

    def amps(self) -> list[AmpResult]:
        """The sections [amp_…] in the file's order."""
        with self._local.lock:
            return [job.result() for job in self._amps]

    def ports(self) -> list[Checked]:
        """The checks of [ports]: the default gateway, hosts, pages."""
        with self._remote.lock:
            return [job.result() for job in self._ports]

    def nvidia_cards(self) -> list[Card]:
        """What nvidia-smi printed last."""
        with self._local.lock:
            return [card for job in self._nvidia for card in job.result()]

    def engines(self) -> list[Listing]:
        """What each engine whose socket was found said last."""
        with self._local.lock:
            return [job.result() for job in self._engines]


def _renewed(jobs: Sequence[AnyJob], items: Iterable[Item], make: Callable[[Item], AnyJob]) -> list[AnyJob]:
    """A job for each item: the one that it had, or a new one."""
    known: dict[Hashable, AnyJob] = {job.item: job for job in jobs}
    return [known.pop(item) if item in known else make(item) for item in items]


def _engine_items(settings: Optional[Settings]) -> list[tuple[str, tuple[str, ...], bool]]:
    """The engines that may be asked: name, sockets, and whether stopped containers are wanted too."""
    if settings is None or "containers" in settings.disable_plugin:
        return []
    podman = settings.containers.podman_socket
    return [(name, (podman, *sockets) if podman and name == "podman" else sockets, settings.containers.stopped_too)
            for name, sockets in ENGINE_SOCKETS]


def _gateway(settings: Settings) -> Port:
    from ..settings.lists import Port
    return Port("port_0", "", 0, "DefaultGateway", settings.ports.timeout_seconds, None)
