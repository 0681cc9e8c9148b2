"""processes: stat, io, status, cmdline as kernels print them, what is read of whom and when, what two samples say."""
from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import unittest
from types import SimpleNamespace
from typing import Iterable, Mapping, Optional, Union
from unittest import mock

from glancesd.collectors import processes
from glancesd.collectors.processes import Process, Record, Sampler
from glancesd.roots import NoData, ParseError, Roots

IO = b"rchar: 9\nwchar: 8\nsyscr: 7\nsyscw: 6\nread_bytes: %d\nwrite_bytes: %d\ncancelled_write_bytes: 3\n"
STATUS = b"Name:\tbash\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t%d\nUid:\t%d\t4\t5\t6\nGid:\t7\t7\t7\t7\n"
PASSWD = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\nbob:x:1001:100::/home/bob:/bin/sh\n"
PAGE = 4096
GONE = NoData("gone")
DENIED = PermissionError(errno.EACCES, "Permission denied")
HIDDEN = PermissionError(errno.EPERM, "Operation not permitted")
TOO_MANY = OSError(errno.EMFILE, "Too many open files")

Content = Union[bytes, Exception]


def stat(name: bytes = b"bash", pid: int = 10, state: bytes = b"S", parent: int = 1, user: int = 300, system: int = 40,
         nice: int = 0, threads: int = 1, start: int = 5000, virtual: int = 8 << 20, pages: int = 100) -> bytes:
    """A record of stat as Linux 6 prints it."""
    return b"%d (%s) %s %d 10 10 0 -1 4194560 1 2 3 4 %d %d 4 205 20 %d %d 0 %d %d %d 18446744073709551615%s\n" % (
        pid, name, state, parent, user, system, nice, threads, start, virtual, pages, b" 0" * 27)


def program(pid: int, record: Optional[bytes] = None, command: bytes = b"bash\0-l\0",
            uid: int = 1000) -> dict[str, Content]:
    """The files of one process."""
    return {"%d/stat" % pid: stat(pid=pid) if record is None else record, "%d/io" % pid: IO % (5000, 600),
            "%d/cmdline" % pid: command, "%d/status" % pid: STATUS % (pid, uid)}


class Host(Roots):
    """Files of /proc by name, or the error of reading one; owners by pid for a live one. Remembers what was opened."""

    def __init__(self, *programs: Mapping[str, Content], owners: Optional[Mapping[int, int]] = None) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.live = self.own_root = owners is not None
        self.owners = owners or {}
        self.passwd = PASSWD
        self.files: dict[str, Content] = {}
        self.opened: list[str] = []
        for files in programs:
            self.files.update(files)

    def pids(self) -> list[int]:
        return sorted({int(name.partition("/")[0]) for name in self.files})

    def record(self, name: str, size: int = 4096) -> bytes:
        self.opened.append(name)
        content = self.files.get(name, GONE)
        if isinstance(content, Exception):
            raise content
        return content[:size]

    def owned_record(self, name: str, size: int = 4096) -> tuple[bytes, int]:
        return self.record(name, size), self.owners.get(int(name.partition("/")[0]), 0)

    def root_file(self, name: str, default: Optional[str] = None) -> str:
        if not self.passwd:
            raise NoData(name)
        return self.passwd

    def opens(self) -> list[str]:
        """What was opened since the last call."""
        opened, self.opened = self.opened, []
        return opened


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class ParseStat(unittest.TestCase):
    NEWEST = (b"2649 (bash) S 2648 2649 2649 0 -1 4194560 4084 129062 0 43 1 4 205 629 25 5 3 0 163277 5251072 955 "
              b"18446744073709551615 94226955583488 94226956372893 140727268658016 0 0 0 65536 4 1132560123 1 0 0 17 "
              b"0 0 0 0 0 0 94226956606192 94226956654436 94227252355072 140727268662138 140727268662153 "
              b"140727268662153 140727268663274 0\n")
    ANCIENT = b"1 (init) S 0 1 1 0 -1 4194560 9 9 9 9 7 8 9 9 15 0 1 0 12 2899968 345 4294967295\n"

    def test_newest(self) -> None:
        self.assertEqual(processes.parse_stat(self.NEWEST),
                         Record(b"bash", "S", 2648, 5, 3, 163277, 1, 4, 955, 5251072))

    def test_ancient(self) -> None:
        self.assertEqual(processes.parse_stat(self.ANCIENT), Record(b"init", "S", 0, 0, 1, 12, 7, 8, 345, 2899968))

    def test_not_one_column_less(self) -> None:
        record = self.ANCIENT.rpartition(b" ")[0]
        self.assertEqual(processes.parse_stat(record), processes.parse_stat(self.ANCIENT))
        with self.assertRaises(ParseError):
            processes.parse_stat(record.rpartition(b" ")[0])

    def test_names(self) -> None:
        for name in (b"", b")", b"(", b"a b", b"my proc (x)name", b"a) R 1 2 3", b"two\nlines", b"caf\xc3\xa9",
                     b"\xff\xfe", b"kworker/0:0H-events_highpri"):
            with self.subTest(name):
                self.assertEqual(processes.parse_stat(stat(name, parent=77))[:3], (name, "S", 77))

    def test_states(self) -> None:
        for state in "RSDTtZXI":
            with self.subTest(state):
                self.assertEqual(processes.parse_stat(stat(state=state.encode())).state, state)

    def test_malformed(self) -> None:
        for name, record in (("empty", b""), ("no name", b"1 S 0 1 1"), ("the name does not end", b"1 (bash S 0 1 1 0"),
                             ("the name does not begin", b"1 bash) S" + b" 0" * 40), ("short", self.ANCIENT[:50]),
                             ("nothing behind the name", b"1 (bash)\n"), ("no state", b"1 (bash)" + b" 10" * 40),
                             ("not a number", self.ANCIENT.replace(b"345", b"3x5"))):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                processes.parse_stat(record, "1/stat")
            self.assertTrue(str(caught.exception).startswith("1/stat:1: "), caught.exception)


