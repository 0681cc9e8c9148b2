"""v4: Glances API 4 (as 4.5): counters with three faces, objects where API 3 has lists, and what a field means."""
from __future__ import annotations

import json
import time
from operator import attrgetter
from typing import Any, Mapping, Optional, Sequence

from ..alerts import Event
from ..answers import Answer, Refused, dump, error
from ..collectors.connections import Connections
from ..collectors.conntrack import Tracked
from ..collectors.cpu import Stat, Usage
from ..collectors.cpumodel import Model
from ..collectors.disks import DiskActivity
from ..collectors.filesystems import FileSystem
from ..collectors.gpu import Card, mean_percent
from ..collectors.host import Cores, Identity, Load
from ..collectors.memory import Memory
from ..collectors.network import Traffic
from ..collectors.power import Battery
from ..collectors.process_details import Detail
from ..collectors.processes import Activity
from ..collectors.sensors import Sensors, Thresholds
from ..collectors.wireless import Station
from ..delta import rate
from ..readings import Reading
from ..settings import Settings
from ..sources import (
    ALERTS,
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
    LOAD,
    MEMORY,
    NETWORK,
    POWER,
    PROCESS_DETAILS,
    PROCESSES,
    SENSOR_THRESHOLDS,
    SENSORS,
    WIRELESS,
)
from ..tasks.folders import NO_PERMISSION, NOT_MEASURED, FolderSize
from . import alike, processlist, v3
from .containers import containers4
from .dialect import Dialect, JSONValue, Plugin, plugin
from .pages import Page
from .routes import Routes, is_count

VERSION = "4.5.8"

_MEMORY = ("rss", "vms", "shared", "text", "lib", "data", "dirty")
_TIMES = ("user", "system", "children_user", "children_system", "iowait")
_GIDS = ("real", "effective", "saved")
_ERRNO = {NO_PERMISSION: 13, NOT_MEASURED: 5}         # EACCES, EIO

SERIES: Mapping[str, Mapping[str, str]] = {
    **v3.SERIES,
    "network": {"rx_bytes_per_second": "bytes_recv_rate_per_sec", "tx_bytes_per_second": "bytes_sent_rate_per_sec"},
    "diskio": {"read_bytes_per_second": "read_bytes_rate_per_sec",
               "written_bytes_per_second": "write_bytes_rate_per_sec"},
}
JUDGED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    **v3.JUDGED,
    "network": {"rx_bytes_per_second": ("bytes_recv", "bytes_recv_rate_per_sec"),
                "tx_bytes_per_second": ("bytes_sent", "bytes_sent_rate_per_sec")},
    "diskio": {"read_bytes_per_second": ("read_bytes", "read_bytes_rate_per_sec"),
               "written_bytes_per_second": ("write_bytes", "write_bytes_rate_per_sec")},
}
OPTIONAL = {**v3.OPTIONAL, "cpu": v3.OPTIONAL["cpu"] | {"guest"}}


# -- counters: the increase in the window, the count since boot, the rate ----------------------------------------------


def counter(name: str, increase: int, gauge: Optional[int], elapsed: float) -> dict[str, JSONValue]:
    return {name: increase, name + "_gauge": gauge or 0, name + "_rate_per_sec": round(rate(increase, elapsed), 1)}


def cpu(settings: Settings, usage: Reading[Usage], stat: Reading[Optional[Stat]]) -> JSONValue:
    value, sample, elapsed = usage.value, stat.value, usage.elapsed
    answer = {**alike.shares(value.shares), "cpucore": alike.cpu_count(stat), "time_since_update": elapsed}
    for name, increase, gauge in (
            ("ctx_switches", value.context_switches, sample.context_switches if sample is not None else None),
            ("interrupts", value.interrupts, sample.interrupts if sample is not None else None),
            ("soft_interrupts", value.soft_interrupts, sample.soft_interrupts if sample is not None else None),
            ("syscalls", 0, 0)):
        answer.update(counter(name, increase, gauge, elapsed))
    return answer


def percpu(settings: Settings, usage: Reading[Usage]) -> JSONValue:
    return [dict(shares, dpc=None, interrupt=None) for shares in v3.percpu(settings, usage)]


def network(settings: Settings, traffic: Reading[dict[str, Traffic]]) -> JSONValue:
    return [_interface(settings, name, entry) for name, entry in alike.shown_interfaces(settings, traffic.value)]


