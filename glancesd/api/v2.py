"""v2: the wire names of Glances API 2. A reading in, what `json` can print out; a function and a row a plugin."""
from __future__ import annotations

import time
from collections import Counter
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Optional

from ..answers import Encoded, dump
from ..collectors.cpu import Shares, Usage
from ..collectors.disks import DiskActivity
from ..collectors.filesystems import FileSystem
from ..collectors.network import Traffic
from ..collectors.power import combined_percent
from ..collectors.processes import Activity
from ..delta import percent
from ..readings import Reading
from ..settings import Settings

JSONValue = Any

# Clients divide `speed` by this (every Glances multiplies Mbit/s by it).
_MEBI = 1 << 20
_TICKS_PER_SECOND = 100
_STATE_NAMES = {"R": "running", "S": "sleeping", "D": "disk-sleep", "T": "stopped", "t": "tracing-stop", "Z": "zombie",
                "X": "dead", "x": "dead", "I": "idle", "K": "wake-kill", "W": "waking", "P": "parked"}


class Plugin(NamedTuple):
    """One plugin of the API: what it is made of and how, and its elements' key field.

    `empty` is served when the first source has nothing, so `render` sees a value there; of the others it may see None.
    """

    sources: tuple[str, ...]
    render: Callable[..., JSONValue]
    empty: JSONValue
    key: Optional[str] = None


def clean(text: str) -> str:
    """The text as it is served: bytes that were not UTF-8 as U+FFFD."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def duration(seconds: float) -> str:
    """`H:MM:SS`, `1 day, H:MM:SS`, `N days, H:MM:SS`."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    clock = "%d:%02d:%02d" % (hour, minute, second)
    return clock if not days else "%d day%s, %s" % (days, "" if days == 1 else "s", clock)


def local_time(wall: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wall))


def local_timestamp(wall: float) -> str:
    """ISO 8601 in local time without a zone, microseconds only where there are some: as the history routes print it."""
    microseconds = int(wall * 1e6)
    seconds, fraction = divmod(microseconds, 1000000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(seconds))
    return "%s.%06d" % (text, fraction) if fraction else text


# -- one function for each plugin; each is given the settings and what was taken of its sources ------------------------


def load(settings: Settings, load: Reading, stat: Reading) -> JSONValue:
    value = load.value
    return {"min1": value.min1, "min5": value.min5, "min15": value.min15, "cpucore": _cpus(stat)}


def _cpus(stat: Reading) -> int:
    return len(stat.value.cpus) or 1 if stat.value is not None else 1


def core(settings: Settings, cores: Reading) -> JSONValue:
    return {"phys": cores.value.physical, "log": cores.value.logical}


def uptime(settings: Settings, stat: Reading, clock: Reading) -> JSONValue:
    boot = stat.value.boot_time_seconds
    return None if boot is None else duration(clock.wall - boot)


def now(settings: Settings, clock: Reading) -> JSONValue:
    return local_time(clock.wall)


def fs(settings: Settings, filesystems: Reading) -> JSONValue:
    return [_file_system(settings, entry) for entry in filesystems.value
            if settings.shown("fs", clean(entry.mount.mount_point))]


def _file_system(settings: Settings, entry: FileSystem) -> dict[str, JSONValue]:
    mount_point = clean(entry.mount.mount_point)
    return _aliased(settings, "fs", mount_point, {
        "device_name": clean(entry.mount.source), "fs_type": entry.mount.type, "mnt_point": mount_point,
        "size": entry.size_bytes, "used": entry.used_bytes, "free": entry.free_bytes,
        "percent": percent(entry.used_bytes, entry.used_bytes + entry.free_bytes), "key": "mnt_point"})


def mem(settings: Settings, memory: Reading) -> JSONValue:
    m = memory.value
    used = m.total_bytes - m.available_bytes
    return {"total": m.total_bytes, "available": m.available_bytes, "percent": percent(used, m.total_bytes),
            "used": used, "free": m.available_bytes, "active": m.active_bytes, "inactive": m.inactive_bytes,
            "buffers": m.buffers_bytes, "cached": m.cached_bytes, "shared": m.shared_bytes}


