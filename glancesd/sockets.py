"""sockets: the listening socket, handed over by the service manager or made here, and its URL."""
from __future__ import annotations

import errno
import os
import socket
import stat
from contextlib import suppress

from . import systemd
from .log import Log
from .server.server import Server
from .settings import Settings
from .typed import NamedTuple, Optional

# Of a kernel that was built or booted without IPv6, and of a service that may not use it.
_NO_IPV6 = frozenset((errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT))


class StartError(Exception):
    """The daemon cannot start; the text says why, in one line. `status`: the exit status, 1 if it may go well later."""

    def __init__(self, text: str, status: int = 2) -> None:
        super().__init__(text)
        self.status = status


class Listening(NamedTuple):
    """A socket that accepts connections, and where it does so."""

    socket: socket.socket
    address: str                          # as --bind would have it
    port: int                             # 0 for a Unix socket
    handed: bool                          # by the service manager: it is not ours to end
    inode: Optional[tuple[int, int]]      # of a Unix socket that is ours to remove: device and number

    def url(self, scheme: str) -> str:
        """The daemon's root; unix:/path for a Unix socket."""
        if self.address.startswith("unix:"):
            return self.address
        host = "[%s]" % self.address.replace("%", "%25") if ":" in self.address else self.address
        return "%s://%s:%d/" % (scheme, host, self.port)

    def remove(self) -> None:
        """Remove our Unix socket, unless somebody has put another in its place."""
        path = self.address[len("unix:"):]
        with suppress(OSError):                            # somebody tidied up
            if self.inode is not None and _inode(path) == self.inode:
                os.unlink(path)


def listen(settings: Settings, log: Log) -> Listening:
    """The socket that the service manager hands over, else one on the address of the settings; else StartError."""
    try:
        handed = systemd.listen_sockets(os.environ, os.getpid())
    except ValueError as problem:
        raise StartError(str(problem)) from None
    if len(handed) > 1:
        raise StartError("LISTEN_FDS hands over %d sockets, and one can be served: one ListenStream=" % len(handed))
    if handed:
        return _listening(handed[0], True)
    address = settings.bind_address
    if address is not None and address.startswith("unix:"):
        return _listen_unix(address[len("unix:"):], settings.socket_mode)
    if address is not None and address != "::":
        return _listening(_listen_tcp(address, settings.port), False)
    try:
        listening = _listening(_listen_tcp("::", settings.port), False)
        if _has_ipv6():
            return listening
        listening = listening._replace(address="0.0.0.0")      # what comes to life later is served too
    except StartError as problem:
        if getattr(problem.__cause__, "errno", None) not in _NO_IPV6:
            raise
        listening = _listening(_listen_tcp("0.0.0.0", settings.port), False)
    if address is not None:
        log.line("no IPv6 here: :: is IPv4 alone")
    return listening


def _has_ipv6() -> bool:
    """Whether there is ::1: with the sysctl disable_ipv6 `::` can be bound, and nobody reaches it."""
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError as problem:
            return problem.errno not in _NO_IPV6
    return True


def _listening(listener: socket.socket, handed: bool) -> Listening:
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return Listening(listener, "unix:" + os.fsdecode(name), 0, handed, None)
    zone = ""
    if listener.family == socket.AF_INET6 and name[3]:      # its scope, which the address leaves out
        zone = "%%%s" % socket.if_indextoname(name[3])
    return Listening(listener, name[0].partition("%")[0] + zone, name[1], handed, None)


def _listen_tcp(address: str, port: int) -> socket.socket:
    host, _, zone = ("127.0.0.1" if address == "localhost" else address).partition("%")
    where = "cannot listen on %s port %d: " % (address, port)
    try:
        # Given the zone within the address, Python's bind leaves it out.
        scope = int(zone) if zone.isdigit() else socket.if_nametoindex(zone) if zone else 0
    except OSError:
        raise StartError(where + "no interface %s" % zone, 1) from None
    try:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            listener.bind((host, port, 0, scope))
        else:
            listener.bind((host, port))
        listener.listen(Server.request_queue_size)
    except (OSError, OverflowError) as problem:
        raise StartError(where + str(getattr(problem, "strerror", None) or problem), 1) from problem
    return listener


def _listen_unix(path: str, mode: Optional[int]) -> Listening:
    """Without a mode the umask decides who may connect. With one the socket never has another, not for a moment."""
    where = "cannot listen on unix:%s: " % path
    earlier = os.umask(0o777 & ~mode) if mode is not None else None
    try:
        listener = _bind_unix(path)
        listener.listen(Server.request_queue_size)
        return Listening(listener, "unix:" + path, 0, False, _inode(path))
    except OSError as problem:
        # Without a number the path is too long for a socket.
        raise StartError(where + str(problem.strerror or problem), 1 if problem.errno else 2) from None
    except ValueError as problem:                          # no path in this locale
        raise StartError(where + str(problem)) from None
    finally:
        if earlier is not None:
            os.umask(earlier)


def _bind_unix(path: str) -> socket.socket:
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
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise
        os.unlink(path)
        listener.bind(path)
    return listener


def _inode(path: str) -> tuple[int, int]:
    status = os.lstat(path)
    return status.st_dev, status.st_ino
