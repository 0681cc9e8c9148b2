"""filesystems: mount tables of kernels, which mounts count, how full they are, and mounts that do not answer."""
from __future__ import annotations

import os
import tempfile
import threading
import unittest
from typing import Any, Callable, Mapping, Optional
from unittest import mock

from glancesd import patience
from glancesd.collectors import filesystems
from glancesd.collectors.filesystems import FileSystem, Mount, Sampler
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots

TYPES = (b"nodev\tsysfs\nnodev\ttmpfs\nnodev\tautofs\nnodev\toverlay\nnodev\tnfs4\nnodev\tfuse\n"
         b"\text4\n\tbtrfs\n\tsquashfs\n")


def usage(blocks: int = 1000, free: int = 600, available: int = 500, unit: int = 4096) -> os.statvfs_result:
    return os.statvfs_result((unit, unit, blocks, free, available, 70, 60, 50, 0, 255))


class Tree(Roots):
    """Files of /proc by name (or the error of opening one), and what statvfs gives for a mount point, or does."""

    def __init__(self, files: Mapping[str, object],
                 disks: Optional[Mapping[str, Callable[[], os.statvfs_result]]] = None) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.files = files
        self.disks = disks or {}
        self.asked: list[str] = []

    def proc_bytes(self, *names: str) -> bytes:
        content = self.files.get(names[0])
        if isinstance(content, Exception):
            raise content
        if not isinstance(content, bytes):
            raise NoData(names[0])
        return content

    def statvfs(self, mount_point: str) -> os.statvfs_result:
        self.asked.append(mount_point)
        return self.disks.get(mount_point, usage)()


def mountinfo(*mounts: tuple[str, str, str, str]) -> bytes:
    """Rows of (source, mount point, type, device)."""
    return "".join("%d 1 %s / %s rw - %s %s rw\n" % (number, device, mount_point, type_name, source)
                   for number, (source, mount_point, type_name, device) in enumerate(mounts, 20)).encode()


