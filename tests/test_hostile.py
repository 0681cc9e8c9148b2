"""hostile: what strangers do to a running daemon, in raw bytes: smuggling, wrong names, floods, silence, TLS."""
from __future__ import annotations

import base64
import contextlib
import gzip
import io
import json
import os
import shutil
import socket
import tempfile
import time
import unittest
from http.server import BaseHTTPRequestHandler
from operator import gt
from random import Random
from typing import Any, NamedTuple, Optional
from urllib.parse import unquote

from glancesd.answers import Refused
from glancesd.server import http1
from tests.certificate import CERTIFICATE, KEY
from tests.daemon import TOP, Daemon
from tests.fuzz import answers, exchange

try:
    import ssl
except ImportError:                    # a Python without OpenSSL
    ssl = None                         # type: ignore[assignment]

HOST = os.path.join(TOP, "tests", "hosts", "router")
TREES = ("--interval", "0", "--procfs", HOST + "/proc", "--sysfs", HOST + "/sys", "--rootfs", HOST + "/root")
# An answer that has not come by then does not come.
PATIENCE_SECONDS = 30.0


def get(*lines: bytes, path: bytes = b"/livez", method: bytes = b"GET", host: bytes = b"Host: localhost\r\n") -> bytes:
    """A request with these lines in its head."""
    return b"%s %s HTTP/1.1\r\n%s%s\r\n" % (method, path, host, b"".join(line + b"\r\n" for line in lines))


LOAD = b"/api/2/load"
NEXT = get(path=b"/smuggled")
DAEMONS: dict[tuple[str, ...], Daemon] = {}


def tearDownModule() -> None:
    while DAEMONS:
        DAEMONS.popitem()[1].end()


class Case(unittest.TestCase):
    """One daemon for all tests with the same options. Whatever its clients do, it has nothing to say about it."""

    options: tuple[str, ...] = TREES
    daemon: Daemon

    @classmethod
    def setUpClass(cls) -> None:
        if cls.options not in DAEMONS:
            DAEMONS[cls.options] = Daemon(*cls.options)
        cls.daemon = DAEMONS[cls.options]

    def tearDown(self) -> None:
        self.assertEqual(self.daemon.log[1:], [])
        self.assertIsNone(self.daemon.process.poll())

    def connect(self, data: bytes = b"") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE_SECONDS)
        self.addCleanup(client.close)
        client.sendall(data)
        return client

    def ask(self, data: bytes) -> list[tuple[int, dict[str, str], Any]]:
        """Status, headers and value of every answer until the connection is closed; our side is closed after `data`."""
        found = []
        for status, headers, body in answers(exchange(self.daemon.port, data)):
            found.append((status, headers, json.loads(body.decode()) if body else None))
        return found

    def statuses(self, data: bytes) -> list[int]:
        return [status for status, _, _ in self.ask(data)]

    def held(self) -> tuple[int, int]:
        """Threads and descriptors of the daemon."""
        threads, descriptors = (len(os.listdir("/proc/%d/%s" % (self.daemon.pid, what))) for what in ("task", "fd"))
        return threads, descriptors


