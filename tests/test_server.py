"""server: raw bytes over real sockets; the app answers at once, later, or in pieces too large for the socket."""
from __future__ import annotations

import gzip
import json
import os
import resource
import socket
import threading
import time
import unittest
from contextlib import suppress
from typing import Callable, Optional
from unittest import mock

from glancesd import threads
from glancesd.answers import Answer, Application, Refused, Request, error
from glancesd.log import Log
from glancesd.server import server as module
from glancesd.server.server import Place, Server

GET = b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n"


class App(Application):
    """Echoes the path; /wait waits for `go_on`, /fail fails, /refuse refuses, /long is long, /page has own headers."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.waiting = threading.Semaphore(0)
        self.refused: Optional[Refused] = None

    def caller(self, address: str, own: Callable[[], str]) -> None:
        if self.refused is not None:
            raise self.refused

    def prepare(self, request: Request) -> tuple[Callable[[], Answer], tuple[str, ...], None]:
        return lambda: self.answer(request), ("X-Path: " + "/".join(request.path),), None

    def error(self, refused: Refused, request: Optional[Request] = None) -> Answer:
        answer = error(refused)
        answer.headers += ("X-Error-Path: %s" % (request and "/".join(request.path)),)
        return answer

    def answer(self, request: Request) -> Answer:
        path = request.path[0]
        if path == "wait":
            self.waiting.release()
            self.go_on.wait(10)
        if path == "fail":
            raise RuntimeError("a bug")
        if path == "refuse":
            raise Refused(404, "no")
        if path == "page":
            return Answer(b"p" * 2000, headers=(
                "cache-control: max-age=60", "Vary: Accept, Accept-Encoding",
                "Content-Security-Policy: default-src 'self'", "Referrer-Policy: origin"))
        return Answer(b'"%s"' % (b"x" * 9000000 if path == "long" else b"z" * 2000 if path == "zip" else path.encode()))


class Case(unittest.TestCase):
    places, per_address = 4, 3

    def setUp(self) -> None:
        self.app = App()
        self.lines: list[str] = []
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        self.server = Server(listener, self.app, Log(self.lines.append), self.places, self.per_address)
        self.address = listener.getsockname()
        accepting = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        accepting.start()
        self.addCleanup(self.app.go_on.set)
        self.addCleanup(self.server.end)

    def connect(self, data: bytes = b"") -> socket.socket:
        client = socket.socket()
        self.addCleanup(client.close)
        client.settimeout(10)
        client.connect(self.address)
        client.sendall(data)
        return client

    def head(self, client: socket.socket) -> list[str]:
        """Status line and header lines of the next answer."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = client.recv(1)
            if not piece:
                raise EOFError(data)
            data += piece
        return data.decode("latin-1").split("\r\n")[:-2]

    def answer(self, client: socket.socket, head_only: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the next answer."""
        lines = self.head(client)
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        body = b""
        while not head_only and len(body) < int(headers["content-length"]):
            body += client.recv(int(headers["content-length"]) - len(body))
        return int(lines[0].split()[1]), headers, body

    def ask(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        return self.answer(self.connect(data))

    def assertClosed(self, client: socket.socket) -> None:
        with suppress(ConnectionError):
            self.assertEqual(client.recv(1), b"")


class Answers(Case):
    def test_headers(self) -> None:
        status, headers, body = self.ask(GET)
        self.assertEqual((status, body), (200, b'"x"'))
        self.assertEqual({name: headers.get(name) for name in
                          ("content-type", "content-length", "cache-control", "x-content-type-options", "connection",
                           "x-path")},
                         {"content-type": "application/json", "content-length": "3", "cache-control": "no-store",
                          "x-content-type-options": "nosniff", "connection": None, "x-path": "x"})
        self.assertRegex(headers["date"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

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

    def test_gzip(self) -> None:
        asked = b"\r\nAccept-Encoding: gzip\r\n\r\n"
        status, headers, body = self.ask(GET.replace(b"/x", b"/zip").replace(b"\r\n\r\n", asked))
        self.assertEqual((headers["content-encoding"], headers["vary"]), ("gzip", "Accept-Encoding"))
        self.assertEqual(gzip.decompress(body), b'"%s"' % (b"z" * 2000))
        self.assertNotIn("content-encoding", self.ask(GET.replace(b"\r\n\r\n", asked))[1])      # a short body
        self.assertEqual(self.ask(GET.replace(b"/x", b"/zip"))[1]["vary"], "Accept-Encoding")

    def test_headers_of_an_answer_replace_those_of_all(self) -> None:
        client = self.connect(GET.replace(b"/x", b"/page"))
        self.assertEqual(sorted(line for line in self.head(client) if line.split(":")[0].lower() in
                                ("cache-control", "vary", "content-security-policy", "referrer-policy")),
                         ["Content-Security-Policy: default-src 'self'", "Referrer-Policy: origin",
                          "Vary: Accept, Accept-Encoding", "cache-control: max-age=60"])

    def test_bodies(self) -> None:
        table = (
            (b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde", 200),
            (b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % module.BODY_BYTES
             + b"a" * module.BODY_BYTES, 200),
            (b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % (module.BODY_BYTES + 1), 413),
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
        self.assertEqual(len(self.answer(client)[2]), 9000002)

    def test_clients_that_hang_up_are_no_log_line(self) -> None:
        for data in (b"", b"GET /", GET, GET.replace(b"/x", b"/long")):
            client = self.connect(data)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            client.close()
        self.assertEqual(self.ask(GET)[0], 200)
        self.assertEqual(self.lines, [])


class Times(Case):
    def test_a_request_that_trickles_in(self) -> None:
        with mock.patch.object(module, "REQUEST_SECONDS", 0.2):
            client = self.connect(GET[:5])
            self.assertEqual(self.answer(client)[0], 408)
            self.assertClosed(client)

    def test_a_body_that_does_not_come(self) -> None:
        with mock.patch.object(module, "REQUEST_SECONDS", 0.2):
            client = self.connect(b"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
            self.assertEqual(self.answer(client)[0], 408)

    def test_silence(self) -> None:
        with mock.patch.object(module, "REQUEST_SECONDS", 0.2), mock.patch.object(module, "SILENCE_SECONDS", 0.2):
            self.assertClosed(self.connect())
            client = self.connect(GET)
            self.assertEqual(self.answer(client)[0], 200)
            self.assertClosed(client)

    def test_a_client_that_does_not_read(self) -> None:
        with mock.patch.object(module, "REQUEST_SECONDS", 0.2), mock.patch.object(module, "SILENCE_SECONDS", 0.2):
            client = self.connect(GET.replace(b"/x", b"/long"))
            for _ in range(500):
                time.sleep(0.01)
                if not self.server.places:
                    break
            self.assertEqual(list(self.server.places), [])
            client.close()


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
                self.server.places = {Place(self.server.socket, "", 990.0 + left): None for left in deadlines}
                self.assertEqual(self.server._quiet_seconds(0.5), expected)
        self.server.places = {}
        self.server.pulse_seconds = None


class Places(Case):
    def at_work(self, count: int) -> list[socket.socket]:
        clients = [self.connect(GET.replace(b"/x", b"/wait")) for _ in range(count)]
        for _ in clients:
            self.assertTrue(self.app.waiting.acquire(timeout=10))
        return clients

    def test_the_longest_silent_makes_room(self) -> None:
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
        clients = self.at_work(self.places)
        status, headers, _ = self.ask(GET)
        self.assertEqual((status, headers["retry-after"], headers["connection"]), (503, "1", "close"))
        self.app.go_on.set()
        for client in clients:
            self.assertEqual(self.answer(client)[0], 200)
        self.assertEqual(self.ask(GET)[0], 200)

    def test_places_of_one_address(self) -> None:
        with mock.patch.object(module, "_is_loopback", lambda address: False):
            clients = self.at_work(self.per_address)
            self.assertEqual(self.ask(GET)[0], 503)
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

    def test_no_thread_to_be_had(self) -> None:
        with mock.patch.object(threads, "start", side_effect=RuntimeError("can't start new thread")):
            self.assertEqual(self.ask(GET)[0], 503)
        self.assertEqual(self.ask(GET)[0], 200)

    def test_the_end_lets_answers_under_way_be_sent(self) -> None:
        client = self.at_work(1)[0]
        silent = self.connect(b"GET")
        threading.Timer(0.1, self.app.go_on.set).start()
        self.server.end()
        self.assertEqual(self.answer(client)[0], 200)
        self.assertClosed(silent)


class Heads(Case):
    def test_the_memory_of_heads_is_bounded(self) -> None:
        client = self.connect()
        for number in range(3 * module.HEADS_REMEMBERED):
            client.sendall(GET.replace(b"/x", b"/%d" % number))
            self.assertEqual(self.answer(client)[2], b'"%d"' % number)
            self.assertLessEqual(len(self.server.heads), module.HEADS_REMEMBERED)
        client.sendall(GET.replace(b"/x", b"/" + b"a" * module.HEAD_BYTES_REMEMBERED))
        self.answer(client)
        self.assertFalse([head for head in self.server.heads if len(head) > module.HEAD_BYTES_REMEMBERED])

    def test_other_settings_forget_them(self) -> None:
        self.ask(GET)
        other = App()
        other.answer = lambda request: Answer(b"2")  # type: ignore[method-assign]
        self.server.renew(other, 4, 3)
        self.assertEqual(self.ask(GET)[2], b"2")


if __name__ == "__main__":
    unittest.main()
