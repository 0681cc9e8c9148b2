"""process_details: what few ask of a process, from /proc/PID/statm, cmdline and status, and more columns of stat.

    statm      1283 955 842 226 0 139 0      pages: size, resident, shared, text, library, data, dirty
    cmdline    /usr/bin/python3\\0-m\\0glancesd\\0
    status     Name: bash … Gid: 1000 1000 1000 1000 … (a line each; real, effective, saved, file system's)
"""
from __future__ import annotations

import time

from ..parsing import MOST, ParseError, decode
from ..roots import NoData, Roots
from ..typed import Callable, NamedTuple, Optional, TypeVar
from .process_files import MoreTicks, parse_more
from .processes import COMMAND_LINE_BYTES, REFRESH_SECONDS, Process, Sample, helping

# Arguments are kept of this many bytes over all processes; past it each command line is cut to SHORT_BYTES.
ARGUMENTS_BYTES = 8 << 20
SHORT_BYTES = 1 << 10

_STATM_COLUMNS = 7
_ONE_READ = 4096

T = TypeVar("T")


class Pages(NamedTuple):
    """Memory of a process in pages, the seven columns of statm. Library and dirty are 0 since Linux 2.6."""

    size: int
    resident: int
    shared: int
    text: int
    library: int
    data: int
    dirty: int


class Detail(NamedTuple):
    """Of one process, beside what `processes` tells. None: it does not let us see it, or is gone meanwhile."""

    arguments: Optional[tuple[str, ...]]            # () of kernel threads and zombies
    gids: Optional[tuple[int, int, int]]            # real, effective, saved
    pages: Optional[Pages]
    page_bytes: int
    children_user_ticks: Optional[int]              # of children that it has waited for
    children_system_ticks: Optional[int]
    io_wait_ticks: Optional[int]
    last_cpu: Optional[int]


def parse_statm(data: bytes, file: str = "PID/statm") -> Pages:
    """One record of statm. ParseError when it is not seven numbers."""
    columns = data.split()
    try:
        if len(columns) < _STATM_COLUMNS:
            raise ValueError
        pages = Pages(*map(int, columns[:_STATM_COLUMNS]))
        if max(pages) >= MOST:
            raise ValueError
        return pages
    except ValueError:
        raise ParseError(file, 1, "not seven numbers: %.60r" % data) from None


def parse_gids(data: bytes, file: str = "PID/status") -> tuple[int, int, int]:
    """Real, effective and saved group, of the line `Gid:`. ParseError without it."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.startswith(b"Gid:"):
            try:
                real, effective, saved = map(int, line.split()[1:4])
            except ValueError:
                raise ParseError(file, number, "not group ids: %.60r" % line) from None
            return real, effective, saved
    raise ParseError(file, 1, "no group ids: %.60r" % data)


def parse_arguments(data: bytes) -> tuple[str, ...]:
    """The arguments of a cmdline. A title that a process gave itself is one text with blanks: its words."""
    text = data.rstrip(b"\0")
    return tuple(map(decode, text.split(b"\0" if b"\0" in text else None)))


class _Seen:
    """What the sampler knows of one process."""

    __slots__ = ("process", "arguments", "gids", "due", "detail", "bytes")

    def __init__(self, process: Process) -> None:
        self.process = process
        self.arguments: Optional[tuple[str, ...]] = None
        self.gids: Optional[tuple[int, int, int]] = None
        self.due = 0.0                         # when to read arguments and groups again, monotonic seconds
        self.detail: Optional[Detail] = None
        self.bytes = 0                         # of the arguments


class Sampler:
    """Details of every process, again and again.

    A process that did nothing (the very Process of the sample before) is not read again. Arguments and groups are read
    of one that is new or runs another program, and of each now and then.
    State: a Detail for each process of the latest sample.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[int, _Seen] = {}

    def __call__(self, roots: Roots, sample: Optional[Sample]) -> dict[int, Detail]:
        """By pid, for each process of the sample; one that has ended since is as it was, or left out if it was new.

        NoData without any, OSError when descriptors or memory are short.
        """
        if sample is None:
            raise NoData("no processes")
        now = self._clock()
        kept_bytes = sum([seen.bytes for seen in self._seen.values()])
        found, details = {}, {}
        for pid, process in sample.processes.items():
            seen = self._seen.get(pid)
            if seen is None or seen.process.start_ticks != process.start_ticks:
                seen = _Seen(process)
            if seen.detail is None or seen.process is not process or now >= seen.due:
                if now >= seen.due or _program(seen.process) != _program(process):
                    kept_bytes += self._meet(roots, process, seen, now, kept_bytes > ARGUMENTS_BYTES)
                seen.process = process
                seen.detail = _detail(roots, process, seen, sample.page_bytes) or seen.detail
                if seen.detail is None:
                    continue
            found[pid], details[pid] = seen, seen.detail
        self._seen = found
        return details

    @staticmethod
    def _meet(roots: Roots, process: Process, seen: _Seen, now: float, short: bool) -> int:
        """Read what hardly changes; by how many bytes the arguments grew."""
        before = seen.bytes
        status = helping(roots, "%d/status" % process.pid, _ONE_READ)
        seen.gids = _parsed(roots, parse_gids, status, "%d/status" % process.pid)
        data: Optional[bytes] = b""
        if process.virtual_bytes:
            file = "%d/cmdline" % process.pid
            data = helping(roots, file, SHORT_BYTES if short else _ONE_READ)
            if data is not None and len(data) == _ONE_READ:
                data = helping(roots, file, COMMAND_LINE_BYTES)
        seen.arguments = None if data is None else parse_arguments(data)
        seen.bytes = len(data or b"")
        seen.due = now + REFRESH_SECONDS + process.pid % REFRESH_SECONDS
        return seen.bytes - before


def _program(process: Process) -> tuple[str, str]:
    return process.name, process.command_line


def _detail(roots: Roots, process: Process, seen: _Seen, page_bytes: int) -> Optional[Detail]:
    """None of a process that has ended."""
    file = "%d/statm" % process.pid
    pages = _parsed(roots, parse_statm, helping(roots, file, _ONE_READ), file)
    file = "%d/stat" % process.pid
    stat = helping(roots, file, _ONE_READ)                 # behind the other: what is there now was there then
    if stat is None:
        return None
    more = _parsed(roots, parse_more, stat, file) or MoreTicks(None, None, None, None)
    return Detail(seen.arguments, seen.gids, pages, page_bytes, *more)


def _parsed(roots: Roots, parse: Callable[[bytes, str], T], data: Optional[bytes], file: str) -> Optional[T]:
    """What a record says; None without one, and for one that is malformed, which the log is told."""
    try:
        return parse(data, file) if data is not None else None
    except ParseError as problem:
        roots.report(problem)
        return None
