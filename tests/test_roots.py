"""roots: the names of the kernel's files, whatever the locale that Python was started in."""
from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import unittest
from typing import Callable
from unittest import mock

from glancesd import roots
from glancesd.roots import NoData, Roots

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# UTF-8, what no encoding reads, and a file that holds its own name.
NAMES = ("plain", "é", "日本", "caf\udce9")


class Tree(unittest.TestCase):
    """A made-up host: proc, sys and root below one directory."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = os.path.realpath(directory.name)
        for tree in ("proc", "sys/class/net", "root"):
            os.makedirs(self.path(tree))
        self.roots = Roots(self.path("proc"), self.path("sys"), self.path("root"))

    def path(self, name: str) -> str:
        return self.top + "/" + name

    def write(self, name: str, text: str) -> None:
        path = os.fsencode(self.top) + b"/" + name.encode("utf-8", "surrogateescape")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))


class Names(Tree):
    def test_of_every_kind(self) -> None:
        for name in NAMES:
            with self.subTest(name):
                for file in ("proc/%s", "sys/class/net/%s/speed", "root/mnt/%s/file"):
                    self.write(file % name, "text of it\n")
                os.symlink(b"../../class/net/" + name.encode("utf-8", "surrogateescape"),
                           os.fsencode(self.path("sys/class/net/")) + b"link")
                self.assertEqual(self.roots.proc(name), "text of it\n")
                self.assertIn(name, self.roots.sys_names("class/net"))
                self.assertEqual(self.roots.attribute("class/net/%s/speed" % name), "text of it")
                self.assertTrue(str(self.roots.sys_target("class/net/link")).endswith("/" + name))
                self.assertEqual(self.roots.root_file("mnt/%s/file" % name), "text of it\n")
                self.assertTrue(self.roots.root_has("mnt/%s" % name))
                self.assertTrue(self.roots.statvfs("/mnt/%s" % name).f_bsize)
                self.assertTrue(Roots().statvfs("%s/mnt/%s" % (self.path("root"), name)).f_bsize)
                self.assertTrue(os.path.isdir(self.roots.inside_root("/mnt/" + name)))
                os.unlink(self.path("sys/class/net/link"))

    def test_attributes_of_one_directory(self) -> None:
        folder = os.path.join(self.top, "sys/class/net/many0")
        os.makedirs(os.path.join(folder, "carrier"))               # a driver that refuses
        for name, text in (("mtu", "1500\n"), ("ifalias", "\n")):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        self.assertEqual(self.roots.attributes("class/net/many0", ("mtu", "speed", "carrier", "ifalias")),
                         {"mtu": "1500", "ifalias": ""})
        self.assertEqual(self.roots.attributes("class/net/none0", ("mtu",)), {})

    def test_records(self) -> None:
        self.write("proc/42/stat", "a record\nof two lines\n")
        self.assertEqual(self.roots.record("42/stat"), b"a record\nof two lines\n")
        self.assertEqual(self.roots.record("42/stat", 8), b"a record")
        self.assertEqual(self.roots.owned_record("42/stat", 8), (b"a record", os.getuid()))
        for call in (self.roots.record, self.roots.owned_record):
            with self.assertRaises(NoData):
                call("43/stat")

    def test_pids(self) -> None:
        for name in ("10", "9", "1x", "self", "net"):
            os.mkdir(self.path("proc/" + name))
        self.assertEqual(self.roots.pids(), [9, 10])
        with self.assertRaises(NoData):
            Roots("/nonexistent").pids()

    def test_missing(self) -> None:
        for name in ("none", "é", "\ufffd", "caf\udce9", "none/below"):
            with self.subTest(name):
                with self.assertRaises(NoData):
                    self.roots.proc(name)
                with self.assertRaises(NoData):
                    self.roots.root_file(name)
                self.assertIsNone(self.roots.attribute(name))
                self.assertEqual(self.roots.sys_names(name), [])
                self.assertIsNone(self.roots.sys_target(name))
                self.assertFalse(self.roots.root_has(name))
                with self.assertRaises(FileNotFoundError):
                    self.roots.statvfs("/" + name)

    def test_the_first_that_exists(self) -> None:
        self.write("proc/second", "2")
        self.write("proc/third", "3")
        self.assertEqual(self.roots.proc("first", "second", "third"), "2")

    def test_not_there_is_not_the_same_as_refused(self) -> None:
        os.mkdir(self.path("proc/directory"))
        with self.assertRaises(OSError) as caught:
            self.roots.proc("directory")
        self.assertEqual(caught.exception.errno, errno.EISDIR)

    def test_the_default_of_a_file_that_only_helps(self) -> None:
        self.write("proc/second", "2")
        self.write("root/etc/passwd", "root")
        read: dict[str, Callable[[], str]] = {
            "proc": lambda: self.roots.proc("first", "second", default="none"),
            "net": lambda: self.roots.net("second", default="none"),
            "root_file": lambda: self.roots.root_file("etc/passwd", "none")}
        self.assertEqual([call() for call in read.values()], ["2", "none", "root"])
        for number in (errno.EACCES, errno.EPERM, errno.EIO, errno.EINVAL, errno.ENODATA, errno.ENOENT):
            with mock.patch.object(roots, "os", RefusingOs(number)):
                for name, call in read.items():
                    with self.subTest(name, errno=errno.errorcode[number]):
                        self.assertEqual(call(), "none")
        for number in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            with mock.patch.object(roots, "os", RefusingOs(number)):
                for name, call in read.items():
                    with self.subTest(name, errno=errno.errorcode[number]), self.assertRaises(OSError):
                        call()

    def test_attributes_are_left_out_where_they_are_refused_and_not_where_descriptors_are_short(self) -> None:
        self.write("sys/class/net/eth0/mtu", "1500")
        read: dict[str, tuple[Callable[[], object], object, object]] = {
            "attribute": (lambda: self.roots.attribute("class/net/eth0/mtu"), "1500", None),
            "attributes": (lambda: self.roots.attributes("class/net/eth0", ["mtu"]), {"mtu": "1500"}, {}),
            "sys_names": (lambda: self.roots.sys_names("class/net"), ["eth0"], []),
            "sys_folders": (lambda: self.roots.sys_folders("class/net"), ["eth0"], [])}
        self.assertEqual({name: call() for name, (call, _, _) in read.items()},
                         {name: there for name, (_, there, _) in read.items()})
        for number in (errno.EACCES, errno.EIO, errno.ENODATA, errno.ENOENT, errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            with mock.patch.object(roots, "os", RefusingOs(number)):
                for name, (call, _, without) in read.items():
                    with self.subTest(name, errno=errno.errorcode[number]):
                        if number in roots.SHORTAGE:
                            with self.assertRaises(OSError):
                                call()
                        else:
                            self.assertEqual(call(), without)

    def test_tables_of_the_network_are_those_of_the_first_process(self) -> None:
        self.write("proc/net/dev", "reader's")
        self.assertEqual(self.roots.net("dev"), "reader's")
        self.write("proc/1/net/dev", "host's")
        self.assertEqual(self.roots.net("dev"), "host's")
        self.roots.live = True
        self.assertEqual(self.roots.net("dev"), "reader's")
        with self.assertRaises(NoData):
            self.roots.net("nosuch")

    def test_in_a_container_on_the_host(self) -> None:
        for text, expected in (("Name:\tx\nNSpid:\t4120\t7\n", True), ("NSpid:\t4120\n", False), ("Name:\tx\n", False),
                               ("Name:\tNSpid: 1 2\nNSpid:\t1\n", False), (None, False)):
            with self.subTest(text):
                if text is not None:
                    self.write("proc/self/status", text)
                else:
                    os.remove(self.path("proc/self/status"))
                self.assertEqual(Roots(self.path("proc")).is_inside(), expected)
        self.write("proc/self/status", "NSpid:\t1\t2\n")
        self.roots.live = True
        self.assertFalse(self.roots.is_inside())

    def test_links_stay_inside_the_root(self) -> None:
        self.write("root/usr/lib/os-release", "inside\n")
        os.mkdir(self.path("root/etc"))
        for number, target in enumerate(("../usr/lib/os-release", "/usr/lib/os-release",
                                         "../../../../usr/lib/./os-release")):
            os.symlink(target, self.path("root/etc/%d" % number))
            self.assertEqual(self.roots.root_file("etc/%d" % number), "inside\n", target)
        os.symlink("circle", self.path("root/etc/circle"))
        with self.assertRaises(NoData):
            self.roots.root_file("etc/circle")
        self.assertFalse(self.roots.root_has("etc/circle"))


class RefusingOs:
    """`os` as glancesd.roots sees it, of which every open fails, and every listing."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def open(self, path: str, flags: int) -> int:
        raise OSError(self.number, os.strerror(self.number), path)

    def listdir(self, path: str) -> list[str]:
        raise OSError(self.number, os.strerror(self.number), path)

    scandir = listdir


class Locales(unittest.TestCase):
    """Names are bytes to the kernel and UTF-8 to the API: no locale may come between."""

    def test_ascii(self) -> None:
        environ = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        encoding = subprocess.run([sys.executable, "-c", "import sys; print(sys.getfilesystemencoding())"], env=environ,
                                  stdout=subprocess.PIPE, text=True, check=True).stdout
        self.assertEqual(encoding, "ascii\n")
        done = subprocess.run([sys.executable, "-m", "unittest", "tests.test_roots.Names"], cwd=TOP, env=environ,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
