"""small box: the daemon without what OpenWrt splits off python3-light, and without what a small Buildroot leaves out.

Another process runs it behind an import hook that refuses those modules and behind a `socket` that looks up no name.
"""
from __future__ import annotations

import base64
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any, ClassVar

from glancesd import dashboard
from glancesd.api.dialect import ROUTES
from glancesd.api.routes import Routes
from glancesd.api.v2 import PLUGINS
from tests.daemon import Answer, Daemon

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Not there, with all that is below them. Of OpenWrt python3-asyncio, -cgi, -cgitb, -codecs (unicodedata, so no idna),
# -ctypes, -dbm, -decimal, -distutils, -logging, -lzma, -multiprocessing, -ncurses, -openssl, -pydoc, -readline,
# -sqlite3, -unittest, -uuid, -venv, -xml; of Buildroot bzip2 and zlib; and modules that need one of these.
REFUSED = (
    "asyncio", "_asyncio", "bz2", "_bz2", "cgi", "cgitb", "concurrent", "ctypes", "_ctypes", "curses", "_curses",
    "dataclasses", "dbm", "_dbm", "_gdbm", "decimal", "_decimal", "_pydecimal", "distutils", "doctest",
    "encodings.idna", "ensurepip", "fractions", "gzip", "_hashlib", "imaplib", "lib2to3", "logging", "lzma",
    "_lzma", "multiprocessing", "_multiprocessing", "pdb", "pip", "pydoc", "pyexpat", "readline", "setuptools",
    "smtplib", "sqlite3", "_sqlite3", "ssl", "_ssl", "statistics", "stringprep", "test", "tkinter", "unicodedata",
    "unittest", "uuid", "_uuid", "venv", "xml", "xmlrpc", "zlib")
# What of it glancesd itself tries to import, and does without. Of the standard library's own tries it knows nothing.
DONE_WITHOUT = {
    "zlib": "answers are sent as they are",
    "_hashlib": "fewer rounds for a new password: hashlib's own code is slower",
    "ssl": "--tls-cert is refused in one line",
    "ctypes": "what a command leaves behind in a session of its own, its environment wiped, is not found",
}

HOOK = r"""
import os, sys

top, wanted, refused = sys.argv[1:4]
refused = frozenset(refused.split(","))

def tell(*words):
    file = os.open(wanted, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (" ".join(words) + "\n").encode())
    os.close(file)

class Splitter:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in refused or name.partition(".")[0] in refused:
            frame = sys._getframe(1)
            while frame is not None and "importlib" in frame.f_code.co_filename:
                frame = frame.f_back
            tell(name, frame.f_code.co_filename if frame is not None else "?")
            raise ModuleNotFoundError("No module named %r" % name, name=name)

for name in [name for name in sys.modules if name.partition(".")[0] in refused]:
    del sys.modules[name]
sys.meta_path.insert(0, Splitter)

import socket

def looks_up(name, asks=getattr(socket, "getaddrinfo")):
    def refuse(*arguments, **options):
        if name == "getaddrinfo" and isinstance(arguments[0], bytes):
            return asks(*arguments, **options)          # of bytes it asks no idna codec
        tell("socket." + name, str(arguments))
        raise RuntimeError("socket.%s was called" % name)
    return refuse

for name in ("create_connection", "create_server", "getaddrinfo", "getfqdn", "gethostbyaddr", "gethostbyname",
             "gethostbyname_ex", "getnameinfo"):
    setattr(socket, name, looks_up(name))

sys.path.insert(0, top)
sys.argv[:4] = ["glancesd"]
from glancesd.__main__ import main
sys.exit(main())
"""

CONFIG = """[monitor]
list_1_description=Snakes
list_1_regex=.*python.*
list_1_command=/bin/echo hello
[folders]
folder_1_path=%s
[glancesd]
history_size=%s
"""


