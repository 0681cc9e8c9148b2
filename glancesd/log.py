"""log: a line to standard error for what an administrator should know; systemd, procd, OpenRC take it from there.

Not the logging module: OpenWrt splits it off, and it costs 0.6 MB. Nobody ever waits for the log: a line that standard
error does not take at once (a full pipe whose reader hangs, a terminal that is stopped) is left out and counted.
"""
from __future__ import annotations

import os
import select
import sys
import threading
import time
from contextlib import suppress

from .typed import Callable, Optional

# A burst of trouble (each client, each second) must not fill a router's log: further lines of the minute are counted.
LINES_PER_MINUTE = 60
# Distinct messages remembered by `once`; beyond it the memory starts afresh.
REMEMBERED = 256
LINE_CHARACTERS = 500


def printable(text: str) -> str:
    """The text with control characters, surrogates and line breaks escaped: it may come from a client or a file."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode("ascii") for c in text)


class Log:
    """Writes lines, at most LINES_PER_MINUTE. Thread-safe. `write` says whether it could."""

    def __init__(self, write: Optional[Callable[[str], Optional[bool]]] = None,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._write = write or _standard_error
        self._clock = clock
        self._lock = threading.Lock()
        self._minute = 0.0
        self._lines = 0
        self._left_out = 0
        self._said: set[str] = set()

    def line(self, text: str) -> None:
        """Write `glancesd: text`."""
        with self._lock:
            now = self._clock()
            if now - self._minute >= 60:
                self._minute, self._lines = now, 0
                left_out = "glancesd: %d more lines were left out\n" % self._left_out
                if self._left_out and self._write(left_out) is not False:
                    self._left_out = 0
            self._lines += 1
            if (self._lines > LINES_PER_MINUTE
                    or self._write("glancesd: %s\n" % printable(text)[:LINE_CHARACTERS]) is False):
                self._left_out += 1

    def once(self, text: str, kind: str = "") -> None:
        """As `line`, for a message not written before; where its text varies, `kind` is what does not."""
        with self._lock:
            kind = kind or text
            if kind in self._said:
                return
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            self._said.add(kind)
        self.line(text)


def _standard_error(text: str) -> bool:
    """Write without waiting: poll says that a pipe takes PIPE_BUF bytes, and what is no longer goes in whole (pipe(7)).

    Not by way of sys.stderr, which keeps what it could not write (/dev/full) and then fails at exit with status 120.
    """
    with suppress(OSError, ValueError, AttributeError):     # full, closed, never there: a monitor goes on
        descriptor = sys.stderr.fileno()
        line = text.encode(sys.stderr.encoding, "backslashreplace")
        if len(line) > select.PIPE_BUF:
            line = line[:select.PIPE_BUF - 1] + b"\n"
        ready = select.poll()
        ready.register(descriptor, select.POLLOUT)
        return bool(ready.poll(0)) and os.write(descriptor, line) == len(line)
    return False
