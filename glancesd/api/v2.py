"""v2: the wire names of Glances API 2: a function and a row a plugin. A reading in, what `json` can print out."""
from __future__ import annotations

import time
from collections import Counter
from typing import Any, Mapping, NamedTuple, Optional

from .. import alerts
from ..alerts import Event
from ..answers import Encoded, dump
from ..collectors.addresses import Route
from ..collectors.cpu import Shares, Stat, Usage
from ..collectors.disks import DiskActivity
from ..collectors.filesystems import FileSystem
from ..collectors.host import Cores, Identity, Load
from ..collectors.interrupts import Interrupt, Line
from ..collectors.memory import Memory
from ..collectors.network import Traffic
from ..collectors.power import Battery, combined_percent
from ..collectors.processes import TICKS_PER_SECOND, Activity
from ..collectors.raid import Array
from ..collectors.sensors import Sensors
from ..collectors.wireless import Station
from ..figures import measured
from ..readings import Reading
from ..settings import Settings
from ..sources import (
    ADDRESSES,
    ALERTS,
    CLOCK,
    COMMANDS,
    CORES,
    CPU,
    CPU_SAMPLE,
    DISKS,
    FILESYSTEMS,
    FOLDERS,
    IDENTITY,
    INTERRUPTS,
    LOAD,
    MEMORY,
    NETWORK,
    PID_MAX,
    POWER,
    PROCESSES,
    RAID,
    SENSORS,
    WIRELESS,
)
from ..tasks.commands import MonitorResult
from ..tasks.folders import FolderSize
from .dialect import Dialect, JSONValue, Plugin, plugin

# Clients divide `speed` by this (every Glances multiplies Mbit/s by it).
_MEBI = 1 << 20
_BUSIEST_INTERRUPTS = 5
# The field that the top processes of an event are sorted by.
_SORT_KEYS = {alerts.CPU: "cpu_percent", alerts.MEMORY: "memory_percent", alerts.IO: "io_counters"}
_STATE_NAMES = {"R": "running", "S": "sleeping", "D": "disk-sleep", "T": "stopped", "t": "tracing-stop", "Z": "zombie",
                "X": "dead", "x": "dead", "I": "idle", "K": "wake-kill", "W": "waking", "P": "parked"}


def duration(seconds: float) -> str:
    """`H:MM:SS`, `1 day, H:MM:SS`, `N days, H:MM:SS`."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    clock = "%d:%02d:%02d" % (hour, minute, second)
    return clock if not days else "%d day%s, %s" % (days, "" if days == 1 else "s", clock)


def local_time(wall: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wall))


# -- one function for each plugin; each is given the settings and what was taken of its sources ------------------------


def load(settings: Settings, load: Reading[Load], stat: Reading[Optional[Stat]]) -> JSONValue:
    value = load.value
    return {"min1": value.min1, "min5": value.min5, "min15": value.min15, "cpucore": _cpus(stat)}


def _cpus(stat: Reading[Optional[Stat]]) -> int:
    return stat.value.cpu_count if stat.value is not None else 1


def core(settings: Settings, cores: Reading[Cores]) -> JSONValue:
    return {"phys": cores.value.physical, "log": cores.value.logical}


def uptime(settings: Settings, stat: Reading[Stat], clock: Reading[Optional[bool]]) -> JSONValue:
    boot = stat.value.boot_time_seconds
    return None if boot is None else duration(clock.wall - boot)


def now(settings: Settings, clock: Reading[bool]) -> JSONValue:
    return local_time(clock.wall)


def fs(settings: Settings, filesystems: Reading[list[FileSystem]]) -> JSONValue:
    return [_file_system(settings, entry) for entry in filesystems.value if settings.shown("fs", entry.mount_point)]


def _file_system(settings: Settings, entry: FileSystem) -> dict[str, JSONValue]:
    return _aliased(settings, "fs", entry.mount_point, {
        "device_name": entry.source, "fs_type": entry.mount.type, "mnt_point": entry.mount_point,
        "size": entry.size_bytes, "used": entry.used_bytes, "free": entry.free_bytes, "percent": entry.used_percent,
        "key": "mnt_point"})


def mem(settings: Settings, memory: Reading[Memory]) -> JSONValue:
    m = memory.value
    return {"total": m.total_bytes, "available": m.available_bytes, "percent": m.used_percent, "used": m.used_bytes,
            "free": m.available_bytes, "active": m.active_bytes, "inactive": m.inactive_bytes,
            "buffers": m.buffers_bytes, "cached": m.cached_bytes, "shared": m.shared_bytes}


def memswap(settings: Settings, memory: Reading[Memory]) -> JSONValue:
    m = memory.value
    return {"total": m.swap_total_bytes, "used": m.swap_used_bytes, "free": m.swap_free_bytes,
            "percent": m.swap_used_percent, "sin": m.swap_in_bytes, "sout": m.swap_out_bytes}


def _shares(shares: Shares) -> dict[str, JSONValue]:
    """The shares by name, in the order of /proc/stat's columns; those that this kernel does not account are absent."""
    return {name: share for name, share in zip(Shares._fields, shares) if share is not None}


