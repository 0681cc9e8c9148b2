"""children: the processes that are ours to wait for.

As process 1 of a container every orphan in it is ours, whoever started it. Else none is, until we `adopt`: then those
are whose ancestors we started, and nobody else's.
"""
from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress

from .typed import TYPE_CHECKING, Any, Callable, Optional

if TYPE_CHECKING:
    from subprocess import Popen

_PR_SET_CHILD_SUBREAPER = 36        # prctl(2), since 3.4

_lock = threading.Lock()
_own: set[int] = set()              # those that somebody here waits for
_adopts: Optional[bool] = None      # None: nobody has asked for it yet


def adopt() -> bool:
    """Become the parent of what our children leave behind; whether all of our orphans are such."""
    global _adopts
    if _adopts is None:
        _adopts = os.getpid() != 1 and _become_subreaper()
    return _adopts


def has_orphans() -> bool:
    """Whether there is anything for `reap`."""
    return bool(_adopts) or os.getpid() == 1


def _become_subreaper() -> bool:
    try:
        import ctypes  # here, because few have anything to be run
        return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError, MemoryError):
        return False


def is_orphan(pid: int, parent: int) -> bool:
    """Whether a process is ours, and nobody here started it."""
    with _lock:
        return parent == os.getpid() and pid not in _own


def kill(pid: int) -> None:
    """Kill a process; one of ours that is dead is waited for."""
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    with suppress(OSError):
        os.waitpid(pid, os.WNOHANG)


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
