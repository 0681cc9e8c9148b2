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
from functools import partial

from ..delta import percent
from ..lazy import pattern
from ..parsing import ParseError, Report, decode, ignore, rows
from ..patience import Call, Patience
from ..roots import NoData, Roots
from ..typed import Callable, Iterator, NamedTuple, Optional

TYPES_FILE = "filesystems"

# Those of a kernel that does not say.
USUAL_TYPES = frozenset(("ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "f2fs", "jfs", "reiserfs", "vfat", "exfat",
                         "ntfs", "ntfs3", "fuseblk", "hfsplus", "iso9660", "udf", "squashfs", "erofs"))
# Types that hold their owner's files although the kernel calls them nodev: no single block device is under them.
DISKS_TO_THEIR_OWNER = frozenset(("zfs", "ubifs", "jffs2", "virtiofs", "9p"))
# Types that only ever hold an image made beforehand; those of the second line by FUSE.
IMAGES = frozenset(("squashfs", "erofs", "iso9660", "cramfs", "romfs",
                    "squashfuse", "squashfuse_ll", "snapfuse", "erofsfuse", "fuseiso"))
# statvfs of an autofs mount point would mount what it stands for.
NEVER = "autofs"

_MOUNTS_FIELDS = 6
# Up to OpenZFS 2.0 the source of a dataset stands there as it is, blanks and all.
_UNESCAPED = "zfs"
_READ_ONLY = frozenset(("ro", "emergency_ro"))
_OPTIONAL_FIELDS_FROM = 6
_OCTAL = pattern(rb"\\([0-3][0-7][0-7])")
_DEVICE = pattern(r"[0-9]+:[0-9]+")


class Mount(NamedTuple):
    """A row of the mount table. `source` and `mount_point` are for I/O: bytes that are not UTF-8 are surrogates."""

    source: str
    mount_point: str
    type: str
    device: Optional[str]       # "major:minor", the same wherever a file system is mounted; None from /proc/mounts
    options: str = ""           # "rw,noatime": of this mount; those of the file system as well, from /proc/mounts
    super_options: str = ""     # "rw,discard": of the file system, wherever it is mounted
    mount_id: Optional[int] = None
    parent_id: Optional[int] = None      # of the mount that the mount point lies in

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
                or (mount.type == "overlay" and _is_image_of_layers(mount.all_options))
                or (mount.read_only and (mount.type == "udf" or mount.source.startswith("/dev/loop"))))


def parse_mountinfo(table: bytes, file: str = "1/mountinfo", report: Report = ignore) -> list[Mount]:
    """Mounts in the kernel's order. ParseError when no row has a device number, a type and a source."""
    return rows(_text(table), _mountinfo_row, "a mount", file, report)


def parse_mounts(table: bytes, file: str = "1/mounts", report: Report = ignore) -> list[Mount]:
    """Mounts in the kernel's order, without numbers of device and mount. ParseError when no row has six fields."""
    return rows(_text(table), _mounts_row, "a mount", file, report)


def parse_types(text: str, file: str = TYPES_FILE, report: Report = ignore) -> frozenset[str]:
    """Types that the kernel lists without "nodev". ParseError when no row is a mark or none, tab, type."""
    return frozenset(rows(text, _type_row, "a file system type", file, report))


def _mountinfo_row(row: str) -> Mount:
    fields = row.split(" ")
    hyphen = fields.index("-", _OPTIONAL_FIELDS_FROM)
    type_name, source, super_options = fields[hyphen + 1], fields[hyphen + 2], " ".join(fields[hyphen + 3:])
    if type_name == _UNESCAPED and len(fields) > hyphen + 4:
        source, super_options = " ".join(fields[hyphen + 2:-1]), fields[-1]
    if not _DEVICE.fullmatch(fields[2]):
        raise ValueError("no device number")
    return Mount(_name(source), _name(fields[4]), _clean(_name(type_name)), fields[2], _name(fields[5]),
                 _name(super_options), int(fields[0]), int(fields[1]))


def _mounts_row(row: str) -> Mount:
    fields = row.split(" ")
    if len(fields) < _MOUNTS_FIELDS:
        raise ValueError("too few fields")
    surplus = len(fields) - _MOUNTS_FIELDS
    if surplus and fields[-4] == _UNESCAPED:
        fields[:surplus + 1] = [" ".join(fields[:surplus + 1])]
    return Mount(_name(fields[0]), _name(fields[1]), _clean(_name(fields[2])), None, _name(" ".join(fields[3:-2])))


def _type_row(row: str) -> Optional[str]:
    mark, tab, name = row.partition("\t")
    if not tab or not name:
        raise ValueError("no type")
    return None if mark else name


class _Asked(NamedTuple):
    """What is asked of the mounts of one table, and what the table and the further types were."""

    read: tuple[Roots, str, bytes, tuple[str, ...]]
    mounts: list[Mount]
    disks: dict[str, Call]          # by mount point
    others: dict[str, Call]


