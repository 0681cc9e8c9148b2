"""folders: the sizes of the directories of [folders].

A walk has FOLDER_SECONDS, and is repeated so seldom that it takes 2 % of one core at most.
"""
from __future__ import annotations

import errno
import os

from ..settings import Folder
from ..typed import Any, Callable, NamedTuple, Optional
from .jobs import Job

FOLDER_SECONDS = 10.0
FOLDER_ENTRIES = 1000000
# Each level holds two descriptors.
FOLDER_DEPTH = 50
FOLDER_AGAIN_SECONDS = 60.0
# A walk is repeated after this many times its own length: 500 s after one of ten seconds.
FOLDER_REST = 50.0


class FolderSize(NamedTuple):
    """An item of [folders] as the file has it, and its size."""

    path: str
    careful: Optional[str]
    warning: Optional[str]
    critical: Optional[str]
    size: Optional[int]          # bytes; negative: the errno of what kept it from being measured; None: not yet


class Walk(Job):
    """An item of [folders]."""

    failed = -errno.EIO

    def __init__(self, folder: Folder, measure: Callable[[str], int]) -> None:
        super().__init__()
        self.item = folder
        self._measure = measure
        self._size: Optional[int] = None

    def result(self) -> FolderSize:
        item = self.item
        return FolderSize(item.path, item.careful, item.warning, item.critical, self._size)

    def work(self) -> int:
        return self._measure(self.item.path)

    def keep(self, outcome: int) -> None:
        self._size = outcome

    def again(self, began: float, ended: float) -> float:
        return ended + max(FOLDER_AGAIN_SECONDS, FOLDER_REST * (ended - began))


def folder_size(path: str, expired: Callable[[], bool]) -> int:
    """Bytes of the regular files below a directory: their lengths, a file of two names counted twice, as in Glances.

    Symbolic links below it are not followed and other file systems (by st_dev: also subvolumes) not entered. Negative
    when it cannot be measured: the errno of the directory that refused, ETIMEDOUT when `expired()` and EFBIG when a
    bound ended the walk, because a part is no size.
    """
    total = entries = 0
    above: list[tuple[int, Any]] = []
    try:
        _enter(above, os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        device = os.fstat(above[0][0]).st_dev
        while above:
            directory, listing = above[-1]
            entry = next(listing, None)
            if entry is None:
                _leave(above)
                continue
            entries += 1
            if entries > FOLDER_ENTRIES:
                return -errno.EFBIG
            if entries % 64 == 0 and expired():
                return -errno.ETIMEDOUT
            try:
                if entry.is_file(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
                elif entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_dev == device:
                    if len(above) >= FOLDER_DEPTH:
                        return -errno.EFBIG
                    # Below its open parent, and no link: nobody can move the walk elsewhere meanwhile.
                    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
                    _enter(above, os.open(entry.name, flags, dir_fd=directory))
            except (FileNotFoundError, NotADirectoryError):        # gone or another thing since it was listed
                continue
        return total
    except OSError as problem:
        return -(problem.errno or errno.EIO)
    except ValueError:                                             # a NUL in the path
        return -errno.EINVAL
    finally:
        while above:
            _leave(above)


def _enter(above: list[tuple[int, Any]], directory: int) -> None:
    try:
        above.append((directory, os.scandir(directory)))
    except OSError:
        os.close(directory)
        raise


def _leave(above: list[tuple[int, Any]]) -> None:
    directory, listing = above.pop()
    listing.close()
    os.close(directory)
