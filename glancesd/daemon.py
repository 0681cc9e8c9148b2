"""daemon: puts the parts together, keeps them through a reload, and ends them.

Kept for the daemon's life: samples, alerts, history, tasks, the listening socket. Made anew by a reload: everything
that holds Settings (access, pages, routes, watch).
"""
from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import threading
from typing import Callable, NamedTuple, Optional

from . import sockets, sources, systemd, tls
from .alerts import Alerts
from .api.endpoints import State
from .api.health import Health
from .api.site import Dialects, Site
from .collectors import cpu
from .dashboard import Dashboard
from .history import History
from .log import Log
from .readings import Clock, Readings
from .roots import NoData, ParseError, Roots
from .server import passwords
from .server.access import Access
from .server.app import App
from .server.server import Server
from .settings import Settings, SettingsError
from .tasks import Tasks
from .tasks.commands import ProcessUse
from .ticker import Ticker
from .watch import Watch

# The main thread wakes this often only where a watchdog or --exit-idle needs it.
IDLE_LOOK_SECONDS = 1.0
FOREVER_SECONDS = 3600.0


class Assembly(NamedTuple):
    """Everything that is made of settings, so a reload replaces it as one value."""

    settings: Settings
    app: App
    watch: Watch
    credentials: Optional[passwords.Credentials]
    plugins: int                # how many are served


