"""daemon: a real process from its start to its end: signals, reloads, its own clock, a hog that nobody asks about."""
from __future__ import annotations

import calendar
import errno
import http.client
import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any, Callable, Optional
from unittest import mock

from glancesd.daemon import Daemon as Assembled
from glancesd.log import Log
from glancesd.readings import Clock
from glancesd.server.http1 import parse
from glancesd.settings import OPTIONS, default_settings
from tests.daemon import Daemon

# Longer than anything here takes; only a failing test waits for so long.
PATIENCE = 30.0


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What it gives, as soon as that is true; else what it gave last."""
    give_up = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > give_up:
            return found
        time.sleep(0.02)


class Case(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = os.path.join(directory.name, "glances.conf")

    def write(self, text: str) -> None:
        """In place of what was there, at once."""
        with open(self.file + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.file + ".new", self.file)

    def start(self, *options: str, **more: Any) -> Daemon:
        daemon = Daemon(*options, **more)
        self.addCleanup(daemon.end, signal.SIGKILL)       # at once; how it ends by itself is seen below
        return daemon


class Reload(Case):
    FIRST = "[cpu]\nuser_careful=11\n[mem]\nlog=False\n"

    def setUp(self) -> None:
        super().setUp()
        self.write(self.FIRST)
        self.daemon = self.start("--interval", "0", "-C", self.file)

    def reload(self) -> str:
        """Ask for it; the line that the daemon writes of it."""
        count = len(self.daemon.log)
        self.daemon.process.send_signal(signal.SIGHUP)

        def said() -> str:
            return next((line for line in self.daemon.log[count:] if "reloaded" in line), "")
        return str(wait_for(said))

    def careful(self) -> Any:
        return self.daemon.json("/api/2/cpu/limits")["cpu_user_careful"]

    def test_good(self) -> None:
        before = self.daemon.json("/api/2/all")
        self.assertEqual(self.careful(), 11.0)
        points = self.daemon.json("/api/2/cpu/history")["user"]
        self.write("[cpu]\nuser_careful=22\n[glancesd]\nhistory_size=5\ncached_time=0\npassword_file=\n"
                   "disable_plugin=raid\n[processlist]\nhide=x\n[fs]\ndisable=True\n[network]\nhide=lo\n")
        self.assertEqual(self.reload(), "glancesd: reloaded")
        self.assertEqual(self.careful(), 22.0)
        self.assertEqual(set(before) - set(self.daemon.json("/api/2/pluginslist")), {"fs", "raid"})
        self.assertEqual((self.daemon.ask("/api/2/fs")[0], self.daemon.json("/api/2/all")["fs"]), (404, []))
        self.assertNotIn("lo", self.daemon.json("/api/2/network/interface_name")["interface_name"])
        self.assertEqual(self.daemon.json("/api/2/args/history_size"), 5)
        self.assertEqual(self.daemon.json("/api/2/cpu/limits")["history_size"], 5)
        self.assertEqual(self.daemon.json("/api/2/cpu/history")["user"][:len(points)], points)       # they outlast it
        self.write("")
        self.assertEqual(self.reload(), "glancesd: reloaded")
        self.assertEqual((self.careful(), self.daemon.ask("/api/2/fs")[0]), (50.0, 200))

    def test_bad(self) -> None:
        table = (
            ("[cpu]\nuser_careful=22\nuser_warning=lots\n", "FILE:3: user_warning: needs a number, not 'lots'"),
            ("[cpu]\nuser_careful=22\n[cpu]\n", "FILE:3: section [cpu] is there twice"),
            ("[network]\nhide=(\n", "FILE:2: hide: needs a regular expression"),
            ("[cpu]\nuser_careful=22\n[glancesd]\npassword_file=/nonexistent\n",
             "FILE:4: password_file: needs an existing file, not '/nonexistent'"),
            ("[glancesd]\nbind_address=unix:/a\0b\n", "FILE:2: a NUL character"),
            ("what is this\n", "FILE:1: neither [section] nor option = value: 'what is this'"),
        )
        for text, line in table:
            with self.subTest(line):
                self.write(text)
                self.assertIn("glancesd: not reloaded: " + line.replace("FILE", self.file), self.reload())
                self.assertEqual(self.careful(), 11.0)
        os.unlink(self.file)
        self.assertEqual(self.reload(), "glancesd: not reloaded: --config: %s: No such file or directory" % self.file)
        self.assertEqual(self.careful(), 11.0)
        self.write("[cpu]\nuser_careful=33\n")
        self.assertEqual((self.reload(), self.careful()), ("glancesd: reloaded", 33.0))
        self.assertEqual([line for line in self.daemon.log if "Traceback" in line], [])

    def test_a_pipe_does_not_keep_it(self) -> None:
        os.unlink(self.file)
        os.mkfifo(self.file)
        self.assertEqual(self.reload(), "glancesd: not reloaded: --config: %s: is a pipe" % self.file)
        self.assertEqual(self.careful(), 11.0)

    def test_one_that_comes_before_the_daemon_is_there(self) -> None:
        """It does not end the process, and is not lost."""
        code = ("import os, signal, sys; from glancesd import settings; read = settings.read_settings\n"
                "def interrupted(*arguments): os.kill(os.getpid(), signal.SIGHUP); return read(*arguments)\n"
                "settings.read_settings = interrupted\n"
                "from glancesd.__main__ import main; sys.exit(main())")
        daemon = Daemon("--interval", "0", command=(sys.executable, "-c", code))
        self.addCleanup(daemon.end, signal.SIGKILL)
        self.assertTrue(wait_for(lambda: "glancesd: reloaded" in daemon.log))

    def test_every_public_setting(self) -> None:
        """/args shows what is in force, and a reload puts all of it in force."""
        wanted = {"cached_time": 7.0, "interval": 3.5, "history_size": 9, "hide_arguments": True, "disable_webui": True,
                  "max_connections": 33, "max_connections_per_address": 11}
        self.write("[glancesd]\n%s[alert]\nmax_events=12\nmin_duration=5\n" % "".join(
            "%s=%s\n" % item for item in wanted.items() if item[0] != "interval"))
        self.assertEqual(self.reload(), "glancesd: reloaded")
        args = self.daemon.json("/api/2/args")
        wanted.update(alert_max_events=12, alert_min_duration=5.0, interval=0.0)      # that of the command line stays
        self.assertEqual({name: args[name] for name in wanted}, wanted)
        here = {"bind_address", "port", "exit_idle", "disable_plugin", "disable_api"}      # asked elsewhere
        self.assertEqual({option.name for option in OPTIONS if option.public} - {*wanted}, here)

    def test_a_password_for_kept_connections_too(self) -> None:
        secret = self.file + ".secret"
        with open(secret, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write("secret\n")
        kept = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=20)
        self.addCleanup(kept.close)
        for status in (200, 401):
            kept.request("GET", "/api/2/now")
            answer = kept.getresponse()
            self.assertEqual((answer.status, bool(answer.read())), (status, True))
            self.write("[glancesd]\npassword_file=%s\n" % secret)
            self.assertEqual(self.reload(), "glancesd: reloaded")

    def test_many_at_once(self) -> None:
        for number in range(20):
            self.write("[cpu]\nuser_careful=%d\n" % number)
            self.daemon.process.send_signal(signal.SIGHUP)
        self.assertTrue(wait_for(lambda: self.careful() == 19.0))
        self.assertEqual(self.daemon.end(), 0)


class Told(Case):
    def test_a_user_name_without_a_password(self) -> None:
        """Who sets one believes that it is asked for."""
        line = "glancesd: username: without effect, because no password is set (password_file)"
        self.begin("[glancesd]\nusername=bob\n")
        self.assertIn(line, self.daemon.log)
        with open(self.file + ".secret", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write("secret\n")
        self.write("[glancesd]\nusername=bob\npassword_file=%s.secret\n" % self.file)
        self.assertEqual(self.reload(), "glancesd: reloaded")

    def begin(self, text: str, *options: str, **more: Any) -> None:
        self.write(text)
        self.daemon = Daemon("--interval", "0", "--cached-time", "0", "-C", self.file, *options, **more)
        self.addCleanup(self.daemon.end, signal.SIGKILL)

    def reload(self, text: Optional[str] = None) -> str:
        """The line that the daemon writes of it."""
        if text is not None:
            self.write(text)
        count = len(self.daemon.log)
        self.daemon.process.send_signal(signal.SIGHUP)
        return str(wait_for(lambda: next((line for line in self.daemon.log[count:] if "reloaded" in line), "")))


class InForce(Told):
    """`reloaded` is said of what is: each setting takes effect, or is named as one that waits for the next start."""

    def test_what_only_a_start_can_change(self) -> None:
        self.begin("")
        self.assertEqual(self.reload("[glancesd]\nbind_address=127.0.0.2\nsysfs=/tmp\nsocket_mode=600\nport=5\n"),
                         "glancesd: reloaded; socket_mode and sysfs take effect at the next start")
        args = self.daemon.json("/api/2/args")
        self.assertEqual((args["bind_address"], args["port"]), ("127.0.0.1", self.daemon.port))
        self.assertEqual(self.reload("[glancesd]\nsysfs=/tmp\n"),
                         "glancesd: reloaded; sysfs takes effect at the next start")
        self.assertEqual(self.reload(""), "glancesd: reloaded")

    def test_address_and_port_of_the_file(self) -> None:
        code = ("import sys; del sys.argv[1:5]                      # -B 127.0.0.1 -p 0\n"
                "from glancesd.__main__ import main; sys.exit(main())")
        self.begin("[glancesd]\nbind_address=127.0.0.1\nport=0\n", command=(sys.executable, "-c", code))
        self.assertEqual(self.reload("[glancesd]\nbind_address=127.0.0.2\nport=1234\n"),
                         "glancesd: reloaded; bind_address and port take effect at the next start")
        args = self.daemon.json("/api/2/args")
        self.assertEqual((args["bind_address"], args["port"]), ("127.0.0.1", self.daemon.port))

    def test_networks_narrowed(self) -> None:
        """Kept connections of those who are now outside end."""
        self.begin("")
        with socket.create_connection(("127.0.0.1", self.daemon.port), 20) as kept:
            kept.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b"200 OK", kept.recv(4096))
            self.assertEqual(self.reload("[glancesd]\nallow_from=192.0.2.0/24\n"), "glancesd: reloaded")
            self.assertEqual(kept.recv(4096), b"")
        self.assertEqual(self.daemon.ask("/livez").status, 403)
        self.assertEqual(self.reload("[glancesd]\nallow_from=127.0.0.0/8\n"), "glancesd: reloaded")
        self.assertEqual(self.daemon.ask("/livez").status, 200)

    def test_host_name(self) -> None:
        """Under systemd's ProtectHostname= the kernel's own stays as it was: the file tells."""
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(root + "/etc")
            self.hostname(root, "old-name")
            self.begin("", "--rootfs", root)
            self.assertEqual((self.named("old-name"), self.named("new-name")), (200, 421))
            self.hostname(root, "new-name")
            self.assertEqual(self.reload(), "glancesd: reloaded")
            self.assertEqual((self.named("old-name"), self.named("new-name")), (421, 200))

    def test_nothing_of_before_is_served(self) -> None:
        """What was sampled under other settings, for an hour to come, is not what is in force."""
        text = "[glancesd]\ncached_time=3600\n[monitor]\nlist_1_description=%s\nlist_1_regex=%s\n"
        self.write(text % ("one", "nobody"))
        self.daemon = Daemon("--interval", "0", "-C", self.file)
        self.addCleanup(self.daemon.end, signal.SIGKILL)
        self.assertEqual(self.daemon.json("/api/2/monitor/count"), {"count": [0]})
        first = self.daemon.json("/api/2/now")
        self.assertEqual(self.reload(text % ("two", "glancesd")), "glancesd: reloaded")
        monitor, = self.daemon.json("/api/2/monitor")
        self.assertEqual((monitor["description"], monitor["count"] > 0), ("two", True))
        self.assertEqual(self.reload("[glancesd]\ncached_time=0\n"), "glancesd: reloaded")
        self.assertEqual(self.daemon.json("/api/2/monitor"), [])
        self.assertTrue(wait_for(lambda: self.daemon.json("/api/2/now") != first))

    def reload_that_waits(self, root: str) -> int:
        """A daemon of "old-name" whose reload reads a pipe in place of its host's name; the pipe's other end."""
        os.mkdir(root + "/etc")
        self.hostname(root, "old-name")
        self.begin("", "--rootfs", root)
        os.remove(root + "/etc/hostname")
        os.mkfifo(root + "/etc/hostname")
        self.daemon.process.send_signal(signal.SIGHUP)
        return os.open(root + "/etc/hostname", os.O_WRONLY)          # returns once the reload has come to reading it

    def test_a_reload_that_does_not_return(self) -> None:
        """What it reads lies on a dead mount (here a pipe that nobody writes to): answers and SIGTERM do not wait."""
        with tempfile.TemporaryDirectory() as root:
            writing = self.reload_that_waits(root)
            self.addCleanup(os.close, writing)
            self.daemon.process.send_signal(signal.SIGHUP)
            self.assertEqual(self.named("old-name"), 200)
            self.daemon.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.daemon.process.wait(PATIENCE), 0)

    def test_a_slow_reload_is_done_with_what_came_meanwhile(self) -> None:
        with tempfile.TemporaryDirectory() as root:
            writing = self.reload_that_waits(root)
            self.write("[glancesd]\nallowed_host=third\n")
            os.remove(root + "/etc/hostname")
            self.hostname(root, "new-name")
            self.assertEqual(self.named("third"), 421)
            self.daemon.process.send_signal(signal.SIGHUP)
            os.write(writing, b"slow-name\n")
            os.close(writing)
            self.assertTrue(wait_for(lambda: self.daemon.log.count("glancesd: reloaded") == 2), self.daemon.log)
            self.assertEqual([self.named(name) for name in ("old-name", "slow-name", "new-name", "third")],
                             [421, 421, 200, 200])

    def test_host_name_without_a_reload(self) -> None:
        """The daemon looks by itself: LOOK_SECONDS apart."""
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(root + "/etc")
            self.hostname(root, "old-name")
            settings = default_settings()._replace(rootfs=root)
            lines: list[str] = []
            daemon = Assembled(settings, lambda before: settings, Log(lines.append), Clock())
            now = parse(b"GET /api/2/now HTTP/1.1\r\nHost: new-name\r\n\r\n")
            before = daemon._in_force
            daemon._look_around()()
            self.assertIs(daemon._in_force, before)
            self.hostname(root, "new-name")
            self.assertEqual(before.app.prepare(now)[0]().status, 421)
            daemon._look_around()()
            self.assertEqual(daemon._in_force.app.prepare(now)[0]().status, 200)
            after = daemon._in_force
            self.hostname(root, "old-name")
            with mock.patch.object(daemon._roots, "root_file", side_effect=OSError(errno.EMFILE, "no descriptor")):
                daemon._look_around()()
            self.assertIs(daemon._in_force, after)
            self.assertEqual(lines, [])

    def hostname(self, root: str, name: str) -> None:
        with open(root + "/etc/hostname", "w") as file:
            file.write(name + "\n")

    def named(self, host: str) -> int:
        return self.daemon.ask("/api/2/now", headers={"Host": host}).status

    @unittest.skipIf(os.geteuid(), "only root can put another /etc/localtime in place, in a namespace of its own")
    def test_time_zone(self) -> None:
        zone = self.file + ".zone"
        utc = b"TZif" + bytes(16) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)        # tzfile(5): one type, no transition
        with open(zone, "wb") as file:
            file.write(utc + struct.pack(">lBB", 0, 0, 0) + b"AAA\0")
        script = 'mount --bind %s /etc/localtime && exec "$@"' % zone
        command = ("unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-m", "glancesd")
        try:
            self.begin("", command=command, environ={"TZ": None})
        except AssertionError as problem:
            self.skipTest("no namespace of its own: %s" % problem)
        self.assertEqual(self.hours_ahead(), 0)
        with open(zone, "wb") as file:
            file.write(utc + struct.pack(">lBB", 5 * 3600, 0, 0) + b"BBB\0")
        os.utime(zone, (1, 1))
        self.assertEqual(self.reload(), "glancesd: reloaded")
        self.assertEqual(self.hours_ahead(), 5)

    def hours_ahead(self) -> int:
        text = self.daemon.json("/api/2/now")
        return round((calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S")) - time.time()) / 3600)

    def test_exit_idle_turned_on(self) -> None:
        with socket.socket() as handed:
            handed.bind(("127.0.0.1", 0))
            handed.listen(5)
            self.begin("", handed=handed)
            self.assertEqual(self.reload("[glancesd]\nexit_idle=0.1\n"), "glancesd: reloaded")
            self.assertEqual(self.daemon.process.wait(PATIENCE), 0)

    def test_exit_idle_without_anybody_to_start_it_again(self) -> None:
        line = ("glancesd: exit_idle: ignored, because nobody would start glancesd again: it is for socket activation")
        self.begin("", "--exit-idle", "0.1")
        self.assertIn(line, self.daemon.log)
        self.assertEqual(self.daemon.json("/api/2/args/exit_idle"), 0.0)
        with self.assertRaises(subprocess.TimeoutExpired):
            self.daemon.process.wait(1.5)
        self.assertEqual(self.reload(), "glancesd: reloaded")
        self.assertEqual(self.daemon.json("/api/2/args/exit_idle"), 0.0)

    def test_a_file_that_was_found_and_is_gone(self) -> None:
        """It may have been what asked for a password."""
        with tempfile.TemporaryDirectory() as home:
            folder = os.path.join(home, "glances")
            os.mkdir(folder)
            secret, conf = os.path.join(home, "secret"), os.path.join(folder, "glances.conf")
            with open(secret, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write("secret\n")
            with open(conf, "w") as file:
                file.write("[glancesd]\npassword_file=%s\n" % secret)
            self.daemon = self.start("--interval", "0", environ={"XDG_CONFIG_HOME": home})
            self.assertEqual(self.daemon.ask("/api/2/now").status, 401)
            os.rename(folder, folder + ".away")
            self.assertEqual(self.reload(), "glancesd: not reloaded: %s: is gone, and was in force" % conf)
            self.assertEqual(self.daemon.ask("/api/2/now").status, 401)
            os.symlink(folder, folder)
            self.assertIn("glancesd: not reloaded: %s: Too many levels of symbolic links" % conf, self.reload())
            self.assertEqual(self.daemon.ask("/api/2/now").status, 401)

    def test_a_misspelt_option(self) -> None:
        self.begin("")
        self.assertEqual(self.reload("[glancesd]\npassword_flie=/x\n"), "glancesd: not reloaded: %s:2: password_flie: "
                         "glancesd has no such option in [glancesd] (password_file?)" % self.file)


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl to make a certificate with")
class Certificate(Told):
    def setUp(self) -> None:
        super().setUp()
        folder = os.path.dirname(self.file)
        self.paths = folder + "/cert.pem", folder + "/key.pem"
        self.certificates = [self.make("one"), self.make("two")]

    def make(self, name: str) -> tuple[str, str]:
        cert, key = ("%s/%s.%s" % (os.path.dirname(self.file), name, end) for end in ("crt", "key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name,
                        "-days", "2", "-keyout", key, "-out", cert], check=True, stderr=subprocess.DEVNULL)
        return cert, key

    def put(self, cert: str, key: str) -> None:
        for source, path in zip((cert, key), self.paths):
            shutil.copyfile(source, path)

    def text(self, path: str) -> str:
        with open(path) as file:
            return file.read()

    def shown(self) -> bytes:
        """The certificate that a new connection is shown."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", self.daemon.port), 20)
        with plain, context.wrap_socket(plain) as client:
            return client.getpeercert(True) or b""

    def test_renewed(self) -> None:
        first, second = (ssl.PEM_cert_to_DER_cert(self.text(cert)) for cert, _ in self.certificates)
        self.put(*self.certificates[0])
        self.begin("", "--tls-cert", self.paths[0], "--tls-key", self.paths[1])
        self.assertEqual(self.shown(), first)
        self.put(*self.certificates[1])
        self.assertEqual(self.reload(), "glancesd: reloaded")
        self.assertEqual(self.shown(), second)
        self.put(self.certificates[0][0], self.certificates[1][1])             # a pair that is none
        self.assertRegex(self.reload(), r"\Aglancesd: not reloaded: TLS: %s: .*(?i:mismatch)" % self.paths[0])
        self.assertEqual(self.shown(), second)
        os.unlink(self.paths[0])
        self.assertIn("not reloaded: --tls-cert: needs an existing file", self.reload())
        self.assertEqual(self.shown(), second)

    def test_a_key_with_a_passphrase(self) -> None:
        """Nobody is asked for it."""
        cert, key = self.certificates[0]
        subprocess.run(["openssl", "rsa", "-aes256", "-passout", "pass:secret", "-in", key, "-out", key + ".locked"],
                       check=True, stderr=subprocess.DEVNULL)
        self.begin("")
        self.assertIn("not reloaded: TLS: %s: " % cert,
                      self.reload("[glancesd]\ntls_cert=%s\ntls_key=%s.locked\n" % (cert, key)))

    def test_turned_on(self) -> None:
        self.put(*self.certificates[0])
        self.begin("")
        self.assertEqual(self.reload("[glancesd]\ntls_cert=%s\ntls_key=%s\n" % self.paths), "glancesd: reloaded")
        self.assertTrue(self.shown())


