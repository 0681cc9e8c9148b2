"""engines: a made-up one on a Unix socket that answers well, slowly, never, too much, broken, hostile, and vanishes."""
from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import socketserver
import tempfile
import threading
import time
import unittest
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable, Generator
from unittest import mock

from glancesd.containers import Published, Told
from glancesd.roots import Roots
from glancesd.tasks import engines
from glancesd.tasks.engines import COMMAND_CHARACTERS, Engine, EngineError, get

WEB, DB = "0123456789abcdef" * 4, "fedcba9876543210" * 4
CREATED = 1760000000


def row(container: str = WEB, **changed: Any) -> dict[str, Any]:
    return {"Id": container, "Names": ["/web"], "Image": "nginx:1.25", "State": "running", "Created": CREATED,
            "Status": "Up 3 hours (healthy)", "Command": "/entry nginx", "Labels": {"token": "s3cret"},
            "Mounts": [{"Source": "/s3cret"}], "Ports": [
                {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"PrivatePort": 443, "Type": "tcp"}], **changed}


DETAILS = {"Config": {"Entrypoint": ["/entry"], "Cmd": ["nginx", "-g"], "Env": ["TOKEN=s3cret"]},
           "State": {"StartedAt": "2025-10-09T08:53:20.5Z"}}


class Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.answer(self)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def json(self, value: Any, status: int = 200) -> None:
        self.bytes(json.dumps(value).encode(), status)

    def bytes(self, body: bytes, status: int = 200, length: bool = True) -> None:
        with contextlib.suppress(OSError):
            self.send_response(status)
            if length:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