def cpu(settings: Settings, usage: Reading[Usage], stat: Reading[Optional[Stat]]) -> JSONValue:
    value = usage.value
    answer = _shares(value.shares)
    answer.update(ctx_switches=value.context_switches, interrupts=value.interrupts,
                  soft_interrupts=value.soft_interrupts, syscalls=0, time_since_update=usage.elapsed,
                  cpucore=_cpus(stat))
    return answer


def percpu(settings: Settings, usage: Reading[Usage]) -> JSONValue:
    return [{"key": "cpu_number", "cpu_number": number, **_shares(shares)}
            for number, shares in usage.value.cpus.items()]


def quicklook(settings: Settings, usage: Reading[Usage], memory: Reading[Optional[Memory]]) -> JSONValue:
    answer = {"cpu": usage.value.shares.total, "percpu": percpu(settings, usage)}
    if memory.value is not None:
        answer.update(mem=memory.value.used_percent, swap=memory.value.swap_used_percent)
    return answer


def network(settings: Settings, traffic: Reading[dict[str, Traffic]]) -> JSONValue:
    return [_interface(settings, name, entry) for name, entry in traffic.value.items()
            if settings.shown("network", name)]


def _interface(settings: Settings, name: str, traffic: Traffic) -> dict[str, JSONValue]:
    interface = traffic.interface
    rx, tx = traffic.rx_bytes, traffic.tx_bytes
    answer: dict[str, JSONValue] = {"interface_name": name, "time_since_update": traffic.elapsed_seconds,
              "cumulative_rx": interface.rx_bytes, "rx": rx, "cumulative_tx": interface.tx_bytes, "tx": tx,
              "cumulative_cx": interface.rx_bytes + interface.tx_bytes, "cx": rx + tx,
              "rx_rate_per_sec": round(traffic.rx_bytes_per_second, 1),
              "tx_rate_per_sec": round(traffic.tx_bytes_per_second, 1),
              "cx_rate_per_sec": round(traffic.rx_bytes_per_second + traffic.tx_bytes_per_second, 1),
              "speed": (interface.speed_mbit_per_second or 0) * _MEBI, "key": "interface_name"}
    if interface.is_up is not None:
        answer["is_up"] = interface.is_up
    return _aliased(settings, "network", name, answer)


def diskio(settings: Settings, disks: Reading[dict[str, DiskActivity]]) -> JSONValue:
    return [_disk(settings, name, entry) for name, entry in disks.value.items() if settings.shown("diskio", name)]


def _disk(settings: Settings, name: str, activity: DiskActivity) -> dict[str, JSONValue]:
    return _aliased(settings, "diskio", name, {
        "time_since_update": activity.elapsed_seconds, "disk_name": name,
        "read_count": activity.reads, "write_count": activity.writes,
        "read_bytes": activity.read_bytes, "write_bytes": activity.written_bytes,
        "read_bytes_rate_per_sec": round(activity.read_bytes_per_second, 1),
        "write_bytes_rate_per_sec": round(activity.written_bytes_per_second, 1), "key": "disk_name"})


def _aliased(settings: Settings, plugin: str, name: str, element: dict[str, JSONValue]) -> dict[str, JSONValue]:
    alias = settings.alias(plugin, name)
    if alias is not None:
        element["alias"] = alias
    return element


