"""threads: runs a callable on another thread, and reuses one that finished within the last 15 seconds.

A thread's start and end cost more than most of what is done on one here (an answer, a statfs): 1.7 times the requests a
second with a connection each. A client that polls every few seconds finds the thread of before. concurrent.futures has
no bound on how long its threads wait, and brings logging.

`alone` is for what is large: it runs on one thread whoever asks, one after the other.
"""
from __future__ import annotations

import _thread

from .typed import Any, Callable, Optional, TypeVar

# A thread waits for more work this long. SPARES of them do at once: one for a connection, one for what its answer asks
# a disk.
SPARE_SECONDS = 15.0
SPARES = 2
LARGE_BYTES = 256 * 1024        # an answer of this size is worth `alone`
# What an answer is made of is renewed piece by piece: no more than this is made anew of a large one. Else ten bodies of
# 7 MB were made within 0.2 s, and none was sent before the next (64 callers of a host with 5,000 processes).
MADE_BYTES_PER_SECOND = 16 << 20

Work = Callable[[], object]
T = TypeVar("T")


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
        # threading.Thread.start would wait until the new thread runs: half the time of a connection for one request.
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
            me.wake.acquire()                    # taken just then, by a caller that is about to hand over work


def _nothing() -> None:
    pass


class Aside:
    """A call on another thread, one at a time, for a caller who must not wait for it and is told by `done` of its end.

    Its result is there when that is called. What never returns holds a thread, and no other call can be started.
    """

    def __init__(self, done: Work) -> None:
        self.busy = False
        self._done = done
        self._results: list[Any] = []

    def start(self, work: Callable[[], object]) -> None:
        """Call `work`, which raises nothing; here, if there is no thread to be had."""
        def call() -> None:
            self._results.append(work())
            self._done()

        self.busy = True
        try:
            start(call)
        except RuntimeError:
            call()

    def result(self) -> Any:
        """What the call has returned, once; None before."""
        if not self._results:
            return None
        self.busy = False
        return self._results.pop()


class _Maker:
    """The thread of `alone`, while it has work or waits for some."""

    def __init__(self) -> None:
        self._turn = _thread.allocate_lock()     # held by the caller whose work is done
        self._worker: Optional[_Worker] = None
        self._ident = 0

    def do(self, work: Callable[[], T]) -> T:
        if _thread.get_ident() == self._ident:
            return work()
        results: list[T] = []
        problems: list[BaseException] = []
        done = _thread.allocate_lock()
        done.acquire()

        def job() -> None:
            try:
                results.append(work())
            except BaseException as problem:
                problems.append(problem)
            finally:
                done.release()

        with self._turn:
            self._hand_over(job)
            done.acquire()
        if problems:
            raise problems.pop()
        return results.pop()

    def _hand_over(self, job: Work) -> None:
        with _lock:
            if self._worker is not None:
                self._worker.work = job
                self._worker.wake.release()
                return
            self._worker = _Worker(job)
        try:
            _thread.start_new_thread(self._run, (self._worker,))
        except RuntimeError:                     # no thread to be had: then here
            self._worker = None
            job()

    def _run(self, me: _Worker) -> None:
        self._ident = _thread.get_ident()
        while True:
            # Taken first: when it is done, the next caller may hand over the next before this thread runs on.
            work, me.work = me.work, _nothing
            work()
            del work
            if not me.wake.acquire(True, SPARE_SECONDS):
                with _lock:
                    if not me.wake.acquire(False):          # else work was handed over just then
                        self._worker, self._ident = None, 0
                        return


_maker = _Maker()


def alone(work: Callable[[], T]) -> T:
    """What `work` returns or raises, done on a thread that has no other, after what others have it do.

    For what takes much memory for a moment, as the making of a large answer, and never hangs. glibc gives threads up to
    eight arenas a processor, and each keeps up to twice the largest block that was freed in it: 64 callers of
    /all/views of 5,000 processes made 223 MB of them, and 104 MB with this.
    """
    return _maker.do(work)
