"""replies: the bytes of answers, and what is remembered of requests and answers."""
from __future__ import annotations

import gzip
import threading
import unittest
from unittest import mock

from glancesd.answers import Answer
from glancesd.server import replies as module
from glancesd.server.places import WHOLE_BYTES
from glancesd.server.replies import Replies
from tests.serving import GET, App, Case


class Bytes(Case):
    def test_headers(self) -> None:
        status, headers, body = self.ask(GET)
        self.assertEqual((status, body), (200, b'"x"'))
        self.assertEqual({name: headers.get(name) for name in
                          ("content-type", "content-length", "cache-control", "x-content-type-options", "connection",
                           "x-path")},
                         {"content-type": "application/json", "content-length": "3", "cache-control": "no-store",
                          "x-content-type-options": "nosniff", "connection": None, "x-path": "x"})
        self.assertRegex(headers["date"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

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


class Sent(unittest.TestCase):
    def setUp(self) -> None:
        self.app = App()
        self.replies = Replies(self.app)
        self.prepared = self.replies.prepare(GET)

    def test_the_same_bytes_within_a_second(self) -> None:
        answer = Answer(b"1")
        with mock.patch("glancesd.server.replies.time.time", return_value=1000.0) as clock:
            sent = self.replies.sent(answer, self.prepared)
            clock.return_value = 1000.9
            self.assertIs(self.replies.sent(answer, self.prepared), sent)
            clock.return_value = 1001.0
            self.assertNotEqual(self.replies.sent(answer, self.prepared).first, sent.first)

    def test_another_head(self) -> None:
        answer = Answer(b"1")
        self.replies.sent(answer, self.prepared)
        closing = self.replies.prepare(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        self.assertIn(b"\r\nConnection: close\r\n", self.replies.sent(answer, closing).first)
        self.assertNotIn(b"Connection", self.replies.sent(answer, self.prepared).first)

    def test_the_last_answer_of_a_connection_is_not_kept_for_others(self) -> None:
        answer = Answer(b"1")
        self.assertIn(b"\r\nConnection: close\r\n", self.replies.sent(answer, self.prepared, is_last=True).first)
        self.assertNotIn(b"Connection", self.replies.sent(answer, self.prepared).first)
        self.assertIn(b"\r\nConnection: close\r\n", self.replies.sent(answer, self.prepared, is_last=True).first)

    def test_long_bodies_stay_one_object(self) -> None:
        gzipped = self.replies.prepare(GET.replace(b"\r\n\r\n", b"\r\nAccept-Encoding: gzip\r\n\r\n"))
        head = self.replies.prepare(GET.replace(b"GET", b"HEAD"))
        long = Answer(bytes(range(256)) * (WHOLE_BYTES // 256) + b"1")
        self.assertIs(self.replies.sent(long, self.prepared).rest, long.body)
        self.assertTrue(self.replies.sent(long, gzipped).first.endswith(long.gzipped))         # as short as that
        sent = self.replies.sent(long, head)
        self.assertEqual((sent.rest, sent.first[-4:]), (None, b"\r\n\r\n"))
        self.assertIn(b"Content-Length: %d\r\n" % len(long.body), sent.first)
        self.assertTrue(self.replies.sent(Answer(long.body[1:]), self.prepared).first.endswith(long.body[1:]))

    def test_gzip_is_made_once_for_all_who_ask_at_once(self) -> None:
        made: list[object] = []
        together = threading.Barrier(4)

        class Packer:
            def compress(self, data: bytes) -> bytes:
                made.append(self)
                return b"packed"

            def flush(self) -> bytes:
                return b""

        def ask() -> None:
            together.wait(30)
            answers.append(answer.gzipped)

        answer = Answer(b"x" * 5000)
        answers: list[bytes] = []
        with mock.patch("glancesd.answers.zlib.compressobj", lambda *arguments: Packer()):
            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        self.assertEqual((answers, len(made)), ([b"packed"] * 4, 1))

    def test_no_name_stands_twice(self) -> None:
        for lines, compressible, expected in (
                ((), False, []),
                ((), True, ["Vary: Accept-Encoding"]),
                (("Vary: Origin",), True, ["Vary: Origin, Accept-Encoding"]),
                (("Vary: Accept, Accept-Encoding", "Vary: Origin"), True, ["Vary: Accept, Accept-Encoding, Origin"]),
                (("CACHE-CONTROL: max-age=1", "Cache-Control: private"), False, ["Cache-Control: private"]),
                (("A: b: c",), False, ["A: b: c"])):
            with self.subTest(lines):
                merged = module._merged(lines, compressible).split("\r\n")[:-1]
                names = [line.partition(":")[0].lower() for line in merged]
                self.assertEqual(len(names), len(set(names)))
                self.assertLessEqual(set(expected), set(merged))
                self.assertIn("X-Content-Type-Options: nosniff", merged)


class Heads(Case):
    def test_the_memory_of_heads_is_bounded(self) -> None:
        client = self.connect()
        for number in range(3 * module.HEADS_REMEMBERED):
            client.sendall(GET.replace(b"/x", b"/%d" % number))
            self.assertEqual(self.answer(client)[2], b'"%d"' % number)
            self.assertLessEqual(len(self.server.replies.prepared), module.HEADS_REMEMBERED)
        client.sendall(GET.replace(b"/x", b"/" + b"a" * module.HEAD_BYTES_REMEMBERED))
        self.answer(client)
        self.assertFalse([head for head in self.server.replies.prepared if len(head) > module.HEAD_BYTES_REMEMBERED])

    def test_other_settings_forget_them(self) -> None:
        self.ask(GET)
        other = App()
        other.answer = lambda request: Answer(b"2")  # type: ignore[method-assign]
        self.server.renew(other, 4, 3, None)
        self.assertEqual(self.ask(GET)[2], b"2")

    def test_an_app_that_answers_while_another_takes_its_place(self) -> None:
        """What the old one prepares meanwhile is not remembered for the new one."""
        replies = Replies(App())
        old, new = replies.app, App()

        def prepare(request: object) -> object:
            replies.renew(new)
            return lambda: Answer(b"old"), (), None

        with mock.patch.object(old, "prepare", prepare):
            self.assertEqual(replies.prepare(GET).answer().body, b"old")
        self.assertEqual(replies.prepare(GET).answer().body, b'"x"')


if __name__ == "__main__":
    unittest.main()
