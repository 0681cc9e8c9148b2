"""hashing: whose password is hashed next. One hash at a time, a small share of a CPU for all of them together.

A guess costs a whole hash (200 ms of PBKDF2), so whoever guesses fast would cost a core, and would fill the queue
before anybody with the right password gets in. The budget is a debt in CPU seconds, paid off at SHARE; the queue is
ordered by

    1. what the caller's address cost of late        a flood from elsewhere waits behind a newcomer
    2. whether this credential came before           behind one proxy all share an address: guesses differ each time,
                                                     but who has the right password sends the same one again
    3. arrival

A credential whose verdict is known never comes here. State: WAITING_MOST waiting threads, ADDRESSES_MOST costs, and a
table of 128 KiB that tells which credentials came before.
"""
from __future__ import annotations

import threading
import time
from array import array

from .. import ip
from ..typed import Callable, NamedTuple, Optional

# CPU seconds a second that hashing may cost while there are always more credentials to hash.
SHARE = 0.1
# Hashes that are made at once after a while of none: somebody mistypes a password, several clients start together.
BURST = 5
# Connections that wait for their hash; past that the last in order is refused.
WAITING_MOST = 8
WAIT_SECONDS = 5.0
ADDRESSES_MOST = 64
# An address's cost is forgotten by half in this time: longer than a flood needs to come round at SHARE.
HALF_LIFE_SECONDS = 60.0
# Credentials that came before, four bytes of digest each: a flood of 6,000 a second overwrites one in six within a
# second, and hardly any of its guesses passes for one that came before.
_SLOTS = 1 << 15


class Busy(Exception):
    """Too many passwords are being looked at already."""


class _Waiter:
    """A thread that waits for its hash."""

    __slots__ = ("address", "number", "refused", "returns")

    def __init__(self, address: str, returns: bool, number: int) -> None:
        self.address = address
        self.returns = returns                  # this credential came before
        self.number = number                    # of arrival
        self.refused = False                    # one of better order took its place


class _Cost(NamedTuple):
    """CPU seconds that were spent for an address, as of a time."""

    seconds: float
    at: float

    def now(self, moment: float) -> float:
        return float(self.seconds * 0.5 ** ((moment - self.at) / HALF_LIFE_SECONDS))


class Queue:
    """Threads that want a hash, and the budget. `cpu`: seconds of CPU that the calling thread has used."""

    def __init__(self, clock: Callable[[], float] = time.monotonic,
                 cpu: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self._cpu = cpu
        self._changed = threading.Condition()
        self._waiting: list[_Waiter] = []
        self._arrivals = 0
        self._running = False
        self._debt_seconds = 0.0                # CPU seconds of hashes made, less what SHARE has paid off
        self._paid_at = clock()
        self._hash_seconds = 0.0                # of the latest hash
        self._costs: dict[str, _Cost] = {}      # by `_household` of an address
        self._came = array("I", bytes(4 * _SLOTS))

    def verdict(self, address: str, digest: bytes, known: Callable[[], Optional[bool]],
                compute: Callable[[], bool]) -> bool:
        """What `compute` says in its turn, or `known` as soon as it says anything: others may have the same credential.

        `digest`: keyed, of the credential. Busy when the queue is full or WAIT_SECONDS are over.
        """
        with self._changed:
            waiter = self._enter(_household(address), digest)
            try:
                verdict = self._wait(waiter, known)
            finally:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
                self._changed.notify_all()
            if verdict is not None:
                return verdict
            self._running = True
        began = self._cpu()
        try:
            return compute()
        finally:
            with self._changed:
                self._charge(waiter.address, self._cpu() - began)
                self._running = False
                self._changed.notify_all()

    def _enter(self, address: str, digest: bytes) -> _Waiter:
        slot, mark = int.from_bytes(digest[:2], "big") % _SLOTS, int.from_bytes(digest[2:6], "big")
        waiter = _Waiter(address, self._came[slot] == mark, self._arrivals)
        self._came[slot] = mark
        self._arrivals += 1
        self._waiting.append(waiter)
        if len(self._waiting) > WAITING_MOST:
            now = self._clock()
            last = max(self._waiting, key=lambda other: self._order(other, now))
            last.refused = True
            self._waiting.remove(last)
            self._changed.notify_all()
        return waiter

    def _wait(self, waiter: _Waiter, known: Callable[[], Optional[bool]]) -> Optional[bool]:
        """The verdict that became known; None when it is this one's turn to compute it."""
        give_up = self._clock() + WAIT_SECONDS
        while True:
            verdict = known()
            if verdict is not None:
                return verdict
            now = self._clock()
            if waiter.refused or now >= give_up:
                raise Busy
            pause = self._pause(now)
            if pause <= 0 and waiter is min(self._waiting, key=lambda other: self._order(other, now)):
                return None
            self._changed.wait(min(pause, give_up - now) if pause > 0 else give_up - now)

    def _order(self, waiter: _Waiter, now: float) -> tuple[float, bool, int]:
        cost = self._costs.get(waiter.address)
        return cost.now(now) if cost is not None else 0.0, not waiter.returns, waiter.number

    def _pause(self, now: float) -> float:
        """Seconds until the budget lets another hash begin, as far as that is known."""
        if self._running:
            return WAIT_SECONDS
        return (self._debt(now) - (BURST - 1) * self._hash_seconds) / SHARE

    def _debt(self, now: float) -> float:
        return max(0.0, self._debt_seconds - (now - self._paid_at) * SHARE)

    def _charge(self, address: str, seconds: float) -> None:
        now = self._clock()
        self._debt_seconds, self._paid_at, self._hash_seconds = self._debt(now) + seconds, now, seconds
        before = self._costs.pop(address, None)
        self._costs[address] = _Cost(seconds + (before.now(now) if before is not None else 0.0), now)
        if len(self._costs) > ADDRESSES_MOST:
            del self._costs[min(self._costs, key=lambda other: self._costs[other].now(now))]


def _household(address: str) -> str:
    """What one customer has: an IPv4 address, or the /64 of an IPv6 one, which has addresses without end."""
    found = ip.address(address)
    if found is None:
        return address
    return ".".join(map(str, found.number.to_bytes(4, "big"))) if found.bits == 32 else str(found.number >> 64)
