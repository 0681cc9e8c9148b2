"""processes: what each process is and what it used, from /proc/PID/stat and io, and now and then cmdline and status.

    stat       2649 (bash) S 2648 2649 2649 0 -1 4194560 4084 129062 0 43 1 4 205 629 20 0 1 0 163277 5251072 955 …
    fields     1-4 pid, name, state, parent; 14, 15 user and system ticks; 19 nice; 20 threads; 22 start ticks;
               23 virtual bytes; 24 resident pages
    io         rchar: 121474743 … read_bytes: 66408448, write_bytes: 1130496 … (a line each)
    cmdline    /usr/bin/python3\\0-m\\0glancesd\\0
    status     Name: bash … Uid: 1000 1000 1000 1000 … (a line each; real, effective, saved, file system's)
"""
from __future__ import annotations

import os
import pwd
import sys
import time
from typing import Callable, Mapping, NamedTuple, Optional

from ..delta import increase, rate
from ..patience import Patience
from ..roots import NoData, ParseError, Roots, decode
from .memory import Memory

PID_MAX = "sys/kernel/pid_max"
PASSWD_FILE = "etc/passwd"
# USER_HZ: the unit of every tick that /proc shows, whatever the kernel's own clock (alpha excepted).
TICKS_PER_SECOND = 100
# What a process hardly changes is read again after this, and by pid up to as long again later, never all in one sample.
REFRESH_SECONDS = 60
# A command line is kept whole up to 128 KiB; cut to 1024 characters while all that are kept take more than 8 MiB.
COMMAND_LINE_BYTES = 128 << 10
COMMAND_LINES_BYTES = 8 << 20
SHORT_COMMAND_LINE = 1 << 10

_ONE_READ = 4096
_USUAL_PAGE_BYTES = 4096
_UNKNOWN_OWNER = 0
# TASK_COMM_LEN - 1: a name so long may have been cut by the kernel.
_COMM_BYTES = 15
# NAME_MAX: what is longer is a title that the process gave itself, not a file's name.
_FILE_NAME_BYTES = 255
# Columns of stat behind the name: proc(5) numbers them from 1, with the state as number 3.
_STATE, _PARENT, _USER_TICKS, _SYSTEM_TICKS, _NICE, _THREADS, _START, _VIRTUAL, _RESIDENT, _COLUMNS = (
    0, 1, 11, 12, 16, 17, 19, 20, 21, 22)


class Record(NamedTuple):
    """/proc/PID/stat, as far as it is used."""

    comm: bytes              # as the kernel keeps it: at most 15 bytes for user processes, any bytes
    state: str
    parent_pid: int
    nice: int
    threads: int
    start_ticks: int         # since boot
    user_ticks: int
    system_ticks: int
    resident_pages: int
    virtual_bytes: int


class Process(NamedTuple):
    """One process. `pid` and `start_ticks` together tell it from every other since boot."""

    pid: int
    parent_pid: int
    name: str                          # of stat; of the first argument where the kernel cut it
    command_line: str                  # arguments joined by one space; empty: kernel threads, zombies
    user: str                          # name of the real user id, the number where it has none
    state: str                         # the kernel's letter: R S D T t Z X I
    nice: int
    threads: int
    start_ticks: int                   # since boot
    user_ticks: int
    system_ticks: int
    resident_bytes: int                # as stat has it: off by some pages for each CPU since Linux 6.2
    virtual_bytes: int                 # 0: no memory of its own, a kernel thread or a zombie
    read_bytes: Optional[int]          # from storage, since it started; None = not permitted
    written_bytes: Optional[int]


class Activity(NamedTuple):
    """What one process did in a window. `…_before`: its counters at the start of it, None where not permitted."""

    process: Process
    cpu_percent: float                 # of one CPU: several threads exceed 100
    read_bytes_before: Optional[int]
    written_bytes_before: Optional[int]
    elapsed_seconds: float


def parse_stat(data: bytes, file: str = "PID/stat") -> Record:
    """One record of stat. ParseError when it is not `pid (name) state numbers`."""
    # The last parenthesis ends the name: it may hold some itself, and spaces, and newlines.
    head, _, tail = data.rpartition(b")")
    columns = tail.split(None, _COLUMNS)
    start = head.find(b"(")
    if start < 0 or len(columns) < _COLUMNS or len(columns[_STATE]) != 1:
        raise ParseError(file, 1, "not a process and its columns: %.60r" % data)
    try:
        return Record(head[start + 1:], decode(columns[_STATE]), int(columns[_PARENT]), int(columns[_NICE]),
                    int(columns[_THREADS]), int(columns[_START]), int(columns[_USER_TICKS]),
                    int(columns[_SYSTEM_TICKS]), int(columns[_RESIDENT]), int(columns[_VIRTUAL]))
    except ValueError:
        raise ParseError(file, 1, "a column is not a number: %.60r" % data) from None


