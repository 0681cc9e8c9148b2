r"""filesystems: what is mounted where, from /proc/1/mountinfo, and how full it is, from statvfs(3).

    27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
    98 27 0:45 /@home /home/my\040files rw,relatime - btrfs /dev/mapper/home rw,subvol=/@home
    |  |  |    |      |                 |          | |     |                 options of the file system
    id |  |    root   mount point       options    | type  source
       parent device                               any number of optional fields before the hyphen, also none

/proc/1/mounts, where there is no mountinfo (before 2.6.26):   /proc/filesystems, "nodev" before types without a device:

    /dev/root / ext3 rw,relatime 0 0                               nodev   tmpfs
    source point type options                                              ext3

The kernel escapes space, tab, newline and backslash in octal, and leaves every other byte as it is.
"""
from __future__ import annotations

import os
import re
from functools import partial
from typing import Callable, NamedTuple, Optional

from ..delta import percent
from ..patience import Call, Patience
from ..roots import NoData, ParseError, Roots, decode

TYPES_FILE = "filesystems"

# Those of a kernel that does not say.
USUAL_TYPES = frozenset(("ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "f2fs", "jfs", "reiserfs", "vfat", "exfat",
                         "ntfs", "ntfs3", "fuseblk", "hfsplus", "iso9660", "udf", "squashfs", "erofs"))
# "nodev" to the kernel, which sees no single block device under them, and a disk to their owner.
DISKS_TO_THEIR_OWNER = frozenset(("zfs", "ubifs", "jffs2", "virtiofs", "9p"))
# Types that only ever hold an image made beforehand; the last two are squashfs by FUSE.
IMAGES = frozenset(("squashfs", "erofs", "iso9660", "cramfs", "romfs", "squashfuse", "snapfuse"))
# statvfs of an autofs mount point would mount what it stands for.
NEVER = "autofs"

_MOUNTS_FIELDS = 6
_READ_ONLY = frozenset(("ro", "emergency_ro"))
_OPTIONAL_FIELDS_FROM = 6
_OCTAL = re.compile(rb"\\([0-3][0-7][0-7])")
_DEVICE = re.compile(r"[0-9]+:[0-9]+")


class Mount(NamedTuple):
    """A row of the mount table. `source` and `mount_point` are for I/O: bytes that are not UTF-8 are surrogates."""

    source: str
    mount_point: str
    type: str
    device: Optional[str]       # "major:minor", the same wherever a file system is mounted; None from /proc/mounts
    options: str = ""           # "rw,noatime": of this mount; those of the file system as well, from /proc/mounts
    super_options: str = ""     # "rw,discard": of the file system, wherever it is mounted

    @property
    def name(self) -> str:
        """The mount point as text to be served: U+FFFD for bytes that are not UTF-8."""
        return _clean(self.mount_point)

    @property
    def read_only(self) -> bool:
        """Whether nobody can write here: by this mount or by the file system (also one shut down by an error)."""
        return not _READ_ONLY.isdisjoint(self.options.split(",") + self.super_options.split(","))

    @property
    def all_options(self) -> str:
        """`options` and `super_options` in one, as /proc/mounts shows them: "rw,discard,noatime"."""
        options = dict.fromkeys(self.super_options.split(",") + self.options.split(","))
        first = "ro" if "ro" in options else "rw"
        return _clean(",".join([first, *(option for option in options if option not in ("", "ro", "rw"))]))


