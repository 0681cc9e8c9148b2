"""server: the accepting thread over real sockets: places, refusals, what it survives, how it ends."""
from __future__ import annotations

import os
import resource
import socket
import threading
import time
import unittest
from unittest import mock

from glancesd import threads
from glancesd.answers import Refused
from glancesd.server import places as module
from glancesd.server import server as server_module
from glancesd.server.places import Place
from tests.serving import GET, App, Case


class Quiet(Case):
    """How long the accepting thread sleeps when nobody comes."""

    def test_table(self) -> None:
        for name, deadlines, pulse, expected in (
                ("nobody", (), None, None),
                ("nobody, and a watchdog", (), 4.0, 4.0),
                ("a request", (10.0,), None, 10.0),
                ("the first of some", (10.0, 3.0, 15.0), None, 3.0),
                ("one that may begin a request, which has ten seconds", (15.0,), None, 10.0),
                ("a watchdog", (10.0,), 4.0, 4.0),
                ("at work beyond its time", (-3.0,), None, 0.5),
                ("at work, and a watchdog", (-3.0,), 4.0, 0.5)):
            with self.subTest(name):
                self.server.moved_at = 1000.0
                self.server.pulse_seconds = pulse
                self.server.places._places = {Place(self.server.socket, "", 990.0 + left): None for left in deadlines}
                self.assertEqual(self.server._quiet_seconds(0.5), expected)
        self.server.places._places = {}
        self.server.pulse_seconds = None


class Places(Case):
    def at_work(self, count: int) -> list[socket.socket]:
        clients = [self.connect(GET.replace(b"/x", b"/wait")) for _ in range(count)]
        for _ in clients:
            self.assertTrue(self.app.waiting.acquire(timeout=10))
        return clients

    def test_the_longest_silent_makes_room(self) -> None:
        self.patched("STEP_SECONDS", 3.0)              # else on a busy machine another is asked to go
        silent = []
        for _ in range(self.places):
            silent.append(self.connect(b"GET"))
            time.sleep(0.02)
        self.assertEqual(self.answer(self.connect(GET))[0], 200)
        self.assertClosed(silent[0])
        silent[1].sendall(GET[3:])
        self.assertEqual(self.answer(silent[1])[0], 200)
        self.assertLessEqual(len(self.server.places), self.places)

    def test_a_flood_of_silent_ones_beside_a_client(self) -> None:
        flood = [self.connect(b"G") for _ in range(100)]
        for _ in range(20):
            self.assertEqual(self.ask(GET)[0], 200)
        self.assertLessEqual(len(self.server.places), self.places)
        del flood

    def test_every_place_at_work(self) -> None:
        self.patched("ROOM_SECONDS", 0.1)
        clients = self.at_work(self.places)
        status, headers, _ = self.ask(GET)
        self.assertEqual((status, headers["retry-after"], headers["connection"]), (503, "1", "close"))
        self.patched("ROOM_SECONDS", 60.0)
        self.app.go_on.set()
        for client in clients:
            self.assertEqual(self.answer(client)[0], 200)
        self.assertEqual(self.ask(GET)[0], 200)

    def test_places_of_one_address(self) -> None:
        self.patched("ROOM_SECONDS", 0.1)
        with mock.patch.object(module, "_is_loopback", lambda address: False):
            clients = self.at_work(self.per_address)
            self.assertEqual(self.ask(GET)[0], 503)
            self.patched("ROOM_SECONDS", 60.0)
            self.app.go_on.set()
            for client in clients:
                self.answer(client)
            self.assertEqual(self.ask(GET)[0], 200)

    def test_no_descriptor_to_be_had(self) -> None:
        silent = self.connect(b"GET")
        while not self.server.places:
            time.sleep(0.01)
        client = socket.socket()
        self.addCleanup(client.close)
        client.settimeout(10)
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        fill: list[int] = []
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + 1, limits[1]))
        try:
            with self.assertRaises(OSError):
                while True:
                    fill.append(os.dup(0))
            client.connect(self.address)
            client.sendall(GET)
            self.assertEqual(self.answer(client)[0], 200)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            for descriptor in fill:
                os.close(descriptor)
        self.assertClosed(silent)
        self.assertEqual(self.lines, ["glancesd: cannot accept a connection: Too many open files\n"])

    def test_a_client_far_away_keeps_its_place_beside_busy_ones(self) -> None:
        """It is the one that has waited longest. Who was served most is told with its next answer, and loses none."""
        self.server.places.clock = lambda: now
        now = time.monotonic()
        far, *busy = [self.connect() for _ in range(self.places)]
        for client, count in zip(busy, (20, 30, 10)):
            for _ in range(count):
                client.sendall(GET)
                self.answer(client)
        far.sendall(GET)
        self.answer(far)
        now += 0.9
        self.patched("STEP_SECONDS", 60.0)             # nobody else is told
        newcomer = self.connect(GET)
        self.wait_for(lambda: any(place.leaving for place in self.server.places))
        for number, client in enumerate(busy):
            client.sendall(GET)
            self.assertEqual(self.answer(client)[1].get("connection"), "close" if number == 1 else None)
        self.assertEqual(self.answer(newcomer)[0], 200)
        far.sendall(GET)
        self.assertEqual(self.answer(far)[0], 200)

    def test_connections_inherit_what_the_listener_is_told(self) -> None:
        self.ask(GET)
        place = next(iter(self.server.places))
        self.assertTrue(place.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        self.assertLessEqual(place.client.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF),
                             2 * server_module.SEND_BUFFER_BYTES)

    def test_whom_other_settings_refuse(self) -> None:
        silent = self.connect(GET)
        self.answer(silent)                            # it was let in under the settings of before
        asking = self.at_work(1)[0]
        other = App()
        other.refused = Refused(403, "no more")
        self.server.renew(other, self.places, self.per_address, None)
        self.assertClosed(silent)
        self.app.go_on.set()
        self.assertEqual(self.answer(asking)[1]["connection"], "close")
        self.assertClosed(asking)

    def test_last_asked(self) -> None:
        """Not when a connection came, nor one that asked nothing."""
        now = self.server.asked_at
        self.server.places.clock = lambda: now
        now += 100
        client = self.connect(GET)
        self.answer(client)
        now += 100
        client.sendall(GET)
        self.answer(client)
        for data in (None, b"GET"):
            now += 1
            client = client if data is None else self.connect(data)
            self.wait_for(lambda: self.server.places)
            client.close()
            self.wait_for(lambda: not self.server.places)
        self.assertEqual(self.server.asked_at, now - 2)


