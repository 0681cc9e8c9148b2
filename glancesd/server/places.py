"""places: the connections that are served: how many at once, until when each may wait, and which of them go first.

A place is in one of three phases. Its own thread moves it on; the accepting thread looks at its deadline.

    WAITING  for its client: the next request, or the taking of a short answer    REQUEST_SECONDS or SILENCE_SECONDS
    WORKING  on an answer                                                         no deadline: the app bounds its waits
    SENDING  an answer of several pieces                                          SILENCE_SECONDS a piece

When all places are taken a newcomer costs another connection its place: see `_whom`. That one is asked to go: it may
answer the request that it has, says `Connection: close` with it, and reads no other. Nobody is cut off amid an answer
but the slowest of those that are sent pieces. State: one Place for each connection, at most `most`.
"""
from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import suppress

from ..answers import Refused
from ..typed import Callable, Iterator, Optional

REQUEST_SECONDS = 10.0          # for a request to arrive in whole
SILENCE_SECONDS = 15.0          # between two requests of a kept connection, and for each piece of a long answer
# An answer longer than WHOLE_BYTES is sent in pieces, each of which renews the deadline: a piece in SILENCE_SECONDS,
# 4.4 kB/s, is the least that a client must take.
WHOLE_BYTES = 256 * 1024
PIECE_BYTES = 64 * 1024
# Different bodies that are being sent in pieces, together: a reader that is slow holds the one of when it asked.
SENDING_BYTES = 8 << 20
SLOW_BYTES_PER_SECOND = 1 << 20 # a client that takes less is not waited for when that bound is reached
ROOM_SECONDS = 0.5              # a newcomer waits for a place at most; the first half for those at work only
STEP_SECONDS = 0.05             # and so long for one that was asked to go, before another is
QUIET_SECONDS = 1.0             # a client may be as far away as this; one that says nothing for longer is idle
BUSY_PER_SECOND = 20.0          # answers; whoever gets more is likely to ask again within STEP_SECONDS

WAITING, WORKING, SENDING = "waiting", "working", "sending"


class Place:
    """One connection: its phase, since when it waits for its client, until when it may, and what it has been given."""

    phase = WAITING
    served = 0                             # answers
    leaving = False                        # its next answer is its last
    asked = False                          # it reads no other request
    timed_out = False
    body: Optional[bytes] = None           # what is sent in pieces
    taken = 0                              # bytes of it

    def __init__(self, client: socket.socket, address: str, now: float) -> None:
        self.client = client
        self.address = address             # "" for a Unix socket
        self.began = self.since = now
        self.deadline = now + REQUEST_SECONDS

    def close_for(self, how: int) -> None:
        """Wake the thread that waits in recv or send on this connection."""
        with suppress(OSError):
            socket.socket.shutdown(self.client, how)      # not SSLSocket's, which is not safe beside a running recv

    def ask_to_go(self) -> None:
        """Have it end with the answer to what it has received, or at once if that is nothing."""
        self.leaving = True
        if self.phase != WORKING:
            self.asked = True
            # What has arrived can still be read, then the end.
            self.close_for(socket.SHUT_RD if self.phase == WAITING else socket.SHUT_RDWR)

    def own_address(self) -> str:
        """The local address of the connection."""
        return str(self.client.getsockname()[0])

    def answers_per_second(self, now: float) -> float:
        return self.served / max(now - self.began, 0.1)

    def bytes_per_second(self, now: float) -> float:
        """How fast its client takes what is sent in pieces; the first piece counts from the start."""
        return (self.taken + PIECE_BYTES) / max(now - self.since, 0.001)