class Smuggling(Case):
    """Where a server and a proxy before it may differ about where a request ends, this one ends the connection."""

    def test_refused_with_all_that_follows(self) -> None:
        cl, te = b"Content-Length: ", b"Transfer-Encoding: "
        lines: tuple[tuple[bytes, ...], ...] = (
            (te + b"chunked",), (te + b"identity",), (te + b"gzip, chunked",), (te + b"xchunked",), (te,),
            (b"transfer-encoding:chunked",), (b"Transfer-Encoding:\tchunked",), (te + b"chunked", te + b"identity"),
            (cl + b"4", te + b"chunked"), (te + b"chunked", cl + b"4"), (te + b"\x0bchunked",),
            (b"Transfer-Encoding : chunked",), (b"Transfer-Encoding\t: chunked",), (b"X: y\r\n " + te + b"chunked",),
            (cl + b"0", cl + b"5"), (cl + b"5", cl + b"05"), (cl + b"0, 0",), (cl + b"+0",), (cl + b"-0",),
            (cl + b"0 0",), (cl + b"0x0",), (cl + b"0_0",), (cl + b"0.0",), (cl + b"1e0",), (cl + b'"0"',), (cl,),
            (cl + "\u0660".encode(),), (cl + b"\xb2",), (cl + b"0" * 19,), (b"Content-Length : 0",),
            (b" X: folded before the first",), (b"X: y\r\n folded",), (b"X: y\r\n\tfolded",), (b"X: y\r\n ",),
            (b"X: y\rZ: z",), (b"X: y\r\r",), (b"X: y\nZ: z",), (b"X: y\n",), (b"X: \0",), (b"X\0: y",), (b"\0",),
            (b"no colon",), (b": no name",), (b"a(b): c",), ("\u00fc: c".encode(),), (b"X: \x7f",), (b"X: \x1b[31m",),
            (b"Host: localhost",), (b"Host: other",))
        table = [get(*more) for more in lines] + [
            NEXT.replace(b"\r\n", b"\n"), NEXT.replace(b"\r\n", b"\r"), b"\n" + NEXT, b"\r" + NEXT, b" " + NEXT,
            b"GET  /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET\t/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /livez HTTP/1.1 \r\nHost: localhost\r\n\r\n", b"GET /livez http/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /li vez HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /livez\r\n\r\n", b"/livez\r\n\r\n",
            b"GET /livez HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            get(path=b"*"), get(path=b"localhost:443", method=b"CONNECT"), get(path=b"livez"), get(path=b"ftp://h/"),
            get(path=b"/\x01"), get(path=b"/\x7f"), get(path=b"/%ff"), get(path=b"/\xff"), get(path=b"/%C0%AF"),
            get(path=b"http://evil@localhost/"), get(path=b"http://local host/")]
        for request in table:
            with self.subTest(request):
                found = self.ask(request + NEXT)
                self.assertEqual([status for status, _, _ in found], [400])
                self.assertEqual(found[0][1]["connection"], "close")
                self.assertEqual(found[0][2]["error"]["status"], 400)

    def test_other_refusals(self) -> None:
        table = (
            (get(b"X: " + b"y" * 16400), 431), (get(*[b"X: y"] * 64), 431), (get(path=b"/" + b"a" * 8192), 414),
            (b"G" * 9000, 414), (b"GET / HTTP/1.1\r\nX: " + b"y" * 16500, 431),
            (b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * 99, 431), (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), (b"GET / HTTP/1.2\r\nHost: localhost\r\n\r\n", 505),
            (b"GET / HTTP/0.9\r\nHost: localhost\r\n\r\n", 505), (get(b"Content-Length: 65537"), 413),
            (get(b"Content-Length: " + b"9" * 18), 413), (get(b"Content-Length: 65537", b"Expect: 100-continue"), 413))
        for request, status in table:
            with self.subTest(request[:80]):
                self.assertEqual(self.statuses(request + NEXT), [status])
        self.assertEqual(self.statuses(get(b"Content-Length: 5", b"Expect: 100-continue")), [413])

    def test_what_follows_a_request_is_the_next_one(self) -> None:
        cl = b"Content-Length: %d"
        table = (
            (get() + NEXT, [200, 404]),
            (get(cl % 5) + b"abcde" + NEXT, [200, 404]),
            (get(cl % 5, cl % 5) + b"abcde" + NEXT, [200, 404]),
            (get(b"Content-Length: 005") + b"abcde" + NEXT, [200, 404]),
            (get(b"content-length:\t5 \t") + b"abcde" + NEXT, [200, 404]),
            (get(cl % len(NEXT)) + NEXT, [200]),
            (get(cl % len(NEXT)) + NEXT + get(), [200, 200]),
            (get(cl % len(NEXT), method=b"POST") + NEXT + get(), [405, 200]),
            (get(cl % 65536) + b"\r\n" * 32768 + NEXT, [200, 404]),
            (get(cl % 5, b"Connection: close") + b"abcde" + NEXT, [200]),
            (get() + b"\r\n\r\n" + NEXT, [200, 404]),
            (get(method=b"OPTIONS") + NEXT, [200, 404]),
            (get(cl % 0, b"Expect: 100-continue") + NEXT, [200, 404]),
            (get(b"Upgrade: h2c", b"Connection: Upgrade, HTTP2-Settings") + NEXT, [200, 404]),
            (b"GET %s HTTP/1.0\r\n\r\n" % LOAD + NEXT, [200]),
            (b"GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + NEXT, [200, 404]),
            (get() * 300 + NEXT, [200] * 300 + [404]))
        for request, expected in table:
            with self.subTest(request[:80]):
                self.assertEqual(self.statuses(request), expected)

    def test_no_reset_cuts_the_last_answer_short(self) -> None:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)          # so that most of it is still to come
            client.settimeout(PATIENCE_SECONDS)
            client.connect(("127.0.0.1", self.daemon.port))
            client.sendall(get(b"Connection: close", path=b"/api/2/all/views") + NEXT * 500)
            time.sleep(0.3)
            received = b"".join(iter(lambda: client.recv(65536), b""))
        self.assertEqual([status for status, _, _ in answers(received)], [200])

    def test_a_request_in_single_bytes(self) -> None:
        data = get(b"Content-Length: 3", b"X: y") + b"\r\n\r" + NEXT
        self.assertEqual([status for status, _, _ in answers(exchange(self.daemon.port, data, len(data)))], [200, 404])


