"""task_bench: the tasks with a clock, commands, walks and threads of the test's own."""
from __future__ import annotations

import os
import shutil
import tempfile
import threading
import unittest
from typing import Any, Callable, Optional, Sequence

from glancesd.roots import Roots
from glancesd.settings import Folder, Monitored, Settings, default_settings
from glancesd.settings.expressions import compiled
from glancesd.tasks import Tasks
from glancesd.tasks.commands import ProcessUse

PROCESSES = (ProcessUse("sshd", "/usr/sbin/sshd -D", 1.25, 0.5), ProcessUse("sshd", "sshd: ann [priv]", 2.0, 0.25),
             ProcessUse("kthreadd", "", 50.0, 50.0), ProcessUse("python3", "/usr/bin/python3 -m glancesd", None, None))


def item(pattern: str, command: Optional[str] = None, description: str = "x") -> Monitored:
    return Monitored(description, compiled(pattern), pattern, command, "1", None)


def folder(path: str) -> Folder:
    return Folder(path, "2500", None, None)


def settings_of(monitored: Sequence[Monitored] = (), folders: Sequence[Folder] = (), allowed: bool = True,
                **changed: Any) -> Settings:
    """Settings of these items and without containers, so that no engine of this machine is asked."""
    return default_settings()._replace(monitored=tuple(monitored), folders=tuple(folders), commands_allowed=allowed,
                                       **{"disable_plugin": ("docker", "containers"), **changed})


class Place(unittest.TestCase):
    """A directory of the test's own."""

    def setUp(self) -> None:
        self.top = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)

    def path(self, *names: str) -> str:
        return os.path.join(self.top, *names)

    def file(self, *names: str, size: int = 0) -> str:
        path = self.path(*names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"x" * size)
        return path


class Bench:
    """Tasks with a clock, commands, walks and threads of the test's own: nothing runs before `work`."""

    def __init__(self, monitored: Sequence[Monitored] = (), folders: Sequence[Folder] = (), allowed: bool = True,
                 roots: Optional[Roots] = None) -> None:
        self.now = 100.0
        self.done: list[Any] = []
        self.answer: Callable[[], tuple[Optional[int], str]] = lambda: (0, "out\n")
        self.size: Callable[[], int] = lambda: 7
        self.threads: list[Callable[[], None]] = []
        self.no_threads = False
        self.tasks = Tasks(roots or Roots(), lambda text: None, lambda: self.now,
                           self._run, self._measure, self._start)
        self.configure(monitored, folders, allowed)

    def configure(self, monitored: Sequence[Monitored], folders: Sequence[Folder], allowed: bool) -> None:
        self.tasks.configure(settings_of(monitored, folders, allowed))

    def _run(self, arguments: Sequence[str], stopping: threading.Event) -> tuple[Optional[int], str]:
        self.done.append(list(arguments))
        return self.answer()

    def _measure(self, path: str, expired: Callable[[], bool]) -> int:
        self.done.append(path)
        self.expired = expired
        return self.size()

    def _start(self, work: Callable[[], None]) -> None:
        if self.no_threads:
            raise RuntimeError("can't start new thread")
        self.threads.append(work)

    def tick(self, processes: Any = PROCESSES) -> None:
        self.tasks.tick(processes if callable(processes) else lambda: processes)

    def work(self) -> list[Any]:
        """Let the threads run that were started; what they did."""
        self.done = []
        while self.threads:
            self.threads.pop(0)()
        return self.done

    def results(self) -> list[tuple[Optional[int], str]]:
        return [(result.count, result.result) for result in self.tasks.monitored()]

    def sizes(self) -> list[Any]:
        return [folder.size for folder in self.tasks.folders()]
