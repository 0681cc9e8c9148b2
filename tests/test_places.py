"""places: who is seated, who has to go, when, and what is held for the slow; at a made-up time."""
from __future__ import annotations

import socket
import threading
import time
import unittest
from typing import Any, Callable, Optional
from unittest import mock

from glancesd.answers import Refused
from glancesd.server import places as module
from glancesd.server.places import PIECE_BYTES, SENDING, WAITING, WORKING, Place, Places

NEAR, FAR, PROXY = "10.0.0.1", "10.0.0.2", "127.0.0.1"


class Client:
    """Stands for a socket; what was shut down of it."""

    def __init__(self) -> None:
        self.shut: list[int] = []


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 1000.0
        self.places = Places(4, 3, lambda: self.now)
        self.asking: set[Place] = set()
        asking = mock.patch.object(module, "_asking", lambda among: self.asking)
        asking.start()
        self.addCleanup(asking.stop)
        shutdown = mock.patch.object(socket.socket, "shutdown", lambda client, how: client.shut.append(how))
        shutdown.start()
        self.addCleanup(shutdown.stop)
        # A newcomer's waiting takes its time, and nobody goes meanwhile unless a test says so.
        self.meanwhile: Callable[[], None] = lambda: None
        waiting = mock.patch.object(self.places._changed, "wait", self.wait)
        waiting.start()
        self.addCleanup(waiting.stop)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.places._changed.release()
        try:
            self.meanwhile()
        finally:
            self.places._changed.acquire()

    def place(self, address: str = PROXY, phase: str = WAITING, waited: float = 0.0, served: int = 0,
              age: Optional[float] = None) -> Place:
        client: Any = Client()
        place = Place(client, address, self.now - waited)
        place.began = self.now - (waited if age is None else age)
        place.phase, place.served = phase, served
        return place

    def seat(self, *seated: Place) -> None:
        self.places._places.update(dict.fromkeys(seated))

    def shut(self, place: Place) -> list[int]:
        client: Any = place.client
        return list(client.shut)


class Whom(Case):
    """Each row: who is there, the one that is to go first. `patient`: those at work may be waited for."""

    def test_table(self) -> None:
        silent = self.place(waited=1.1)
        young = self.place(waited=0.9)
        fresh = self.place()
        busy = self.place(served=500, age=1.0)
        busier = self.place(served=900, age=1.0, phase=WORKING)
        far = self.place(waited=0.2, served=20, age=2.0)
        idle = self.place(waited=2.0, served=900, age=1000.0)
        longer = self.place(waited=9.0, served=1, age=1000.0)
        working = self.place(phase=WORKING)
        sending = self.place(phase=SENDING, waited=9.0, served=1)
        slower = self.place(phase=SENDING, waited=99.0, served=1)
        arrived = self.place(waited=0.95)
        come = self.place(waited=0.5, served=4, age=1.0)
        asked = self.place(waited=99.0)
        asked.asked = True
        told = self.place(served=5000, age=1.0)
        told.leaving = True
        for name, there, patiently, else_ in (
                ("nobody", (), None, None),
                ("the longest of newcomers", (fresh, young), young, young),
                ("silence before all else", (silent, busy, longer, sending), silent, silent),
                ("who was served most a second, not who is far away", (far, busy, busier, young), busier, young),
                ("not told twice", (told, busy), busy, told),
                ("nor asked", (asked, fresh), fresh, fresh),
                ("between two requests, the longest", (idle, longer, young, working), longer, longer),
                ("those at work are waited for", (working, young, far), None, young),
                ("and cannot be asked", (working,), None, None),
                ("likewise those whose request has come", (arrived, young), None, young),
                ("of them the one that was served most a second", (arrived, come, working, far), come, far),
                ("the slowest of those that are sent something", (sending, slower, working), None, slower),
                ("but only if nobody waits", (sending, fresh), None, fresh)):
            for patient, expected in ((True, patiently), (False, else_)):
                with self.subTest(name, patient=patient):
                    self.assertIs(module._whom(list(there), {arrived, come}, self.now, patient), expected)


class Asking(unittest.TestCase):
    def test_table(self) -> None:
        """Bytes that nobody has read; not a client that has hung up, nor one of which a thread waits elsewhere."""
        for sent, phase, gone, expected in ((b"G", WAITING, False, True), (b"", WAITING, False, False),
                                            (b"G", WORKING, False, False), (b"", WAITING, True, False)):
            with self.subTest(sent, phase=phase, gone=gone):
                client, ours = socket.socketpair()
                with client, ours:
                    place = Place(ours, "", 0.0)
                    place.phase = phase
                    client.sendall(sent)
                    if gone:
                        client.close()
                    self.assertEqual(module._asking([place]), {place} if expected else set())
        self.assertEqual(module._asking([Place(ours, "", 0.0)]), set())