def irq(settings: Settings, interrupts: Reading[list[Interrupt]]) -> JSONValue:
    return [{"irq_line": _interrupt(entry.line), "irq_rate": round(entry.per_second), "key": "irq_line",
             "time_since_update": entry.elapsed_seconds} for entry in interrupts.value[:_BUSIEST_INTERRUPTS]]


def _interrupt(line: Line) -> str:
    """A numbered line carries the last word of its row: 36_virtio1-req.0."""
    return "%s_%s" % (line.name, line.device) if line.name.isdecimal() and line.device else line.name


def hddtemp(settings: Settings, sensors: Reading[Sensors]) -> JSONValue:
    return [{"label": disk.name, "value": disk.rounded, "unit": disk.unit} for disk in sensors.value.disks]


def batpercent(settings: Settings, power: Reading[list[Battery]]) -> JSONValue:
    charge = combined_percent(power.value)
    return [] if charge is None else [{"label": "Battery", "value": charge, "unit": "%"}]


def sensors(settings: Settings, sensors: Reading[Sensors], power: Reading[Optional[list[Battery]]]) -> JSONValue:
    return [_aliased(settings, "sensors", entry.label,
                     {"label": entry.label, "value": entry.value, "unit": entry.unit, "type": entry.kind,
                      "key": "label"})
            for entry in measured(sensors.value, power.value) if settings.shown("sensors", entry.label)]


def system(settings: Settings, identity: Reading[Identity]) -> JSONValue:
    value = identity.value
    platform = "%dbit" % value.word_bits
    return {"os_name": value.kernel_name, "hostname": value.hostname, "platform": platform,
            "linux_distro": value.distribution, "os_version": value.kernel_release,
            "hr_name": " ".join(part for part in (value.distribution, platform) if part)}


def raid(settings: Settings, arrays: Reading[dict[str, Array]]) -> JSONValue:
    def text(number: Optional[int]) -> Optional[str]:
        return None if number is None else str(number)

    return {name: {"status": "active" if array.active else "inactive", "type": array.level,
                   "components": array.components, "available": text(array.available), "used": text(array.used),
                   "config": array.state}
            for name, array in arrays.value.items()}


def ip(settings: Settings, route: Reading[Route]) -> JSONValue:
    value = route.value
    bits = (0xFFFFFFFF << (32 - value.prefix_length)) & 0xFFFFFFFF
    mask = ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))
    return {"address": value.address, "mask": mask, "mask_cidr": value.prefix_length, "gateway": value.gateway}


def wifi(settings: Settings, stations: Reading[dict[str, Station]]) -> JSONValue:
    """The networks' names are the interfaces': /proc/net/wireless tells neither the SSID nor the encryption."""
    return [{"key": "ssid", "ssid": name, "signal": station.signal_dbm, "quality": "%g/70" % station.quality,
             "encrypted": None, "encryption_type": None}
            for name, station in stations.value.items() if settings.shown("wifi", name)]


class _Known(NamedTuple):
    """An element of the process list: what it was made of, and its JSON up to the time, which is its last field."""

    made_of: tuple[Any, ...]
    element: dict[str, JSONValue]
    head: bytes


class ProcessList:
    """Renders `processlist`. State: the latest elements by pid: that of a process that did nothing stays as it is."""

    def __init__(self) -> None:
        # What all of them were made with: total memory, and whether arguments are hidden. One value: after a reload,
        # answers under the old settings may still be made beside those under the new.
        self._latest: tuple[tuple[int, bool], dict[int, _Known]] = ((0, False), {})

    def __call__(self, settings: Settings, activities: Reading[list[Activity]],
                 memory: Reading[Optional[Memory]]) -> JSONValue:
        total = memory.value.total_bytes if memory.value is not None else 0
        elapsed = activities.elapsed
        made_with = total, settings.hide_arguments
        before_with, before = self._latest
        if before_with != made_with:
            before = {}
        latest = {}
        for activity in activities.value:
            pid = activity.process.pid
            made_of = activity[:-1]              # all but elapsed_seconds
            known = before.get(pid)
            if known is None or known.made_of != made_of:
                element = process(activity, total, settings.hide_arguments)
                known = _Known(made_of, element, dump(element).rpartition(b" ")[0])
            latest[pid] = known
        self._latest = made_with, latest
        tail = b" %s}" % dump(elapsed)
        heads = (tail + b", ").join([known.head for known in latest.values()])
        return Encoded(b"".join((b"[", heads, tail, b"]")) if latest else b"[]",
                       lambda: [dict(known.element, time_since_update=elapsed) for known in latest.values()])


