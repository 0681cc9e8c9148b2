"""users: passwd as systems have it, when it is read again, and what this very machine is asked besides."""
from __future__ import annotations

import errno
import threading
import unittest
from types import SimpleNamespace
from typing import Iterator, Optional, Union
from unittest import mock

from glancesd.collectors import users
from glancesd.collectors.users import Users
from glancesd.roots import NoData, Roots

PASSWD = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\nbob:x:1001:100::/home/bob:/bin/sh\n"


class Host(Roots):
    """A host with this passwd, or the error of reading it."""

    def __init__(self, passwd: Union[str, Exception] = PASSWD, live: bool = False) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.live = self.own_root = live
        self.passwd = passwd

    def root_pieces(self, name: str) -> Iterator[str]:
        if isinstance(self.passwd, Exception):
            raise self.passwd
        lines = self.passwd.splitlines(True)
        for start in range(0, len(lines), 1000):
            yield "".join(lines[start:start + 1000])


class Directory:
    """getpwuid(3): one name for every id or for none, at once or when the event is set."""

    def __init__(self, name: Optional[str], release: Optional[threading.Event] = None) -> None:
        self.name = name
        self.release = release
        self.asked: list[int] = []

    def __call__(self, uid: int) -> SimpleNamespace:
        self.asked.append(uid)
        if self.release is not None:
            self.release.wait()
        if self.name is None:
            raise KeyError(uid)
        return SimpleNamespace(pw_name=self.name)


class Parse(unittest.TestCase):
    def test_table(self) -> None:
        for name, text, expected in (("empty", "", {}), ("entries", PASSWD, {0: "root", 1000: "alice", 1001: "bob"}),
                                     ("the first name of an id counts", "a:x:5:6\nb:x:5:7\n", {5: "a"}),
                                     ("no id has so many digits", "a:x:%s:6\nb:x:5:7\n" % ("9" * 5000), {5: "b"}),
                                     ("other ends of a line", "a\x1c\x85:x:5:6\n", {5: "a\x1c\x85"}),
                                     ("comments, NIS, short, no name, no number",
                                      "#a:x:1\n+::::::\n-@x\na:x\n:x:2:2\nb:x:-1:1\nc:x:\u00b2:1\nd:x:9:9\n",
                                      {9: "d"})):
            with self.subTest(name):
                self.assertEqual(users.parse(text), expected)


