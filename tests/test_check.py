"""check: a health check against real sockets."""
from __future__ import annotations

import contextlib
import json
import socket
import tempfile
import threading
import unittest
from typing import Callable
from unittest import mock

from glancesd import check

Answer = Callable[[socket.socket], None]


def answering(*pieces: bytes) -> Answer:
    def answer(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
    return answer


def health(status: str, code: int = 200, checks: object = None) -> Answer:
    body = json.dumps({"status": status, "checks": checks or {}}).encode()
    head = "HTTP/1.1 %d X\r\nContent-Type: application/health+json\r\nContent-Length: %d\r\n\r\n" % (code, len(body))
    return answering(head.encode() + body)


class Server:
    """Answers one connection at a time from a thread; keeps what was asked."""

    def __init__(self, test: unittest.TestCase, answer: Answer, listening: socket.socket) -> None:
        self.asked: list[bytes] = []
        self.answer = answer
        self.listening = listening
        listening.listen(5)
        thread = threading.Thread(target=self.run, daemon=True)
        thread.start()
        test.addCleanup(thread.join, 10)
        test.addCleanup(listening.close)
        test.addCleanup(listening.shutdown, socket.SHUT_RDWR)

    def run(self) -> None:
        while True:
            try:
                connection = self.listening.accept()[0]
            except OSError:
                return
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    piece = connection.recv(4096)
                    if not piece:
                        break
                    request += piece
                self.asked.append(request)
                with contextlib.suppress(OSError):
                    self.answer(connection)


class Check(unittest.TestCase):
    def serve(self, answer: Answer) -> tuple[Server, str]:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        return Server(self, answer, listening), "http://127.0.0.1:%d" % listening.getsockname()[1]

    def run_check(self, url: str) -> tuple[int, str]:
        lines: list[str] = []
        status = check.check(url, lines.append)
        self.assertEqual(len(lines), 1, lines)
        self.assertNotIn("\n", lines[0])
        return status, lines[0]

    ANSWERS = (
        # name, answer, exit status, line (URL for the URL)
        ("pass", health("pass"), 0, "pass: URL"),
        ("warn is still up", health("warn"), 0, "warn: URL"),
        ("warn says of what",
         health("warn", 200, {"sensors": [{"status": "warn", "output": "slow"}, {"status": "pass"}],
                              "cpu": [{"status": "pass"}], "fs": {"status": "fail"}}),
         0, "warn: URL: sensors (slow), fs"),
        ("fail", health("fail", 503, {"sampling": [{"status": "fail"}]}), 1, "fail: URL: HTTP 503: sampling"),
        ("fail in the body alone", health("fail", 200), 1, "fail: URL"),
        ("pass in the body alone", health("pass", 500), 1, "fail: URL: HTTP 500"),
        ("a redirect is no answer", answering(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"), 1, "fail: URL: HTTP 302"),
        ("another page", answering(b"HTTP/1.0 200 OK\r\n\r\n<html>"), 0, "pass: URL"),
        ("no body", answering(b"HTTP/1.0 204 No Content\r\n\r\n"), 0, "pass: URL"),
        ("JSON that is not an object", answering(b"HTTP/1.0 200 OK\r\n\r\n[1, 2]"), 0, "pass: URL"),
        ("checks of another shape", health("pass", 200, [1]), 0, "pass: URL"),
        ("not HTTP", answering(b"SSH-2.0-OpenSSH\r\n"), 2, "cannot ask URL: the answer is not HTTP"),
        ("half a status line", answering(b"HTTP/1.1"), 2, "cannot ask URL: the answer is not HTTP"),
        ("nothing", answering(), 2, "cannot ask URL: closed without an answer"),
        ("control characters", health("warn", 200, {"a\n\x1b[2J": {"status": "warn"}}), 0, "warn: URL: a\\n\\x1b[2J"),
        ("in pieces", answering(b"HTTP/1.1 20", b"0 OK\r\n", b"\r\n{\"status\"", b": \"warn\"}"), 0, "warn: URL"),
    )

    def test_answers(self) -> None:
        for name, answer, status, line in self.ANSWERS:
            with self.subTest(name):
                _, url = self.serve(answer)
                self.assertEqual(self.run_check(url), (status, line.replace("URL", url + "/healthz")))

    def test_request(self) -> None:
        server, url = self.serve(health("pass"))
        for path, asked in (("", "/healthz"), ("/", "/healthz"), ("/readyz", "/readyz"), ("/api?x=1#y", "/api?x=1")):
            with self.subTest(path):
                self.assertEqual(self.run_check(url + path)[0], 0)
                lines = server.asked[-1].decode().split("\r\n")
                self.assertEqual(lines[0], "GET %s HTTP/1.0" % asked)
                self.assertEqual(lines[1], "Host: " + url[len("http://"):])

    def test_kept_alive_connection_is_not_waited_for(self) -> None:
        gone = threading.Event()
        self.addCleanup(gone.set)

        def answer(connection: socket.socket) -> None:
            health("pass")(connection)
            gone.wait(30)

        _, url = self.serve(answer)
        with mock.patch.object(check, "LIMIT_SECONDS", 20):
            self.assertEqual(self.run_check(url)[0], 0)
        gone.set()

    def test_no_end_of_an_answer(self) -> None:
        gone = threading.Event()

        def answer(connection: socket.socket) -> None:
            while not gone.is_set():
                connection.sendall(b"x")
                gone.wait(0.02)

        _, url = self.serve(answer)
        with mock.patch.object(check, "LIMIT_SECONDS", 0.2):
            self.assertEqual(self.run_check(url), (2, "cannot ask %s: no answer within 0.2 seconds" % url))
        gone.set()

    def test_silence(self) -> None:
        gone = threading.Event()

        def answer(connection: socket.socket) -> None:
            gone.wait(30)

        _, url = self.serve(answer)
        with mock.patch.object(check, "LIMIT_SECONDS", 0.2):
            status, line = self.run_check(url)
        gone.set()
        self.assertEqual(status, 2, line)

    def test_refused(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))       # bound and not listening: refused, and nobody else's
            url = "http://127.0.0.1:%d" % closed.getsockname()[1]
            self.assertEqual(self.run_check(url), (2, "cannot ask %s/healthz: Connection refused" % url))

    def test_unix_socket(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            url = "unix:%s/socket" % directory
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(directory + "/socket")
            server = Server(self, health("pass"), listening)
            self.assertEqual(self.run_check(url), (0, "pass: " + url))
            self.assertTrue(server.asked[0].startswith(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n"), server.asked)
            self.assertEqual(self.run_check(url + "2"), (2, "cannot ask %s2: No such file or directory" % url))

    def test_ipv6(self) -> None:
        listening = socket.socket(socket.AF_INET6)
        try:
            listening.bind(("::1", 0))
        except OSError as problem:
            listening.close()
            self.skipTest("this machine has no IPv6 loopback: %s" % problem)
        Server(self, health("pass"), listening)
        self.assertEqual(self.run_check("http://[::1]:%d" % listening.getsockname()[1])[0], 0)

    def test_name(self) -> None:
        _, url = self.serve(health("pass"))
        status, line = self.run_check(url.replace("127.0.0.1", "localhost"))
        if "failure in name resolution" in line or "not known" in line:
            self.skipTest("this machine does not know localhost")
        self.assertEqual(status, 0, line)

    BAD = ("", "localhost", "127.0.0.1:61208", "https://127.0.0.1/", "ftp://x/", "http://", "http:///healthz",
           "http://:80/", "http://host:port/", "http://host:0/", "http://host:65536/", "http://host:99999999999/",
           "http://a b/", "http://a/\r\nX: y", "http://user:secret@host/", "http://[::1/", "http://[1.2.3.4]:80/",
           "http://[::1]80/", "http://host?x", "http://h\u00f6st/", "unix:relative", "unix:", "http://host:²/")

    def test_bad_urls(self) -> None:
        for url in self.BAD:
            with self.subTest(url):
                status, line = self.run_check(url)
                self.assertEqual(status, 2)
                self.assertTrue(line.startswith("cannot ask "), line)

    def test_long_lines_are_cut(self) -> None:
        status, line = self.run_check("https://" + "x" * 10000)
        self.assertEqual((status, len(line)), (2, 500))

    def test_default_port(self) -> None:
        self.assertEqual(check.parse("http://box").address, ("box", 80))
        self.assertEqual(check.parse("HTTP://[fe80::1]/x"),
                         check.Target(socket.AF_INET6, ("fe80::1", 80), "[fe80::1]", "/x", "http://[fe80::1]/x"))


if __name__ == "__main__":
    unittest.main()
