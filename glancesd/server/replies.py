"""replies: from the bytes of a request's head to the bytes of its answer. No thread of its own: whoever asks runs it.

Memories on a request's way, in its order, and what empties each:

    callers, in `access`           address → is it served?                 64 latest; a reload
    Replies.prepared               head → request, endpoint, header lines  full (64 heads of 2 KiB at most); a reload
    slots, in `readings`           source → its reading                    its time is over
    pages, in `api.pages`          plugin → its JSON                       a newer reading; a reload
    Answer.gzipped                 a body → the same in gzip's format      its Answer goes
    Answer.sent                    an answer → its head and a short body   another head; a second; its Answer goes
    Replies._date                  this second → its Date                  the next second
    _merged                        header lines → each name once           64 latest
"""
from __future__ import annotations

import http
import time
from functools import lru_cache

from ..answers import Answer, Application, Guard, Request
from ..typed import Callable, NamedTuple, Optional
from . import http1
from .places import WHOLE_BYTES

HEADS_REMEMBERED = 64
HEAD_BYTES_REMEMBERED = 2048

_COMMON = ("Server: glancesd", "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
           "Referrer-Policy: no-referrer")


class Prepared(NamedTuple):
    """A parsed request, its handler, extra header lines and guard: all that depends on the bytes of its head alone."""

    request: Request
    answer: Callable[[], Answer]
    headers: tuple[str, ...]
    guard: Optional[Guard]


class Sent(NamedTuple):
    """An answer as bytes to one head within one second: the head, a short body included; else the body apart.

    Whoever is sent a long body is sent the same bytes object, of which nobody has a copy.
    """

    prepared: Prepared
    date: bytes
    first: bytes
    rest: Optional[bytes]


class Replies:
    """Prepares requests by asking the app, and remembers that; writes answers, and remembers the last of each."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.prepared: dict[bytes, Prepared] = {}
        self._date: tuple[int, bytes] = (0, b"")

    def renew(self, app: Application) -> None:
        """Ask another app.

        `prepare` takes the cache before it asks the app. So the cache is replaced before the app, and again after it:
        what a thread prepares with the old app meanwhile goes into a cache that nobody reads.
        """
        self.prepared = {}
        self.app = app
        self.prepared = {}

    def prepare(self, head: bytes) -> Prepared:
        """The request of a head and its handler, from the cache for heads that come again and again."""
        cache = self.prepared
        prepared = cache.get(head)
        if prepared is None:
            request = http1.parse(head)
            prepared = Prepared(request, *self.app.prepare(request))
            if len(head) <= HEAD_BYTES_REMEMBERED:
                if len(cache) >= HEADS_REMEMBERED:
                    cache.clear()
                cache[head] = prepared
        return prepared

    def sent(self, answer: Answer, prepared: Prepared, is_last: bool = False) -> Sent:
        """What to send; `is_last`: the connection ends with it, though the request would have kept it.

        The same bytes go to everyone who asks so within a second: `date` gives the same object within one, so identity
        tells, without a comparison, whether they are still true.
        """
        date = self.date()
        kept: Optional[Sent] = answer.sent
        if kept is not None and kept.prepared is prepared and kept.date is date and not is_last:
            return kept
        request = prepared.request
        zipped = request.accepts_gzip and answer.compressible
        body = answer.gzipped if zipped else answer.body
        first = self.response_head(answer, len(body), "gzip" if zipped else None, request.keep_alive and not is_last,
                                   request.is_http10, prepared.headers)
        rest = None
        if request.method != "HEAD":
            if len(body) <= WHOLE_BYTES:
                first += body
            else:
                rest = body
        sent = Sent(prepared, date, first, rest)
        if not is_last:
            answer.sent = sent
        return sent

    def final(self, answer: Answer) -> bytes:
        """The whole of an answer after which the connection is closed: to a request that was not understood."""
        return self.response_head(answer, len(answer.body), None, False) + answer.body

    def date(self) -> bytes:
        second = int(time.time())
        if self._date[0] != second:
            self._date = second, http1.date(second).encode()
        return self._date[1]

    def response_head(self, answer: Answer, length: int, encoding: Optional[str], keep: bool, http10: bool = False,
                      more: tuple[str, ...] = ()) -> bytes:
        """Status line and headers of an answer, blank line included."""
        lines = ["HTTP/1.1 %d %s\r\n%sDate: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (
            answer.status, _phrase(answer.status), _merged(answer.headers + more, answer.compressible),
            self.date().decode(), answer.content_type, length)]
        if encoding:
            lines.append("Content-Encoding: %s\r\n" % encoding)
        if not keep:
            lines.append("Connection: close\r\n")
        elif http10:
            lines.append("Connection: keep-alive\r\n")
        lines.append("\r\n")
        return "".join(lines).encode("latin-1")


@lru_cache(maxsize=16)
def _phrase(status: int) -> str:
    return http.HTTPStatus(status).phrase


@lru_cache(maxsize=64)
def _merged(lines: tuple[str, ...], compressible: bool) -> str:
    """The header lines of every answer and these, each name once: a later line replaces an earlier one, Vary adds."""
    fields: dict[str, tuple[str, str]] = {}
    for line in (*_COMMON, *lines, *(("Vary: Accept-Encoding",) if compressible else ())):
        name, _, value = line.partition(": ")
        key = name.lower()
        if key == "vary" and key in fields:
            value = ", ".join(dict.fromkeys("{}, {}".format(fields[key][1], value).split(", ")))
        fields[key] = name, value
    return "".join(["%s: %s\r\n" % field for field in fields.values()])
