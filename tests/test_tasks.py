"""tasks: real small commands and directories, and the order of things with made-up ones and an injected clock."""
from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
import time
import unittest
from typing import Any, Callable, Optional, Sequence, Union

from glancesd import tasks
from glancesd.roots import Roots
from glancesd.settings import Folder, Monitored
from glancesd.tasks import CANNOT_EXECUTE, FolderSize, MonitorResult, ProcessUse, Tasks, folder_size, run_command

PYTHON = sys.executable or "python3"
PROCESSES = (ProcessUse("/usr/sbin/sshd -D", 1.25, 0.5), ProcessUse("sshd: ann [priv]", 2.0, 0.25),
             ProcessUse("", 50.0, 50.0), ProcessUse("/usr/bin/python3 -m glancesd", None, None))


def item(pattern: str, command: Optional[str] = None, description: str = "x") -> Monitored:
    return Monitored(description, re.compile(pattern), pattern, command, "1", None)


def folder(path: str) -> Folder:
    return Folder(path, "2500", None, None)


def never() -> bool:
    return False


class Place(unittest.TestCase):
    """A directory of the test's own."""

    def setUp(self) -> None:
        self.top = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)

    def path(self, *names: str) -> str:
        return os.path.join(self.top, *names)

    def file(self, *names: str, size: int = 0) -> str:
        path = self.path(*names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"x" * size)
        return path