class ParseMountinfo(unittest.TestCase):
    VALID: tuple[tuple[Any, ...], ...] = (
        ("empty", b"", []),
        ("no optional field", b"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n",
         [Mount("/dev/vda", "/", "ext4", "254:0", "rw,relatime", "rw")]),
        ("three optional fields", b"27 1 8:1 / /a rw shared:1 master:2 propagate_from:3 - xfs /dev/sda1 rw\n",
         [Mount("/dev/sda1", "/a", "xfs", "8:1", "rw", "rw")]),
        ("an unbindable one", b"27 1 8:1 / /a rw unbindable - xfs /dev/sda1 rw\n",
         [Mount("/dev/sda1", "/a", "xfs", "8:1", "rw", "rw")]),
        ("hyphens elsewhere", b"27 1 8:1 - /- rw - xfs - rw\n", [Mount("-", "/-", "xfs", "8:1", "rw", "rw")]),
        ("octal escapes", b"27 1 8:1 / /a\\040b\\011c\\012d\\134e rw - vfat /dev/disk\\040one rw\n",
         [Mount("/dev/disk one", "/a b\tc\nd\\e", "vfat", "8:1", "rw", "rw")]),
        ("an escaped backslash before digits", b"27 1 8:1 / /a\\134040 rw - vfat x rw\n",
         [Mount("x", "/a\\040", "vfat", "8:1", "rw", "rw")]),
        ("UTF-8", "27 1 8:1 / /données rw - vfat x rw\n".encode(),
         [Mount("x", "/données", "vfat", "8:1", "rw", "rw")]),
        ("neither UTF-8 nor a line end", b"27 1 8:1 / /\xff\xe9\\040\xc3\r\x85 rw - vfat \xfe rw\n",
         [Mount("\udcfe", "/\udcff\udce9 \udcc3\r\udc85", "vfat", "8:1", "rw", "rw")]),
        ("a type of somebody's own choice", b"27 1 0:45 / /a rw - fuse.\xff\\040 x rw\n",
         [Mount("x", "/a", "fuse.\ufffd ", "0:45", "rw", "rw")]),
        ("an empty source (5.x)", b"27 1 0:45 / /a rw - tmpfs  rw\n", [Mount("", "/a", "tmpfs", "0:45", "rw", "rw")]),
        ("a row of a megabyte", b"27 1 0:45 / /a rw - overlay overlay rw,lowerdir=" + b"x" * 2 ** 20 + b"\n",
         [Mount("overlay", "/a", "overlay", "0:45", "rw", "rw,lowerdir=" + "x" * 2 ** 20)]),
        ("a dataset with blanks, of an older OpenZFS",
         b"27 1 0:30 / /a\\040b rw - zfs tank/my data set rw,xattr,noacl\n",
         [Mount("tank/my data set", "/a b", "zfs", "0:30", "rw", "rw,xattr,noacl")]),
        ("of a newer one", b"27 1 0:30 / /a rw - zfs tank/my\\040data rw,xattr\n",
         [Mount("tank/my data", "/a", "zfs", "0:30", "rw", "rw,xattr")]),
        ("a name with other ends of a line", "27 1 8:1 / /a\x1c\x85\u2028b rw - xfs x rw\n".encode(),
         [Mount("x", "/a\x1c\x85\u2028b", "xfs", "8:1", "rw", "rw")]),
        ("options with escapes and blanks", b"27 1 0:45 / /a ro,noatime - overlay x rw,lowerdir=/a\\040b,c d\n",
         [Mount("x", "/a", "overlay", "0:45", "ro,noatime", "rw,lowerdir=/a b,c d")]),
        ("no options of the file system", b"27 1 0:45 / /a rw - tmpfs x\n", [Mount("x", "/a", "tmpfs", "0:45", "rw")]),
    )
    MALFORMED = (
        ("short", b"27 1 254:0 / /\n"),
        ("a row of /proc/mounts", b"/dev/vda / ext4 rw 0 0\n"),
        ("no hyphen", b"27 1 254:0 / / rw shared:1 ext4 /dev/vda rw\n"),
        ("nothing behind the hyphen", b"27 1 254:0 / / rw -\n"),
        ("no source", b"27 1 254:0 / / rw - ext4\n"),
        ("no device number", b"27 1 x / / rw - ext4 /dev/vda rw\n"),
        ("no mount number", b"x 1 8:1 / / rw - ext4 /dev/vda rw\n"),
    )

    def test_valid(self) -> None:
        for name, table, expected in self.VALID:
            with self.subTest(name):
                found = filesystems.parse_mountinfo(table)
                self.assertEqual([mount._replace(mount_id=None, parent_id=None) for mount in found], expected)
                self.assertEqual({(mount.mount_id, mount.parent_id) for mount in found}, {(27, 1)} if found else set())

    def test_malformed(self) -> None:
        good = b"27 1 8:1 / /a rw - xfs x rw\n"
        for name, row in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                filesystems.parse_mountinfo(row)
            self.assertTrue(str(caught.exception).startswith("1/mountinfo:1: not a mount: "), caught.exception)
            with self.subTest(name, beside="a good row"):
                reported: list[ParseError] = []
                found = filesystems.parse_mountinfo(good + row + good, "f", reported.append)
                self.assertEqual([mount.mount_point for mount in found], ["/a", "/a"])
                self.assertEqual([(problem.file, problem.line) for problem in reported], [("f", 2)])


class ParseMounts(unittest.TestCase):
    VALID: tuple[tuple[Any, ...], ...] = (
        ("empty", b"", []),
        ("2.6", b"rootfs / rootfs rw 0 0\n/dev/root / ext3 rw,relatime 0 0\n",
         [Mount("rootfs", "/", "rootfs", None, "rw"), Mount("/dev/root", "/", "ext3", None, "rw,relatime")]),
        ("octal escapes", b"//nas/my\\040files /mnt/my\\134files cifs rw 0 0\n",
         [Mount("//nas/my files", "/mnt/my\\files", "cifs", None, "rw")]),
        ("not UTF-8", b"x /\xff fuse.\xff rw 0 0\n", [Mount("x", "/\udcff", "fuse.\ufffd", None, "rw")]),
        ("a dataset with blanks", b"tank/my data set /a\\040b zfs rw,noatime 0 0\n",
         [Mount("tank/my data set", "/a b", "zfs", None, "rw,noatime")]),
        ("a space in the options", b"x /a nfs rw,sec=a b 0 0\n", [Mount("x", "/a", "nfs", None, "rw,sec=a b")]),
    )
    MALFORMED = (
        ("short", b"/dev/vda / ext4\n"),
        ("nothing", b"x\n"),
    )

    def test_valid(self) -> None:
        for name, table, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(filesystems.parse_mounts(table), expected)

    def test_malformed(self) -> None:
        for name, row in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                filesystems.parse_mounts(row)
            self.assertTrue(str(caught.exception).startswith("1/mounts:1: not a mount: "), caught.exception)
            with self.subTest(name, beside="a good row"):
                reported: list[ParseError] = []
                found = filesystems.parse_mounts(row + b"/dev/vda / ext4 rw 0 0\n", report=reported.append)
                self.assertEqual(([mount.mount_point for mount in found], len(reported)), (["/"], 1))


