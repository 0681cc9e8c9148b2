"""v3: Glances API 3 (as 3.4): API 2's names but for processes, which have lists; alerts, views and items as then."""
from __future__ import annotations

import time

from .. import __version__
from ..alerts import Event
from ..answers import Answer, dump
from ..collectors.connections import Connections
from ..collectors.conntrack import Tracked
from ..collectors.cpu import Usage
from ..collectors.cpumodel import Model
from ..collectors.disks import DiskActivity
from ..collectors.memory import Memory
from ..collectors.network import Traffic
from ..collectors.process_details import Detail
from ..collectors.processes import Activity
from ..figures import BATTERY, FAN, Counts, measured
from ..readings import Reading
from ..settings import Settings
from ..sources import (
    ADDRESSES,
    ALERTS,
    AMPS,
    CLOCK,
    CONNECTIONS,
    CONNTRACK,
    CONTAINERS,
    CORES,
    CPU,
    CPU_MODEL,
    CPU_SAMPLE,
    DISKS,
    FILESYSTEMS,
    FOLDERS,
    GPU,
    IDENTITY,
    INTERRUPTS,
    LOAD,
    MEMORY,
    NETWORK,
    PID_MAX,
    PORTS,
    POWER,
    PROCESS_DETAILS,
    PROCESSES,
    RAID,
    SENSOR_THRESHOLDS,
    SENSORS,
    STARTED,
)
from ..tasks.folders import FOLDER_AGAIN_SECONDS, FolderSize
from ..typed import TYPE_CHECKING, Any, Mapping, Optional, Sequence
from . import alike, checks, processlist
from .containers import containers3
from .dialect import Dialect, JSONValue, Plugin, plugin
from .endpoints import Endpoints as CommonEndpoints
from .pages import Page

if TYPE_CHECKING:                     # collectors that a start does without: see `sources.Later`
    from ..collectors.power import Battery
    from ..collectors.sensors import Sensors, Thresholds

VERSION = "3.4.0.5"

# Letters that clients of 3 and 4 know; tracing-stop is a stop.
STATES = {"t": "T", "x": "X"}
CLOSING = ("FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK")
_UNITS = {"rpm": "R"}
_NO_NAME = "CPU"

# What the history keeps, and this version's items; rates are per second, as in API 2.
SERIES: Mapping[str, Mapping[str, str]] = {
    **alike.SERIES,
    "percpu": {"user": "user", "system": "system"},
    "processcount": {"total": "total", "running": "running", "sleeping": "sleeping", "threads": "thread"},
}
SERIES_OF_OTHERS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "quicklook": {"cpu": {"total": "cpu"}, "mem": {"used_percent": "mem"}, "memswap": {"swap_used_percent": "swap"}}}
JUDGED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    **alike.JUDGED,
    "mem": {"used_percent": ("percent",)},
    "memswap": {"swap_used_percent": ("percent",)},
    "connections": {"tracked_percent": ("nf_conntrack_percent",)},
    "containers": {"cpu_percent": ("cpu", "cpu_percent"), "memory_used_percent": ("memory", "memory_usage", "mem")},
}
OPTIONAL = {
    "cpu": frozenset(("nice", "irq", "idle", "steal", "ctx_switches", "interrupts", "soft_interrupts", "syscalls")),
    "mem": frozenset(("active", "inactive", "buffers", "cached")),
}


def percpu(settings: Settings, usage: Reading[Usage]) -> JSONValue:
    """As API 2, but for the total, which is all that is not idle."""
    found: list[dict[str, JSONValue]] = alike.percpu(settings, usage)
    for shares in found:
        if shares.get("idle") is not None:
            shares["total"] = round(100.0 - shares["idle"], 1)
    return found


def network(settings: Settings, traffic: Reading[dict[str, Traffic]]) -> JSONValue:
    return [_interface(settings, name, entry) for name, entry in alike.shown_interfaces(settings, traffic.value)]


def _interface(settings: Settings, name: str, traffic: Traffic) -> dict[str, JSONValue]:
    element = alike.interface(settings, name, traffic)
    for rate in ("rx_rate_per_sec", "tx_rate_per_sec", "cx_rate_per_sec"):
        del element[rate]
    element.setdefault("alias", None)
    element.setdefault("is_up", None)
    return element


def diskio(settings: Settings, disks: Reading[dict[str, DiskActivity]]) -> JSONValue:
    found = [alike.disk(settings, name, entry) for name, entry in disks.value.items()
             if settings.shown("diskio", name)]
    for element in found:
        del element["read_bytes_rate_per_sec"], element["write_bytes_rate_per_sec"]
    return found


