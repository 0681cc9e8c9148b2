"""daemon: puts the parts together, keeps them through a reload, and ends them.

Kept for the daemon's life: samples, alerts, history, tasks, the listening socket. Made anew by a reload: everything
that holds Settings (access, certificate, pages, routes, watch).
"""
from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from functools import partial

from . import children, dashboard, machine, sockets, sources, systemd
from .alerts import Alerts
from .api.endpoints import State
from .api.health import Health
from .api.site import Dialects, Site
from .collectors import cpu, network
from .history import History
from .log import Log
from .machine import TimeZone
from .metrics import Endpoint as Metrics
from .parsing import ParseError
from .readings import Clock, Readings
from .roots import SHORTAGE, NoData, Roots
from .server.access import Access
from .server.app import App
from .server.server import Server
from .settings import Settings, SettingsError
from .settings.options import USERNAME
from .signals import END, Signals
from .sockets import Listening, StartError
from .tasks import Tasks
from .threads import Aside
from .ticker import Ticker
from .typed import TYPE_CHECKING, Callable, Iterator, NamedTuple, Optional
from .watch import Watch

if TYPE_CHECKING:                     # what few have in the settings is imported where they have it
    from .server.passwords import Credentials
    from .tasks.commands import ProcessUse
    from .tls import Wrap

# The main thread wakes this often to look at what may change around the daemon, and with --exit-idle at the time.
LOOK_SECONDS = 30.0
IDLE_LOOK_SECONDS = 1.0
# Settings that only a start can change.
FIXED = ("bind_address", "port", "socket_mode", "procfs", "sysfs", "rootfs")


class Assembly(NamedTuple):
    """Everything that is made of settings, so a reload replaces it as one value."""

    settings: Settings
    names: tuple[str, ...]      # of the machine
    credentials: Optional[Credentials]
    wrap: Optional[Wrap]
    site: Site
    app: App
    watch: Watch
    plugins: int                # how many are served


