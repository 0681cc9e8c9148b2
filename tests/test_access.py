"""access and passwords: who is let in, and what is said to the others."""
from __future__ import annotations

import base64
import os
import tempfile
import threading
import unittest
from functools import partial
from typing import Any, Optional, cast
from unittest import mock

from glancesd.answers import Refused
from glancesd.server import passwords
from glancesd.server.access import Access
from glancesd.server.hashing import Busy
from glancesd.server.http1 import parse
from glancesd.settings import SettingsError, default_settings, read_settings


def access(*arguments: str, hostname: str = "box", credentials: Any = None) -> Access:
    settings = read_settings(list(arguments), {}) if arguments else default_settings()
    return Access(settings, (hostname,), credentials)


def request(host: Optional[str] = "box", **headers: str) -> Any:
    lines = ["GET / HTTP/1.1" if host is not None else "GET / HTTP/1.0"]
    lines += ["Host: " + host] if host is not None else []
    lines += ["%s: %s" % item for item in headers.items()]
    return parse(("\r\n".join(lines) + "\r\n\r\n").encode())


class Networks(unittest.TestCase):
    def served(self, rules: Access, address: str) -> bool:
        try:
            rules.caller(address)
        except Refused as refused:
            self.assertEqual(refused.status, 403)
            self.assertIn("--allow-from", refused.message)
            return False
        return True

    def test_without_a_password(self) -> None:
        table = (
            ("127.0.0.1", True), ("127.255.0.9", True), ("::1", True), ("", True),
            ("10.1.2.3", True), ("172.16.0.1", True), ("172.31.255.255", True), ("192.168.1.1", True),
            ("169.254.3.4", True), ("100.64.0.1", True), ("100.127.255.255", True), ("fe80::1%eth0", True),
            ("fd12::1", True),
            ("::ffff:192.168.1.1", True),
            ("172.32.0.1", False), ("100.128.0.1", False), ("8.8.8.8", False), ("192.169.0.1", False),
            ("2001:db8::1", False),
            ("::ffff:8.8.8.8", False), ("0.0.0.0", False), ("nonsense", False),
        )
        rules = access()
        for address, expected in table:
            with self.subTest(address):
                self.assertIs(self.served(rules, address), expected)

    def test_allow_from_replaces_them(self) -> None:
        rules = access("--allow-from", "203.0.113.0/24,2001:db8::/32")
        for address, expected in (("203.0.113.9", True), ("2001:db8::9", True), ("127.0.0.1", False),
                                  ("10.0.0.1", False)):
            with self.subTest(address):
                self.assertIs(self.served(rules, address), expected)

    def test_with_a_password(self) -> None:
        self.assertTrue(self.served(access(credentials=object()), "8.8.8.8"))
        rules = access("--allow-from", "10.0.0.0/8", credentials=object())
        self.assertFalse(self.served(rules, "8.8.8.8"))


    def test_a_public_address_of_this_machine(self) -> None:
        """A machine that asks for itself by its public name is answered, as on loopback."""
        table: tuple[tuple[str, str, str, bool], ...] = (
            # --allow-from, peer, local address, served
            ("", "203.0.113.1", "203.0.113.1", True), ("", "2001:db8::1", "2001:db8::1", True),
            ("", "::ffff:203.0.113.1", "::ffff:203.0.113.1", True),
            ("", "203.0.113.2", "203.0.113.1", False), ("", "2001:db8::2", "2001:db8::1", False),
            ("127.0.0.0/8", "203.0.113.1", "203.0.113.1", True), ("10.0.0.0/8", "203.0.113.1", "203.0.113.1", False),
            ("127.0.0.0/8", "2001:db8::1", "2001:db8::1", False), ("::1/128", "2001:db8::1", "2001:db8::1", True),
        )
        for networks, peer, own, served in table:
            with self.subTest(networks=networks, peer=peer):
                rules = access(*(("--allow-from", networks) if networks else ()))
                if served:
                    rules.caller(peer, partial(str, own))
                else:
                    self.assertRaises(Refused, rules.caller, peer, partial(str, own))