def memswap(settings: Settings, memory: Reading[Memory]) -> JSONValue:
    return dict(alike.memswap(settings, memory), time_since_update=memory.value.elapsed_seconds or 1)


def sensors(settings: Settings, sensors: Reading[Sensors], power: Reading[Optional[list[Battery]]],
            thresholds: Reading[Optional[dict[str, Thresholds]]]) -> JSONValue:
    """In whole units, as clients of typed languages want them; a disk that tells no number is left out."""
    found = []
    for entry in measured(sensors.value, power.value, thresholds.value):
        if isinstance(entry.value, str) or not settings.shown("sensors", entry.label):
            continue
        element = {"label": settings.alias("sensors", entry.label) or entry.label, "value": round(entry.value),
                   "unit": _UNITS.get(entry.unit, entry.unit), "type": entry.kind, "key": "label"}
        if entry.kind == BATTERY:
            element["status"] = entry.status
        else:
            # One that a driver lacks, or leaves at 0, is as the other.
            element["warning"] = None if entry.kind == FAN else _rounded(entry.high or entry.critical)
            element["critical"] = None if entry.kind == FAN else _rounded(entry.critical or entry.high)
        found.append(element)
    return found


def _rounded(value: Optional[float]) -> Optional[int]:
    return None if value is None else round(value)


def now(settings: Settings, clock: Reading[bool]) -> JSONValue:
    return zoned_time(clock.wall)


def zoned_time(wall: float) -> str:
    """`YYYY-MM-DD HH:MM:SS` and the zone's name."""
    return time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(wall))


def processcount(settings: Settings, activities: Reading[list[Activity]],
                 pid_max: Reading[Optional[int]]) -> JSONValue:
    counts = Counts.of(activities.value)
    return {"total": counts.total, "running": counts.running, "sleeping": counts.sleeping, "thread": counts.threads,
            "pid_max": pid_max.value}


def connections(settings: Settings, found: Reading[Connections], tracked: Reading[Optional[Tracked]]) -> JSONValue:
    states = found.value.states
    answer: dict[str, JSONValue] = {name: states[name] for name in ("LISTEN", "ESTABLISHED", "SYN_SENT", "SYN_RECV")}
    answer.update(net_connections_enabled=True, nf_conntrack_enabled=tracked.value is not None,
                  initiated=states["SYN_SENT"] + states["SYN_RECV"], terminated=sum(states[name] for name in CLOSING))
    if tracked.value is not None:
        table = tracked.value
        answer.update(nf_conntrack_count=float(table.entries), nf_conntrack_max=float(table.maximum),
                      nf_conntrack_percent=table.used_percent)
    if found.value.estimated:
        answer["estimated"] = True
    return answer


class ProcessList(processlist.ProcessList):
    """The busiest first; memory, times, groups and I/O as lists."""

    order = staticmethod(processlist.by_cpu)

    def element(self, activity: Activity, detail: Optional[Detail], memory_total_bytes: int,
                hide_arguments: bool) -> dict[str, JSONValue]:
        p = activity.process
        return {"pid": p.pid, "name": p.bare_name if hide_arguments else p.name,
                "cmdline": arguments(activity, detail, hide_arguments),
                "username": p.user, "status": STATES.get(p.state, p.state), "nice": p.nice, "num_threads": p.threads,
                "cpu_percent": activity.cpu_percent,
                "memory_percent": processlist.memory_percent(activity, memory_total_bytes),
                "memory_info": memory_info(activity, detail), "cpu_times": cpu_times(activity, detail),
                "gids": list(detail.gids) if detail is not None and detail.gids is not None else None,
                "io_counters": processlist.io_counters(activity), "key": "pid"}


def arguments(activity: Activity, detail: Optional[Detail], hide_arguments: bool) -> Optional[list[str]]:
    """The command line as a list; [] of kernel threads, None where it may not be read."""
    if hide_arguments:
        return [activity.process.program] if activity.process.program else []
    return list(detail.arguments) if detail is not None and detail.arguments is not None else None


def memory_info(activity: Activity, detail: Optional[Detail]) -> Sequence[Optional[int]]:
    """Bytes: rss, vms, shared, text, lib, data, dirty."""
    process = activity.process
    if detail is None or detail.pages is None:
        return process.resident_bytes, process.virtual_bytes, None, None, None, None, None
    size, resident, *rest = [pages * detail.page_bytes for pages in detail.pages]
    return (resident, size, *rest)


