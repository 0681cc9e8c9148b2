"""ports: real listeners, closed ports and pages on loopback, a made-up resolver, and echoes with made-up sockets."""
from __future__ import annotations

import contextlib
import errno
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import unittest
from functools import partial
from typing import Any, Callable, Optional
from unittest import mock

from glancesd.roots import Roots
from glancesd.settings.lists import Port, Web
from glancesd.tasks import ports
from glancesd.tasks.lookups import Lookups
from glancesd.tasks.ports import Check, Checked, Forbidden, numeric
from tests.assembly import HOSTS


def port(host: str = "127.0.0.1", number: int = 80, timeout: float = 2.0, rtt_warning: Optional[float] = None) -> Port:
    return Port("port_1", host, number, "x", timeout, rtt_warning)


def web(url: str, timeout: float = 2.0, verify: Any = True) -> Web:
    return Web("web_1", url, "x", timeout, None, verify)


class Made(unittest.TestCase):
    def setUp(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, list[tuple[int, str]]] = {}
        self.lookups = Lookups(lambda host: self.names[host])

    def check(self, item: Any, roots: Optional[Roots] = None) -> Check:
        return Check(item, 30.0, roots or Roots(), self.lookups, self.lines.append)

    def run_check(self, item: Any, roots: Optional[Roots] = None) -> Checked:
        check = self.check(item, roots)
        check.keep(check.work())
        return check.result()

    def listener(self, serve: Optional[Callable[[socket.socket], None]] = None, family: int = socket.AF_INET) -> int:
        found = socket.socket(family, socket.SOCK_STREAM)
        self.addCleanup(found.close)
        found.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        found.listen(8)
        if serve is not None:
            threading.Thread(target=self.accept, args=(found, serve), daemon=True).start()
        return int(found.getsockname()[1])

    def accept(self, listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, contextlib.suppress(OSError):
                    serve(client)

    def closed_port(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return int(free.getsockname()[1])


class Connections(Made):
    def test_before_it_is_asked(self) -> None:
        found = self.check(port()).result()
        self.assertEqual((found.host, found.refresh_seconds, found.answered, found.seconds, found.level),
                         ("127.0.0.1", 30.0, None, None, "CAREFUL"))

    def test_a_listener(self) -> None:
        found = self.run_check(port(number=self.listener()))
        self.assertIs(found.answered, True)
        self.assertTrue(0 < (found.seconds or 0) < 2)
        self.assertEqual(found.level, "OK")

    def test_a_closed_port(self) -> None:
        found = self.run_check(port(number=self.closed_port()))
        self.assertEqual((found.answered, found.seconds, found.level), (False, None, "CRITICAL"))

    def test_one_that_never_answers(self) -> None:
        with socket.socket() as full:                       # its backlog is full: the kernel drops what comes
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            clients = []
            for _ in range(8):
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex(full.getsockname())
                clients.append(client)
            found = self.run_check(port(number=full.getsockname()[1], timeout=0.1))
            for client in clients:
                client.close()
        self.assertEqual((found.answered, found.seconds), (False, None))

    def test_names(self) -> None:
        number = self.listener()
        self.names["gone then there"] = [(int(socket.AF_INET6), "::ffff:0:1"), (int(socket.AF_INET), "127.0.0.1")]
        self.assertIs(self.run_check(port("gone then there", number)).answered, True)
        self.assertIs(self.run_check(port("unknown.test", number)).answered, False)

    def test_too_slow(self) -> None:
        item = port(rtt_warning=0.5)
        for seconds, level in ((0.4, "OK"), (0.6, "WARNING")):
            self.assertEqual(Checked(item, "x", 30.0, True, seconds).level, level)

    def test_again(self) -> None:
        self.assertEqual(self.check(port()).again(100.0, 103.0), 130.0)

    def test_numeric(self) -> None:
        for host, expected in (("127.0.0.1", [(int(socket.AF_INET), "127.0.0.1")]), ("::1", [(int(socket.AF_INET6),
                                                                                              "::1")]),
                               ("fe80::1%lo", [(int(socket.AF_INET6), "fe80::1%lo")]), ("localhost", []), ("1.2.3", []),
                               ("a\0b", [])):
            with self.subTest(host):
                self.assertEqual(numeric(host), expected)


class Gateway(Made):
    def test_the_default_gateway(self) -> None:
        asked: list[str] = []

        def echo(family: int, address: str, number: int, seconds: float) -> float:
            asked.append(address)
            return 0.01

        item = Port("port_0", "", 0, "DefaultGateway", 1.0, None)
        for host, expected in (("server", ["203.0.113.1"]), ("lxc", ["192.0.2.1"]), ("jetson", [])):
            tree = os.path.join(HOSTS, host)
            with self.subTest(host), mock.patch.object(ports, "echo", echo):
                asked.clear()
                found = self.run_check(item, Roots(*(os.path.join(tree, name) for name in ("proc", "sys", "root"))))
                self.assertEqual(bool(asked), bool(expected))
                self.assertEqual(found.host, asked[0] if asked else None)
                self.assertIs(found.answered, True if asked else None)
        check = Check(item, 30.0, Roots(), Lookups(), lambda text: None)
        self.assertEqual((check.result().host, check.result().answered), (None, None))          # not asked yet


class Kernel:
    """In place of socket.socket: an ICMP socket that answers with what the test says."""

    def __init__(self, refused: dict[int, int], packets: list[Callable[[bytes], bytes]]) -> None:
        self.refused = refused
        self.packets = list(packets)
        self.kinds: list[int] = []
        self.sent = b""

    def __call__(self, family: int, kind: int, protocol: int) -> Kernel:
        self.kinds.append(kind)
        if kind in self.refused:
            raise OSError(self.refused[kind], "refused")
        return self

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def settimeout(self, seconds: float) -> None:
        pass

    def connect(self, address: Any) -> None:
        self.address = address

    def send(self, packet: bytes) -> None:
        self.sent = packet

    def recv(self, size: int) -> bytes:
        if not self.packets:
            raise socket.timeout("timed out")
        return self.packets.pop(0)(self.sent)


def reply(packet: bytes, kind: int = 0, header: bytes = b"") -> bytes:
    return header + bytes((kind,)) + packet[1:]


IP_HEADER = b"\x45" + bytes(19)


class Echoes(Made):
    def echo(self, kernel: Kernel, family: int = socket.AF_INET) -> Optional[float]:
        with mock.patch.object(socket, "socket", kernel):
            return ports.echo(family, "192.0.2.1" if family == socket.AF_INET else "2001:db8::1", 0, 1.0)

    def test_replies(self) -> None:
        table: tuple[tuple[str, list[Callable[[bytes], bytes]], bool], ...] = (
                ("its own", [reply], True),
                ("with an IP header", [partial(reply, header=IP_HEADER)], True),
                ("its own request first, as on loopback", [lambda sent: sent, partial(reply, header=IP_HEADER)], True),
                ("another's first", [lambda sent: reply(sent[:-1] + b"\0"), reply], True),
                ("unreachable", [partial(reply, kind=3)], False),
                ("rubbish", [lambda sent: b"", lambda sent: b"\0" * 3], False),
                ("none", [], False))
        for name, packets, answered in table:
            with self.subTest(name):
                self.assertEqual(self.echo(Kernel({}, packets)) is not None, answered)

    def test_ipv6(self) -> None:
        kernel = Kernel({}, [partial(reply, kind=129)])
        self.assertIsNotNone(self.echo(kernel, socket.AF_INET6))
        self.assertEqual((kernel.sent[0], kernel.address), (128, ("2001:db8::1", 0, 0, 0)))

    def test_the_checksum(self) -> None:
        kernel = Kernel({}, [reply])
        self.echo(kernel)
        total = sum(struct.unpack("!%dH" % (len(kernel.sent) // 2), kernel.sent))
        total = (total >> 16) + (total & 0xFFFF)
        self.assertEqual((total + (total >> 16)) & 0xFFFF, 0xFFFF)

    def test_who_may(self) -> None:
        for name, refused, kinds in (("by ping_group_range", {}, [socket.SOCK_DGRAM]),
                                     ("by CAP_NET_RAW", {int(socket.SOCK_DGRAM): errno.EACCES},
                                      [socket.SOCK_DGRAM, socket.SOCK_RAW])):
            with self.subTest(name):
                kernel = Kernel(refused, [reply])
                self.assertIsNotNone(self.echo(kernel))
                self.assertEqual(kernel.kinds, kinds)
        nobody = {int(socket.SOCK_DGRAM): errno.EACCES, int(socket.SOCK_RAW): errno.EPERM}
        with self.assertRaises(Forbidden):
            self.echo(Kernel(nobody, []))

    def test_nobody_may(self) -> None:
        with mock.patch.object(ports, "_icmp_socket", side_effect=Forbidden):
            found = self.run_check(port(number=0))
        self.assertEqual((found.answered, found.level), (None, "CAREFUL"))
        self.assertEqual(len(self.lines), 1)
        self.assertIn("ping_group_range", self.lines[0])

    def test_loopback(self) -> None:
        try:
            ports._icmp_socket(socket.AF_INET).close()
        except (OSError, Forbidden):
            self.skipTest("no ICMP echo may be sent by this user")
        self.assertIs(self.run_check(port(number=0)).answered, True)


class Pages(Made):
    def page(self, answer: bytes, requests: Optional[list[bytes]] = None) -> str:
        def serve(client: socket.socket) -> None:
            data = b""
            while b"\r\n\r\n" not in data:
                data += client.recv(4096)
            if requests is not None:
                requests.append(data)
            client.sendall(answer)

        return "http://127.0.0.1:%d" % self.listener(serve)

    def test_codes(self) -> None:
        for answer, answered, code, level in (
                (b"HTTP/1.1 200 OK\r\n\r\n", True, 200, "OK"), (b"HTTP/1.0 301 x\r\n\r\n", True, 301, "OK"),
                (b"HTTP/1.1 404\r\n\r\n", True, 404, "CRITICAL"), (b"HTTP/1.1 503 x\r\n", True, 503, "CRITICAL"),
                (b"HTTP/1.1 007 x\r\n\r\n", False, None, "CRITICAL"), (b"", False, None, "CRITICAL"),
                (b"nonsense", False, None, "CRITICAL"), (b"HTTP/2 200 x\r\n", False, None, "CRITICAL"),
                (b"x" * 9000, False, None, "CRITICAL")):
            with self.subTest(answer[:20]):
                found = self.run_check(web(self.page(answer)))
                self.assertEqual((found.answered, found.code, found.level), (answered, code, level))
                self.assertEqual(found.seconds is not None, answered)

    def test_the_request(self) -> None:
        requests: list[bytes] = []
        url = self.page(b"HTTP/1.1 200 OK\r\n\r\n", requests)
        host = url[len("http://"):]
        for path, login, line in (("", "", b"GET / HTTP/1.1"), ("/a b\u00e9?x=1#y", "",
                                                                b"GET /a%20b%C3%A9?x=1 HTTP/1.1"),
                                  ("?q", "", b"GET /?q HTTP/1.1"), ("/x", "ann:p%40ss@", b"GET /x HTTP/1.1")):
            with self.subTest(path):
                self.run_check(web("http://" + login + host + path))
                self.assertEqual(requests[-1].split(b"\r\n")[0], line)
                self.assertIn(b"\r\nHost: " + host.encode(), requests[-1])
        self.assertIn(b"\r\nAuthorization: Basic YW5uOnBAc3M=\r\n", requests[-1])

    def test_ports_of_a_scheme(self) -> None:
        for url, expected in (("http://127.0.0.1", 80), ("https://127.0.0.1/", 443), ("https://127.0.0.1:8443", 8443)):
            with self.subTest(url), mock.patch.object(ports, "_connected", side_effect=OSError) as connected:
                self.assertIs(self.run_check(web(url)).answered, False)
                self.assertEqual(connected.call_args[0][2], expected)

    def test_one_that_drips(self) -> None:
        def drip(client: socket.socket) -> None:
            stop = threading.Event()
            while not stop.wait(0.02):
                client.sendall(b"H")

        found = self.run_check(web("http://127.0.0.1:%d/" % self.listener(drip), timeout=0.3))
        self.assertIs(found.answered, False)

    def test_no_url_and_nobody_there(self) -> None:
        for url in ("http://", "ftp://x/", "http://127.0.0.1:%d/" % self.closed_port(), "http://127.0.0.1:99999/",
                    "http://unknown.test/", "http://\u00e9.test/"):
            with self.subTest(url):
                self.assertIs(self.run_check(web(url)).answered, False)

    def test_https(self) -> None:
        try:
            import ssl
        except ImportError:
            self.skipTest("this Python has no OpenSSL")
        if shutil.which("openssl") is None:
            self.skipTest("no openssl to make a certificate with")
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        cert, key = folder + "/cert", folder + "/key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert,
                        "-days",
                        "30", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)

        def serve(client: socket.socket) -> None:
            with context.wrap_socket(client, server_side=True) as secured:
                secured.recv(4096)
                secured.sendall(b"HTTP/1.1 204 x\r\n\r\n")

        url = "https://127.0.0.1:%d/" % self.listener(serve)
        for verify, expected in ((True, (False, None)), (False, (True, 204)), (cert, (True, 204)),
                                 (folder + "/nothing", (False, None))):
            with self.subTest(verify):
                found = self.run_check(web(url, 10.0, verify))
                self.assertEqual((found.answered, found.code), expected)


if __name__ == "__main__":
    unittest.main()
