"""commands: how many processes match the items of [monitor], and what their commands print.

A command has COMMAND_SECONDS, no shell, and nobody but the settings file names it. Its process group is killed at its
end, and so are the processes that left the group: they are known by a variable of their environment, or as orphans that
became ours.
"""
from __future__ import annotations

import codecs
import contextlib
import itertools
import os
import select
import signal
import threading
import time

from .. import children
from ..collectors.process_files import parse_stat
from ..parsing import ParseError
from ..roots import NoData, Roots
from ..settings import Monitored
from ..settings.expressions import Expression
from ..typed import Any, Callable, Container, NamedTuple, Optional, Sequence
from .jobs import Job, rested

COMMAND_SECONDS = 5.0
# A command is not run again sooner than this after it began, however often somebody ticks.
COMMAND_AGAIN_SECONDS = 2.0
OUTPUT_BYTES = 4096
# Output beyond what is kept is read and dropped; a command that prints this much has run away.
OUTPUT_MOST_BYTES = 1 << 20

CANNOT_EXECUTE = "Cannot execute command"
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
# Marks the processes of one run, also those that called setsid: a process group does not hold them.
RUN_VARIABLE = "GLANCESD_RUN"
_ENVIRON_BYTES = 65536
# A process of the run may start another between the listing and the kill, and takes a moment to die.
_KILL_ROUNDS = 3
_DYING_SECONDS = 0.01

Run = Callable[[Sequence[str]], "tuple[Optional[int], str]"]


class ProcessUse(NamedTuple):
    """What [monitor] and [amp_…] look at in a process."""

    name: str
    command_line: str
    cpu_percent: Optional[float]
    memory_percent: Optional[float]


class MonitorResult(NamedTuple):
    """An item of [monitor] as the file has it, how many processes match, and what its command printed."""

    description: str
    regex: str
    command: Optional[str]
    countmin: Optional[str]
    countmax: Optional[str]
    count: Optional[int]         # type: ignore[assignment]  # None: not counted yet
    result: str                  # without a command "CPU: 0.0% | MEM: 0.0%"; with one "" while nothing matches


# -- a command ---------------------------------------------------------------------------------------------------------

_runs = itertools.count(1)


def run_command(arguments: Sequence[str], stopping: threading.Event,
                seconds: float = COMMAND_SECONDS) -> tuple[Optional[int], str]:
    """Exit status and the first OUTPUT_BYTES of standard output. No status: it outlasted its time or printed too much.

    No shell, nothing to read, standard error dropped, few variables, a session of its own. What is left of it at the
    end is killed, its process group first. OSError or ValueError when it cannot be started.
    """
    import subprocess  # here, because few have anything to be run

    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment[RUN_VARIABLE] = "%d.%d" % (os.getpid(), next(_runs))
    children.adopt()
    older = frozenset(_pids())
    give_up = time.monotonic() + seconds
    process = children.start(lambda: subprocess.Popen(
        list(arguments), bufsize=0, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd="/", env=environment, start_new_session=True))
    pipe: Any = process.stdout
    try:
        output, whole = _read(pipe.fileno(), give_up, stopping)
        done = whole and _ended(process.pid, give_up, stopping)
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)         # before it is reaped: until then its number is nobody else's
        pipe.close()
        process.wait()
        children.ended(process.pid)
        _kill_left(environment[RUN_VARIABLE], older)
    return process.returncode if done else None, _text(output)


def _read(descriptor: int, give_up: float, stopping: threading.Event) -> tuple[bytes, bool]:
    """What is kept of a pipe, and whether it was read to its end."""
    kept, length = b"", 0
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    while length <= OUTPUT_MOST_BYTES and not stopping.is_set():
        left = give_up - time.monotonic()
        if left <= 0:
            break
        if not poller.poll(int(min(left, 0.1) * 1000) + 1):
            continue
        piece = os.read(descriptor, 65536)
        if not piece:
            return kept, True
        kept += piece[:OUTPUT_BYTES - len(kept)]
        length += len(piece)
    return kept, False


def _ended(pid: int, give_up: float, stopping: threading.Event) -> bool:
    """Wait for the end of a process, and leave it to be reaped."""
    pause = 0.001
    while True:
        try:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return True
        except ChildProcessError:          # whoever started us ignores SIGCHLD: the kernel reaped it
            return True
        if time.monotonic() >= give_up or stopping.wait(pause):
            return False
        pause = min(pause * 2, 0.05)


def _kill_left(run: str, older: Container[int]) -> None:
    """Kill what a run left behind outside its process group: of the younger processes those that carry its variable.

    And the orphans that have wiped their environment, with all that they started.
    """
    for _ in range(_KILL_ROUNDS):
        left = _left(run, older)
        if not left:
            return
        for pid in left:
            children.kill(pid)
        time.sleep(_DYING_SECONDS)