class Names(Case):
    """Pages of other sites whose name was pointed here name their own."""

    def test_host(self) -> None:
        name = socket.gethostname().lower().partition(".")[0].encode()
        served = (b"localhost", b"LocalHost:61208", b"localhost.", b"localhost:", b"127.0.0.1", b"127.0.0.1:1",
                  b"[::1]", b"[::1]:61208", b"[FE80::1]:9", b"[fe80::1%25eth0]", b"[fe80::1%eth0]:61208",
                  b"[::ffff:10.0.0.1]", b"203.0.113.9", name,
                  name + b".local", name + b".lan.", name + b".home.arpa:80", name + b".internal")
        wrong = (b"evil.example", b"evil.example:61208", b"localhost.evil.example", b"127.0.0.1.evil.example", b"",
                 b":80", b"2130706433", b"0x7f000001", b"127.1", b"127.0.0.256", name + b".evil.example",
                 name + b".local.evil.example", b"evil-localhost", b"..", b".localhost", b"[fade]", b"%6cocalhost",
                 b"localhost,evil.example")
        broken = (b"::1", b"[::1", b"::1]", b"[evil.example]", b"[::1.evil]", b"localhost/", b"localhost:80:80",
                  b"localhost:x", b"a b", b"a@b", b"[fe80::1%]", b"[fe80::1%eth0", b"[evil.example%25eth0]",
                  "\u0131localhost".encode(), b"localhost\\",
                  b'"localhost"', b"<script>", b"[]x")
        for status, hosts in ((200, served), (421, wrong), (400, broken)):
            for host in hosts:
                with self.subTest(host):
                    self.assertEqual(self.statuses(get(path=LOAD, host=b"Host: %s\r\n" % host)), [status])
                    if b"/" not in host:
                        self.assertEqual(self.statuses(get(path=b"http://" + host + LOAD)), [status])

    def test_the_targets_name_wins(self) -> None:
        self.assertEqual(self.statuses(get(path=b"http://evil.example" + LOAD)), [421])
        self.assertEqual(self.statuses(get(path=b"https://localhost" + LOAD, host=b"Host: evil.example\r\n")), [200])

    def test_a_probe_names_its_target_as_it_likes(self) -> None:
        for path in (b"/livez", b"/readyz", b"/healthz"):
            with self.subTest(path):
                self.assertEqual(self.statuses(get(path=path, host=b"Host: evil.example\r\n")), [200])

    def test_what_is_said(self) -> None:
        _, _, body = self.ask(get(path=LOAD, host=b"Host: evil.example\r\n"))[0]
        self.assertIn("--allowed-host", body["error"]["message"])

    def test_without_a_name(self) -> None:
        self.assertEqual(self.statuses(b"GET %s HTTP/1.0\r\n\r\n" % LOAD), [200])
        self.assertEqual(self.statuses(b"GET %s HTTP/1.0\r\nHost: evil.example\r\n\r\n" % LOAD), [421])