class Trouble(Case):
    """The accepting thread goes on."""

    def test_no_memory_to_accept_with(self) -> None:
        for name in ("get_request", "process_request", "service_actions", "_quiet_seconds"):
            with self.subTest(name), mock.patch.object(self.server, name, side_effect=MemoryError) as failing:
                client = self.connect(GET)
                self.wait_for(lambda: failing.called)            # noqa: B023
            if name == "process_request":
                self.assertClosed(client)
            else:
                self.assertEqual(self.answer(client)[0], 200)
            client.close()
        self.assertEqual(set(self.lines), {"glancesd: a connection ended in MemoryError: \n"})

    def test_no_memory_for_a_thread(self) -> None:
        for problem in (MemoryError(), RuntimeError("can't start new thread")):
            with mock.patch.object(threads, "start", side_effect=problem):
                self.assertEqual(self.ask(GET)[0], 503)
            self.assertEqual(list(self.server.places), [])
        self.assertEqual(self.ask(GET)[0], 200)

    def test_no_memory_in_a_connection(self) -> None:
        with mock.patch.object(self.server.replies, "sent", side_effect=MemoryError):
            self.assertClosed(self.connect(GET))
        self.assertEqual(self.ask(GET)[0], 200)

    def test_no_memory_for_the_log(self) -> None:
        with mock.patch.object(self.server.log, "once", side_effect=MemoryError), \
                mock.patch.object(self.server, "get_request", side_effect=MemoryError) as failing:
            client = self.connect(GET)
            self.wait_for(lambda: failing.called)
        self.assertEqual(self.answer(client)[0], 200)


class End(Case):
    def test_answers_under_way_are_sent(self) -> None:
        working = self.connect(GET.replace(b"/x", b"/wait") + GET)
        self.assertTrue(self.app.waiting.acquire(timeout=10))
        taking = self.connect(GET.replace(b"/x", b"/long"))
        self.wait_for(lambda: any(place.body for place in self.server.places))
        silent = self.connect(b"GET")
        self.wait_for(lambda: len(self.server.places) == 3)
        with mock.patch.object(server_module, "END_SECONDS", 60):
            ending = threading.Thread(target=self.server.end)
            ending.start()
            self.assertClosed(silent)
            self.app.go_on.set()
            status, headers, _ = self.answer(working)
            self.assertEqual((status, headers["connection"]), (200, "close"))
            self.assertEqual(self.answer(taking)[2], self.app.long.body)
            ending.join(60)
        self.assertFalse(ending.is_alive())
        for client in (working, taking):
            self.assertClosed(client)
        with self.assertRaises(OSError):
            self.connect()

    def test_but_not_for_ever(self) -> None:
        client = self.connect(GET.replace(b"/x", b"/long"))
        self.wait_for(lambda: any(place.body for place in self.server.places))
        with mock.patch.object(server_module, "END_SECONDS", 0.05):
            self.server.end()
        received = 0
        while True:
            piece = client.recv(1 << 20)
            received += len(piece)
            if not piece:
                break
        self.assertLess(received, len(self.app.long.body))


if __name__ == "__main__":
    unittest.main()