class Places:
    """At most `most` connections, of one address at most `per_address` (loopback excepted: there a proxy may stand)."""

    def __init__(self, most: int, per_address: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.per_address = per_address
        self.asked_at = clock()            # when a connection that was served was last answered, once it has gone
        self.clock = clock
        self._places: dict[Place, None] = {}
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._waiting = 0                  # threads that wait for it: most of the time none
        self._in_vain = False              # a newcomer waited its time, and none has gone since

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Place]:
        return iter(list(self._places))

    def first_deadline(self) -> Optional[float]:
        places = list(self._places)
        return min([place.deadline for place in places]) if places else None

    # -- the accepting thread ------------------------------------------------------------------------------------------

    def take(self, newcomer: Place) -> bool:
        """Give it a place, if need be after others have been asked to go; False when none becomes free in time."""
        with self._lock:
            give_up = newcomer.began + ROOM_SECONDS
            while True:
                rivals = self._rivals(newcomer.address)
                if not rivals:
                    self._places[newcomer] = None
                    return True
                now = self.clock()
                patient = not self._in_vain and now < give_up - ROOM_SECONDS / 2
                if now >= give_up or not self._make_room(rivals, now, patient):
                    self._in_vain = True
                    return False
                self._wait(STEP_SECONDS)

    def make_room(self) -> None:
        """Ask one connection to go: the process has no descriptor or no memory for another."""
        with self._lock:
            self._make_room(list(self._places), self.clock(), False)

    def close_late(self) -> None:
        """Close the connections whose deadline is over."""
        with self._lock:
            now = self.clock()
            for place in self._places:
                if place.phase != WORKING and now > place.deadline:
                    # First only the receiving side, so that a 408 can still be said; on the next round the whole.
                    how = socket.SHUT_RD if place.phase == WAITING and not place.timed_out else socket.SHUT_RDWR
                    place.timed_out = True               # before its thread wakes and asks
                    place.close_for(how)

    def _wait(self, seconds: float) -> None:
        """Until a place has changed, at most for so long; the lock is given up meanwhile."""
        self._waiting += 1
        self._changed.wait(seconds)
        self._waiting -= 1

    def _rivals(self, address: str) -> list[Place]:
        """The connections of which one must go before one more of this address is served; empty if there is room."""
        if address and not _is_loopback(address):
            mine = [place for place in self._places if place.address == address]
            if len(mine) >= self.per_address:
                return mine
        if len(self._places) < self.most:
            return []
        count = {address: 1}
        for place in self._places:
            count[place.address] = count.get(place.address, 0) + 1
        greatest = max(count.values())
        return [place for place in self._places if count[place.address] == greatest]

    def _make_room(self, rivals: list[Place], now: float, patient: bool) -> bool:
        """Have one of them go; False if no waiting helps. `patient`: those at work are waited for, and told to go."""
        asking = _asking(rivals)
        place = _whom(rivals, asking, now, patient)
        if place is None:
            return patient or not self._in_vain and any(other.leaving for other in rivals)
        place.leaving = True
        if not (patient and _answers_soon(place, asking, now)):      # who does is told with that, and loses no request
            place.ask_to_go()
        return True

    # -- a connection's thread -----------------------------------------------------------------------------------------

    def leave(self, place: Place) -> None:
        with self._lock:
            del self._places[place]
            if place.served:
                self.asked_at = max(self.asked_at, place.since)
            self._in_vain = False
            if self._waiting:
                self._changed.notify_all()

    def begin_sending(self, place: Place, body: bytes) -> None:
        """Note what will be sent in pieces; past SENDING_BYTES wait a moment for others to end, then the slowest go."""
        with self._lock:
            while True:
                now = self.clock()
                others = [other for other in self._places if other.body is not None and other.body is not body]
                held = {id(other.body): len(other.body or b"") for other in others}
                if not others or len(body) + sum(held.values()) <= SENDING_BYTES:
                    break
                slowest = min(others, key=lambda other: other.bytes_per_second(now))
                if now - slowest.since < QUIET_SECONDS and slowest.bytes_per_second(now) > SLOW_BYTES_PER_SECOND:
                    self._wait(STEP_SECONDS)
                else:
                    slowest.body = None
                    slowest.ask_to_go()
            place.body, place.taken, place.since = body, 0, now
            place.deadline = now + SILENCE_SECONDS
            place.phase = SENDING

    def end_sending(self, place: Place) -> None:
        with self._lock:
            place.body = None
            self._changed.notify_all()
            place.since = self.clock()
            place.deadline = place.since + SILENCE_SECONDS
            place.phase = WAITING

    # -- a reload, and the end -----------------------------------------------------------------------------------------

    def dismiss(self, caller: Callable[[str, Callable[[], str]], None]) -> None:
        """Ask those to go whom new settings refuse."""
        for place in self:
            try:
                caller(place.address, place.own_address)
            except OSError:                              # it has just gone
                pass
            except Refused:
                with self._lock:
                    if place in self._places:
                        place.ask_to_go()

    def end(self, seconds: float) -> None:
        """Let the answers under way be sent, for so long; then close what is left."""
        with self._lock:
            give_up = self.clock() + seconds
            for place in self._places:
                place.leaving = True
                if place.phase == WAITING:
                    place.close_for(socket.SHUT_RD)
            while self._places and self.clock() < give_up:
                self._wait(give_up - self.clock())
            for place in self._places:
                place.close_for(socket.SHUT_RDWR)


def _whom(rivals: list[Place], asking: set[Place], now: float, patient: bool) -> Optional[Place]:
    """Who goes first. None: those at work are waited for, or there is nobody.

    Who is far away has waited longest and is served least, so a wait counts only past QUIET_SECONDS, or if nobody is
    at work. `asking`: those whose next request has arrived.
    """
    staying = [place for place in rivals if not place.asked]
    waiting = sorted((place for place in staying if place.phase == WAITING and place not in asking),
                     key=lambda place: place.since)
    idle = [place for place in waiting if now - place.since > QUIET_SECONDS]
    silent = [place for place in idle if not place.served]
    soon = [place for place in staying if _answers_soon(place, asking, now) and not place.leaving]
    if silent:
        return silent[0]                   # connected, and has not asked in all that time
    if soon and patient:
        return max(soon, key=lambda place: place.answers_per_second(now))
    if idle:
        return idle[0]                     # between two requests
    if patient and len(waiting) < len(staying):
        return None
    if waiting:
        return waiting[0]
    sending = [place for place in staying if place.phase == SENDING]
    return min(sending, key=lambda place: place.bytes_per_second(now), default=None)


def _asking(among: list[Place]) -> set[Place]:
    """Those of which something has arrived that their threads have not read yet: in a full house they are many."""
    waiting = {place.client.fileno(): place for place in among if place.phase == WAITING}
    ready = select.poll()
    for descriptor in waiting:
        if descriptor >= 0:                # -1: a socket that is just being wrapped for TLS
            ready.register(descriptor, select.POLLIN)
    return {waiting[descriptor] for descriptor, event in ready.poll(0) if event == select.POLLIN}


def _answers_soon(place: Place, asking: set[Place], now: float) -> bool:
    """Whether one that was served before has a request, or will have one in a moment."""
    if place.phase == SENDING or not place.served:
        return False
    return place.phase == WORKING or place in asking or place.answers_per_second(now) >= BUSY_PER_SECOND


def _is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith(("127.", "::ffff:127."))
