"""v4_processes: processes and programs as API 4 shows them: objects where API 3 has lists."""
from __future__ import annotations

from ..collectors.memory import Memory
from ..collectors.process_details import Detail
from ..collectors.processes import Activity
from ..readings import Reading
from ..settings import Settings
from ..typed import Any, Mapping, Optional, Sequence
from . import processlist, v3
from .dialect import JSONValue

_MEMORY = ("rss", "vms", "shared", "text", "lib", "data", "dirty")
_TIMES = ("user", "system", "children_user", "children_system", "iowait")
_GIDS = ("real", "effective", "saved")


class ProcessList(processlist.ProcessList):
    """The busiest first; memory, times and groups as objects."""

    order = staticmethod(processlist.by_cpu)

    def element(self, activity: Activity, detail: Optional[Detail], memory_total_bytes: int,
                hide_arguments: bool) -> dict[str, JSONValue]:
        p = activity.process
        return {"pid": p.pid, "name": p.bare_name if hide_arguments else p.name,
                "cmdline": v3.arguments(activity, detail, hide_arguments), "username": p.user,
                "status": v3.STATES.get(p.state, p.state), "nice": p.nice, "num_threads": p.threads,
                "cpu_percent": activity.cpu_percent,
                "memory_percent": processlist.memory_percent(activity, memory_total_bytes),
                "memory_info": dict(zip(_MEMORY, v3.memory_info(activity, detail))),
                "cpu_times": dict(zip(_TIMES, v3.cpu_times(activity, detail))),
                "gids": dict(zip(_GIDS, detail.gids)) if detail is not None and detail.gids is not None else None,
                "io_counters": processlist.io_counters(activity),
                "cpu_num": detail.last_cpu if detail is not None else None, "key": "pid"}


class ProgramList:
    """Renders `programlist`: the processes of each name added up, in the order of the busiest process of each."""

    def __init__(self) -> None:
        self._rows = processlist.Rows()

    def __call__(self, settings: Settings, activities: Reading[list[Activity]], memory: Reading[Optional[Memory]],
                 details: Reading[Optional[Mapping[int, Detail]]]) -> JSONValue:
        total = memory.value.total_bytes if memory.value is not None else 0
        members: dict[str, list[tuple[Activity, Optional[Detail]]]] = {}
        for activity, detail in processlist.with_details(processlist.by_cpu(activities.value), details.value):
            process = activity.process
            name = process.bare_name if settings.hide_arguments else process.name
            members.setdefault(name, []).append((activity, detail))
        return self._rows.render(total, list(members), list(members.values()),
                                 lambda name, found: _program(name, found, total), activities.elapsed)


def _program(name: str, members: Sequence[tuple[Activity, Optional[Detail]]],
             memory_total_bytes: int) -> dict[str, JSONValue]:
    program = _Program()
    for activity, detail in members:
        program.add(activity, detail, memory_total_bytes)
    return program.element(name)


class _Program:
    """The sums over the processes of one name."""

    def __init__(self) -> None:
        self.pids: list[int] = []
        self.threads = 0
        self.cpu_percent = self.memory_percent = 0.0
        self.memory: list[Optional[int]] = [None] * len(_MEMORY)
        self.times: list[Optional[float]] = [None] * len(_TIMES)
        self.io = [0] * 5
        self.users: dict[str, None] = {}
        self.nices: dict[int, None] = {}
        self.states: dict[str, None] = {}

    def add(self, activity: Activity, detail: Optional[Detail], memory_total_bytes: int) -> None:
        process = activity.process
        self.pids.append(process.pid)
        self.threads += process.threads
        self.cpu_percent += activity.cpu_percent
        self.memory_percent += processlist.memory_percent(activity, memory_total_bytes)
        self.memory = _sums(self.memory, v3.memory_info(activity, detail))
        self.times = _sums(self.times, v3.cpu_times(activity, detail))
        io = processlist.io_counters(activity)
        self.io = [*((now or 0) + (one or 0) for now, one in zip(self.io[:4], io)), max(self.io[4], io[4] or 0)]
        self.users[process.user] = self.nices[process.nice] = self.states[v3.STATES.get(process.state,
                                                                                        process.state)] = None

    def element(self, name: str) -> dict[str, JSONValue]:
        return {"name": name, "cmdline": [name], "pid": "_", "childrens": self.pids, "nprocs": len(self.pids),
                "num_threads": self.threads, "cpu_percent": round(self.cpu_percent, 1),
                "memory_percent": self.memory_percent, "cpu_times": dict(zip(_TIMES, self.times)),
                "memory_info": dict(zip(_MEMORY, self.memory)), "io_counters": self.io,
                "username": _common(self.users), "nice": _common(self.nices), "status": _common(self.states)}


def _sums(sums: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """Member by member, of those that tell: a process that has just ended does not. None where none tells."""
    return [total if value is None else value + (total or 0) for total, value in zip(sums, values)]


def _common(values: Mapping[Any, None]) -> Any:
    return next(iter(values)) if len(values) == 1 else "_"