class ParseIo(unittest.TestCase):
    def test_valid(self) -> None:
        for name, record, expected in (("newest", IO % (4096, 12288), (4096, 12288)),
                                       ("nothing before them", b"write_bytes: 2\nread_bytes: 1\n", (1, 2))):
            with self.subTest(name):
                self.assertEqual(processes.parse_io(record), expected)

    def test_malformed(self) -> None:
        for name, record in (("empty", b""), ("short", b"rchar: 9\nwchar: 8\n"), ("no read_bytes", b"write_bytes: 9\n"),
                             ("no write_bytes", b"read_bytes: 9\n"), ("no number", b"read_bytes: x\nwrite_bytes: 1\n"),
                             ("cut", b"read_bytes: 1\nwrite_bytes:")):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                processes.parse_io(record, "1/io")
            self.assertTrue(str(caught.exception).startswith("1/io:1: "), caught.exception)


class ParseStatusUid(unittest.TestCase):
    def test_valid(self) -> None:
        for name, record, expected in (("real, not effective", STATUS % (1, 33), 33),
                                       ("escaped newline in the name", b"Name:\ta\\nUid:\t7\nUid:\t8\t8\t8\t8\n", 8)):
            with self.subTest(name):
                self.assertEqual(processes.parse_status_uid(record), expected)

    def test_malformed(self) -> None:
        for name, record, message in (("empty", b"", "1/status:1: no user id"),
                                      ("missing", b"Name:\ta\n", "1/status:1: no user id"),
                                      ("no number", b"Name:\ta\nUid:\tx\n", "1/status:2: not a user id"),
                                      ("cut", b"Name:\ta\nUid:", "1/status:2: not a user id")):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                processes.parse_status_uid(record, "1/status")
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)


class ParseCommandLine(unittest.TestCase):
    def test_table(self) -> None:
        for name, data, expected in (
                ("kernel thread, zombie", b"", ""),
                ("arguments", b"/usr/bin/python3\0-m\0glancesd\0", "/usr/bin/python3 -m glancesd"),
                ("an empty argument", b"sh\0-c\0\0x\0", "sh -c x"),
                ("a title instead of arguments", b"nginx: worker process", "nginx: worker process"),
                ("a title, padded", b"sshd: root@pts/0\0\0\0\0\0\0", "sshd: root@pts/0"),
                ("a newline in an argument", b"sh\0-c\0a\nb\0", "sh -c a\nb"),
                ("UTF-8", b"caf\xc3\xa9\0", "caf\u00e9"),
                ("not UTF-8", b"caf\xe9\0-x\0", "caf\ufffd -x"),
                ("nothing but NUL", b"\0\0\0", "")):
            with self.subTest(name):
                self.assertEqual(processes.parse_command_line(data), expected)


