"""v2: the wire names of Glances API 2: a function and a row a plugin. A reading in, what `json` can print out."""
from __future__ import annotations

from collections import Counter

from ..alerts import Event
from ..collectors.disks import DiskActivity
from ..collectors.memory import Memory
from ..collectors.network import Traffic
from ..collectors.processes import Activity
from ..figures import measured
from ..readings import Reading
from ..settings import Settings
from ..sources import (
    ADDRESSES,
    ALERTS,
    AMPS,
    CLOCK,
    COMMANDS,
    CONTAINERS,
    CORES,
    CPU,
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
    PROCESSES,
    RAID,
    SENSORS,
    STARTED,
    WIRELESS,
)
from ..typed import TYPE_CHECKING, Mapping, Optional
from . import alike, processlist
from .alike import (
    SORT_KEYS,
    aliased,
    core,
    cpu,
    disk,
    fs,
    interface,
    ip,
    irq,
    load,
    local_time,
    mem,
    memswap,
    nothing,
    percpu,
    quicklook,
    raid,
    system,
    uptime,
)
from .checks import amps, gpu, ports
from .containers import docker
from .dialect import Dialect, JSONValue, Plugin, plugin

if TYPE_CHECKING:                  # few have them in the settings file: not imported for the others
    from ..collectors.power import Battery
    from ..collectors.process_details import Detail
    from ..collectors.sensors import Sensors
    from ..collectors.wireless import Station
    from ..tasks.commands import MonitorResult
    from ..tasks.folders import FolderSize

_STATE_NAMES = {"R": "running", "S": "sleeping", "D": "disk-sleep", "T": "stopped", "t": "tracing-stop", "Z": "zombie",
                "X": "dead", "x": "dead", "I": "idle", "K": "wake-kill", "W": "waking", "P": "parked"}


# -- one function for each plugin; each is given the settings and what was taken of its sources ------------------------


def now(settings: Settings, clock: Reading[bool]) -> JSONValue:
    return local_time(clock.wall)


def network(settings: Settings, traffic: Reading[dict[str, Traffic]]) -> JSONValue:
    return [interface(settings, name, entry) for name, entry in alike.shown_interfaces(settings, traffic.value)]


def diskio(settings: Settings, disks: Reading[dict[str, DiskActivity]]) -> JSONValue:
    return [disk(settings, name, entry) for name, entry in disks.value.items() if settings.shown("diskio", name)]


def hddtemp(settings: Settings, sensors: Reading[Sensors]) -> JSONValue:
    return [{"label": disk.name, "value": disk.rounded, "unit": disk.unit} for disk in sensors.value.disks]


def batpercent(settings: Settings, power: Reading[list[Battery]]) -> JSONValue:
    from ..collectors.power import combined_percent  # here: see `sources.Later`

    charge = combined_percent(power.value)
    return [] if charge is None else [{"label": "Battery", "value": charge, "unit": "%"}]


def sensors(settings: Settings, sensors: Reading[Sensors], power: Reading[Optional[list[Battery]]]) -> JSONValue:
    return [aliased(settings, "sensors", entry.label,
                     {"label": entry.label, "value": entry.value, "unit": entry.unit, "type": entry.kind,
                      "key": "label"})
            for entry in measured(sensors.value, power.value) if settings.shown("sensors", entry.label)]


def wifi(settings: Settings, stations: Reading[dict[str, Station]]) -> JSONValue:
    """The networks' names are the interfaces': /proc/net/wireless tells neither the SSID nor the encryption."""
    return [{"key": "ssid", "ssid": name, "signal": station.signal_dbm, "quality": "%g/70" % station.quality,
             "encrypted": None, "encryption_type": None}
            for name, station in stations.value.items() if settings.shown("wifi", name)]


class ProcessList(processlist.ProcessList):
    """By pid, as the 2.1 document shows it."""

    def element(self, activity: Activity, detail: Optional[Detail], memory_total_bytes: int,
                hide_arguments: bool) -> dict[str, JSONValue]:
        return process(activity, memory_total_bytes, hide_arguments)