class RunCommand(Place):
    def run_script(self, script: str, seconds: float = 30.0) -> tuple[Optional[int], str]:
        return run_command([PYTHON, "-S", "-c", script], threading.Event(), seconds)

    def test_output_and_status(self) -> None:
        for name, arguments, expected in (
                ("echo", ["/bin/echo", "hello", "world"], (0, "hello world\n")),
                ("found by PATH", ["echo", "hello"], (0, "hello\n")),
                ("no shell", ["/bin/echo", "$HOME;", "|", "*"], (0, "$HOME; | *\n")),
                ("nothing printed", ["true"], (0, "")),
                ("failed", ["false"], (1, "")),
                ("standard error is dropped", ["sh", "-c", "echo no >&2; echo yes"], (0, "yes\n")),
                ("killed by another", ["sh", "-c", "echo x; kill -9 $$"], (-9, "x\n")),
                ("not UTF-8", ["printf", "a\\377b"], (0, "a\ufffdb")),
                ("ends within a character", ["printf", "a\\303"], (0, "a\ufffd"))):
            with self.subTest(name):
                self.assertEqual(run_command(arguments, threading.Event(), 30.0), expected)

    def test_nothing_to_read(self) -> None:
        ours, end, other_end = os.dup(0), *os.pipe()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.dup2, ours, 0)
        os.dup2(end, 0)
        os.close(end)
        self.addCleanup(os.close, other_end)
        self.assertEqual(run_command(["cat"], threading.Event(), 5.0), (0, ""))

    def test_not_to_be_started(self) -> None:
        for arguments in (["/nonexistent/program"], ["no-such-program-anywhere"], ["/"], ["echo", "a\0b"]):
            with self.subTest(arguments), self.assertRaises((OSError, ValueError)):
                run_command(arguments, threading.Event())

    def test_output_is_bounded(self) -> None:
        bound = tasks.OUTPUT_BYTES
        for name, script, expected in (
                ("all of it", "print('x' * %d, end='')" % bound, "x" * bound),
                ("the first of it", "print('x' * 500000 + 'y')", "x" * bound),
                ("not half a character", "import sys; sys.stdout.buffer.write(b'xy' + b'\\xe2\\x82\\xac' * 3000)",
                 "xy" + "\u20ac" * ((bound - 2) // 3))):
            with self.subTest(name):
                self.assertEqual(self.run_script(script), (0, expected))

    def test_one_that_prints_without_end_is_ended(self) -> None:
        status, output = run_command(["yes"], threading.Event(), 60.0)
        self.assertEqual((status, output), (None, "y\n" * (tasks.OUTPUT_BYTES // 2)))

    def test_time_limit_kills_the_whole_group(self) -> None:
        status, output = run_command(["sh", "-c", "sleep 600 & echo $! $$; wait"], threading.Event(), 0.5)
        self.assertIsNone(status)
        pids = [int(pid) for pid in output.split()]
        self.assertEqual(len(pids), 2)
        self.assert_gone(pids)

    def test_time_limit_though_it_closed_its_output(self) -> None:
        script = "echo x; exec >&-; sleep 600"
        self.assertEqual(run_command(["sh", "-c", script], threading.Event(), 0.5), (None, "x\n"))

    def test_what_it_leaves_behind_is_killed(self) -> None:
        status, output = run_command(["sh", "-c", "sleep 600 >/dev/null & echo $!"], threading.Event(), 30.0)
        self.assertEqual(status, 0)
        self.assert_gone([int(output)])

    def test_stopping_kills_it(self) -> None:
        stopping = threading.Event()
        stopping.set()
        self.assertEqual(run_command(["sleep", "600"], stopping, 600.0), (None, ""))

    def test_surroundings(self) -> None:
        os.environ["GLANCESD_TEST_SECRET"] = "s3cret"
        self.addCleanup(os.environ.pop, "GLANCESD_TEST_SECRET")
        script = "import os; print(os.getcwd(), os.getsid(0) == os.getpid(), sorted(set(os.environ) - {'LC_CTYPE'}))"
        status, output = self.run_script(script)
        self.assertEqual(status, 0)
        cwd, session, names = output.split(None, 2)
        self.assertEqual((cwd, session), ("/", "True"))
        self.assertLessEqual(set(re.findall(r"'(\w+)'", names)), {"PATH", "HOME", "LANG", "LC_ALL", "TZ"})

    def assert_gone(self, pids: Sequence[int]) -> None:
        """Dead, or dead but for being reaped by whoever adopted them."""
        until = time.monotonic() + 10
        for pid in pids:
            while time.monotonic() < until:
                try:
                    with open("/proc/%d/stat" % pid, "rb") as file:
                        if file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X"):
                            break
                except OSError:
                    break
            else:
                self.fail("process %d is still there" % pid)


class FolderSizes(Place):
    def test_files_of_all_levels(self) -> None:
        self.file("a", size=1000)
        self.file("b", "c", size=200)
        self.file("b", "d", "e", "f", size=34)
        self.assertEqual(folder_size(self.top, never), 1234)

    def test_empty(self) -> None:
        self.assertEqual(folder_size(self.top, never), 0)

    def test_links_are_not_followed(self) -> None:
        self.file("real", "a", size=1000)
        self.file("seen", "b", size=5)
        os.symlink(self.path("real"), self.path("seen", "directory"))
        os.symlink(self.path("real", "a"), self.path("seen", "file"))
        os.symlink("..", self.path("seen", "up"))
        self.assertEqual(folder_size(self.path("seen"), never), 5)

    def test_but_the_folder_itself_may_be_one(self) -> None:
        self.file("real", "a", size=1000)
        os.symlink("real", self.path("link"))
        self.assertEqual(folder_size(self.path("link"), never), 1000)

    def test_each_name_of_a_file_counts(self) -> None:
        os.link(self.file("a", size=1000), self.path("b"))
        self.assertEqual(folder_size(self.top, never), 2000)

    def test_names_that_are_no_text(self) -> None:
        with open(os.fsencode(self.top) + b"/\xff", "wb") as file:
            file.write(b"12345")
        os.mkdir(os.fsencode(self.top) + b"/\xfe")
        self.assertEqual(folder_size(self.top, never), 5)

    def test_pipes_are_not_opened(self) -> None:
        os.mkfifo(self.path("pipe"))
        self.assertEqual(folder_size(self.top, never), 0)

    def test_other_trouble(self) -> None:
        for name, path in (("missing", self.path("nothing")), ("a file", self.file("a", size=5)), ("no path", "a\0b")):
            with self.subTest(name):
                self.assertEqual(folder_size(path, never), "?")

    def test_no_permission(self) -> None:
        self.file("a", size=5)
        self.file("closed", "b", size=5)
        os.chmod(self.path("closed"), 0)
        self.addCleanup(os.chmod, self.path("closed"), 0o700)
        if os.access(self.path("closed"), os.R_OK):
            self.skipTest("this user may read everything; the next test makes up the kernel's answer")
        self.assertEqual(folder_size(self.path("closed"), never), "!")
        self.assertEqual(folder_size(self.top, never), "!")

    def test_no_permission_in_place_of_the_kernel(self) -> None:
        self.file("closed", "b", size=5)
        self.replace_open(PermissionError(13, "Permission denied"))
        self.assertEqual(folder_size(self.top, never), "!")

    def test_gone_meanwhile(self) -> None:
        self.file("a", size=5)
        self.file("going", "b", size=5)
        for problem in (FileNotFoundError(2, "No such file or directory"), NotADirectoryError(20, "Not a directory")):
            with self.subTest(problem):
                self.replace_open(problem)
                self.assertEqual(folder_size(self.top, never), 5)

    def test_moved_meanwhile(self) -> None:
        self.file("real", "a", size=1000)
        os.mkdir(self.path("seen"))
        os.mkdir(self.path("seen", "going"))
        real = os.open

        def late(path: Any, flags: int, mode: int = 0o777, *, dir_fd: Optional[int] = None) -> int:
            if dir_fd is not None:
                os.rmdir(self.path("seen", "going"))
                os.symlink(self.path("real"), self.path("seen", "going"))
            return real(path, flags, mode, dir_fd=dir_fd)

        tasks.os.open = late                                                      # type: ignore[attr-defined]
        self.addCleanup(setattr, tasks.os, "open", real)                          # type: ignore[attr-defined]
        self.assertEqual(folder_size(self.path("seen"), never), 0)

    def replace_open(self, problem: OSError) -> None:
        """Opening a directory below the first fails."""
        real = os.open

        def failing(path: Any, flags: int, mode: int = 0o777, *, dir_fd: Optional[int] = None) -> int:
            if dir_fd is not None:
                raise problem
            return real(path, flags, mode)

        tasks.os.open = failing                                                   # type: ignore[attr-defined]
        self.addCleanup(setattr, tasks.os, "open", real)                          # type: ignore[attr-defined]

    def test_other_file_systems_are_not_entered(self) -> None:
        if os.stat("/proc").st_dev == os.stat("/").st_dev:
            self.skipTest("/proc is no file system of its own here")
        listing = Listing("/", "proc")
        self.addCleanup(listing.restore)
        self.assertEqual(folder_size("/", never), 0)

    def test_time_runs_out(self) -> None:
        for number in range(200):
            self.file("d%d" % (number % 7), "f%d" % number, size=1)
        self.assertEqual(folder_size(self.top, never), 200)
        self.assertEqual(folder_size(self.top, Countdown(2)), "?")

    def test_bounds(self) -> None:
        self.file(*("d" * 10), "f", size=7)
        for name, least in (("FOLDER_DEPTH", 11), ("FOLDER_ENTRIES", 11)):
            for bound, expected in ((least, 7), (least - 1, "?")):
                with self.subTest(name, bound=bound):
                    real = getattr(tasks, name)
                    setattr(tasks, name, bound)
                    self.addCleanup(setattr, tasks, name, real)
                    self.assertEqual(folder_size(self.top, never), expected)
                    setattr(tasks, name, real)

    def test_no_descriptor_is_left_open(self) -> None:
        self.file(*("d" * 10), "f", size=7)
        before = len(os.listdir("/proc/self/fd"))
        folder_size(self.top, never)
        folder_size(self.top, lambda: True)
        real = os.scandir
        self.addCleanup(setattr, tasks.os, "scandir", real)                       # type: ignore[attr-defined]

        def refused(directory: Any) -> Any:
            raise OSError(24, "Too many open files")

        tasks.os.scandir = refused                                                # type: ignore[attr-defined]
        self.assertEqual(folder_size(self.top, never), "?")
        tasks.os.scandir = real                                                   # type: ignore[attr-defined]
        self.replace_open(PermissionError(13, "Permission denied"))
        folder_size(self.top, never)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)


class Countdown:
    """Expires when it was asked so often."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self) -> bool:
        self.left -= 1
        return self.left <= 0


class Listing:
    """Makes one directory seem to hold only one entry."""

    def __init__(self, path: str, name: str) -> None:
        self._real = os.scandir
        identity = os.stat(path)

        def scandir(where: Any = ".") -> Any:
            listing = self._real(where)
            seen = os.stat(where)
            if (seen.st_dev, seen.st_ino) != (identity.st_dev, identity.st_ino):
                return listing
            return OneOf(listing, name)

        tasks.os.scandir = scandir                                                # type: ignore[attr-defined]

    def restore(self) -> None:
        tasks.os.scandir = self._real                                             # type: ignore[attr-defined]


class OneOf:
    def __init__(self, listing: Any, name: str) -> None:
        self._entries = (entry for entry in listing if entry.name == name)
        self.close = listing.close

    def __next__(self) -> Any:
        return next(self._entries)


class Bench:
    """Tasks with a clock, commands, walks and threads of the test's own: nothing runs before `work`."""

    def __init__(self, monitored: Sequence[Monitored] = (), folders: Sequence[Folder] = (), allowed: bool = True,
                 roots: Optional[Roots] = None) -> None:
        self.now = 100.0
        self.done: list[Any] = []
        self.answer: Callable[[], tuple[Optional[int], str]] = lambda: (0, "out\n")
        self.size: Callable[[], Union[int, str]] = lambda: 7
        self.threads: list[Callable[[], None]] = []
        self.tasks = Tasks(monitored, folders, allowed, roots or Roots(), lambda: self.now,
                           self._run, self._measure, self._start)

    def _run(self, arguments: Sequence[str], stopping: threading.Event) -> tuple[Optional[int], str]:
        self.done.append(list(arguments))
        return self.answer()

    def _measure(self, path: str, expired: Callable[[], bool]) -> Union[int, str]:
        self.done.append(path)
        self.expired = expired
        return self.size()

    def _start(self, work: Callable[[], None]) -> None:
        self.threads.append(work)

    def tick(self, processes: Any = PROCESSES) -> None:
        self.tasks.tick(processes)

    def work(self) -> list[Any]:
        """Let the threads run that were started; what they did."""
        self.done = []
        while self.threads:
            self.threads.pop(0)()
        return self.done

    def results(self) -> list[tuple[int, str]]:
        return [(result.count, result.result) for result in self.tasks.monitored()]

    def sizes(self) -> list[Any]:
        return [folder.size for folder in self.tasks.folders()]


class MonitoredProcesses(unittest.TestCase):
    TABLE = (
        ("searched, not matched", "sshd", (2, "CPU: 3.2% | MEM: 0.8%")),
        ("from the beginning", "^sshd", (1, "CPU: 2.0% | MEM: 0.2%")),
        ("as the manual writes it", ".*sshd.*", (2, "CPU: 3.2% | MEM: 0.8%")),
        ("alternatives", ".*sshd|.*glancesd", (3, "CPU: 3.2% | MEM: 0.8%")),
        ("lazy", ".*?sshd -", (1, "CPU: 1.2% | MEM: 0.5%")),
        ("unknown shares", "glancesd$", (1, "CPU: 0.0% | MEM: 0.0%")),
        ("nothing", "zzzznothing", (0, "CPU: 0.0% | MEM: 0.0%")),
        ("an empty command line matches what matches nothing", "^$", (1, "CPU: 50.0% | MEM: 50.0%")),
        ("everything", ".*", (4, "CPU: 53.2% | MEM: 50.8%")),
    )

    def test_table(self) -> None:
        for name, pattern, expected in self.TABLE:
            with self.subTest(name):
                bench = Bench([item(pattern)])
                bench.tick()
                self.assertEqual(bench.results(), [expected])
                self.assertEqual(bench.threads, [])

    def test_flags_are_kept(self) -> None:
        bench = Bench([Monitored("x", re.compile(".*SSHD", re.IGNORECASE), ".*SSHD", None, None, None)])
        bench.tick()
        self.assertEqual(bench.results()[0][0], 2)

    def test_before_the_first_tick(self) -> None:
        bench = Bench([item("sshd"), item("sshd", "echo")])
        self.assertEqual(bench.results(), [(0, "CPU: 0.0% | MEM: 0.0%"), (0, "")])

    def test_as_the_file_has_it(self) -> None:
        bench = Bench([Monitored("SSH server", re.compile("(?i)SSHD"), "(?i)SSHD", None, "1", "20")])
        bench.tick()
        self.assertEqual(bench.tasks.monitored(), [
            MonitorResult("SSH server", "(?i)SSHD", None, "1", "20", 2, "CPU: 3.2% | MEM: 0.8%")])

    def test_processes_are_asked_for_only_when_there_is_an_item(self) -> None:
        asked: list[int] = []

        def processes() -> Sequence[ProcessUse]:
            asked.append(1)
            return PROCESSES

        bench = Bench([], [folder("/a")])
        bench.tick(processes)
        self.assertEqual(asked, [])
        bench.tasks.configure([item("sshd"), item("python")], [], True)
        bench.tick(processes)
        self.assertEqual(asked, [1])
        self.assertEqual([count for count, _ in bench.results()], [2, 1])

    def test_a_long_command_line_is_searched_so_far(self) -> None:
        bench = Bench([item("needle")])
        bench.tick([ProcessUse("x" * before + "needle", 0, 0)
                    for before in (tasks.SEARCHED_CHARACTERS - 6, tasks.SEARCHED_CHARACTERS)])
        self.assertEqual(bench.results()[0][0], 1)


class Commands(unittest.TestCase):
    def test_results(self) -> None:
        def raising(problem: Exception) -> Callable[[], tuple[Optional[int], str]]:
            def run() -> tuple[Optional[int], str]:
                raise problem
            return run

        for name, command, answer, expected in (
                ("output", "echo 'hello world'", lambda: (0, "hello world\n"), "hello world\n"),
                ("no output", "true", lambda: (0, ""), ""),
                ("failed", "false -x", lambda: (1, "half"), "Error: false -x"),
                ("killed by a signal", "false", lambda: (-11, ""), "Error: false"),
                ("out of time", "sleep 9", lambda: (None, "half"), CANNOT_EXECUTE),
                ("no such program", "x", raising(FileNotFoundError(2, "No such file or directory")), CANNOT_EXECUTE),
                ("no process to be had", "x", raising(BlockingIOError(11, "Try again")), CANNOT_EXECUTE),
                ("anything else", "x", raising(RuntimeError("can't fork at interpreter shutdown")), CANNOT_EXECUTE),
                ("NUL", "x", raising(ValueError("embedded null byte")), CANNOT_EXECUTE)):
            with self.subTest(name):
                bench = Bench([item("sshd", command)])
                bench.answer = answer
                bench.tick()
                self.assertEqual(bench.results(), [(2, "")])
                bench.work()
                self.assertEqual(bench.results(), [(2, expected)])

    def test_words(self) -> None:
        for command, expected in (("echo hello world", [["echo", "hello", "world"]]),
                                  ("echo 'a b' \"c d\" e\\ f", [["echo", "a b", "c d", "e f"]]),
                                  ("echo $HOME | cat; *", [["echo", "$HOME", "|", "cat;", "*"]]),
                                  ("echo 'open", []), ("  ", [])):
            with self.subTest(command):
                bench = Bench([item("sshd", command)])
                bench.tick()
                self.assertEqual(bench.work(), expected)
                self.assertEqual(bench.results()[0][1], "out\n" if expected else CANNOT_EXECUTE)

    def test_only_while_a_process_matches(self) -> None:
        bench = Bench([item("sshd", "echo")])
        bench.tick([])
        self.assertEqual((bench.work(), bench.results()), ([], [(0, "")]))
        bench.now += 10
        bench.tick()
        self.assertEqual((bench.work(), bench.results()), ([["echo"]], [(2, "out\n")]))
        bench.now += 10
        bench.tick([])
        self.assertEqual((bench.work(), bench.results()), ([], [(0, "")]))
        bench.now += 10
        bench.tick()
        self.assertEqual(bench.results(), [(2, "")])                             # not what it printed for others before

    def test_output_that_comes_too_late_is_dropped(self) -> None:
        bench = Bench([item("sshd", "echo")])

        def nobody_left() -> tuple[Optional[int], str]:
            bench.tasks.tick([])
            return 0, "late"

        bench.answer = nobody_left
        bench.tick()
        bench.work()
        bench.now += 1
        bench.tick()                                                              # not due again yet
        self.assertEqual(bench.results(), [(2, "")])

    def test_every_tick_but_not_more_often(self) -> None:
        bench = Bench([item("sshd", "echo")])
        runs = []
        for _ in range(8):
            bench.tick()
            runs.append(len(bench.work()))
            bench.now += 1
        self.assertEqual(runs, [1, 0, 1, 0, 1, 0, 1, 0])

    def test_not_allowed(self) -> None:
        bench = Bench([item("sshd", "echo"), item("nothing", "echo"), item("sshd")], allowed=False)
        bench.tick()
        self.assertEqual(bench.threads, [])
        self.assertEqual(bench.results(), [(2, CANNOT_EXECUTE), (0, ""), (2, "CPU: 3.2% | MEM: 0.8%")])
        bench.tasks.configure([item("sshd", "echo")], [], True)
        bench.tick()
        self.assertEqual((bench.work(), bench.results()), ([["echo"]], [(2, "out\n")]))
        bench.tasks.configure([item("sshd", "echo")], [], False)
        bench.now += 10
        bench.tick()
        self.assertEqual((bench.work(), bench.results()), ([], [(2, CANNOT_EXECUTE)]))


class Folders(unittest.TestCase):
    def test_as_the_file_has_it(self) -> None:
        bench = Bench([], [folder("/a")])
        self.assertEqual(bench.tasks.folders(), [FolderSize("/a", "2500", None, None, None)])
        bench.tick()
        self.assertEqual(bench.work(), ["/a"])
        self.assertEqual(bench.tasks.folders(), [FolderSize("/a", "2500", None, None, 7)])

    def test_at_most_once_a_minute(self) -> None:
        bench = Bench([], [folder("/a")])
        walks = []
        for _ in range(14):
            bench.tick()
            walks.append(len(bench.work()))
            bench.now += 10
        self.assertEqual(walks, [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0])

    def test_a_long_walk_is_repeated_less_often(self) -> None:
        bench = Bench([], [folder("/a")])

        def long() -> int:
            bench.now += 10
            return 7

        bench.size = long
        bench.tick()
        bench.work()
        for wait, expected in ((490, []), (9, []), (1, ["/a"])):
            bench.now += wait
            bench.tick()
            self.assertEqual(bench.work(), expected, wait)

    def test_ten_seconds(self) -> None:
        bench = Bench([], [folder("/a")])

        def walk() -> Union[int, str]:
            bench.now += 9.5
            first = bench.expired()
            bench.now += 0.5
            return "?" if not first and bench.expired() else 7

        bench.size = walk
        bench.tick()
        bench.work()
        self.assertEqual(bench.sizes(), ["?"])

    def test_below_rootfs(self) -> None:
        bench = Bench([], [folder("/var/log"), folder("../../etc")], roots=Roots(rootfs="/nonexistent/host"))
        bench.tick()
        self.assertEqual(bench.work(), ["/nonexistent/host/var/log", "/nonexistent/host/etc"])

    def test_whatever_happens_the_next_has_its_turn(self) -> None:
        bench = Bench([], [folder("/a"), folder("/b")])

        def failing() -> int:
            if bench.done[-1] == "/a":
                raise MemoryError
            return 7

        bench.size = failing
        bench.tick()
        self.assertEqual((bench.work(), bench.sizes()), (["/a", "/b"], ["?", 7]))
        bench.now += 60
        bench.tick()
        self.assertEqual(bench.work(), ["/a", "/b"])

    def test_links_of_the_host_that_lead_in_a_circle(self) -> None:
        top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, top)
        os.symlink("/loop", os.path.join(top, "loop"))
        bench = Bench([], [folder("/loop")], roots=Roots(rootfs=top))
        bench.tick()
        self.assertEqual((bench.work(), bench.sizes()), ([], ["?"]))


class Order(unittest.TestCase):
    def test_nothing_to_do(self) -> None:
        bench = Bench()
        bench.tick()
        self.assertEqual((bench.threads, bench.results(), bench.sizes()), ([], [], []))

    def test_commands_first_and_one_thread(self) -> None:
        bench = Bench([item("sshd", "one"), item("sshd", "two")], [folder("/a"), folder("/b")])
        bench.tick()
        bench.tick()
        self.assertEqual(len(bench.threads), 1)
        self.assertEqual(bench.work(), [["one"], ["two"], "/a", "/b"])

    def test_what_becomes_due_meanwhile_is_done_too(self) -> None:
        bench = Bench([item("sshd", "one")], [folder("/a"), folder("/b")])

        def slow() -> int:
            bench.now += 10
            bench.tasks.tick(PROCESSES)
            return 7

        bench.size = slow
        bench.tick()
        self.assertEqual(bench.work(), [["one"], "/a", ["one"], "/b", ["one"]])
        self.assertEqual(bench.threads, [])

    def test_a_call_that_does_not_return(self) -> None:
        bench = Bench([item("sshd", "one")], [folder("/dead"), folder("/b")])
        stuck = threading.Event()
        returns = threading.Event()
        self.addCleanup(returns.set)

        def dead() -> int:
            if bench.done[-1] == "/dead":
                stuck.set()
                returns.wait(60)
            return 7

        bench.size = dead
        bench.tick()
        first = threading.Thread(target=bench.threads.pop())
        first.start()
        self.assertTrue(stuck.wait(60))
        bench.now += tasks.STUCK_SECONDS
        bench.tick()
        self.assertEqual((bench.threads, bench.sizes()), ([], [None, None]))      # it may yet return
        bench.now += 1
        bench.tick()
        self.assertEqual(len(bench.threads), 1)
        self.assertEqual(bench.work(), [["one"], "/b"])
        self.assertEqual(bench.sizes(), ["?", 7])
        bench.now += 1000
        bench.tick()
        self.assertEqual(bench.work(), [["one"], "/b"])                           # never a second call into it
        bench.tick()
        self.assertEqual(bench.threads, [])
        returns.set()
        first.join(60)
        self.assertFalse(first.is_alive())
        self.assertEqual(bench.sizes(), [7, 7])
        bench.now += 100000
        bench.tick()
        self.assertEqual(bench.work(), [["one"], "/dead", "/b"])

    def test_one_that_returns_late_leaves_the_rest_to_the_other(self) -> None:
        bench = Bench([], [folder("/dead"), folder("/b")])

        def dead() -> int:
            if bench.done == ["/dead"]:
                bench.now += tasks.STUCK_SECONDS + 1
                bench.tasks.tick()
            return 7

        bench.size = dead
        bench.tick()
        first, bench.threads = bench.threads[0], []
        first()
        self.assertEqual((bench.done, len(bench.threads)), (["/dead"], 1))
        self.assertEqual((bench.work(), bench.sizes()), (["/b"], [7, 7]))

    def test_no_thread_to_be_had(self) -> None:
        bench = Bench([], [folder("/a")])
        real = bench.tasks._start

        def none(work: Callable[[], None]) -> None:
            raise RuntimeError("can't start new thread")

        bench.tasks._start = none
        bench.tick()
        bench.tasks._start = real
        bench.tick()
        self.assertEqual((bench.work(), bench.sizes()), (["/a"], [7]))

    def test_reload_keeps_what_stays(self) -> None:
        bench = Bench([item("sshd", "one"), item("sshd")], [folder("/a"), folder("/b")])
        bench.tick()
        bench.work()
        monitored = [item("sshd"), item("sshd", "two"), item("sshd", "one")]
        bench.tasks.configure(monitored, [folder("/c"), folder("/b")], True)
        self.assertEqual(bench.results(), [(2, "CPU: 3.2% | MEM: 0.8%"), (0, ""), (2, "out\n")])
        self.assertEqual(bench.sizes(), [None, 7])
        bench.tick()
        self.assertEqual(bench.work(), [["two"], "/c"])

    def test_reload_drops_what_was_waiting(self) -> None:
        bench = Bench([item("sshd", "one")], [folder("/a")])
        bench.tick()
        bench.tasks.configure([], [], True)
        self.assertEqual(bench.work(), [])

    def test_two_items_alike(self) -> None:
        bench = Bench([item("sshd", "one"), item("sshd", "one")])
        bench.tick()
        self.assertEqual(bench.work(), [["one"], ["one"]])
        bench.tasks.configure([item("sshd", "one"), item("sshd", "one")], [], True)
        bench.now += 10
        bench.tick()
        self.assertEqual(bench.work(), [["one"], ["one"]])

    def test_shutdown(self) -> None:
        bench = Bench([item("sshd", "one")], [folder("/a")])
        bench.tick()
        bench.tasks.shutdown()
        self.assertEqual(bench.work(), [])
        bench.now += 100
        bench.tick()
        self.assertEqual(bench.threads, [])


class Real(Place):
    """With a real thread."""

    def test_command_and_folder(self) -> None:
        self.file("a", size=12)
        real = Tasks([item("sshd", "/bin/echo 'hello world'")], [folder(self.top)], True, Roots())
        self.addCleanup(real.shutdown)
        real.tick(PROCESSES)
        until = time.monotonic() + 60
        while real.folders()[0].size is None:                                     # its turn comes after the command's
            self.assertLess(time.monotonic(), until)
            time.sleep(0.005)
        self.assertEqual((real.monitored()[0].result, real.folders()[0].size), ("hello world\n", 12))

    def test_shutdown_kills_the_command(self) -> None:
        pid_file = self.path("pid")
        script = "echo $$ >$0.new; mv $0.new $0; exec sleep 600"
        real = Tasks([item("sshd", "sh -c '%s' %s" % (script, pid_file))], [], True, Roots())
        self.addCleanup(real.shutdown)
        real.tick(PROCESSES)
        until = time.monotonic() + 60
        while not os.path.exists(pid_file):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.005)
        real.shutdown(60.0)
        with open(pid_file) as file:
            self.assertFalse(os.path.exists("/proc/" + file.read().strip()))


if __name__ == "__main__":
    unittest.main()
