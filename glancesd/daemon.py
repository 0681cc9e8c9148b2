"""daemon: puts the parts together, keeps them through a reload, and ends them.

Kept for the daemon's life: samples, alerts, history, tasks, the listening socket. Made anew by a reload: everything
that holds Settings (access, pages, routes, watch).
"""
from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import threading
from typing import Callable, Optional

from . import sources, systemd
from .alerts import Alerts
from .api.endpoints import Endpoints
from .api.health import Health
from .api.pages import Pages
from .api.routes import Routes
from .history import History
from .log import Log
from .readings import Clock, Readings
from .roots import Roots
from .server import passwords
from .server.access import Access
from .server.app import App
from .server.server import Server
from .settings import Settings
from .tasks import ProcessUse, Tasks
from .ticker import Ticker
from .watch import Watch

# The main thread wakes this often only where a watchdog or --exit-idle needs it.
IDLE_LOOK_SECONDS = 1.0
FOREVER_SECONDS = 3600.0


class StartError(Exception):
    """The daemon cannot start; the text says why, in one line. `status`: the exit status, 1 if it may go well later."""

    def __init__(self, text: str, status: int = 2) -> None:
        super().__init__(text)
        self.status = status


class Daemon:
    """One running glancesd. `read_settings` reads the settings again, for SIGHUP; it raises what __main__ prints."""

    def __init__(self, settings: Settings, read_settings: Callable[[], Settings], log: Log, clock: Clock) -> None:
        self._settings = settings
        self._read_settings = read_settings
        self._log = log
        self._clock = clock
        self._notifier = systemd.Notifier(os.environ)
        self._roots = Roots(settings.procfs, settings.sysfs, settings.rootfs)
        self._alerts = Alerts(settings.alert_max_events, settings.alert_min_duration)
        self._history = History(settings.history_size)
        self._tasks = Tasks(settings.monitored, settings.folders, settings.commands_allowed, self._roots,
                            clock.monotonic)
        self._mounts = sources.mounts(settings.fs_allow, log)
        self._readings = Readings(sources.table(lambda roots: self._mounts(roots), self._alerts, self._asked_tasks),
                                self._roots, settings.cached_time, clock, log)
        self._ticker = Ticker(settings.interval, self._tick, clock, log)
        self._app = self._make(settings)
        self._server: Optional[Server] = None
        self._url = ""

    def run(self) -> int:
        """Listen and serve until SIGTERM or SIGINT; the exit status."""
        signals = _signal_pipe()
        listener, url, path = _listen(self._settings)
        self._url = url
        server = self._server = Server(listener, self._app, self._log, self._settings.max_connections,
                                       self._settings.max_connections_per_address, _tls(self._settings))
        watchdog = systemd.watchdog_seconds(os.environ, os.getpid())
        server.pulse_seconds = watchdog and watchdog / 2
        self._readings.baselines("processes")
        accepting = threading.Thread(target=server.serve_forever, name="accept", daemon=True)
        accepting.start()
        self._ticker.start()
        threading.Thread(target=self._readings.baselines, name="baseline", daemon=True).start()
        for warning in self._settings.warnings:
            self._log.once(warning)
        self._log.line("listening on %s" % url)
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

    def _make(self, settings: Settings) -> App:
        """Everything that is made of settings. Raises before anything of the running daemon is changed."""
        password_file = settings.password_file or systemd.credential(os.environ, "password")
        credentials = passwords.read(password_file, settings.username) if password_file else None
        access = Access(settings, socket.gethostname(), credentials)
        pages = Pages(settings, self._readings, self._history, self._clock.monotonic, self._log)
        self._watch = Watch(settings, self._readings, self._alerts, pages.page)
        health = Health(pages, self._readings, self._alerts, self._ticker.stalled)
        endpoints = Endpoints(settings, pages, self._watch, self._history, health)
        self._plugins = len(pages.enabled)
        return App(access, Routes(endpoints, pages.enabled))

    def _reload(self) -> None:
        """Take the settings as they are now; if they are bad, the old ones stay and the log says why."""
        self._notifier.reloading()
        try:
            settings = self._read_settings()
            app = self._make(settings)
        except Exception as problem:
            self._log.line("not reloaded: %s" % problem)
            self._notifier.ready("%s; not reloaded: %s" % (self._status(), problem))
        else:
            self._alerts.configure(settings.alert_max_events, settings.alert_min_duration)
            self._history.resize(settings.history_size)
            self._tasks.configure(settings.monitored, settings.folders, settings.commands_allowed)
            if settings.fs_allow != self._settings.fs_allow:
                self._mounts = sources.mounts(settings.fs_allow, self._log)
            self._readings.hold(settings.cached_time)
            self._ticker.set_interval(settings.interval)
            self._settings, self._app = settings, app
            if self._server is not None:
                self._server.renew(app, settings.max_connections, settings.max_connections_per_address)
            for warning in settings.warnings:
                self._log.once(warning)
            self._log.line("reloaded")
            self._notifier.ready(self._status())

    def _status(self) -> str:
        return "serving %d plugins on %s" % (self._plugins, self._url)

    # -- the daemon's own clock ----------------------------------------------------------------------------------------

    def _tick(self) -> None:
        try:
            self._watch.tick()
        finally:
            self._tasks.tick(self._processes)

    def _asked_tasks(self) -> Tasks:
        """The tasks, for a request: where no ticker keeps them going, requests do (none of it runs in the request)."""
        if not self._settings.interval:
            self._tasks.tick(self._processes)
        return self._tasks

    def _processes(self) -> list[ProcessUse]:
        memory = self._readings.take("memory").value
        whole = memory.total_bytes or 1 if memory is not None else 1
        return [ProcessUse(entry.process.command_line, entry.cpu_percent,
                           entry.process.resident_bytes * 100.0 / whole if memory is not None else None)
                for entry in self._readings.take("processes").value or ()]

    def _until_signal(self, signals: int, server: Server, watchdog: Optional[float]) -> None:
        """Wait; feed the watchdog only while both the ticker and the accepting loop move."""
        look = min(watchdog or FOREVER_SECONDS, IDLE_LOOK_SECONDS if self._settings.exit_idle else FOREVER_SECONDS)
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
            if self._settings.exit_idle and not server.places and now - server.asked_at >= self._settings.exit_idle:
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


