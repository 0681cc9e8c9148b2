"""server: sockets and HTTP/1.x. Bytes in, bytes out; what to answer is `App`'s to say.

One thread for each connection, a bounded number of places, and no system call per request beside recv and send: a
connection only notes until when it may stay as it is, and the accepting thread closes those that outstayed it.
"""
from __future__ import annotations

import errno
import select
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, Callable, NamedTuple, Optional

from .. import threads
from ..answers import Answer, Application, Refused, Request
from ..log import Log
from . import http1
from .stock import BaseHTTPRequestHandler, ThreadingHTTPServer

REQUEST_SECONDS = 10.0          # for a request to arrive in whole
SILENCE_SECONDS = 15.0          # of a kept connection between two requests, the taking of the answer included
RECEIVE_BYTES = 4096
BODY_BYTES = 65536              # of a request, read and thrown away; a longer one is refused
LINGER_BYTES = 1 << 20          # read and thrown away after the last answer, so that it can be read (RFC 9112 9.6)
HEAD_BYTES = http1.REQUEST_LINE_BYTES + http1.HEADERS_BYTES
HEADS_REMEMBERED = 64
HEAD_BYTES_REMEMBERED = 2048
POLL_SECONDS = 0.5
STACK_BYTES = 256 * 1024
BACKLOG = 1024                  # connections that the kernel keeps for us: one more would try again only in a second
PAUSE_SECONDS = 0.05            # before another accept when descriptors or memory have run out
GRACE_SECONDS = 0.5             # for answers under way when the daemon ends; for a client to take its last one

_EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))
_COMMON = ("Server: glancesd", "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
           "Referrer-Policy: no-referrer")


class Prepared(NamedTuple):
    """A request and what it alone decides: the function that answers it, and header lines for its answer.

    `guard` is given the caller's address before each answer, and raises Refused; None where nothing is guarded.
    """

    request: Request
    answer: Callable[[], Answer]
    headers: tuple[str, ...]
    guard: Optional[Callable[[str], None]]


class Place:
    """One connection that is served: since when it waits for its client, and until when it may."""

    __slots__ = ("address", "at_work", "client", "deadline", "since", "timed_out")

    def __init__(self, client: socket.socket, address: str, now: float) -> None:
        self.client = client
        self.address = address
        self.since = now
        self.deadline = now + REQUEST_SECONDS
        self.at_work = False           # a whole request is here and its answer is being made
        self.timed_out = False

    def close_for(self, how: int) -> None:
        """Wake the thread that waits in recv or send on this connection."""
        with suppress(OSError):
            socket.socket.shutdown(self.client, how)      # not SSLSocket's, which is not safe beside a running recv