class Hosts(unittest.TestCase):
    def test_without_a_password(self) -> None:
        table = (
            ("localhost", 200), ("LOCALHOST:61208", 200), ("127.0.0.1:61208", 200), ("[::1]:61208", 200),
            ("192.0.2.1", 200),
            ("box", 200), ("box.", 200), ("box.local", 200), ("Box.Lan", 200), ("box.home.arpa", 200),
            ("box.internal", 200),
            ("box.example.org", 200), ("other.example.org", 421), ("box.example.com", 421), ("box.com", 421),
            ("evil.example", 421), ("localhost.evil.example", 421), ("", 421), ("127.0.0.1.evil.example", 421),
            ("2130706433", 421), ("127.0.0.1%.evil.example", 421), ("127.0.0.1%25eth0", 421), (None, 200),
            ("[fe80::1%25eth0]", 200), ("[fe80::1%25eth0]:61208", 200), ("[fe80::1%eth0.2]", 200),
            ("[FE80::1%25wlp3s0]", 200), ("[fe80::zz]", 400), ("[fe80::1%]", 400), ("[evil.example%25eth0]", 400),
        )
        rules = access(hostname="box.example.org")
        for host, expected in table:
            with self.subTest(host):
                try:
                    rules.host(request(host))
                    status = 200
                except Refused as refused:
                    status = refused.status
                    if status == 421:
                        self.assertIn("--allowed-host", refused.message)
                self.assertEqual(status, expected)

    def test_further_names_and_passwords(self) -> None:
        access("--allowed-host", "stats.example.com").host(request("Stats.example.com:80"))
        access(credentials=object()).host(request("anything.example"))


class Origins(unittest.TestCase):
    def test_table(self) -> None:
        allowed = ("Vary: Origin", "Access-Control-Allow-Origin: https://a.example")
        table: tuple[tuple[str, Any, Optional[str], tuple[str, ...]], ...] = (
            ("", None, "https://a.example", ()),
            ("https://a.example", None, "https://a.example", allowed),
            ("https://a.example", object(), "https://a.example", (*allowed, "Access-Control-Allow-Credentials: true")),
            ("https://a.example", None, "https://a.example.evil", ("Vary: Origin",)),
            ("https://a.example", None, None, ("Vary: Origin",)),
            ("*", object(), "https://b.example", ("Access-Control-Allow-Origin: *",)),
        )
        for origins, credentials, origin, expected in table:
            with self.subTest(origins=origins, origin=origin):
                rules = access(*(("--cors-origin", origins) if origins else ()), credentials=credentials)
                self.assertEqual(rules.cors(request(**({"Origin": origin} if origin else {}))), expected)


