"""sockets: where the daemon listens, what its URL is, and whose a Unix socket is."""
from __future__ import annotations

import errno
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any, Optional
from unittest import mock

from glancesd import sockets
from glancesd.log import Log
from glancesd.settings import default_settings
from glancesd.sockets import Listening, StartError
from tests.daemon import TOP, Daemon

_socket = socket.socket


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


class Case(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = directory.name + "/socket"
        self.lines: list[str] = []

    def listen(self, address: Optional[str], **changed: Any) -> Listening:
        settings = default_settings()._replace(bind_address=address, port=0, **changed)
        listening = sockets.listen(settings, Log(self.lines.append))
        self.addCleanup(listening.socket.close)
        return listening

    def refused(self, address: str) -> StartError:
        with self.assertRaises(StartError) as caught:
            self.listen(address)
        return caught.exception


class Urls(unittest.TestCase):
    TABLE = (
        # address, port, scheme, URL
        ("127.0.0.1", 61208, "http", "http://127.0.0.1:61208/"),
        ("0.0.0.0", 1, "https", "https://0.0.0.0:1/"),
        ("::", 61208, "http", "http://[::]:61208/"),
        ("fe80::1%eth0", 5, "http", "http://[fe80::1%25eth0]:5/"),          # RFC 6874
        ("unix:/run/g.sock", 0, "https", "unix:/run/g.sock"),
    )

    def test_table(self) -> None:
        for address, port, scheme, url in self.TABLE:
            with self.subTest(address), socket.socket() as any_socket:
                self.assertEqual(Listening(any_socket, address, port, False, None).url(scheme), url)

    def test_the_url_that_the_start_prints_answers(self) -> None:
        with Daemon("--interval", "0") as daemon:
            url = daemon.log[-1].partition("listening on ")[2]
            self.assertEqual(url, "http://127.0.0.1:%d/" % daemon.port)
            self.assertEqual(daemon.ask("/").status, 200)


class Both(Case):
    """Nothing said, or `::`: IPv6 and IPv4 on one socket, as far as there is IPv6."""

    @unittest.skipUnless(has_ipv6(), "this machine has no IPv6 loopback")
    def test_both_are_served(self) -> None:
        for address in (None, "::"):
            listening = self.listen(address)
            self.assertEqual((listening.address, self.lines), ("::", []))
            for family, host in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")):
                with self.subTest(address, host=host), socket.socket(family) as client:
                    client.settimeout(20)
                    client.connect((host, listening.port))
                    listening.socket.accept()[0].close()

    def without_ipv6(self, number: int) -> Any:
        def make(family: int = socket.AF_INET, *arguments: Any, **more: Any) -> socket.socket:
            if family == socket.AF_INET6:
                raise OSError(number, os.strerror(number))
            return _socket(family, *arguments, **more)
        return mock.patch.object(socket, "socket", make)

    def test_a_kernel_without_ipv6(self) -> None:
        for number in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            for address, lines in ((None, []), ("::", ["glancesd: no IPv6 here: :: is IPv4 alone\n"])):
                with self.subTest(address, number=number), self.without_ipv6(number):
                    self.lines = []
                    listening = self.listen(address)
                    self.assertEqual((listening.address, self.lines), ("0.0.0.0", lines))
            with self.subTest("::1", number=number), self.without_ipv6(number):
                self.assertEqual(self.refused("::1").status, 1)

    @unittest.skipIf(os.geteuid(), "only root can make a network of its own")
    def test_ipv6_that_is_switched_off(self) -> None:
        """`::` can be bound there, but nobody reaches it: the URL that is printed answers."""
        for options, lines in (("", 1), ("-B ::", 2)):
            script = ("ip link set lo up && echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 && "
                      "exec %s -m glancesd %s -p 0 --interval 0" % (sys.executable, options))
            process = subprocess.Popen(["unshare", "--net", "sh", "-c", script], cwd=TOP, stdin=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            assert process.stderr is not None
            self.addCleanup(process.stderr.close)
            told = [process.stderr.readline() for _ in range(lines)]
            if "glancesd:" not in told[0]:
                self.skipTest("no network of its own here: %s" % told)
            self.assertRegex(told[-1], r"\Aglancesd: listening on http://0\.0\.0\.0:[0-9]+/\n\Z")
            self.assertEqual(told[:-1], ["glancesd: no IPv6 here: :: is IPv4 alone\n"] * (lines - 1))

    def test_another_problem_is_one(self) -> None:
        with self.without_ipv6(errno.EMFILE):
            self.assertIn("Too many open files", str(self.refused("::")))


class Zones(Case):
    @unittest.skipUnless(has_ipv6(), "this machine has no IPv6 loopback")
    def test_the_zone_reaches_the_kernel(self) -> None:
        with mock.patch.object(socket, "if_nametoindex", return_value=socket.if_nametoindex("lo")) as index:
            listening = self.listen("::1%eth7")
        index.assert_called_once_with("eth7")
        self.assertEqual(listening.socket.getsockname()[:2], ("::1", listening.port))

    def test_no_such_interface(self) -> None:
        refused = self.refused("fe80::1%nosuch0")
        self.assertEqual((str(refused), refused.status),
                         ("cannot listen on fe80::1%nosuch0 port 0: no interface nosuch0", 1))

    @unittest.skipIf(os.geteuid(), "only root can make a network of its own")
    def test_a_link_local_address(self) -> None:
        script = ("ip link set lo up && ip addr add fe80::1/64 dev lo && "
                  "exec %s -m glancesd -B fe80::1%%lo -p 0 --interval 0" % sys.executable)
        process = subprocess.Popen(["unshare", "--net", "sh", "-c", script], cwd=TOP, stdin=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        assert process.stderr is not None
        self.addCleanup(process.stderr.close)
        line = process.stderr.readline()
        if "listening" not in line and "glancesd:" not in line:
            self.skipTest("no network of its own here: %s" % line.strip())
        self.assertRegex(line, r"\Aglancesd: listening on http://\[fe80::1%25lo\]:[0-9]+/\n\Z")


class Unix(Case):
    def mode(self) -> int:
        return stat.S_IMODE(os.stat(self.path).st_mode)

    def test_mode(self) -> None:
        earlier = os.umask(0o077)
        self.addCleanup(os.umask, earlier)
        for asked, mode in ((None, 0o700), (0o660, 0o660), (0o666, 0o666), (0o600, 0o600)):
            with self.subTest(asked):
                listening = self.listen("unix:" + self.path, socket_mode=asked)
                self.assertEqual(self.mode(), mode)
                listening.remove()
                self.assertFalse(os.path.exists(self.path))
        self.assertEqual(os.umask(0o077), 0o077)             # as it was

    def test_the_mode_of_the_daemon(self) -> None:
        with Daemon("--socket-mode", "666", "--interval", "0", bind="unix:" + self.path) as daemon:
            self.assertEqual(daemon.log, ["glancesd: listening on unix:" + self.path])
            self.assertEqual(self.mode(), 0o666)
        self.assertFalse(os.path.exists(self.path))

    def test_one_that_is_left_of_a_daemon_that_was_killed(self) -> None:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(self.path)
        self.listen("unix:" + self.path)

    def test_the_end_leaves_another_daemons_socket(self) -> None:
        first = Daemon("--interval", "0", bind="unix:" + self.path)
        os.unlink(self.path)
        with Daemon("--interval", "0", bind="unix:" + self.path):
            self.assertEqual(first.end(), 0)
            self.assertTrue(os.path.exists(self.path))
        self.assertFalse(os.path.exists(self.path))

    def test_somebody_tidied_up(self) -> None:
        listening = self.listen("unix:" + self.path)
        os.unlink(self.path)
        listening.remove()
        with open(self.path, "w"):
            pass
        listening.remove()
        self.assertTrue(os.path.exists(self.path))


class Handed(Case):
    def test_what_is_in_force_is_told(self) -> None:
        with socket.socket() as handed:
            handed.bind(("127.0.0.1", 0))
            handed.listen(5)
            with Daemon("--interval", "0", bind="192.0.2.1", handed=handed) as daemon:
                self.assertEqual(daemon.port, handed.getsockname()[1])
                args = daemon.json("/api/2/args")
                self.assertEqual((args["bind_address"], args["port"]), ("127.0.0.1", daemon.port))

    def test_a_family_that_is_not_served(self) -> None:
        try:
            handed = socket.socket(socket.AF_VSOCK)
            handed.bind((socket.VMADDR_CID_ANY, 61208 + os.getpid()))
            handed.listen(1)
        except (AttributeError, OSError) as problem:
            self.skipTest("no vsock here: %s" % problem)
        with handed, self.assertRaises(AssertionError) as caught:
            Daemon("--interval", "0", handed=handed)
        self.assertIn("descriptor 3 of LISTEN_FDS is of address family 40", str(caught.exception))


class Starts(Case):
    """One line and an exit status, whatever is lacking."""

    def ends(self, before: str, *arguments: str) -> tuple[int, str]:
        code = "%s\nimport sys; from glancesd.__main__ import main; sys.exit(main(%r))" % (before, list(arguments))
        done = subprocess.run([sys.executable, "-c", code], cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        return done.returncode, done.stdout

    def test_no_thread(self) -> None:
        for count in range(3):
            patch = ("import threading, itertools\nstart, counted = threading.Thread.start, itertools.count()\n"
                     "def none(self):\n"
                     "    if next(counted) >= %d: raise RuntimeError(\"can't start new thread\")\n"
                     "    start(self)\n"
                     "threading.Thread.start = none" % count)
            with self.subTest(count):
                self.assertEqual(self.ends(patch, "-B", "unix:" + self.path),
                                 (1, "glancesd: cannot start: can't start new thread\n"))
                self.assertFalse(os.path.exists(self.path))

    def test_no_descriptor(self) -> None:
        # All modules are there before: what is lacking is lacking at the start proper.
        patch = ("import glancesd.__main__, glancesd.daemon, glancesd.api.v2, resource, os\n"
                 "free = os.dup(0); os.close(free); resource.setrlimit(resource.RLIMIT_NOFILE, (free + %d, free + %d))")
        for more in range(3):
            with self.subTest(more):
                status, told = self.ends(patch % (more, more), "-B", "127.0.0.1", "-p", "0")
                self.assertEqual((status, told.count("\n")), (1, 1), told)
                self.assertIn("Too many open files", told)

    def test_a_procfs_without_stat(self) -> None:
        folder = os.path.dirname(self.path)
        self.assertEqual(self.ends("", "--procfs", folder, "-p", "0"),
                         (2, "glancesd: --procfs: %s/stat: no such file\n" % folder))

    def test_a_procfs_whose_stat_is_of_no_machine(self) -> None:
        folder = os.path.dirname(self.path)
        for name, text in (("/proc/self", ""), (folder, ""), (folder, "12 (init) S 0 1 1\n"), (folder, "hello\n")):
            if name == folder:
                with open(folder + "/stat", "w") as file:
                    file.write(text)
            with self.subTest(name, text=text):
                self.assertEqual(self.ends("", "--procfs", name, "-p", "0"),
                                 (2, "glancesd: --procfs: %s/stat:1: no line of the whole machine (cpu)\n" % name))


class Reaped(unittest.TestCase):
    @unittest.skipIf(os.geteuid(), "only root can be process 1 of a namespace")
    def test_orphans_of_a_container(self) -> None:
        """As process 1 it is the parent of whoever loses his own."""
        command = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, "-m", "glancesd")
        try:
            daemon = Daemon("--interval", "0", "--cached-time", "0", command=command)
        except AssertionError as problem:
            self.skipTest("no namespace of its own: %s" % problem)
        self.addCleanup(daemon.end, 9)
        children = subprocess.run(["pgrep", "-P", str(daemon.pid)], stdout=subprocess.PIPE, text=True, check=True)
        inner = children.stdout.split()[0]
        orphan = "import os, time\nif not os.fork():\n    time.sleep(0.1)\n    os._exit(0)\n"
        for _ in range(3):
            subprocess.run(["nsenter", "--pid", "--mount", "--target", inner, sys.executable, "-c", orphan], check=True)
        give_up = time.monotonic() + 30
        while True:
            states = daemon.json("/api/2/processlist/status")["status"]
            if "Z" not in states or time.monotonic() > give_up:
                break
            time.sleep(0.1)
        self.assertNotIn("Z", states)


if __name__ == "__main__":
    unittest.main()