class ParseTypes(unittest.TestCase):
    def test_valid(self) -> None:
        self.assertEqual(filesystems.parse_types(""), frozenset())
        self.assertEqual(filesystems.parse_types(TYPES.decode()), {"ext4", "btrfs", "squashfs"})

    def test_malformed(self) -> None:
        for row in ("ext4\n", "nodev\t\n"):
            with self.subTest(row), self.assertRaises(ParseError):
                filesystems.parse_types(row)
            reported: list[ParseError] = []
            self.assertEqual(filesystems.parse_types(row + "\txfs\n", report=reported.append), {"xfs"})
            self.assertEqual([problem.line for problem in reported], [1])


class WhichMounts(unittest.TestCase):
    TABLE: tuple[tuple[Any, ...], ...] = (
        # name, (source, mount point, type, device) of each mount, allow, the mount points served
        ("types with a device behind them",
         (("proc", "/proc", "proc", "0:4"), ("/dev/sda1", "/", "ext4", "8:1"), ("tmpfs", "/run", "tmpfs", "0:5"),
          ("/dev/sdb", "/data", "btrfs", "0:40"), ("nas:/", "/nas", "nfs4", "0:50")), (), ["/", "/data"]),
        ("disks to their owner, though nodev",
         (("tank", "/tank", "zfs", "0:30"), ("ubi0:x", "/ubi", "ubifs", "0:31"),
          ("/dev/mtdblock2", "/overlay", "jffs2", "31:2"),
          ("share", "/share", "virtiofs", "0:32"), ("host", "/host", "9p", "0:33")), (),
         ["/tank", "/ubi", "/overlay", "/share", "/host"]),
        ("whatever is mounted on /", (("overlay", "/", "overlay", "0:40"), ("overlay", "/other", "overlay", "0:41")),
         (), ["/"]),
        ("rootfs is not", (("rootfs", "/", "rootfs", "0:1"),), (), []),
        ("a later mount hides the earlier", (("rootfs", "/", "rootfs", "0:1"), ("/dev/sda1", "/", "ext4", "8:1")), (),
         ["/"]),
        ("also by a type that does not count", (("/dev/sda2", "/home", "ext4", "8:2"),
                                                ("tmpfs", "/home", "tmpfs", "0:9")), (), []),
        ("a device once, by its first mount point",
         (("/dev/sda1", "/", "ext4", "8:1"), ("/dev/sda1", "/etc/hosts", "ext4", "8:1"),
          ("/dev/sda2", "/home", "ext4", "8:2"), ("/dev/sda2", "/srv/home", "ext4", "8:2")), (), ["/", "/home"]),
        ("a hidden mount is not the first",
         (("/dev/sda1", "/a", "ext4", "8:1"), ("/dev/sda2", "/a", "ext4", "8:2"), ("/dev/sda1", "/b", "ext4", "8:1")),
         (), ["/a", "/b"]),
        ("subvolumes", (("/dev/sda1", "/", "btrfs", "0:25"), ("/dev/sda1", "/home", "btrfs", "0:25")), (), ["/"]),
        ("device files of two names", (("/dev/root", "/", "ext4", "8:1"), ("/dev/sda1", "/mnt", "ext4", "8:1")), (),
         ["/"]),
        ("allowed", (("nas:/", "/nas", "nfs4", "0:50"), ("tmpfs", "/run", "tmpfs", "0:5")), ("nfs4",), ["/nas"]),
        ("allowed by a part of the type",
         (("me@box:", "/box", "fuse.sshfs", "0:50"), ("x", "/x", "fuse", "0:51"), ("nas:/", "/nas", "nfs4", "0:52")),
         ("fuse",), ["/box", "/x"]),
        ("an empty part is no part of every type", (("nas:/", "/nas", "nfs4", "0:50"),), ("",), []),
        ("never autofs", (("systemd-1", "/nas", "autofs", "0:50"),), ("autofs", "auto"), []),
        ("not even on /", (("systemd-1", "/", "autofs", "0:50"),), (), []),
        ("what is mounted over autofs", (("systemd-1", "/nas", "autofs", "0:50"), ("/dev/sdc", "/nas", "ext4", "8:32")),
         (), ["/nas"]),
        ("what autofs is mounted over", (("/dev/sdc", "/nas", "ext4", "8:32"), ("systemd-1", "/nas", "autofs", "0:50")),
         (), []),
    )
    HIDDEN = (
        # name, rows of (mount, parent, mount point), the mount points served
        ("under a later mount", ((20, 1, "/"), (21, 20, "/mnt/a/b"), (22, 20, "/mnt/a")), ["/", "/mnt/a"]),
        ("and what is mounted in it", ((20, 1, "/"), (21, 20, "/a/b"), (22, 21, "/a/b/c"), (23, 20, "/a")),
         ["/", "/a"]),
        ("mounted again on top", ((20, 1, "/"), (21, 20, "/a/b"), (22, 20, "/a"), (23, 22, "/a/b")),
         ["/", "/a", "/a/b"]),
        ("the root after what was moved into it", ((22, 65, "/boot"), (65, 1, "/")), ["/boot", "/"]),
        ("a root over a root", ((20, 1, "/"), (21, 20, "/a"), (22, 20, "/")), ["/"]),
        ("a name that begins alike", ((20, 1, "/"), (21, 20, "/data"), (22, 20, "/dat")), ["/", "/data", "/dat"]),
        ("the earlier hides nothing", ((20, 1, "/"), (21, 20, "/a"), (22, 21, "/a/b")), ["/", "/a", "/a/b"]),
        ("its own parent", ((1, 1, "/"), (2, 1, "/a")), ["/", "/a"]),
        ("parents outside of the table", ((30, 9, "/a/b"), (31, 8, "/"), (32, 7, "/a")), ["/", "/a"]),
    )
    WITHOUT_MOUNTINFO = (
        ("hidden under a later mount",
         b"/dev/sda2 /a/b ext4 rw 0 0\n/dev/root / ext4 rw 0 0\n/dev/sda3 /a ext4 rw 0 0\n",
         ["/", "/a"]),
        ("the same source once", b"rootfs / rootfs rw 0 0\n/dev/root / ext4 rw 0 0\n"
         b"/dev/sda2 /a ext4 rw 0 0\n/dev/sda2 /b ext4 rw 0 0\n",
         ["/", "/a"]),
        ("a source that is no path may be many", b"tank /tank zfs rw 0 0\ntank /other zfs rw 0 0\n",
         ["/tank", "/other"]),
        ("a mount point is no source", b"pool /dev/sda zfs rw 0 0\n/dev/sda /a ext4 rw 0 0\n", ["/dev/sda", "/a"]),
    )

    def served(self, tree: Tree, allow: tuple[str, ...] = ()) -> list[str]:
        served = [entry.mount.mount_point for entry in Sampler(allow)(tree)]
        self.assertCountEqual(tree.asked, served)       # nothing else was touched
        return served

    def test_mountinfo(self) -> None:
        for name, mounts, allow, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(self.served(Tree({"1/mountinfo": mountinfo(*mounts), "filesystems": TYPES}), allow),
                                 expected)

    def test_hidden(self) -> None:
        for name, mounts, expected in self.HIDDEN:
            with self.subTest(name):
                table = "".join("%d %d 8:%d / %s rw - ext4 /dev/sda%d rw\n" % (number, parent, number, point, number)
                                for number, parent, point in mounts).encode()
                self.assertEqual(self.served(Tree({"1/mountinfo": table, "filesystems": TYPES})), expected)

    def test_mounts(self) -> None:
        for name, table, expected in self.WITHOUT_MOUNTINFO:
            with self.subTest(name):
                self.assertEqual(self.served(Tree({"1/mounts": table, "filesystems": TYPES})), expected)

    def test_without_the_kernels_types(self) -> None:
        table = mountinfo(("/dev/sda1", "/a", "xfs", "8:1"), ("tmpfs", "/run", "tmpfs", "0:5"))
        for name, content in (("missing", None), ("refused", PermissionError(13, "denied")), ("empty", b""),
                              ("broken", OSError(5, "Input/output error")), ("malformed", b"nonsense\n")):
            with self.subTest(name):
                self.assertEqual(self.served(Tree({"1/mountinfo": table, "filesystems": content})), ["/a"])


