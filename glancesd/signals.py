"""signals: what the main thread waits for, as a descriptor that wakes it."""
from __future__ import annotations

import os
import select
import signal
from contextlib import suppress

from .typed import AbstractSet, Iterable

END = frozenset((signal.SIGTERM, signal.SIGINT))
_PIPE_BYTES = 65536


class Signals:
    """Takes SIGTERM, SIGINT, SIGHUP and others from now on; `wait` tells which have come. For the main thread alone.

    A pipe holds the number of each signal. Full, it takes no more (65,536 of SIGHUP while one reload runs), so an end
    is noted besides.
    """

    def __init__(self, others: Iterable[int] = ()) -> None:
        self._ending = False
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in (*END, signal.SIGHUP, *others):
            signal.signal(number, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGHUP,))       # one that came during the start

    def _note(self, number: int, frame: object) -> None:
        self._ending = self._ending or number in END

    def wake(self) -> None:
        """Have `wait` return; from any thread."""
        with suppress(BlockingIOError):            # full: it returns anyway
            os.write(self._writing, b"\0")

    def wait(self, seconds: float) -> AbstractSet[int]:
        """The signals that have come, each once however often; empty after so many seconds without any."""
        ready, _, _ = select.select([self._reading], [], [], seconds)
        received = set(os.read(self._reading, _PIPE_BYTES)) - {0} if ready else set()
        return received | END if self._ending else received