class Asking(Case):
    def test_methods(self) -> None:
        for method in (b"POST", b"PUT", b"DELETE", b"PATCH", b"TRACE", b"get", b"Get", b"PROPFIND", b"M-SEARCH",
                       b"!#$%&'*+.^_`|~", b"X" * 4000):
            with self.subTest(method[:20]):
                (status, headers, _), following = self.ask(get(method=method) + NEXT)
                self.assertEqual((status, headers["allow"], following[0]), (405, "GET, HEAD, OPTIONS", 404))
        for request in (get(method=b"OPTIONS"), get(method=b"OPTIONS", path=b"*"), b"OPTIONS * HTTP/1.0\r\n\r\n",
                        get(method=b"OPTIONS", path=b"/nosuch", host=b"Host: evil.example\r\n")):
            with self.subTest(request):
                (status, headers, body), = self.ask(request)
                self.assertEqual((status, headers["allow"], body), (200, "GET, HEAD, OPTIONS", None))

    def test_paths_that_lead_nowhere(self) -> None:
        digits = "\u0663".encode()
        table = (b"/../../../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/api/2/%2e%2e/config",
                 b"/api/2/..%2f..%2fmem", b"//", b"//evil.example/", b"/api//2/mem", b"/api/2/mem/",
                 b"/api/2/mem/used/", b"/API/2/mem", b"/api/2/%6dem%00", b"/api/2/mem%0d%0aX:%20y",
                 b"/api/2/%1b%5b31m", b"/api/2/mem/%F0%9F%98%80", b"/api/2/mem/__class__", b"/api/2/__init__",
                 b"/api/2/mem/used/history/99999999999999999999", b"/api/2/cpu/user/history/-1",
                 b"/api/2/cpu/history/" + digits, b"/api/2/cpu/history/1e9", b"/api/2/config/password",
                 b"/api/2/args/password_file", b"/" * 4000, b"/a" * 4000, b"/api/2/cpu" + b"/history" * 900,
                 b"/%25" * 2000)
        for path in table:
            with self.subTest(path[:60]):
                (status, _, body), = self.ask(get(path=path))
                self.assertEqual((status, body["error"]["status"]), (404, 404))

    def test_values_that_match_nothing(self) -> None:
        digits = "\u0661".encode()
        for value in (b"9" * 5000, b"-" + b"9" * 30, b"1e999", b"nan", b"inf", digits, b"1_0", b"0x1", b"%00",
                      b"%0d%0a", b"1" * 31, b"..%2f..", b"true%00", b"<script>"):
            with self.subTest(value[:20]):
                (status, headers, body), = self.ask(get(path=b"/api/2/processlist/pid/" + value))
                self.assertEqual((status, list(body.values())), (200, [[]]))
                self.assertEqual(headers["content-type"], "application/json")

    def test_more_history_than_there_is(self) -> None:
        self.assertEqual(self.statuses(get(path=b"/api/2/cpu/history/999999999")), [200])

    def test_no_answer_holds_what_was_sent_outside_json(self) -> None:
        received = exchange(self.daemon.port, get(b"Origin: https://evil.example", path=b"/x%0d%0aSet-Cookie:%20a=b"))
        head, _, body = received.partition(b"\r\n\r\n")
        self.assertNotIn(b"evil", head)
        self.assertNotIn(b"Access-Control", head)
        self.assertIn(rb"x\r\nSet-Cookie", body)

    def test_odd_headers_cost_nothing(self) -> None:
        for line in (b"Authorization: Basic", b"Authorization: Basic \xff\xfe", b"Authorization: Basic " + b"A" * 12000,
                     b"Authorization: \xc3\xa9", b"Origin: \xff", b"Origin: null", b"Accept-Encoding: " + b"," * 12000,
                     b"Accept-Encoding: gzip;q=" + b"0" * 12000, b"Connection: " + b"," * 12000, b"X:" + b" " * 12000,
                     b"Cookie: \xf0\x9f\x98\x80", b"Range: bytes=0-18446744073709551616", b"If-Modified-Since: never",
                     b"Expect: " + b"x" * 5000, b"Date: Thu, 99 Foo 99999 99:99:99 GMT",
                     b"X-HTTP-Method-Override: DELETE"):
            with self.subTest(line[:40]):
                self.assertEqual(self.statuses(get(line) + NEXT), [200, 404])

    def test_gzip_only_for_those_who_ask(self) -> None:
        plain = exchange(self.daemon.port, get(path=b"/api/2/all/limits"))
        packed = exchange(self.daemon.port, get(b"Accept-Encoding: gzip", path=b"/api/2/all/limits"))
        self.assertEqual(gzip.decompress(packed.partition(b"\r\n\r\n")[2]), plain.partition(b"\r\n\r\n")[2])
        refused = exchange(self.daemon.port, get(b"Accept-Encoding: gzip;q=0", path=b"/api/2/all/limits"))
        self.assertNotIn(b"Content-Encoding", refused)

    def test_clients_that_hang_up(self) -> None:
        everything = get(path=b"/api/2/all")
        for data in (b"", b"G", everything[:30], everything, everything * 200, get(b"Content-Length: 9") + b"abc",
                     b"nonsense\r\n\r\n"):
            client = self.connect(data)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")      # a reset, not an end
            client.close()
        self.assertEqual(self.statuses(get()), [200])

    def test_clients_that_do_not_read(self) -> None:
        slow = []
        for _ in range(10):
            client = self.connect()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            try:
                for _ in range(100):
                    client.send(get(path=b"/api/2/all") * 100)
            except BlockingIOError:
                pass
            slow.append(client)
        self.assertEqual(self.statuses(get(path=b"/api/2/all")), [200])