def _interface(settings: Settings, name: str, traffic: Traffic) -> dict[str, JSONValue]:
    interface, elapsed = traffic.interface, traffic.elapsed_seconds
    rx, tx = traffic.rx_bytes, traffic.tx_bytes
    element = {"interface_name": name, "key": "interface_name", "alias": settings.alias("network", name),
               "time_since_update": elapsed, "speed": (interface.speed_mbit_per_second or 0) * alike.MEBI,
               **counter("bytes_recv", rx, interface.rx_bytes, elapsed),
               **counter("bytes_sent", tx, interface.tx_bytes, elapsed),
               **counter("bytes_all", rx + tx, interface.rx_bytes + interface.tx_bytes, elapsed)}
    if interface.is_up is not None:
        element["is_up"] = interface.is_up
    return element


def diskio(settings: Settings, disks: Reading[dict[str, DiskActivity]]) -> JSONValue:
    return [_disk(settings, name, entry) for name, entry in disks.value.items() if settings.shown("diskio", name)]


def _disk(settings: Settings, name: str, activity: DiskActivity) -> dict[str, JSONValue]:
    disk, elapsed = activity.disk, activity.elapsed_seconds
    return alike.aliased(settings, "diskio", name, {
        "disk_name": name, "key": "disk_name", "time_since_update": elapsed,
        **counter("read_count", activity.reads, disk.reads.value, elapsed),
        **counter("write_count", activity.writes, disk.writes.value, elapsed),
        **counter("read_bytes", activity.read_bytes, disk.read_bytes, elapsed),
        **counter("write_bytes", activity.written_bytes, disk.written_bytes, elapsed),
        **counter("read_time", activity.read_ms or 0, disk.read_ms.value if disk.read_ms is not None else 0, elapsed),
        **counter("write_time", activity.write_ms or 0, disk.write_ms.value if disk.write_ms is not None else 0,
                  elapsed),
        "read_latency": _latency(activity.read_ms, activity.reads),
        "write_latency": _latency(activity.write_ms, activity.writes)})


def _latency(milliseconds: Optional[int], operations: int) -> int:
    """Whole milliseconds an operation; 0 without any."""
    return (milliseconds or 0) // operations if operations else 0


# -- objects and lists -------------------------------------------------------------------------------------------------


class Mem:
    """Renders `mem`. State: the least, the most and the mean of the percentages that were rendered."""

    def __init__(self) -> None:
        self._least, self._most = 100.0, 0.0
        self._sum, self._count = 0.0, 0

    def __call__(self, settings: Settings, memory: Reading[Memory]) -> JSONValue:
        percent = memory.value.used_percent
        self._least, self._most = min(self._least, percent), max(self._most, percent)
        self._sum, self._count = self._sum + percent, self._count + 1
        return dict(alike.mem(settings, memory), free=memory.value.free_bytes, percent_min=self._least,
                    percent_max=self._most, percent_mean=round(self._sum / self._count, 2))


def fs(settings: Settings, filesystems: Reading[list[FileSystem]]) -> JSONValue:
    return [dict(alike.file_system(settings, entry), options=entry.mount.all_options) for entry in filesystems.value
            if settings.shown("fs", entry.mount_point)]


def sensors(settings: Settings, sensors: Reading[Sensors], power: Reading[Optional[list[Battery]]],
            thresholds: Reading[Optional[dict[str, Thresholds]]]) -> JSONValue:
    """As API 3, by label within each type."""
    found: list[dict[str, JSONValue]] = v3.sensors(settings, sensors, power, thresholds)
    kinds = list(dict.fromkeys(entry["type"] for entry in found))
    return sorted(found, key=lambda entry: (kinds.index(entry["type"]), alike.natural_order(entry["label"])))


def wifi(settings: Settings, stations: Reading[dict[str, Station]]) -> JSONValue:
    return [{"ssid": name, "quality_link": station.quality, "quality_level": station.signal_dbm, "key": "ssid"}
            for name, station in stations.value.items() if settings.shown("wifi", name)]


def system(settings: Settings, identity: Reading[Identity]) -> JSONValue:
    found = alike.system(settings, identity)
    return dict(found, hr_name="%s / %s %s" % (found["hr_name"], found["os_name"], found["os_version"]))


def now(settings: Settings, clock: Reading[bool]) -> JSONValue:
    moment = time.localtime(clock.wall)
    zone = time.strftime("%z", moment)
    return {"iso": time.strftime("%Y-%m-%dT%H:%M:%S", moment) + zone[:3] + ":" + zone[3:],
            "custom": v3.zoned_time(clock.wall)}


def version(settings: Settings) -> JSONValue:
    return VERSION


