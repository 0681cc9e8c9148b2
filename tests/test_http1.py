"""http1: request heads, well formed and hostile."""
from __future__ import annotations

import unittest

from glancesd.answers import Refused, Request
from glancesd.server import http1

HOST = b"Host: h\r\n"


def parse(head: bytes) -> Request:
    whole, rest = http1.split(head)
    assert whole is not None and rest == b"", (whole, rest)
    return http1.parse(whole)


class Parse(unittest.TestCase):
    def path(self, target: bytes) -> tuple[str, ...]:
        return parse(b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n" % target).path

    def test_paths(self) -> None:
        table = (
            (b"/", ("",)),
            (b"/api/2/mem", ("api", "2", "mem")),
            (b"/api/2/mem?x=/1", ("api", "2", "mem")),
            (b"/api/2/fs/mnt_point/%2Fboot%2fefi", ("api", "2", "fs", "mnt_point", "/boot/efi")),
            (b"/fs//boot", ("fs", "", "boot")),
            (b"/a%20b+c%zz%", ("a b+c%zz%",)),
            ("/caf%C3%A9/ü".encode(), ("café", "ü")),
            (b"http://example.org:8080/x?y", ("x",)),
            (b"http://example.org", ("",)),
            (b"http://example.org?x", ("",)),
            (b"HTTP://h//x", ("", "x")),
        )
        for target, path in table:
            with self.subTest(target):
                self.assertEqual(self.path(target), path)

    def test_hosts(self) -> None:
        table = ((b"h", "h"), (b"H.Example.ORG:61208", "h.example.org"), (b"[::1]:80", "::1"),
                 (b"[fe80::1]", "fe80::1"),
                 (b"10.0.0.1", "10.0.0.1"), (b"", ""))
        for value, host in table:
            with self.subTest(value):
                self.assertEqual(parse(b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % value).host, host)
        self.assertIsNone(parse(b"GET / HTTP/1.0\r\n\r\n").host)
        self.assertEqual(parse(b"GET http://evil.example/ HTTP/1.1\r\nHost: h\r\n\r\n").host, "evil.example")

    def test_keep_alive(self) -> None:
        table = ((b"1.1", b"", True), (b"1.1", b"Connection: close\r\n", False),
                 (b"1.1", b"Connection: x, Close\r\n", False),
                 (b"1.0", b"", False), (b"1.0", b"connection: Keep-Alive\r\n", True))
        for version, header, keep in table:
            with self.subTest(version + header):
                self.assertIs(parse(b"GET / HTTP/%s\r\nHost: h\r\n%s\r\n" % (version, header)).keep_alive, keep)

    def test_gzip(self) -> None:
        table = ((b"gzip", True), (b"deflate, gzip;q=0.5", True), (b"gzip;q=0", False), (b"gzip; q=0.00", False),
                 (b"identity", False), (b"GZIP", True), (b"gzipped", False))
        for value, accepted in table:
            with self.subTest(value):
                self.assertIs(parse(b"GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: %s\r\n\r\n" % value).accepts_gzip,
                              accepted)

    def test_accept(self) -> None:
        for lines, accept in ((b"", None), (b"Accept:\r\n", ""), (b"accept: text/html;q=0.5,\t*/*\r\n",
                                                                 "text/html;q=0.5,\t*/*"),
                              (b"Accept: text/html\r\nA: b\r\nAccept: \xff\r\n", "text/html, \xff")):
            with self.subTest(lines):
                self.assertEqual(parse(b"GET / HTTP/1.1\r\nHost: h\r\n%s\r\n" % lines).accept, accept)

    def test_other_fields(self) -> None:
        request = parse(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nContent-Length: 12\r\n"
                        b"Expect: 100-continue\r\nAuthorization: Basic eDp5\r\nOrigin: http://o\r\n\r\n")
        self.assertEqual((request.method, request.body_bytes, request.expects_continue, request.authorization,
                          request.origin),
                         ("POST", 12, True, b"Basic eDp5", "http://o"))
        self.assertEqual(parse(b"OPTIONS * HTTP/1.0\r\n\r\n").path, ("*",))

    def test_refused(self) -> None:
        table = (
            ("nothing", b"\r\n\r\n\r\nGET\r\n\r\n", 400),
            ("HTTP/0.9", b"GET /\r\n\r\n", 400),
            ("two spaces", b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
            ("no token", b"G(T / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
            ("a control character in the target", b"GET /\x01 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
            ("no path", b"GET x HTTP/1.1\r\n" + HOST + b"\r\n", 400),
            ("* is for OPTIONS", b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", 400),
            ("a path that is not UTF-8", b"GET /%FF HTTP/1.1\r\n" + HOST + b"\r\n", 400),
            ("HTTP/2", b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
            ("HTTP/1.2", b"GET / HTTP/1.2\r\n" + HOST + b"\r\n", 505),
            ("not HTTP", b"GET / RTSP/1.0\r\n" + HOST + b"\r\n", 400),
            ("no Host", b"GET / HTTP/1.1\r\n\r\n", 400),
            ("two Hosts", b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
            ("two Hosts in HTTP/1.0", b"GET / HTTP/1.0\r\n" + HOST + HOST + b"\r\n", 400),
            ("a Host that is none", b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
            ("a path in Host", b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
            ("a user in Host", b"GET / HTTP/1.1\r\nHost: evil.example@h\r\n\r\n", 400),
            ("a user in the target", b"GET http://evil.example@h/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
            ("a Host that is none beside a whole URL", b"GET http://h/ HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
            ("spaces before a control character", b"GET / HTTP/1.1\r\n" + HOST + b"A:" + b" " * 9000 + b"\x01\r\n\r\n",
             400),
            ("Transfer-Encoding", b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", 400),
            ("Transfer-Encoding in disguise", b"GET / HTTP/1.1\r\n" + HOST + b"transfer-encoding:\tidentity\r\n\r\n",
             400),
            ("a space before the colon", b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n\r\n", 400),
            ("a folded line", b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n", 400),
            ("two lengths", b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("a list of lengths", b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 1, 1\r\n\r\n", 400),
            ("a signed length", b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n\r\n", 400),
            ("no colon", b"GET / HTTP/1.1\r\n" + HOST + b"abc\r\n\r\n", 400),
            ("no name", b"GET / HTTP/1.1\r\n" + HOST + b": x\r\n\r\n", 400),
            ("a NUL", b"GET / HTTP/1.1\r\n" + HOST + b"A: \x00\r\n\r\n", 400),
            ("a lone CR", b"GET / HTTP/1.1\r\n" + HOST + b"A: b\rC: d\r\n\r\n", 400),
            ("a lone LF", b"GET / HTTP/1.1\r\n" + HOST + b"A: b\nC: d\r\n\r\n", 400),
            ("lines that end in LF", b"GET / HTTP/1.1\nHost: h\n\n", 400),
            ("a long request line", b"GET /%s HTTP/1.1\r\n" % (b"a" * 8200) + HOST + b"\r\n", 414),
            ("a long request line without an end", b"GET /" + b"a" * 8200, 414),
            ("long headers", b"GET / HTTP/1.1\r\n" + HOST + b"A: %s\r\n\r\n" % (b"b" * 16400), 431),
            ("many headers", b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 64 + b"\r\n", 431),
        )
        for what, head, status in table:
            with self.subTest(what), self.assertRaises(Refused) as caught:
                parse(head)
            self.assertEqual(caught.exception.status, status, caught.exception)

    def test_as_many_headers_as_are_allowed(self) -> None:
        self.assertEqual(parse(b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 63 + b"\r\n").method, "GET")


class Query(unittest.TestCase):
    def query(self, target: bytes) -> tuple[tuple[str, str], ...]:
        return parse(b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n" % target).query

    def test_table(self) -> None:
        for target, pairs in (
                (b"/", ()),
                (b"/?", ()),
                (b"/?nb=3", (("nb", "3"),)),
                (b"/?nb=3&nb=4&&", (("nb", "3"), ("nb", "4"))),
                (b"/?collect%5B%5D=cpu&collect[]=meminfo", (("collect[]", "cpu"), ("collect[]", "meminfo"))),
                (b"/?a+b=c+d%2Be%20f", (("a b", "c d+e f"),)),
                (b"/?a", (("a", ""),)),
                (b"/?=b", (("", "b"),)),
                (b"/?a=b=c?d/e", (("a", "b=c?d/e"),)),
                (b"/?a=b#&c=d", (("a", "b"),)),
                (b"/#?a=b", ()),
                ("/?é=%C3%A9".encode(), (("é", "é"),)),
                (b"/?a=%zz%&b=%FF%00&c=\xff%ed%a0%80",
                 (("a", "%zz%"), ("b", "\ufffd\x00"), ("c", "\ufffd" * 4))),
                (b"http://h?a=b", (("a", "b"),)),
                (b"http://h/x?a=b", (("a", "b"),))):
            with self.subTest(target):
                self.assertEqual(self.query(target), pairs)

    def test_as_many_as_are_kept(self) -> None:
        pairs = self.query(b"/?" + b"&".join(b"a=%d" % number for number in range(http1.QUERY_PAIRS + 9)))
        self.assertEqual(pairs, tuple(("a", str(number)) for number in range(http1.QUERY_PAIRS)))
        self.assertEqual(self.query(b"/?" + b"&" * 8000), ())


class Split(unittest.TestCase):
    def test_pieces(self) -> None:
        whole = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
        for end in range(len(whole)):
            with self.subTest(end):
                self.assertEqual(http1.split(whole[:end]), (None, whole[:end]))
        self.assertEqual(http1.split(whole + whole[:5]), (whole, whole[:5]))

    def test_empty_lines_before_a_request(self) -> None:
        self.assertEqual(http1.split(b"\r\n\r\nGET / HTTP/1.0\r\n\r\nx"), (b"GET / HTTP/1.0\r\n\r\n", b"x"))

    def test_what_follows_a_head_is_not_looked_at(self) -> None:
        self.assertEqual(http1.split(b"GET / HTTP/1.0\r\n\r\n\x00\n"), (b"GET / HTTP/1.0\r\n\r\n", b"\x00\n"))


class Date(unittest.TestCase):
    def test_table(self) -> None:
        for seconds, expected in ((0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784111777.9, "Sun, 06 Nov 1994 08:49:37 GMT"),
                                  (1709164799, "Wed, 28 Feb 2024 23:59:59 GMT"),
                                  (1735689600, "Wed, 01 Jan 2025 00:00:00 GMT")):
            with self.subTest(expected):
                self.assertEqual(http1.date(seconds), expected)


if __name__ == "__main__":
    unittest.main()