class Passwords(unittest.TestCase):
    def header(self, user: str, password: str) -> bytes:
        return b"Basic " + base64.b64encode(("%s:%s" % (user, password)).encode())

    def test_clear_and_hashed(self) -> None:
        with mock.patch.object(passwords, "ITERATIONS", 1000):
            hashed = passwords.hash_line("sécret:x")
        self.assertRegex(hashed, r"^pbkdf2_sha256\$1000\$[0-9a-f]{32}\$[0-9a-f]{64}$")
        for secret in ("sécret:x", hashed):
            with self.subTest(secret):
                credentials = passwords.Credentials("glances", secret)
                table = ((self.header("glances", "sécret:x"), True), (self.header("glances", "sécret"), False),
                         (self.header("root", "sécret:x"), False), (self.header("", ""), False), (None, False),
                         (b"Basic", False), (b"Basic !!!", False), (b"Basic \xff\xfe", False), (b"Bearer abc", False),
                         (b"basic " + self.header("glances", "sécret:x")[6:], True))
                for header, good in table:
                    with self.subTest(header):
                        self.assertIs(credentials.good(header), good)
                        self.assertIs(credentials.good(header), good)

    def test_a_good_header_is_hashed_once(self) -> None:
        credentials = passwords.Credentials("glances", "secret")
        header = self.header("glances", "secret")
        self.assertTrue(credentials.good(header))
        with mock.patch.object(passwords, "pbkdf2", side_effect=AssertionError):
            self.assertTrue(credentials.good(header))
            self.assertTrue(credentials.good(b"basic  " + header[6:]))       # another client's way to write the same

    def test_busy(self) -> None:
        credentials = passwords.Credentials("glances", "secret")
        rules = access(credentials=credentials)
        with mock.patch.object(credentials._queue, "verdict", side_effect=Busy):
            with self.assertRaises(Refused) as caught:
                rules.password(request(Authorization="Basic eDp5"), "8.8.8.8")
            self.assertEqual((caught.exception.status, caught.exception.headers), (503, ("Retry-After: 1",)))

    def test_the_challenge_names_its_charset(self) -> None:
        with self.assertRaises(Refused) as caught:
            access(credentials=passwords.Credentials("glances", "secret")).password(request(), "8.8.8.8")
        self.assertEqual(caught.exception.status, 401)
        self.assertEqual(caught.exception.headers, ('WWW-Authenticate: Basic realm="glancesd", charset="UTF-8"',))

    def test_latin_1_is_as_good_as_utf_8(self) -> None:
        """requests and aiohttp send Latin-1, browsers and curl UTF-8."""
        credentials = passwords.Credentials("j\xf6rg", "s\xe9cret")
        table = (("j\xf6rg:s\xe9cret".encode("latin-1"), True), ("j\xf6rg:s\xe9cret".encode(), True),
                 (b"j\xf6rg:" + "s\xe9cret".encode(), True), ("j\xf6rg:s\xe8cret".encode("latin-1"), False))
        for text, good in table:
            with self.subTest(text):
                self.assertIs(credentials.good(b"Basic " + base64.b64encode(text)), good)

    def test_a_wrong_one_that_comes_again_is_hashed_once(self) -> None:
        """A client that was set up with the wrong password polls for ever (Homepage sends `undefined:undefined`)."""
        credentials = passwords.Credentials("glances", "secret")
        header = self.header("undefined", "undefined")
        with mock.patch.object(passwords, "pbkdf2", wraps=passwords.pbkdf2) as hashing:
            for _ in range(3):
                self.assertFalse(credentials.good(header))
            self.assertEqual(hashing.call_count, 1)
            for number in range(passwords.FAILURES_REMEMBERED * 2):
                credentials.good(self.header("glances", str(number)))
                credentials.good(header)                         # who polls is not forgotten for others' guesses
            self.assertEqual(hashing.call_count, 1 + passwords.FAILURES_REMEMBERED * 2)
        self.assertEqual(len(credentials._failures), passwords.FAILURES_REMEMBERED)
        self.assertTrue(credentials.good(self.header("glances", "secret")))

    def test_several_with_the_same_one_cost_one_hash(self) -> None:
        credentials = passwords.Credentials("glances", "secret")
        header, verdicts = self.header("glances", "secret"), []
        begun, go_on = threading.Event(), threading.Event()

        def derive(*arguments: Any) -> bytes:
            begun.set()
            go_on.wait(30)
            return hashed(*arguments)

        hashed = passwords.pbkdf2()
        with mock.patch.object(passwords, "pbkdf2", side_effect=lambda: derive) as hashing:
            clients = [threading.Thread(target=lambda: verdicts.append(credentials.good(header))) for _ in range(5)]
            for client in clients:
                client.start()
            self.assertTrue(begun.wait(30))
            go_on.set()
            for client in clients:
                client.join(30)
            self.assertEqual((verdicts, hashing.call_count), ([True] * 5, 1))

    def test_a_wrong_user_costs_a_hash_as_well(self) -> None:
        credentials = passwords.Credentials("glances", "secret")
        with mock.patch.object(passwords, "pbkdf2", wraps=passwords.pbkdf2) as hashing:
            credentials.good(self.header("nobody", "secret"))
            credentials.good(self.header("glances", "wrong"))
            credentials.good(b"Bearer x")
        self.assertEqual(hashing.call_count, 3)

    def test_the_loop_without_openssl(self) -> None:
        # RFC 7914, section 11: the first 32 of its 64 bytes are PBKDF2's first block.
        self.assertEqual(passwords._pbkdf2_pure(b"passwd", b"salt", 1).hex(),
                         "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")
        self.assertEqual(passwords._pbkdf2_pure(b"p", b"s", 7), passwords.pbkdf2()(b"p", b"s", 7))


class Guesses(unittest.TestCase):
    def test_one_that_comes_hard_on_another_is_answered_later(self) -> None:
        """14 connections that guessed as fast as they were answered cost 1.2 processors."""
        now, slept = [1000.0], [0.0]

        class Wrong:
            def good(self, header: Optional[bytes], address: str = "") -> bool:
                if header == b"Basic busy":
                    raise Busy
                return header == b"Basic good"

        def sleep(seconds: float) -> None:
            slept[0] += seconds

        made = Access(default_settings(), ("box",), cast(Any, Wrong()), lambda: now[0], sleep)
        for seconds, header, status, waits in (
                (0, "Basic x", 401, False), (0.05, "Basic x", 401, True), (0.05, "Basic busy", 503, True),
                (0.01, None, 401, False), (0.01, "Basic good", 200, False), (0.01, "Basic y", 401, True),
                (0.2, "Basic busy", 503, False), (1, "Basic x", 401, False)):
            now[0] += seconds
            before, found = slept[0], 200
            try:
                made.password(request(**({"Authorization": header} if header else {})), "192.0.2.1")
            except Refused as refused:
                found = refused.status
            with self.subTest(seconds=seconds, header=header):
                self.assertEqual((found, slept[0] > before), (status, waits))