class End(Case):
    def test_kept_connections_are_not_waited_for(self) -> None:
        """`end` gives it less time than a kept connection may be silent."""
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                daemon = self.start()
                connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)
                self.addCleanup(connection.close)
                connection.request("GET", "/api/2/all")
                self.assertEqual(connection.getresponse().read()[:1], b"{")
                self.assertEqual(daemon.end(number), 0)

    def test_during_a_reload(self) -> None:
        self.write("")
        daemon = self.start("-C", self.file)
        for _ in range(5):
            daemon.process.send_signal(signal.SIGHUP)
        self.assertEqual(daemon.end(), 0)
        self.assertEqual([line for line in daemon.log if "Traceback" in line], [])

    def test_idle(self) -> None:
        """Of two, the one that nobody asks ends."""
        listening = [socket.socket() for _ in range(2)]
        for one in listening:
            self.addCleanup(one.close)
            one.bind(("127.0.0.1", 0))
            one.listen(5)
        asked = self.start("--exit-idle", "3", handed=listening[0])
        idle = self.start("--exit-idle", "0.2", handed=listening[1])
        until = time.monotonic() + 3.5
        while time.monotonic() < until:
            asked.ask("/livez")
            time.sleep(0.1)
        self.assertEqual(idle.process.wait(PATIENCE), 0)
        self.assertEqual(len(idle.log), 1, idle.log)
        self.assertIsNone(asked.process.poll())

    def test_many_reloads_do_not_put_it_off(self) -> None:
        """3,000 of them took seconds each of which the end had to wait for."""
        self.write("")
        daemon = self.start("-C", self.file)
        for _ in range(3000):
            daemon.process.send_signal(signal.SIGHUP)
        self.assertEqual(daemon.end(), 0)
        self.assertLess(len([line for line in daemon.log if line == "glancesd: reloaded"]), 50)

    def test_wrong_settings(self) -> None:
        self.write("[cpu]\n[cpu]\n")
        for options, line in ((("-C", self.file), "%s:2: section [cpu] is there twice" % self.file),
                              (("-C", self.file + "x"), "--config: %sx: No such file or directory" % self.file),
                              (("-p", "70000"), "--port: needs a whole number from 0 to 65535, not '70000'"),
                              (("--password-file", ""), "--password-file: needs an existing file, not ''"),
                              (("--tls-cert", ""), "--tls-cert: needs an existing file, not ''"),
                              (("-B", "fe80::1%"), "--bind: needs an IPv4 or IPv6 address"),
                              (("--disable-plugin", "nosuch"), "--disable-plugin: needs names out of load,core,"),
                              (("--nosuch",), "--nosuch: no such option")):
            with self.subTest(options):
                done = subprocess.run([sys.executable, "-m", "glancesd", *options], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
                told = done.stdout.decode("utf-8")
                self.assertEqual((done.returncode, told.count("\n")), (2, 1), told)
                self.assertTrue(told.startswith("glancesd: " + line), told)


class OwnClock(Case):
    def points(self, daemon: Daemon) -> int:
        return len(daemon.json("/api/2/load/min1/history")["min1"])

    def test_on_off_and_turned_on_by_a_reload(self) -> None:
        """Three daemons. Where it is off, only those who ask make points, and nobody watches the limits."""
        self.write("[glancesd]\ninterval=0\n")
        on = self.start("--interval", "0.1", "--cached-time", "0")
        off = self.start("--interval", "0", "--cached-time", "0.1")
        turned_on = self.start("--cached-time", "0.1", "-C", self.file)
        self.write("[glancesd]\ninterval=0.1\n")
        turned_on.process.send_signal(signal.SIGHUP)
        self.assertTrue(wait_for(lambda: "glancesd: reloaded" in turned_on.log))
        self.assertTrue(wait_for(lambda: self.points(on) > 2))
        self.assertTrue(wait_for(lambda: self.points(turned_on) > 2))
        self.assertEqual(self.points(off), 1)
        self.assertEqual(off.json("/api/2/alert"), [])


# -- a hog -------------------------------------------------------------------------------------------------------------

# Of a made-up machine with four CPUs, in ticks (1/100 s); all that the daemon needs of it for this.
STAT = ("cpu  %d 0 0 %d 0 0 0 0 0 0\n" + "".join("cpu%d 0 0 0 0 0 0 0 0 0 0\n" % cpu for cpu in range(4))
        + "btime 1759187654\n")
HOG = ("77 (hog) R 1 77 77 0 -1 4194560 0 0 0 0 %d 0 0 0 20 0 1 0 1301 1228800 155 4294967295 1 1 0 0 0 0 0 0 0 0 0 0"
       " 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n")


class Hog(Case):
    """An alert from its begin to its end on the daemon's own clock, over a machine whose hog the test moves."""

    proc: str
    user, idle = 500, 100000

    def spend(self, user: int, idle: int) -> None:
        """So many ticks went by: the hog's, who is the only user, and nobody's."""
        self.user, self.idle = self.user + user, self.idle + idle
        for name, text in (("77/stat", HOG % self.user), ("stat", STAT % (self.user, self.idle))):
            path = os.path.join(self.proc, name)
            with open(path + ".new", "w") as file:
                file.write(text)
            os.replace(path + ".new", path)

    def test_begin_end_and_culprit(self) -> None:
        self.proc = os.path.join(os.path.dirname(self.file), "proc")
        os.makedirs(self.proc + "/77")
        self.spend(0, 0)
        self.write("[cpu]\nuser_careful=5\nuser_warning=10\nuser_critical=60\n[alert]\nmin_duration=0\n")
        daemon = self.start("--interval", "0.2", "-C", self.file, "--procfs", self.proc)

        def event(is_over: bool) -> Any:
            found = [event for event in daemon.json("/api/2/alert") if event[3] == "CPU_USER"]
            return found if found and (found[0][1] != -1) is is_over else None

        # A window's first sample is there as soon as the ticker has kept a point.
        self.assertTrue(wait_for(lambda: daemon.json("/api/2/cpu/history").get("user")))
        began = time.time()
        self.spend(18, 2)
        self.assertTrue(wait_for(lambda: event(False) or event(True)))
        self.spend(0, 20)
        (begin, end, state, _, most, mean, least, total, count, top, _, key), = wait_for(lambda: event(True))
        self.assertEqual((state, key, most, mean, least, total, count),
                         ("CRITICAL", "cpu_percent", 90.0, 90.0, 90.0, 90.0, 1))
        self.assertEqual([entry["pid"] for entry in top], [77])
        # In whole seconds, from the sample before to the one that was critical.
        self.assertTrue(began - PATIENCE <= begin <= end <= time.time() + 1, (began, begin, end))


if __name__ == "__main__":
    unittest.main()