def process(activity: Activity, memory_total_bytes: int, hide_arguments: bool) -> dict[str, JSONValue]:
    """One process as `processlist` and the top processes of an alert show it."""
    p = activity.process
    return {"pid": p.pid, "ppid": p.parent_pid, "name": p.bare_name if hide_arguments else p.name,
            "cmdline": p.program if hide_arguments else p.command_line,
            "username": p.user, "status": p.state, "nice": p.nice, "num_threads": p.threads,
            "cpu_percent": activity.cpu_percent,
            "memory_percent": processlist.memory_percent(activity, memory_total_bytes),
            "memory_info": [p.resident_bytes, p.virtual_bytes],
            "cpu_times": [processlist.seconds(p.user_ticks), processlist.seconds(p.system_ticks)],
            "io_counters": processlist.io_counters(activity)}


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
             [dict(process(entry.activity, total, settings.hide_arguments), time_since_update=entry.elapsed_seconds)
              for entry in event.top], "", SORT_KEYS[event.measure]]
            for event in events.value]


def monitor(settings: Settings, results: Reading[list[MonitorResult]]) -> JSONValue:
    return [{"description": entry.description, "regex": entry.regex, "command": entry.command,
             "countmin": entry.countmin, "countmax": entry.countmax, "count": entry.count,
             "result": entry.result} for entry in results.value]


def folders(settings: Settings, sizes: Reading[list[FolderSize]]) -> JSONValue:
    return [{"path": entry.path, "careful": entry.careful, "warning": entry.warning, "critical": entry.critical,
             "size": alike.folder_size(entry.size)} for entry in sizes.value]


def help(settings: Settings) -> JSONValue:
    return HELP


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
    "/metrics": "The machine for Prometheus, with node_exporter's names.",
}

# The one table of the plugins: those of the 2.1 document in its order, then those that later releases added.
PLUGINS: Mapping[str, Plugin] = {
    "load": plugin((LOAD, CPU_SAMPLE), load, {}),
    "core": plugin((CORES,), core, {}),
    "uptime": plugin((STARTED, CLOCK), uptime, ""),
    "fs": plugin((FILESYSTEMS,), fs, [], "mnt_point"),
    "memswap": plugin((MEMORY,), memswap, {}),
    "monitor": plugin((COMMANDS,), monitor, []),
    "percpu": plugin((CPU,), percpu, [], "cpu_number"),
    "mem": plugin((MEMORY,), mem, {}),
    "sensors": plugin((SENSORS, POWER), sensors, [], "label"),
    "system": plugin((IDENTITY,), system, {}),
    "alert": plugin((ALERTS, MEMORY), alert, []),
    "psutilversion": plugin((), nothing, None),
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
    "ports": plugin((PORTS,), ports, [], "indice"),
    "irq": plugin((INTERRUPTS,), irq, [], "irq_line"),
    "raid": plugin((RAID,), raid, {}),
    "wifi": plugin((WIRELESS,), wifi, [], "ssid"),
    "gpu": plugin((GPU,), gpu, [], "gpu_id"),
    "docker": plugin((CONTAINERS,), docker, {}),
    "cloud": plugin((), nothing, {}),
    "amps": plugin((AMPS,), amps, [], "name"),
}

DIALECT = Dialect(
    version="2",
    also=("v2",),
    plugins=PLUGINS,
    series=alike.SERIES,
    # Glances' own screens look for `mem` in the views, though the field is `memory`.
    judged={**alike.JUDGED, "docker": {"cpu_percent": ("cpu",), "memory_used_percent": ("memory", "mem")}},
    nested={"docker": "containers"},
    # Its later name, because Home Assistant's client (glances-api) looks for no other, of whatever version it asks.
    also_in_all={"docker": "containers"},
    optional={
        "cpu": frozenset(("nice", "irq", "iowait", "steal", "ctx_switches", "interrupts", "soft_interrupts",
                          "syscalls")),
        "mem": frozenset(("active", "inactive", "buffers", "cached")),
        "ip": frozenset(("address", "mask", "mask_cidr", "gateway")),
    },
    not_fields=frozenset(("alert",)),
)
