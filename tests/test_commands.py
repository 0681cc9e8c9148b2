"""commands: real small commands; counts and results with made-up ones and an injected clock."""
from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
import unittest
from typing import Callable, Optional, Sequence

from glancesd.settings import Monitored
from glancesd.settings.expressions import compiled
from glancesd.tasks import commands
from glancesd.tasks.commands import CANNOT_EXECUTE, MonitorResult, ProcessUse, run_command
from tests.daemon import Daemon
from tests.task_bench import PROCESSES, Bench, Place, folder, item

PYTHON = sys.executable or "python3"


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
        bound = commands.OUTPUT_BYTES
        for name, script, expected in (
                ("all of it", "print('x' * %d, end='')" % bound, "x" * bound),
                ("the first of it", "print('x' * 500000 + 'y')", "x" * bound),
                ("not half a character", "import sys; sys.stdout.buffer.write(b'xy' + b'\\xe2\\x82\\xac' * 3000)",
                 "xy" + "\u20ac" * ((bound - 2) // 3))):
            with self.subTest(name):
                self.assertEqual(self.run_script(script), (0, expected))

    def test_one_that_prints_without_end_is_ended(self) -> None:
        status, output = run_command(["yes"], threading.Event(), 60.0)
        self.assertEqual((status, output), (None, "y\n" * (commands.OUTPUT_BYTES // 2)))

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

    def test_what_left_its_session_is_killed(self) -> None:
        left = "setsid sh -c 'echo $$; exec sleep 600 >&-'"
        for name, script in (("its child", left + " & true"), ("nobody's child", "(%s &)" % left)):
            with self.subTest(name):
                status, output = run_command(["sh", "-c", script], threading.Event(), 30.0)
                self.assertEqual(status, 0)
                self.assert_gone([int(output)])

    def test_what_left_its_session_and_wiped_its_environment_is_killed(self) -> None:
        left = "setsid env -i /bin/sh -c 'echo $$; sleep 600 >&- & echo $!; exec >&-; wait'"
        for name, script in (("its child", left + " & sleep 0.2"), ("nobody's child", "(%s &) ; sleep 0.2" % left)):
            with self.subTest(name):
                status, output = run_command(["sh", "-c", script], threading.Event(), 30.0)
                pids = [int(pid) for pid in output.split()]
                self.assertEqual((status, len(pids)), (0, 2))
                self.assert_gone(pids)
                for pid in pids:                                 # as the daemon does now and then
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(pid, 0)

    def test_nobody_else_is_killed(self) -> None:
        """A child of ours that was there before, and a command that runs beside."""
        ours = subprocess.Popen(["sleep", "600"], env={})
        self.addCleanup(ours.wait)
        self.addCleanup(ours.kill)
        found: list[object] = []
        beside = threading.Thread(target=lambda: found.append(
            run_command(["sh", "-c", "sleep 1; echo whole"], threading.Event(), 30.0)))
        beside.start()
        self.assertEqual(run_command(["sh", "-c", "(setsid env -i sleep 600 >&- &)"], threading.Event(), 30.0), (0, ""))
        beside.join()
        self.assertEqual((found, ours.poll()), ([(0, "whole\n")], None))

    def test_one_that_hangs_in_a_session_of_its_own_is_killed(self) -> None:
        script = "setsid -w sh -c 'echo $$; exec sleep 600'"
        status, output = run_command(["sh", "-c", script], threading.Event(), 0.5)
        self.assertIsNone(status)
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
        allowed = {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "GLANCESD_RUN"}
        found = set(re.findall(r"'(\w+)'", names))
        self.assertIn("GLANCESD_RUN", found)
        self.assertLessEqual(found, allowed)

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
        bench = Bench([Monitored("x", compiled(".*SSHD", re.IGNORECASE), ".*SSHD", None, None, None)])
        bench.tick()
        self.assertEqual(bench.results()[0][0], 2)

    def test_before_the_first_tick(self) -> None:
        bench = Bench([item("sshd"), item("sshd", "echo")])
        self.assertEqual(bench.results(), [(None, ""), (None, "")])
        self.assertTrue(bench.tasks.uncounted())
        bench.tick(None)                                                          # nor when there is no process list
        self.assertEqual(bench.results(), [(None, ""), (None, "")])
        bench.tick([])
        self.assertEqual(bench.results(), [(0, "CPU: 0.0% | MEM: 0.0%"), (0, "")])
        self.assertFalse(bench.tasks.uncounted())

    def test_as_the_file_has_it(self) -> None:
        bench = Bench([Monitored("SSH server", compiled("(?i)SSHD"), "(?i)SSHD", None, "1", "20")])
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
        bench.configure([item("sshd"), item("python")], [], True)
        bench.tick(processes)
        self.assertEqual(asked, [1])
        self.assertEqual([count for count, _ in bench.results()], [2, 1])

    def test_each_command_line_is_searched_once(self) -> None:
        bench = Bench([item("sshd")])
        matches = bench.tasks._monitored[0]._matches
        bench.tick([ProcessUse("", "x", 0, 0), ProcessUse("", "y", 0, 0), ProcessUse("", "x", 0, 0)])
        self.assertEqual(matches._known, {("x", ""): False, ("y", ""): False})
        matches._known["x", ""] = True
        bench.tick([ProcessUse("", "x", 0, 0)])
        self.assertEqual((bench.results()[0][0], matches._known), (1, {("x", ""): True}))


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
            bench.tasks.tick(lambda: [])
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

    def test_one_that_runs_out_of_time_rests(self) -> None:
        bench = Bench([item("sshd", "hangs")])

        def hangs() -> tuple[Optional[int], str]:
            bench.now += 5
            return None, ""

        bench.answer = hangs
        bench.tick()
        bench.work()
        for wait, expected in ((19, []), (1, [["hangs"]])):
            bench.now += wait
            bench.tick()
            self.assertEqual(bench.work(), expected)

    def test_not_allowed(self) -> None:
        bench = Bench([item("sshd", "echo"), item("nothing", "echo"), item("sshd")], allowed=False)
        bench.tick()
        self.assertEqual(bench.threads, [])
        self.assertEqual(bench.results(), [(2, CANNOT_EXECUTE), (0, ""), (2, "CPU: 3.2% | MEM: 0.8%")])
        bench.configure([item("sshd", "echo")], [], True)
        bench.tick()
        self.assertEqual((bench.work(), bench.results()), ([["echo"]], [(2, "out\n")]))
        bench.configure([item("sshd", "echo")], [], False)
        bench.now += 10
        bench.tick()
        self.assertEqual((bench.work(), bench.results()), ([], [(2, CANNOT_EXECUTE)]))


class Asked(Place):
    def test_the_first_answer_is_counted(self) -> None:
        """Nobody has ticked yet: an item is counted when it is asked for, never 0."""
        with open(self.path("settings"), "w") as file:
            file.write("[monitor]\nlist_1_description=x\nlist_1_regex=python\n")
        with Daemon("-C", self.path("settings"), "--interval", "600") as daemon:
            self.assertGreaterEqual(daemon.json("/api/2/monitor")[0]["count"], 1)


if __name__ == "__main__":
    unittest.main()