class MadeUp(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """An engine; `answer` is given the handler of each request."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: str) -> None:
        super().__init__(path, Handler)
        self.asked: list[str] = []
        self.rows: Any = [row()]
        self.details: Any = DETAILS
        self.answer: Callable[[Handler], object] = self.well

    def well(self, request: Handler) -> None:
        if request.path == "/version":
            request.json({"Version": "28.2.2", "ApiVersion": "1.50", "Components": [{"Details": "x"}]})
        elif request.path.startswith("/containers/json"):
            request.json(self.rows)
        else:
            request.json(self.details)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def raw(send: bytes, request: Handler) -> None:
    request.wfile.write(send)


class Asked(unittest.TestCase):
    def setUp(self) -> None:
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)
        os.mkdir(self.top + "/run")
        for name in ("REQUEST_SECONDS", "REFRESH_SECONDS"):            # on a busy machine a made-up engine may be slow
            patch = mock.patch.object(engines, name, 60.0)
            patch.start()
            self.addCleanup(patch.stop)
        self.lines: list[str] = []
        self.now, self.wall = 100.0, CREATED + 7200.0
        self.engine = Engine("docker", ("run/docker.sock", "var/run/docker.sock"), False, Roots(rootfs=self.top),
                             threading.Event(), self.lines.append, lambda: self.now, lambda: self.wall)

    def start(self, name: str = "run/docker.sock") -> MadeUp:
        server = MadeUp(os.path.join(self.top, name))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.addCleanup(self.stop, server)
        return server

    def stop(self, server: MadeUp) -> None:
        server.shutdown()
        server.server_close()
        with contextlib.suppress(OSError):
            os.unlink(str(server.server_address))

    def refresh(self) -> None:
        self.engine.keep(self.engine.work())

    def test_well(self) -> None:
        server = self.start()
        self.refresh()
        listing = self.engine.result()
        self.assertEqual((listing.engine, listing.answers, listing.version),
                         ("docker", True, {"Version": "28.2.2", "ApiVersion": "1.50"}))
        self.assertEqual(listing.told, {WEB: Told(
            WEB, ("/web",), "nginx:1.25", "running", "healthy", CREATED, "/entry nginx",
            (Published(80, 8080, "tcp"), Published(443, None, "tcp")), ("/entry", "nginx", "-g"), CREATED + 0.5)})
        self.assertNotIn("s3cret", repr(listing))
        self.refresh()
        self.assertEqual(server.asked, ["/version", "/containers/json", "/containers/%s/json" % WEB,
                                        "/containers/json"])
        self.assertEqual(self.lines, [])

    def test_arguments_have_a_bound_over_all(self) -> None:
        server = self.start()
        server.details = {"Config": {"Entrypoint": ["x" * 3000] * 60, "Cmd": ["y" * 9000] * 60}}
        self.refresh()
        arguments = self.engine.result().told[WEB].arguments or ()
        self.assertEqual(" ".join(arguments), ("x" * 3000 + " " + "x" * 3000)[:COMMAND_CHARACTERS])

    def test_all(self) -> None:
        server = self.start()
        self.engine.all_too = True
        self.refresh()
        self.assertIn("/containers/json?all=1", server.asked)

    def test_an_engine_that_is_not_there(self) -> None:
        self.refresh()
        self.assertEqual((self.engine.result().answers, self.lines), (False, []))

    def test_one_that_vanishes_and_comes_back(self) -> None:
        server = self.start()
        self.refresh()
        self.stop(server)
        self.refresh()
        listing = self.engine.result()
        self.assertEqual((listing.answers, listing.told[WEB].names), (False, ("/web",)))      # names stay
        again = self.start()
        self.refresh()
        self.assertTrue(self.engine.result().answers)
        self.assertEqual(again.asked, ["/version", "/containers/json"])        # the containers are known

    def test_a_dead_socket(self) -> None:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(self.top + "/run/docker.sock")
        self.refresh()
        self.assertFalse(self.engine.result().answers)
        self.assertEqual(self.lines, ["containers: docker: Connection refused"])

    def test_the_other_place_and_links_of_the_served_root(self) -> None:
        os.makedirs(self.top + "/var")
        os.rmdir(self.top + "/run")
        os.mkdir(self.top + "/real")
        os.symlink("/real", self.top + "/var/run")             # absolute: it starts again at the served root
        self.start("real/docker.sock")
        self.refresh()
        self.assertTrue(self.engine.result().answers)

    def fails(self, line: str) -> None:
        began = time.monotonic()
        self.refresh()
        self.assertLess(time.monotonic() - began, 10.0)
        self.assertEqual((self.engine.result().answers, self.lines), (False, ["containers: docker: " + line]))

    def test_never(self) -> None:
        released = threading.Event()
        self.addCleanup(released.set)
        self.start().answer = lambda request: released.wait(30)
        with mock.patch.object(engines, "REQUEST_SECONDS", 0.2):
            self.fails("no answer in time")

    def test_one_that_drips(self) -> None:
        released = threading.Event()
        self.addCleanup(released.set)

        def drip(request: Handler) -> None:
            with contextlib.suppress(OSError):
                while not released.wait(0.02):
                    request.wfile.write(b"H")

        self.start().answer = drip
        with mock.patch.object(engines, "REQUEST_SECONDS", 0.3):
            self.fails("no answer in time")

    def test_one_that_accepts_nobody(self) -> None:
        with socket.socket(socket.AF_UNIX) as full:
            full.bind(self.top + "/run/docker.sock")
            full.listen(0)
            waiting = [socket.socket(socket.AF_UNIX) for _ in range(4)]
            for client in waiting:
                client.setblocking(False)
                with contextlib.suppress(OSError):
                    client.connect(self.top + "/run/docker.sock")
                self.addCleanup(client.close)
            with mock.patch.object(engines, "REQUEST_SECONDS", 0.2):
                self.refresh()
        self.assertFalse(self.engine.result().answers)
        self.assertEqual(len(self.lines), 1)

    def test_too_much(self) -> None:
        def much(request: Handler) -> None:
            request.send_response(200)
            request.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(100):
                    request.wfile.write(b" " * (1 << 20))

        server = self.start()
        server.answer = much
        self.fails("its answer is longer than 4 MiB")
        self.lines.clear()
        server.answer = lambda request: request.bytes(b"[" + b"{}," * 300000 + b"{}]")
        self.fails("its answer has too many parts")

    def test_broken(self) -> None:
        server = self.start()
        for body, line in ((b"{", "its answer is no JSON"), (b"", "its answer is no JSON"),
                           (b"\xff", "its answer is no JSON"), (b"[" * 100000, "its answer is no JSON"),
                           (b"[]", "its version is none")):
            with self.subTest(body[:10]):
                server.answer = partial(Handler.bytes, body=body)
                self.fails(line)
                self.lines.clear()
        server.answer = lambda request: request.json({"Version": "1"})
        self.fails("its list of containers is none")

    def test_no_http_and_other_statuses(self) -> None:
        server = self.start()
        for send, line in ((b"nonsense\r\n\r\n", "its answer is not HTTP"), (b"", "its answer is not HTTP"),
                           (b"HTTP/1.1 500 x\r\n\r\n{}", "it answered 500"),
                           (b"HTTP/1.0 403 x\r\n\r\n", "it answered 403"),
                           (b"HTTP/1.1 301 x\r\nLocation: http://evil/\r\n\r\n", "it answered 301"),
                           (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}", "its answer was cut off")):
            with self.subTest(line):
                server.answer = partial(raw, send)
                self.fails(line)
                self.lines.clear()

    def test_one_that_keeps_the_connection_open(self) -> None:
        released = threading.Event()
        self.addCleanup(released.set)
        server = self.start()

        def keeps(request: Handler) -> None:
            server.well(request)
            request.wfile.flush()
            released.wait(30)

        server.answer = keeps
        self.refresh()
        self.assertTrue(self.engine.result().answers)

    def test_hostile_rows(self) -> None:
        server = self.start()
        server.rows = [
            None, 7, "x", [], {}, {"Id": 7}, {"Id": "../../secrets"}, {"Id": WEB[:63]}, {"Id": WEB.upper()},
            row(Names=None, Image={"a": 1}, State=["x"], Status=None, Created="x", Command=5, Ports={"a": 1}),
            row(DB, Names=["/\ud800<script>\n", 5, "/"], Image="x" * 100000, Created=1e999,
                Ports=[None, {}, {"PrivatePort": "x"}], Status="Up 1 hour (unhealthy)")]
        self.refresh()
        told = self.engine.result().told
        self.assertEqual(set(told), {WEB, DB})
        self.assertEqual(told[WEB][1:8], ((), "", "running", None, None, "", ()))
        self.assertEqual(told[DB].names, ("/?<script>\n",))
        self.assertEqual((len(told[DB].image), told[DB].created_seconds, told[DB].health),
                         (engines.TEXT_CHARACTERS, None, "unhealthy"))
        self.assertEqual([path for path in server.asked if "secrets" in path or ".." in path], [])

    def test_bounds(self) -> None:
        server = self.start()
        server.rows = [row("%064x" % number) for number in range(20)]
        with mock.patch.object(engines, "CONTAINERS_MOST", 5):
            self.refresh()
        self.assertEqual(len(self.engine.result().told), 5)

    def test_details_that_the_time_does_not_reach(self) -> None:
        """They are asked for at the next refresh."""
        server = self.start()
        server.rows = [row(WEB), row(DB)]

        def slow(request: Handler) -> None:
            if request.path.endswith("/json") and len(request.path) > 30:
                self.now += engines.REFRESH_SECONDS
            server.well(request)

        server.answer = slow
        self.refresh()
        told = self.engine.result().told
        self.assertEqual([told[container].arguments is None for container in (WEB, DB)], [False, True])
        self.refresh()
        self.assertIsNotNone(self.engine.result().told[DB].arguments)

    def test_details_that_fail_cost_only_themselves(self) -> None:
        server = self.start()
        bad: tuple[Any, ...] = ("nonsense", [], {"Config": 5}, {"Config": {"Cmd": "x"}, "State": []})
        for details in bad:
            server.details = details
            self.engine._latest = engines.Refreshed({}, {})
            self.refresh()
            self.assertEqual(self.engine.result().told[WEB].names, ("/web",))
        self.assertEqual(self.engine.result().told[WEB].arguments, ("x",))

    def test_one_that_was_started_again(self) -> None:
        server = self.start()
        self.refresh()
        for status, times in (("Up 3 hours", 1), ("Up 5 seconds", 2), ("Up About a minute", 3)):
            server.rows = [row(Status=status)]
            self.refresh()
            self.assertEqual(server.asked.count("/containers/%s/json" % WEB), times)

    def test_again(self) -> None:
        self.assertEqual(self.engine.again(100.0, 103.0), 100.0 + engines.AGAIN_SECONDS)

    def test_only_get(self) -> None:
        received: list[bytes] = []

        def answers() -> Generator[None, None, None]:
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(self.top + "/raw")
                listener.listen(1)
                yield
                client, _ = listener.accept()
                with client:
                    received.append(client.recv(4096))
                    client.sendall(b"HTTP/1.0 200 OK\r\n\r\nbody")
                yield

        server = answers()
        next(server)
        thread = threading.Thread(target=next, args=(server,))
        thread.start()
        self.assertEqual(get(self.top + "/raw", "/version", 5.0), b"body")
        thread.join()
        server.close()
        self.assertEqual(received, [b"GET /version HTTP/1.0\r\nHost: localhost\r\n\r\n"])
        with self.assertRaises((OSError, EngineError)):
            get(self.top + "/raw", "/version", 0.1)


class Times(unittest.TestCase):
    def test_table(self) -> None:
        for text, expected in (("2025-10-09T08:53:20Z", CREATED), ("2025-10-09T08:53:20.25Z", CREATED + 0.25),
                               ("2025-10-09T10:53:20.25+02:00", CREATED + 0.25), ("2025-10-09T03:53:20-05:00", CREATED),
                               ("0001-01-01T00:00:00Z", None), ("2025-13-09T08:53:20Z", None), ("", None), (5, None),
                               (None, None), ("2025-10-09 08:53:20", None),
                               ("9999-12-31T23:59:59Z", 253402300799.0)):
            with self.subTest(text):
                self.assertEqual(engines._seconds(text), expected)


if __name__ == "__main__":
    unittest.main()
