"""processes: what each process is and what it used, from /proc/PID/stat and io, and now and then cmdline and status.

What these files look like is in process_files.
"""
from __future__ import annotations

import sys
import time
from array import array

from ..delta import LATE_SECONDS, MOST_BYTES_PER_SECOND, increase, rate
from ..parsing import ParseError, decode
from ..roots import SHORTAGE, NoData, Roots
from ..typed import Callable, Mapping, NamedTuple, Optional, Sequence
from .cpu import TICKS_PER_SECOND, listed_cpus
from .memory import Memory
from .process_files import (
    Record,
    is_kernel_thread,
    is_title,
    parse_command_line,
    parse_io,
    parse_stat,
    parse_status_uid,
    program_name,
)
from .users import Users

ONLINE_CPUS = "devices/system/cpu/online"
# Command line and user are read again after this many seconds, plus pid modulo as many: never all in one sample.
REFRESH_SECONDS = 60
# A command line is kept whole up to 128 KiB; cut to 1024 characters while all that are kept take more than 8 MiB.
COMMAND_LINE_BYTES = 128 << 10
COMMAND_LINES_BYTES = 8 << 20
SHORT_COMMAND_LINE = 1 << 10

_ONE_READ = 4096
_USUAL_PAGE_BYTES = 4096
_UNKNOWN_OWNER = 0
# The user and the system ticks are each cut to whole ones: so much too many may an increase of their sum be.
_ROUNDING_TICKS = 2


class Process(NamedTuple):
    """One process. `pid` and `start_ticks` together tell it from every other since boot."""

    pid: int
    parent_pid: int
    name: str                          # of its program, without the options of a title that it gave itself
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

    @property
    def program(self) -> str:
        """The command line without its arguments: up to its first blank, tab or newline."""
        return _bare_word(self.command_line)

    @property
    def bare_name(self) -> str:
        """The name without anything that may be an argument: of a title its first word."""
        words = self.name.split()
        if not words or len(words) > 1 and not is_title(self.name, self.command_line):
            return self.name
        return "?" if self.name.startswith("-") else _bare_word(self.name) or "?"


class Sample(NamedTuple):
    """Every process, and what a comparison with an earlier sample needs beside them."""

    processes: Mapping[int, Process]                   # by pid, ascending
    # Monotonic seconds: just before the first was read, and just after each, as of thousands the last is read long
    # after the first.
    read_at: Sequence[float] = ()
    cpus: Optional[int] = None                         # online, in the last minute; None: not known
    page_bytes: int = _USUAL_PAGE_BYTES


class Activity(NamedTuple):
    """What one process did in a window. `…_before`: its counters at the start of it, None where not permitted."""

    process: Process
    cpu_percent: float                 # of one CPU: several threads exceed 100
    read_bytes_before: Optional[int]
    written_bytes_before: Optional[int]