class Taking(Case):
    def test_room(self) -> None:
        for _ in range(4):
            self.assertTrue(self.places.take(self.place()))
        self.assertEqual(len(self.places), 4)

    def test_the_place_of_one_that_goes(self) -> None:
        seated = [self.place(waited=waited) for waited in (0.1, 0.4, 0.2, 0.3)]
        self.seat(*seated)
        self.meanwhile = lambda: self.places.leave(seated[1])
        newcomer = self.place()
        self.assertTrue(self.places.take(newcomer))
        self.assertEqual([self.shut(place) for place in seated], [[], [socket.SHUT_RD], [], []])
        self.assertEqual(list(self.places), [seated[0], seated[2], seated[3], newcomer])

    def test_the_busy_are_told_not_shut(self) -> None:
        busy = [self.place(served=served, age=1.0) for served in (100, 400, 300, 200)]
        self.seat(*busy)
        self.meanwhile = lambda: self.places.leave(busy[1])
        self.assertTrue(self.places.take(self.place()))
        self.assertEqual([place.leaving for place in busy], [False, True, False, False])
        self.assertEqual([self.shut(place) for place in busy], [[]] * 4)

    def test_every_place_at_work(self) -> None:
        """One newcomer waits; others are refused at once until somebody has gone. Nobody's work is cut."""
        working = [self.place(phase=WORKING) for _ in range(4)]
        self.seat(*working)
        before = self.now
        self.assertFalse(self.places.take(self.place()))
        self.assertAlmostEqual(self.now - before, module.ROOM_SECONDS / 2, delta=module.STEP_SECONDS)
        before = self.now
        self.assertFalse(self.places.take(self.place()))
        self.assertEqual(self.now, before)
        self.places.leave(working[0])
        self.assertTrue(self.places.take(self.place()))
        self.assertEqual([self.shut(place) for place in working], [[]] * 4)

    def test_bounded_however_many_will_not_go(self) -> None:
        places = [self.place(waited=2.0) for _ in range(100)]
        self.places.most = 100
        self.seat(*places)
        before = self.now
        self.assertFalse(self.places.take(self.place()))
        self.assertLessEqual(self.now - before, module.ROOM_SECONDS + module.STEP_SECONDS)
        self.assertLessEqual(sum(place.asked for place in places), module.ROOM_SECONDS / module.STEP_SECONDS + 1)

    def test_the_caller_with_most_connections_pays(self) -> None:
        many = [self.place(NEAR, waited=0.1), self.place(NEAR, waited=0.2)]
        few = [self.place(FAR, waited=9.0), self.place("10.0.0.3", waited=9.0)]
        self.seat(*many, *few)
        for address, among in ((FAR, [*many, few[0]]), ("10.0.0.4", many), (NEAR, many), (PROXY, many), ("", many)):
            with self.subTest(address):
                self.assertEqual(self.places._rivals(address), among)
        self.places.most = 5
        self.assertEqual(self.places._rivals(FAR), [])

    def test_places_of_one_address(self) -> None:
        for address, bounded in ((NEAR, True), ("fe80::1%eth0", True), ("::ffff:10.0.0.1", True), (PROXY, False),
                                 ("127.9.9.9", False), ("::1", False), ("::ffff:127.0.0.1", False), ("", False)):
            with self.subTest(address):
                self.places._places.clear()
                mine = [self.place(address) for _ in range(3)]
                self.seat(*mine)
                self.assertEqual(self.places._rivals(address), mine if bounded else [])

    def test_room_for_descriptors(self) -> None:
        seated = [self.place(waited=3.0, served=1), self.place(waited=4.0, served=1)]
        self.seat(*seated)
        self.places.make_room()
        self.assertEqual([self.shut(place) for place in seated], [[], [socket.SHUT_RD]])


class Late(Case):
    def test_table(self) -> None:
        for phase, left, rounds in ((WAITING, 1.0, [[], []]), (WORKING, -9.0, [[], []]),
                                    (WAITING, -1.0, [[socket.SHUT_RD], [socket.SHUT_RD, socket.SHUT_RDWR]]),
                                    (SENDING, -1.0, [[socket.SHUT_RDWR], [socket.SHUT_RDWR] * 2]),
                                    (SENDING, 1.0, [[], []])):
            with self.subTest(phase, left=left):
                self.places._places.clear()
                place = self.place(phase=phase)
                place.deadline = self.now + left
                self.seat(place)
                for expected in rounds:
                    self.places.close_late()
                    self.assertEqual((self.shut(place), place.timed_out), (expected, bool(expected)))

    def test_first_deadline(self) -> None:
        self.assertIsNone(self.places.first_deadline())
        for left in (9.0, 3.0, 5.0):
            place = self.place()
            place.deadline = self.now + left
            self.seat(place)
        self.assertEqual(self.places.first_deadline(), self.now + 3.0)