class Credentials(Case):
    PASSWORD = "s\u00e9cret:x"
    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        path = os.path.join(cls.folder.name, "password")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(cls.PASSWORD.encode() + b"\n")
        cls.options = (*TREES, "--password-file", path, "--cors-origin", "https://a.example")
        super().setUpClass()

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        cls.folder.cleanup()

    def basic(self, user: str, password: str, encoding: str = "utf-8") -> bytes:
        return b"Authorization: Basic " + base64.b64encode(("%s:%s" % (user, password)).encode(encoding))

    def test_wrong_ones(self) -> None:
        mem = b"/api/2/mem"
        good = self.basic("glances", self.PASSWORD)
        bodies = set()
        for line in (b"X: y", b"Authorization:", b"Authorization: Basic", b"Authorization: Basic !",
                     b"Authorization: Bearer x", b"Authorization: Basic \xff", self.basic("", ""),
                     self.basic("glances", ""), self.basic("", self.PASSWORD), self.basic("glances", "s\u00e9cret"),
                     self.basic("glances", self.PASSWORD + "\n"), self.basic("root", self.PASSWORD),
                     self.basic("Glances", self.PASSWORD), good[:-4], good + b", " + good,
                     self.basic("glances", "s\u00e8cret:x", "latin-1"), self.basic("glances", "\0" * 900),
                     self.basic("\u0661" * 900, "\U0001f600" * 900), good.replace(b"Basic", b"Digest")):
            with self.subTest(line[:60]):
                (status, headers, body), = self.ask(get(line, path=mem))
                self.assertEqual((status, headers["www-authenticate"]),
                                 (401, 'Basic realm="glancesd", charset="UTF-8"'))
                bodies.add(json.dumps(body))
        self.assertEqual(len(bodies), 1)                    # none says which half was wrong

    def test_the_right_one(self) -> None:
        good = self.basic("glances", self.PASSWORD)
        for line in (good, self.basic("glances", self.PASSWORD, "latin-1"), good.replace(b"Basic", b"bASIC"),
                     good.replace(b"Basic ", b"Basic   ") + b"  "):
            with self.subTest(line):
                requests = get(line, path=b"/api/2/mem") + get(path=b"/api/2/mem") + get(line, path=b"/x")
                self.assertEqual(self.statuses(requests), [200, 401, 404])
        self.assertEqual(self.statuses(get(good, path=b"/api/2/mem", host=b"Host: anything.example\r\n")), [200])

    def test_open_paths(self) -> None:
        for path in (b"/healthz", b"/readyz", b"/livez", b"/api/2/status"):
            with self.subTest(path):
                self.assertEqual(self.statuses(get(path=path)), [200])
        for path in (b"/", b"/api/2/nosuch", b"/api/3/mem", b"/livez/x", b"/healthz%2fx", b"/api/2/args",
                     b"/api/2/all/limits"):
            with self.subTest(path):                        # what there is and what not is nobody's business either
                self.assertEqual(self.statuses(get(path=path)), [401])

    def test_head_and_options(self) -> None:
        head = exchange(self.daemon.port, get(method=b"HEAD", path=b"/api/2/mem"))
        self.assertRegex(head, rb"^HTTP/1\.1 401 [^\0]*\r\n\r\n$")
        self.assertEqual(self.statuses(get(method=b"OPTIONS", path=b"/api/2/mem")), [200])

    def test_origins(self) -> None:
        allow = "access-control-allow-origin"
        good = self.basic("glances", self.PASSWORD)
        for line, origin in (
                (b"Origin: https://a.example", "https://a.example"), (b"Origin: https://a.example.evil", None),
                (b"Origin: http://a.example", None), (b"Origin: https://A.example", None), (b"Origin: null", None),
                (b"X: y", None)):
            for expected, more in ((200, (good,)), (401, ())):
                with self.subTest(line, more=more):
                    (status, headers, _), = self.ask(get(line, *more, path=b"/api/2/mem"))
                    self.assertEqual((status, headers.get(allow), headers["vary"]), (expected, origin, "Origin"))
        (status, headers, _), = self.ask(get(b"Origin: https://a.example", method=b"OPTIONS", path=b"/api/2/mem"))
        self.assertEqual((status, headers[allow]), (200, "https://a.example"))
        self.assertIn("Authorization", headers["access-control-allow-headers"])


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True