def cpu_times(activity: Activity, detail: Optional[Detail]) -> Sequence[Optional[float]]:
    """Seconds: user, system, both of children, waiting for a disk."""
    process = activity.process
    own = processlist.seconds(process.user_ticks), processlist.seconds(process.system_ticks)
    if detail is None:
        return (*own, None, None, None)
    return (*own, *[None if ticks is None else processlist.seconds(ticks) for ticks in (
        detail.children_user_ticks, detail.children_system_ticks, detail.io_wait_ticks)])


def quicklook(settings: Settings, usage: Reading[Usage], memory: Reading[Optional[Memory]],
              model: Reading[Optional[Model]]) -> JSONValue:
    answer = {"cpu": usage.value.shares.total, "percpu": percpu(settings, usage), **cpu_model(model)}
    answer["cpu_hz"] = answer["cpu_hz"] or 0.0
    if memory.value is not None:
        answer.update(mem=memory.value.used_percent, swap=memory.value.swap_used_percent)
    return answer


def cpu_model(model: Reading[Optional[Model]]) -> dict[str, JSONValue]:
    """Name and clock of the CPUs; hertz, None where the kernel does not tell."""
    value = model.value
    return {"cpu_name": value.name if value is not None and value.name else _NO_NAME,
            "cpu_hz_current": value.clock_hertz if value is not None else None,
            "cpu_hz": value.most_hertz if value is not None else None}


def folders(settings: Settings, sizes: Reading[list[FolderSize]]) -> JSONValue:
    return [folder(number, entry) for number, entry in enumerate(sizes.value, 1)]


def folder(number: int, entry: FolderSize) -> dict[str, JSONValue]:
    return {"indice": str(number), "path": entry.path, "refresh": int(FOLDER_AGAIN_SECONDS), "careful": entry.careful,
            "warning": entry.warning, "critical": entry.critical, "size": alike.folder_size(entry.size), "key": "path"}


def alert(settings: Settings, events: Reading[list[Event]], memory: Reading[Optional[Memory]]) -> JSONValue:
    """Lists of twelve. Their processes may have ended long ago, so what few ask of a process is not known of them."""
    total = memory.value.total_bytes if memory.value is not None else 0
    shown = ProcessList()
    return [[float(int(event.begin)), -1 if event.end is None else float(int(event.end)), event.state, event.type,
             event.maximum, event.total / event.count, event.minimum, event.total, event.count,
             [dict(shown.element(entry.activity, None, total, settings.hide_arguments),
                   time_since_update=entry.elapsed_seconds) for entry in event.top], "",
             alike.SORT_KEYS[event.measure]] for event in events.value]


def help(settings: Settings) -> JSONValue:
    return HELP


HELP = {
    "/api/3/status": "The version of this API, and health.",
    "/api/3/pluginslist": "The names of the plugins.",
    "/api/3/all": "Every plugin's statistics in one object.",
    "/api/3/{plugin}": "The statistics of one plugin.",
    "/api/3/{plugin}/{item}": "One field; of a list plugin, that field of each element.",
    "/api/3/{plugin}/{item}/{value}": "The elements of a list whose field has this value; a slash in it may be %2F.",
    "/api/3/{plugin}/limits": "The thresholds of one plugin; /api/3/all/limits those of all.",
    "/api/3/{plugin}/views": "How each field stands to its thresholds; /api/3/all/views for all.",
    "/api/3/{plugin}/history": "The recorded points of one plugin; /history/{n} the last n of each item.",
    "/api/3/{plugin}/{item}/history": "The recorded points of one item; /history/{n} the last n.",
    "/api/3/args": "The command line's settings; /api/3/args/{item} one of them.",
    "/api/3/config": "The configuration file's settings; /api/3/config/{section} one section.",
}

