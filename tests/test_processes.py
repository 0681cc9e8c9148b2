"""processes: what is read of whom and when, and what two samples say."""
from __future__ import annotations

import errno
import os
import subprocess
import sys
import unittest
from typing import Iterable, Iterator, Mapping, Optional, Union

from glancesd.collectors import processes
from glancesd.collectors.memory import Memory
from glancesd.collectors.processes import Process, Sample, Sampler
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots

IO = b"rchar: 9\nwchar: 8\nsyscr: 7\nsyscw: 6\nread_bytes: %d\nwrite_bytes: %d\ncancelled_write_bytes: 3\n"
STATUS = b"Name:\tbash\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t%d\nUid:\t%d\t4\t5\t6\nGid:\t7\t7\t7\t7\n"
PASSWD = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\nbob:x:1001:100::/home/bob:/bin/sh\n"
PAGE = 4096
KERNEL_THREAD = 2129984
GONE = NoData("gone")
DENIED = PermissionError(errno.EACCES, "Permission denied")
HIDDEN = PermissionError(errno.EPERM, "Operation not permitted")
TOO_MANY = OSError(errno.EMFILE, "Too many open files")

Content = Union[bytes, Exception]


def stat(name: bytes = b"bash", pid: int = 10, state: bytes = b"S", parent: int = 1, user: int = 300, system: int = 40,
         nice: int = 0, threads: int = 1, start: int = 5000, virtual: int = 8 << 20, pages: int = 100,
         flags: int = 4194560) -> bytes:
    """A record of stat as Linux 6 prints it."""
    return b"%d (%s) %s %d 10 10 0 -1 %d 1 2 3 4 %d %d 4 205 20 %d %d 0 %d %d %d 18446744073709551615%s\n" % (
        pid, name, state, parent, flags, user, system, nice, threads, start, virtual, pages, b" 0" * 27)


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
        self.files: dict[str, Content] = {}
        self.online_cpus: Optional[str] = None
        self.opened: list[str] = []
        self.reported: list[ParseError] = []
        self.report = self.reported.append
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

    def root_pieces(self, name: str) -> Iterator[str]:
        yield PASSWD

    def attribute(self, name: str) -> Optional[str]:
        return self.online_cpus

    def opens(self) -> list[str]:
        """What was opened since the last call."""
        opened, self.opened = self.opened, []
        return opened


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Derive(unittest.TestCase):
    BASE = Process(10, 1, "bash", "bash -l", "alice", "S", 0, 1, 5000, 300, 40, 409600, 8 << 20, 5000, 600)
    TABLE = (
        # name, before, now, elapsed, cpu percent, read bytes before, written bytes before
        ("two samples", BASE, BASE._replace(user_ticks=330, system_ticks=47, read_bytes=9000), 2.0, 18.5, 5000, 600),
        ("one decimal", BASE, BASE._replace(user_ticks=301), 3.0, 0.3, 5000, 600),
        ("two busy threads", BASE, BASE._replace(user_ticks=500), 1.0, 200.0, 5000, 600),
        ("one busy thread, in whole ticks", BASE, BASE._replace(user_ticks=327), 0.25, 100.0, 5000, 600),
        ("a thread that is gone", BASE, BASE._replace(user_ticks=328), 0.25, 112.0, 5000, 600),
        ("nothing happened", BASE, BASE, 1.0, 0.0, 5000, 600),
        ("ticks step back", BASE, BASE._replace(user_ticks=200, system_ticks=50), 1.0, 10.0, 5000, 600),
        ("more ticks than two CPUs have", BASE, BASE._replace(user_ticks=300 + 10 ** 9), 1.0, 0.0, 5000, 600),
        ("as many as two CPUs have", BASE, BASE._replace(user_ticks=504), 1.0, 204.0, 5000, 600),
        ("one more", BASE, BASE._replace(user_ticks=505), 1.0, 0.0, 5000, 600),
        ("bytes step back", BASE, BASE._replace(read_bytes=10, written_bytes=700), 1.0, 0.0, 10, 600),
        ("more bytes than any storage moves", BASE, BASE._replace(read_bytes=10 ** 15, written_bytes=10 ** 9), 1.0, 0.0,
         10 ** 15, 600),
        ("not permitted", BASE._replace(read_bytes=None, written_bytes=None, state="R"),
         BASE._replace(read_bytes=None, written_bytes=None), 1.0, 0.0, None, None),
        ("permitted from now on", BASE._replace(read_bytes=None, written_bytes=None), BASE, 1.0, 0.0, 5000, 600),
        ("no more permitted", BASE, BASE._replace(read_bytes=None, written_bytes=None), 1.0, 0.0, None, None),
        ("a window of no length", BASE, BASE._replace(user_ticks=302), 0.0, 100.0, 5000, 600),
    )
    NEW: tuple[tuple[str, dict[int, int], Process, float, Optional[int]], ...] = (
        # name, start ticks of the processes before, what is there now, its cpu percent, bytes read before
        ("started since", {9: 4999}, BASE, 85.0, 0),
        ("in the tick in which another started", {9: 5000}, BASE, 85.0, 0),
        ("the first of all", {}, BASE, 85.0, 0),
        ("the pid of another", {10: 4000}, BASE, 85.0, 0),
        ("not permitted", {9: 4999}, BASE._replace(read_bytes=None, written_bytes=None), 85.0, None),
        ("older than another, so it was there and not seen", {9: 5001}, BASE, 0.0, 5000),
        ("more than the CPUs can have done since", {9: 4999}, BASE._replace(user_ticks=10 ** 9), 0.0, 0),
    )

    def test_table(self) -> None:
        for name, before, now, elapsed, *expected in self.TABLE:
            with self.subTest(name):
                activity, = processes.derive(Sample({10: now}, cpus=2), Sample({10: before}), elapsed)
                self.assertIs(activity.process, now)
                self.assertEqual(list(activity[1:]), expected)

    def test_new_process(self) -> None:
        for name, starts, now, cpu_percent, read_bytes in self.NEW:
            with self.subTest(name):
                before = {pid: self.BASE._replace(pid=pid, start_ticks=start) for pid, start in starts.items()}
                activity, = processes.derive(Sample({10: now}, cpus=2), Sample(before), 4.0)
                self.assertIs(activity.process, now)
                self.assertEqual((activity.cpu_percent, activity.read_bytes_before), (cpu_percent, read_bytes))

    def test_each_process_has_its_own_window(self) -> None:
        """Thousands are read one after the other: a window is the longest that its two readings leave room for."""
        before = Sample({9: self.BASE._replace(pid=9), 10: self.BASE}, [99.0, 100.0, 100.1])
        now = Sample({10: self.BASE._replace(user_ticks=400), 11: self.BASE._replace(pid=11, user_ticks=110)},
                     [101.0, 102.0, 102.0], cpus=1)
        self.assertEqual([activity.cpu_percent for activity in processes.derive(now, before, 0.5)], [50.0, 50.0])

    def test_unknown_number_of_cpus(self) -> None:
        activity, = processes.derive(Sample({10: self.BASE._replace(user_ticks=10300)}), Sample({10: self.BASE}), 1.0)
        self.assertEqual(activity.cpu_percent, 10000.0)

    def test_first_sample(self) -> None:
        self.assertEqual(processes.derive(Sample({10: self.BASE}), None, 0.0),
                         [processes.Activity(self.BASE, 0.0, 5000, 600)])

    def test_ended_process_is_not_listed(self) -> None:
        self.assertEqual(processes.derive(Sample({}), Sample({10: self.BASE}), 1.0), [])


