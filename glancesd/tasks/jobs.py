"""jobs: work that may be slow or never return, done again and again on threads that no request waits for.

    waiting     a tick found the job due; the job that has been due longest is taken first, so none starves another
    under way   on one of WORKERS threads
    given up    under way for more than STUCK_SECONDS: its thread no longer counts as a worker, `failed` is its outcome
                until the call returns, and it is not started a second time
"""
from __future__ import annotations

import threading
from functools import partial

from .. import threads
from ..typed import Any, Callable, Iterable, Optional

# One slow job must not hold up the rest. A third thread would only compete with the requests for the interpreter.
WORKERS = 2
# Every job bounds its own time below this: what lasts longer is in a system call that does not return.
STUCK_SECONDS = 15.0
# After a long run a job rests this many times its length: one that always takes its whole time holds a worker for a
# fifth of it.
REST = 4.0
# Threads that jobs may hold, those of the jobs given up among them.
THREADS = 8

Start = Callable[[Callable[[], None]], object]


class Job:
    """Something to be done again and again. Its state is guarded by the lock of the Schedule."""

    failed: Any = None               # the outcome when `work` raises, or does not return

    def __init__(self) -> None:
        self.due = 0.0               # monotonic seconds
        self.waiting = False
        self.began: Optional[float] = None
        self.given_up = False

    def wanted(self) -> bool:
        """Whether there is anything to do."""
        return True

    def work(self) -> Any:
        """Do it, without the lock, and return the outcome."""
        raise NotImplementedError

    def keep(self, outcome: Any) -> None:
        """Remember the outcome."""
        raise NotImplementedError

    def again(self, began: float, ended: float) -> float:
        """When it is due again (monotonic seconds)."""
        raise NotImplementedError


def rested(began: float, ended: float, every_seconds: float) -> float:
    """When a job that shall be done every so many seconds is due again."""
    return max(began + every_seconds, ended + REST * (ended - began))


class Schedule:
    """Runs jobs when they are due, WORKERS at once. Thread-safe. `start` stands in for `threads.start` in tests.

    `report` is told why the work of a job failed.
    """

    def __init__(self, clock: Callable[[], float], start: Start = threads.start,
                 report: Callable[[str], None] = lambda text: None) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self._start = start
        self._report = report
        self._ended = threading.Condition(self.lock)
        self._jobs: list[Job] = []
        self._under_way: list[Job] = []         # also those that a reload removed from `_jobs`

    def set(self, jobs: Iterable[Job]) -> None:
        """Replace the jobs. The caller holds the lock; what is under way ends by itself."""
        self._jobs = list(jobs)

    def tick(self) -> None:
        """Mark what is due, and start threads for it."""
        with self.lock:
            self._mark()
        while True:
            with self.lock:
                job = self._claim()
            if job is None:
                return
            try:
                self._start(partial(self._work, job))
            except RuntimeError:               # no thread to be had: at the next tick
                with self.lock:
                    self._release(job)
                return

    def shutdown(self, wait_seconds: float) -> None:
        """Start nothing more, set `stopping`, and wait this long for what is under way."""
        with self._ended:
            self.stopping.set()
            self._ended.wait_for(lambda: all(job.given_up for job in self._under_way), wait_seconds)

    def _mark(self) -> None:
        now = self.clock()
        for job in self._under_way:
            if job.began is not None and now - job.began > STUCK_SECONDS and not job.given_up:
                job.given_up = True
                job.keep(job.failed)
        for job in self._jobs:
            job.waiting = job.began is None and now >= job.due and job.wanted()

    def _claim(self) -> Optional[Job]:
        """The job to do next, now under way; None when there is none, or no worker is free."""
        workers = sum(not job.given_up for job in self._under_way)
        waiting = [job for job in self._jobs if job.waiting]
        if not waiting or workers >= WORKERS or len(self._under_way) >= THREADS or self.stopping.is_set():
            return None
        job = min(waiting, key=lambda job: job.due)
        job.waiting, job.began = False, self.clock()
        self._under_way.append(job)
        return job

    def _release(self, job: Job) -> None:
        self._under_way.remove(job)
        job.began, job.given_up = None, False
        self._ended.notify_all()

    def _work(self, first: Job) -> None:
        job: Optional[Job] = first
        while job is not None:
            try:
                outcome = job.work()
            except Exception as problem:
                self._report("%s: %s: %s" % (type(job).__name__, type(problem).__name__, problem))
                outcome = job.failed
            with self.lock:
                began = self.clock() if job.began is None else job.began
                job.due = job.again(began, self.clock())
                job.keep(outcome)
                self._release(job)
                job = self._claim()