def process(activity: Activity, memory_total_bytes: int, hide_arguments: bool) -> dict[str, JSONValue]:
    """One process as `processlist` and the top processes of an alert show it."""
    p = activity.process
    counted = p.read_bytes is not None
    io = [p.read_bytes, p.written_bytes, activity.read_bytes_before, activity.written_bytes_before, 1]
    return {"pid": p.pid, "ppid": p.parent_pid, "name": p.name if not hide_arguments else p.bare_name,
            "cmdline": p.command_line if not hide_arguments else p.program,
            "username": p.user, "status": p.state, "nice": p.nice, "num_threads": p.threads,
            "cpu_percent": activity.cpu_percent,
            "memory_percent": p.resident_bytes * 100.0 / memory_total_bytes if memory_total_bytes else 0.0,
            "memory_info": [p.resident_bytes, p.virtual_bytes],
            "cpu_times": [p.user_ticks / TICKS_PER_SECOND, p.system_ticks / TICKS_PER_SECOND],
            "io_counters": io if counted else [0, 0, 0, 0, 0], "time_since_update": activity.elapsed_seconds}


def processcount(settings: Settings, activities: Reading[list[Activity]],
                 pid_max: Reading[Optional[int]]) -> JSONValue:
    found = [entry.process for entry in activities.value]
    count: dict[str, JSONValue] = {"total": len(found), "running": 0, "sleeping": 0,
                                   "thread": sum([entry.threads for entry in found]), "pid_max": pid_max.value}
    for letter, number in Counter([entry.state for entry in found]).items():
        state = _STATE_NAMES.get(letter, letter)
        count[state] = count.get(state, 0) + number
    return count


def alert(settings: Settings, events: Reading[list[Event]], memory: Reading[Optional[Memory]]) -> JSONValue:
    total = memory.value.total_bytes if memory.value is not None else 0
    return [[float(int(event.begin)), -1 if event.end is None else float(int(event.end)), event.state, event.type,
             event.maximum, event.total / event.count, event.minimum, event.total, event.count,
             [process(entry, total, settings.hide_arguments) for entry in event.top], "", _SORT_KEYS[event.measure]]
            for event in events.value]


def monitor(settings: Settings, results: Reading[list[MonitorResult]]) -> JSONValue:
    return [{"description": entry.description, "regex": entry.regex, "command": entry.command,
             "countmin": entry.countmin, "countmax": entry.countmax, "count": entry.count,
             "result": entry.result} for entry in results.value]


def folders(settings: Settings, sizes: Reading[list[FolderSize]]) -> JSONValue:
    return [{"path": entry.path, "careful": entry.careful, "warning": entry.warning, "critical": entry.critical,
             "size": entry.size} for entry in sizes.value]


def help(settings: Settings) -> JSONValue:
    return HELP


def _nothing(settings: Settings) -> JSONValue:
    """For what this daemon never asks for, or this machine never has; the plugin's empty value is served."""
    return None


HELP = {
    "/api/2/pluginslist": "The names of the plugins.",
    "/api/2/all": "Every plugin's statistics in one object.",
    "/api/2/summary": "What a small display shows: the first screen, the busiest processes, what is not OK.",
    "/api/2/{plugin}": "The statistics of one plugin.",
    "/api/2/{plugin}/{item}": "One field; of a list plugin, that field of each element.",
    "/api/2/{plugin}/{item}/{value}": "The elements of a list whose field has this value; a slash in it may be %2F.",
    "/api/2/{plugin}/limits": "The thresholds of one plugin; /api/2/all/limits those of all.",
    "/api/2/{plugin}/views": "How each field stands to its thresholds; /api/2/all/views for all.",
    "/api/2/{plugin}/history": "The recorded points of one plugin; /history/{n} the last n of each item.",
    "/api/2/{plugin}/{item}/history": "The recorded points of one item; /history/{n} the last n.",
    "/api/2/args": "The command line's settings; /api/2/args/{item} one of them.",
    "/api/2/config": "The configuration file's settings; /api/2/config/{section} one section.",
    "/api/2/help": "This list.",
    "/api/2/status": "Health: pass, warn or fail; the same as /healthz and /readyz.",
    "/livez": "200 as long as the server answers.",
}

