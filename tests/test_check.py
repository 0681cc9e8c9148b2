"""check: a health check against real sockets."""
from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from typing import Any, Callable
from unittest import mock

from glancesd import check
from glancesd.settings import default_settings, read_settings
from tests.certificate import CERTIFICATE, KEY
from tests.daemon import TOP, Daemon

try:
    import ssl
except ImportError:                    # a Python without OpenSSL
    ssl = None                         # type: ignore[assignment]

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

    def __init__(self, test: unittest.TestCase, answer: Answer, listening: socket.socket,
                 wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection) -> None:
        self.wrap = wrap
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
            try:
                connection = self.wrap(connection)
            except OSError:                                      # a client that does not trust it
                continue
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


class Case(unittest.TestCase):
    def serve(self, answer: Answer) -> tuple[Server, str]:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        return Server(self, answer, listening), "http://127.0.0.1:%d" % listening.getsockname()[1]

    def run_check(self, url: str) -> tuple[int, str]:
        lines: list[str] = []
        status = check.check(url, default_settings(), lines.append)
        self.assertEqual(len(lines), 1, lines)
        self.assertNotIn("\n", lines[0])
        return status, lines[0]

    def addresses(self, *found: tuple[int, tuple[str, int]]) -> Any:
        """A name that is looked up has these addresses."""
        return mock.patch("socket.getaddrinfo", lambda *arguments, **options: [
            (family, socket.SOCK_STREAM, 6, "", address) for family, address in found])


