"""serving: a Server over real sockets for tests; its app answers at once, later, or with more than a socket takes."""
from __future__ import annotations

import socket
import threading
import time
import unittest
from contextlib import suppress
from typing import Callable, Optional
from unittest import mock

from glancesd.answers import Answer, Application, Refused, Request, error
from glancesd.log import Log
from glancesd.server import places
from glancesd.server.server import Server

GET = b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n"


class App(Application):
    """Echoes the path; /wait waits for `go_on`, /fail fails, /refuse refuses, /long is long, /page has own headers."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.waiting = threading.Semaphore(0)
        self.refused: Optional[Refused] = None
        self.long = Answer(b"0123456789" * 900000)

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
        if path == "long":
            return self.long
        return Answer(b'"%s"' % (b"z" * 2000 if path == "zip" else path.encode()))


class Case(unittest.TestCase):
    """A Server on a free port, and its clients."""

    places, per_address = 4, 3

    def setUp(self) -> None:
        self.patched("ROOM_SECONDS", 60.0)             # on a busy machine a thread may take long to end
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

    def patched(self, name: str, value: float) -> None:
        """Another constant of `places`, until the test ends."""
        patch = mock.patch.object(places, name, value)
        patch.start()
        self.addCleanup(patch.stop)

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

    def wait_for(self, what: Callable[[], object]) -> None:
        give_up = time.monotonic() + 30
        while not what():
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.002)
