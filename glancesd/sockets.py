"""sockets: the listening socket, handed over by the service manager or made here, and its URL."""
from __future__ import annotations

import errno
import os
import socket
import stat
from typing import NamedTuple

from . import systemd
from .server.server import Server
from .settings import Settings


class StartError(Exception):
    """The daemon cannot start; the text says why, in one line. `status`: the exit status, 1 if it may go well later."""

    def __init__(self, text: str, status: int = 2) -> None:
        super().__init__(text)
        self.status = status


class Listening(NamedTuple):
    """A socket that accepts connections; its URL; the path of a Unix socket that is ours to remove, else ""."""

    socket: socket.socket
    url: str
    path: str


def listen(settings: Settings) -> Listening:
    """The socket that the service manager hands over, else one on the address of the settings; else StartError."""
    try:
        handed = systemd.listen_sockets(os.environ, os.getpid())
    except ValueError as problem:
        raise StartError(str(problem)) from None
    if len(handed) > 1:
        raise StartError("LISTEN_FDS hands over %d sockets, and one can be served: one ListenStream=" % len(handed))
    if handed:
        return Listening(handed[0], _url(handed[0], settings), "")
    address = settings.bind_address
    try:
        if address.startswith("unix:"):
            path = address[len("unix:"):]
            return Listening(_listen_unix(path), address, path)
        listener = _listen_tcp("127.0.0.1" if address == "localhost" else address, settings.port)
    except OSError as problem:
        where = address if address.startswith("unix:") else "%s port %d" % (address, settings.port)
        raise StartError("cannot listen on %s: %s" % (where, problem.strerror or problem),
                         1 if problem.errno else 2) from None       # none: too long for a path of a socket
    except ValueError as problem:                                   # or no path at all, in this locale
        raise StartError("cannot listen on %s: %s" % (address, problem)) from None
    return Listening(listener, _url(listener, settings), "")


def _listen_tcp(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind((address, port))
    listener.listen(Server.request_queue_size)
    return listener


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
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise
        os.unlink(path)
        listener.bind(path)
    listener.listen(Server.request_queue_size)
    return listener


def _url(listener: socket.socket, settings: Settings) -> str:
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return "unix:%s" % os.fsdecode(name)
    host = "[%s]" % name[0] if ":" in name[0] else name[0]
    return "%s://%s:%d/" % ("https" if settings.tls_cert else "http", host, name[1])