class Bodies(Case):
    """What is being sent in pieces: different bodies together have a bound; those of one body share it."""

    def setUp(self) -> None:
        super().setUp()
        bound = mock.patch.object(module, "SENDING_BYTES", 100)
        bound.start()
        self.addCleanup(bound.stop)

    def sending(self, body: bytes, taken: int = 0) -> Place:
        """One that was begun, and of which so much has been taken in ten seconds."""
        place = self.place()
        self.seat(place)
        self.places.begin_sending(place, body)
        place.since -= 10.0
        place.taken = taken
        return place

    def test_one_body_for_all(self) -> None:
        body = b"x" * 90
        all_of_it = [self.sending(body) for _ in range(50)]
        self.assertEqual([place.asked for place in all_of_it], [False] * 50)

    def test_one_longer_than_the_bound(self) -> None:
        self.assertFalse(self.sending(b"x" * 500).asked)

    def test_the_slowest_goes(self) -> None:
        places = [self.sending(body * 45, taken) for body, taken in ((b"a", 2 * PIECE_BYTES), (b"b", PIECE_BYTES))]
        self.sending(b"x" * 10, 9 * PIECE_BYTES)
        self.assertEqual([place.asked for place in places], [False, False])
        newest = self.sending(b"y" * 11)
        self.assertEqual([(place.asked, self.shut(place)) for place in (*places, newest)],
                         [(False, []), (True, [socket.SHUT_RDWR]), (False, [])])

    def test_a_newcomer_waits_a_moment_for_those_that_began_just_now(self) -> None:
        for ends in (True, False):
            with self.subTest(ends=ends):
                self.places._places.clear()
                first = self.sending(b"x" * 90, 2 * module.SLOW_BYTES_PER_SECOND)
                first.since = started = self.now
                self.meanwhile = (lambda: self.places.end_sending(first)) if ends else lambda: None   # noqa: B023
                self.assertFalse(self.sending(b"y" * 90).asked)
                self.assertEqual(first.asked, not ends)
                self.assertAlmostEqual(self.now - started, module.STEP_SECONDS if ends else module.QUIET_SECONDS,
                                       delta=module.STEP_SECONDS + 0.001)

    def test_readers_of_the_same_stay(self) -> None:
        body = b"x" * 60
        slow = self.sending(body)
        other = self.sending(b"y" * 30, 5 * PIECE_BYTES)
        self.sending(body, PIECE_BYTES)
        third = self.sending(b"z" * 90)
        self.assertEqual([place.asked for place in (slow, other, third)], [True, True, False])

    def test_done(self) -> None:
        place = self.sending(b"x" * 90)
        self.places.end_sending(place)
        self.assertEqual((place.body, place.phase, place.since, place.deadline),
                         (None, WAITING, self.now, self.now + module.SILENCE_SECONDS))
        self.assertFalse(self.sending(b"y" * 90).asked or place.asked)


class Leaving(Case):
    def test_those_whom_settings_refuse(self) -> None:
        waiting, working, other = self.place(NEAR), self.place(NEAR, phase=WORKING), self.place(FAR)
        self.seat(waiting, working, other)

        def caller(address: str, own: object) -> None:
            if address == NEAR:
                raise Refused(403, "no")

        self.places.dismiss(caller)
        self.assertEqual([(place.leaving, self.shut(place)) for place in (waiting, working, other)],
                         [(True, [socket.SHUT_RD]), (True, []), (False, [])])

    def test_the_end(self) -> None:
        waiting, working, sending = (self.place(phase=phase) for phase in (WAITING, WORKING, SENDING))
        self.seat(waiting, working, sending)
        self.meanwhile = lambda: self.places.leave(waiting)
        self.places.end(5.0)
        self.assertEqual([(place.leaving, self.shut(place)) for place in (waiting, working, sending)],
                         [(True, [socket.SHUT_RD]), (True, [socket.SHUT_RDWR]), (True, [socket.SHUT_RDWR])])

    def test_when_last_asked(self) -> None:
        start = self.places.asked_at
        for waited, served, expected in ((0.0, 0, 0.0), (3.0, 1, 97.0), (50.0, 9, 97.0), (2.0, 1, 98.0)):
            self.now = start + 100
            place = self.place(waited=waited, served=served)
            self.seat(place)
            self.places.leave(place)
            self.assertEqual(self.places.asked_at - start, expected)


class Together(unittest.TestCase):
    def test_never_more_than_there_are(self) -> None:
        """Threads that come, work and go; another that seats them."""
        places = Places(3, 3)
        seen = []

        def work(place: Place) -> None:
            seen.append(len(places))
            time.sleep(0.001)
            places.leave(place)

        with socket.socket() as client:
            workers = []
            for _ in range(60):
                place = Place(client, "", places.clock())
                place.phase = WORKING
                if places.take(place):
                    workers.append(threading.Thread(target=work, args=(place,)))
                    workers[-1].start()
            for worker in workers:
                worker.join(30)
        self.assertLessEqual(max(seen), 3)
        self.assertGreater(len(workers), 3)
        self.assertEqual(len(places), 0)


if __name__ == "__main__":
    unittest.main()