def _listen(settings: Settings) -> tuple[socket.socket, str, str]:
    """The listening socket, its URL, and the path of a Unix socket that is ours to remove; else StartError."""
    try:
        handed = systemd.listen_sockets(os.environ, os.getpid())
    except ValueError as problem:
        raise StartError(str(problem)) from None
    if len(handed) > 1:
        raise StartError("LISTEN_FDS hands over %d sockets, and one can be served: one ListenStream=" % len(handed))
    if handed:
        return handed[0], _url(handed[0], settings), ""
    address = settings.bind_address
    try:
        if address.startswith("unix:"):
            path = address[len("unix:"):]
            return _listen_unix(path), address, path
        if address == "localhost":
            address = "127.0.0.1"
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((address, settings.port))
        listener.listen(Server.request_queue_size)
    except OSError as problem:
        where = address if address.startswith("unix:") else "%s port %d" % (address, settings.port)
        raise StartError("cannot listen on %s: %s" % (where, problem.strerror or problem),
                         1 if problem.errno else 2) from None       # none: too long for a path of a socket
    except ValueError as problem:                                   # or no path at all, in this locale
        raise StartError("cannot listen on %s: %s" % (address, problem)) from None
    return listener, _url(listener, settings), ""


def _listen_unix(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(path)
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        # A socket that nobody listens on is left of a daemon that was killed.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(path) == 0:
                raise
        if not _is_socket(path):
            raise
        os.unlink(path)
        listener.bind(path)
    listener.listen(Server.request_queue_size)
    return listener


def _is_socket(path: str) -> bool:
    import stat
    return stat.S_ISSOCK(os.lstat(path).st_mode)


def _url(listener: socket.socket, settings: Settings) -> str:
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return "unix:%s" % os.fsdecode(name)
    host = "[%s]" % name[0] if ":" in name[0] else name[0]
    return "%s://%s:%d/api/2" % ("https" if settings.tls_cert else "http", host, name[1])


def _tls(settings: Settings) -> Optional[Callable[[socket.socket], socket.socket]]:
    """What makes a connection a TLS one, or None. StartError when certificate or key cannot be used."""
    if not settings.tls_cert:
        return None
    try:
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # A client must not make the server compute handshakes over and over on one connection.
        context.options |= getattr(ssl, "OP_NO_RENEGOTIATION", 0)
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (ImportError, OSError, ValueError) as problem:
        raise StartError("TLS: %s: %s" % (settings.tls_cert, problem)) from None
    return lambda client: context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