class Daemon:
    """One running glancesd. `read_settings` reads the settings again, for SIGHUP; it raises what __main__ prints."""

    def __init__(self, settings: Settings, read_settings: Callable[[], Settings], log: Log, clock: Clock) -> None:
        self._read_settings = read_settings
        self._log = log
        self._clock = clock
        self._notifier = systemd.Notifier(os.environ)
        self._roots = Roots(settings.procfs, settings.sysfs, settings.rootfs)
        self._roots.report = lambda problem: log.once(str(problem), problem.kind)
        self._alerts = Alerts(settings.alert_max_events, settings.alert_min_duration)
        self._history = History(settings.history_size, settings.interval)
        self._tasks = Tasks(settings.monitored, settings.folders, settings.commands_allowed, self._roots,
                            clock.monotonic)
        self._mounts = sources.mounts(settings.fs_allow, log)
        self._readings = Readings(sources.table(lambda roots: self._mounts(roots), self._alerts, self._asked_tasks,
                                              clock.monotonic), self._roots, settings.cached_time, clock, log)
        self._ticker = Ticker(settings.interval, self._tick, clock, log)
        self._page = Dashboard()
        self._server: Optional[Server] = None
        self._url = ""
        self._in_force = self._make(settings, None)

    def run(self) -> int:
        """Listen and serve until SIGTERM or SIGINT; the exit status."""
        signals = _signal_pipe()
        settings = self._in_force.settings
        wrap = tls.wrapper(settings)
        listener, self._url, path = sockets.listen(settings)
        server = self._server = Server(listener, self._in_force.app, self._log, settings.max_connections,
                                       settings.max_connections_per_address, wrap)
        watchdog = systemd.watchdog_seconds(os.environ, os.getpid())
        server.pulse_seconds = watchdog and watchdog / 2
        self._readings.baselines("processes")
        accepting = threading.Thread(target=server.serve_forever, name="accept", daemon=True)
        accepting.start()
        self._ticker.start()
        threading.Thread(target=self._readings.baselines, name="baseline", daemon=True).start()
        for warning in settings.warnings:
            self._log.once(warning)
        self._log.line("listening on %s" % self._url)
        self._notifier.ready(self._status())
        self._until_signal(signals, server, watchdog)
        self._notifier.stopping()
        self._ticker.end()
        server.end()
        self._tasks.shutdown()
        if path:
            with contextlib.suppress(OSError):          # somebody tidied up
                os.unlink(path)
        return 0

    # -- settings ------------------------------------------------------------------------------------------------------

    def _make(self, settings: Settings, earlier: Optional[passwords.Credentials]) -> Assembly:
        """What serves under these settings; nothing of the running daemon is changed by it, whatever it raises."""
        settings = self._for_cpus(settings)
        password_file = settings.password_file or systemd.credential(os.environ, "password")
        credentials = None
        if password_file:
            credentials = passwords.read(password_file, settings.username, earlier,
                                         os.environ.get("CREDENTIALS_DIRECTORY", ""))
        access = Access(settings, socket.gethostname(), credentials)
        dialects = Dialects(settings, self._readings, self._clock.monotonic, self._log)
        watch = Watch(settings, self._readings, self._alerts, self._history, dialects.kept)
        others = {} if settings.disable_webui else self._page.endpoints()
        health = Health(dialects.pages, self._readings, self._alerts, self._ticker.stalled)
        site = Site(dialects, State(settings, watch, self._history, health), others)
        return Assembly(settings, App(access, site), watch, credentials,
                        sum(len(pages.enabled) for pages in dialects.pages()))

    def _for_cpus(self, settings: Settings) -> Settings:
        """The settings for the served machine; SettingsError where it has no /proc/stat, which no procfs lacks."""
        try:
            cpus = len(cpu.sample(self._roots).cpus)
        except ParseError:                              # of a kernel to come: its other files may serve
            cpus = 1
        except (NoData, OSError) as problem:
            why = "no such file" if isinstance(problem, NoData) else problem.strerror
            raise SettingsError("--procfs: %s/stat: %s" % (self._roots.procfs, why)) from None
        return settings.for_cpus(cpus)

    def _reload(self) -> None:
        """Take the settings as they are now; if they are bad, the old ones stay and the log says why."""
        self._notifier.reloading()
        try:
            made = self._make(self._read_settings(), self._in_force.credentials)
        except Exception as problem:
            self._log.line("not reloaded: %s" % problem)
            self._notifier.ready("%s; not reloaded: %s" % (self._status(), problem))
        else:
            self._take(made)
            for warning in made.settings.warnings:
                self._log.once(warning)
            self._log.line("reloaded")
            self._notifier.ready(self._status())

    def _take(self, made: Assembly) -> None:
        """Put an assembly in force, and tell those that outlast a reload what concerns them."""
        settings, before = made.settings, self._in_force.settings
        self._alerts.configure(settings.alert_max_events, settings.alert_min_duration)
        self._history.configure(settings.history_size, settings.interval)
        self._tasks.configure(settings.monitored, settings.folders, settings.commands_allowed)
        if settings.fs_allow != before.fs_allow:
            self._mounts = sources.mounts(settings.fs_allow, self._log)
        self._readings.hold(settings.cached_time)
        self._ticker.set_interval(settings.interval)
        self._in_force = made
        if self._server is not None:
            self._server.renew(made.app, settings.max_connections, settings.max_connections_per_address)

    def _status(self) -> str:
        return "serving %d plugins on %s" % (self._in_force.plugins, self._url)

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
        activities = self._readings.take("processes").value
        if activities is None:
            return None
        memory = self._readings.take("memory").value
        whole = memory.total_bytes or 1 if memory is not None else 1
        return [ProcessUse(entry.process.command_line, entry.cpu_percent,
                           entry.process.resident_bytes * 100.0 / whole if memory is not None else None)
                for entry in activities]

    def _until_signal(self, signals: int, server: Server, watchdog: Optional[float]) -> None:
        """Wait; feed the watchdog only while both the ticker and the accepting loop move."""
        exits_idle = self._in_force.settings.exit_idle
        look = min(watchdog or FOREVER_SECONDS, IDLE_LOOK_SECONDS if exits_idle else FOREVER_SECONDS)
        while True:
            ready, _, _ = select.select([signals], [], [], look)
            for number in os.read(signals, 64) if ready else b"":
                if number in (signal.SIGTERM, signal.SIGINT):
                    return
                if number == signal.SIGHUP:
                    self._reload()
            now = self._clock.monotonic()
            if watchdog and now - server.moved_at < watchdog and not self._ticker.stalled():
                self._notifier.watchdog()
            idle = self._in_force.settings.exit_idle
            if idle and not server.places and now - server.asked_at >= idle:
                return


def _signal_pipe() -> int:
    """A descriptor that the numbers of SIGTERM, SIGINT and SIGHUP can be read from."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, frame: None)
    return reading
