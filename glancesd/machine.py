"""machine: what may change around a running daemon: the machine's names and its time zone."""
from __future__ import annotations

import os
import socket
import time

from .collectors.host import HOSTNAME, parse_hostname
from .roots import Roots
from .typed import MutableMapping, Optional

LOCALTIME = "/etc/localtime"


def names(roots: Roots) -> tuple[str, ...]:
    """The names that the machine goes by: the kernel's, and that of the served host's /etc/hostname.

    The kernel's is another in a container, and stays as it was at the start under systemd's ProtectHostname=.
    """
    named = parse_hostname(roots.root_file(HOSTNAME, default=""))
    return tuple(dict.fromkeys(filter(None, (socket.gethostname(), named))))


class TimeZone:
    """Follows /etc/localtime, unless TZ names another zone (":/etc/localtime" saves a C library the look at it)."""

    def __init__(self, environ: MutableMapping[str, str], path: str = LOCALTIME) -> None:
        self._environ = environ
        self._fixed = environ.get("TZ", "").lstrip(":") not in ("", path)
        self._path = path
        self._seen = self._look()

    def follow(self) -> bool:
        """Take the zone of now; whether it is another file than before.

        A C library reads the file again only when TZ names another one (musl; glibc where TZ is set). So it is named in
        two ways in turn.
        """
        seen = self._look()
        if self._fixed or seen == self._seen:
            return False
        self._seen = seen
        folder, name = os.path.split(self._path)
        other = ":%s/./%s" % (folder, name)
        self._environ["TZ"] = ":" + self._path if self._environ.get("TZ") == other else other
        time.tzset()
        return True

    def _look(self) -> Optional[tuple[int, int, int]]:
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        return status.st_dev, status.st_ino, status.st_mtime_ns