class Sampler:
    """Samples every process.

    A process whose stat and io have the same hash as in the sample before has done nothing: its Process is that very
    object. (The hash is keyed and has 64 bits, 32 on a 32-bit Python: one change in billions waits for the next.)
    Command line and user are read when a process is new or takes another name, once more in the sample after that, and
    every REFRESH_SECONDS or so.
    State: the latest sample, three numbers for each process of it, and the names of their users. Numbers lie in arrays:
    the objects of many processes that came and went lie among what stays, and keep its pages from the kernel.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._before = Sample({})
        # Of each process of it: the hash of its stat and io, that of its name in stat, and when to read it whole again.
        self._hashes = array("q")
        self._comms = array("q")
        self._due = array("d")
        self._users = Users(clock)
        self._page_bytes = _USUAL_PAGE_BYTES
        self._cpus: Optional[int] = None
        self._count_cpus_at = 0.0
        self._command_lines_bytes = 0
        self._met: dict[str, str] = {}         # texts of this sample: those that come at once are often of one program

    def __call__(self, roots: Roots, memory: Optional[Memory] = None) -> Sample:
        """Every process. One that ended meanwhile, or is malformed, is left out; the error of one if all of them are.

        OSError when descriptors or memory are short.
        """
        if memory is not None:
            self._page_bytes = memory.page_bytes
        before = self._before.processes
        self._command_lines_bytes = sum(map(sys.getsizeof, [process.command_line for process in before.values()]))
        clock = self._clock
        began = now = clock()
        read_at, hashes, comms, due = array("d", (began,)), array("q"), array("q"), array("d")
        if began >= self._count_cpus_at:
            self._cpus = _count_cpus(roots)
            self._count_cpus_at = began + REFRESH_SECONDS
        places = {pid: place for place, pid in enumerate(before)}
        found: dict[int, Process] = {}
        problem: Optional[Exception] = None
        for pid in roots.pids():
            try:
                process, content, comm, due_at = self._look(roots, pid, places.get(pid), now)
            except (NoData, PermissionError):      # hidepid=1 lists processes and refuses their files
                continue
            except ParseError as malformed:
                roots.report(malformed)
                problem = malformed
                continue
            except OSError as refused:
                if refused.errno in SHORTAGE:
                    raise
                problem = refused
                continue
            now = clock()
            read_at.append(now)
            found[process.pid] = process
            hashes.append(content)
            comms.append(comm)
            due.append(due_at)
        self._met.clear()
        if problem is not None and not found:
            raise problem
        self._before = sample = Sample(found, read_at, self._cpus, self._page_bytes)
        self._hashes, self._comms, self._due = hashes, comms, due
        return sample

    def _look(self, roots: Roots, pid: int, place: Optional[int], now: float) -> tuple[Process, int, int, float]:
        """A process, both hashes, and when it is due; `place`: in the sample before."""
        file = "%d/stat" % pid
        if place is None or now >= self._due[place]:
            record, owner = roots.owned_record(file)
            return self._meet(roots, pid, place, record, owner, now)
        before = self._before.processes[pid]
        record = roots.record(file)
        io = helping(roots, "%d/io" % pid) if before.read_bytes is not None else None
        content, comm = hash((record, io)), self._comms[place]
        if content == self._hashes[place]:
            return before, content, comm, self._due[place]
        stat = parse_stat(record, file)
        renamed = hash(stat.comm) != comm
        # Kernel workers take another name whenever they take up other work.
        if stat.start_ticks != before.start_ticks or (renamed and stat.virtual_bytes):
            return self._meet(roots, pid, place, record, _UNKNOWN_OWNER, now)
        name, command_line = before.name, before.command_line
        if not stat.virtual_bytes:
            command_line = ""
            if renamed:
                name = decode(stat.comm) if is_kernel_thread(record) else program_name(stat.comm, b"")
        process = self._process(roots, pid, stat, name, command_line, before.user, io)
        return process, content, hash(stat.comm), self._due[place]

    def _meet(self, roots: Roots, pid: int, place: Optional[int], record: bytes, owner: int,
              now: float) -> tuple[Process, int, int, float]:
        """Everything about a process that is new, that runs another program, or whose refresh is due."""
        stat = parse_stat(record, "%d/stat" % pid)
        io = helping(roots, "%d/io" % pid)
        content, comm = hash((record, io)), hash(stat.comm)
        arguments = _arguments(roots, pid) if stat.virtual_bytes else b""
        command_line = parse_command_line(arguments)
        before = self._before.processes.get(pid)
        if before is not None:
            self._command_lines_bytes -= sys.getsizeof(before.command_line)
        if self._command_lines_bytes > COMMAND_LINES_BYTES:
            command_line = command_line[:SHORT_COMMAND_LINE]
        self._command_lines_bytes += sys.getsizeof(command_line)
        name = decode(stat.comm) if is_kernel_thread(record) else program_name(stat.comm, arguments)
        # Root owns the files of a process that may not be dumped, such as one whose real and effective ids differ.
        uid = owner if roots.live and owner != _UNKNOWN_OWNER else _real_uid(roots, pid)
        user = "?" if uid is None else self._users.name(roots, uid)
        name, command_line = [self._met.setdefault(text, text) for text in (name, command_line)]
        process = self._process(roots, pid, stat, name, command_line, user, io)
        # Between fork and exec a process has its parent's command line, within exec its new name and none: what came or
        # changed since the sample before is read again in the next.
        same = not self._before.processes
        if place is not None and before is not None:
            same = (before.start_ticks, self._comms[place]) == (stat.start_ticks, comm)
            if process == before and content == self._hashes[place]:
                process = before
        return process, content, comm, now + REFRESH_SECONDS + pid % REFRESH_SECONDS if same else now

    def _process(self, roots: Roots, pid: int, stat: Record, name: str, command_line: str, user: str,
                 io: Optional[bytes]) -> Process:
        read_bytes, written_bytes = None, None
        if io is not None:
            try:
                read_bytes, written_bytes = parse_io(io, "%d/io" % pid)
            except ParseError as malformed:
                roots.report(malformed)
        return Process(pid, stat.parent_pid, name, command_line, user, stat.state, stat.nice, stat.threads,
                       stat.start_ticks, stat.user_ticks, stat.system_ticks, stat.resident_pages * self._page_bytes,
                       stat.virtual_bytes, read_bytes, written_bytes)


def derive(now: Sample, before: Optional[Sample], elapsed: float) -> list[Activity]:
    """What each process did between two samples, in the order of `now`.

    One that started since the sample before did all that it has done in the window. One that was there and was not
    seen (hidden, malformed) has done nothing yet.
    """
    activities = []
    earlier = before.processes if before is not None else {}
    earlier_places: dict[int, int] = {}
    newest: Optional[int] = None
    most = MOST_BYTES_PER_SECOND * (elapsed + LATE_SECONDS)
    for place, (pid, process) in enumerate(now.processes.items()):
        previous = earlier.get(pid)
        if before is None or previous is process:
            activities.append(Activity(process, 0.0, process.read_bytes, process.written_bytes))
            continue
        if previous is None or previous.start_ticks != process.start_ticks:
            if newest is None:
                newest = max([other.start_ticks for other in earlier.values()], default=0)
            previous = process if process.start_ticks < newest else _as_it_started(process)
        window = elapsed                # of this process: from before it was read to after it was read again
        if now.read_at and before.read_at:
            earlier_places = earlier_places or {pid: place for place, pid in enumerate(earlier)}
            window = now.read_at[place + 1] - before.read_at[earlier_places.get(pid, 0)]
        activities.append(Activity(process, _cpu_percent(now.cpus, process, previous, window),
                                   _at_start(process.read_bytes, previous.read_bytes, most),
                                   _at_start(process.written_bytes, previous.written_bytes, most)))
    return activities


def _bare_word(text: str) -> str:
    """What stands before the first blank of any kind, or "="; "" before a blank at the beginning.

    A title may be an option alone: "--token=SECRET".
    """
    return text.split(None, 1)[0].partition("=")[0] if text and not text[0].isspace() else ""


def _as_it_started(process: Process) -> Process:
    nothing = None if process.read_bytes is None else 0
    return process._replace(user_ticks=0, system_ticks=0, read_bytes=nothing, written_bytes=nothing)


def _cpu_percent(cpus: Optional[int], process: Process, previous: Process, elapsed: float) -> float:
    """Of one CPU."""
    ticks = (increase(process.user_ticks, previous.user_ticks)
             + increase(process.system_ticks, previous.system_ticks))
    full = elapsed * TICKS_PER_SECOND                  # of one CPU
    if cpus is not None and ticks > (full + _ROUNDING_TICKS) * cpus:
        return 0.0                     # more than all CPUs can have done: its counters were set, not counted
    threads = max(process.threads, previous.threads)
    if full * threads < ticks <= full * threads + _ROUNDING_TICKS:
        return 100.0 * threads
    return round(rate(ticks, elapsed) * 100 / TICKS_PER_SECOND, 1)


def _at_start(now: Optional[int], before: Optional[int], most: float) -> Optional[int]:
    """The counter at the start of the window, such that the difference is its increase, which is `most` at most."""
    return None if now is None else now - increase(now, before, most)


def _count_cpus(roots: Roots) -> Optional[int]:
    return len(listed_cpus(roots.attribute(ONLINE_CPUS), ONLINE_CPUS, roots.report) or ()) or None


def helping(roots: Roots, name: str, size: int = _ONE_READ) -> Optional[bytes]:
    """A record that only helps; None when it is missing (io: a kernel that does not count it) or refused.

    OSError when descriptors or memory are short.
    """
    try:
        return roots.record(name, size)
    except NoData:
        return None
    except OSError as problem:
        if problem.errno in SHORTAGE:
            raise
        return None


def _arguments(roots: Roots, pid: int) -> bytes:
    """cmdline as it is, up to COMMAND_LINE_BYTES."""
    file = "%d/cmdline" % pid
    data = helping(roots, file) or b""
    return data if len(data) < _ONE_READ else helping(roots, file, COMMAND_LINE_BYTES) or b""


def _real_uid(roots: Roots, pid: int) -> Optional[int]:
    file = "%d/status" % pid
    record = helping(roots, file)
    try:
        return parse_status_uid(record, file) if record is not None else None
    except ParseError as malformed:
        roots.report(malformed)
        return None