# The one table of the plugins: those of the 2.1 document in its order, then those that later releases added.
PLUGINS: Mapping[str, Plugin] = {
    "load": plugin((LOAD, CPU_SAMPLE), load, {}),
    "core": plugin((CORES,), core, {}),
    "uptime": plugin((CPU_SAMPLE, CLOCK), uptime, ""),
    "fs": plugin((FILESYSTEMS,), fs, [], "mnt_point"),
    "memswap": plugin((MEMORY,), memswap, {}),
    "monitor": plugin((COMMANDS,), monitor, []),
    "percpu": plugin((CPU,), percpu, [], "cpu_number"),
    "mem": plugin((MEMORY,), mem, {}),
    "sensors": plugin((SENSORS, POWER), sensors, [], "label"),
    "system": plugin((IDENTITY,), system, {}),
    "alert": plugin((ALERTS, MEMORY), alert, []),
    "psutilversion": plugin((), _nothing, None),
    "processlist": Plugin((PROCESSES, MEMORY), ProcessList, [], "pid"),
    "diskio": plugin((DISKS,), diskio, [], "disk_name"),
    "hddtemp": plugin((SENSORS,), hddtemp, []),
    "processcount": plugin((PROCESSES, PID_MAX), processcount, {}),
    "batpercent": plugin((POWER,), batpercent, []),
    "now": plugin((CLOCK,), now, ""),
    "cpu": plugin((CPU, CPU_SAMPLE), cpu, {}),
    "network": plugin((NETWORK,), network, [], "interface_name"),
    "help": plugin((), help, {}),
    "quicklook": plugin((CPU, MEMORY), quicklook, {}),
    "ip": plugin((ADDRESSES,), ip, {}),
    "folders": plugin((FOLDERS,), folders, [], "path"),
    "ports": plugin((), _nothing, []),
    "irq": plugin((INTERRUPTS,), irq, [], "irq_line"),
    "raid": plugin((RAID,), raid, {}),
    "wifi": plugin((WIRELESS,), wifi, [], "ssid"),
    "gpu": plugin((), _nothing, []),
    "docker": plugin((), _nothing, {}),
    "cloud": plugin((), _nothing, {}),
    "amps": plugin((), _nothing, []),
}

DIALECT = Dialect(
    version="2",
    also=("v2",),
    plugins=PLUGINS,
    series={
        "load": {"min1": "min1", "min5": "min5", "min15": "min15"},
        "fs": {"used_percent": "percent"},
        "memswap": {"swap_used_percent": "percent"},
        "mem": {"used_percent": "percent"},
        "sensors": {"value": "value"},
        "diskio": {"read_bytes_per_second": "read_bytes", "written_bytes_per_second": "write_bytes"},
        "cpu": {"total": "total", "user": "user", "system": "system"},
        "network": {"rx_bytes_per_second": "rx", "tx_bytes_per_second": "tx"},
    },
    judged={
        "cpu": {**{share: (share,) for share in ("user", "system", "iowait", "steal", "total")},
                "context_switches": ("ctx_switches",)},
        "load": {"min5": ("min5",), "min15": ("min15",)},
        "mem": {"used_percent": ("used",)},
        "memswap": {"swap_used_percent": ("used",)},
        "network": {"rx_bytes_per_second": ("rx",), "tx_bytes_per_second": ("tx",)},
        "diskio": {"read_bytes_per_second": ("read_bytes",), "written_bytes_per_second": ("write_bytes",)},
        "fs": {"used_percent": ("used",)},
        "sensors": {"value": ("value",)},
        "quicklook": {"total": ("cpu",), "used_percent": ("mem",), "swap_used_percent": ("swap",)},
    },
    optional={
        "cpu": frozenset(("nice", "irq", "iowait", "steal", "ctx_switches", "interrupts", "soft_interrupts",
                          "syscalls")),
        "mem": frozenset(("active", "inactive", "buffers", "cached")),
        "ip": frozenset(("address", "mask", "mask_cidr", "gateway")),
    },
    not_fields=frozenset(("alert",)),
)
