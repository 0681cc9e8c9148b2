"""tasks: what would keep a request waiting: the commands of [monitor] and the sizes of [folders].

    tick(processes)          the ticker: count the matching processes, and have done what is due
    monitored(), folders()   a request: the latest results, at once
"""
from __future__ import annotations

import threading
import time
from typing import Callable, Iterable, Optional, Sequence, Union

from .. import threads
from ..roots import Roots
from ..settings import Folder, Monitored
from .commands import Command, MonitorResult, ProcessUse, run_command
from .folders import FOLDER_SECONDS, FolderSize, Size, Walk, folder_size
from .jobs import Schedule, Start

Processes = Callable[[], Optional[Iterable[ProcessUse]]]


class Tasks:
    """The items of [monitor] and [folders], and the schedule of their jobs. Thread-safe; only `shutdown` waits.

    `run`, `measure`, `start` stand in for a real process, a real walk and a real thread in tests.
    """

    def __init__(self, monitored: Sequence[Monitored], folders: Sequence[Folder], commands_allowed: bool, roots: Roots,
                 clock: Callable[[], float] = time.monotonic,
                 run: Callable[[Sequence[str], threading.Event], tuple[Optional[int], str]] = run_command,
                 measure: Callable[[str, Callable[[], bool]], Union[int, str]] = folder_size,
                 start: Start = threads.start) -> None:
        self._roots = roots
        self._run = run
        self._measure = measure
        self._schedule = Schedule(clock, start)
        self._commands: list[Command] = []
        self._walks: list[Walk] = []
        self.configure(monitored, folders, commands_allowed)

    def configure(self, monitored: Sequence[Monitored], folders: Sequence[Folder], commands_allowed: bool) -> None:
        """Take other settings from now on. Items that stay as they were keep what is known of them."""
        with self._schedule.lock:
            commands = {command.item: command for command in self._commands}
            walks = {walk.item: walk for walk in self._walks}
            self._commands = [commands.pop(item) if item in commands else Command(item, self._execute)
                              for item in monitored]
            self._walks = [walks.pop(item) if item in walks else Walk(item, self._walk) for item in folders]
            for command in self._commands:
                command.allowed = commands_allowed
            self._schedule.set([*self._commands, *self._walks])

    def uncounted(self) -> bool:
        """Whether an item of [monitor] has not been counted yet: the daemon has just started or reloaded."""
        return any(command.result().count is None for command in self._commands)

    def tick(self, processes: Processes) -> None:
        """Count the matches of [monitor] now, and have done what is due.

        `processes` is called if there is an item; None of it: unknown, the counts stay.
        """
        commands = self._commands
        present = processes() if commands else None
        if present is not None:
            present = list(present)
            seen = [(command, command.look(present)) for command in commands]
            with self._schedule.lock:
                for command, (count, use) in seen:
                    command.saw(count, use)
        self._schedule.tick()

    def monitored(self) -> list[MonitorResult]:
        """The items of [monitor] in the file's order, as of the latest tick."""
        with self._schedule.lock:
            return [command.result() for command in self._commands]

    def folders(self) -> list[FolderSize]:
        """The items of [folders] in the file's order."""
        with self._schedule.lock:
            return [walk.result() for walk in self._walks]

    def shutdown(self, wait_seconds: float = 1.0) -> None:
        """For good: kill the commands under way, break off the walks, and wait for their threads as long as that."""
        self._schedule.shutdown(wait_seconds)

    def _execute(self, arguments: Sequence[str]) -> tuple[Optional[int], str]:
        return self._run(arguments, self._schedule.stopping)

    def _walk(self, path: str) -> Size:
        clock, stopping = self._schedule.clock, self._schedule.stopping
        give_up = clock() + FOLDER_SECONDS
        return self._measure(self._roots.inside_root(path), lambda: stopping.is_set() or clock() >= give_up)