class WhichTable(unittest.TestCase):
    FILES = ("1/mountinfo", "self/mountinfo", "1/mounts", "mounts")

    def test_the_first_that_is_there(self) -> None:
        for position, file in enumerate(self.FILES):
            row = b"27 1 8:1 / /%d rw - ext4 x rw\n" if "info" in file else b"x /%d ext4 rw 0 0\n"
            for name, before in (("missing", None), ("hidden", PermissionError(13, "hidepid")), ("empty", b"")):
                with self.subTest(file, before=name):
                    files: dict[str, object] = dict.fromkeys(self.FILES[:position], before)
                    files.update(dict.fromkeys(self.FILES[position + 1:], b"malformed"))
                    files[file] = row % position
                    self.assertEqual([entry.mount.mount_point for entry in Sampler()(Tree(files))], ["/%d" % position])

    def test_none(self) -> None:
        with self.assertRaises(NoData):
            Sampler()(Tree({"filesystems": TYPES}))

    def test_malformed(self) -> None:
        with self.assertRaises(ParseError) as caught:
            Sampler()(Tree({"self/mountinfo": b"malformed\n"}))
        self.assertEqual(caught.exception.file, "self/mountinfo")

    def test_another_error_is_not_hidden(self) -> None:
        with self.assertRaises(OSError):
            Sampler()(Tree({"1/mountinfo": OSError(24, "too many open files"), "mounts": b"x /a ext4 rw 0 0\n"}))

    def test_a_table_is_taken_apart_once(self) -> None:
        one = mountinfo(("/dev/sda1", "/a", "ext4", "8:1"), ("nas:/x", "/n", "nfs4", "0:50"))
        files: dict[str, object] = {"1/mountinfo": one, "filesystems": TYPES}
        tree, sampler = Tree(files), Sampler()

        def served() -> list[str]:
            return [entry.mount.mount_point for entry in sampler(tree)]

        self.assertEqual(served(), ["/a"])
        with mock.patch.object(filesystems, "Mount", side_effect=AssertionError("parsed again")):
            self.assertEqual(served(), ["/a"])
        files["1/mountinfo"] = one + mountinfo(("/dev/sdb1", "/b", "ext4", "8:17"))
        self.assertEqual(served(), ["/a", "/b"])
        files["filesystems"] = TYPES + b"\tnfs4\n"
        files["1/mountinfo"] = b"malformed\n"
        for _ in range(2):
            with self.assertRaises(ParseError):
                served()
        files["1/mountinfo"] = one
        self.assertEqual(served(), ["/a", "/n"])