class ParsePasswd(unittest.TestCase):
    def test_table(self) -> None:
        for name, text, expected in (("empty", "", {}), ("entries", PASSWD, {0: "root", 1000: "alice", 1001: "bob"}),
                                     ("the first name of an id counts", "a:x:5:6\nb:x:5:7\n", {5: "a"}),
                                     ("comments, NIS, short, no name, no number",
                                      "#a:x:1\n+::::::\n-@x\na:x\n:x:2:2\nb:x:-1:1\nc:x:\u00b2:1\nd:x:9:9\n",
                                      {9: "d"})):
            with self.subTest(name):
                self.assertEqual(processes.parse_passwd(text), expected)


class Derive(unittest.TestCase):
    BASE = Process(10, 1, "bash", "bash -l", "alice", "S", 0, 1, 5000, 300, 40, 409600, 8 << 20, 5000, 600)
    TABLE = (
        # name, before, now, elapsed, cpu percent, read bytes before, written bytes before
        ("two samples", BASE, BASE._replace(user_ticks=330, system_ticks=47, read_bytes=9000), 2.0, 18.5, 5000, 600),
        ("one decimal", BASE, BASE._replace(user_ticks=301), 3.0, 0.3, 5000, 600),
        ("two busy threads", BASE, BASE._replace(user_ticks=500), 1.0, 200.0, 5000, 600),
        ("nothing happened", BASE, BASE, 1.0, 0.0, 5000, 600),
        ("new", None, BASE, 1.0, 0.0, 5000, 600),
        ("the pid of another", BASE._replace(start_ticks=4000, user_ticks=1, read_bytes=1), BASE, 1.0, 0.0, 5000, 600),
        ("ticks step back", BASE, BASE._replace(user_ticks=200, system_ticks=50), 1.0, 10.0, 5000, 600),
        ("bytes step back", BASE, BASE._replace(read_bytes=10, written_bytes=700), 1.0, 0.0, 10, 600),
        ("not permitted", BASE._replace(read_bytes=None, written_bytes=None, state="R"),
         BASE._replace(read_bytes=None, written_bytes=None), 1.0, 0.0, None, None),
        ("permitted from now on", BASE._replace(read_bytes=None, written_bytes=None), BASE, 1.0, 0.0, 5000, 600),
        ("no more permitted", BASE, BASE._replace(read_bytes=None, written_bytes=None), 1.0, 0.0, None, None),
        ("a window of no length", BASE, BASE._replace(user_ticks=500), 0.0, 0.0, 5000, 600),
    )

    def test_table(self) -> None:
        for name, before, now, elapsed, *expected in self.TABLE:
            with self.subTest(name):
                activity, = processes.derive({10: now}, {} if before is None else {10: before}, elapsed)
                self.assertIs(activity.process, now)
                self.assertEqual(list(activity[1:]), [*expected, elapsed])

    def test_first_sample(self) -> None:
        self.assertEqual(processes.derive({10: self.BASE}, None, 0.0),
                         [processes.Activity(self.BASE, 0.0, 5000, 600, 0.0)])

    def test_ended_process_is_not_listed(self) -> None:
        self.assertEqual(processes.derive({}, {10: self.BASE}, 1.0), [])