def memswap(settings: Settings, memory: Reading) -> JSONValue:
    m = memory.value
    used = m.swap_total_bytes - m.swap_free_bytes
    return {"total": m.swap_total_bytes, "used": used, "free": m.swap_free_bytes,
            "percent": percent(used, m.swap_total_bytes), "sin": m.swap_in_bytes, "sout": m.swap_out_bytes}


def _shares(shares: Shares) -> dict[str, JSONValue]:
    """The shares by name, in the order of /proc/stat's columns; those that this kernel does not account are absent."""
    return {name: share for name, share in zip(Shares._fields, shares) if share is not None}


def cpu(settings: Settings, usage: Reading, stat: Reading) -> JSONValue:
    value: Usage = usage.value
    answer = _shares(value.shares)
    answer.update(ctx_switches=value.context_switches, interrupts=value.interrupts,
                  soft_interrupts=value.soft_interrupts, syscalls=0, time_since_update=usage.elapsed,
                  cpucore=_cpus(stat))
    return answer


def percpu(settings: Settings, usage: Reading) -> JSONValue:
    return [{"key": "cpu_number", "cpu_number": number, **_shares(shares)}
            for number, shares in usage.value.cpus.items()]


def quicklook(settings: Settings, usage: Reading, memory: Reading) -> JSONValue:
    answer = {"cpu": usage.value.shares.total, "percpu": percpu(settings, usage)}
    if memory.value is not None:
        answer.update(mem=mem(settings, memory)["percent"], swap=memswap(settings, memory)["percent"])
    return answer


def network(settings: Settings, traffic: Reading) -> JSONValue:
    return [_interface(settings, name, entry) for name, entry in traffic.value.items()
            if settings.shown("network", name)]


def _interface(settings: Settings, name: str, traffic: Traffic) -> dict[str, JSONValue]:
    interface = traffic.interface
    rx, tx = traffic.rx_bytes, traffic.tx_bytes
    answer = {"interface_name": name, "time_since_update": traffic.elapsed_seconds,
              "cumulative_rx": interface.rx_bytes, "rx": rx, "cumulative_tx": interface.tx_bytes, "tx": tx,
              "cumulative_cx": interface.rx_bytes + interface.tx_bytes, "cx": rx + tx,
              "rx_rate_per_sec": round(traffic.rx_bytes_per_second, 1),
              "tx_rate_per_sec": round(traffic.tx_bytes_per_second, 1),
              "cx_rate_per_sec": round(traffic.rx_bytes_per_second + traffic.tx_bytes_per_second, 1),
              "speed": (interface.speed_mbit_per_second or 0) * _MEBI, "key": "interface_name"}
    if interface.is_up is not None:
        answer["is_up"] = interface.is_up
    return _aliased(settings, "network", name, answer)


def diskio(settings: Settings, disks: Reading) -> JSONValue:
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


def irq(settings: Settings, interrupts: Reading) -> JSONValue:
    return [{"irq_line": entry.line, "irq_rate": entry.per_second, "key": "irq_line",
             "time_since_update": entry.elapsed_seconds} for entry in interrupts.value]


def hddtemp(settings: Settings, sensors: Reading) -> JSONValue:
    return [{"label": disk.name, "value": _rounded(disk.value), "unit": disk.unit} for disk in sensors.value.disks]


def batpercent(settings: Settings, power: Reading) -> JSONValue:
    charge = combined_percent(power.value)
    return [] if charge is None else [{"label": "Battery", "value": charge, "unit": "%"}]


def sensors(settings: Settings, sensors: Reading, power: Reading) -> JSONValue:
    found = [(entry.label, round(entry.value, 1), "C", "temperature_core") for entry in sensors.value.temperatures]
    found += [(entry.label, int(entry.value), "rpm", "fan_speed") for entry in sensors.value.fans]
    found += [(disk.name, _rounded(disk.value), disk.unit, "temperature_hdd") for disk in sensors.value.disks]
    if power.value is not None:
        found += [(entry["label"], entry["value"], entry["unit"], "battery") for entry in batpercent(settings, power)]
    return [_aliased(settings, "sensors", label,
                     {"label": label, "value": value, "unit": unit, "type": kind, "key": "label"})
            for label, value, unit, kind in found if settings.shown("sensors", label)]


