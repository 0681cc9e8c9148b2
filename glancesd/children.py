"""children: the processes that are ours to wait for. As process 1 of a container that is every orphan in it, too."""
from __future__ import annotations

import os
import threading
from contextlib import suppress

from .typed import TYPE_CHECKING, Any, Callable, Optional

if TYPE_CHECKING:
    from subprocess import Popen

_lock = threading.Lock()
_own: set[int] = set()              # those that somebody here waits for


def start(begin: Callable[[], Popen[Any]]) -> Popen[Any]:
    """Start a process of our own; who does so waits for it, and then calls `ended`."""
    with _lock:                     # the orphans are not looked at before its number is noted
        process = begin()
        _own.add(process.pid)
        return process


def ended(pid: int) -> None:
    """A process of our own has been waited for."""
    _own.discard(pid)


def reap() -> None:
    """Wait for the orphans that have ended, so that they do not stay as zombies. Returns at once."""
    if not _lock.acquire(blocking=False):
        return
    try:
        with suppress(ChildProcessError):
            while True:
                found: Optional[os.waitid_result] = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                if found is None or found.si_pid in _own:
                    return
                os.waitpid(found.si_pid, 0)
    finally:
        _lock.release()