class Sample(unittest.TestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.sampler = Sampler(self.clock)

    def sampled(self, host: Host, pid: int = 10) -> Process:
        return self.sampler(host)[pid]

    def test_every_field(self) -> None:
        host = Host(program(10, stat(b"bash", 10, b"D", 7, 300, 40, -5, 3, 5000, 8 << 20, 100)))
        self.assertEqual(self.sampler(host), {10: Process(10, 7, "bash", "bash -l", "alice", "D", -5, 3, 5000, 300, 40,
                                                          100 * PAGE, 8 << 20, 5000, 600)})

    def test_ascending(self) -> None:
        self.assertEqual(list(self.sampler(Host(program(9), program(100), program(10)))), [9, 10, 100])

    def test_no_process(self) -> None:
        self.assertEqual(self.sampler(Host()), {})

    def test_names(self) -> None:
        for name, comm, command, expected in (
                ("short", b"bash", b"/bin/bash-static\0", "bash"),
                ("cut by the kernel", b"systemd-journal", b"/lib/systemd/systemd-journald\0", "systemd-journald"),
                ("fifteen, whole", b"fifteen-letters", b"fifteen-letters\0-x\0", "fifteen-letters"),
                ("an interpreter's", b"fifteen-letters", b"/bin/sh\0/x/fifteen-letters.sh\0", "fifteen-letters"),
                ("cut within a character", b"fourteen-chars\xc3", b"fourteen-chars\xc3\xa9\0", "fourteen-chars\u00e9"),
                ("a title that may be a file's name", b"f" * 15, b"f" * 255, "f" * 255),
                ("a title that cannot be one", b"f" * 15, b"f" * 256, "f" * 15),
                ("no arguments", b"fifteen-letters", b"", "fifteen-letters"),
                ("not UTF-8", b"a\xff)b\n", b"x\0", "a\ufffd)b\n")):
            with self.subTest(name):
                self.assertEqual(Sampler()(Host(program(10, stat(comm), command)))[10].name, expected)

    def test_kernel_thread(self) -> None:
        host = Host(program(2, stat(b"kthreadd", 2, virtual=0, pages=0), b"", 0))
        process = self.sampled(host, 2)
        self.assertEqual((process.name, process.command_line, process.user, process.resident_bytes),
                         ("kthreadd", "", "root", 0))
        self.assertNotIn("2/cmdline", host.opens())

    def test_known_process_costs_two_files(self) -> None:
        host = Host(program(10), program(11))
        self.sampler(host)
        host.opens()
        for _ in range(3):
            self.sampler(host)
            self.assertEqual(sorted(host.opens()), ["10/io", "10/stat", "11/io", "11/stat"])

    def test_idle_process_is_the_very_same(self) -> None:
        host = Host(program(10), program(11))
        first = self.sampler(host)
        host.files["11/stat"] = stat(pid=11, user=301)
        second = self.sampler(host)
        self.assertIs(second[10], first[10])
        self.assertEqual(second[11], first[11]._replace(user_ticks=301))
        self.assertEqual(first[11].user_ticks, 300)

    def test_only_io_changed(self) -> None:
        host = Host(program(10))
        self.sampler(host)
        host.files["10/io"] = IO % (7000, 800)
        process = self.sampled(host)
        self.assertEqual((process.read_bytes, process.written_bytes), (7000, 800))

    def test_gone_or_hidden(self) -> None:
        for name, content in (("gone since the listing, or while it is read", GONE), ("hidepid=1", HIDDEN)):
            for late in (False, True):
                with self.subTest(name, late=late):
                    host, sampler = Host(program(10), program(11)), Sampler()
                    if late:
                        sampler(host)
                    host.files["10/stat"] = content
                    self.assertEqual(list(sampler(host)), [11])

    def test_ended_between_its_files(self) -> None:
        host = Host({"10/stat": stat()})
        process = self.sampled(host)
        self.assertEqual((process.name, process.command_line, process.user, process.read_bytes),
                         ("bash", "", "?", None))

    def test_what_is_known_of_a_process_ends_with_it(self) -> None:
        host = Host(program(10))
        self.sampler(host)
        files, host.files = host.files, {}
        self.assertEqual(self.sampler(host), {})
        host.files = {**files, "10/cmdline": b"other\0"}
        self.assertEqual(self.sampled(host).command_line, "other")

    def test_malformed(self) -> None:
        for file in ("stat", "io", "status"):
            with self.subTest(file):
                host = Host(program(10), program(11))
                host.files["10/" + file] = b"nonsense"
                self.assertEqual(list(Sampler()(host)), [11])

    def test_all_malformed(self) -> None:
        host = Host(program(10, b"nonsense"), program(11, b""))
        with self.assertRaises(ParseError):
            self.sampler(host)

    def test_another_error_is_the_callers(self) -> None:
        host = Host(program(10), program(11))
        self.sampler(host)
        host.files["11/stat"] = TOO_MANY
        with self.assertRaises(OSError):
            self.sampler(host)
        host.files["11/stat"] = stat(pid=11)
        host.opens()
        self.assertEqual(list(self.sampler(host)), [10, 11])
        self.assertEqual(len(host.opens()), 4)

    def test_io_refused(self) -> None:
        host = Host({**program(10), "10/io": DENIED})
        process = self.sampled(host)
        self.assertEqual((process.read_bytes, process.written_bytes), (None, None))
        host.opens()
        self.assertIs(self.sampled(host), process)
        self.assertEqual(host.opens(), ["10/stat"])
        self.clock.seconds += 120
        host.files["10/io"] = IO % (1, 2)
        self.assertEqual(self.sampled(host).read_bytes, 1)

    def test_io_refused_later(self) -> None:
        host = Host(program(10))
        self.sampler(host)
        host.files["10/io"] = DENIED
        self.assertIsNone(self.sampled(host).read_bytes)
        host.opens()
        self.sampler(host)
        self.assertEqual(host.opens(), ["10/stat"])

    def test_pid_of_another_now(self) -> None:
        host = Host({**program(10), "10/io": DENIED})
        self.sampler(host)
        host.files.update(program(10, stat(start=6000), b"bash\0-x\0", 1001))
        process = self.sampled(host)
        self.assertEqual((process.command_line, process.user, process.read_bytes), ("bash -x", "bob", 5000))

    def test_another_program(self) -> None:
        host = Host(program(10))
        self.sampler(host)
        host.files.update(program(10, stat(b"top"), b"top\0", 1001))
        process = self.sampled(host)
        self.assertEqual((process.name, process.command_line, process.user), ("top", "top", "bob"))

    def test_kernel_worker_takes_another_name(self) -> None:
        host = Host(program(10, stat(b"kworker/u4:0-events", virtual=0), b"", 0))
        self.sampler(host)
        host.opens()
        for name in (b"kworker/u4:0-flush", b"kworker/u4:0"):
            host.files["10/stat"] = stat(name, virtual=0)
            self.assertEqual(self.sampled(host).name, name.decode())
        self.assertEqual(host.opens(), ["10/stat", "10/io"] * 2)

    def test_zombie_keeps_no_arguments(self) -> None:
        host = Host(program(10, stat(b"systemd-journal"), b"/lib/systemd-journald\0"))
        self.assertEqual(self.sampled(host).name, "systemd-journald")
        host.files.update({"10/stat": stat(b"systemd-journal", state=b"Z", virtual=0, pages=0), "10/cmdline": b""})
        seen = self.sampled(host)
        self.assertEqual((seen.state, seen.name, seen.command_line), ("Z", "systemd-journal", ""))
        self.assertEqual(seen, Sampler()(host)[10])

    def test_refreshed_now_and_then(self) -> None:
        host = Host(program(10), program(50))
        self.sampler(host)
        host.files["10/cmdline"] = host.files["50/cmdline"] = b"new\0"
        for later, expected in ((69.9, ["bash -l", "bash -l"]), (0.2, ["new", "bash -l"]),
                                (39.8, ["new", "bash -l"]), (0.2, ["new", "new"])):
            self.clock.seconds += later
            with self.subTest(seconds=self.clock.seconds):
                self.assertEqual([process.command_line for process in self.sampler(host).values()], expected)

    def test_long_command_lines(self) -> None:
        for length, expected in ((4095, 4095), (4096, 4096), (100 << 10, 100 << 10), (1 << 20, 128 << 10)):
            with self.subTest(length):
                command_line = Sampler()(Host(program(10, command=b"x" * length)))[10].command_line
                self.assertEqual(len(command_line), expected)

    def test_all_command_lines_together_are_bounded(self) -> None:
        command = b"x" * (128 << 10)
        host = Host(*(program(pid, stat(pid=pid), command) for pid in range(1, 101)))
        for seconds in (0, 120, 120):
            self.clock.seconds += seconds
            lengths = [len(process.command_line) for process in self.sampler(host).values()]
            self.assertEqual(lengths, [128 << 10] * 64 + [1024] * 36)
        for pid in range(1, 51):
            del host.files["%d/stat" % pid]
        for seconds in (0, 120):
            self.clock.seconds += seconds
            lengths = [len(process.command_line) for process in self.sampler(host).values()]
        self.assertEqual(lengths, [128 << 10] * 50)

    def test_owner(self) -> None:
        for name, owners, uid, expected, opened in (
                ("the file's owner", {10: 1001}, 1000, "bob", False),
                ("root's: it may be another's", {10: 0}, 1000, "alice", True),
                ("root's, and root it is", {10: 0}, 0, "root", True),
                ("another host's tree: never the owner of its files", None, 1001, "bob", True)):
            with self.subTest(name):
                host = Host(program(10, uid=uid), owners=owners)
                self.assertEqual(Sampler()(host)[10].user, expected)
                self.assertEqual("10/status" in host.opens(), opened)


class Users(unittest.TestCase):
    def user(self, host: Host, sampler: Optional[Sampler] = None) -> str:
        return (sampler or Sampler())(host)[10].user

    def test_without_a_name(self) -> None:
        self.assertEqual(self.user(Host(program(10, uid=4242))), "4242")

    def test_without_passwd(self) -> None:
        host = Host(program(10))
        host.passwd = ""
        self.assertEqual(self.user(host), "1000")

    def test_passwd_is_read_again_after_a_minute(self) -> None:
        clock = Clock()
        sampler = Sampler(clock)
        host = Host(program(10))
        self.assertEqual(self.user(host, sampler), "alice")
        host.passwd = PASSWD.replace("alice", "carol")
        host.files.update(program(10, stat(start=6000)))
        self.assertEqual(self.user(host, sampler), "alice")
        clock.seconds += 120
        self.assertEqual(self.user(host, sampler), "carol")

    def test_this_machine_knows_more_names(self) -> None:
        for name, answer, expected in (("a name", "dora", "dora"), ("not UTF-8", "d\udcff", "d\ufffd"),
                                       ("none", None, "4242")):
            directory = SimpleNamespace(getpwuid=Directory(answer))
            with self.subTest(name), mock.patch.object(processes, "pwd", directory):
                self.assertEqual(self.user(Host(program(10), owners={10: 4242})), expected)

    def test_another_host_is_not_asked_here(self) -> None:
        with mock.patch.object(processes, "pwd", SimpleNamespace(getpwuid=Directory("dora"))):
            self.assertEqual(self.user(Host(program(10, uid=4242))), "4242")

    def test_another_root_is_not_asked_about_here(self) -> None:
        host = Host(program(10), owners={10: 4242})
        host.own_root = False
        with mock.patch.object(processes, "pwd", SimpleNamespace(getpwuid=Directory("dora"))):
            self.assertEqual(self.user(host), "4242")

    def test_each_id_is_asked_for_once(self) -> None:
        directory = Directory("dora")
        with mock.patch.object(processes, "pwd", SimpleNamespace(getpwuid=directory)):
            Sampler()(Host(program(10), program(11), owners={10: 4242, 11: 4242}))
        self.assertEqual(directory.asked, [4242])

    def test_directory_that_does_not_answer(self) -> None:
        release = threading.Event()
        self.addCleanup(release.set)
        directory = Directory("dora", release)
        host = Host(program(10), program(11), owners={10: 4242, 11: 4243})
        with mock.patch.object(processes, "pwd", SimpleNamespace(getpwuid=directory)):
            self.assertEqual([process.user for process in Sampler()(host).values()], ["4242", "4243"])
        self.assertEqual(directory.asked, [4242])


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


@unittest.skipUnless(os.path.exists("/proc/self/stat"), "no /proc here")
class ThisMachine(unittest.TestCase):
    def child(self, arguments: Iterable[str], code: str) -> subprocess.Popen[bytes]:
        """A Python that runs the code, says so by a line, and waits until its input ends."""
        code += "\nimport sys; print(flush=True); sys.stdin.read()"
        child = subprocess.Popen([sys.executable, "-c", code, *arguments],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdin is not None and child.stdout is not None
        for clean_up in (child.wait, child.stdout.close, child.stdin.close):
            self.addCleanup(clean_up)
        child.stdout.readline()
        return child

    def test_itself(self) -> None:
        process = Sampler()(Roots())[os.getpid()]
        self.assertEqual((process.parent_pid, process.state), (os.getppid(), "R"))
        self.assertIn("python", process.name + process.command_line)
        self.assertGreater(process.resident_bytes, 1 << 20)
        self.assertGreater(process.virtual_bytes, process.resident_bytes)

    def test_ugly_name_and_long_arguments(self) -> None:
        argument = "x" * (100 << 10)
        child = self.child([argument], "open('/proc/self/comm', 'wb').write(b'a) (\\xff\\nb')")
        process = Sampler()(Roots())[child.pid]
        self.assertEqual((process.name, process.parent_pid), ("a) (\ufffd\nb", os.getpid()))
        self.assertTrue(process.command_line.endswith(" " + argument), len(process.command_line))

    def test_zombie(self) -> None:
        child = self.child([], "")
        sampler = Sampler()
        self.assertIn(sampler(Roots())[child.pid].state, "RS")
        assert child.stdin is not None
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        zombie = sampler(Roots())[child.pid]
        self.assertEqual((zombie.state, zombie.command_line, zombie.resident_bytes), ("Z", "", 0))
        child.wait()
        self.assertNotIn(child.pid, sampler(Roots()))


if __name__ == "__main__":
    unittest.main()
