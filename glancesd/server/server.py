"""server: the accepting thread: a place and a thread for each connection, an end to those that outstay their time.

What a connection's thread does is in `connection`, which bytes are answered in `replies`, who has to go in `places`.
What is answered is `App`'s to say.
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
from functools import partial

from .. import threads
from ..answers import Application, Refused
from ..log import Log
from ..typed import Any, Optional
from .connection import RECEIVE_BYTES, Connection, Wrap
from .places import REQUEST_SECONDS, Place, Places
from .replies import Replies
from .stock import ThreadingHTTPServer

POLL_SECONDS = 0.5
STACK_BYTES = 256 * 1024
BACKLOG = 1024                  # of listen(); beyond it a SYN is dropped, and the client tries again after a second
PAUSE_SECONDS = 0.05            # before another accept when descriptors or memory have run out
END_SECONDS = 5.0               # for the answers under way when the daemon ends
# What the kernel keeps of an answer for a client that is slow (it doubles the figure). By itself it would let that
# grow to 4 MB a connection, 256 MB for 64, and a piece would make no progress until a third of it has been taken.
SEND_BUFFER_BYTES = 128 * 1024

_EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))


class Server(ThreadingHTTPServer):
    """Accepts, bounds and outwaits connections; `wrap` makes each a TLS one.

    Of ThreadingHTTPServer come accepting one connection, shutting one down and closing the listener. Ours are its hooks
    get_request, process_request, process_request_thread, finish_request, service_actions, handle_error, and

    * the listener, which is bound before there is a Server (a service manager may have handed it over);
    * the loop: see `serve_forever`;
    * threads that are used again (`threads`): 1.7 times the requests a second with a connection each.
    """

    request_queue_size = BACKLOG

    def __init__(self, listener: socket.socket, app: Application, log: Log, places: int, places_per_address: int,
                 wrap: Optional[Wrap] = None) -> None:
        self.log = log
        self._wrap = wrap
        self.replies = Replies(app)
        self.places = Places(places, places_per_address)
        self.moved_at = time.monotonic()                    # when the loop last turned
        self.pulse_seconds: Optional[float] = None          # how often it must, though nobody is there: a watchdog
        self._swept_at = 0.0
        self._ending = False
        self._ended = threading.Event()
        self._woken, self._waking = socket.socketpair()
        socketserver.BaseServer.__init__(self, listener.getsockname(), socketserver.BaseRequestHandler)
        self.socket = listener
        listener.setblocking(False)              # a client that hangs up between poll and accept must not block accept
        self.address_family = listener.family
        if self.address_family != socket.AF_UNIX:           # its connections inherit both
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        threading.stack_size(STACK_BYTES)

    @property
    def asked_at(self) -> float:
        """When the last request was answered on a connection that has gone, or the start; monotonic."""
        return self.places.asked_at

    # -- the loop ------------------------------------------------------------------------------------------------------

    def serve_forever(self, poll_interval: float = POLL_SECONDS) -> None:
        """Accept until `shutdown`. Deadlines are looked at while there are connections, at most every `poll_interval`.

        socketserver's own loop wakes twice a second for nobody (0.023 % of a processor instead of 0.0005 %) and once
        more half a second after each poller (0.25 ms of CPU time on a cold cache), and sees `shutdown` half a second
        late; and whatever is raised by accept, as a MemoryError, ends it while the process lives on.
        """
        waiting = select.poll()
        waiting.register(self.socket, select.POLLIN)
        waiting.register(self._woken, select.POLLIN)
        try:
            while not self._ending:
                try:
                    seconds = self._quiet_seconds(poll_interval)
                    if waiting.poll(None if seconds is None else seconds * 1000) and not self._ending:
                        self._handle_request_noblock()          # type: ignore[attr-defined]
                    self.service_actions()
                except Exception:
                    self.handle_error(None, None)
                    time.sleep(PAUSE_SECONDS)
        finally:
            self._ended.set()

    def _quiet_seconds(self, poll_interval: float) -> Optional[float]:
        """Seconds for which the loop may block before a deadline must be looked at; None: until a connection comes."""
        first = self.places.first_deadline()
        if first is None:
            return self.pulse_seconds
        # A deadline that is set while we block is at least REQUEST_SECONDS away: no longer than that misses none.
        seconds = min(first - self.moved_at, REQUEST_SECONDS)
        return max(poll_interval, min(seconds, self.pulse_seconds or seconds))

    def shutdown(self) -> None:
        self._ending = True
        if not self._ended.is_set():
            self._waking.send(b".")
            self._ended.wait()

    def get_request(self) -> tuple[socket.socket, Any]:
        try:
            return self.socket.accept()
        except OSError as problem:
            if problem.errno in _EXHAUSTED:      # it stays in the backlog: without a pause this loop would spin on it
                self.places.make_room()
                self.log.once("cannot accept a connection: %s" % problem.strerror)
                time.sleep(PAUSE_SECONDS)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection a place and a thread, or refuse it here and now."""
        address = "" if self.address_family == socket.AF_UNIX else client_address[0]
        place = Place(request, address, self.places.clock())
        if not self.places.take(place):
            self._turn_away(request)
            return
        try:
            threads.start(partial(self.process_request_thread, request, place))
        except (RuntimeError, MemoryError):      # no thread to be had
            self.places.leave(place)
            self._turn_away(request)

    def _turn_away(self, client: socket.socket) -> None:
        """Every place is at work: say so without a thread, and without waiting for anyone."""
        with suppress(OSError):
            client.setblocking(False)
            if self._wrap is None:
                refused = Refused(503, "all connections are at work", "Retry-After: 1")
                client.send(self.replies.final(self.replies.app.error(refused)))
                client.recv(RECEIVE_BYTES)       # closed with its request unread, the answer would be lost with it
        self.shutdown_request(client)

    def service_actions(self) -> None:
        """Between two accepts: close the connections whose time is over."""
        self.moved_at = time.monotonic()
        if self.moved_at - self._swept_at >= POLL_SECONDS / 2:
            self._swept_at = self.moved_at
            self.places.close_late()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Called where an exception is handled; raises none itself, not even for want of memory."""
        with suppress(Exception):
            kind, problem = sys.exc_info()[:2]
            self.log.once("a connection ended in %s: %s" % (kind.__name__ if kind else "?", problem))

    # -- a connection's thread -----------------------------------------------------------------------------------------

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """`client_address` is the connection's Place."""
        place: Place = client_address
        try:
            self.finish_request(request, place)
        except (OSError, EOFError):              # the client is gone, or was sent away
            pass
        except Exception:
            self.handle_error(request, place)
        finally:
            self.places.leave(place)
            self.shutdown_request(place.client)

    def finish_request(self, request: Any, client_address: Any) -> None:
        Connection(client_address, self.replies, self.places, self.log).serve(self._wrap)

    # -- a reload, and the end -----------------------------------------------------------------------------------------

    def renew(self, app: Application, places: int, places_per_address: int, wrap: Optional[Wrap]) -> None:
        """Serve under other settings; whom they refuse is asked to go."""
        self._wrap = wrap
        self.replies.renew(app)
        self.places.most, self.places.per_address = places, places_per_address
        self.places.dismiss(app.caller)

    def end(self) -> None:
        """Stop accepting, let the answers under way be sent, and close."""
        self.shutdown()
        self.server_close()
        self._woken.close()
        self._waking.close()
        self.places.end(END_SECONDS)