class Sampler:
    """Samples how full the file systems with a device behind them are.

    State: the latest mount table, which is parsed only when its text has changed, and what patience keeps of mounts.

    `allow`: further types, or parts of their names ("fuse" for "fuse.sshfs"); it may be set at any time. `on_stuck` is
    called with a mount point when its statvfs becomes late, and again only when it has returned in between.
    """

    def __init__(self, allow: tuple[str, ...] = (), on_stuck: Callable[[str], object] = lambda mount: None) -> None:
        self.allow = allow
        self._on_stuck = on_stuck
        # Two of them, so that dead servers cannot hold the threads that ask this machine's own disks.
        self._disks = Patience()
        self._others = Patience()
        self._stuck: set[str] = set()
        self._asked: Optional[_Asked] = None

    def __call__(self, roots: Roots) -> list[FileSystem]:
        """In the order of the mount table, without mounts that do not answer or fail. NoData without a mount table."""
        file, parse, table = read_mounts(roots)
        asked = self._asked
        read = roots, file, table, self.allow
        if asked is None or asked.read != read:
            asked = self._asked = self._ask(read, parse(table, file, roots.report))
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
                filesystems.append(measured(mount, outcome.value))
        return filesystems

    def _ask(self, read: tuple[Roots, str, bytes, tuple[str, ...]], mounts: list[Mount]) -> _Asked:
        roots, _, _, allow = read
        types = read_types(roots)               # a type that the kernel learns later is mounted later
        asked = _Asked(read, _select(mounts, types, allow), {}, {})
        for mount in asked.mounts:
            calls = asked.disks if mount.type in types else asked.others
            calls[mount.mount_point] = partial(roots.statvfs, mount.mount_point)
        return asked


def _select(mounts: list[Mount], types: frozenset[str], allow: tuple[str, ...]) -> list[Mount]:
    """Of each mount point the mount on top, of each device the first, of types that count."""
    on_top = {mount.mount_point: mount for mount in mounts}
    hidden = _hidden(mounts)
    chosen: dict[tuple[str, str], Mount] = {}
    for position, mount in enumerate(mounts):
        if mount is on_top[mount.mount_point] and position not in hidden and _counts(mount, types, allow):
            chosen.setdefault(_identity(mount), mount)
    return list(chosen.values())


def _counts(mount: Mount, types: frozenset[str], allow: tuple[str, ...]) -> bool:
    if mount.type == NEVER:
        return False
    return (mount.type in types or mount.type in DISKS_TO_THEIR_OWNER
            or (mount.mount_point == "/" and mount.type != "rootfs")
            or any(part and part in mount.type for part in allow))


def read_mounts(roots: Roots) -> tuple[str, Callable[[bytes, str, Report], list[Mount]], bytes]:
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


def read_types(roots: Roots) -> frozenset[str]:
    """Types of file systems with a device behind them, as the kernel says, or else as is usual."""
    try:
        return parse_types(roots.proc(TYPES_FILE, default=""), TYPES_FILE, roots.report) or USUAL_TYPES
    except ParseError as problem:
        roots.report(problem)
        return USUAL_TYPES


def _hidden(mounts: list[Mount]) -> set[int]:
    """Positions of mounts that no path leads to any more: another one was mounted later on a directory above them.

    That one has the same parent (a mount inside it would have it as its parent). /proc/mounts tells no parents, and
    shows the root, which an initramfs mounts last, behind what it moved into it: there the root hides nothing.
    """
    positions = {mount.mount_id: position for position, mount in enumerate(mounts)}
    parents = [positions.get(mount.parent_id) if mount.parent_id != mount.mount_id else None for mount in mounts]
    latest = {(parent, mount.mount_point): position for position, (mount, parent) in enumerate(zip(mounts, parents))}
    hidden = {position for position, (mount, parent) in enumerate(zip(mounts, parents))
              if any(latest.get((parent, above), -1) > position for above in _directories_above(mount.mount_point)
                     if parent is not None or above != "/")}
    while True:
        inside = {position for position, parent in enumerate(parents) if parent in hidden} - hidden
        if not inside:
            return hidden
        hidden |= inside


def _directories_above(path: str) -> Iterator[str]:
    """Of "/a/b": "/a", "/"."""
    while path != "/" and path:
        path = path.rpartition("/")[0] or "/"
        yield path


def _identity(mount: Mount) -> tuple[str, str]:
    """What two mounts of the same device have in common."""
    if mount.device is not None:
        return "device", mount.device
    return ("source", mount.source) if mount.source.startswith("/") else ("mount point", mount.mount_point)


def measured(mount: Mount, usage: os.statvfs_result) -> FileSystem:
    """What statvfs says of a mount, in bytes."""
    unit = usage.f_frsize
    free = _not_negative(usage.f_bfree)
    used = max(0, usage.f_blocks - free)
    return FileSystem(mount, usage.f_blocks * unit, used * unit, _not_negative(usage.f_bavail) * unit, free * unit,
                      usage.f_files, _not_negative(usage.f_ffree))


def _is_image_of_layers(options: str) -> bool:
    """Whether an overlay has no layer to write to: it is as full as the images below (composefs, Fedora's root)."""
    return "lowerdir" in options and "upperdir" not in options


def _not_negative(count: int) -> int:
    """A count of statvfs; 0 for a negative one as unsigned word (root took what is reserved for it; a lying server)."""
    return 0 if count >> 63 else count


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
