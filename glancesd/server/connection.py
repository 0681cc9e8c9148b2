"""connection: what a connection's own thread does: its requests in turn, until either side has had enough.

A request costs one recv and one send. Sockets have no timeouts (each would cost a poll before every recv): a connection
stores its deadline in its Place, and the accepting thread shuts down those that are past it.
"""
from __future__ import annotations

import socket

from ..answers import Refused, Request
from ..log import Log
from ..typed import Callable, Optional
from . import http1, places
from .places import PIECE_BYTES, WAITING, WORKING, Place, Places
from .replies import Prepared, Replies

RECEIVE_BYTES = 4096
HEAD_BYTES = http1.REQUEST_LINE_BYTES + http1.HEADERS_BYTES
BODY_BYTES = 65536              # of a request, read and thrown away; a longer one is refused
LINGER_BYTES = 1 << 20          # read and thrown away by a lingering close
LINGER_SECONDS = 0.5

Wrap = Callable[[socket.socket], socket.socket]


class Connection:
    """One connection. OSError and EOFError out of `serve`: the client is gone, or was sent away."""

    def __init__(self, place: Place, replies: Replies, all_places: Places, log: Log) -> None:
        self._client = place.client
        self._place = place
        self._replies = replies
        self._places = all_places
        self._clock = all_places.clock
        self._log = log

    def serve(self, wrap: Optional[Wrap]) -> None:
        """Answer requests until the connection ends. `wrap` makes it a TLS one; its handshake has a request's time."""
        if wrap is not None:
            self._client = self._place.client = wrap(self._client)
            if self._place.leaving:
                raise OSError("asked to go while the socket in its place was being replaced")
            self._client.do_handshake()                  # type: ignore[attr-defined]
        received = b""
        try:
            self._replies.app.caller(self._place.address, self._place.own_address)
            while True:
                prepared, received = self._next(received)
                if prepared is None:
                    return
                if not self._answer(prepared):
                    if received:
                        self._linger()
                    return
        except Refused as refused:
            self._client.sendall(self._replies.final(self._replies.app.error(refused)))
            self._linger()

    def _next(self, received: bytes) -> tuple[Optional[Prepared], bytes]:
        """The next request and what came behind it; None when the client has ended."""
        replies, place = self._replies, self._place
        if not received:
            received = self._client.recv(RECEIVE_BYTES)
            prepared = replies.prepared.get(received)
            if prepared is not None and not prepared.request.body_bytes:
                return prepared, b""
            if received:
                place.deadline = self._clock() + places.REQUEST_SECONDS
        head, rest = http1.split(received)
        while head is None:
            more = self._client.recv(RECEIVE_BYTES)
            if not more:
                if rest and place.timed_out:
                    raise Refused(408, "the request did not arrive within %d seconds" % places.REQUEST_SECONDS)
                return None, b""
            rest += more
            if b"\n" in more or len(rest) > HEAD_BYTES:  # after every byte of a trickled head it would be quadratic
                head, rest = http1.split(rest)
        prepared = replies.prepare(head)
        return prepared, self._skip_body(prepared.request, rest)

    def _skip_body(self, request: Request, rest: bytes) -> bytes:
        """What follows the request's body, which nobody asked for."""
        missing = request.body_bytes - len(rest)
        if request.body_bytes > BODY_BYTES or missing > 0 and request.expects_continue:
            raise Refused(413, "a request body of %d bytes is not wanted" % request.body_bytes)
        while missing > 0:
            piece = self._client.recv(min(missing, RECEIVE_BYTES))
            if not piece:
                if not self._place.timed_out:
                    raise Refused(400, "the request ended before its body did")
                raise Refused(408, "the request body did not arrive within %d seconds" % places.REQUEST_SECONDS)
            missing -= len(piece)
            rest = b""
        return rest[request.body_bytes:] if rest else b""

    def _answer(self, prepared: Prepared) -> bool:
        """Answer a request; whether the connection is kept."""
        request, replies, place = prepared.request, self._replies, self._place
        place.phase = WORKING
        try:
            if prepared.guard is not None:
                prepared.guard(place.address)
            answer = prepared.answer()
        except Refused as refused:
            answer = replies.app.error(refused, request)
        except Exception as problem:
            self._log.once("%s: %s: %s" % ("/".join(request.path), type(problem).__name__, problem))
            answer = replies.app.error(Refused(500, "this server failed at that; its log says more"), request)
        sent = replies.sent(answer, prepared, place.leaving)
        place.served += 1
        if sent.rest is None:
            place.since = now = self._clock()
            place.deadline = now + places.SILENCE_SECONDS
            place.phase = WAITING
            self._client.sendall(sent.first)
        else:
            del answer                                   # of which one form is sent; the other need not wait for that
            self._send_pieces(sent.first, sent.rest)
        return request.keep_alive and not place.leaving

    def _send_pieces(self, first: bytes, body: bytes) -> None:
        """Send a long body, each piece under a deadline of its own: a slow client gets all of it, a dead one is cut."""
        place = self._place
        self._places.begin_sending(place, body)
        try:
            with memoryview(body) as view:
                self._client.sendall(first + view[:PIECE_BYTES])
                for start in range(PIECE_BYTES, len(body), PIECE_BYTES):
                    place.taken = start
                    place.deadline = self._clock() + places.SILENCE_SECONDS
                    self._client.sendall(view[start:start + PIECE_BYTES])
        finally:
            self._places.end_sending(place)

    def _linger(self) -> None:
        """Lingering close (RFC 9112 9.6): our side is shut down, and what still comes is read, within bounds.

        Closing with unread input would make the kernel send RST, which discards the answer.
        """
        give_up = self._clock() + LINGER_SECONDS
        self._client.settimeout(LINGER_SECONDS)
        self._client.shutdown(socket.SHUT_WR)
        unread = LINGER_BYTES
        while unread > 0 and self._clock() < give_up:
            piece = self._client.recv(RECEIVE_BYTES)
            if not piece:
                return
            unread -= len(piece)