class Daemon:
    """One running glancesd. Made and run it raises what __main__ prints: StartError, SettingsError.

    `read_settings` reads the settings again, for SIGHUP, given those in force.
    """

    def __init__(self, settings: Settings, read_settings: Callable[[Settings], Settings], log: Log,
                 clock: Clock) -> None:
        self._started_with = settings
        self._read_settings = read_settings
        self._log = log
        self._clock = clock
        self._notifier = systemd.Notifier(os.environ)
        self._zone = TimeZone(os.environ)
        self._roots = Roots(settings.procfs, settings.sysfs, settings.rootfs)
        self._roots.report = lambda problem: log.once(str(problem), problem.kind)
        self._alerts = Alerts(settings.alert_max_events, settings.alert_min_duration)
        self._history = History(settings.history_size, settings.interval)
        self._tasks = Tasks(self._roots, log.once, clock.monotonic)
        self._tasks.configure(settings)
        self._mounts = sources.mounts(settings.fs_allow, log)
        self._interfaces = network.Sampler(clock.monotonic, settings.filter("network").hide_no_ip)
        table = sources.table(self._mounts, self._interfaces, self._alerts, self._asked_tasks, clock.monotonic)
        self._readings = Readings(table, self._roots, settings.cached_time, clock, log)
        self._metrics = Metrics(self._readings, self._roots, clock, log)
        self._ticker = Ticker(settings.interval, self._tick, clock, log)
        self._listening: Optional[Listening] = None
        self._page = dashboard.Dashboard()
        self._server: Optional[Server] = None
        with _starting():
            self._in_force = self._make(settings, None)

    def run(self) -> int:
        """Listen and serve until SIGTERM or SIGINT; the exit status."""
        with _starting():
            signals = Signals([signal.SIGCHLD] if os.getpid() == 1 else [])
            listening = self._listening = sockets.listen(self._started_with, self._log)
        try:
            with _starting():
                self._in_force = self._make(self._started_with, self._in_force.credentials)
                watchdog = systemd.watchdog_seconds(os.environ, os.getpid())
                server = self._server = self._start(listening, watchdog and watchdog / 2)
            self._warn()
            self._log.line("listening on %s" % self._url(listening))
            self._notifier.ready(self._status())
            self._until_end(signals, server, watchdog)
            self._notifier.stopping()
            self._ticker.end()
            server.end()
            self._tasks.shutdown()
        finally:
            listening.remove()
        return 0

    def _start(self, listening: Listening, pulse_seconds: Optional[float]) -> Server:
        """Accept connections and begin to sample."""
        settings = self._in_force.settings
        server = Server(listening.socket, self._in_force.app, self._log, settings.max_connections,
                        settings.max_connections_per_address, self._in_force.wrap)
        server.pulse_seconds = pulse_seconds
        self._readings.baselines("processes", "containers", "gpu", "npu")
        threading.Thread(target=server.serve_forever, name="accept", daemon=True).start()
        self._ticker.start()
        threading.Thread(target=self._readings.baselines, name="baseline", daemon=True).start()
        return server

    # -- settings ------------------------------------------------------------------------------------------------------

    def _make(self, settings: Settings, earlier: Optional[Credentials]) -> Assembly:
        """What serves under these settings; nothing of the running daemon is changed by it, whatever it raises."""
        settings = self._for_cpus(self._enforced(settings))
        wrap = credentials = None
        if settings.tls_cert:
            from . import tls
            wrap = tls.wrapper(settings.tls_cert, settings.tls_key)
        if settings.password_file:
            from .server import passwords
            credentials = passwords.read(settings.password_file, settings.username, earlier,
                                         os.environ.get("CREDENTIALS_DIRECTORY", ""))
        names = machine.names(self._roots)
        dialects = Dialects(settings, self._readings, self._clock.monotonic, self._log)
        watch = Watch(settings, self._readings, self._alerts, self._history, dialects.kept)
        has_page = not settings.disable_webui and dashboard.API not in settings.disable_api
        others = self._page.endpoints() if has_page else {}
        health = Health(dialects.pages, self._readings, self._alerts, self._ticker.stalled)
        if not settings.metrics.disabled:
            others["metrics"] = partial(self._metrics.answer, settings)
        site = Site(dialects, State(settings, watch, self._history, health), others)
        return Assembly(settings, names, credentials, wrap, site,
                        App(Access(settings, names, credentials), site), watch,
                        sum(len(pages.enabled) for pages in dialects.pages()))

    def _enforced(self, settings: Settings) -> Settings:
        """The settings as far as they can be in force: what only a start can change is as it was then."""
        settings = settings._replace(**{name: getattr(self._started_with, name) for name in FIXED})
        if self._listening is None:
            return settings
        if settings.username != USERNAME and not settings.password_file:
            warning = "username: without effect, because no password is set (password_file)"
            settings = settings._replace(warnings=(*settings.warnings, warning))
        if settings.exit_idle and not self._listening.handed:
            warning = "exit_idle: ignored, because nobody would start glancesd again: it is for socket activation"
            settings = settings._replace(exit_idle=0.0, warnings=(*settings.warnings, warning))
        return settings._replace(bind_address=self._listening.address, port=self._listening.port)

    def _for_cpus(self, settings: Settings) -> Settings:
        """The settings for the served machine; SettingsError where it has no /proc/stat, which no procfs lacks."""
        try:
            cpus = len(cpu.sample(self._roots).cpus)
        except ParseError as problem:
            if "\ncpu" not in "\n" + self._roots.proc(cpu.FILE, default=""):        # /proc/self has a stat, too
                raise SettingsError("--procfs: %s/%s" % (self._roots.procfs, problem)) from None
            cpus = 1                                    # of a kernel to come: its other files may serve
        except NoData:
            raise SettingsError("--procfs: %s/stat: no such file" % self._roots.procfs) from None
        except OSError as problem:
            if problem.errno in SHORTAGE:
                raise
            raise SettingsError("--procfs: %s/stat: %s" % (self._roots.procfs, problem.strerror)) from None
        return settings.for_cpus(cpus)

    def _read_again(self) -> Callable[[], None]:
        """Make what the settings are now; if they are bad, the old ones stay and the log says why."""
        self._zone.follow()
        try:
            settings = self._read_settings(self._in_force.settings)
            return partial(self._reloaded, settings, self._make(settings, self._in_force.credentials))
        except Exception as problem:
            why = str(problem) if isinstance(problem, (SettingsError, StartError, OSError)) else repr(problem)
            return partial(self._not_reloaded, why)

    def _reloaded(self, settings: Settings, made: Assembly) -> None:
        self._take(made)
        self._warn()
        self._log.line("reloaded" + self._later(settings))
        self._notifier.ready(self._status())

    def _not_reloaded(self, why: str) -> None:
        self._log.line("not reloaded: %s" % why)
        self._notifier.ready("%s; not reloaded: %s" % (self._status(), why))

    def _later(self, settings: Settings) -> str:
        """What of the settings has to wait for the next start, as the end of a line."""
        later = [name for name in FIXED if getattr(settings, name) != getattr(self._started_with, name)]
        return "; %s take%s effect at the next start" % (" and ".join(later), "" if later[1:] else "s") if later else ""

    def _take(self, made: Assembly) -> None:
        """Put an assembly in force, and tell those that outlast a reload what concerns them."""
        settings = made.settings
        self._alerts.configure(settings.alert_max_events, settings.alert_min_duration)
        self._history.configure(settings.history_size, settings.interval)
        self._tasks.configure(settings)
        self._mounts.allow = settings.fs_allow
        self._interfaces.addresses = settings.filter("network").hide_no_ip
        self._readings.hold(settings.cached_time)
        self._ticker.set_interval(settings.interval)
        self._in_force = made
        if self._server is not None:
            self._server.renew(made.app, settings.max_connections, settings.max_connections_per_address, made.wrap)

    def _look_around(self) -> Callable[[], None]:
        """Follow what may have changed around the daemon: the time zone, the machine's names."""
        self._zone.follow()
        try:
            return partial(self._named, machine.names(self._roots))
        except OSError:                                 # no descriptor at this moment: the next look will tell
            return partial(self._named, self._in_force.names)

    def _named(self, names: tuple[str, ...]) -> None:
        now = self._in_force
        if names != now.names:
            app = App(Access(now.settings, names, now.credentials), now.site)
            self._take(now._replace(names=names, app=app))

    def _warn(self) -> None:
        for warning in self._in_force.settings.warnings:
            self._log.once(warning)

    def _url(self, listening: Listening) -> str:
        return listening.url("https" if self._in_force.wrap is not None else "http")

    def _status(self) -> str:
        where = " on " + self._url(self._listening) if self._listening is not None else ""
        return "serving %d plugins%s" % (self._in_force.plugins, where)

    # -- the daemon's own clock ----------------------------------------------------------------------------------------

    def _tick(self) -> None:
        try:
            self._in_force.watch.tick()
        finally:
            self._tasks.tick(self._processes)

    def _asked_tasks(self) -> Tasks:
        """The tasks, for a reader. With --interval 0 nothing else starts what is due, and before the first tick nothing
        has counted the processes of [monitor]: then a read does (commands and walks run in the background).
        """
        if not self._in_force.settings.interval or self._tasks.uncounted():
            self._tasks.tick(self._processes)
        return self._tasks

    def _processes(self) -> Optional[list[ProcessUse]]:
        from .tasks.commands import ProcessUse  # here, because few have anything to be counted

        activities = self._readings.take("processes").value
        if activities is None:
            return None
        memory = self._readings.take("memory").value
        whole = memory.total_bytes or 1 if memory is not None else 1
        return [ProcessUse(entry.process.name, entry.process.command_line, entry.cpu_percent,
                           entry.process.resident_bytes * 100.0 / whole if memory is not None else None)
                for entry in activities]

    def _until_end(self, signals: Signals, server: Server, watchdog: Optional[float]) -> None:
        """Wait for an end; feed the watchdog only while both the ticker and the accepting loop move.

        What a reload or a look reads may lie on a dead mount, so it is read aside; further SIGHUPs wait for its end.
        """
        looked = self._clock.monotonic()
        aside = Aside(signals.wake)
        reload = False
        while True:
            idle = self._in_force.settings.exit_idle
            received = signals.wait(min(watchdog or LOOK_SECONDS, IDLE_LOOK_SECONDS if idle else LOOK_SECONDS))
            if received & END:
                return
            reload = reload or signal.SIGHUP in received
            now = self._clock.monotonic()
            then = aside.result()
            if then is not None:
                then()
            if aside.busy:
                pass
            elif reload:
                reload = False
                self._notifier.reloading()
                aside.start(self._read_again)
            elif now - looked >= LOOK_SECONDS:
                looked = now
                aside.start(self._look_around)
            if children.has_orphans():
                children.reap()
            if watchdog and now - server.moved_at < watchdog and not self._ticker.stalled():
                self._notifier.watchdog()
            if idle and not server.places and now - server.asked_at >= idle:
                return


@contextmanager
def _starting() -> Iterator[None]:
    """A start that lacks a descriptor, a thread or memory is one that may go well later."""
    try:
        yield
    except (OSError, RuntimeError, MemoryError) as problem:
        raise StartError("cannot start: %s" % (problem or type(problem).__name__), 1) from None
