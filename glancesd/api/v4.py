"""v4: Glances API 4 (as 4.5): counters with three faces, objects where API 3 has lists, and what a field means."""
from __future__ import annotations

import time
from functools import partial
from operator import attrgetter

from ..alerts import Event
from ..collectors.connections import Connections
from ..collectors.conntrack import Tracked
from ..collectors.cpu import Stat, Usage
from ..collectors.cpumodel import Model
from ..collectors.disks import DiskActivity
from ..collectors.gpu import Card, mean_percent
from ..collectors.host import Cores, Identity, Load
from ..collectors.memory import Memory
from ..collectors.network import Traffic
from ..delta import rate
from ..parsing import natural_order
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
    NPU,
    POWER,
    PROCESS_DETAILS,
    PROCESSES,
    SENSOR_THRESHOLDS,
    SENSORS,
    WIRELESS,
)
from ..tasks.folders import FolderSize
from ..typed import TYPE_CHECKING, Mapping, Optional
from . import alike, v3
from .containers import containers4
from .dialect import Dialect, JSONValue, Plugin, plugin, timestamp
from .v4_paths import ROUTES, VERSION, Endpoints, error_with_detail, without_slash
from .v4_processes import ProcessList, ProgramList

if TYPE_CHECKING:                     # collectors that a start does without: see `sources.Later`
    from ..collectors.filesystems import FileSystem
    from ..collectors.npu import Processor
    from ..collectors.power import Battery
    from ..collectors.sensors import Sensors, Thresholds
    from ..collectors.wireless import Station

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


def counter(name: str, increase: Optional[int], gauge: Optional[int], elapsed: float) -> dict[str, JSONValue]:
    """The three fields of a counter; none of one that the kernel does not have."""
    if increase is None:
        return {}
    return {name: increase, name + "_gauge": gauge, name + "_rate_per_sec": round(rate(increase, elapsed), 1)}


def cpu(settings: Settings, usage: Reading[Usage], stat: Reading[Optional[Stat]]) -> JSONValue:
    value, sample, elapsed = usage.value, stat.value, usage.elapsed
    answer = {**alike.shares(value.shares), "cpucore": alike.cpu_count(stat), "time_since_update": elapsed}
    for name, increase, gauge in (
            ("ctx_switches", value.context_switches, sample.context_switches if sample is not None else None),
            ("interrupts", value.interrupts, sample.interrupts_mended if sample is not None else None),
            ("soft_interrupts", value.soft_interrupts, sample.soft_interrupts_mended if sample is not None else None),
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
        **counter("read_time", activity.read_ms, disk.read_ms and disk.read_ms.value, elapsed),
        **counter("write_time", activity.write_ms, disk.write_ms and disk.write_ms.value, elapsed),
        "read_latency": _latency(activity.read_ms, activity.reads),
        "write_latency": _latency(activity.write_ms, activity.writes)})


def _latency(milliseconds: Optional[int], operations: int) -> Optional[int]:
    """Whole milliseconds an operation; 0 without any; None: the kernel does not time them."""
    if milliseconds is None:
        return None
    return milliseconds // operations if operations else 0


# -- objects and lists -------------------------------------------------------------------------------------------------


def mem(settings: Settings, memory: Reading[Memory]) -> JSONValue:
    used = memory.value.used_range
    return dict(alike.mem(settings, memory), free=memory.value.free_bytes,
                percent_min=used.least if used is not None else None,
                percent_max=used.most if used is not None else None,
                percent_mean=round(used.mean, 2) if used is not None else None)


def fs(settings: Settings, filesystems: Reading[list[FileSystem]]) -> JSONValue:
    return [dict(alike.file_system(settings, entry), options=entry.mount.all_options) for entry in filesystems.value
            if settings.shown("fs", entry.mount_point)]


def sensors(settings: Settings, sensors: Reading[Sensors], power: Reading[Optional[list[Battery]]],
            thresholds: Reading[Optional[dict[str, Thresholds]]]) -> JSONValue:
    """As API 3, by label within each type."""
    found: list[dict[str, JSONValue]] = v3.sensors(settings, sensors, power, thresholds)
    kinds = list(dict.fromkeys(entry["type"] for entry in found))
    return sorted(found, key=lambda entry: (kinds.index(entry["type"]), natural_order(entry["label"])))


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


def npu(settings: Settings, processors: Reading[list[Processor]]) -> JSONValue:
    """Their memory is the machine's: there is no share of it."""
    return [{"key": "npu_id", "npu_id": entry.id, "name": entry.name, "load": entry.busy_percent,
             "freq": entry.clock_percent, "freq_current": entry.hertz, "freq_max": entry.most_hertz, "mem": None,
             "memory_used": entry.memory_bytes, "memory_total": None, "temperature": entry.temperature_celsius,
             "power": entry.watts} for entry in processors.value]


def folders(settings: Settings, sizes: Reading[list[FolderSize]]) -> JSONValue:
    return [dict(v3.folder(number, entry), errno=max(0, -(entry.size or 0)),
                 size=None if entry.size is None or entry.size < 0 else entry.size)
            for number, entry in enumerate(sizes.value, 1)]


def alert(settings: Settings, events: Reading[list[Event]]) -> JSONValue:
    name = attrgetter("bare_name" if settings.hide_arguments else "name")
    return [{"begin": int(event.begin), "end": -1 if event.end is None else int(event.end), "state": event.state,
             "type": event.type, "min": event.minimum, "max": event.maximum, "sum": event.total,
             "count": event.count, "avg": event.total / event.count,
             "top": [name(entry.activity.process) for entry in event.top], "desc": "",
             "sort": alike.SORT_KEYS[event.measure], "global_msg": _message(event)}
            for event in events.value]


def _message(event: Event) -> str:
    """One sentence on an event."""
    what = event.type.replace("_", " ").capitalize()
    return "%s %s its limit (%s)" % (what, "is over" if event.end is None else "was over", event.state.lower())


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
    "mem": plugin((MEMORY,), mem, {}),
    "mpp": plugin((), alike.nothing, []),
    "network": plugin((NETWORK,), network, [], "interface_name"),
    "now": plugin((CLOCK,), now, {}),
    "npu": plugin((NPU,), npu, [], "npu_id"),
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

DIALECT = Dialect(
    version="4",
    plugins=PLUGINS,
    series=SERIES,
    series_of_others=v3.SERIES_OF_OTHERS,
    judged=JUDGED,
    optional=OPTIONAL,
    routes=ROUTES,
    endpoints=Endpoints,
    shows_disabled=False,
    drops_fields=True,
    answers_bare=False,
    # Which columns of a screen of Glances are shown.
    more_views={"quicklook": {"list": ["cpu", "mem", "load"]},
                "containers": {"show_engine_name": True, "show_pod_name": False}},
    error=error_with_detail,
    elsewhere=without_slash,
    timestamp=partial(timestamp, utc=True),
)