class Check(Case):
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

    def test_self(self) -> None:
        """The daemon of these settings: an init script need not know address, port and TLS."""
        table: tuple[tuple[tuple[str, ...], str, list[str]], ...] = (
            (("-B", "::", "-p", "80"), "/livez", ["http://[::1]:80/livez", "http://127.0.0.1:80/livez"]),
            (("-B", "0.0.0.0"), "/livez", ["http://127.0.0.1:61208/livez"]),
            (("-B", "192.168.1.1"), "", ["http://192.168.1.1:61208"]),
            (("-B", "fe80::1%eth0"), "", ["http://[fe80::1%25eth0]:61208"]),
            (("-B", "unix:/run/x"), "/livez", ["unix:/run/x"]),
            (("-B", "localhost", "--tls-cert", __file__, "--tls-key", __file__), "", ["https://localhost:61208"]),
        )
        for arguments, path, urls in table:
            with self.subTest(arguments):
                settings = read_settings(["-C", os.devnull, *arguments], {})
                self.assertEqual(check.own_urls(settings, path), urls)
                self.assertTrue(all(check.parse(url) for url in urls))
        with self.assertRaisesRegex(ValueError, "port 0"):
            check.own_urls(read_settings(["-C", os.devnull, "-p", "0"], {}))
        _, url = self.serve(health("warn"))
        lines: list[str] = []
        settings = default_settings()._replace(bind_address="::", port=int(url.rpartition(":")[2]))
        self.assertEqual(check.check("self/livez", settings, lines.append), 0)      # nobody is on ::1
        self.assertEqual(lines, ["warn: %s/livez" % url])

    def test_unix_socket(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            url = "unix:%s/socket" % directory
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(directory + "/socket")
            server = Server(self, health("pass"), listening)
            self.assertEqual(self.run_check(url), (0, "pass: " + url))
            self.assertTrue(server.asked[0].startswith(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n"), server.asked)
            self.assertEqual(self.run_check(url + "2"), (2, "cannot ask %s2: No such file or directory" % url))

    def test_ports(self) -> None:
        for text in ("http://x:0000099999/", "http://x:65536/", "http://x:0/", "http://x:y/"):
            with self.subTest(text), self.assertRaisesRegex(ValueError, "not a port"):
                check.parse(text)

    def test_ipv6(self) -> None:
        listening = socket.socket(socket.AF_INET6)
        try:
            listening.bind(("::1", 0))
        except OSError as problem:
            listening.close()
            self.skipTest("this machine has no IPv6 loopback: %s" % problem)
        Server(self, health("pass"), listening)
        self.assertEqual(self.run_check("http://[::1]:%d" % listening.getsockname()[1])[0], 0)

    def test_every_address_of_a_name_is_tried(self) -> None:
        """`localhost` is ::1 first, and the daemon listens on IPv4 alone."""
        _, url = self.serve(health("pass"))
        port = int(url.rpartition(":")[2])
        with socket.socket() as closed:
            closed.bind(("127.0.0.2", 0))
            dead = (socket.AF_INET, closed.getsockname())
            family = (socket.AF_INET6, ("::1", port))          # refused, or there is no IPv6 here at all
            with self.addresses(family, dead, (socket.AF_INET, ("127.0.0.1", port))):
                self.assertEqual(self.run_check("http://box.test:%d" % port)[0], 0)
            with self.addresses(dead):
                self.assertIn("refused", self.run_check("http://box.test:%d" % port)[1])

    def test_an_address_that_swallows_packets_leaves_time_for_the_next(self) -> None:
        _, url = self.serve(health("pass"))
        port, told = int(url.rpartition(":")[2]), []
        connected = check._connected

        def connect(family: int, address: Any, seconds: float) -> socket.socket:
            told.append((address[0], seconds <= check.LIMIT_SECONDS / 2))
            if address[0] == "192.0.2.1":
                raise socket.timeout("timed out")
            return connected(family, address, seconds)

        with self.addresses((socket.AF_INET, ("192.0.2.1", port)), (socket.AF_INET, ("127.0.0.1", port))), \
                mock.patch.object(check, "_connected", connect):
            self.assertEqual(self.run_check("http://box.test:%d" % port)[0], 0)
        self.assertEqual(told[0], ("192.0.2.1", True))

    def test_localhost_needs_no_file_of_hosts(self) -> None:
        _, url = self.serve(health("pass"))

        def look_up(host: bytes, port: int, **options: Any) -> Any:
            self.assertIn(host, (b"::1", b"127.0.0.1"))
            return found(host, port, **options)

        found = socket.getaddrinfo
        with mock.patch("socket.getaddrinfo", look_up):
            self.assertEqual(self.run_check(url.replace("127.0.0.1", "LocalHost"))[0], 0)

    BAD = ("", "localhost", "127.0.0.1:61208", "ftp://x/", "http://", "http:///healthz",
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
        status, line = self.run_check("http://:80/" + "x" * 10000)
        self.assertEqual((status, len(line)), (2, 500))

    def test_parse(self) -> None:
        for url, target in (
                ("http://box", ("box", 80, False, "box", "/healthz", "http://box/healthz")),
                ("HTTP://[fe80::1]/x", ("fe80::1", 80, False, "[fe80::1]", "/x", "http://[fe80::1]/x")),
                ("https://box/livez", ("box", 443, True, "box", "/livez", "https://box/livez")),
                ("http://[fe80::1%25eth0]:8/x", ("fe80::1%eth0", 8, False, "[fe80::1%25eth0]:8", "/x",
                                                 "http://[fe80::1%25eth0]:8/x")),
                ("http://[fe80::1%br-lan]:8/x", ("fe80::1%br-lan", 8, False, "[fe80::1%br-lan]:8", "/x",
                                                 "http://[fe80::1%br-lan]:8/x"))):
            with self.subTest(url):
                self.assertEqual(check.parse(url), check.Target(*target))


@unittest.skipUnless(ssl, "this Python has no OpenSSL")
class Encrypted(Case):
    """A daemon with a certificate that vouches for itself."""

    def serve(self, answer: Answer) -> tuple[Server, str]:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, text in (("cert", CERTIFICATE), ("key", KEY)):
            with open(os.path.join(folder.name, name), "w") as file:
                file.write(text)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder.name + "/cert", folder.name + "/key")

        def encrypted(connection: socket.socket) -> socket.socket:
            return context.wrap_socket(connection, server_side=True)

        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.certificate = folder.name + "/cert"
        server = Server(self, answer, listening, encrypted)
        return server, "https://127.0.0.1:%d" % listening.getsockname()[1]

    def test_of_this_machine_it_is_not_verified(self) -> None:
        for status, answer in ((0, health("pass")), (0, health("warn")), (1, health("fail", 503))):
            server, url = self.serve(answer)
            self.assertEqual(self.run_check(url)[0], status)
            self.assertTrue(server.asked[0].startswith(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1:"), server.asked)

    def test_of_another_machine_it_has_to_be_trusted(self) -> None:
        _, url = self.serve(health("pass"))
        with mock.patch.object(check, "_is_own", lambda channel: False):
            status, line = self.run_check(url)
            self.assertEqual(status, 2)
            self.assertRegex(line, "(?i)cannot ask .*: TLS: .*(self.signed|certificate)")
            port = int(url.rpartition(":")[2])
            with mock.patch.dict(os.environ, {"SSL_CERT_FILE": self.certificate}), \
                    self.addresses((socket.AF_INET, ("127.0.0.1", port))):
                self.assertEqual(self.run_check("https://box.test:%d" % port)[0], 0)
                self.assertEqual(self.run_check("https://other.test:%d" % port)[0], 2)

    def test_a_server_without_tls(self) -> None:
        with Daemon("--interval", "0") as daemon:
            self.assertIn(": TLS: ", self.run_check("https://127.0.0.1:%d" % daemon.port)[1])

    def test_a_python_without_ssl(self) -> None:
        _, url = self.serve(health("pass"))
        with mock.patch.dict(sys.modules, {"ssl": None}):
            self.assertEqual(self.run_check(url), (2, "cannot ask %s/healthz: this Python has no ssl module" % url))


class Process(unittest.TestCase):
    def test_an_output_that_takes_nothing(self) -> None:
        """A healthy daemon is healthy though the line cannot be written."""
        with Daemon("--interval", "0") as daemon:
            command = [sys.executable, "-m", "glancesd", "--check", "http://127.0.0.1:%d" % daemon.port]
            for output in ("/dev/full", "closed"):
                if output != "closed" and not os.path.exists(output):
                    self.skipTest("this machine has no " + output)
                redirect = ">&-" if output == "closed" else ">" + output
                done = subprocess.run(["sh", "-c", 'exec "$@" ' + redirect, "sh", *command], cwd=TOP,
                                      stderr=subprocess.PIPE)
                self.assertEqual((done.returncode, done.stderr), (0, b""), output)


if __name__ == "__main__":
    unittest.main()
