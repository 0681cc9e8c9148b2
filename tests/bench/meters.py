"""meters: what a running process costs, from /proc/PID; the crowd beside which it is measured again; the C loop.

Megabytes are 10^6 bytes, as the bars mean them.
"""
from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from typing import Optional

HERTZ = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads, ended ones too. The kernel adds up nanoseconds and shows ticks of 10 ms."""
    with open("/proc/%d/stat" % pid, "rb") as file:
        columns = file.read().rpartition(b")")[2].split()
    return (int(columns[11]) + int(columns[12])) / HERTZ


def resident_megabytes(pid: int) -> float:
    """Resident set, summed over its mappings where the kernel does that: the counter of statm may lag by some pages."""
    try:
        with open("/proc/%d/smaps_rollup" % pid, "rb") as file:
            return next(int(row.split()[1]) for row in file if row.startswith(b"Rss:")) * 1024 / 1e6
    except (OSError, StopIteration):
        with open("/proc/%d/statm" % pid, "rb") as file:
            return int(file.read().split()[1]) * PAGE_BYTES / 1e6


def descriptors(pid: int) -> int:
    """Open file descriptors."""
    return len(os.listdir("/proc/%d/fd" % pid))


def thread_count(pid: int) -> int:
    return len(os.listdir("/proc/%d/task" % pid))


def process_count() -> int:
    """Processes of this machine, now."""
    return sum(name.isdigit() for name in os.listdir("/proc"))


class Crowd:
    """So many more processes, asleep. They end with the `with` block, or with this process however that ends."""

    # The shell waits on a pipe that closes with its parent, and then ends its whole group, itself included.
    SCRIPT = "i=0; while [ $i -lt %d ]; do sleep 1800 & i=$((i+1)); done; echo ready; read -r _; kill -9 0"

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> Crowd:
        self._shell = subprocess.Popen(["sh", "-c", self.SCRIPT % self.count], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, start_new_session=True)
        assert self._shell.stdout is not None
        if self._shell.stdout.readline() != b"ready\n":
            raise RuntimeError("this machine does not allow %d more processes" % self.count)
        return self

    def __exit__(self, *problem: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.communicate()


class Scan:
    """scan.c at work: the C loop that the cost of a poll is compared with."""

    @classmethod
    def build(cls, directory: str) -> Optional[Scan]:
        """Compiled into a directory and started; None without a C compiler."""
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            return None
        program = os.path.join(directory, "scan")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scan.c")
        subprocess.run([compiler, "-O2", "-o", program, source], check=True)
        return cls(program)

    def __init__(self, program: str) -> None:
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def milliseconds(self) -> float:
        """CPU time of one scan of this machine's processes."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline().split()[0]) / 1e6

    def stop(self) -> None:
        self._process.communicate()
