"""app: in which order a request is looked at: method, path, Host, password; who learns what."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.answers import Answer, Refused, Request, error
from glancesd.server.app import App
from glancesd.server.http1 import parse


class Access:
    """Serves the name `box`; the password is `yes`."""

    def __init__(self, needs_password: bool) -> None:
        self.needs_password = needs_password

    def cors(self, request: Request) -> tuple[str, ...]:
        return ("Vary: Origin",)

    def preflight(self, request: Request) -> tuple[str, ...]:
        return ("Access-Control-Max-Age: 600",)

    def host(self, request: Request) -> None:
        if request.host != "box":
            raise Refused(421, "not here")

    def password(self, request: Request, address: str) -> None:
        if request.authorization != b"yes":
            raise Refused(401, "who are you?")


class Site:
    """Has /here, and /open that anyone may ask."""

    def find(self, request: Request) -> Any:
        if request.path in (("here",), ("open",)):
            return lambda: Answer(b"found"), request.path == ("open",)
        raise Refused(422 if request.path == ("top", "x") else 404, "nowhere")

    def error(self, refused: Refused, request: Any = None) -> Answer:
        return error(refused)


class Order(unittest.TestCase):
    def ask(self, needs_password: bool, method: str, path: str, host: str, word: str) -> tuple[int, tuple[str, ...]]:
        access: Any = Access(needs_password)
        site: Any = Site()
        head = "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n" % (method, path, host, word)
        request = parse(head.encode())
        answer, headers, guard = App(access, site).prepare(request)
        try:
            if guard is not None:
                guard("10.0.0.1")
            given = answer()
        except Refused as refused:
            return refused.status, headers
        return given.status, (*headers, *given.headers)

    def test_table(self) -> None:
        for name, needs_password, method, path, host, word, status in (
                ("an answer", False, "GET", "/here", "box", "", 200),
                ("its head", False, "HEAD", "/here", "box", "", 200),
                ("with the password", True, "GET", "/here", "box", "yes", 200),
                ("without it", True, "GET", "/here", "box", "no", 401),
                ("under another name", False, "GET", "/here", "evil", "", 421),
                ("no such path", False, "GET", "/x", "box", "", 404),
                ("who comes under another name does not learn that", False, "GET", "/x", "evil", "", 421),
                ("nor who has no password", True, "GET", "/x", "box", "no", 401),
                ("but who has one", True, "GET", "/x", "box", "yes", 404),
                ("nor what it takes", True, "GET", "/top/x", "box", "no", 401),
                ("which is told with it", True, "GET", "/top/x", "box", "yes", 422),
                ("a probe, by whatever name", False, "GET", "/open", "evil", "", 200),
                ("and without a password", True, "HEAD", "/open", "evil", "no", 200),
                ("another method", False, "POST", "/here", "box", "", 405),
                ("also for a stranger", True, "DELETE", "/x", "evil", "no", 405),
                ("a browser that asks first", True, "OPTIONS", "/x", "evil", "no", 200)):
            with self.subTest(name):
                self.assertEqual(self.ask(needs_password, method, path, host, word)[0], status)

    def test_headers(self) -> None:
        allow = "Allow: GET, HEAD, OPTIONS"
        for method, expected in (("GET", ("Vary: Origin",)), ("POST", ("Vary: Origin", allow)),
                                 ("OPTIONS", (allow, "Access-Control-Max-Age: 600"))):
            with self.subTest(method):
                self.assertEqual(self.ask(False, method, "/here", "box", "")[1], expected)


if __name__ == "__main__":
    unittest.main()