class Figures(unittest.TestCase):
    BASE = Derive.BASE

    def test_program(self) -> None:
        for line, expected in (("", ""), ("bash -l", "bash"), ("/usr/bin/x\t--token=SECRET", "/usr/bin/x"),
                               ("x\nSECRET", "x"), (" --token=SECRET", ""), ("x\u00a0SECRET", "x")):
            with self.subTest(line):
                self.assertEqual(self.BASE._replace(command_line=line).program, expected)

    def test_bare_name(self) -> None:
        for name, line, expected in (
                ("bash", "bash -l", "bash"), ("", "", ""), ("up SECRET", "up SECRET", "up"),
                ("up\tSECRET", "up\tSECRET x", "up"), ("two\nlines", "two\nlines", "two"),
                ("uploader http:/", "uploader http://u:SECRET@h", "uploader"),
                ("/usr/bin/up SEC", "/usr/bin/up SECRET", "/usr/bin/up"),
                (" SECRET", " SECRET", "?"), ("up SECRET", "up SECR", "up"),                 # cut: no more room
                ("uploader caf\ufffd", "uploader café SECRET", "uploader"),                  # cut within a character
                ("up SECRET", "", "up"),                                                     # a zombie
                ("up SECRET", " x", "up"),                                                   # an empty first argument
                ("--token=SECRET", "--token=SECRET", "?"), ("-SECRET", "python3 x", "?"),
                ("up--token=SECRET", "up--token=SECRET", "up--token"), ("kworker/0:1-events", "", "kworker/0:1-events"),
                ("tmux: server", "tmux", "tmux: server"), ("a b", "./a b --x", "a b"),
                ("Isolated Web Co", "/usr/lib/firefox/firefox -contentproc", "Isolated Web Co"),
                ("Plex Media Server", "/usr/lib/Plex Media Server", "Plex Media Server")):
            with self.subTest(name, line=line):
                self.assertEqual(self.BASE._replace(name=name, command_line=line).bare_name, expected)