PLUGINS: Mapping[str, Plugin] = {
    "alert": plugin((ALERTS, MEMORY), alert, []),
    "amps": plugin((AMPS,), checks.amps, [], "name"),
    "cloud": plugin((), alike.nothing, {}),
    "connections": plugin((CONNECTIONS, CONNTRACK), connections, {}),
    "containers": plugin((CONTAINERS,), containers3, {}),
    "core": plugin((CORES,), alike.core, {}),
    "cpu": plugin((CPU, CPU_SAMPLE), alike.cpu, {}),
    "diskio": plugin((DISKS,), diskio, [], "disk_name"),
    "folders": plugin((FOLDERS,), folders, [], "path"),
    "fs": plugin((FILESYSTEMS,), alike.fs, [], "mnt_point"),
    "gpu": plugin((GPU,), checks.gpu, [], "gpu_id"),
    "help": plugin((), help, {}),
    "ip": plugin((ADDRESSES,), alike.ip, {}),
    "irq": plugin((INTERRUPTS,), alike.irq, [], "irq_line"),
    "load": plugin((LOAD, CPU_SAMPLE), alike.load, {}),
    "mem": plugin((MEMORY,), alike.mem, {}),
    "memswap": plugin((MEMORY,), memswap, {}),
    "network": plugin((NETWORK,), network, [], "interface_name"),
    "now": plugin((CLOCK,), now, ""),
    "percpu": plugin((CPU,), percpu, [], "cpu_number"),
    "ports": plugin((PORTS,), checks.ports, [], "indice"),
    "processcount": plugin((PROCESSES, PID_MAX), processcount, {}),
    "processlist": Plugin((PROCESSES, MEMORY, PROCESS_DETAILS), ProcessList, [], "pid"),
    "psutilversion": plugin((), alike.nothing, None),
    "quicklook": plugin((CPU, MEMORY, CPU_MODEL), quicklook, {}),
    "raid": plugin((RAID,), alike.raid, {}),
    "sensors": plugin((SENSORS, POWER, SENSOR_THRESHOLDS), sensors, [], "label"),
    "smart": plugin((), alike.nothing, {}),
    "system": plugin((IDENTITY,), alike.system, {}),
    "uptime": plugin((STARTED, CLOCK), alike.uptime, ""),
    "wifi": plugin((), alike.nothing, [], "ssid"),
}


class LaterEndpoints(CommonEndpoints):
    """What API 3 and 4 have in common, and API 2 has not.

    State: the fields of interfaces and disks that were seen to move, of the latest elements.
    """

    version = VERSION
    # The fields that a setting hides until they move; others never are.
    hidden: Mapping[str, tuple[str, str]] = {"network": ("rx", "tx"), "diskio": ("read_bytes", "write_bytes")}

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._moved: dict[str, set[tuple[str, str]]] = {"network": set(), "diskio": set()}

    def status(self) -> Answer:
        """The version of the API, which clients look for, and how the daemon is."""
        failing, checks = self._health.checks()
        body = {"version": self.version, "server": "glancesd " + __version__,
                "status": "fail" if failing else "warn" if checks else "pass", "checks": checks}
        return Answer(dump(body), status=503 if failing else 200)

    def _limits(self, plugin: str) -> Any:
        return dict(self._settings.limits.get(plugin, {}), history_size=float(self._settings.history_size))

    def _views(self, plugin: str, page: Page) -> Sequence[bytes]:
        pieces = [b"{}"] if plugin == "help" else super()._views(plugin, page)
        if plugin in self._moved:
            present = {str(element[element["key"]]) for element in page.value}
            self._moved[plugin] = {moved for moved in list(self._moved[plugin]) if moved[0] in present}
        return pieces

    def leaf(self, plugin: str, element: str, field: str, value: Any, decoration: str) -> dict[str, Any]:
        hides = field in self.hidden.get(plugin, ()) and self._settings.filter(plugin).hide_zero
        return dict(super().leaf(plugin, element, field, value, decoration),
                    hidden=hides and not self._moves(plugin, element, field, value))

    def _moves(self, plugin: str, element: str, field: str, value: Any, most: float = 0.0) -> bool:
        """Whether a figure is above `most`, or was."""
        moved = self._moved.get(plugin, set())
        if isinstance(value, (int, float)) and value > most and plugin in self._moved:
            moved.add((element, field))
        return isinstance(value, (int, float)) and value > most or (element, field) in moved


class Endpoints(LaterEndpoints):
    """API 3's, with `_zero` in its views."""

    def _views(self, plugin: str, page: Page) -> Sequence[bytes]:
        pieces = super()._views(plugin, page)
        if plugin == "gpu" and page.value:
            # Glances' own page of 3.4 takes the colours of all cards from one of the number 0, and ends without it.
            first = page.value[0]
            colours = dump(self._leaves(plugin, first, first["gpu_id"], self._levels(plugin)))
            pieces = [b'{"0": ', colours, b", ", b"".join(pieces)[1:]]
        return pieces

    def leaf(self, plugin: str, element: str, field: str, value: Any, decoration: str) -> dict[str, Any]:
        return dict(super().leaf(plugin, element, field, value, decoration),
                    _zero=not self._moves(plugin, element, field, value))


DIALECT = Dialect(
    version="3",
    plugins=PLUGINS,
    series=SERIES,
    series_of_others=SERIES_OF_OTHERS,
    judged=JUDGED,
    nested={"containers": "containers"},
    optional=OPTIONAL,
    endpoints=Endpoints,
    shows_disabled=False,
    answers_bare=False,
    not_fields=frozenset(("alert",)),
)
