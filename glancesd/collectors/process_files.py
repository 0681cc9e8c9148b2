"""process_files: the files of one process below /proc/PID, taken apart.

    stat       2649 (bash) S 2648 2649 2649 0 -1 4194560 4084 129062 0 43 1 4 205 629 20 0 1 0 163277 5251072 955 …
    fields     1-4 pid, name, state, parent; 9 flags; 14, 15 user and system ticks, 16, 17 those of children that it has
               waited for; 19 nice; 20 threads; 22 start ticks; 23 virtual bytes; 24 resident pages; 39 the CPU that it
               ran on last; 42 ticks that it waited for a disk (2.6.18, with delay accounting)
    io         rchar: 121474743 … read_bytes: 66408448, write_bytes: 1130496 … (a line each)
    cmdline    /usr/bin/python3\\0-m\\0glancesd\\0
    status     Name: bash … Uid: 1000 1000 1000 1000 … (a line each; real, effective, saved, file system's)
"""
from __future__ import annotations

from ..lazy import pattern
from ..parsing import MOST, ParseError, decode
from ..typed import NamedTuple, Optional

# TASK_COMM_LEN - 1: a name so long may have been cut by the kernel.
_COMM_BYTES = 15
# NAME_MAX: what is longer is a title that the process gave itself, not a file's name.
_FILE_NAME_BYTES = 255
_PF_KTHREAD = 0x00200000
# Columns of stat behind the name: proc(5) numbers them from 1, with the state as number 3.
_STATE, _PARENT, _FLAGS, _USER_TICKS, _SYSTEM_TICKS, _CHILDREN_USER_TICKS, _CHILDREN_SYSTEM_TICKS, _NICE, _THREADS = (
    0, 1, 6, 11, 12, 13, 14, 16, 17)
_START, _VIRTUAL, _RESIDENT, _COLUMNS, _LAST_CPU, _IO_WAIT_TICKS = 19, 20, 21, 22, 36, 39
_BLANK = pattern(rb"\s")
_OPTIONS = pattern(rb"\s+-|^--?\w")


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


class MoreTicks(NamedTuple):
    """Columns of stat that few ask for; None for one that this kernel does not have."""

    children_user: Optional[int]       # of children that it has waited for
    children_system: Optional[int]
    io_wait: Optional[int]             # waiting for a disk; 0 without delay accounting
    last_cpu: Optional[int]


def parse_stat(data: bytes, file: str = "PID/stat") -> Record:
    """One record of stat. ParseError when it is not `pid (name) state numbers`."""
    # The last parenthesis ends the name: it may hold some itself, and spaces, and newlines.
    head, _, tail = data.rpartition(b")")
    columns = tail.split(None, _COLUMNS)
    start = head.find(b"(")
    if start < 0 or len(columns) < _COLUMNS or len(columns[_STATE]) != 1:
        raise ParseError(file, 1, "not a process and its columns: %.60r" % data)
    try:
        record = Record(head[start + 1:], decode(columns[_STATE]), int(columns[_PARENT]), int(columns[_NICE]),
                        int(columns[_THREADS]), int(columns[_START]), int(columns[_USER_TICKS]),
                        int(columns[_SYSTEM_TICKS]), int(columns[_RESIDENT]), int(columns[_VIRTUAL]))
        if max(record[2:]) >= MOST:
            raise ValueError
        return record
    except ValueError:
        raise ParseError(file, 1, "a column is not a number: %.60r" % data) from None


def parse_more(data: bytes, file: str = "PID/stat") -> MoreTicks:
    """The rest of a record of stat. ParseError when a column is not a number."""
    columns = data.rpartition(b")")[2].split()
    try:
        more = [int(columns[number]) if number < len(columns) else None for number in (_IO_WAIT_TICKS, _LAST_CPU)]
        ticks = MoreTicks(int(columns[_CHILDREN_USER_TICKS]), int(columns[_CHILDREN_SYSTEM_TICKS]), *more)
        if max(number or 0 for number in ticks) >= MOST:
            raise ValueError
        return ticks
    except (ValueError, IndexError):
        raise ParseError(file, 1, "a column is not a number: %.60r" % data) from None


def parse_io(data: bytes, file: str = "PID/io") -> tuple[int, int]:
    """What a process made storage read and write: the fields read_bytes and write_bytes. ParseError without them."""
    words = data.split()
    counters = dict(zip(words[::2], words[1::2]))
    try:
        read_bytes, written_bytes = int(counters[b"read_bytes:"]), int(counters[b"write_bytes:"])
        if max(read_bytes, written_bytes) >= MOST:
            raise ValueError
        return read_bytes, written_bytes
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
    """Arguments joined by one space. Empty ones are dropped: a title of setproctitle(3) is padded with them.

    One before all others keeps its space, so that what follows is not taken for the program.
    """
    line = decode(b" ".join(filter(None, data.split(b"\0"))))
    return " " + line if line and data[:1] == b"\0" else line


def program_name(comm: bytes, arguments: bytes) -> str:
    """The name of the program of a process: stat's, or its file's name where the kernel cut that to 15 bytes.

    A process may give itself a title with options (setproctitle(3), perl's $0), which stands in stat's name, cut, and
    in place of the first argument: the name is what stands before the options, "?" where nothing does.
    """
    first = arguments.partition(b"\0")[0]
    name = comm
    if comm.startswith(b"/") and first.startswith(comm):       # no file's name holds a slash: a path in a title
        name = _BLANK.split(first, 1)[0].rpartition(b"/")[2] or comm
    elif len(comm) >= _COMM_BYTES:
        name = _whole_name(comm, first)
    return decode(_OPTIONS.split(name, 1)[0]) or ("?" if comm else "")


def is_title(name: str, command_line: str) -> bool:
    """Whether a name with blanks may be a title that the process gave itself, arguments and all.

    Then its command line begins with it ("./a b" is a file "a b"), unless it was too long for the room there was, or
    is no longer there: a zombie has none.
    """
    title = name.rstrip("\ufffd")          # stat's name may end within a character
    return (command_line.startswith((title, " "))
            or (title.startswith(command_line) and len(command_line.split()) != 1))


def _whole_name(comm: bytes, first: bytes) -> bytes:
    """The file name in the first argument that `comm` is the cut beginning of; `comm` where there is none."""
    at = 0 if first.startswith(comm) else first.find(b"/" + comm) + 1
    blank = _BLANK.search(first, at + len(comm))
    program = first[:blank.start() if blank else None].rpartition(b"/")[2]
    return program if program.startswith(comm) and len(program) <= _FILE_NAME_BYTES else comm


def is_kernel_thread(record: bytes) -> bool:
    """Whether a record of stat is of a thread of the kernel itself."""
    flags = record.rpartition(b")")[2].split(None, _FLAGS + 1)[_FLAGS]
    return flags.isdigit() and bool(int(flags) & _PF_KTHREAD)