class PasswordFiles(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "password")

    def write(self, data: bytes, mode: int = 0o600) -> None:
        with open(self.path, "wb") as file:
            file.write(data)
        os.chmod(self.path, mode)

    def test_refused(self) -> None:
        table = (
            ("empty", b"", 0o600, "one line"), ("only a line break", b"\n", 0o600, "one line"),
            ("two lines", b"a\nb\n", 0o600, "one line"),
            ("long", b"a" * 2000, 0o600, "one line"), ("not UTF-8", b"\xff", 0o600, "not UTF-8"),
            ("readable by its group", b"a", 0o640, "chmod 600"), ("readable by all", b"a", 0o604, "chmod 600"),
            ("a broken hash", b"pbkdf2_sha256$1$zz$00", 0o600, "pbkdf2_sha256$"),
            ("slapd", b"{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3\n", 0o600, "the hash of another program"),
            ("slapd, crypt(3)", b"{CRYPT}rqXexS6ZhobKA\n", 0o600, "the hash of another program"),
            ("Werkzeug", b"scrypt:32768:8:1$x0mAbc$" + b"0f" * 64, 0o600, "the hash of another program"),
            ("Werkzeug's old", b"pbkdf2:sha256:260000$x0$" + b"0f" * 32, 0o600, "the hash of another program"),
            ("yescrypt", b"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7", 0o600,
             "the hash of another program"),
            ("Glances' own, 2 and 3", b"0" * 32 + b"$" + b"f" * 64, 0o600, "the hash of another program"),
            ("Glances' own, 4", b"0" * 32 + b"$" + b"f" * 256 + b"\n", 0o600, "the hash of another program"),
            ("crypt(3)", b"$6$saltsalt$" + b"A/." * 20, 0o600, "--hash-password"),
            ("htpasswd", b"me:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/", 0o600, "--hash-password"),
            ("htpasswd -s", b"me:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", 0o600, "--hash-password"),
            ("a hash without end", b"pbkdf2_sha256$999999999$00$" + b"0" * 64, 0o600, "pbkdf2_sha256$"),
        )
        for what, data, mode, message in table:
            with self.subTest(what):
                self.write(data, mode)
                with self.assertRaises(SettingsError) as caught:
                    passwords.read(self.path, "glances")
                self.assertIn(message, str(caught.exception))
                self.assertNotIn("\n", str(caught.exception))

    def test_missing(self) -> None:
        with self.assertRaisesRegex(SettingsError, "No such file"):
            passwords.read(self.path, "glances")

    def test_clear_passwords_that_look_a_little_like_hashes(self) -> None:
        for secret in (b"$5 is my price$", b"0" * 32 + b"$short", b"a$b$c", b"f" * 64, b"$6$x"):
            with self.subTest(secret):
                self.write(secret)
                self.assertTrue(passwords.read(self.path, "me").good(b"Basic " + base64.b64encode(b"me:" + secret)))

    def test_a_credential_of_systemd(self) -> None:
        """From 254 on: root's, mode 0440, and an ACL for the unit's user."""
        folder = os.path.dirname(self.path)
        self.write(b"secret\n", 0o440)
        passwords.read(self.path, "me", credentials_directory=folder)
        passwords.read(self.path, "me", credentials_directory=folder + "/")
        for other in ("", folder + "/password", os.path.dirname(folder) + "/none", folder[:-1]):
            with self.subTest(other), self.assertRaisesRegex(SettingsError, "mode 440"):
                passwords.read(self.path, "me", credentials_directory=other)

    def test_a_reload_forgets_nobody(self) -> None:
        self.write(b"secret\n")
        earlier = passwords.read(self.path, "me")
        self.write(b"secret")                                    # the same, written anew
        self.assertIs(passwords.read(self.path, "me", earlier), earlier)
        self.assertIsNot(passwords.read(self.path, "you", earlier), earlier)
        self.write(b"other")
        self.assertIsNot(passwords.read(self.path, "me", earlier), earlier)

    def test_read(self) -> None:
        self.write(b"secret\r\n")
        self.assertTrue(passwords.read(self.path, "me").good(b"Basic " + base64.b64encode(b"me:secret")))


if __name__ == "__main__":
    unittest.main()
