"""threads: work beside the caller's. A thread whose work is done waits a while for more of it.

A thread's start and end cost more than most of what is done on one here: an answer, a statfs. Who asks every few
seconds finds the one of before. (concurrent.futures has no bound on how long its threads wait, and brings logging.)
"""
from __future__ import annotations

import _thread
from typing import Callable

# For so long a thread waits for more. Those that do so at once are SPARES at most: one for a connection, one for what
# its answer asks a disk.
SPARE_SECONDS = 15.0
SPARES = 2

Work = Callable[[], object]


class _Worker:
    """A thread: what it is handed, and the lock that wakes it."""

    __slots__ = ("wake", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.wake = _thread.allocate_lock()
        self.wake.acquire()


_lock = _thread.allocate_lock()
_spares: list[_Worker] = []


def start(work: Work) -> None:
    """Have `work`, which raises nothing, done on another thread. RuntimeError when there is none to be had."""
    with _lock:
        spare = _spares.pop() if _spares else None
    if spare is None:
        # A threading.Thread's start would wait for the new thread: half the time of a connection for one request.
        _thread.start_new_thread(_run, (_Worker(work),))
    else:
        spare.work = work
        spare.wake.release()


def _run(me: _Worker) -> None:
    while True:
        me.work()
        me.work = _nothing                       # what is done may hold a socket
        with _lock:
            if len(_spares) >= SPARES:
                return
            _spares.append(me)
        if not me.wake.acquire(True, SPARE_SECONDS):
            with _lock:
                if me in _spares:
                    _spares.remove(me)
                    return
            me.wake.acquire()                    # taken just then, by somebody who is about to hand over work


def _nothing() -> None:
    pass
