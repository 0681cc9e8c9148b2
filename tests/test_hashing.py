"""hashing: whose password is hashed next, with made-up time and made-up cost of a hash."""
from __future__ import annotations

import threading
import unittest
from functools import partial
from typing import Callable, Optional
from unittest import mock

from glancesd.server import hashing
from glancesd.server.hashing import BURST, SHARE, WAIT_SECONDS, WAITING_MOST, Busy, Queue

HASH_SECONDS = 0.2


class Time:
    def __init__(self) -> None:
        self.seconds = 1000.0
        self.cpu = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += max(seconds, 0.001)         # less than that would not show in a float

    def hash(self) -> bool:
        """What a hash does to clock and CPU."""
        self.seconds += HASH_SECONDS
        self.cpu += HASH_SECONDS
        return False


def unknown() -> Optional[bool]:
    return None


class Alone(unittest.TestCase):
    """One thread, which sleeps where it has to wait."""

    def setUp(self) -> None:
        self.time = Time()
        self.queue = Queue(lambda: self.time.seconds, lambda: self.time.cpu)
        patch = mock.patch.object(self.queue._changed, "wait", self.time.sleep)
        patch.start()
        self.addCleanup(patch.stop)
        self.number = 0

    def ask(self, address: str = "192.0.2.1", known: Callable[[], Optional[bool]] = unknown) -> bool:
        self.number += 1
        return self.queue.verdict(address, self.number.to_bytes(6, "big"), known, self.time.hash)

    def test_some_are_hashed_at_once(self) -> None:
        for _ in range(BURST):
            self.ask()
        self.assertAlmostEqual(self.time.seconds, 1000 + BURST * HASH_SECONDS)

    def test_a_flood_costs_its_share_of_a_cpu(self) -> None:
        while self.time.seconds < 1100:
            self.ask()
        self.assertLess(self.time.cpu, 100 * SHARE + (BURST + 1) * HASH_SECONDS)
        self.assertGreater(self.time.cpu, 90 * SHARE)

    def test_a_hash_that_takes_seconds(self) -> None:
        """A router without C code: whoever mistyped the password may try again at once."""
        with mock.patch.object(Time, "hash", lambda time: time.__dict__.update(cpu=time.cpu + 6.0)):
            for _ in range(BURST):
                self.ask()
            self.assertEqual(self.time.seconds, 1000)
            with self.assertRaises(Busy):
                self.ask()
            self.assertAlmostEqual(self.time.seconds, 1000 + WAIT_SECONDS, delta=0.01)

    def test_what_is_known_meanwhile_costs_nothing(self) -> None:
        for verdict in (True, False):
            self.assertIs(self.ask(known=partial(bool, verdict)), verdict)
        self.assertEqual(self.time.cpu, 0)

    def test_costs_are_bounded_and_forgotten(self) -> None:
        for number in range(hashing.ADDRESSES_MOST * 2):
            self.time.sleep(100)
            self.ask("10.0.0.%d" % number)
        self.assertEqual(len(self.queue._costs), hashing.ADDRESSES_MOST)
        cost = self.queue._costs["10.0.0.%d" % number]
        self.assertAlmostEqual(cost.now(self.time.seconds + hashing.HALF_LIFE_SECONDS), HASH_SECONDS / 2)

    def test_a_compute_that_fails_leaves_the_queue_usable(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            self.queue.verdict("", b"digest", unknown, lambda: bool(1 // 0))
        self.assertFalse(self.ask())


class Order(unittest.TestCase):
    """Who is next, and who gives way, seen on the waiters themselves."""

    def setUp(self) -> None:
        self.time = Time()
        self.queue = Queue(lambda: self.time.seconds, lambda: self.time.cpu)
        self.queue._changed.acquire()
        self.addCleanup(self.queue._changed.release)

    def first(self) -> str:
        return min(self.queue._waiting, key=lambda waiter: self.queue._order(waiter, self.time.seconds)).address

    def test_who_cost_less_is_first(self) -> None:
        self.queue._charge("flood", HASH_SECONDS)
        for number in range(3):
            self.queue._enter("flood", bytes((0, number, 0, 0, 0, 1)))
        self.queue._enter("guest", b"guests")
        self.assertEqual(self.first(), "guest")

    def test_who_comes_again_takes_the_place_of_a_guess(self) -> None:
        """All behind one proxy: the one that sends what it sent before is not the one that guesses."""
        right = b"digest"
        guesses = [self.queue._enter("", bytes((0, number, 0, 0, 0, 1))) for number in range(WAITING_MOST)]
        self.assertTrue(self.queue._enter("", right).refused)
        again = self.queue._enter("", right)
        self.assertEqual((again.refused, [guess.refused for guess in guesses].count(True)), (False, 1))
        self.assertIs(min(self.queue._waiting, key=lambda waiter: self.queue._order(waiter, 0)), again)

    def test_the_queue_is_bounded(self) -> None:
        for number in range(100):
            self.queue._enter("", bytes((1, number, 0, 0, 0, 1)))
        self.assertEqual(len(self.queue._waiting), WAITING_MOST)


class Households(unittest.TestCase):
    def test_table(self) -> None:
        for one, other, same in (
                ("192.0.2.1", "192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False),
                ("2001:db8::1", "2001:db8::ffff:2", True), ("2001:db8::1", "2001:db8:0:1::1", False),
                ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False), ("fe80::1%eth0", "fe80::2", True), ("", "", True)):
            with self.subTest((one, other)):
                self.assertIs(hashing._household(one) == hashing._household(other), same)


class Threads(unittest.TestCase):
    def test_one_hash_at_a_time(self) -> None:
        queue = Queue()
        running: list[None] = []
        most: list[int] = []

        def compute() -> bool:
            running.append(None)
            most.append(len(running))
            running.pop()
            return True

        threads = [threading.Thread(target=queue.verdict, args=("", bytes((number, 0, 0, 0, 0, 1)), unknown, compute))
                   for number in range(WAITING_MOST)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(most, [1] * WAITING_MOST)


if __name__ == "__main__":
    unittest.main()