def parse_io(data: bytes, file: str = "PID/io") -> tuple[int, int]:
    """What a process made storage read and write: the fields read_bytes and write_bytes. ParseError without them."""
    words = data.split()
    counters = dict(zip(words[::2], words[1::2]))
    try:
        return int(counters[b"read_bytes:"]), int(counters[b"write_bytes:"])
    except (KeyError, ValueError):
        raise ParseError(file, 1, "no read_bytes and write_bytes: %.60r" % data) from None


def parse_status_uid(data: bytes, file: str = "PID/status") -> int:
    """The real user id, first of the line `Uid:`. ParseError without it."""
    # status escapes a newline in the name (stat does not), so that no process can forge the line.
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.startswith(b"Uid:"):
            try:
                return int(line.split()[1])
            except (IndexError, ValueError):
                raise ParseError(file, number, "not a user id: %.60r" % line) from None
    raise ParseError(file, 1, "no user id: %.60r" % data)


def parse_command_line(data: bytes) -> str:
    """Arguments joined by one space. Empty ones are dropped: a title of setproctitle(3) is padded with them."""
    return decode(b" ".join(filter(None, data.split(b"\0"))))


def parse_passwd(text: str) -> dict[int, str]:
    """User names by id, the first of each as getpwuid(3). Lines that are no entry (comments, NIS) are passed over."""
    names: dict[int, str] = {}
    for row in text.split("\n"):
        columns = row.split(":")
        if len(columns) > 2 and columns[2].isdecimal() and not row.startswith((":", "#")):
            names.setdefault(int(columns[2]), columns[0])
    return names


def sample_pid_max(roots: Roots) -> Optional[int]:
    """How many process ids the kernel gives out: /proc/sys/kernel/pid_max. None when that is not a number."""
    text = roots.proc(PID_MAX).strip()
    return int(text) if text.isdecimal() else None


