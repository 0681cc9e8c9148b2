"""roots: the three trees that a kernel shows itself in, and the only place that opens a file of them.

    /proc  --procfs    /sys  --sysfs    /  --rootfs

Pointed elsewhere (a container's /host/proc, a recorded host) nothing of this machine is read instead. Every call here
is a method of `Roots`, so a test can put faults, counts or a made-up host in its place.
"""
from __future__ import annotations

import contextlib
import errno
import os

from .parsing import Report, decode, ignore
from .typed import Iterable, Iterator, NamedTuple, Optional, TypeVar

# One piece of a kernel table: most tables come whole in it, longer ones in a few reads.
PIECE_BYTES = 65536
# No kernel table that is read here is longer than this on the largest machines known; past it, a tree is lying.
TABLE_BYTES = 32 << 20
# No line of a table that is read in pieces is longer.
LINE_BYTES = 1 << 20
# As many links as the kernel itself follows in one path (path_resolution(7)).
LINKS_FOLLOWED = 40

_GONE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ESRCH, errno.ENODEV, errno.ENXIO))
# Errors that tell of this process, not of the file: nothing is known of it, and the next attempt may succeed.
SHORTAGE = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))

T = TypeVar("T")


class NoData(Exception):
    """The kernel does not have this here: no such file, device or process. An empty answer, not an error."""


def _native(name: str) -> str:
    """A name of the kernel (UTF-8, surrogate escapes) as os.open takes it, which refuses "é" in an ASCII locale."""
    return name if name.isascii() else os.fsdecode(name.encode("utf-8", "surrogateescape"))


