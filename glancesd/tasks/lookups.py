"""lookups: the addresses of hosts by name, for callers who wait only so long.

getaddrinfo has no time limit: with a dead resolver it returns after half a minute. It is called on threads of its own,
THREADS at most; a caller waits for the first call of a name, and while that goes on later callers do not.
"""
from __future__ import annotations

import socket
import threading
from functools import partial

from .. import threads
from ..typed import Callable

THREADS = 4
# Names remembered with their latest addresses: more than the settings can list.
NAMES = 1024
_ADDRESSES = 8

Resolve = Callable[[str], "list[tuple[int, str]]"]


def resolve(host: str) -> list[tuple[int, str]]:
    """Family and numeric address of each, in the resolver's order. OSError when there is none.

    The name goes as bytes: for text Python wants a codec (idna) that small boxes lack.
    """
    try:
        name = host.encode("ascii")
    except UnicodeEncodeError:
        name = host.encode("idna")
    found = socket.getaddrinfo(name, 0, 0, socket.SOCK_STREAM)
    return [(int(family), str(address[0])) for family, _, _, _, address in found][:_ADDRESSES]


class Lookups:
    """Thread-safe. State: the latest addresses of NAMES names, and the names whose look-up is under way."""

    def __init__(self, resolve: Resolve = resolve,
                 start: Callable[[Callable[[], None]], object] = threads.start) -> None:
        self._resolve = resolve
        self._start = start
        self._changed = threading.Condition()
        self._known: dict[str, list[tuple[int, str]]] = {}
        self._under_way: set[str] = set()

    def addresses(self, host: str, seconds: float) -> list[tuple[int, str]]:
        """The addresses of a name: fresh if the resolver answers in time, else the latest known. []: it has none."""
        with self._changed:
            if host not in self._under_way and len(self._under_way) < THREADS and self._begin(host):
                self._changed.wait_for(lambda: host not in self._under_way, max(0.0, seconds))
            return self._known.get(host, [])

    def _begin(self, host: str) -> bool:
        self._under_way.add(host)
        try:
            self._start(partial(self._look_up, host))
        except RuntimeError:                     # no thread to be had
            self._under_way.discard(host)
            return False
        return True

    def _look_up(self, host: str) -> None:
        found: list[tuple[int, str]] = []
        try:
            found = self._resolve(host)
        except (OSError, ValueError, LookupError):       # no such name, or none that a codec here can spell
            pass
        finally:
            with self._changed:
                self._under_way.discard(host)
                if host not in self._known and len(self._known) >= NAMES:
                    self._known.clear()
                self._known[host] = found
                self._changed.notify_all()