class Networks(unittest.TestCase):
    def test_callers_of_other_networks(self) -> None:
        for bind, allowed, status in (("127.0.0.1", "10.0.0.0/8,::1/128", 403), ("::", "10.0.0.0/8,::/64", 403),
                                      ("::", "127.0.0.0/8", 200)):
            with self.subTest(bind=bind, allowed=allowed):
                if ":" in bind and not has_ipv6():
                    self.skipTest("there is no IPv6 here")
                with Daemon(*TREES, "--allow-from", allowed, bind=bind) as daemon:
                    for line in (b"X: y", b"X-Forwarded-For: 10.0.0.1", b"Forwarded: for=10.0.0.1",
                                 b"X-Real-IP: 10.0.0.1"):
                        found = list(answers(exchange(daemon.port, get(line) + NEXT)))
                        self.assertEqual([entry[0] for entry in found], [403] if status == 403 else [200, 404])
                        if status == 403:
                            self.assertIn(b"--allow-from", found[0][2] or b"")
                    self.assertEqual(daemon.log[1:], [])


class Floods(Case):
    MOST = 64                      # --max-connections by default

    def test_a_client_beside_many_silent_ones(self) -> None:
        idle = self.held()
        silent = [self.connect(get()[:5 + number % 30]) for number in range(200)]
        for _ in range(5):
            self.assertEqual(self.statuses(get()), [200])
        threads, descriptors = self.held()
        # One that was sent away may still be on its way out.
        self.assertLess(threads, idle[0] + self.MOST + 20)
        self.assertLess(descriptors, idle[1] + self.MOST + 20)
        for client in silent:
            client.close()
        give_up = time.monotonic() + PATIENCE_SECONDS
        while any(map(gt, self.held(), idle)) and time.monotonic() < give_up:
            time.sleep(0.05)
        self.assertFalse(any(map(gt, self.held(), idle)), "%s, at first %s" % (self.held(), idle))

    def test_those_that_were_sent_away_are_the_ones_that_waited_longest(self) -> None:
        silent = [self.connect(get()[:-1]) for _ in range(self.MOST)]
        kept = self.connect(get())
        self.assertTrue(kept.recv(4096).startswith(b"HTTP/1.1 200 "))
        more = [self.connect(get()[:-1]) for _ in range(self.MOST // 2)]
        with contextlib.suppress(ConnectionError):
            self.assertEqual(silent[0].recv(1), b"")
        for client in more[-3:]:
            client.sendall(b"\n")
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200 "))


class Busy(unittest.TestCase):
    def test_every_place_at_work(self) -> None:
        with tempfile.TemporaryDirectory() as proc:
            for name in ("stat", "meminfo"):
                shutil.copy(os.path.join(HOST, "proc", name), proc)
            os.mkfifo(proc + "/loadavg")                # what reads it waits until somebody writes
            options = ("--interval", "0", "--procfs", proc, "--sysfs", proc, "--rootfs", proc, "--max-connections", "1")
            with Daemon(*options) as daemon, socket.create_connection(("127.0.0.1", daemon.port),
                                                                      PATIENCE_SECONDS) as busy:
                busy.sendall(get(path=b"/api/2/load/min1"))
                writer = self.open_for_its_reader(proc + "/loadavg")
                with socket.create_connection(("127.0.0.1", daemon.port), PATIENCE_SECONDS) as other:
                    (status, headers, _), = answers(other.recv(4096))          # whatever it was about to ask
                self.assertEqual((status, headers["retry-after"], headers["connection"]), (503, "1", "close"))
                os.write(writer, b"0.25 0.18 0.05 1/220 12345\n")
                os.close(writer)
                self.assertTrue(busy.recv(4096).endswith(b'{"min1": 0.25}'))
                self.assertEqual(daemon.ask("/livez")[0], 200)
                self.assertEqual(daemon.log[1:], [])

    def open_for_its_reader(self, path: str) -> int:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:                             # ENXIO: nobody reads yet
                self.assertLess(time.monotonic(), give_up)
                time.sleep(0.01)


@unittest.skipUnless(ssl, "this Python has no ssl")
class Tls(Case):
    folder: tempfile.TemporaryDirectory[str]
    certificate: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        key, cls.certificate = (os.path.join(cls.folder.name, name) for name in ("key.pem", "cert.pem"))
        for path, text in ((key, KEY), (cls.certificate, CERTIFICATE)):
            with open(path, "w") as file:
                file.write(text)
        cls.options = (*TREES, "--tls-cert", cls.certificate, "--tls-key", key)
        super().setUpClass()

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        cls.folder.cleanup()

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(self.certificate)
        return context

    def secured(self, data: bytes) -> list[int]:
        received = b""
        with self.context().wrap_socket(self.connect()) as client:
            client.sendall(data)
            while True:
                try:
                    piece = client.recv(65536)
                except (ConnectionError, ssl.SSLError):
                    break
                if not piece:
                    break
                received += piece
        return [status for status, _, _ in answers(received)]

    def test_answers(self) -> None:
        self.assertEqual(self.secured(get() + NEXT + get(b"Connection: close", path=b"/api/2/all")), [200, 404, 200])
        self.assertEqual(self.secured(get(b"Transfer-Encoding: chunked") + NEXT), [400])
        self.assertIn("https://", self.daemon.log[0])

    def test_old_versions(self) -> None:
        for version in (b"\x03\x01", b"\x03\x02"):                  # TLS 1.0, 1.1
            with self.subTest(version):
                hello = version + b"r" * 32 + b"\0\0\4\0\x2f\xc0\x13\1\0"
                message = b"\x01\0\0" + bytes((len(hello),)) + hello
                received = exchange(self.daemon.port, b"\x16\x03\x01\0" + bytes((len(message),)) + message)
                self.assertEqual((received[:1], received[5:]), (b"\x15", b"\x02\x46"))     # an alert: protocol_version

    def test_clients_that_never_shake_hands(self) -> None:
        silent = [self.connect(b"\x16\x03\x01"[:number % 4]) for number in range(100)]
        self.assertEqual(self.secured(get(b"Connection: close")), [200])
        for client in silent:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            client.close()
        self.assertEqual(self.secured(get(b"Connection: close")), [200])

    def test_what_is_no_handshake(self) -> None:
        for data in (get(), b"\0" * 5000, b"\x16\x03\x01\xff\xff" + b"a" * 5000, b"\x15\x03\x01\x00\x02\x02\x28",
                     b"\x80\x2e\x01\x00\x02"):
            with self.subTest(data[:20]):
                self.assertNotIn(b"HTTP", exchange(self.daemon.port, data))
        self.assertEqual(self.secured(get(b"Connection: close")), [200])


class Stock(BaseHTTPRequestHandler):
    """The standard library's reading of a request: `status` 200, or what it would have refused with."""

    protocol_version = "HTTP/1.1"

    def __init__(self, data: bytes) -> None:
        self.rfile, self.wfile = io.BytesIO(data), io.BytesIO()
        self.status, self.request_version, self.command = 200, "", ""
        self.raw_requestline = self.rfile.readline(65537)
        self.parse_request()

    def send_error(self, code: int, message: Optional[str] = None, explain: Optional[str] = None) -> None:
        self.status = code


class Reading(NamedTuple):
    """What both readers say of a request."""

    status: int
    method: str = ""
    path: tuple[str, ...] = ()
    keep_alive: bool = False
    authorization: Optional[str] = None
    origin: Optional[str] = None
    body_bytes: int = 0


def stock_reading(data: bytes) -> Reading:
    stock = Stock(data)
    if stock.status != 200:
        return Reading(stock.status)
    path = tuple(unquote(part) for part in stock.path.partition("?")[0][1:].split("/"))
    return Reading(200, stock.command, path, not stock.close_connection, stock.headers["Authorization"],
                   stock.headers["Origin"], int(stock.headers["Content-Length"] or 0))


def own_reading(data: bytes) -> Reading:
    try:
        head, _ = http1.split(data)
        assert head is not None
        request = http1.parse(head)
    except Refused as refused:
        return Reading(refused.status)
    authorization = None if request.authorization is None else request.authorization.decode("latin-1")
    return Reading(200, request.method, request.path, request.keep_alive, authorization, request.origin,
                   request.body_bytes)


class Differential(unittest.TestCase):
    """Beside the standard library's http.server."""

    def test_well_formed_requests_are_read_alike(self) -> None:
        random = Random(1)
        methods = ("GET", "HEAD", "OPTIONS", "POST", "DELETE", "M-SEARCH", "get")
        pieces = ("api", "2", "mem", "caf%C3%A9", "%2F", "a%20b", "+", "%25", "~", "a:b", "@", "", ".", "..", ";x",
                  "%e2%82%ac")
        values = (("Connection", ("close", "keep-alive", "Close", "upgrade")), ("Content-Length", ("0", "7", "12")),
                  ("Authorization", ("Basic eDp5", "Bearer a.b", "")), ("Origin", ("null", "https://a.example:8")),
                  ("Accept-Encoding", ("gzip", "*")), ("X-Odd~Name!", ("a: b", "\u00e9", " \t padded \t ", "")))
        for _ in range(2000):
            path = "/" + "/".join(random.choice(pieces) for _ in range(random.randrange(1, 6)))
            if path.startswith("//"):                     # the newer of them make one slash of these
                continue
            lines = ["%s %s%s HTTP/%s" % (random.choice(methods), path, random.choice(("", "", "?a=/b")),
                                          random.choice(("1.1", "1.1", "1.0"))), "Host: localhost"]
            for name, choices in random.sample(values, random.randrange(4)):
                spelled = random.choice((name, name.lower(), name.upper()))
                lines.append(spelled + ":" + random.choice(("", " ", "\t")) + random.choice(choices))
            data = "\r\n".join((*lines, "", "")).encode("latin-1")
            with self.subTest(data):
                self.assertEqual(own_reading(data), stock_reading(data))

    def test_refused_alike(self) -> None:
        for line in (b"GET / HTTP/2.0", b"GET / HTTP/3", b"GET / HTTP/1", b"GET / HTTP/1.1.1", b"GET / HTTP/x.y",
                     b"GET / HTTP", b"GET / FTP/1.1", b"GET / x HTTP/1.1", b"GET", b"POST /",
                     b"GET / http/1.1"):
            with self.subTest(line):
                data = line + b"\r\nHost: localhost\r\n\r\n"
                self.assertEqual(own_reading(data), stock_reading(data))
                self.assertNotEqual(own_reading(data).status, 200)

    def test_a_difference_is_found(self) -> None:
        self.assertNotEqual(own_reading(get(b"Transfer-Encoding: chunked")),
                            stock_reading(get(b"Transfer-Encoding: chunked")))
        self.assertNotEqual(own_reading(get(path=b"/a")), stock_reading(get(path=b"/b")))


if __name__ == "__main__":
    unittest.main()
