"""connection: raw bytes over real sockets; answers at once, in pieces, to the slow and to the dead."""
from __future__ import annotations

import json
import socket
import threading
import time
import unittest
from typing import Callable
from unittest import mock

from glancesd.answers import Refused
from glancesd.log import Log
from glancesd.server import connection, places
from glancesd.server.connection import Connection
from glancesd.server.places import PIECE_BYTES, SENDING, WAITING, Place, Places
from glancesd.server.replies import Replies
from tests.serving import GET, App, Case


class Answers(Case):
    def test_keep_alive_and_pipelining(self) -> None:
        client = self.connect(GET + GET.replace(b"/x", b"/y"))
        self.assertEqual([self.answer(client)[2], self.answer(client)[2]], [b'"x"', b'"y"'])
        client.sendall(GET[:20])
        time.sleep(0.05)
        client.sendall(GET[20:] + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        self.assertEqual(self.answer(client)[0], 200)
        self.assertEqual(self.answer(client)[1]["connection"], "close")
        self.assertClosed(client)

    def test_http10(self) -> None:
        client = self.connect(b"GET /x HTTP/1.0\r\n\r\n")
        self.assertEqual(self.answer(client)[1]["connection"], "close")
        self.assertClosed(client)
        client = self.connect(b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        self.assertEqual(self.answer(client)[1]["connection"], "keep-alive")
        client.sendall(b"GET /x HTTP/1.0\r\n\r\n")
        self.assertEqual(self.answer(client)[0], 200)

    def test_head_has_no_body(self) -> None:
        client = self.connect(GET.replace(b"GET", b"HEAD") + GET)
        self.assertEqual(self.answer(client, head_only=True)[1]["content-length"], "3")
        self.assertEqual(self.answer(client)[2], b'"x"')

    def test_bodies(self) -> None:
        table = (
            (b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde", 200),
            (b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % connection.BODY_BYTES
             + b"a" * connection.BODY_BYTES, 200),
            (b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % (connection.BODY_BYTES + 1), 413),
            (b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", 413),
        )
        for data, status in table:
            with self.subTest(data[:60]):
                client = self.connect(data + GET if status == 200 else data)
                self.assertEqual(self.answer(client)[0], status)
                if status == 200:                      # the body was not taken for the next request
                    self.assertEqual(self.answer(client)[2], b'"x"')

    def test_errors_are_json(self) -> None:
        status, headers, body = self.ask(GET.replace(b"/x", b"/refuse"))
        self.assertEqual((status, json.loads(body)), (404, {"error": {"status": 404, "message": "no"}}))
        self.assertEqual((headers.get("connection"), headers["x-error-path"]), (None, "refuse"))
        status, headers, body = self.ask(b"nonsense\r\n\r\n")
        self.assertEqual((status, json.loads(body)["error"]["status"], headers["connection"]), (400, 400, "close"))
        self.assertEqual(headers["x-error-path"], "None")

    def test_a_bug_costs_one_answer(self) -> None:
        client = self.connect(GET.replace(b"/x", b"/fail") + GET)
        self.assertEqual(self.answer(client)[0], 500)
        self.assertEqual(self.answer(client)[0], 200)
        self.assertEqual(self.lines, ["glancesd: fail: RuntimeError: a bug\n"])

    def test_a_caller_who_may_not_ask(self) -> None:
        self.app.refused = Refused(403, "not you")
        client = self.connect(GET)
        self.assertEqual(self.answer(client)[0], 403)
        self.assertClosed(client)

    def test_a_long_answer_to_a_slow_reader(self) -> None:
        client = self.connect(GET.replace(b"/x", b"/long"))
        time.sleep(0.1)
        self.assertEqual(self.answer(client)[2], self.app.long.body)

    def test_clients_that_hang_up_are_no_log_line(self) -> None:
        for data in (b"", b"GET /", GET, GET.replace(b"/x", b"/long")):
            client = self.connect(data)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            client.close()
        self.assertEqual(self.ask(GET)[0], 200)
        self.assertEqual(self.lines, [])


class Times(Case):
    def test_a_request_that_trickles_in(self) -> None:
        with mock.patch.object(places, "REQUEST_SECONDS", 0.2):
            client = self.connect(GET[:5])
            self.assertEqual(self.answer(client)[0], 408)
            self.assertClosed(client)

    def test_a_request_that_ends_before_its_body(self) -> None:
        client = self.connect(b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(self.answer(client)[0], 400)

    def test_a_body_that_does_not_come(self) -> None:
        with mock.patch.object(places, "REQUEST_SECONDS", 0.2):
            client = self.connect(b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
            self.assertEqual(self.answer(client)[0], 408)

    def test_silence(self) -> None:
        with mock.patch.object(places, "REQUEST_SECONDS", 0.2), mock.patch.object(places, "SILENCE_SECONDS", 0.2):
            self.assertClosed(self.connect())
            client = self.connect(GET)
            self.assertEqual(self.answer(client)[0], 200)
            self.assertClosed(client)

    def test_a_client_that_does_not_read(self) -> None:
        with mock.patch.object(places, "REQUEST_SECONDS", 0.2), mock.patch.object(places, "SILENCE_SECONDS", 0.2):
            client = self.connect(GET.replace(b"/x", b"/long"))
            for _ in range(500):
                time.sleep(0.01)
                if not self.server.places:
                    break
            self.assertEqual(list(self.server.places), [])
            client.close()


class Alone(unittest.TestCase):
    """A Connection without a Server, at a made-up time."""

    def setUp(self) -> None:
        self.app = App()
        self.now = 1000.0
        self.places = Places(4, 4, lambda: self.now)
        self.replies = Replies(self.app)
        self.problems: list[BaseException] = []

    def start(self, data: bytes) -> tuple[socket.socket, Place, threading.Thread]:
        """A client that has sent this, the server's place for it, and the thread."""
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            client = socket.socket()
            self.addCleanup(client.close)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(30)
            client.connect(listener.getsockname())
            accepted, _ = listener.accept()
        client.sendall(data)
        place = Place(accepted, "", self.now)
        self.assertTrue(self.places.take(place))

        def run() -> None:
            try:
                Connection(place, self.replies, self.places, Log(lambda line: None)).serve(None)
            except (OSError, EOFError) as problem:
                self.problems.append(problem)
            finally:
                self.places.leave(place)
                accepted.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 30)
        self.addCleanup(client.close)
        return client, place, thread

    def wait_for(self, what: Callable[[], object]) -> None:
        give_up = time.monotonic() + 30
        while not what():
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.001)

    def receive(self, client: socket.socket, count: int) -> bytes:
        pieces = []
        while count > 0:
            piece = client.recv(count)
            self.assertNotEqual(piece, b"")
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def test_a_slow_but_steady_client_gets_all(self) -> None:
        """Each piece in time, the whole in four times the time that a silent client has."""
        self.app.long.body = b"0123456789" * (PIECE_BYTES * 5 // 10)
        client, place, _ = self.start(GET.replace(b"/x", b"/long"))
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.receive(client, 1)
        received = b""
        for number in range(5):
            self.wait_for(lambda: place.taken >= number * PIECE_BYTES)            # noqa: B023
            self.now += places.SILENCE_SECONDS - 1
            self.places.close_late()
            received += self.receive(client, PIECE_BYTES)
        self.assertEqual(received, self.app.long.body)
        self.wait_for(lambda: place.phase == WAITING)
        self.assertEqual((place.body, place.deadline), (None, self.now + places.SILENCE_SECONDS))
        client.sendall(GET)
        self.assertTrue(self.receive(client, 12).endswith(b"200"))
        self.assertEqual(self.problems, [])

    def test_one_that_takes_nothing_is_cut(self) -> None:
        client, place, thread = self.start(GET.replace(b"/x", b"/long"))
        self.wait_for(lambda: place.phase == SENDING)
        self.receive(client, 100)
        self.now += places.SILENCE_SECONDS - 1
        self.places.close_late()
        self.assertFalse(place.timed_out)
        self.now += 2
        self.places.close_late()
        thread.join(30)
        self.assertEqual([type(problem) for problem in self.problems], [BrokenPipeError])
        self.assertEqual(len(self.places), 0)

    def test_a_long_body_is_not_copied(self) -> None:
        client, place, _ = self.start(GET.replace(b"/x", b"/long"))
        self.wait_for(lambda: place.phase == SENDING)
        self.assertIs(place.body, self.app.long.body)
        self.assertIs(self.app.long.sent.rest, self.app.long.body)
        self.assertLess(len(self.app.long.sent.first), 1000)
        client.close()

    def test_who_is_asked_to_go_is_told_with_the_answer(self) -> None:
        for path in (b"/x", b"/page", b"/fail", b"/refuse"):
            with self.subTest(path):
                client, place, thread = self.start(b"")
                place.leaving = True
                client.sendall(GET.replace(b"/x", path))
                answer = b""
                while True:
                    piece = client.recv(4096)
                    if not piece:
                        break
                    answer += piece
                self.assertIn(b"\r\nConnection: close\r\n", answer)
                thread.join(30)

    def test_what_had_arrived_is_answered_by_one_that_is_asked_to_go(self) -> None:
        client, place, thread = self.start(GET.replace(b"/x", b"/wait") + GET)
        self.assertTrue(self.app.waiting.acquire(timeout=30))
        place.ask_to_go()
        self.app.go_on.set()
        self.assertTrue(self.receive(client, 12).endswith(b"200"))
        thread.join(30)
        self.assertEqual(place.served, 1)

    def test_a_socket_that_is_replaced_while_its_place_is_taken(self) -> None:
        client, other = socket.socketpair()
        with client, other:
            place = Place(client, "", self.now)
            place.leaving = True
            with self.assertRaises(OSError):
                Connection(place, self.replies, self.places, Log(lambda line: None)).serve(lambda plain: other)
            self.assertIs(place.client, other)


if __name__ == "__main__":
    unittest.main()