class Sampling(unittest.TestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.sampler = Sampler(self.clock)

    def sampled(self, host: Host, pid: int = 10) -> Process:
        return self.sampler(host).processes[pid]

    def test_every_field(self) -> None:
        record = stat(b"bash", 10, b"D", 7, 300, 40, -5, 3, 5000, 8 << 20, 100)
        host = Host(program(10, record))
        self.assertEqual(self.sampled(host), Process(10, 7, "bash", "bash -l", "alice", "D", -5, 3, 5000, 300, 40,
                                                     100 * PAGE, 8 << 20, 5000, 600))

    def test_ascending(self) -> None:
        self.assertEqual(list(self.sampler(Host(program(9), program(100), program(10))).processes), [9, 10, 100])

    def test_no_process(self) -> None:
        self.assertEqual(self.sampler(Host()).processes, {})

    def test_all_are_hidden(self) -> None:
        host = Host(program(10), program(11))
        host.files.update({"10/stat": DENIED, "11/stat": HIDDEN})
        self.assertEqual(self.sampler(host).processes, {})

    def test_pages_of_another_size(self) -> None:
        memory = Memory(1 << 30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, page_bytes=1 << 16)
        self.assertEqual(self.sampler(Host(program(10)), memory).processes[10].resident_bytes, 100 << 16)

    def test_io_for_want_of_a_descriptor(self) -> None:
        host = Host(program(10))
        host.files["10/io"] = TOO_MANY
        with self.assertRaises(OSError):
            self.sampler(host)
        host.files["10/io"] = IO % (5000, 600)
        self.assertEqual(self.sampled(host).read_bytes, 5000)

    def test_name_of_a_kernel_thread_is_no_title(self) -> None:
        host = Host(program(2, stat(b"x -y", 2, virtual=0, flags=KERNEL_THREAD), b"", 0))
        self.assertEqual(self.sampled(host, 2).name, "x -y")
        host.files["2/stat"] = stat(b"/z -y", 2, virtual=0, flags=KERNEL_THREAD)
        self.assertEqual(self.sampled(host, 2).name, "/z -y")

    def test_kernel_thread(self) -> None:
        host = Host(program(2, stat(b"kthreadd", 2, virtual=0, pages=0, flags=KERNEL_THREAD), b"", 0))
        process = self.sampled(host, 2)
        self.assertEqual((process.name, process.command_line, process.user, process.resident_bytes),
                         ("kthreadd", "", "root", 0))
        self.assertNotIn("2/cmdline", host.opens())

    def test_the_rest_of_a_long_command_line_that_is_refused_costs_the_line(self) -> None:
        class Refusing(Host):
            def record(self, name: str, size: int = 4096) -> bytes:
                if size > 4096:
                    raise OSError(errno.EIO, "Input/output error")
                return super().record(name, size)

        self.assertEqual(self.sampled(Refusing(program(10, command=b"x" * 5000))).command_line, "")

    def test_known_process_costs_two_files(self) -> None:
        host = Host(program(10), program(11))
        self.sampler(host)
        host.opens()
        for _ in range(3):
            self.sampler(host)
            self.assertEqual(sorted(host.opens()), ["10/io", "10/stat", "11/io", "11/stat"])

    def test_a_sample_that_breaks_off_leaves_nothing_of_its_own(self) -> None:
        host = Host(program(10), program(11))
        before = self.sampler(host).processes[10]
        host.files.update({"10/stat": stat(state=b"D"), "11/stat": TOO_MANY})
        with self.assertRaises(OSError):
            self.sampler(host)
        host.files.update({"10/stat": stat(), "11/stat": stat(pid=11)})
        self.assertEqual(self.sampler(host).processes[10], before)

    def test_idle_process_is_the_very_same(self) -> None:
        host = Host(program(10), program(11))
        first = self.sampler(host).processes
        host.files["11/stat"] = stat(pid=11, user=301)
        second = self.sampler(host).processes
        self.assertIs(second[10], first[10])
        self.assertEqual(second[11], first[11]._replace(user_ticks=301))
        self.assertEqual(first[11].user_ticks, 300)

    def test_what_is_read_again_and_is_the_same_is_the_very_same(self) -> None:
        host = Host(program(10))
        first = self.sampled(host)
        self.sampler(host)
        self.clock.seconds += 2 * processes.REFRESH_SECONDS
        host.opens()
        self.assertIs(self.sampled(host), first)
        self.assertIn("10/cmdline", host.opens())

    def test_of_one_program_one_text_is_kept(self) -> None:
        ten, eleven = self.sampler(Host(program(10), program(11))).processes.values()
        self.assertEqual((ten.name, ten.command_line), ("bash", "bash -l"))
        self.assertIs(ten.name, eleven.name)
        self.assertIs(ten.command_line, eleven.command_line)

    def test_io_of_other_lengths(self) -> None:
        long, short = IO % (5000, 600) + b"more: 1\n", IO % (5000, 600)
        host = Host(program(10), program(11))
        for ten, eleven in ((long, short), (short, long), (short, short), (long, long), (short, b""), (b"", b"")):
            host.files.update({"10/io": ten, "11/io": eleven})
            sample = self.sampler(host)
            with self.subTest(ten=ten, eleven=eleven):
                for pid, io in ((10, ten), (11, eleven)):
                    self.assertEqual(sample.processes[pid].read_bytes, 5000 if io else None)

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
                    self.assertEqual(list(sampler(host).processes), [11])

    def test_ended_between_its_files(self) -> None:
        host = Host({"10/stat": stat()})
        process = self.sampled(host)
        self.assertEqual((process.name, process.command_line, process.user, process.read_bytes),
                         ("bash", "", "?", None))

    def test_what_is_known_of_a_process_ends_with_it(self) -> None:
        host = Host(program(10))
        self.sampler(host)
        files, host.files = host.files, {}
        self.assertEqual(self.sampler(host).processes, {})
        host.files = {**files, "10/cmdline": b"other\0"}
        self.assertEqual(self.sampled(host).command_line, "other")

    def test_malformed(self) -> None:
        for file, expected in (("stat", [11]), ("io", [10, 11]), ("status", [10, 11])):
            with self.subTest(file):
                host = Host(program(10), program(11))
                host.files["10/" + file] = b"nonsense"
                self.assertEqual(list(Sampler()(host).processes), expected)
                self.assertEqual([problem.file for problem in host.reported], ["10/" + file])

    def test_a_file_that_only_helps_is_refused(self) -> None:
        for number in (errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT):
            with self.subTest(errno.errorcode[number]):
                problem = OSError(number, os.strerror(number)) if number != errno.ENOENT else GONE
                host = Host({"10/stat": stat(), "10/io": problem, "10/cmdline": problem, "10/status": problem})
                process = Sampler()(host).processes[10]
                self.assertEqual((process.name, process.command_line, process.user, process.read_bytes),
                                 ("bash", "", "?", None))

    def test_one_broken_process(self) -> None:
        host = Host(program(10), program(11))
        host.files["10/stat"] = OSError(errno.EIO, "Input/output error")
        self.assertEqual(list(Sampler()(host).processes), [11])
        host.files["11/stat"] = GONE
        with self.assertRaises(OSError):
            Sampler()(host)

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
        self.assertEqual(list(self.sampler(host).processes), [10, 11])
        self.assertEqual(len(host.opens()), 4)

    def test_each_reading_has_its_time(self) -> None:
        host = Host(program(10), program(11))

        def tick() -> float:
            self.clock.seconds += 1.0
            return self.clock.seconds
        sample = Sampler(tick)(host)
        self.assertEqual(list(sample.read_at), sorted(sample.read_at))
        self.assertEqual((sample.read_at[0], len(set(sample.read_at))), (1001.0, 3))

    def test_cpus_are_counted_once_a_minute(self) -> None:
        host = Host(program(10))
        for seconds, text, expected in ((0, "0-1", 2), (59, "0", 2), (1, "0", 1), (60, None, None), (60, "x", None)):
            with self.subTest(seconds=seconds):
                self.clock.seconds += seconds
                host.online_cpus = text
                self.assertEqual(self.sampler(host).cpus, expected)

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

    def test_met_between_fork_and_exec(self) -> None:
        host = Host(program(10))
        self.sampler(host)
        host.files.update(program(11, stat(pid=11, start=6000), b"bash\0-l\0"))
        self.assertEqual(self.sampler(host).processes[11].command_line, "bash -l")
        host.files.update(program(11, stat(pid=11, start=6000), b"bash\0-c\0make\0", 1001))
        process = self.sampler(host).processes[11]
        self.assertEqual((process.command_line, process.user), ("bash -c make", "bob"))
        host.opens()
        self.sampler(host)
        self.assertEqual(host.opens(), ["10/stat", "10/io", "11/stat", "11/io"])

    def test_met_within_exec(self) -> None:
        host = Host(program(10))
        self.sampler(host)
        host.files.update(program(10, stat(b"top"), b""))
        self.assertEqual(self.sampled(host).command_line, "")
        host.files.update(program(10, stat(b"top"), b"top\0-b\0"))
        self.assertEqual(self.sampled(host).command_line, "top -b")

    def test_kernel_worker_takes_another_name(self) -> None:
        host = Host(program(10, stat(b"kworker/u4:0-events", virtual=0, flags=KERNEL_THREAD), b"", 0))
        self.sampler(host)
        host.opens()
        for name in (b"kworker/u4:0-flush", b"kworker/u4:0"):
            host.files["10/stat"] = stat(name, virtual=0, flags=KERNEL_THREAD)
            self.assertEqual(self.sampled(host).name, name.decode())
        self.assertEqual(host.opens(), ["10/stat", "10/io"] * 2)

    def test_zombie_keeps_no_arguments(self) -> None:
        host = Host(program(10, stat(b"systemd-journal"), b"/lib/systemd-journald\0"))
        self.assertEqual(self.sampled(host).name, "systemd-journald")
        host.files.update({"10/stat": stat(b"systemd-journal", state=b"Z", virtual=0, pages=0), "10/cmdline": b""})
        seen = self.sampled(host)
        self.assertEqual((seen.state, seen.name, seen.command_line), ("Z", "systemd-journald", ""))
        self.assertEqual(Sampler()(host).processes[10].name, "systemd-journal")

    def test_refreshed_now_and_then(self) -> None:
        host = Host(program(10), program(50))
        self.sampler(host)
        host.files["10/cmdline"] = host.files["50/cmdline"] = b"new\0"
        for later, expected in ((69.9, ["bash -l", "bash -l"]), (0.2, ["new", "bash -l"]),
                                (39.8, ["new", "bash -l"]), (0.2, ["new", "new"])):
            self.clock.seconds += later
            with self.subTest(seconds=self.clock.seconds):
                self.assertEqual([process.command_line for process in self.sampler(host).processes.values()], expected)

    def test_long_command_lines(self) -> None:
        for length, expected in ((4095, 4095), (4096, 4096), (100 << 10, 100 << 10), (1 << 20, 128 << 10)):
            with self.subTest(length):
                command_line = Sampler()(Host(program(10, command=b"x" * length))).processes[10].command_line
                self.assertEqual(len(command_line), expected)

    def test_all_command_lines_together_are_bounded(self) -> None:
        command = b"x" * (128 << 10)
        host = Host(*(program(pid, stat(pid=pid), command) for pid in range(1, 101)))
        for seconds in (0, 120, 120):
            self.clock.seconds += seconds
            lengths = [len(process.command_line) for process in self.sampler(host).processes.values()]
            self.assertEqual(lengths, [128 << 10] * 64 + [1024] * 36)
        for pid in range(1, 51):
            del host.files["%d/stat" % pid]
        for seconds in (0, 120):
            self.clock.seconds += seconds
            lengths = [len(process.command_line) for process in self.sampler(host).processes.values()]
        self.assertEqual(lengths, [128 << 10] * 50)

    def test_owner(self) -> None:
        for name, owners, uid, expected, opened in (
                ("the file's owner", {10: 1001}, 1000, "bob", False),
                ("root's: it may be another's", {10: 0}, 1000, "alice", True),
                ("root's, and root it is", {10: 0}, 0, "root", True),
                ("another host's tree: never the owner of its files", None, 1001, "bob", True)):
            with self.subTest(name):
                host = Host(program(10, uid=uid), owners=owners)
                self.assertEqual(Sampler()(host).processes[10].user, expected)
                self.assertEqual("10/status" in host.opens(), opened)


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
        process = Sampler()(Roots()).processes[os.getpid()]
        self.assertEqual((process.parent_pid, process.state), (os.getppid(), "R"))
        self.assertIn("python", process.name + process.command_line)
        self.assertGreater(process.resident_bytes, 1 << 20)
        self.assertGreater(process.virtual_bytes, process.resident_bytes)

    def test_ugly_name_and_long_arguments(self) -> None:
        argument = "x" * (100 << 10)
        child = self.child([argument], "open('/proc/self/comm', 'wb').write(b'a) (\\xff\\nb')")
        process = Sampler()(Roots()).processes[child.pid]
        self.assertEqual((process.name, process.parent_pid), ("a) (\ufffd\nb", os.getpid()))
        self.assertTrue(process.command_line.endswith(" " + argument), len(process.command_line))

    def test_zombie(self) -> None:
        child = self.child([], "")
        sampler = Sampler()
        self.assertIn(sampler(Roots()).processes[child.pid].state, "RS")
        assert child.stdin is not None
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        zombie = sampler(Roots()).processes[child.pid]
        self.assertEqual((zombie.state, zombie.command_line, zombie.resident_bytes), ("Z", "", 0))
        child.wait()
        self.assertNotIn(child.pid, sampler(Roots()).processes)


if __name__ == "__main__":
    unittest.main()