class HowFull(unittest.TestCase):
    MOUNT = Mount("/dev/sda1", "/a", "ext4", "8:1", "rw", "rw", 20, 1)

    def sample(self, result: Callable[[], os.statvfs_result]) -> list[FileSystem]:
        table = mountinfo(("/dev/sda1", "/a", "ext4", "8:1"))
        return Sampler()(Tree({"1/mountinfo": table, "filesystems": TYPES}, {"/a": result}))

    def test_sizes(self) -> None:
        self.assertEqual(self.sample(lambda: usage(1000, 600, 500, 1024)),
                         [FileSystem(self.MOUNT, 1024000, 409600, 512000, 614400, 70, 60)])

    def test_the_unit_is_the_fragment(self) -> None:
        result = os.statvfs_result((65536, 512, 10, 5, 5, 3, 2, 1, 0, 255))
        self.assertEqual(self.sample(lambda: result), [FileSystem(self.MOUNT, 5120, 2560, 2560, 2560, 3, 2)])

    def test_more_free_than_there_is(self) -> None:
        self.assertEqual(self.sample(lambda: usage(10, 11, 11, 1)), [FileSystem(self.MOUNT, 10, 0, 11, 11, 70, 60)])

    def test_no_size(self) -> None:
        self.assertEqual(self.sample(lambda: usage(0, 0, 0)), [])

    def test_failing(self) -> None:
        def stale() -> os.statvfs_result:
            raise OSError(116, "Stale file handle")
        self.assertEqual(self.sample(stale), [])

    def test_names_for_io(self) -> None:
        """A mount point that is not UTF-8 reaches the file system as the bytes that it is."""
        with tempfile.TemporaryDirectory() as top:
            directory = os.fsencode(top) + b"/\xff a"
            os.mkdir(directory)
            table = b"27 1 8:1 / %s rw - ext4 /dev/sda1 rw\n" % directory.replace(b" ", b"\\040")
            os.makedirs(top + "/proc/1")
            with open(top + "/proc/1/mountinfo", "wb") as file:
                file.write(table)
            entry, = Sampler()(Roots(top + "/proc"))
        self.assertEqual(entry.mount.mount_point, directory.decode("utf-8", "surrogateescape"))
        self.assertGreater(entry.size_bytes, 0)


