"""tasks: what would keep a request waiting: the commands of [monitor] and the sizes of [folders].

    tick(processes)          the ticker: count who matches, mark what is due, start the thread if there is work
    monitored(), folders()   a request: the latest results, at once

One thread takes what is due in turn, commands first, and ends when nothing is left. A command has five seconds and a
folder ten; what a dead file system keeps for longer holds its thread, and another one goes on with the rest.
"""
from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import signal
import threading
import time
from typing import Any, Callable, Iterable, NamedTuple, Optional, Pattern, Sequence, Union

from .roots import Roots
from .settings import Folder, Monitored

COMMAND_SECONDS = 5.0
# A command is not run again sooner than this after it began, however often somebody ticks.
COMMAND_AGAIN_SECONDS = 2.0
OUTPUT_BYTES = 4096
# Output beyond what is kept is read and dropped; a command that prints this much has run away.
OUTPUT_MOST_BYTES = 1 << 20
# A user of the machine chooses its command line, and a search holds the interpreter: `a.*b` in a line of a's takes
# time with the square of its length (0.2 s for this much).
SEARCHED_CHARACTERS = 16384

FOLDER_SECONDS = 10.0
FOLDER_ENTRIES = 1000000
# Each level holds two descriptors.
FOLDER_DEPTH = 50
FOLDER_AGAIN_SECONDS = 60.0
# A walk of ten seconds is repeated only after 500: walking takes 2 % of one core's time at most.
FOLDER_REST = 50.0
NO_PERMISSION = "!"
NOT_MEASURED = "?"

# Longer than anything that is bounded takes: a job under way for so long is in a call that does not return.
STUCK_SECONDS = 15.0

CANNOT_EXECUTE = "Cannot execute command"
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")

Size = Union[int, str, None]


class ProcessUse(NamedTuple):
    """What [monitor] looks at in a process."""

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
    count: int                   # type: ignore[assignment]
    result: str                  # without a command "CPU: 0.0% | MEM: 0.0%"; with one "" while nothing matches


class FolderSize(NamedTuple):
    """An item of [folders] as the file has it, and its size."""

    path: str
    careful: Optional[str]
    warning: Optional[str]
    critical: Optional[str]
    size: Size                   # bytes, "!" (no permission), "?" (other trouble, or too long a walk), None (not yet)


# -- the two kinds of work ---------------------------------------------------------------------------------------------


def run_command(arguments: Sequence[str], stopping: threading.Event,
                seconds: float = COMMAND_SECONDS) -> tuple[Optional[int], str]:
    """Exit status and the first OUTPUT_BYTES of standard output. No status: it outlasted its time or printed too much.

    No shell, nothing to read, standard error dropped, few variables, a session of its own; whatever of its process
    group is left at the end is killed. OSError or ValueError when it cannot be started.
    """
    import subprocess  # here, because few have anything to be run

    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    give_up = time.monotonic() + seconds
    process = subprocess.Popen(list(arguments), bufsize=0, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, cwd="/", env=environment, start_new_session=True)
    pipe: Any = process.stdout
    try:
        output, whole = _read(pipe.fileno(), give_up, stopping)
        done = whole and _ended(process.pid, give_up, stopping)
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)         # before it is reaped: until then its number is nobody else's
        pipe.close()
        process.wait()
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


def _text(output: bytes) -> str:
    """UTF-8 with U+FFFD for what is not; a character that the limit cut in two is left out."""
    return codecs.getincrementaldecoder("utf-8")("replace").decode(output, len(output) < OUTPUT_BYTES)