class Sampler:
    """Every process, again and again.

    A process that did nothing has the same stat and io to the byte: its Process is the very one of the sample before.
    What hardly changes (command line, user) is read of one that is new or takes another name, and of each now and then.
    State: those two records and a Process for each pid of the latest sample, and the names of their users.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[int, _Seen] = {}
        self._users = _Users(clock)
        self._page_bytes = _USUAL_PAGE_BYTES
        self._command_lines_bytes = 0

    def __call__(self, roots: Roots, memory: Optional[Memory] = None) -> dict[int, Process]:
        """Processes by pid, ascending. One that ended meanwhile or is malformed is left out; ParseError if all are."""
        if memory is not None:
            self._page_bytes = memory.page_bytes
        self._command_lines_bytes = sum(sys.getsizeof(seen.process.command_line) for seen in self._seen.values())
        now = self._clock()
        found = {}
        malformed = None
        for pid in roots.pids():
            try:
                found[pid] = self._look(roots, pid, self._seen.get(pid), now)
            except (NoData, PermissionError):      # hidepid=1 lists processes and refuses their files
                continue
            except ParseError as problem:
                malformed = problem
        if malformed is not None and not found:
            raise malformed
        self._seen = found
        return {pid: seen.process for pid, seen in found.items()}

    def _look(self, roots: Roots, pid: int, seen: Optional[_Seen], now: float) -> _Seen:
        file = "%d/stat" % pid
        if seen is None or now >= seen.due:
            record, owner = roots.owned_record(file)
            return self._meet(roots, pid, record, owner, now)
        record = roots.record(file)
        io = _io(roots, pid) if seen.io is not None else None
        if record == seen.record and io == seen.io:
            return seen
        stat = parse_stat(record, file)
        process = seen.process
        # Kernel workers take another name whenever they take up other work.
        if stat.start_ticks != process.start_ticks or (stat.comm != seen.comm and stat.virtual_bytes):
            return self._meet(roots, pid, record, _UNKNOWN_OWNER, now)
        name, command_line = process.name, process.command_line
        if not stat.virtual_bytes:
            name, command_line = decode(stat.comm), ""
        seen.process = self._process(pid, stat, name, command_line, process.user, io)
        seen.record, seen.io, seen.comm = record, io, stat.comm
        return seen

    def _meet(self, roots: Roots, pid: int, record: bytes, owner: int, now: float) -> _Seen:
        """All about a process that is new, that runs another program, or that was last met long ago."""
        stat = parse_stat(record, "%d/stat" % pid)
        io = _io(roots, pid)
        arguments = _arguments(roots, pid) if stat.virtual_bytes else b""
        command_line = parse_command_line(arguments)
        if pid in self._seen:
            self._command_lines_bytes -= sys.getsizeof(self._seen[pid].process.command_line)
        if self._command_lines_bytes > COMMAND_LINES_BYTES:
            command_line = command_line[:SHORT_COMMAND_LINE]
        self._command_lines_bytes += sys.getsizeof(command_line)
        # Root owns the files of a process that may not be dumped, such as one whose real and effective ids differ.
        uid = owner if roots.live and owner != _UNKNOWN_OWNER else _real_uid(roots, pid)
        user = "?" if uid is None else self._users.name(roots, uid)
        process = self._process(pid, stat, _name(stat.comm, arguments), command_line, user, io)
        return _Seen(record, io, stat.comm, process, now + REFRESH_SECONDS + pid % REFRESH_SECONDS)

    def _process(self, pid: int, stat: Record, name: str, command_line: str, user: str, io: Optional[bytes]) -> Process:
        read_bytes, written_bytes = parse_io(io, "%d/io" % pid) if io is not None else (None, None)
        return Process(pid, stat.parent_pid, name, command_line, user, stat.state, stat.nice, stat.threads,
                       stat.start_ticks, stat.user_ticks, stat.system_ticks, stat.resident_pages * self._page_bytes,
                       stat.virtual_bytes, read_bytes, written_bytes)


def derive(now: Mapping[int, Process], before: Optional[Mapping[int, Process]], elapsed: float) -> list[Activity]:
    """What each process did between two samples, in the order of `now`; one that is new has done nothing yet."""
    activities = []
    before = before or {}
    for pid, process in now.items():
        previous = before.get(pid)
        if previous is process or previous is None or previous.start_ticks != process.start_ticks:
            activities.append(Activity(process, 0.0, process.read_bytes, process.written_bytes, elapsed))
            continue
        ticks = (increase(process.user_ticks, previous.user_ticks)
                 + increase(process.system_ticks, previous.system_ticks))
        activities.append(Activity(process, round(rate(ticks, elapsed) * 100 / TICKS_PER_SECOND, 1),
                                   _at_start(process.read_bytes, previous.read_bytes),
                                   _at_start(process.written_bytes, previous.written_bytes), elapsed))
    return activities


def _at_start(now: Optional[int], before: Optional[int]) -> Optional[int]:
    """The counter at the start of the window, such that the difference is its increase."""
    return None if now is None else now - increase(now, before)


class _Seen:
    """What the sampler knows of a process: its stat and io as read, and what it made of them."""

    __slots__ = ("record", "io", "comm", "process", "due")

    def __init__(self, record: bytes, io: Optional[bytes], comm: bytes, process: Process, due: float) -> None:
        self.record = record
        self.io = io                   # None: not permitted, or a kernel without it
        self.comm = comm
        self.process = process
        self.due = due                 # when to read it whole again, monotonic seconds


class _Users:
    """Names of user ids: from etc/passwd, else, for this very machine, from whatever its name service knows."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._names: dict[int, str] = {}
        self._until = 0.0
        self._patience = Patience()
        self._ask_service = True

    def name(self, roots: Roots, uid: int) -> str:
        """The user's name, or the number as text."""
        if self._clock() >= self._until:
            try:
                self._names = parse_passwd(roots.root_file(PASSWD_FILE))
            except (NoData, OSError):
                self._names = {}
            self._until = self._clock() + REFRESH_SECONDS
            self._ask_service = roots.live and roots.own_root
        if uid not in self._names:
            known = self._ask(uid) if self._ask_service else None
            self._names[uid] = known or str(uid)
        return self._names[uid]

    def _ask(self, uid: int) -> Optional[str]:
        answer = self._patience.run({str(uid): lambda: pwd.getpwuid(uid).pw_name})[str(uid)]
        if answer.late:                # a directory whose server is down takes minutes for each: ask no more then
            self._ask_service = False
        return None if answer.value is None else decode(os.fsencode(answer.value))


def _io(roots: Roots, pid: int) -> Optional[bytes]:
    """The record of io; None when not permitted, and on a kernel without CONFIG_TASK_IO_ACCOUNTING."""
    try:
        return roots.record("%d/io" % pid)
    except (NoData, PermissionError):
        return None


def _arguments(roots: Roots, pid: int) -> bytes:
    """cmdline as it is, up to COMMAND_LINE_BYTES."""
    file = "%d/cmdline" % pid
    try:
        data = roots.record(file, _ONE_READ)
        return data if len(data) < _ONE_READ else roots.record(file, COMMAND_LINE_BYTES)
    except (NoData, PermissionError):
        return b""


def _real_uid(roots: Roots, pid: int) -> Optional[int]:
    file = "%d/status" % pid
    try:
        return parse_status_uid(roots.record(file), file)
    except (NoData, PermissionError):
        return None


def _name(comm: bytes, arguments: bytes) -> str:
    """The kernel's name, or the file name of the first argument where the kernel's is the cut beginning of that."""
    if len(comm) >= _COMM_BYTES:
        program = arguments.partition(b"\0")[0].rpartition(b"/")[2]
        if len(program) <= _FILE_NAME_BYTES and program.startswith(comm):
            return decode(program)
    return decode(comm)