def _rounded(value: Any) -> Any:
    return round(value, 1) if isinstance(value, float) else value


def system(settings: Settings, identity: Reading) -> JSONValue:
    value = identity.value
    platform = "%dbit" % value.word_bits
    return {"os_name": value.kernel_name, "hostname": value.hostname, "platform": platform,
            "linux_distro": value.distribution, "os_version": value.kernel_release,
            "hr_name": " ".join(part for part in (value.distribution, platform) if part)}


def raid(settings: Settings, arrays: Reading) -> JSONValue:
    def text(number: Optional[int]) -> Optional[str]:
        return None if number is None else str(number)

    return {name: {"status": "active" if array.active else "inactive", "type": array.level,
                   "components": array.components, "available": text(array.available), "used": text(array.used),
                   "config": array.state}
            for name, array in arrays.value.items()}


def ip(settings: Settings, route: Reading) -> JSONValue:
    value = route.value
    bits = (0xFFFFFFFF << (32 - value.prefix_length)) & 0xFFFFFFFF
    mask = ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))
    return {"address": value.address, "mask": mask, "mask_cidr": value.prefix_length, "gateway": value.gateway}


def wifi(settings: Settings, stations: Reading) -> JSONValue:
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

    def __call__(self, settings: Settings, activities: Reading, memory: Reading) -> JSONValue:
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
    return {"pid": p.pid, "ppid": p.parent_pid, "name": p.name,
            "cmdline": p.command_line if not hide_arguments else program(p.command_line),
            "username": p.user, "status": p.state, "nice": p.nice, "num_threads": p.threads,
            "cpu_percent": activity.cpu_percent,
            "memory_percent": p.resident_bytes * 100.0 / memory_total_bytes if memory_total_bytes else 0.0,
            "memory_info": [p.resident_bytes, p.virtual_bytes],
            "cpu_times": [p.user_ticks / _TICKS_PER_SECOND, p.system_ticks / _TICKS_PER_SECOND],
            "io_counters": io if counted else [0, 0, 0, 0, 0], "time_since_update": activity.elapsed_seconds}


def program(command_line: str) -> str:
    """The command line without its arguments."""
    return command_line.split(" ", 1)[0]


def processcount(settings: Settings, activities: Reading, pid_max: Reading) -> JSONValue:
    found = [entry.process for entry in activities.value]
    count = {"total": len(found), "running": 0, "sleeping": 0, "thread": sum([entry.threads for entry in found]),
             "pid_max": pid_max.value}
    for letter, number in Counter([entry.state for entry in found]).items():
        state = _STATE_NAMES.get(letter, letter)
        count[state] = count.get(state, 0) + number
    return count


def alert(settings: Settings, events: Reading, memory: Reading) -> JSONValue:
    total = memory.value.total_bytes if memory.value is not None else 0
    return [[float(int(event.begin)), -1 if event.end is None else float(int(event.end)), event.state, event.type,
             event.maximum, event.total / event.count, event.minimum, event.total, event.count,
             [process(entry, total, settings.hide_arguments) for entry in event.top], "", event.sort_key]
            for event in events.value]


def monitor(settings: Settings, results: Reading) -> JSONValue:
    return [{"description": entry.description, "regex": entry.regex, "command": entry.command,
             "countmin": entry.countmin, "countmax": entry.countmax, "count": entry.count,
             "result": entry.result} for entry in results.value]