def folder_size(path: str, expired: Callable[[], bool]) -> Union[int, str]:
    """Bytes of the regular files below a directory: their lengths, a file of two names counted twice, as in Glances.

    Symbolic links below it are not followed and other file systems (by st_dev: also subvolumes) not entered. "!" when a
    directory in it may not be read; "?" for other trouble and when `expired()` or a bound ends the walk: a part is no
    size.
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
            if entries > FOLDER_ENTRIES or (entries % 64 == 0 and expired()):
                return NOT_MEASURED
            try:
                if entry.is_file(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
                elif entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_dev == device:
                    if len(above) >= FOLDER_DEPTH:
                        return NOT_MEASURED
                    # Below its open parent, and no link: nobody can move the walk elsewhere meanwhile.
                    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
                    _enter(above, os.open(entry.name, flags, dir_fd=directory))
            except (FileNotFoundError, NotADirectoryError):        # gone or another thing since it was listed
                continue
        return total
    except PermissionError:
        return NO_PERMISSION
    except (OSError, ValueError):
        return NOT_MEASURED
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


# -- what there is to do, and what came of it --------------------------------------------------------------------------


class _Job:
    """Something to be done again and again. Its owner's lock guards it."""

    failed = ""                      # what comes of it when it raises, or does not return

    def __init__(self) -> None:
        self.due = 0.0               # monotonic seconds
        self.waiting = False
        self.running = False

    def wanted(self) -> bool:
        raise NotImplementedError

    def work(self) -> Any:
        """What takes time; without the lock."""
        raise NotImplementedError

    def keep(self, outcome: Any) -> None:
        raise NotImplementedError

    def again(self, began: float, ended: float) -> float:
        """From when it is due again."""
        raise NotImplementedError


class _Command(_Job):
    """An item of [monitor]."""

    failed = CANNOT_EXECUTE          # no such program; quotes that do not match

    def __init__(self, item: Monitored, run: Callable[[Sequence[str]], tuple[Optional[int], str]]) -> None:
        super().__init__()
        self.item = item
        self.allowed = False
        self._run = run
        self._search = _searcher(item.regex)
        self._count = 0
        self._use = _use_text([])
        self._output = ""

    def look(self, processes: Iterable[ProcessUse]) -> tuple[int, str]:
        matches = [process for process in processes if self._search(process.command_line[:SEARCHED_CHARACTERS])]
        return len(matches), _use_text(matches)

    def saw(self, count: int, use: str) -> None:
        self._count, self._use = count, use
        if not count:
            self._output = ""

    def result(self) -> MonitorResult:
        item = self.item
        text = self._use
        if item.command:
            text = self._output if self.allowed or not self._count else CANNOT_EXECUTE
        return MonitorResult(item.description, item.pattern, item.command, item.countmin, item.countmax,
                             self._count, text)

    def wanted(self) -> bool:
        return bool(self.item.command) and self.allowed and self._count > 0

    def work(self) -> str:
        import shlex  # here, because few have anything to be run

        arguments = shlex.split(self.item.command or "")
        status, output = self._run(arguments) if arguments else (None, "")
        if status is None:
            return CANNOT_EXECUTE
        return output if status == 0 else "Error: %s" % self.item.command

    def keep(self, outcome: str) -> None:
        if self._count:                # else those whom it was run for are gone
            self._output = outcome

    def again(self, began: float, ended: float) -> float:
        return began + COMMAND_AGAIN_SECONDS


class _Walk(_Job):
    """An item of [folders]."""

    failed = NOT_MEASURED

    def __init__(self, folder: Folder, measure: Callable[[str], Size]) -> None:
        super().__init__()
        self.folder = folder
        self._measure = measure
        self._size: Size = None

    def result(self) -> FolderSize:
        folder = self.folder
        return FolderSize(folder.path, folder.careful, folder.warning, folder.critical, self._size)

    def wanted(self) -> bool:
        return True

    def work(self) -> Size:
        return self._measure(self.folder.path)

    def keep(self, outcome: Size) -> None:
        self._size = outcome

    def again(self, began: float, ended: float) -> float:
        return ended + max(FOLDER_AGAIN_SECONDS, FOLDER_REST * (ended - began))