class Figures(unittest.TestCase):
    """What is worked out of a mount and its sizes."""

    def test_text_to_be_served(self) -> None:
        mount = Mount("\udcfe", "/caf\udce9", "ext4", "8:1")
        entry = FileSystem(mount, 10, 4, 4, 6, 0, 0)
        self.assertEqual((mount.name, entry.mount_point, entry.source), ("/caf\ufffd", "/caf\ufffd", "\ufffd"))
        self.assertEqual(Mount("x", "/données", "ext4", "8:1").name, "/données")

    def test_used_percent(self) -> None:
        for used, free, expected in ((4, 4, 50.0), (1, 2, 33.3), (0, 0, 0.0), (5, 0, 100.0)):
            with self.subTest(used=used, free=free):
                entry = FileSystem(Mount("x", "/", "ext4", "8:1"), 100, used, free, free, 0, 0)
                self.assertEqual(entry.used_percent, expected)

    def test_negative_counts(self) -> None:
        """Root has taken what is reserved for it, or a server lies: unsigned words of less than nothing."""
        less = (1 << 64) - 5
        for given, expected in ((usage(100, 5, less), (100.0, 95, 0, 5)), (usage(100, less, less), (100.0, 100, 0, 0)),
                                (usage(100, 50, 1 << 63), (100.0, 50, 0, 50))):
            with self.subTest(given):
                entry = filesystems.measured(Mount("x", "/", "ext4", "8:1"), given)
                self.assertEqual((entry.used_percent, entry.used_bytes // 4096, entry.free_bytes // 4096,
                                  entry.root_free_bytes // 4096), expected)

    def test_options(self) -> None:
        for name, options, super_options, expected, read_only in (
                ("none", "", "", "rw", False), ("both", "rw,noatime", "rw,discard", "rw,discard,noatime", False),
                ("read-only here", "ro,relatime", "rw", "ro,relatime", True),
                ("read-only everywhere", "rw,relatime", "ro,errors=remount-ro", "ro,errors=remount-ro,relatime", True),
                ("shut down by an error", "rw", "rw,emergency_ro", "rw,emergency_ro", True),
                ("of /proc/mounts", "rw,relatime,errors=remount-ro", "", "rw,relatime,errors=remount-ro", False),
                ("not UTF-8", "rw", "rw,upperdir=/\udcff", "rw,upperdir=/\ufffd", False)):
            with self.subTest(name):
                mount = Mount("x", "/", "ext4", "8:1", options, super_options)
                self.assertEqual((mount.all_options, mount.read_only), (expected, read_only))

    def test_image(self) -> None:
        for source, type_name, options, expected in (
                ("/dev/loop0", "squashfs", "ro", True), ("/dev/mtdblock4", "squashfs", "ro", True),
                ("/dev/sr0", "iso9660", "ro", True), ("/dev/vdb", "erofs", "ro", True), ("x", "cramfs", "ro", True),
                ("squashfuse", "fuse.squashfuse", "ro", True), ("x", "fuse.squashfuse_ll", "ro", True),
                ("x", "fuse.erofsfuse", "ro", True), ("/a.iso", "fuse.fuseiso", "ro", True),
                # The root of Fedora's images (Silverblue, CoreOS) is such a one.
                ("composefs", "overlay", "ro,lowerdir+=/a,datadir+=/b,redirect_dir=on", True),
                ("composefs", "overlay", "ro,seclabel,lowerdir=/a::/b", True),
                ("overlay", "overlay", "rw,lowerdir=/a,upperdir=/u,workdir=/w", False),
                ("overlay", "overlay", "ro,lowerdir=/a,upperdir=/u,workdir=/w", False), ("o", "overlay", "rw", False),
                ("/dev/sr0", "udf", "ro", True),
                ("/dev/sr0", "udf", "rw", False), ("/dev/loop1", "ext4", "ro", True),
                ("/dev/loop1", "ext4", "rw", False), ("/dev/sda1", "ext4", "ro", False),
                ("/dev/sda1", "ext4", "rw", False)):
            with self.subTest(source=source, type=type_name, options=options):
                entry = FileSystem(Mount(source, "/", type_name, "8:1", options), 10, 10, 0, 0, 0, 0)
                self.assertEqual(entry.is_image, expected)


class Stuck(unittest.TestCase):
    TABLE = mountinfo(("/dev/sda1", "/", "ext4", "8:1"), ("nas:/", "/nas", "nfs4", "0:50"),
                      ("/dev/sdb1", "/data", "ext4", "8:17"))

    def setUp(self) -> None:
        self.answer = threading.Event()
        self.answered = threading.Event()
        self.addCleanup(self.answer.set)
        self.stuck: list[str] = []
        self.tree = Tree({"1/mountinfo": self.TABLE, "filesystems": TYPES}, {"/nas": self.wait})
        self.sampler = Sampler(("nfs",), self.stuck.append)

    def wait(self) -> os.statvfs_result:
        self.answer.wait()
        self.answered.set()
        return usage()

    def served(self) -> list[str]:
        return [entry.mount.mount_point for entry in self.sampler(self.tree)]

    def recover(self) -> None:
        """The call returns; the mount is served in one of the next rounds, in which it is not waited for."""
        self.answer.set()
        self.assertTrue(self.answered.wait(60))
        for _ in range(10000):
            if "/nas" in self.served():
                return
        self.fail("not served again")

    def test_others_are_served_and_it_is_told_once(self) -> None:
        for _ in range(3):
            self.assertEqual(self.served(), ["/", "/data"])
        self.assertEqual(self.stuck, ["/nas"])
        self.assertEqual(self.tree.asked.count("/nas"), 1)

    def test_dead_servers_do_not_use_up_the_threads_for_disks(self) -> None:
        with mock.patch.object(patience, "HELD_THREADS", 1):
            for _ in range(3):
                self.assertEqual(self.served(), ["/", "/data"])

    def test_recovers_and_is_told_again(self) -> None:
        self.assertEqual(self.served(), ["/", "/data"])
        self.recover()
        self.assertEqual(self.stuck, ["/nas"])
        self.answer.clear()
        self.assertEqual(self.served(), ["/", "/data"])
        self.assertEqual(self.stuck, ["/nas", "/nas"])

    def test_unmounted_and_mounted_again(self) -> None:
        self.assertEqual(self.served(), ["/", "/data"])
        self.tree.files = {"1/mountinfo": mountinfo(("/dev/sda1", "/", "ext4", "8:1")), "filesystems": TYPES}
        self.assertEqual(self.served(), ["/"])
        self.tree.files = {"1/mountinfo": self.TABLE, "filesystems": TYPES}
        self.assertEqual(self.served(), ["/", "/data"])
        self.assertEqual(self.stuck, ["/nas", "/nas"])
        self.assertEqual(self.tree.asked.count("/nas"), 1)      # the first call is still under way


if __name__ == "__main__":
    unittest.main()
