"""systemd: what a service manager and its service tell each other, by environment, datagrams and open sockets.

    NOTIFY_SOCKET=/run/systemd/notify    ← "READY=1\\nSTATUS=serving 32 plugins on …", "WATCHDOG=1" (sd_notify(3))
    WATCHDOG_USEC=30000000 WATCHDOG_PID=412                                                (sd_watchdog_enabled(3))
    LISTEN_FDS=1 LISTEN_PID=412          → open sockets from descriptor 3 on                    (sd_listen_fds(3))
    CREDENTIALS_DIRECTORY=/run/credentials/glancesd.service                                       (systemd.exec(5))

Started by anything else none of these is set, and every call here does nothing. Other supervisors (s6, OpenRC,
containers) speak the same datagrams. Nothing is kept, so every call may come from any thread.
"""
from __future__ import annotations

import os
import socket
import time

from .typed import Mapping

_FIRST_DESCRIPTOR = 3
# More sockets than anybody hands to one daemon: a larger LISTEN_FDS is not a count.
_MOST_DESCRIPTORS = 64
# Timeout of a datagram: a manager that does not read must not hold the daemon up.
_SEND_SECONDS = 1.0


class Notifier:
    """Sends the service manager the daemon's state; does nothing without NOTIFY_SOCKET or a manager behind it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address if address.startswith("/") else ""

    def ready(self, status: str) -> None:
        """The daemon answers (also: again, after a reload). `status`: one line for `systemctl status`."""
        self._send("READY=1", "STATUS=" + _line(status))

    def reloading(self) -> None:
        """Settings are being read again; `ready` ends it."""
        self._send("RELOADING=1", "MONOTONIC_USEC=%d" % (time.monotonic_ns() // 1000))

    def stopping(self) -> None:
        """The daemon has begun to end."""
        self._send("STOPPING=1")

    def watchdog(self) -> None:
        """The daemon is alive. Missing for WATCHDOG_USEC, it is killed and started again."""
        self._send("WATCHDOG=1")

    def _send(self, *fields: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.settimeout(_SEND_SECONDS)
                channel.connect(os.fsencode(self._address))
                channel.send("\n".join(fields).encode("utf-8", "replace"))
        except OSError:
            pass    # a manager that went away is no reason to stop serving


def watchdog_seconds(environ: Mapping[str, str], pid: int) -> float | None:
    """Seconds between two calls of `Notifier.watchdog`, half of what is allowed; None where `pid` is not watched."""
    if not _meant_for(environ.get("WATCHDOG_PID", str(pid)), pid):
        return None
    allowed = _number(environ.get("WATCHDOG_USEC", ""))
    return allowed / 2e6 if allowed else None


def listen_sockets(environ: Mapping[str, str], pid: int) -> list[socket.socket]:
    """Sockets that the manager listens on for process `pid`; empty when it hands over none.

    They stay the manager's: closing one is fine, `shutdown` would end it for the next start too. ValueError, with a
    message for the administrator, when one of them is not a listening stream socket.
    """
    count = _number(environ.get("LISTEN_FDS", ""))
    if not _meant_for(environ.get("LISTEN_PID", ""), pid) or not 0 < count <= _MOST_DESCRIPTORS:
        return []
    return [_listening(descriptor) for descriptor in range(_FIRST_DESCRIPTOR, _FIRST_DESCRIPTOR + count)]


def _listening(descriptor: int) -> socket.socket:
    problem = "descriptor %d of LISTEN_FDS is not a listening stream socket (ListenStream=, Accept=no)" % descriptor
    try:
        os.set_inheritable(descriptor, False)           # not for the commands of [monitor]
        handed = socket.socket(fileno=descriptor)       # family and type as the kernel has them
    except OSError as reason:
        raise ValueError("%s: %s" % (problem, reason.strerror)) from None
    if handed.type != socket.SOCK_STREAM or not handed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        handed.detach()
        raise ValueError(problem)
    if handed.family not in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):          # vsock:, netlink
        raise ValueError("descriptor %d of LISTEN_FDS is of address family %d, and ListenStream= may be an IP address "
                         "or a path" % (descriptor, handed.family))
    handed.setblocking(True)
    return handed


def _meant_for(text: str, pid: int) -> bool:
    return _number(text) == pid


def _number(text: str) -> int:
    """A count as the manager writes it; 0 for anything else."""
    return int(text) if text.isdigit() and text.isascii() and len(text) < 20 else 0


def _line(text: str) -> str:
    return " ".join(text.split())