class _Worker:
    """One thread, the job that it is in, and since when."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.job: Optional[_Job] = None
        self.thread: Any = None


class Tasks:
    """The items of [monitor] and [folders], and the thread that works on them. Thread-safe; only `shutdown` waits.

    Threads: one, and one more for each job in a call that does not return; no job is ever under way twice.
    `run`, `measure`, `start` stand in for a real process, a real walk and a real thread in tests.
    """

    def __init__(self, monitored: Sequence[Monitored], folders: Sequence[Folder], commands_allowed: bool, roots: Roots,
                 clock: Callable[[], float] = time.monotonic,
                 run: Callable[[Sequence[str], threading.Event], tuple[Optional[int], str]] = run_command,
                 measure: Callable[[str, Callable[[], bool]], Union[int, str]] = folder_size,
                 start: Optional[Callable[[Callable[[], None]], Any]] = None) -> None:
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._roots = roots
        self._clock = clock
        self._run = run
        self._measure = measure
        self._start = start or _start_thread
        self._commands: list[_Command] = []
        self._walks: list[_Walk] = []
        self._worker: Optional[_Worker] = None
        self.configure(monitored, folders, commands_allowed)

    def configure(self, monitored: Sequence[Monitored], folders: Sequence[Folder], commands_allowed: bool) -> None:
        """Take other settings from now on. Items that stay as they were keep what is known of them."""
        with self._lock:
            commands = {command.item: command for command in self._commands}
            walks = {walk.folder: walk for walk in self._walks}
            self._commands = [commands.pop(item) if item in commands else _Command(item, self._execute)
                              for item in monitored]
            self._walks = [walks.pop(folder) if folder in walks else _Walk(folder, self._walk) for folder in folders]
            for command in self._commands:
                command.allowed = commands_allowed

    def tick(self, processes: Union[Iterable[ProcessUse], Callable[[], Iterable[ProcessUse]]] = ()) -> None:
        """Count the matches of [monitor] now, and have done what is due. `processes` is called if there is an item."""
        commands = self._commands
        if commands:
            present = list(processes() if callable(processes) else processes)
            seen = [(command, command.look(present)) for command in commands]
            with self._lock:
                for command, (count, use) in seen:
                    command.saw(count, use)
        worker = self._engage()
        if worker is not None:
            try:
                worker.thread = self._start(lambda: self._work(worker))
            except RuntimeError:               # no thread to be had: at another tick
                with self._lock:
                    if self._worker is worker:
                        self._worker = None

    def monitored(self) -> list[MonitorResult]:
        """The items of [monitor] in the file's order, as of the latest tick."""
        with self._lock:
            return [command.result() for command in self._commands]

    def folders(self) -> list[FolderSize]:
        """The items of [folders] in the file's order."""
        with self._lock:
            return [walk.result() for walk in self._walks]

    def shutdown(self, wait_seconds: float = 1.0) -> None:
        """For good: kill the command under way, break off the walk, and wait for the thread as long as that."""
        with self._lock:
            self._stopping.set()
            worker = self._worker
        if worker is not None and worker.thread is not None:
            worker.thread.join(wait_seconds)

    def _jobs(self) -> list[_Job]:
        return [*self._commands, *self._walks]

    def _engage(self) -> Optional[_Worker]:
        """Mark what is due; a worker to be started for it, or None when one is at it."""
        with self._lock:
            now = self._clock()
            if self._stopping.is_set():
                return None
            for job in self._jobs():
                job.waiting = job.wanted() and not job.running and now >= job.due
            busy = self._worker
            if busy is not None and busy.job is not None and now - busy.began > STUCK_SECONDS:
                busy.job.keep(busy.job.failed)
                busy = self._worker = None
            if busy is not None or not any(job.waiting for job in self._jobs()):
                return None
            self._worker = _Worker(now)
            return self._worker

    def _work(self, worker: _Worker) -> None:
        while True:
            with self._lock:
                waiting = (job for job in self._jobs() if job.waiting)
                job = next(waiting, None) if self._worker is worker and not self._stopping.is_set() else None
                if job is None:
                    if self._worker is worker:
                        self._worker = None
                    return
                job.waiting, job.running = False, True
                worker.job, worker.began = job, self._clock()
            try:
                outcome = job.work()
            except Exception:
                outcome = job.failed
            with self._lock:
                job.running, worker.job = False, None
                job.keep(outcome)
                job.due = job.again(worker.began, self._clock())

    def _execute(self, arguments: Sequence[str]) -> tuple[Optional[int], str]:
        return self._run(arguments, self._stopping)

    def _walk(self, path: str) -> Size:
        give_up = self._clock() + FOLDER_SECONDS
        return self._measure(self._roots.inside_root(path), lambda: self._stopping.is_set() or self._clock() >= give_up)


def _start_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name="tasks", daemon=True)
    thread.start()
    return thread


def _searcher(regex: Pattern[str]) -> Callable[[str], Any]:
    """`regex.search` without a leading `.*`, which changes no answer and makes a search take the square of the line."""
    text = regex.pattern
    if text.startswith(".*") and text[2:3] not in ("?", "+", "*", "{"):
        regex = re.compile(text[2:], regex.flags)
    return regex.search


def _use_text(processes: Sequence[ProcessUse]) -> str:
    return "CPU: %.1f%% | MEM: %.1f%%" % (sum(process.cpu_percent or 0.0 for process in processes),
                                          sum(process.memory_percent or 0.0 for process in processes))