def _left(run: str, older: Container[int]) -> set[int]:
    any_run = b"\0%s=" % RUN_VARIABLE.encode()
    mark = b"%s%s\0" % (any_run, run.encode())
    parents: dict[int, int] = {}                   # of those that carry no variable of a run
    left = set()
    for pid in _pids():
        if pid not in older:
            variables = _environ(pid)
            if mark in variables:
                left.add(pid)
            elif any_run not in variables:
                parents[pid] = _parent(pid)
    if children.adopt():                           # else we have nobody's orphans, or as process 1 everybody's
        left.update([pid for pid, parent in parents.items() if children.is_orphan(pid, parent)])
    more = left
    while more:
        more = {pid for pid, parent in parents.items() if parent in more} - left
        left |= more
    return left


def _parent(pid: int) -> int:
    try:
        return parse_stat(Roots().record("%d/stat" % pid)).parent_pid
    except (NoData, OSError, ParseError):
        return 0


def _pids() -> list[int]:
    """Every process of this daemon's own /proc, whatever host it serves."""
    try:
        return Roots().pids()
    except (NoData, OSError):
        return []


def _environ(pid: int) -> bytes:
    """The environment of a process, each variable between two NULs; empty when it is gone, dead or another user's."""
    try:
        return b"\0" + Roots().record("%d/environ" % pid, _ENVIRON_BYTES)
    except (NoData, OSError):
        return b""


def _text(output: bytes) -> str:
    """UTF-8 with U+FFFD for what is not; a character that the limit cut in two is left out."""
    return codecs.getincrementaldecoder("utf-8")("replace").decode(output, len(output) < OUTPUT_BYTES)


def run_words(command: str, run: Run) -> tuple[Optional[int], str]:
    """As `run`, of a command line: words by the shell's quotes, without a shell. ValueError when they do not match."""
    import shlex  # here, because few have anything to be run

    arguments = shlex.split(command)
    return run(arguments) if arguments else (None, "")


# -- processes by a regular expression ---------------------------------------------------------------------------------


class Matches:
    """The processes whose command line is matched, or with `names` their name. State: a flag for each that there is."""

    def __init__(self, regex: Optional[Expression], names: bool = False) -> None:
        self._regex = regex
        self._names = names
        self._known: dict[tuple[str, str], bool] = {}

    def of(self, processes: list[ProcessUse]) -> list[ProcessUse]:
        """Each command line is searched once, as long as there is a process of it."""
        if self._regex is None:
            return []
        found, known, before = [], {}, self._known
        for process in processes:
            key = (process.command_line, process.name) if self._names else (process.command_line, "")
            known[key] = before[key] if key in before else self._matches(*key)
            if known[key]:
                found.append(process)
        self._known = known
        return found

    def _matches(self, command_line: str, name: str) -> bool:
        regex = self._regex
        return regex is not None and (regex.matches(command_line) or self._names and regex.matches(name))


# -- an item of [monitor] ----------------------------------------------------------------------------------------------


class Command(Job):
    """An item of [monitor]: its count, and its command if it has one."""

    failed = CANNOT_EXECUTE          # no such program; quotes that do not match

    def __init__(self, item: Monitored, run: Run) -> None:
        super().__init__()
        self.item = item
        self.allowed = False
        self._run = run
        self._matches = Matches(item.regex)
        self._count: Optional[int] = None
        self._use = ""
        self._output = ""

    def matching(self, processes: list[ProcessUse]) -> list[ProcessUse]:
        """Those that match. Slow beside the rest: called without the lock."""
        return self._matches.of(processes)

    def look(self, found: list[ProcessUse]) -> None:
        """Take the matching processes; called with the lock."""
        self._count, self._use = len(found), _use_text(found)
        if not found:
            self._output = ""

    def result(self) -> MonitorResult:
        item = self.item
        text = self._use
        if item.command:
            text = self._output if self.allowed or not self._count else CANNOT_EXECUTE
        return MonitorResult(item.description, item.pattern, item.command, item.countmin, item.countmax,
                             self._count, text)

    @property
    def uncounted(self) -> bool:
        return self._count is None

    def wanted(self) -> bool:
        return bool(self.item.command and self.allowed and self._count)

    def work(self) -> str:
        status, output = run_words(self.item.command or "", self._run)
        if status is None:
            return CANNOT_EXECUTE
        return output if status == 0 else "Error: %s" % self.item.command

    def keep(self, outcome: str) -> None:
        if self._count:                # else the processes that it was run for are gone
            self._output = outcome

    def again(self, began: float, ended: float) -> float:
        return rested(began, ended, COMMAND_AGAIN_SECONDS)


def _use_text(processes: Sequence[ProcessUse]) -> str:
    return "CPU: %.1f%% | MEM: %.1f%%" % (sum(process.cpu_percent or 0.0 for process in processes),
                                          sum(process.memory_percent or 0.0 for process in processes))