class Box(unittest.TestCase):
    """A scratch directory, and the command that starts glancesd on such a box."""

    directory: ClassVar[tempfile.TemporaryDirectory[str]]
    scratch: ClassVar[str]
    wanted: ClassVar[str]                   # the file that the hook writes to
    command: ClassVar[list[str]]

    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = tempfile.TemporaryDirectory()
        cls.scratch = os.path.realpath(cls.directory.name)
        cls.wanted = cls.scratch + "/wanted"
        cls.command = [sys.executable, "-I", "-S", "-B", "-c", HOOK, TOP, cls.wanted, ",".join(REFUSED)]

    @classmethod
    def tearDownClass(cls) -> None:
        cls.directory.cleanup()

    @classmethod
    def write(cls, name: str, text: str, mode: int = 0o600) -> str:
        path = os.path.join(cls.scratch, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def run_it(self, *arguments: str, status: int = 0, given: str = "") -> str:
        """What it prints, errors included."""
        done = subprocess.run([*self.command, *arguments], input=given.encode(), stdout=subprocess.PIPE, timeout=60,
                              stderr=subprocess.STDOUT)
        output = done.stdout.decode("utf-8", "replace")
        self.assertEqual(done.returncode, status, output)
        self.assertNotIn("Traceback", output)
        return output

    def check_wanted(self) -> set[str]:
        """The refused modules that glancesd itself wanted: known ones only. No name was looked up."""
        found: dict[str, set[str]] = {}
        if os.path.exists(self.wanted):
            with open(self.wanted, encoding="utf-8") as file:
                for line in file:
                    name, _, importer = line.rstrip("\n").partition(" ")
                    found.setdefault(name, set()).add(importer)
        self.assertEqual({name: who for name, who in found.items() if name.startswith("socket.")}, {})
        own = {name for name, who in found.items() if any(file.startswith(TOP + os.sep) for file in who)}
        self.assertLessEqual(own, set(DONE_WITHOUT))
        return own


class Hook(Box):
    """The hook refuses what it should: else the tests below would pass on any box."""

    def test_refuses(self) -> None:
        for name in REFUSED:
            with self.subTest(name):
                code = HOOK.replace("from glancesd.__main__ import main", "import " + name)
                done = subprocess.run([*self.command[:5], code, *self.command[6:]], stderr=subprocess.PIPE)
                self.assertIn(b"ModuleNotFoundError: No module named '%s'" % name.encode(), done.stderr)

    def test_knows_no_names(self) -> None:
        for name in ("getfqdn()", "getaddrinfo('127.0.0.1', 80)", "gethostbyname('localhost')"):
            code = HOOK.replace("from glancesd.__main__ import main", "socket." + name)
            done = subprocess.run([*self.command[:5], code, *self.command[6:]], stderr=subprocess.PIPE)
            self.assertIn(b"RuntimeError: socket.%s was called" % name.partition("(")[0].encode(), done.stderr)
        code = HOOK.replace("from glancesd.__main__ import main", "'x'.encode('idna')")
        done = subprocess.run([*self.command[:5], code, *self.command[6:]], stderr=subprocess.PIPE)
        self.assertIn(b"LookupError: unknown encoding: idna", done.stderr)


@unittest.skipUnless(os.path.exists("/proc/self/stat"), "no /proc here")
class Served(Box):
    """A daemon that serves this machine."""

    daemon: ClassVar[Daemon]
    all: ClassVar[dict[str, Any]]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        config = cls.write("glancesd.conf", CONFIG % (cls.scratch, "70"))
        cls.daemon = Daemon("-C", config, "--interval", "0.5", command=cls.command)
        cls.daemon.__enter__()
        cls.all = cls.daemon.json("/api/2/all")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.daemon.__exit__()
        super().tearDownClass()

    def tearDown(self) -> None:
        self.assertNotIn("Traceback", "\n".join(self.daemon.log))
        # The command of [monitor] wants ctypes, once its turn has come.
        self.assertEqual(self.check_wanted() - {"ctypes"}, {"zlib"})

    def ask(self, path: str, status: int = 200, **headers: str) -> Answer:
        answer = self.daemon.ask(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.assertEqual(answer.status, status, "%s: %.200r" % (path, answer.body))
        return answer

    def test_every_path(self) -> None:
        plugins = self.daemon.json("/api/2/pluginslist")
        self.assertEqual(sorted(plugins), sorted(PLUGINS))
        # A machine with containers has those of docker under a second name.
        self.assertEqual(sorted(set(self.all) - {"containers"}), sorted(plugins))
        paths = ["/livez", "/readyz", "/healthz"]
        paths += ["/api/2/" + name for name in ("status", "pluginslist", "all", "all/limits", "all/views", "summary",
                                               "args", "args/port", "config", "config/cpu", "help")]
        for plugin in plugins:
            paths += ["/api/2/%s%s" % (plugin, rest) for rest in ("", "/limits", "/views", "/history", "/history/2")]
            value = self.all[plugin]
            row = value[0] if isinstance(value, list) and value else value
            # Containers come and go.
            for item in row if isinstance(row, dict) and plugin not in ("help", "docker") else ():
                # A state that no process is in any more (a zombie that was reaped since) is no item.
                if "/" not in item and (plugin != "processcount" or item in ("total", "thread")):
                    paths.append("/api/2/%s/%s" % (plugin, item))
        paths += ["/api/v2/mem/used", "/api/2/processlist/pid/%d" % self.daemon.pid, "/api/2/network/interface_name/lo",
                  "/api/2/cpu/user/history", "/api/2/cpu/user/history/1", "/api/2/fs/mnt_point/%2F"]
        asked = set()
        routes = Routes("/api/2", ROUTES, plugins)
        for path in paths:
            with self.subTest(path):
                self.ask(path).json()
                if path.startswith("/api/"):
                    asked.add(routes.find(path.split("/")[3:])[0])
        self.assertEqual(asked, {endpoint for _, endpoint in ROUTES})

    def test_other_versions(self) -> None:
        for version in (3, 4):
            root = "/api/%d/" % version
            plugins = self.daemon.json(root + "pluginslist")
            self.assertEqual(sorted(self.daemon.json(root + "all")), sorted(plugins))
            for path in ("all/limits", "all/views", "status", "args", "config", "summary",
                         *(plugin + rest for plugin in plugins for rest in ("", "/limits", "/views", "/history/2"))):
                with self.subTest(root + path):
                    self.ask(root + path).json()
        for path in ("mem/used/unit", "mem/used/description", "processlist/top/3", "processes/%d" % self.daemon.pid,
                     "network/interface_name/value/lo", "network/bytes_recv/lo", "network/lo/views", "nosuch/x"):
            with self.subTest(path):
                self.ask("/api/4/" + path, 404 if path.startswith("nosuch") else 200).json()
        self.ask("/api/4/cpu/", 307)

    def test_page(self) -> None:
        for path, (name, _) in dashboard.FILES.items():
            self.assertEqual(self.ask("/" + path).body, dashboard.read(name))

    def test_figures(self) -> None:
        self.assertEqual(self.all["mem"]["total"], os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        me, = self.daemon.json("/api/2/processlist/pid/%d" % self.daemon.pid)[str(self.daemon.pid)]
        self.assertIn("glancesd", me["cmdline"])
        self.assertEqual(self.all["core"]["log"], len(self.all["percpu"]))
        self.assertRegex(self.all["uptime"], r"[0-9]+:[0-9]{2}:[0-9]{2}$")
        self.assertEqual(self.daemon.json("/healthz")["status"] in ("pass", "warn"), True)

    def test_gzip_asked_for(self) -> None:
        answer = self.ask("/api/2/all", Accept_Encoding="gzip")
        self.assertGreater(len(answer.body), 1400)
        self.assertNotIn("content-encoding", answer.headers)
        self.assertEqual(sorted(answer.json()), sorted(self.all))

    def test_hosts(self) -> None:
        for host, status in (("localhost", 200), ("127.0.0.1:61208", 200), ("[::1]:80", 200), ("evil.example", 421),
                             ("xn--bcher-kva.example", 421)):
            with self.subTest(host):
                self.ask("/api/2/load", status, Host=host).json()

    def test_errors(self) -> None:
        for path, status in (("/api/9/all", 404), ("/api/2/none", 404), ("/api/2/mem/none", 404),
                             ("/api/2/mem/%E4%F6", 400), ("/api/2/mem/" + "x" * 9000, 414)):
            with self.subTest(path[:40]):
                self.assertEqual(self.ask(path, status).json()["error"]["status"], status)
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=30)
        self.addCleanup(connection.close)
        connection.request("DELETE", "/api/2/all")
        self.assertEqual(connection.getresponse().status, 405)

    def test_commands_and_folders(self) -> None:
        give_up = time.monotonic() + 30
        while True:
            monitor, folders = self.daemon.json("/api/2/monitor"), self.daemon.json("/api/2/folders")
            if monitor[0]["result"] and folders[0]["size"] is not None or time.monotonic() > give_up:
                break
            time.sleep(0.05)
        self.assertEqual((monitor[0]["result"], folders[0]["path"]), ("hello\n", self.scratch))
        self.assertIsInstance(folders[0]["size"], int)

    def test_reload(self) -> None:
        self.write("glancesd.conf", CONFIG % (self.scratch, "77"))
        os.kill(self.daemon.pid, signal.SIGHUP)
        give_up = time.monotonic() + 30
        while self.daemon.json("/api/2/args/history_size") != 77 and time.monotonic() < give_up:
            time.sleep(0.05)
        self.assertEqual(self.daemon.json("/api/2/args/history_size"), 77)
        self.write("glancesd.conf", CONFIG % (self.scratch, "many"))
        os.kill(self.daemon.pid, signal.SIGHUP)
        while "not reloaded" not in "\n".join(self.daemon.log) and time.monotonic() < give_up:
            time.sleep(0.05)
        self.assertRegex("\n".join(self.daemon.log), "not reloaded: .*glancesd.conf:8: history_size")

    def test_check(self) -> None:
        self.assertRegex(self.run_it("--check", "http://localhost:%d" % self.daemon.port), r"^(pass|warn): ")
        self.assertIn("HTTP 404", self.run_it("--check", "http://127.0.0.1:%d/none" % self.daemon.port, status=1))


class CommandLine(Box):
    """What it does instead of serving."""

    def tearDown(self) -> None:
        self.check_wanted()

    def test_says_what_it_is(self) -> None:
        self.assertIn("--bind", self.run_it("--help"))
        self.assertRegex(self.run_it("--version"), r"^glancesd [0-9.]+\n$")
        self.assertIn("[glancesd]", self.run_it("--print-config"))

    def test_mistakes(self) -> None:
        for arguments in (("--nosuch",), ("-p", "x"), ("-C", "/nonexistent"), ("--procfs", "/nonexistent"),
                          ("-B", "nosuchhost.example"), ("-B", "bücher.example"), ("--password-file", "/nonexistent")):
            with self.subTest(arguments):
                self.assertEqual(len(self.run_it(*arguments, status=2).splitlines()), 1)

    def test_nothing_to_check(self) -> None:
        self.assertIn("cannot ask", self.run_it("--check", "http://127.0.0.1:1/", status=2))
        self.assertIn("cannot ask", self.run_it("--check", "http://bücher.example/", status=2))

    def test_no_tls(self) -> None:
        pem = self.write("pem", "")
        output = self.run_it("-B", "127.0.0.1", "-p", "0", "--tls-cert", pem, "--tls-key", pem, status=2)
        self.assertRegex(output, r"^glancesd: TLS: .*ssl.*\n$")

    def test_password(self) -> None:
        line = self.run_it("--hash-password", given="correct horse\n")
        self.assertRegex(line, r"^pbkdf2_sha256\$[0-9]+\$[0-9a-f]+\$[0-9a-f]{64}\n$")
        for name, text in (("hashed", line), ("clear", "correct horse\n")):
            with self.subTest(name), Daemon("--password-file", self.write(name, text), command=self.command) as daemon:
                for password, status in ((b"wrong", 401), (b"correct horse", 200), (b"correct horse", 200)):
                    basic = "Basic " + base64.b64encode(b"glances:" + password).decode()
                    self.assertEqual(daemon.ask("/api/2/load", headers={"Authorization": basic}).status, status)
                self.assertEqual(daemon.ask("/api/2/load").status, 401)
                self.assertEqual(daemon.ask("/healthz").status, 200)
                self.assertEqual(daemon.end(), 0)
                self.assertNotIn("Traceback", "\n".join(daemon.log))

    def test_unix_socket(self) -> None:
        path = self.scratch + "/socket"
        process = subprocess.Popen([*self.command, "-B", "unix:" + path], stderr=subprocess.PIPE)
        assert process.stderr is not None
        with process:
            self.assertIn(b"listening on unix:" + path.encode(), process.stderr.readline())
            self.assertEqual(self.run_it("--check", "unix:" + path), "pass: unix:%s\n" % path)
            process.terminate()
            self.assertEqual((process.wait(20), process.stderr.read()), (0, b""))
        self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    unittest.main()
