"""folders: walks over real directories, and when they are due with made-up ones and an injected clock."""
from __future__ import annotations

import errno
import os
import shutil
import tempfile
import unittest
from typing import Any, Optional

from glancesd.roots import Roots
from glancesd.tasks import folders as module
from glancesd.tasks.folders import FolderSize, folder_size
from tests.task_bench import Bench, Place, folder


def never() -> bool:
    return False


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
        for name, path, problem in (("missing", self.path("nothing"), errno.ENOENT),
                                    ("a file", self.file("a", size=5), errno.ENOTDIR),
                                    ("no path", "a\0b", errno.EINVAL)):
            with self.subTest(name):
                self.assertEqual(folder_size(path, never), -problem)

    def test_no_permission(self) -> None:
        self.file("a", size=5)
        self.file("closed", "b", size=5)
        os.chmod(self.path("closed"), 0)
        self.addCleanup(os.chmod, self.path("closed"), 0o700)
        if os.access(self.path("closed"), os.R_OK):
            self.skipTest("this user may read everything; the next test makes up the kernel's answer")
        self.assertEqual(folder_size(self.path("closed"), never), -errno.EACCES)
        self.assertEqual(folder_size(self.top, never), -errno.EACCES)

    def test_no_permission_in_place_of_the_kernel(self) -> None:
        self.file("closed", "b", size=5)
        self.replace_open(PermissionError(13, "Permission denied"))
        self.assertEqual(folder_size(self.top, never), -errno.EACCES)

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

        module.os.open = late                                                      # type: ignore[attr-defined]
        self.addCleanup(setattr, module.os, "open", real)                          # type: ignore[attr-defined]
        self.assertEqual(folder_size(self.path("seen"), never), 0)

    def replace_open(self, problem: OSError) -> None:
        """Opening a directory below the first fails."""
        real = os.open

        def failing(path: Any, flags: int, mode: int = 0o777, *, dir_fd: Optional[int] = None) -> int:
            if dir_fd is not None:
                raise problem
            return real(path, flags, mode)

        module.os.open = failing                                                   # type: ignore[attr-defined]
        self.addCleanup(setattr, module.os, "open", real)                          # type: ignore[attr-defined]

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
        self.assertEqual(folder_size(self.top, Countdown(2)), -errno.ETIMEDOUT)

    def test_bounds(self) -> None:
        self.file(*("d" * 10), "f", size=7)
        for name, least in (("FOLDER_DEPTH", 11), ("FOLDER_ENTRIES", 11)):
            for bound, expected in ((least, 7), (least - 1, -errno.EFBIG)):
                with self.subTest(name, bound=bound):
                    real = getattr(module, name)
                    setattr(module, name, bound)
                    self.addCleanup(setattr, module, name, real)
                    self.assertEqual(folder_size(self.top, never), expected)
                    setattr(module, name, real)

    def test_no_descriptor_is_left_open(self) -> None:
        self.file(*("d" * 10), "f", size=7)
        before = len(os.listdir("/proc/self/fd"))
        folder_size(self.top, never)
        folder_size(self.top, lambda: True)
        real = os.scandir
        self.addCleanup(setattr, module.os, "scandir", real)                       # type: ignore[attr-defined]

        def refused(directory: Any) -> Any:
            raise OSError(24, "Too many open files")

        module.os.scandir = refused                                                # type: ignore[attr-defined]
        self.assertEqual(folder_size(self.top, never), -errno.EMFILE)
        module.os.scandir = real                                                   # type: ignore[attr-defined]
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

        module.os.scandir = scandir                                                # type: ignore[attr-defined]

    def restore(self) -> None:
        module.os.scandir = self._real                                             # type: ignore[attr-defined]


class OneOf:
    def __init__(self, listing: Any, name: str) -> None:
        self._entries = (entry for entry in listing if entry.name == name)
        self.close = listing.close

    def __next__(self) -> Any:
        return next(self._entries)


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

        def walk() -> int:
            bench.now += 9.5
            first = bench.expired()
            bench.now += 0.5
            return -errno.ETIMEDOUT if not first and bench.expired() else 7

        bench.size = walk
        bench.tick()
        bench.work()
        self.assertEqual(bench.sizes(), [-errno.ETIMEDOUT])

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
        self.assertEqual((bench.work(), bench.sizes()), (["/a", "/b"], [-errno.EIO, 7]))
        bench.now += 60
        bench.tick()
        self.assertEqual(bench.work(), ["/a", "/b"])

    def test_links_of_the_host_that_lead_in_a_circle(self) -> None:
        top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, top)
        os.symlink("/loop", os.path.join(top, "loop"))
        bench = Bench([], [folder("/loop")], roots=Roots(rootfs=top))
        bench.tick()
        self.assertEqual((bench.work(), bench.sizes()), ([], [-errno.EIO]))


if __name__ == "__main__":
    unittest.main()
