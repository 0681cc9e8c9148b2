"""packaging: the one-file archive, `make install` and `uninstall`, the unit and the init scripts."""
from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from typing import Mapping

from glancesd import __version__, dashboard
from glancesd.settings import OPTIONS
from tests.daemon import Daemon

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SERVICES = os.path.join(TOP, "glancesd", "services")
BUSYBOX = shutil.which("busybox")
MAKE = shutil.which("make")


def run(*command: str, cwd: str = TOP, environ: Mapping[str, str] = os.environ, status: int = 0) -> str:
    """Standard output and error of a command, which has to end with this status."""
    done = subprocess.run(command, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120)
    if done.returncode != status:
        raise AssertionError("%s ended with %d, not %d: %s" % (" ".join(command), done.returncode, status, done.stdout))
    return done.stdout


def read(*path: str) -> str:
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def files_below(top: str) -> dict[str, str]:
    """Path below `top` → its type and mode, of everything that is there."""
    found = {}
    for directory, directories, files in os.walk(top):
        for name in directories + files:
            path = os.path.join(directory, name)
            found["/" + os.path.relpath(path, top)] = "%o" % os.lstat(path).st_mode
    return found


class Scratch(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.scratch = os.path.realpath(directory.name)


class Archive(Scratch):
    """glancesd.pyz"""

    def build(self, target: str, top: str = TOP, **environ: str) -> bytes:
        run(sys.executable, os.path.join(top, "glancesd", "services", "pyz.py"), target, cwd=self.scratch,
            environ=dict(os.environ, **environ))
        with open(os.path.join(self.scratch, target), "rb") as file:
            return file.read()

    def test_same_source_same_bytes(self) -> None:
        copy = os.path.join(self.scratch, "a copy")
        shutil.copytree(os.path.join(TOP, "glancesd"), os.path.join(copy, "glancesd"),
                        ignore=shutil.ignore_patterns("__pycache__"))
        one = self.build("one")
        self.assertEqual(one, self.build("two", copy, TZ="Asia/Tokyo", LC_ALL="C"))
        self.assertNotIn(TOP.encode(), one)

    def test_size(self) -> None:
        """With all that is beside the sources smaller than the sources: the bar in bytes is the benchmark's."""
        sources = sum(len(read(directory, name)) for directory, _, files in os.walk(os.path.join(TOP, "glancesd"))
                      for name in files if name.endswith(".py"))
        self.assertLess(len(self.build("x.pyz")), 0.9 * sources)

    def test_program_is_the_same(self) -> None:
        """Line for line, but for docstrings, annotations of functions, and imports for types alone."""
        def is_for_types(node: ast.stmt) -> bool:
            return isinstance(node, ast.If) and not node.orelse and "id='TYPE_CHECKING'" in ast.dump(node.test)

        def shape(source: str) -> list[tuple[str, int]]:
            tree = ast.parse(source)
            for node in ast.walk(tree):
                if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                    del node.body[:ast.get_docstring(node, clean=False) is not None]
                if isinstance(node, ast.Module):
                    node.body = [part for part in node.body if not is_for_types(part)]
                if isinstance(node, ast.FunctionDef):
                    node.returns = None
                if isinstance(node, ast.arg):
                    node.annotation = None
            return [(ast.dump(node), getattr(node, "lineno", 0)) for node in ast.walk(tree)]

        self.build("x.pyz")
        with zipfile.ZipFile(os.path.join(self.scratch, "x.pyz")) as archive:
            for name in archive.namelist():
                if name.startswith("glancesd/") and name.endswith(".py"):
                    self.assertEqual(shape(archive.read(name).decode()), shape(read(TOP, name)), name)

    def test_contents(self) -> None:
        self.build("x.pyz")
        with open(os.path.join(self.scratch, "x.pyz"), "rb") as file:
            self.assertEqual(file.readline(), b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(os.path.join(self.scratch, "x.pyz")) as archive:
            names = archive.namelist()
            self.assertEqual({entry.compress_type for entry in archive.infolist()}, {zipfile.ZIP_STORED})
        sources = {os.path.relpath(os.path.join(directory, name), TOP)
                   for directory, _, files in os.walk(os.path.join(TOP, "glancesd")) for name in files
                   if name.endswith(".py") and not directory.startswith(SERVICES)} | {"__main__.py"}
        self.assertIn("glancesd/api/v2.py", sources)
        served = {"glancesd/dashboard/" + name for name, _ in dashboard.FILES.values()}
        self.assertEqual(names, sorted(sources | served))

    def test_serves_the_page(self) -> None:
        self.build("x.pyz")
        with Daemon(command=(sys.executable, os.path.join(self.scratch, "x.pyz"))) as daemon:
            for path, (name, _) in dashboard.FILES.items():
                self.assertEqual(daemon.ask("/" + path).body, bare(self, name))

    def test_runs_from_where_nothing_can_be_written(self) -> None:
        self.build("x.pyz")
        path = os.path.join(self.scratch, "x.pyz")
        os.chmod(self.scratch, 0o555)
        self.addCleanup(os.chmod, self.scratch, 0o755)
        self.assertIn(__version__, run(sys.executable, path, "--version", cwd="/"))
        self.assertTrue(os.access(path, os.X_OK))


def bare(case: unittest.TestCase, name: str) -> bytes:
    """A file of the page without what browsers pass over; only where no text goes over several lines."""
    text, script = dashboard.read(name).decode(), name.endswith(".js")
    text = re.sub(r"/\*[^\n]*\*/", "", text) if name.endswith(".css") else text
    lines = [line.strip() for line in text.split("\n")]
    case.assertEqual([line for line in lines if line.count("`") % 2 or not script and "/*" in line], [])
    return "\n".join("" if script and line.startswith("//") else line for line in lines).encode()


class Folder(Scratch):
    def test_started_by_its_path_wherever_it_is(self) -> None:
        for name in ("glancesd", "renamed"):
            folder = os.path.join(self.scratch, name)
            shutil.copytree(os.path.join(TOP, "glancesd"), folder, ignore=shutil.ignore_patterns("__pycache__"))
            for command in ((sys.executable, folder), (sys.executable, "-I", "-S", folder)):
                with self.subTest(command):
                    self.assertRegex(run(*command, "--version"), r"^glancesd [0-9.]+\n$")
                    self.assertIn("[glancesd]", run(*command, "--print-config"))

    def test_nothing_else_that_lies_beside_it_is_run(self) -> None:
        """As in /tmp, or in a folder that others may write to."""
        shutil.copytree(os.path.join(TOP, "glancesd"), self.scratch + "/glancesd",
                        ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("argparse", "json", "socket", "threading", "ipaddress", "re", "typing", "__future__", "zlib"):
            with open("%s/%s.py" % (self.scratch, name), "w") as file:
                file.write("raise SystemExit('a stranger ran')\n")
        url = "unix:%s/socket" % self.scratch
        for arguments, status, said in ((("--print-config",), 0, "[glancesd]"), (("--check", url), 2, "cannot ask")):
            self.assertIn(said, run(sys.executable, self.scratch + "/glancesd", *arguments, cwd="/", status=status))


@unittest.skipUnless(MAKE, "make is not installed")
class Install(Scratch):
    """make install and uninstall: under a PATH of BusyBox's applets alone where there is a BusyBox."""

    def setUp(self) -> None:
        super().setUp()
        self.environ = {"PATH": os.environ["PATH"]}
        if BUSYBOX:
            directory = tempfile.TemporaryDirectory()
            self.addCleanup(directory.cleanup)
            for applet in run(BUSYBOX, "--list").split():
                os.symlink(BUSYBOX, os.path.join(directory.name, applet))
            self.environ["PATH"] = directory.name

    def make(self, target: str, *variables: str, status: int = 0) -> str:
        return run(str(MAKE), "-s", target, "PYTHON=" + sys.executable, "DESTDIR=" + self.scratch,
                   "SHELL=" + str(shutil.which("sh", path=self.environ["PATH"])), *variables, environ=self.environ,
                   status=status)

    def test_busybox(self) -> None:
        if not BUSYBOX:
            self.skipTest("busybox is not installed: the tests above ran with this machine's tools")
        self.assertIsNone(shutil.which("install", path=self.environ["PATH"]))

    def test_tools_of_this_machine(self) -> None:
        self.environ = {"PATH": os.environ["PATH"]}
        self.make("install")
        self.make("uninstall")
        self.assertEqual(files_below(self.scratch), {})

    def test_install_and_uninstall(self) -> None:
        self.make("install")
        found = files_below(self.scratch)
        for path, mode in (("/usr/local/bin/glancesd", "100755"), ("/etc/glancesd.conf", "100644"),
                           ("/usr/local/lib/systemd/system/glancesd.service", "100644"),
                           ("/usr/local/lib/systemd/system/glancesd.socket", "100644"),
                           ("/usr/local/lib/glancesd/glancesd/__main__.py", "100644"),
                           ("/usr/local/lib/glancesd/glancesd/collectors", "40755")):
            self.assertEqual(found.get(path), mode, path)
        self.assertFalse([path for path in found if "services" in path or path.endswith((".new", ".old"))])
        # As run from PREFIX, so also from DESTDIR; nothing of the building place is inside.
        command = os.path.join(self.scratch, "usr/local/bin/glancesd")
        self.assertIn(__version__, run(sys.executable, "-IS", command, "--version", cwd="/"))
        self.assertEqual(read(command).split("\n")[0], "#!%s -IS" % sys.executable)
        self.assertEqual(files_below(self.scratch), found)
        for path in found:
            if not os.path.isdir(self.scratch + path):
                with open(self.scratch + path, "rb") as file:
                    data = file.read()
                self.assertNotIn(self.scratch.encode(), data, path)
                self.assertNotIn(TOP.encode(), data, path)
        modules = [path for path in found if path.endswith(".py")]
        self.assertEqual(len(modules), len([path for path in found if path.endswith(".pyc")]))
        self.make("uninstall")
        self.assertEqual(files_below(self.scratch), {})
        self.assertIn("nothing is installed", self.make("uninstall", status=2))

    def test_serves_the_page(self) -> None:
        for target, command in (("install", "usr/local/bin/glancesd"), ("install-openwrt", "usr/bin/glancesd")):
            self.make(target)
            with self.subTest(target), Daemon(
                    command=(sys.executable, "-IS", os.path.join(self.scratch, command))) as daemon:
                for path, (name, _) in dashboard.FILES.items():
                    expected = dashboard.read(name) if target == "install" else bare(self, name)
                    self.assertEqual(daemon.ask("/" + path).body, expected)

    def test_configuration_lists_every_setting(self) -> None:
        self.make("install")
        lines = read(self.scratch, "etc/glancesd.conf").split("\n")
        self.assertFalse([line for line in lines if line and line[0] not in "#["])
        for option in OPTIONS:
            for _, key in option.places:
                self.assertTrue(any(line.startswith("#%s =" % key) for line in lines), option.name)

    def test_administrators_files_stay(self) -> None:
        conf = os.path.join(self.scratch, "etc/glancesd.conf")
        os.mkdir(os.path.dirname(conf))
        with open(conf, "w") as file:
            file.write("mine\n")
        os.mkdir(os.path.join(self.scratch, "usr"))
        with open(os.path.join(self.scratch, "usr/file"), "w"):
            pass
        before = files_below(self.scratch)
        self.assertIn("kept as it is: " + conf, self.make("install"))
        self.assertEqual(read(conf), "mine\n")
        self.assertIn("left, because it was changed: " + conf, self.make("uninstall"))
        self.assertEqual(read(conf), "mine\n")
        self.assertEqual(files_below(self.scratch), before)

    def test_over_an_older_one(self) -> None:
        self.make("install")
        lib = os.path.join(self.scratch, "usr/local/lib/glancesd")
        gone, conf = os.path.join(lib, "glancesd/gone.py"), os.path.join(self.scratch, "etc/glancesd.conf")
        fresh = read(conf)
        for path in (gone, conf, os.path.join(lib, "defaults/etc-glancesd.conf")):   # an older default, and untouched
            with open(path, "w") as file:
                file.write("# of an older version\n")
        self.make("install")
        self.assertFalse(os.path.exists(gone))
        self.assertEqual(read(conf), fresh)
        self.make("uninstall")
        self.assertEqual(files_below(self.scratch), {})

    def test_paths(self) -> None:
        self.make("install", "PREFIX=/opt/x", "UNITDIR=/lib/systemd/system", "INTERPRETER=/usr/bin/python3")
        unit = read(self.scratch, "lib/systemd/system/glancesd.service")
        self.assertIn("\nExecStart=/opt/x/bin/glancesd -C /etc/glancesd.conf\n", unit)
        self.assertTrue(read(self.scratch, "opt/x/bin/glancesd").startswith("#!/usr/bin/python3 -IS\n"))
        self.make("uninstall", "PREFIX=/opt/x")
        self.assertEqual(files_below(self.scratch), {})

    def test_a_failure_changes_nothing(self) -> None:
        self.make("install")
        before = files_below(self.scratch)
        self.make("install", "PYTHON=/nonexistent", status=2)
        self.assertEqual(files_below(self.scratch), before)

    def test_a_prefix_that_looks_like_another(self) -> None:
        for target, file, line in (("install", "/opt/usr/lib/systemd/system/glancesd.service", "\nExecStart=%s -C "),
                                   ("install-openwrt", "/etc/init.d/glancesd", "\nPROG=%s\n"),
                                   ("install-openrc", "/etc/init.d/glancesd", '\ncommand="%s"\n')):
            with self.subTest(target):
                self.make(target, "PREFIX=/opt/usr")
                self.assertIn(line % "/opt/usr/bin/glancesd", read(self.scratch + file))
                self.make("uninstall", "PREFIX=/opt/usr")

    def test_a_place_with_a_space(self) -> None:
        self.scratch += "/a place"
        self.make("install")
        self.assertIn("/usr/local/bin/glancesd", files_below(self.scratch))
        self.make("uninstall")
        self.assertEqual(files_below(self.scratch), {})

    def test_a_prefix_that_a_shell_would_take_apart(self) -> None:
        for prefix, line in (("/opt/a b&c|d", 'ExecStart="/opt/a b&c|d/bin/glancesd" -C '),
                             ('/opt/it\'s "q"; \\1 %', 'ExecStart="/opt/it\'s \\"q\\"; \\\\1 %%/bin/glancesd" -C ')):
            with self.subTest(prefix):
                self.assertIn(" as %s%s/bin/glancesd. " % (self.scratch, prefix),
                              self.make("install", "PREFIX=" + prefix))
                self.assertIn("\n" + line, read(self.scratch + prefix + "/lib/systemd/system/glancesd.service"))
                command = self.scratch + prefix + "/bin/glancesd"
                self.assertIn(__version__, run(sys.executable, "-IS", command, "--version", cwd="/"))
                self.make("install-openwrt", "PREFIX=" + prefix)
                script = self.scratch + "/etc/init.d/glancesd"
                self.assertEqual(run("sh", "-c", '. "$1"; printf %s "$PROG"', "sh", script), prefix + "/bin/glancesd")
                self.assertIn("OpenRC starts no command", self.make("install-openrc", "PREFIX=" + prefix, status=2))
                self.make("uninstall", "PREFIX=" + prefix)
                self.assertEqual(files_below(self.scratch), {})

    def test_an_interpreter_that_a_first_line_cannot_name(self) -> None:
        for name in ('a "$python`', "x" * 200):
            with self.subTest(name):
                interpreter = os.path.join(self.scratch, name)
                os.symlink(sys.executable, interpreter)
                self.make("install", "INTERPRETER=" + interpreter.replace("$", "$$"))
                command = os.path.join(self.scratch, "usr/local/bin/glancesd")
                self.assertIn(__version__, run(command, "--version", cwd="/"))
                self.make("uninstall")
                os.unlink(interpreter)

    def test_nothing_is_written_through_a_link(self) -> None:
        """An image's /etc/glancesd.conf that points to where the image's own root will be."""
        outside = tempfile.TemporaryDirectory()
        self.addCleanup(outside.cleanup)
        os.makedirs(self.scratch + "/etc")
        with open(outside.name + "/file", "w") as file:
            file.write("theirs\n")
        for target in ("/nothing", "/file"):
            with self.subTest(target):
                os.symlink(outside.name + target, self.scratch + "/etc/glancesd.conf")
                self.assertIn("kept as it is", self.make("install"))
                self.assertEqual(os.listdir(outside.name), ["file"])
                self.assertEqual(read(outside.name, "file"), "theirs\n")
                self.assertTrue(os.path.islink(self.scratch + "/etc/glancesd.conf"))
                os.unlink(self.scratch + "/etc/glancesd.conf")
        self.make("uninstall")
        for folder in ("/usr/local", "/usr/local/lib/systemd", "/usr/local/bin"):
            with self.subTest(folder):
                os.makedirs(os.path.dirname(self.scratch + folder), exist_ok=True)
                os.symlink(outside.name, self.scratch + folder)
                self.assertIn("leads to outside", self.make("install", status=2))
                self.assertEqual(os.listdir(outside.name), ["file"])
                os.unlink(self.scratch + folder)
        os.makedirs(self.scratch + "/usr/local/bin", exist_ok=True)
        for link in ("glancesd", "glancesd.new"):
            os.symlink(outside.name + "/" + link, self.scratch + "/usr/local/bin/" + link)
        self.make("install")
        self.assertEqual(os.listdir(outside.name), ["file"])

    def test_a_unit_that_was_edited_stays(self) -> None:
        """It may hold the password: an upgrade that took it away would leave the daemon open."""
        unit = os.path.join(self.scratch, "usr/local/lib/systemd/system/glancesd.service")
        self.make("install")
        fresh = read(unit)
        self.assertNotIn("kept", self.make("install"))
        with open(unit, "a") as file:
            file.write("LoadCredential=password:/etc/glancesd.password\n")
        self.assertIn("kept as it is: " + unit, self.make("install"))
        self.assertEqual(read(unit)[:len(fresh)], fresh)
        self.assertIn("LoadCredential=password:", read(unit))
        # One of an older version, which left no copy to know it by.
        shutil.rmtree(self.scratch + "/usr/local/lib/glancesd/defaults")
        self.assertIn("kept as it is: " + unit, self.make("install"))
        self.make("uninstall")
        self.assertEqual(files_below(self.scratch), {})

    def test_uninstall_finds_what_went_to_usr(self) -> None:
        self.make("install-openwrt")
        self.assertIn("nothing is installed", self.make("uninstall", "PREFIX=/opt", status=2))
        self.make("uninstall")
        self.assertEqual(files_below(self.scratch), {})

    def test_uninstall_without_make(self) -> None:
        """On a router. Its paths begin at the root, which here is the scratch directory."""
        self.make("install-openwrt")
        script = read(self.scratch, "usr/lib/glancesd/uninstall")
        self.assertIn("PREFIX=/usr DESTDIR=\n", script)
        with open(self.scratch + "/uninstall", "w") as file:
            file.write(script.replace("DESTDIR=\n", "DESTDIR=%s\n" % self.scratch, 1))
        run(str(shutil.which("sh", path=self.environ["PATH"])), self.scratch + "/uninstall", environ=self.environ)
        self.assertEqual(set(files_below(self.scratch)), {"/uninstall"})

    def test_an_interpreter_out_of_reach(self) -> None:
        """As one below /root: the service's own user could not start it."""
        closed = os.path.join(self.scratch, "closed")
        os.makedirs(closed + "/lib")
        os.chmod(self.scratch, 0o755)
        os.chmod(closed, 0o700)
        python = os.path.join(closed, "python3")
        os.symlink(sys.executable, python)
        text = read(SERVICES, "install.sh").partition("\ncase $PREFIX$")[0]
        with open(self.scratch + "/functions", "w") as file:
            file.write(text)
        body = "PREFIX=/x DESTDIR=; set -- x; . %s/functions; unreachable %s" % (self.scratch, python)
        self.assertEqual(run("sh", "-c", body), closed + "\n")

    def test_openwrt(self) -> None:
        self.make("install-openwrt")
        found = files_below(self.scratch)
        for path, mode in (("/etc/init.d/glancesd", "100755"), ("/etc/config/glancesd", "100644"),
                           ("/usr/bin/glancesd", "100755"), ("/lib/upgrade/keep.d/glancesd", "100644")):
            self.assertEqual(found.get(path), mode, path)
        self.assertIn("\nPROG=/usr/bin/glancesd\n", read(self.scratch, "etc/init.d/glancesd"))
        self.assertTrue(read(self.scratch, "usr/bin/glancesd").startswith("#!/usr/bin/python3 -IS\n"))
        self.make("uninstall", "PREFIX=/usr")
        self.assertEqual(files_below(self.scratch), {})

    def test_openwrt_gets_byte_code_alone(self) -> None:
        tag = str(sys.implementation.cache_tag)
        self.assertIn("for %s alone" % tag, self.make("install-openwrt"))
        files = [path for path, mode in files_below(self.scratch).items() if mode.startswith("100")]
        self.assertEqual([path for path in files if path.endswith((".py", ".pyc"))], [])
        self.assertLess(sum(os.path.getsize(self.scratch + path) for path in files), 640 * 1000)
        command = os.path.join(self.scratch, "usr/bin/glancesd")
        self.assertIn(__version__, run(sys.executable, "-IS", command, "--version", cwd="/"))
        with self.subTest("a traceback names file and line"):
            code = "import sys; sys.path.insert(0, sys.argv[1]); import glancesd.settings.readers as r; r.number('x')"
            said = run(sys.executable, "-ISc", code, self.scratch + "/usr/lib/glancesd/glancesd.zip", status=1)
            line = read(TOP, "glancesd/settings/readers.py").split('raise ValueError("needs a number")')[0].count("\n")
            self.assertIn('File "glancesd/settings/readers.py", line %d, in number' % (line + 1), said)
        with self.subTest("another Python"):
            text = read(command).replace('"%s"' % tag, '"other-1"')
            with open(command, "w") as file:
                file.write(text)
            said = run(sys.executable, "-IS", command, "--version", cwd="/", status=1)
            self.assertIn("install it again", said)

    def test_openwrt_with_sources(self) -> None:
        self.make("install-openwrt", "SOURCES=1")
        found = files_below(self.scratch)
        self.assertIn("/usr/lib/glancesd/glancesd/__main__.py", found)
        self.assertNotIn("/usr/lib/glancesd/glancesd.zip", found)
        self.make("uninstall", "PREFIX=/usr")
        self.assertEqual(files_below(self.scratch), {})

    def test_openrc(self) -> None:
        self.make("install-openrc", "PREFIX=/usr")
        self.assertEqual(files_below(self.scratch).get("/etc/init.d/glancesd"), "100755")
        self.assertIn('\ncommand="/usr/bin/glancesd"\n', read(self.scratch, "etc/init.d/glancesd"))
        with open(os.path.join(self.scratch, "etc/conf.d/glancesd"), "a") as file:
            file.write('glancesd_user="root"\n')
        os.makedirs(os.path.join(self.scratch, "var/log"))
        with open(os.path.join(self.scratch, "var/log/glancesd.log"), "w"):
            pass                            # as the service writes it
        self.make("uninstall", "PREFIX=/usr")
        self.assertEqual(sorted(files_below(self.scratch)),
                         ["/etc", "/etc/conf.d", "/etc/conf.d/glancesd", "/var", "/var/log"])


class Unit(unittest.TestCase):
    """glancesd.service"""

    NEEDED = {
        "Type": ["notify"], "NotifyAccess": ["main"], "Restart": ["on-failure"], "RestartPreventExitStatus": ["2"],
        "ExecStart": ["/usr/local/bin/glancesd -C /etc/glancesd.conf"], "ExecReload": ["/bin/kill -HUP $MAINPID"],
        "DynamicUser": ["yes"], "CapabilityBoundingSet": [""], "ProtectSystem": ["strict"],
        "ProtectHome": ["read-only"],
        "Environment": ["MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=262144"],
        "SystemCallFilter": ["@system-service", "~@privileged @resources"],
        "RestrictAddressFamilies": ["AF_UNIX AF_INET AF_INET6"], "WantedBy": ["multi-user.target"],
    }
    # Each of these takes a plugin's sight away.
    BLINDING = ("ProcSubset", "PrivateUsers", "PrivateNetwork", "IPAddressDeny", "InaccessiblePaths", "RootDirectory")

    @staticmethod
    def directives(text: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for line in text.split("\n"):
            if line and not line.startswith(("#", "[")):
                name, equals, value = line.partition("=")
                if not equals or not re.fullmatch("[A-Za-z0-9]+", name):
                    raise AssertionError("not a directive: %r" % line)
                found.setdefault(name, []).append(value)
        return found

    def test_directives(self) -> None:
        found = self.directives(read(TOP, "glancesd.service"))
        for name, values in self.NEEDED.items():
            self.assertEqual(found.get(name), values, name)
        self.assertIn("WatchdogSec", found)
        self.assertEqual(found["ProtectProc"], ["default"])
        for name in self.BLINDING:
            self.assertNotIn(name, found)

    def test_exposure(self) -> None:
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        if int(run("systemd-analyze", "--version").split()[1]) < 250:
            self.skipTest("systemd-analyze before 250 does not judge a file")
        output = run("systemd-analyze", "security", "--offline=yes", "--threshold=15", "--no-pager",
                     os.path.join(TOP, "glancesd.service"))
        figure = re.search(r"Overall exposure level for glancesd.service: ([0-9.]+)", output)
        self.assertLessEqual(float(figure.group(1)) if figure else 99.0, 1.5, output)

    def test_socket(self) -> None:
        found = self.directives(read(SERVICES, "glancesd.socket"))
        self.assertEqual((found["ListenStream"], found["BindIPv6Only"]), (["61208"], ["both"]))
        self.assertNotIn("Accept", found)       # "yes" would start one daemon for each connection

    def test_timex_drop_in(self) -> None:
        found = self.directives(read(SERVICES, "timex.conf"))
        self.assertEqual(found, {"ProtectClock": ["no"], "SystemCallFilter": ["adjtimex clock_adjtime"]})

    def test_io_drop_in(self) -> None:
        found = self.directives(read(SERVICES, "io.conf"))
        self.assertEqual(found, {name: ["CAP_SYS_PTRACE CAP_DAC_READ_SEARCH"]
                                 for name in ("CapabilityBoundingSet", "AmbientCapabilities")})


# procd's and UCI's functions as glancesd uses them: each call printed, settings from variables named uci_<option>.
PROCD = r"""
say() { printf '%s' "$1"; shift; for word; do printf ' [%s]' "$word"; done; echo; }
for name in open_instance set_param append_param close_instance add_reload_trigger; do
    eval "procd_$name() { say procd_$name \"\$@\"; }"
done
config_load() { say config_load "$@"; }
config_get() { eval "$1=\${uci_$3-\$4}"; }
config_get_bool() { config_get "$@"; eval "case \$$1 in 1|on|true|yes|enabled) $1=1 ;; *) $1=0 ;; esac"; }
"""


class InitScripts(Scratch):
    SCRIPTS = ("openwrt.init", "openrc.init", "openrc.conf", "install.sh")

    def shells(self) -> list[tuple[str, ...]]:
        return [("sh",)] + ([(str(BUSYBOX), "sh")] if BUSYBOX else [])

    def script(self, name: str, body: str, conf: str = "/nonexistent") -> str:
        """What each shell prints for a body that may source $script, the init script with this configuration file."""
        text = read(SERVICES, name).replace("/etc/glancesd.conf", conf)
        path = os.path.join(self.scratch, name)
        with open(path, "w") as file:
            file.write(text)
        outputs = {run(*shell, "-euc", body, "init", environ={"PATH": os.environ["PATH"], "script": path})
                   for shell in self.shells()}
        self.assertEqual(len(outputs), 1, outputs)
        return outputs.pop()

    def test_syntax(self) -> None:
        for name in self.SCRIPTS:
            for shell in self.shells():
                with self.subTest(name, shell=shell[0]):
                    self.assertEqual(run(*shell, "-n", os.path.join(SERVICES, name)), "")

    def test_openwrt(self) -> None:
        default = self.script("openwrt.init", PROCD + '. "$script"; start_service; service_triggers')
        for line in ("config_load [glancesd]",
                     "procd_set_param [command] [/usr/bin/glancesd] [-B] [127.0.0.1] [-p] [61208]",
                     "procd_set_param [user] [nobody]", "procd_set_param [stderr] [1]", "procd_close_instance",
                     "procd_add_reload_trigger [glancesd]"):
            self.assertIn(line + "\n", default)
        self.assertNotIn("[-C]", default)
        self.assertIn("procd_set_param [respawn] ", default)

    def test_openwrt_settings(self) -> None:
        conf = os.path.join(self.scratch, "glancesd.conf")
        with open(conf, "w"):
            pass
        body = PROCD + 'uci_address=fd00::1 uci_port=80; . "$script"; start_service'
        output = self.script("openwrt.init", body, conf)
        self.assertIn("procd_set_param [command] [/usr/bin/glancesd] [-B] [fd00::1] [-p] [80]\n"
                      "procd_append_param [command] [-C] [%s]\n" % conf, output)
        self.assertIn("procd_set_param [file] [%s]\n" % conf, output)

    def test_openwrt_switched_off(self) -> None:
        output = self.script("openwrt.init", PROCD + 'uci_enabled=0; . "$script"; start_service')
        self.assertEqual(output, "config_load [glancesd]\n")

    def test_openwrt_configuration_is_what_the_script_reads(self) -> None:
        options = re.findall(r"^\toption (\w+) '([^']*)'$", read(SERVICES, "openwrt.config"), re.M)
        self.assertEqual(options, [("enabled", "1"), ("address", "127.0.0.1"), ("port", "61208")])
        script = read(SERVICES, "openwrt.init")
        for name, value in options:
            self.assertRegex(script, r"config_get(_bool)? %s main %s %s\n" % (name, name, value))

    def test_openrc(self) -> None:
        stub = os.path.join(self.scratch, "supervise-daemon")      # no name for a function, in some shells
        with open(stub, "w") as file:
            file.write('#!/bin/sh\necho supervise-daemon "$@"\n')
        os.chmod(stub, 0o755)
        stubs = ('ebegin() { echo "$@"; }; eend() { return "$1"; }; use() { :; }; after() { :; }\n'
                 'checkpath() { echo checkpath "$@"; }; RC_SVCNAME=glancesd PATH=%s:$PATH\n' % self.scratch)
        body = ('. "$script"; depend; start_pre; reload; echo "$supervisor|$command|$command_args|$command_user|"'
                '"$healthcheck_timer|$error_log|$supervise_daemon_args"')
        self.assertEqual(self.script("openrc.init", stubs + body, "/etc/glancesd.conf"),
                         "checkpath --file --mode 0640 --owner nobody /var/log/glancesd.log\n"
                         "Reloading glancesd\nsupervise-daemon glancesd --signal HUP\n"
                         "supervise-daemon|/usr/local/bin/glancesd|-C /etc/glancesd.conf|nobody|"
                         "30|/var/log/glancesd.log|--env MALLOC_ARENA_MAX=1 --env MALLOC_MMAP_THRESHOLD_=262144\n")
        output = self.script("openrc.init", 'glancesd_user=root glancesd_args="-p 80"; . "$script"; '
                             'echo "$command_args|$command_user"')
        self.assertEqual(output, "-p 80|root\n")

    def test_openrc_configuration_is_what_the_script_reads(self) -> None:
        script = read(SERVICES, "openrc.init")
        offered = re.findall(r'^#(glancesd_\w+)="([^"]*)"$', read(SERVICES, "openrc.conf"), re.M)
        self.assertEqual({name for name, _ in offered}, set(re.findall(r"\$\{(glancesd_\w+)", script)))
        for name, value in offered:
            self.assertRegex(script, r"\$\{%s:?[-=]%s\}" % (name, re.escape(value)))

    def test_openrc_health_check(self) -> None:
        stub = os.path.join(self.scratch, "glancesd")
        with open(stub, "w") as file:
            file.write('#!/bin/sh\necho "$@" >&2\nexit 1\n')
        os.chmod(stub, 0o755)
        ask = '. "$script"; command=%s; s=0; healthcheck || s=$?; echo "$s ${healthcheck_timer-}"' % stub
        self.assertEqual(self.script("openrc.init", ask), "-C /nonexistent --check self/livez\n1 30\n")
        self.assertEqual(self.script("openrc.init", "glancesd_check_url=; " + ask), "0 \n")
        self.assertEqual(self.script("openrc.init", 'glancesd_args="-p 80 --hide-arguments"; ' + ask),
                         "-p 80 --hide-arguments --check self/livez\n1 30\n")
        self.assertEqual(self.script("openrc.init", "glancesd_check_url=unix:/x glancesd_check_seconds=7; " + ask),
                         "-C /nonexistent --check unix:/x\n1 7\n")

    def test_openrc_never_gives_up(self) -> None:
        """What is missing at boot (an address) may come: no number of ends is too many."""
        body = '. "$script"; echo "$respawn_max $respawn_delay ${respawn_period-}"'
        self.assertEqual(self.script("openrc.init", body), "0 10 \n")


if __name__ == "__main__":
    unittest.main()