def folders(settings: Settings, sizes: Reading) -> JSONValue:
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
    "load": Plugin(("load", "cpu_sample"), load, {}),
    "core": Plugin(("cores",), core, {}),
    "uptime": Plugin(("cpu_sample", "clock"), uptime, ""),
    "fs": Plugin(("filesystems",), fs, [], "mnt_point"),
    "memswap": Plugin(("memory",), memswap, {}),
    "monitor": Plugin(("commands",), monitor, []),
    "percpu": Plugin(("cpu",), percpu, [], "cpu_number"),
    "mem": Plugin(("memory",), mem, {}),
    "sensors": Plugin(("sensors", "power"), sensors, [], "label"),
    "system": Plugin(("identity",), system, {}),
    "alert": Plugin(("alerts", "memory"), alert, []),
    "psutilversion": Plugin((), _nothing, None),
    "processlist": Plugin(("processes", "memory"), ProcessList(), [], "pid"),
    "diskio": Plugin(("disks",), diskio, [], "disk_name"),
    "hddtemp": Plugin(("sensors",), hddtemp, []),
    "processcount": Plugin(("processes", "pid_max"), processcount, {}),
    "batpercent": Plugin(("power",), batpercent, []),
    "now": Plugin(("clock",), now, ""),
    "cpu": Plugin(("cpu", "cpu_sample"), cpu, {}),
    "network": Plugin(("network",), network, [], "interface_name"),
    "help": Plugin((), help, {}),
    "quicklook": Plugin(("cpu", "memory"), quicklook, {}),
    "ip": Plugin(("addresses",), ip, {}),
    "folders": Plugin(("folders",), folders, [], "path"),
    "ports": Plugin((), _nothing, []),
    "irq": Plugin(("interrupts",), irq, [], "irq_line"),
    "raid": Plugin(("raid",), raid, {}),
    "wifi": Plugin(("wireless",), wifi, [], "ssid"),
    "gpu": Plugin((), _nothing, []),
    "docker": Plugin((), _nothing, {}),
    "cloud": Plugin((), _nothing, {}),
    "amps": Plugin((), _nothing, []),
}

# Fields that Glances' own screens leave out when there is little room.
_OPTIONAL_FIELDS: Mapping[str, frozenset[str]] = {
    "cpu": frozenset(("nice", "irq", "iowait", "steal", "ctx_switches", "interrupts", "soft_interrupts", "syscalls")),
    "mem": frozenset(("active", "inactive", "buffers", "cached")),
    "ip": frozenset(("address", "mask", "mask_cidr", "gateway")),
}


# What the history keeps of a plugin or of each of its elements: an item, and the field that it is of.
KEPT: Mapping[str, Mapping[str, str]] = {
    "load": {"min1": "min1", "min5": "min5", "min15": "min15"},
    "fs": {"percent": "percent"},
    "memswap": {"percent": "percent"},
    "mem": {"percent": "percent"},
    "sensors": {"value": "value"},
    "diskio": {"read_bytes": "read_bytes_rate_per_sec", "write_bytes": "write_bytes_rate_per_sec"},
    "cpu": {"user": "user", "system": "system"},
    "network": {"rx": "rx_rate_per_sec", "tx": "tx_rate_per_sec"},
}


def points(plugin: str, value: JSONValue) -> Iterator[tuple[str, JSONValue]]:
    """What a value, as it is served, gives to the history: items ("user", of an element "eth0_rx") and numbers."""
    key = PLUGINS[plugin].key
    for element in [value] if key is None else value:
        for item, field in KEPT[plugin].items():
            yield item if key is None else "%s_%s" % (element[key], item), element.get(field)


def views(plugin: str, value: JSONValue, decorations: Mapping[tuple[str, str], str]) -> dict[str, JSONValue]:
    """How each field stands to its limits: by field for an object, by key and field for a list that has a key, else {}.

    `decorations`: by element ("" for an object) and field; what is not among them has no limit.
    """
    def fields(names: Mapping[str, JSONValue], element: str) -> dict[str, JSONValue]:
        optional = _OPTIONAL_FIELDS.get(plugin, frozenset())
        return {name: {"decoration": decorations.get((element, name), "DEFAULT"), "optional": name in optional,
                       "additional": False, "splittable": False} for name in names}

    key = PLUGINS[plugin].key
    if isinstance(value, dict):
        return fields(value, "")
    if key is None or not isinstance(value, list):
        return {}
    return {str(element[key]): fields(element, str(element[key])) for element in value}