class FileSystem(NamedTuple):
    """How full a mounted file system is. `used` and `free` are less than `size` by what is reserved for root."""

    mount: Mount
    size_bytes: int
    used_bytes: int
    free_bytes: int             # for callers without privilege (f_bavail)
    root_free_bytes: int        # for root (f_bfree)
    inodes: int                 # 0: a file system without a table of them, such as btrfs
    inodes_free: int

    @property
    def mount_point(self) -> str:
        """As text to be served; `mount.mount_point` is the one for I/O."""
        return self.mount.name

    @property
    def source(self) -> str:
        """As text to be served; `mount.source` is the one for I/O."""
        return _clean(self.mount.source)

    @property
    def used_percent(self) -> float:
        """Of what callers without privilege can use, as df shows it."""
        return percent(self.used_bytes, self.used_bytes + self.free_bytes)

    @property
    def is_image(self) -> bool:
        """Whether it is full by nature and for good: an image that is only read (a snap, a CD), never a disk."""
        mount = self.mount
        return (mount.type.rpartition(".")[2] in IMAGES
                or (mount.read_only and (mount.type == "udf" or mount.source.startswith("/dev/loop"))))


def parse_mountinfo(table: bytes, file: str = "1/mountinfo") -> list[Mount]:
    """Mounts in the kernel's order. ParseError on a row without device number, type or source."""
    mounts = []
    for number, row in enumerate(_text(table).split("\n"), 1):
        if not row:
            continue
        fields = row.split(" ")
        try:
            hyphen = fields.index("-", _OPTIONAL_FIELDS_FROM)
            type_name, source = fields[hyphen + 1:hyphen + 3]
        except ValueError:
            raise ParseError(file, number, "no type and source behind a hyphen: %.60r" % row) from None
        if not _DEVICE.fullmatch(fields[2]):
            raise ParseError(file, number, "no device number: %.60r" % row)
        super_options = " ".join(fields[hyphen + 3:])
        mounts.append(Mount(_name(source), _name(fields[4]), _clean(_name(type_name)), fields[2], _name(fields[5]),
                            _name(super_options)))
    return mounts


def parse_mounts(table: bytes, file: str = "1/mounts") -> list[Mount]:
    """Mounts in the kernel's order, without device numbers. ParseError on a row of less than six fields."""
    mounts = []
    for number, row in enumerate(_text(table).split("\n"), 1):
        if not row:
            continue
        fields = row.split(" ")
        if len(fields) < _MOUNTS_FIELDS:
            raise ParseError(file, number, "not a mount: %.60r" % row)
        options = " ".join(fields[3:-2])
        mounts.append(Mount(_name(fields[0]), _name(fields[1]), _clean(_name(fields[2])), None, _name(options)))
    return mounts


def parse_types(text: str, file: str = TYPES_FILE) -> frozenset[str]:
    """Types that the kernel lists without "nodev". ParseError on a row that is not a mark or none, tab, type."""
    types = set()
    for number, row in enumerate(text.splitlines(), 1):
        mark, tab, name = row.partition("\t")
        if not tab or not name:
            raise ParseError(file, number, "not a file system type: %.60r" % row)
        if not mark:
            types.add(name)
    return frozenset(types)


class _Asked(NamedTuple):
    """What is asked of the mounts of one table, and what the table was."""

    read: tuple[Roots, str, bytes]
    mounts: list[Mount]
    disks: dict[str, Call]          # by mount point
    others: dict[str, Call]


