"""log: a line to standard error for what an administrator should know; systemd, procd, OpenRC take it from there."""
from __future__ import annotations

import sys
import threading
import time
from typing import Callable, Optional

# A burst of trouble (each client, each second) must not fill a router's log: so many lines a minute, then their number.
LINES_PER_MINUTE = 60
# Distinct messages remembered by `once`; beyond it the memory starts afresh.
REMEMBERED = 256
LINE_CHARACTERS = 500


def printable(text: str) -> str:
    """The text with control characters, surrogates and line breaks escaped: it may come from a client or a file."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode("ascii") for c in text)


class Log:
    """Writes lines, at most LINES_PER_MINUTE. Thread-safe."""

    def __init__(self, write: Optional[Callable[[str], object]] = None,
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
                if self._left_out:
                    self._write("glancesd: %d more lines were left out\n" % self._left_out)
                self._minute, self._lines, self._left_out = now, 0, 0
            self._lines += 1
            if self._lines > LINES_PER_MINUTE:
                self._left_out += 1
                return
            self._write("glancesd: %s\n" % printable(text)[:LINE_CHARACTERS])

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


def _standard_error(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):   # closed, full or never there: a monitor goes on without its log
        pass
