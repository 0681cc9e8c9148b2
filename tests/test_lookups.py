"""lookups: who waits for a resolver, how long, and what is known of a name when it does not answer."""
from __future__ import annotations

import socket
import threading
import time
import unittest
from typing import Callable
from unittest import mock

from glancesd.tasks import lookups
from glancesd.tasks.lookups import Lookups, resolve

V4 = int(socket.AF_INET)


class Waiting(unittest.TestCase):
    def setUp(self) -> None:
        self.calls: list[str] = []
        self.release = threading.Event()
        self.addCleanup(self.release.set)
        self.dead = False

    def resolve(self, host: str) -> list[tuple[int, str]]:
        self.calls.append(host)
        if self.dead:
            self.release.wait(30)
        if host == "unknown.test":
            raise OSError(-2, "Name or service not known")
        return [(V4, "192.0.2.%d" % len(self.calls))]

    def assertCalled(self, *hosts: str) -> None:
        """These, once the threads have come to it, and no others."""
        until = time.monotonic() + 30
        while len(self.calls) < len(hosts) and time.monotonic() < until:
            time.sleep(0.01)
        self.assertEqual(sorted(self.calls), sorted(hosts))

    def test_fresh(self) -> None:
        found = Lookups(self.resolve)
        self.assertEqual(found.addresses("a.test", 5.0), [(V4, "192.0.2.1")])
        self.assertEqual(found.addresses("a.test", 5.0), [(V4, "192.0.2.2")])
        self.assertEqual(found.addresses("unknown.test", 5.0), [])

    def test_a_look_up_that_fails_ends_its_thread_in_peace(self) -> None:
        for problem in (OSError(-2, "Name or service not known"), UnicodeError("label too long"),
                        LookupError("unknown encoding: idna")):
            with self.subTest(problem):
                found = Lookups(mock.Mock(side_effect=problem), lambda work: work())
                self.assertEqual(found.addresses("a.test", 5.0), [])

    def test_a_dead_resolver(self) -> None:
        found = Lookups(self.resolve)
        found.addresses("a.test", 5.0)
        self.dead = True
        self.assertEqual(found.addresses("a.test", 0.01), [(V4, "192.0.2.1")])       # the latest known
        self.assertEqual(found.addresses("b.test", 0.01), [])
        self.assertEqual(found.addresses("a.test", 60.0), [(V4, "192.0.2.1")])       # under way: nobody waits for it
        self.assertCalled("a.test", "a.test", "b.test")

    def test_threads_have_a_bound(self) -> None:
        self.dead = True
        found = Lookups(self.resolve)
        for number in range(lookups.THREADS + 3):
            self.assertEqual(found.addresses("%d.test" % number, 0.01), [])
        self.assertCalled(*["%d.test" % number for number in range(lookups.THREADS)])

    def test_names_have_a_bound(self) -> None:
        found = Lookups(self.resolve)
        with mock.patch.object(lookups, "NAMES", 2):
            for name, known in (("a", ["a"]), ("b", ["a", "b"]), ("b", ["a", "b"]), ("c", ["c"])):
                found.addresses(name, 5.0)
                self.assertEqual(list(found._known), known)

    def test_no_thread_to_be_had(self) -> None:
        def none(work: Callable[[], None]) -> None:
            raise RuntimeError("can't start new thread")

        found = Lookups(self.resolve, none)
        self.assertEqual((found.addresses("a.test", 60.0), found.addresses("a.test", 60.0)), ([], []))


class Resolver(unittest.TestCase):
    def test_names_go_as_bytes(self) -> None:
        """For text Python wants the codec idna, which small boxes lack."""
        asked: list[object] = []

        def getaddrinfo(host: object, *rest: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
            asked.append(host)
            return [(V4, 1, 6, "", ("192.0.2.1", 0))]

        with mock.patch.object(socket, "getaddrinfo", getaddrinfo):
            self.assertEqual(resolve("a.test"), [(V4, "192.0.2.1")])
            self.assertEqual(resolve("\u00e9.test"), [(V4, "192.0.2.1")])
        self.assertEqual(asked, [b"a.test", b"xn--9ca.test"])


if __name__ == "__main__":
    unittest.main()