class Names(unittest.TestCase):
    def setUp(self) -> None:
        self.seconds = 1000.0
        self.users = Users(lambda: self.seconds)

    def test_without_a_name(self) -> None:
        self.assertEqual(self.users.name(Host(), 4242), "4242")

    def test_without_passwd(self) -> None:
        for name, problem in (("missing", NoData("etc/passwd")), ("refused", PermissionError(errno.EACCES, "denied")),
                              ("broken", OSError(errno.EIO, "Input/output error"))):
            with self.subTest(name):
                self.assertEqual(Users(lambda: 1.0).name(Host(problem), 1000), "1000")

    def test_refused_for_a_while(self) -> None:
        host = Host()
        self.assertEqual(self.users.name(host, 1000), "alice")
        host.passwd = OSError(errno.EIO, "Input/output error")
        self.seconds += 60
        self.assertEqual(self.users.name(host, 1001), "bob")

    def test_short_of_descriptors(self) -> None:
        """Names must not turn into numbers for a minute because one opening failed."""
        for number in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            for _ in range(2):
                with self.subTest(errno.errorcode[number]):
                    self.seconds += 60
                    with self.assertRaises(OSError):
                        self.users.name(Host(OSError(number, "short")), 1000)
                    self.assertEqual(self.users.name(Host(), 1000), "alice")

    def test_a_company_of_users(self) -> None:
        """Names behind those that are kept are found, and nobody is taken for another (a group, part of a number)."""
        with mock.patch.object(users, "MOST_NAMES", 100):
            many = "".join("user%d:x:%d:%d:x:300000:/:/bin/sh\n" % (uid, uid, uid + 7) for uid in range(5000))
            found = [self.users.name(Host(many), uid) for uid in (0, 4999, 2007, 5000, 300000, 999)]
        self.assertEqual(found, ["user0", "user4999", "user2007", "5000", "300000", "user999"])
        self.assertLess(len(self.users._names), 1100)
        with self.assertRaises(OSError):                 # no number for a minute because a descriptor was missing
            self.users.name(Host(OSError(errno.EMFILE, "short")), 4998)

    def test_read_again_after_a_minute(self) -> None:
        self.assertEqual(self.users.name(Host(), 1000), "alice")
        renamed = Host(PASSWD.replace("alice", "carol"))
        self.seconds += 59
        self.assertEqual(self.users.name(renamed, 1000), "alice")
        self.seconds += 1
        self.assertEqual(self.users.name(renamed, 1000), "carol")

    def test_this_machine_knows_more_names(self) -> None:
        for name, answer, expected in (("a name", "dora", "dora"), ("not UTF-8", "d\udcff", "d\ufffd"),
                                       ("none", None, "4242")):
            directory = SimpleNamespace(getpwuid=Directory(answer))
            with self.subTest(name), mock.patch.object(users, "pwd", directory):
                self.assertEqual(Users(lambda: 1.0).name(Host(live=True), 4242), expected)

    def test_another_host_is_not_asked_here(self) -> None:
        another_root, another_proc = Host(live=True), Host(live=True)
        another_root.own_root = another_proc.live = False
        for host in (Host(), another_root, another_proc):
            with mock.patch.object(users, "pwd", SimpleNamespace(getpwuid=Directory("dora"))):
                self.assertEqual(Users(lambda: 1.0).name(host, 4242), "4242")

    def test_each_id_is_asked_for_once(self) -> None:
        directory = Directory("dora")
        with mock.patch.object(users, "pwd", SimpleNamespace(getpwuid=directory)):
            for _ in range(2):
                self.assertEqual(self.users.name(Host(live=True), 4242), "dora")
        self.assertEqual(directory.asked, [4242])

    def test_directory_that_is_slow_has_a_second_a_minute_and_no_name_turns_into_a_number(self) -> None:
        asked: list[int] = []

        def slowly(uid: int) -> SimpleNamespace:
            asked.append(uid)
            self.seconds += 0.3
            return SimpleNamespace(pw_name="u%d" % uid)

        ids, shown = range(5000, 5010), []
        with mock.patch.object(users, "pwd", SimpleNamespace(getpwuid=slowly)):
            for _ in range(20):
                before = len(asked)
                shown.append([self.users.name(Host(live=True), uid) for uid in ids])
                self.assertLessEqual(len(asked) - before, 4)
                self.seconds += 60
        names = ["u%d" % uid for uid in ids]
        self.assertEqual([sum(map(names.__contains__, row)) for row in shown[:4]], [4, 8, 10, 10])
        self.assertEqual(shown[3:], [names] * 17)
        self.assertGreater(len(asked), len(ids))               # now and then each is asked for again

    def test_directory_that_goes_away(self) -> None:
        """Names that it told stay; one that it no longer has is a number."""
        release = threading.Event()
        self.addCleanup(release.set)
        host = Host(live=True)
        for directory, expected in ((Directory("dora", release), "dora"), (Directory(None), "4242")):
            asked = Users(lambda: self.seconds)
            with mock.patch.object(users, "pwd", SimpleNamespace(getpwuid=Directory("dora"))):
                self.assertEqual(asked.name(host, 4242), "dora")
            with self.subTest(expected), mock.patch.object(users, "pwd", SimpleNamespace(getpwuid=directory)):
                for _ in range(17):
                    self.seconds += 60
                    name = asked.name(host, 4242)
                self.assertEqual(name, expected)
                self.assertNotEqual(directory.asked, [])

    def test_directory_that_does_not_answer(self) -> None:
        release = threading.Event()
        self.addCleanup(release.set)
        directory = Directory("dora", release)
        with mock.patch.object(users, "pwd", SimpleNamespace(getpwuid=directory)):
            self.assertEqual([self.users.name(Host(live=True), uid) for uid in (4242, 4243)], ["4242", "4243"])
        self.assertEqual(directory.asked, [4242])


if __name__ == "__main__":
    unittest.main()