def quicklook(settings: Settings, usage: Reading[Usage], memory: Reading[Optional[Memory]],
              model: Reading[Optional[Model]], load: Reading[Optional[Load]],
              cores: Reading[Optional[Cores]], cards: Reading[Optional[list[Card]]]) -> JSONValue:
    answer = {**v3.quicklook(settings, usage, memory, model), **v3.cpu_model(model),
              "percpu": percpu(settings, usage),
              "gpu_mem": mean_percent(cards.value or (), "memory_percent"),
              "gpu_proc": mean_percent(cards.value or (), "busy_percent")}
    if cores.value is not None:
        answer.update(cpu_log_core=cores.value.logical, cpu_phys_core=cores.value.physical)
        if load.value is not None:
            answer["load"] = round(100.0 * load.value.min15 / cores.value.logical, 1)
    return answer


def connections(settings: Settings, found: Reading[Connections], tracked: Reading[Optional[Tracked]]) -> JSONValue:
    states = found.value.states
    return {**v3.connections(settings, found, tracked), **{name: states[name] for name in v3.CLOSING}}


def folders(settings: Settings, sizes: Reading[list[FolderSize]]) -> JSONValue:
    return [dict(v3.folder(number, entry), errno=_ERRNO.get(str(entry.size), 0),
                 size=entry.size if isinstance(entry.size, int) else None)
            for number, entry in enumerate(sizes.value, 1)]


def alert(settings: Settings, events: Reading[list[Event]]) -> JSONValue:
    name = attrgetter("bare_name" if settings.hide_arguments else "name")
    return [{"begin": int(event.begin), "end": -1 if event.end is None else int(event.end), "state": event.state,
             "type": event.type, "min": event.minimum, "max": event.maximum, "sum": event.total,
             "count": event.count, "avg": event.total / event.count,
             "top": [name(entry.process) for entry in event.top], "desc": "", "sort": alike.SORT_KEYS[event.measure],
             "global_msg": _message(event)}
            for event in events.value]


def _message(event: Event) -> str:
    """One sentence on an event."""
    what = event.type.replace("_", " ").capitalize()
    return "%s %s its limit (%s)" % (what, "is over" if event.end is None else "was over", event.state.lower())


# -- processes ---------------------------------------------------------------------------------------------------------


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
                "cpu_num": detail.last_cpu if detail is not None else None, "key": "pid",
                "time_since_update": activity.elapsed_seconds}


class ProgramList:
    """Renders `programlist`: the processes of each name added up, in the order of the busiest process of each."""

    def __init__(self) -> None:
        self._rows = processlist.Rows()

    def __call__(self, settings: Settings, activities: Reading[list[Activity]], memory: Reading[Optional[Memory]],
                 details: Reading[Optional[Mapping[int, Detail]]]) -> JSONValue:
        total = memory.value.total_bytes if memory.value is not None else 0
        detail_of = details.value or {}
        members: dict[str, list[tuple[Any, ...]]] = {}
        for activity in processlist.by_cpu(activities.value):
            process = activity.process
            name = process.bare_name if settings.hide_arguments else process.name
            members.setdefault(name, []).append((*activity[:-1], detail_of.get(process.pid)))
        return self._rows.render(total, ((name, tuple(found)) for name, found in members.items()),
                                 lambda name, made_of: _program(name, made_of, total), activities.elapsed)


def _program(name: str, members: Sequence[tuple[Any, ...]], memory_total_bytes: int) -> dict[str, JSONValue]:
    program = _Program()
    for member in members:
        program.add(Activity._make((*member[:-1], 0.0)), member[-1], memory_total_bytes)
    return program.element(name)


class _Program:
    """The sums over the processes of one name."""

    def __init__(self) -> None:
        self.pids: list[int] = []
        self.threads = 0
        self.cpu_percent = self.memory_percent = 0.0
        self.memory: list[Optional[int]] = [0] * len(_MEMORY)
        self.times: list[Optional[float]] = [0.0] * len(_TIMES)
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
                "username": _common(self.users), "nice": _common(self.nices), "status": _common(self.states),
                "time_since_update": 0.0}