class Server(ThreadingHTTPServer):
    """Accepts, bounds and outwaits connections. `app` prepares requests; see `Handler` for what a connection does."""

    request_queue_size = BACKLOG
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, listener: socket.socket, app: Application, log: Log, places: int, places_per_address: int,
                 wrap: Optional[Callable[[socket.socket], socket.socket]] = None) -> None:
        self.app = app
        self.log = log
        self.wrap = wrap
        self.places_most = places
        self.places_per_address = places_per_address
        self.places: dict[Place, None] = {}
        self.moved_at = self.asked_at = time.monotonic()    # when the accepting loop last turned; when it last accepted
        self.pulse_seconds: Optional[float] = None          # how often it must turn though nobody is there: a watchdog
        self.heads: dict[bytes, Prepared] = {}
        self._lock = threading.Lock()
        self._swept_at = 0.0
        self._date: tuple[int, bytes] = (0, b"")
        self._ending = False
        self._ended = threading.Event()
        self._woken, self._waking = socket.socketpair()
        socketserver.BaseServer.__init__(self, listener.getsockname(), Handler)
        self.socket = listener
        listener.setblocking(False)              # who hangs up between poll and accept must not make it wait
        self.address_family = listener.family
        threading.stack_size(STACK_BYTES)

    # -- accepting -----------------------------------------------------------------------------------------------------

    def serve_forever(self, poll_interval: float = POLL_SECONDS) -> None:
        """Accept until `shutdown`.

        Wakes for a new connection, and to look after those that outstay their time, at most every `poll_interval`
        seconds: a daemon that nobody asks costs nothing.
        """
        waiting = select.poll()
        waiting.register(self.socket, select.POLLIN)
        waiting.register(self._woken, select.POLLIN)
        try:
            while not self._ending:
                seconds = self._quiet_seconds(poll_interval)
                ready = waiting.poll(None if seconds is None else seconds * 1000)
                if ready and not self._ending:
                    self._accept()
                self.service_actions()
        finally:
            self._ended.set()

    def _quiet_seconds(self, poll_interval: float) -> Optional[float]:
        """How long nothing but a new connection needs the accepting thread; None: for as long as none comes."""
        places = list(self.places)
        if not places:
            return self.pulse_seconds
        # Until the first deadline; one that is set meanwhile leaves at least the time of a request (silence has more).
        seconds = min(min([place.deadline for place in places]) - self.moved_at, REQUEST_SECONDS)
        return max(poll_interval, min(seconds, self.pulse_seconds or seconds))

    def shutdown(self) -> None:
        self._ending = True
        if not self._ended.is_set():
            self._waking.send(b".")
            self._ended.wait()

    def _accept(self) -> None:
        try:
            client, address = self.get_request()
        except OSError:                          # it has hung up already
            return
        try:
            self.process_request(client, address)
        except Exception:
            self.handle_error(client, address)
            self.shutdown_request(client)

    def get_request(self) -> tuple[socket.socket, Any]:
        try:
            client, address = self.socket.accept()
        except OSError as problem:
            if problem.errno in _EXHAUSTED:      # it stays in the queue: without a pause this loop would spin on it
                with self._lock:
                    self._make_room(list(self.places))
                self.log.once("cannot accept a connection: %s" % problem.strerror)
                time.sleep(PAUSE_SECONDS)
            raise
        self.asked_at = time.monotonic()
        if self.address_family != socket.AF_UNIX:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the connection a place and a thread, or refuse it here and now."""
        address = "" if self.address_family == socket.AF_UNIX else client_address[0]
        place = Place(request, address, time.monotonic())
        if not self._seat(place):
            self._turn_away(request)
            return
        try:
            threads.start(partial(self._serve, place))
        except RuntimeError:                     # no thread to be had
            self._leave(place)
            self._turn_away(request)

    def _seat(self, place: Place) -> bool:
        """Take a place; if there is none, that of the connection that has waited longest for its client's request."""
        with self._lock:
            if place.address and not _is_loopback(place.address):
                mine = [other for other in self.places if other.address == place.address]
                if len(mine) >= self.places_per_address and not self._make_room(mine):
                    return False
            if len(self.places) >= self.places_most and not self._make_room(list(self.places)):
                return False
            self.places[place] = None
            return True

    def _make_room(self, among: list[Place]) -> bool:
        waiting = [place for place in among if not place.at_work]
        if not waiting:
            return False
        longest = min(waiting, key=lambda place: place.since)
        del self.places[longest]
        longest.close_for(socket.SHUT_RDWR)
        return True

    def _turn_away(self, client: socket.socket) -> None:
        """Every place is at work: say so without a thread, and without waiting for anyone."""
        try:
            client.setblocking(False)
            if self.wrap is None:
                answer = self.app.error(Refused(503, "all connections are at work", "Retry-After: 1"))
                client.send(self.head(answer, len(answer.body), None, False) + answer.body)
                client.recv(RECEIVE_BYTES)       # closed with its request unread, the answer would be lost with it
        except OSError:
            pass
        self.shutdown_request(client)

    def service_actions(self) -> None:
        """Between two accepts: close the connections whose time is over."""
        now = self.moved_at = time.monotonic()
        if now - self._swept_at < POLL_SECONDS / 2:
            return
        self._swept_at = now
        with self._lock:
            late = [place for place in self.places if now > place.deadline and not place.at_work]
        for place in late:
            # First only the receiving side, so that a 408 can still be said; on the next round the whole.
            how = socket.SHUT_RDWR if place.timed_out else socket.SHUT_RD
            place.timed_out = True               # before its thread wakes and asks
            place.close_for(how)

    def handle_error(self, request: Any, client_address: Any) -> None:
        kind, problem = sys.exc_info()[:2]
        self.log.once("a connection ended in %s: %s" % (kind.__name__ if kind else "?", problem))

    # -- a connection's thread -----------------------------------------------------------------------------------------

    def _serve(self, place: Place) -> None:
        try:
            Handler(place.client, place, self)
        except (OSError, EOFError):              # the client is gone, or was sent away
            pass
        except Exception:
            self.handle_error(place.client, place.address)
        finally:
            self._leave(place)
            self.shutdown_request(place.client)

    def _leave(self, place: Place) -> None:
        with self._lock:
            self.places.pop(place, None)

    def end(self) -> None:
        """Stop accepting, let answers under way be sent, and close."""
        self.shutdown()
        for one in (self.socket, self._woken, self._waking):
            one.close()
        give_up = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < give_up and any(place.at_work for place in list(self.places)):
            time.sleep(0.01)
        for place in list(self.places):
            place.close_for(socket.SHUT_RDWR)

    # -- what is the same for every answer -----------------------------------------------------------------------------

    def prepare(self, head: bytes) -> Prepared:
        """The parse of a head and its endpoint, remembered for the heads that come again and again."""
        heads = self.heads                       # those of the same settings as the app below, whatever a reload does
        prepared = heads.get(head)
        if prepared is None:
            request = http1.parse(head)
            prepared = Prepared(request, *self.app.prepare(request))
            if len(head) <= HEAD_BYTES_REMEMBERED:
                if len(heads) >= HEADS_REMEMBERED:
                    heads.clear()
                heads[head] = prepared
        return prepared

    def renew(self, app: Application, places: int, places_per_address: int) -> None:
        """Serve under other settings; what was prepared under the old ones is forgotten."""
        self.heads = {}
        self.app, self.places_most, self.places_per_address = app, places, places_per_address
        self.heads = {}

    def date(self) -> bytes:
        second = int(time.time())
        if self._date[0] != second:
            self._date = second, http1.date(second).encode()
        return self._date[1]

    def wire(self, answer: Answer, prepared: Prepared) -> bytes:
        """The answer as it is sent to such a request. The same bytes serve everyone who asks so within a second."""
        date = self.date()
        kept: Optional[tuple[Prepared, bytes, bytes]] = answer.wire
        if kept is not None and kept[0] is prepared and kept[1] is date:
            return kept[2]
        request = prepared.request
        zipped = request.accepts_gzip and answer.compressible
        body = answer.gzipped if zipped else answer.body
        wire = self.head(answer, len(body), "gzip" if zipped else None, request.keep_alive, request.is_http10,
                         prepared.headers)
        if request.method != "HEAD":
            wire += body
        answer.wire = prepared, date, wire
        return wire

    def head(self, answer: Answer, length: int, encoding: Optional[str], keep: bool, http10: bool = False,
             more: tuple[str, ...] = ()) -> bytes:
        """Status line and headers of an answer, blank line included."""
        reason = BaseHTTPRequestHandler.responses.get(answer.status, ("",))[0]
        lines = ["HTTP/1.1 %d %s\r\n%sDate: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (
            answer.status, reason, _merged(answer.headers + more, answer.compressible), self.date().decode(),
            answer.content_type, length)]
        if encoding:
            lines.append("Content-Encoding: %s\r\n" % encoding)
        if not keep:
            lines.append("Connection: close\r\n")
        elif http10:
            lines.append("Connection: keep-alive\r\n")
        lines.append("\r\n")
        return "".join(lines).encode("latin-1")