def _text(name: str) -> str:
    """The way back, for what os.listdir gives."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "surrogateescape")


def _refused(problem: OSError) -> None:
    """Let an error of a file be; raise one that tells of this process."""
    if problem.errno in SHORTAGE:
        raise problem


class Namespace(NamedTuple):
    """A network namespace: its link ("net:[4026531840]", its owner's and root's to read), and the inode of net/dev."""

    link: Optional[str]
    file: Optional[tuple[int, int]]


class Roots:
    """Opens, lists and measures below procfs, sysfs and rootfs.

    Names are relative ("net/dev", "class/net/eth0/speed"). `live` is true when procfs is this machine's own: only then
    may a caller ask this machine by other ways (the password database, a daemon on loopback). `report` is told of each
    malformed row of a table that is served without it.

    OSError of any of them when descriptors or memory are short: what is then taken for missing, and kept, stays false.
    """

    def __init__(self, procfs: str = "/proc", sysfs: str = "/sys", rootfs: str = "/") -> None:
        self.procfs = procfs.rstrip("/") or "/"
        self.sysfs = sysfs.rstrip("/") or "/"
        self.rootfs = rootfs.rstrip("/") or "/"
        self.live = self.procfs == "/proc"
        self.own_root = self.rootfs == "/"
        self.report: Report = ignore
        self._is_inside: Optional[bool] = None

    def is_inside(self) -> bool:
        """Whether this process lives in a pid namespace inside the one of this /proc: in a container on that host.

        Then sysctls of namespaces (hostname, pid_max) are its own there. `NSpid:` of its status has a pid for each.
        """
        if self._is_inside is None:
            lines = "" if self.live else self.proc("self/status", default="")
            self._is_inside = any(line.startswith("NSpid:") and len(line.split()) > 2 for line in lines.split("\n"))
        return self._is_inside

    # -- /proc ---------------------------------------------------------------------------------------------------------

    def proc(self, *names: str, default: Optional[str] = None) -> str:
        """The whole text of the first of these files of /proc that exists. NoData when none does; OSError otherwise.

        A `default` is for files that only help: it stands for one that is missing or refused.
        """
        if default is None:
            return decode(self.proc_bytes(*names))
        for name in names:
            try:
                return decode(self.proc_bytes(name))
            except NoData:
                continue
            except OSError as problem:
                _refused(problem)
        return default

    def net(self, name: str, default: Optional[str] = None) -> str:
        """As `proc`, of a table below /proc/net. Another host's is pid 1's: its "net" leads to the reader's own."""
        return self.proc(*self._net(name), default=default)

    def net_pieces(self, name: str) -> Iterator[str]:
        """A table below /proc/net that may be too long to be held, in pieces of whole lines, as long as one asks."""
        return self._whole_lines(self._first_pieces(self._net(name)))

    def root_pieces(self, name: str) -> Iterator[str]:
        """As `net_pieces`, of a file of the host's own root."""
        return self._whole_lines(self._pieces(self.inside_root(name)))

    @staticmethod
    def _whole_lines(pieces: Iterator[bytes]) -> Iterator[str]:
        rest = b""
        for piece in pieces:
            end = piece.rfind(b"\n") + 1
            if end or len(rest) > LINE_BYTES:
                yield decode(rest + piece[:end])
                rest = piece[end:]
            else:
                rest += piece
        if rest:
            yield decode(rest)

    def _net(self, name: str) -> tuple[str, ...]:
        return ("net/" + name,) if self.live else ("1/net/" + name, "net/" + name)

    def _first_pieces(self, names: tuple[str, ...]) -> Iterator[bytes]:
        """The pieces of the first of these files of /proc that exists."""
        for name in names[:-1]:
            try:
                yield from self._pieces(self.procfs + "/" + name)
                return
            except NoData:
                continue
        yield from self._pieces(self.procfs + "/" + names[-1])

    def proc_bytes(self, *names: str) -> bytes:
        """As `proc`, undecoded."""
        for name in names[:-1]:
            try:
                return self._table(self.procfs + "/" + _native(name))
            except NoData:
                continue
        return self._table(self.procfs + "/" + _native(names[-1]))

    def pids(self) -> list[int]:
        """The processes that /proc lists, ascending. NoData without a /proc."""
        return sorted([int(name) for name in self._list(self.procfs) if name.isdecimal()])

    def proc_names(self, name: str) -> list[str]:
        """What a directory of /proc holds, unsorted. NoData when it is gone."""
        return self._list(self.procfs + "/" + name)

    def record(self, name: str, size: int = 4096) -> bytes:
        """A file of /proc that is one record, in one read of at most `size` bytes. NoData when it is gone.

        Many are read each second: nothing but the numbers and letters of "PID/stat" is expected in its name.
        """
        try:
            descriptor = os.open(self.procfs + "/" + name, os.O_RDONLY | os.O_CLOEXEC)
            try:
                return os.read(descriptor, size)
            finally:
                os.close(descriptor)
        except OSError as problem:
            if problem.errno in _GONE:
                raise NoData(name) from None
            raise

    def owned_record(self, name: str, size: int = 4096) -> tuple[bytes, int]:
        """As `record`, and the user id that owns the file, from the same open file."""
        try:
            descriptor = os.open(self.procfs + "/" + name, os.O_RDONLY | os.O_CLOEXEC)
            try:
                return os.read(descriptor, size), os.fstat(descriptor).st_uid
            finally:
                os.close(descriptor)
        except OSError as problem:
            if problem.errno in _GONE:
                raise NoData(name) from None
            raise

    def network_of(self, pid: int) -> Namespace:
        """What tells the network namespace of a process from another's."""
        link = file = None
        with contextlib.suppress(OSError):
            link = os.readlink("%s/%d/ns/net" % (self.procfs, pid))
        with contextlib.suppress(OSError):
            found = os.stat("%s/%d/net/dev" % (self.procfs, pid))
            file = found.st_dev, found.st_ino
        return Namespace(link, file)

    # -- /sys ----------------------------------------------------------------------------------------------------------

    def attribute(self, name: str) -> str | None:
        """A one-value file of /sys, stripped; None if it is missing or the driver refuses (EIO, EINVAL, ENODATA, …)."""
        try:
            descriptor = os.open(self.sysfs + "/" + _native(name), os.O_RDONLY | os.O_CLOEXEC)
            try:
                return decode(os.read(descriptor, 4096)).strip()
            finally:
                os.close(descriptor)
        except OSError as problem:
            _refused(problem)
            return None

    def attributes(self, directory: str, names: Iterable[str], size: int = 4096) -> dict[str, str]:
        """As `attribute`, of several files of one directory; without those that are missing or refused.

        A file is one record, read at once, of at most `size` bytes. The directory is opened once and its path walked
        once: 5 µs a file instead of 8.
        """
        found: dict[str, str] = {}
        try:
            folder = os.open(self.sysfs + "/" + _native(directory), os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
        except OSError as problem:
            _refused(problem)
            return found
        try:
            for name in names:
                try:
                    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
                except OSError as problem:
                    _refused(problem)
                    continue
                try:
                    found[name] = decode(os.read(descriptor, size)).strip()
                except OSError as problem:
                    _refused(problem)
                finally:
                    os.close(descriptor)
        finally:
            os.close(folder)
        return found

    def sys_names(self, name: str) -> list[str]:
        """What a directory of /sys holds, unsorted; empty when it is missing or may not be listed."""
        try:
            return [_text(entry) for entry in self._list(self.sysfs + "/" + _native(name))]
        except NoData:
            return []
        except OSError as problem:
            _refused(problem)
            return []

    def sys_folders(self, name: str) -> list[str]:
        """The directories in one of /sys, sorted, without links; empty when it has none, is missing or refused.

        A directory of the kernel has two links and one more for each directory in it: a leaf is not listed, and most
        are (0.1 ms for a hundred control groups, and 4 ms to list them).
        """
        path = self.sysfs + "/" + _native(name)
        try:
            if os.stat(path).st_nlink == 2:
                return []
            with os.scandir(path) as entries:
                return sorted([_text(entry.name) for entry in entries if entry.is_dir(follow_symlinks=False)])
        except OSError as problem:
            _refused(problem)
            return []

    def sys_target(self, name: str) -> str | None:
        """The path that an entry of /sys leads to once every link is followed, or None when it is missing."""
        path = self.sysfs + "/" + _native(name)
        return _text(os.path.realpath(path)) if os.path.lexists(path) else None

    # -- / -------------------------------------------------------------------------------------------------------------

    def root_file(self, name: str, default: Optional[str] = None) -> str:
        """The text of a file of the host's own root ("etc/passwd"). NoData without it; `default` as in `proc`."""
        try:
            return decode(self._table(self.inside_root(name)))
        except (NoData, OSError) as problem:
            if default is None or isinstance(problem, OSError) and problem.errno in SHORTAGE:
                raise
            return default

    def root_has(self, name: str) -> bool:
        """Whether the host's root holds such a file. False of links in a circle."""
        try:
            return os.path.exists(self.inside_root(name))
        except NoData:
            return False

    def statvfs(self, mount_point: str) -> os.statvfs_result:
        """statvfs(3) of a mount point as the host names it (text with surrogate escapes). May never return."""
        return os.statvfs(_native(mount_point) if self.own_root else self.rootfs + _native(mount_point))

    def inside_root(self, name: str) -> str:
        """Where `name` of the host lies for us: absolute links start again at rootfs, and none leads out of it."""
        if self.own_root:
            return "/" + _native(name).lstrip("/")
        ahead = [part for part in reversed(_native(name).split("/")) if part]
        done: list[str] = []
        links = 0
        while ahead:
            part = ahead.pop()
            if part == ".":
                continue
            if part == "..":
                del done[-1:]
                continue
            path = "/".join([self.rootfs, *done, part])
            try:
                target = os.readlink(path)
            except OSError:
                done.append(part)
                continue
            links += 1
            if links > LINKS_FOLLOWED:
                raise NoData(name)
            if target.startswith("/"):
                done.clear()
            ahead.extend(piece for piece in reversed(target.split("/")) if piece)
        return "/".join([self.rootfs, *done])

    # -- what all of these come down to --------------------------------------------------------------------------------

    def _table(self, path: str) -> bytes:
        """A file of many records, whole, up to TABLE_BYTES."""
        pieces = []
        length = 0
        for piece in self._pieces(path):
            pieces.append(piece)
            length += len(piece)
            if length >= TABLE_BYTES:
                break
        return b"".join(pieces)

    def _pieces(self, path: str) -> Iterator[bytes]:
        """A file of many records: read until empty, because the kernel hands such files out in pieces."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                piece = os.read(descriptor, PIECE_BYTES)
                while piece:
                    yield piece
                    piece = os.read(descriptor, PIECE_BYTES)
            finally:
                os.close(descriptor)
        except OSError as problem:
            if problem.errno in _GONE:
                raise NoData(path) from None
            raise

    def _list(self, path: str) -> list[str]:
        try:
            return os.listdir(path)
        except OSError as problem:
            if problem.errno in _GONE:
                raise NoData(path) from None
            raise
