"""systemd: the datagrams a manager gets, and what the daemon takes from it."""
from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any, Callable

from glancesd import systemd
from glancesd.systemd import Notifier

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# A process with the socket at descriptor 3, as the manager starts it (a child: 3 is the test run's own).
TAKE = r"""
import os, sys
from glancesd import systemd
handed = int(sys.argv[1])
if handed != 3:
    os.dup2(handed, 3)
    os.close(handed)
environ = dict(os.environ, LISTEN_PID=str(os.getpid()))
try:
    taken = systemd.listen_sockets(environ, os.getpid())
except ValueError as problem:
    print("refused:", problem)
else:
    for s in taken:
        print(s.family.name, s.type.name, "timeout", s.gettimeout(), "inheritable", s.get_inheritable())
        connection = s.accept()[0]
        connection.sendall(b"hello")
        connection.close()
"""


class Notify(unittest.TestCase):
    CALLS: tuple[tuple[str, Callable[[Notifier], None], str], ...] = (
        ("ready", lambda n: n.ready("http://[::]:1, 33 plugins"), "READY=1\nSTATUS=http://[::]:1, 33 plugins"),
        ("a status is one line", lambda n: n.ready("two\nlines\n READY=0 é"), "READY=1\nSTATUS=two lines READY=0 é"),
        ("a status may hold anything", lambda n: n.ready("\udc80"), "READY=1\nSTATUS=?"),
        ("stopping", lambda n: n.stopping(), "STOPPING=1"),
        ("watchdog", lambda n: n.watchdog(), "WATCHDOG=1"),
    )

    def setUp(self) -> None:
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.settimeout(5)

    def test_calls(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = directory.name + "/notify"
        self.manager.bind(path)
        for name, call, expected in self.CALLS:
            with self.subTest(name):
                call(Notifier({"NOTIFY_SOCKET": path}))
                self.assertEqual(self.manager.recv(4096).decode(), expected)

    def test_abstract_socket(self) -> None:
        self.manager.bind("")           # the kernel chooses an abstract name
        name = self.manager.getsockname()
        Notifier({"NOTIFY_SOCKET": "@" + name[1:].decode()}).stopping()
        self.assertEqual(self.manager.recv(4096), b"STOPPING=1")

    def test_reloading_says_when(self) -> None:
        self.manager.bind("")
        before = time.monotonic_ns() // 1000
        Notifier({"NOTIFY_SOCKET": "@" + self.manager.getsockname()[1:].decode()}).reloading()
        word, moment = self.manager.recv(4096).decode().split("\n")
        self.assertEqual(word, "RELOADING=1")
        self.assertTrue(before <= int(moment.partition("=")[2]) <= time.monotonic_ns() // 1000, moment)

    def test_nobody_to_tell(self) -> None:
        for address in (None, "", "@", "/nonexistent/notify", "vsock:2:1", "/" + "x" * 200):
            with self.subTest(address):
                for _, call, _ in self.CALLS:
                    call(Notifier({} if address is None else {"NOTIFY_SOCKET": address}))


class Watchdog(unittest.TestCase):
    TABLE: tuple[tuple[str, dict[str, str], float | None], ...] = (
        # name, environment, seconds
        ("none", {}, None),
        ("half of the limit", {"WATCHDOG_USEC": "30000000"}, 15.0),
        ("for this process", {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "77"}, 1.5),
        ("for another", {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "78"}, None),
        ("for nobody", {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": ""}, None),
        ("zero", {"WATCHDOG_USEC": "0"}, None),
        ("not a number", {"WATCHDOG_USEC": "soon"}, None),
        ("negative", {"WATCHDOG_USEC": "-1"}, None),
        ("a digit of another script", {"WATCHDOG_USEC": "²"}, None),
        ("absurdly long", {"WATCHDOG_USEC": "9" * 5000}, None),
    )

    def test_table(self) -> None:
        for name, environ, seconds in self.TABLE:
            with self.subTest(name):
                self.assertEqual(systemd.watchdog_seconds(environ, 77), seconds)


class Listen(unittest.TestCase):
    NONE: tuple[tuple[str, dict[str, str]], ...] = (
        ("started without it", {}),
        ("for another process", {"LISTEN_FDS": "1", "LISTEN_PID": "78"}),
        ("no process named", {"LISTEN_FDS": "1"}),
        ("none", {"LISTEN_FDS": "0", "LISTEN_PID": "77"}),
        ("not a number", {"LISTEN_FDS": "one", "LISTEN_PID": "77"}),
        ("not a count", {"LISTEN_FDS": "1000000000", "LISTEN_PID": "77"}),
    )

    def test_nothing_handed_over(self) -> None:
        for name, environ in self.NONE:
            with self.subTest(name):
                self.assertEqual(systemd.listen_sockets(environ, 77), [])

    def start(self, handed: Any, count: int = 1) -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-c", TAKE, str(handed.fileno())], pass_fds=[handed.fileno()],
                                   env=dict(os.environ, LISTEN_FDS=str(count)), cwd=TOP, stdout=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def taken(self, listening: socket.socket) -> str:
        listening.listen(1)
        listening.setblocking(False)        # as the manager opens them
        process = self.start(listening)
        with socket.socket(listening.family, socket.SOCK_STREAM) as client:
            client.settimeout(20)
            client.connect(listening.getsockname())
            self.assertEqual(client.recv(5), b"hello")
        return process.communicate(timeout=20)[0]

    def test_tcp(self) -> None:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            self.assertEqual(self.taken(listening), "AF_INET SOCK_STREAM timeout None inheritable False\n")

    def test_tcp_over_ipv6(self) -> None:
        with socket.socket(socket.AF_INET6) as listening:
            try:
                listening.bind(("::1", 0))
            except OSError as problem:
                self.skipTest("this machine has no IPv6 loopback: %s" % problem)
            self.assertEqual(self.taken(listening), "AF_INET6 SOCK_STREAM timeout None inheritable False\n")

    def test_unix(self) -> None:
        with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listening:
            listening.bind(directory + "/socket")
            self.assertEqual(self.taken(listening), "AF_UNIX SOCK_STREAM timeout None inheritable False\n")

    def test_what_cannot_be_served_is_named(self) -> None:
        datagrams, unbound = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
        with datagrams, unbound, open(os.devnull) as file:
            for name, handed in (("datagrams", datagrams), ("not listening", unbound), ("a file", file)):
                with self.subTest(name):
                    output = self.start(handed).communicate(timeout=20)[0]
                    self.assertIn("refused: descriptor 3 of LISTEN_FDS is not a listening stream socket", output)

    def test_fewer_than_announced(self) -> None:
        with socket.socket() as listening:
            listening.listen(1)
            output = self.start(listening, count=2).communicate(timeout=20)[0]
        self.assertIn("refused: descriptor 4 of LISTEN_FDS", output)


class ExitStatus(unittest.TestCase):
    """1 for what may go well a little later: the unit starts again. 2 for what somebody has to mend: it does not."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.scratch = directory.name

    def ends(self, status: int, *arguments: str, **environ: str) -> str:
        """The one line that it writes."""
        done = subprocess.run([sys.executable, "-m", "glancesd", *arguments], env=dict(os.environ, **environ), cwd=TOP,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, status, done.stdout)
        self.assertRegex(done.stdout, r"\Aglancesd: [^\n]+\n\Z")
        return done.stdout

    def write(self, name: str, text: str) -> str:
        path = os.path.join(self.scratch, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def test_nothing_to_listen_on_yet(self) -> None:
        with socket.socket() as other, socket.socket(socket.AF_UNIX) as another:
            other.bind(("127.0.0.1", 0))
            other.listen(1)
            self.assertIn("in use", self.ends(1, "-B", "127.0.0.1", "-p", str(other.getsockname()[1])))
            another.bind(self.scratch + "/socket")
            another.listen(1)
            self.assertIn("in use", self.ends(1, "-B", "unix:%s/socket" % self.scratch))
        self.ends(1, "-B", "192.0.2.1", "-p", "0")             # no machine's own: TEST-NET-1
        self.ends(1, "-B", "unix:%s/none/socket" % self.scratch)
        self.ends(1, "-B", "unix:" + self.write("file", "mine"))
        with open(self.scratch + "/file") as file:
            self.assertEqual(file.read(), "mine")

    def test_no_permission(self) -> None:
        if os.geteuid() == 0:
            self.skipTest("root may write anywhere")
        os.mkdir(self.scratch + "/closed", 0o555)
        self.assertIn("ermission denied", self.ends(1, "-B", "unix:%s/closed/socket" % self.scratch))

    def test_to_be_mended(self) -> None:
        conf, pem = self.write("conf", "[glancesd]\nport=x\n"), self.write("pem", "")
        for arguments in (("--nosuch",), ("-p", "65536"), ("-B", "nosuch.example"), ("-C", conf),
                          ("-C", self.scratch + "/none"), ("--password-file", self.scratch + "/none"),
                          ("--password-file", self.write("open", "secret\n")), ("-B", "unix:/" + "x" * 200),
                          ("-B", "127.0.0.1", "-p", "0", "--tls-cert", pem, "--tls-key", pem)):
            with self.subTest(arguments):
                self.ends(2, *arguments)

    def test_ascii_locale(self) -> None:
        path = os.fsdecode(b"/\xc3\xa9")
        conf = os.path.join(self.scratch, "conf")
        ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        for text in ("procfs=%s", "password_file=%s", "bind_address=unix:%s/socket"):
            with self.subTest(text), open(conf, "wb") as file:
                file.write(b"[glancesd]\n" + os.fsencode(text % path))
                file.flush()
                self.ends(2, "-C", conf, **ascii_only)
        for option, given, wanted in (("--print-config", b"", "\u2026"),
                                      ("--hash-password", b"p\xc3\xa4ss\n", "pbkdf2_sha256$")):
            done = subprocess.run([sys.executable, "-m", "glancesd", option], env=dict(os.environ, **ascii_only),
                                  cwd=TOP, input=given, stdout=subprocess.PIPE, check=True)
            self.assertIn(wanted, done.stdout.decode("utf-8"))

    def test_an_output_that_takes_nothing(self) -> None:
        """One line and status 1: a password file that was not written must not look as if it were."""
        for option in ("--print-config", "--hash-password"):
            for redirect, why in ((">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")):
                if not os.path.exists("/dev/full"):
                    self.skipTest("this machine has no /dev/full")
                with self.subTest(option, redirect=redirect):
                    done = subprocess.run(["sh", "-c", 'exec "$@" ' + redirect, "sh", sys.executable, "-m", "glancesd",
                                           option], cwd=TOP, input=b"secret\n", stderr=subprocess.PIPE)
                    self.assertEqual((done.returncode, done.stderr.decode()), (1, "glancesd: cannot write: %s\n" % why))

    def test_not_a_socket_handed_over(self) -> None:
        code = "import os; os.environ['LISTEN_PID'] = str(os.getpid()); os.dup2(os.open(os.devnull, 0), 3)\n" \
               "from glancesd.__main__ import main; raise SystemExit(main([]))"
        done = subprocess.run([sys.executable, "-c", code], env=dict(os.environ, LISTEN_FDS="1"), cwd=TOP, text=True,
                              stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("descriptor 3 of LISTEN_FDS", done.stderr)


if __name__ == "__main__":
    unittest.main()