def _sums(sums: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """Member by member; what one process does not tell, the sum does not tell."""
    return [None if total is None or value is None else total + value for total, value in zip(sums, values)]


def _common(values: Mapping[Any, None]) -> Any:
    return next(iter(values)) if len(values) == 1 else "_"


def help(settings: Settings) -> JSONValue:
    return HELP


HELP = {
    **{path.replace("/api/3/", "/api/4/"): sentence.replace("/api/3/", "/api/4/")
       for path, sentence in v3.HELP.items()},
    "/api/4/{plugin}/{item}/value/{value}": "The elements of a list whose field has this value.",
    "/api/4/{plugin}/{item}/{key}": "One field of one element of a list.",
    "/api/4/{plugin}/top/{n}": "The first n elements of a list.",
    "/api/4/{plugin}/{item}/unit": "The unit of a field; /description says what it means.",
    "/api/4/{plugin}/{item}/views": "How a field, or an element of a list, stands to its thresholds.",
    "/api/4/processes/{pid}": "One process.",
}
del HELP["/api/4/{plugin}/{item}/{value}"]

PLUGINS: Mapping[str, Plugin] = {
    **v3.PLUGINS,
    "alert": plugin((ALERTS,), alert, []),
    "connections": plugin((CONNECTIONS, CONNTRACK), connections, {}),
    "containers": plugin((CONTAINERS, CORES), containers4, [], "name"),
    "cpu": plugin((CPU, CPU_SAMPLE), cpu, {}),
    "diskio": plugin((DISKS,), diskio, [], "disk_name"),
    "folders": plugin((FOLDERS,), folders, [], "path"),
    "fs": plugin((FILESYSTEMS,), fs, [], "mnt_point"),
    "help": plugin((), help, {}),
    "mem": Plugin((MEMORY,), Mem, {}),
    "mpp": plugin((), alike.nothing, []),
    "network": plugin((NETWORK,), network, [], "interface_name"),
    "now": plugin((CLOCK,), now, {}),
    "npu": plugin((), alike.nothing, []),
    "percpu": plugin((CPU,), percpu, [], "cpu_number"),
    "processlist": Plugin((PROCESSES, MEMORY, PROCESS_DETAILS), ProcessList, [], "pid"),
    "programlist": Plugin((PROCESSES, MEMORY, PROCESS_DETAILS), ProgramList, [], "name"),
    "quicklook": Plugin((CPU, MEMORY, CPU_MODEL, LOAD, CORES, GPU), quicklook, {}),
    "sensors": plugin((SENSORS, POWER, SENSOR_THRESHOLDS), sensors, [], "label"),
    "smart": plugin((), alike.nothing, []),
    "system": plugin((IDENTITY,), system, {}),
    "version": plugin((), version, ""),
    "vms": plugin((), alike.nothing, []),
    "wifi": plugin((WIRELESS,), wifi, [], "ssid"),
}

ROUTES = (
    ("status", "status"),
    ("config", "config"),
    ("config/:section", "config"),
    ("config/:section/:option", "config_option"),
    ("args", "args"),
    ("args/:item", "args"),
    ("all", "all"),
    ("all/limits", "all_limits"),
    ("all/views", "all_views"),
    ("pluginslist", "plugins_list"),
    ("summary", "summary"),
    ("serverslist", "servers_list"),
    ("processes/extended", "extended_process"),
    ("processes/:count", "one_process"),
    (":plugin", "plugin"),
    (":plugin/history?nb", "history"),
    (":plugin/history/:count", "history"),
    (":plugin/top/:count", "top"),
    (":plugin/limits", "limits"),
    (":plugin/views", "views"),
    (":plugin/*item/history?nb", "item_history"),
    (":plugin/*item/history/:count", "item_history"),
    (":plugin/:item", "item"),
    (":plugin/:item/views", "item_views"),
    (":plugin/:item/description", "description"),
    (":plugin/:item/unit", "unit"),
    (":plugin/:item/value/*value", "value"),
    (":plugin/:item/*key/views", "key_views"),
    (":plugin/:item/*key", "key"),
)


class Endpoints(v3.LaterEndpoints):
    """API 4's further routes, and null where other versions refuse."""

    version = VERSION

    def config_option(self, section: str, option: str) -> Answer:
        options = self._settings.public_config().get(section, {})
        if option not in options:
            raise Refused(404, "no option %s in section %s" % (option, section))
        return Answer(dump(options[option]))

    def servers_list(self) -> Answer:
        return Answer(b"[]")

    def extended_process(self) -> Answer:
        """Nothing is ever selected: this daemon is read only."""
        return Answer(b"{}")

    def one_process(self, count: str) -> Answer:
        page, pid = self.pages.page("processlist"), int(count)
        found = [entry for entry in page.value if entry["pid"] == pid]
        if not found:
            raise Refused(404, "no process %d" % pid)
        return self._of_page(page, ("process", str(pid)), lambda: dump(found[0]))

    def top(self, plugin: str, count: str) -> Answer:
        page, most = self.pages.page(plugin), int(count)
        if not isinstance(page.value, list):
            return page.answer
        return self._of_page(page, ("top", plugin, str(most)), lambda: dump(page.value[:most]))

    # -- items, elements and their views -------------------------------------------------------------------------------

    def item(self, plugin: str, item: str) -> Answer:
        return _or_null(lambda: super(Endpoints, self).item(plugin, item))

    def value(self, plugin: str, item: str, value: str) -> Answer:
        return _or_null(lambda: super(Endpoints, self).value(plugin, item, value))

    def key(self, plugin: str, item: str, key: str) -> Answer:
        page = self.pages.page(plugin)
        element = self._element(plugin, page, key)
        return self._of_page(page, ("key", plugin, item, key), lambda: dump({item: element.get(item)}))

    def item_views(self, plugin: str, item: str) -> Answer:
        """Of an object the views of a field; of a list all those of the element whose key this is."""
        return Answer(dump(self._all_views(plugin).get(item)))

    def key_views(self, plugin: str, item: str, key: str) -> Answer:
        self._element(plugin, self.pages.page(plugin), key)
        return Answer(dump(self._all_views(plugin).get(key, {}).get(item)))

    def _all_views(self, plugin: str) -> dict[str, Any]:
        views: dict[str, Any] = json.loads(self.views(plugin).body.decode())
        return views

    def _element(self, plugin: str, page: Page, key: str) -> Mapping[str, Any]:
        """The element whose key has this text. Refused with 404 when there is none, or the plugin has no such list."""
        name = self._dialect.plugins[plugin].key
        if name is not None and isinstance(page.value, list):
            for element in page.value:
                if str(element.get(name)) == key:
                    found: Mapping[str, Any] = element
                    return found
        raise Refused(404, "no element %s in plugin %s" % (key, plugin))

    # -- history: UTC, and an item's as a bare list --------------------------------------------------------------------

    def history(self, plugin: str, count: str = "0", nb: Optional[str] = None) -> Answer:
        return super().history(plugin, _count(count if nb is None else nb))

    def item_history(self, plugin: str, item: str, count: Optional[str] = None, nb: Optional[str] = None) -> Answer:
        figure = dict(self._figures(plugin)).get(item)
        if figure is None:
            return Answer(b"null")
        return Answer(self._points(plugin, figure, _count((count if nb is None else nb) or "0")))

    # -- what a field means --------------------------------------------------------------------------------------------

    def unit(self, plugin: str, item: str) -> Answer:
        return Answer(dump(_field(plugin, item)[0]))

    def description(self, plugin: str, item: str) -> Answer:
        return Answer(dump(_field(plugin, item)[1]))

    def leaf(self, plugin: str, element: str, field: str, value: Any, decoration: str) -> dict[str, Any]:
        return dict(super().leaf(plugin, element, field, value, decoration), hidden=False)


def _or_null(endpoint: Any) -> Answer:
    try:
        answer: Answer = endpoint()
        return answer
    except Refused:
        return Answer(b"null")


def _count(text: str) -> str:
    if not is_count(text):
        raise Refused(404, "%s is not a number of points" % text[:40])
    return text


def _field(plugin: str, item: str) -> tuple[Optional[str], Optional[str]]:
    """Unit and description of a field. Imported here, because hardly anybody asks."""
    from .fields import describe
    return describe(plugin, item)


def utc_timestamp(wall: float) -> str:
    """ISO 8601 in UTC with its offset; microseconds only where there are some."""
    seconds, fraction = divmod(int(wall * 1e6), 1000000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return "%s.%06d+00:00" % (text, fraction) if fraction else text + "+00:00"


def error_with_detail(refused: Refused) -> Answer:
    """The usual error, and its message once more under the name that clients of this API look for."""
    answer = error(refused)
    return Answer(answer.body[:-1] + b', "detail": %s}' % dump(refused.message), answer.content_type, answer.status,
                  answer.headers)


def without_slash(path: Sequence[str], routes: Routes) -> Optional[Answer]:
    """A path that ends in a slash is moved to the one without it, where that exists."""
    if len(path) < 2 or path[-1]:
        return None
    try:
        routes.find(path[:-1])
    except Refused:
        return None
    # http.server has it imported already.
    from urllib.parse import quote
    return Answer(b"", status=307,
                  headers=("Location: /api/4/" + "/".join(quote(segment, safe="") for segment in path[:-1]),))


DIALECT = Dialect(
    version="4",
    plugins=PLUGINS,
    series=SERIES,
    judged=JUDGED,
    optional=OPTIONAL,
    routes=ROUTES,
    endpoints=Endpoints,
    shows_disabled=False,
    drops_fields=True,
    answers_bare=False,
    more_views={"quicklook": {"list": ["cpu", "mem", "load"]}},
    error=error_with_detail,
    elsewhere=without_slash,
    timestamp=utc_timestamp,
)
