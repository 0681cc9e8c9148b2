"""log: lines, their bound, and a standard error that takes none."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import termios
import time
import unittest
from contextlib import suppress

from glancesd.log import LINE_CHARACTERS, LINES_PER_MINUTE, REMEMBERED, Log, printable
from tests.daemon import TOP


class Lines(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 1000.0
        self.lines: list[str] = []
        self.log = Log(self.lines.append, lambda: self.now)

    def test_one_line_whatever_it_holds(self) -> None:
        for text, written in (("plain", "plain"), ("a\nb\r\x1b[2J\u2028", "a\\nb\\r\\x1b[2J\\u2028"),
                              ("\udcff", "\\udcff"), ("é", "é"), ("x" * 9999, "x" * LINE_CHARACTERS)):
            with self.subTest(text[:20]):
                self.log.line(text)
                self.assertEqual(self.lines[-1], "glancesd: %s\n" % written)
                self.assertEqual(printable(text)[:LINE_CHARACTERS], written)

    def test_a_burst_is_cut_and_counted(self) -> None:
        for number in range(LINES_PER_MINUTE + 40):
            self.log.line(str(number))
        self.assertEqual(len(self.lines), LINES_PER_MINUTE)
        self.now += 60
        self.log.line("next")
        self.assertEqual(self.lines[LINES_PER_MINUTE:], ["glancesd: 40 more lines were left out\n", "glancesd: next\n"])

    def test_once(self) -> None:
        for text in ("a", "b", "a"):
            self.log.once(text)
        self.assertEqual(self.lines, ["glancesd: a\n", "glancesd: b\n"])
        for number in range(REMEMBERED):
            self.log.once(str(number))
        self.log.once("a")                        # forgotten: the memory is bounded
        self.now += 60
        self.log.once("a")
        self.assertNotIn("glancesd: a\n", self.lines[2:])

    def test_what_could_not_be_written_is_counted(self) -> None:
        full = True

        def write(text: str) -> bool:
            if not full:
                self.lines.append(text)
            return not full

        log = Log(write, lambda: self.now)
        log.line("a")
        self.now += 60
        log.line("b")
        full = False
        log.line("c")
        self.now += 60
        log.line("d")
        log.line("e")
        self.assertEqual(self.lines, ["glancesd: c\n", "glancesd: 2 more lines were left out\n", "glancesd: d\n",
                                      "glancesd: e\n"])


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from glancesd.log import Log
log = Log()
for number in range(int(sys.argv[2])):
    log.line("\\u00e9 %d %s" % (number, sys.argv[3]))
    log._lines = 0
"""


def full_pipe() -> tuple[int, int]:
    """The ends of a pipe that takes no byte more."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    return reading, writing


class StandardError(unittest.TestCase):
    """A process of its own, which has a standard error of its own."""

    def run_it(self, stderr: int, count: int = 3, text: str = "") -> int:
        command = [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, TOP, str(count), text]
        return subprocess.run(command, stderr=stderr, timeout=60).returncode

    def closed(self, *descriptors: int) -> None:
        for descriptor in descriptors:
            os.close(descriptor)

    def test_lines(self) -> None:
        reading, writing = os.pipe()
        self.assertEqual(self.run_it(writing), 0)
        os.close(writing)
        with os.fdopen(reading, "rb") as written:
            self.assertEqual(written.read().count(b"glancesd: "), 3)

    def test_a_full_pipe_makes_nobody_wait(self) -> None:
        reading, writing = full_pipe()
        self.addCleanup(self.closed, reading, writing)
        self.assertEqual(self.run_it(writing), 0)

    def test_a_pipe_that_fills_up(self) -> None:
        """Lines as long as can be, each character four bytes: none is cut by the pipe's end."""
        reading, writing = os.pipe()
        self.assertEqual(self.run_it(writing, 200, "\U0001f600" * LINE_CHARACTERS), 0)
        os.close(writing)
        with os.fdopen(reading, "rb") as written:
            lines = written.read().splitlines(True)
        self.assertGreater(len(lines), 5)
        self.assertEqual({line[:9] + line[-1:] for line in lines}, {b"glancesd:\n"})

    def test_a_full_socket_makes_nobody_wait(self) -> None:
        reader, writer = socket.socketpair()
        with reader, writer:
            self.assertEqual(self.run_it(writer.fileno(), 5000, "x" * 400), 0)

    def test_a_stopped_terminal_makes_nobody_wait(self) -> None:
        try:
            master, slave = os.openpty()
        except OSError as problem:
            self.skipTest("no terminals here (a chroot without /dev/pts): %s" % problem.strerror)
        self.addCleanup(self.closed, master, slave)
        termios.tcflow(slave, termios.TCOOFF)
        self.assertEqual(self.run_it(slave), 0)

    def test_full_disk(self) -> None:
        with open("/dev/full", "wb") as full:
            self.assertEqual(self.run_it(full.fileno()), 0)

    def test_none(self) -> None:
        code = "import os, sys; os.close(2); os.execv(sys.executable, [sys.executable] + sys.argv[1:])"
        done = subprocess.run([sys.executable, "-c", code, "-I", "-S", "-B", "-c", PROGRAM, TOP, "3", ""], timeout=60)
        self.assertEqual(done.returncode, 0)


class Daemon(unittest.TestCase):
    def start(self, stderr: int) -> subprocess.Popen[bytes]:
        daemon = subprocess.Popen([sys.executable, "-m", "glancesd", "-B", "127.0.0.1", "-p", "0", "--interval", "0"],
                                  cwd=TOP, stderr=stderr, env={"PATH": os.environ["PATH"]})
        self.addCleanup(daemon.kill)
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            with open("/proc/%d/status" % daemon.pid) as file:
                caught = next(line.split()[1] for line in file if line.startswith("SigCgt:"))
            if int(caught, 16) >> (signal.SIGTERM - 1) & 1:
                return daemon
            time.sleep(0.02)
        raise AssertionError("it does not catch SIGTERM")

    def test_sigterm_beside_a_full_pipe(self) -> None:
        reading, writing = full_pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        daemon = self.start(writing)
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(20), 0)

    def test_exit_status_with_a_full_disk(self) -> None:
        with open("/dev/full", "wb") as full:
            daemon = self.start(full.fileno())
            daemon.send_signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(20), 0)

    def test_a_mistake_with_a_full_disk(self) -> None:
        with open("/dev/full", "wb") as full:
            done = subprocess.run([sys.executable, "-m", "glancesd", "--nonsense"], cwd=TOP, stderr=full, timeout=60)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