class Sampler:
    """The file systems with a device behind them, and how full they are.

    State: the latest mount table, because one that reads the same is not taken apart again, and what patience keeps of
    each mount.

    `allow`: further types, or parts of their names ("fuse" for "fuse.sshfs"). `on_stuck` is told of a mount point whose
    statvfs is not back in time, and told again only after it has been.
    """

    def __init__(self, allow: tuple[str, ...] = (), on_stuck: Callable[[str], object] = lambda mount: None) -> None:
        self._allow = tuple(filter(None, allow))
        self._on_stuck = on_stuck
        # Two of them: however many servers are dead, they must not hold all the threads that ask this machine's disks.
        self._disks = Patience()
        self._others = Patience()
        self._stuck: set[str] = set()
        self._asked: Optional[_Asked] = None

    def __call__(self, roots: Roots) -> list[FileSystem]:
        """In the order of the mount table, without mounts that do not answer or fail. NoData without a mount table."""
        file, parse, table = _read_mounts(roots)
        asked = self._asked
        if asked is None or asked.read != (roots, file, table):
            asked = self._asked = self._ask((roots, file, table), parse(table, file))
        mounts = asked.mounts
        outcomes = self._disks.run(asked.disks)
        outcomes.update(self._others.run(asked.others))
        late = {mount_point for mount_point, outcome in outcomes.items() if outcome.late}
        for mount_point in sorted(late - self._stuck):
            self._on_stuck(mount_point)
        self._stuck = late
        filesystems = []
        for mount in mounts:
            outcome = outcomes[mount.mount_point]
            # Those of no size (pseudo file systems behind `allow`) are left out, as df does.
            if not outcome.late and outcome.value is not None and outcome.value.f_blocks:
                filesystems.append(_measured(mount, outcome.value))
        return filesystems

    def _ask(self, read: tuple[Roots, str, bytes], mounts: list[Mount]) -> _Asked:
        roots = read[0]
        types = _read_types(roots)               # a type that the kernel learns later is mounted later
        asked = _Asked(read, self._select(mounts, types), {}, {})
        for mount in asked.mounts:
            calls = asked.disks if mount.type in types else asked.others
            calls[mount.mount_point] = partial(roots.statvfs, mount.mount_point)
        return asked

    def _select(self, mounts: list[Mount], types: frozenset[str]) -> list[Mount]:
        """Of each mount point the mount on top, of each device the first, of types that count."""
        on_top = {mount.mount_point: mount for mount in mounts}
        chosen: dict[tuple[str, str], Mount] = {}
        for mount in mounts:
            if mount is on_top[mount.mount_point] and self._counts(mount, types):
                chosen.setdefault(_identity(mount), mount)
        return list(chosen.values())

    def _counts(self, mount: Mount, types: frozenset[str]) -> bool:
        if mount.type == NEVER:
            return False
        return (mount.type in types or mount.type in DISKS_TO_THEIR_OWNER
                or (mount.mount_point == "/" and mount.type != "rootfs")
                or any(part in mount.type for part in self._allow))


def _read_mounts(roots: Roots) -> tuple[str, Callable[[bytes, str], list[Mount]], bytes]:
    """The host's mount table, which is the one of process 1, else our own, and what parses it. NoData without any."""
    for file, parse in (("1/mountinfo", parse_mountinfo), ("self/mountinfo", parse_mountinfo),
                        ("1/mounts", parse_mounts), ("mounts", parse_mounts)):
        try:
            table = roots.proc_bytes(file)
        except (NoData, PermissionError):       # of process 1: hidepid
            continue
        if table:
            return file, parse, table
    raise NoData("no mount table")


def _read_types(roots: Roots) -> frozenset[str]:
    try:
        return parse_types(roots.proc(TYPES_FILE))
    except NoData:
        return USUAL_TYPES


def _identity(mount: Mount) -> tuple[str, str]:
    """What two mounts of the same device have in common."""
    if mount.device is not None:
        return "device", mount.device
    return ("source", mount.source) if mount.source.startswith("/") else ("mount point", mount.mount_point)


def _measured(mount: Mount, usage: os.statvfs_result) -> FileSystem:
    unit = usage.f_frsize
    used = max(0, usage.f_blocks - usage.f_bfree)
    return FileSystem(mount, usage.f_blocks * unit, used * unit, usage.f_bavail * unit, usage.f_bfree * unit,
                      usage.f_files, usage.f_ffree)


def _name(field: str) -> str:
    """A field as it was before the kernel escaped it."""
    if "\\" not in field:
        return field
    return _text(_OCTAL.sub(lambda match: bytes((int(match.group(1), 8),)), _bytes(field)))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _clean(text: str) -> str:
    """Text to be served: surrogate escapes become U+FFFD."""
    return text if text.isascii() else decode(_bytes(text))