class Handler(socketserver.BaseRequestHandler):
    """One connection: its requests in turn, until either side has had enough."""

    server: Server
    request: Any                   # the socket
    client_address: Any            # its Place

    def setup(self) -> None:
        self.place: Place = self.client_address
        if self.server.wrap is not None:
            self.request = self.place.client = self.server.wrap(self.request)
            if self.place not in self.server.places:
                raise OSError("sent away while the socket that its place held was being replaced")
            self.request.do_handshake()            # under the deadline of the place, like a request

    def handle(self) -> None:
        received = b""
        try:
            self.server.app.caller(self.place.address, self._own_address)
            while True:
                prepared, received = self._next(received)
                if prepared is None:
                    return
                if not self._serve(prepared):
                    if received:
                        self._linger()
                    return
        except Refused as refused:
            self._refuse(refused)

    def _next(self, received: bytes) -> tuple[Optional[Prepared], bytes]:
        """The next request and what came behind it; None when the client has ended."""
        server, place = self.server, self.place
        if not received:
            received = self.request.recv(RECEIVE_BYTES)
            prepared = server.heads.get(received)
            if prepared is not None and not prepared.request.body_bytes:
                return prepared, b""
            if received:
                place.deadline = time.monotonic() + REQUEST_SECONDS
        head, rest = http1.split(received)
        while head is None:
            more = self.request.recv(RECEIVE_BYTES)
            if not more:
                if rest and place.timed_out:
                    raise Refused(408, "the request did not arrive within %d seconds" % REQUEST_SECONDS)
                return None, b""
            rest += more
            if b"\n" in more or len(rest) > HEAD_BYTES:         # looked at for each byte, a head would cost its square
                head, rest = http1.split(rest)
        prepared = server.prepare(head)
        return prepared, self._skip_body(prepared.request, rest)

    def _skip_body(self, request: Request, rest: bytes) -> bytes:
        """What follows the body that nobody asked for."""
        missing = request.body_bytes - len(rest)
        if request.body_bytes > BODY_BYTES or missing > 0 and request.expects_continue:
            raise Refused(413, "a request body of %d bytes is not wanted" % request.body_bytes)
        while missing > 0:
            piece = self.request.recv(min(missing, RECEIVE_BYTES))
            if not piece:
                raise Refused(408, "the request body did not arrive within %d seconds" % REQUEST_SECONDS)
            missing -= len(piece)
            rest = b""
        return rest[request.body_bytes:] if rest else b""

    def _serve(self, prepared: Prepared) -> bool:
        """Answer; whether the connection is kept."""
        request, server, place = prepared.request, self.server, self.place
        place.at_work = True
        try:
            if prepared.guard is not None:
                prepared.guard(place.address)
            answer = prepared.answer()
        except Refused as refused:
            answer = server.app.error(refused, request)
        except Exception as problem:
            server.log.once("%s: %s: %s" % ("/".join(request.path), type(problem).__name__, problem))
            answer = server.app.error(Refused(500, "this server failed at that; its log says more"), request)
        wire = server.wire(answer, prepared)
        place.since = now = time.monotonic()
        place.deadline = now + SILENCE_SECONDS
        place.at_work = False
        self.request.sendall(wire)
        return request.keep_alive

    def _own_address(self) -> str:
        """The local address of the connection."""
        return str(self.request.getsockname()[0])

    def _refuse(self, refused: Refused) -> None:
        """Say why, and end the connection."""
        answer = self.server.app.error(refused)
        self.request.sendall(self.server.head(answer, len(answer.body), None, False) + answer.body)
        self._linger()

    def _linger(self) -> None:
        """End in a way that lets the client read the answer: with something unread the kernel would reset it away."""
        give_up = time.monotonic() + GRACE_SECONDS
        self.request.settimeout(GRACE_SECONDS)
        self.request.shutdown(socket.SHUT_WR)
        unread = LINGER_BYTES
        while unread > 0 and time.monotonic() < give_up:
            piece = self.request.recv(RECEIVE_BYTES)
            if not piece:
                return
            unread -= len(piece)


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


def _is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith(("127.", "::ffff:127."))
