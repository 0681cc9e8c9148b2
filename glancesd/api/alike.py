"""alike: what versions of the API show in the same words: texts, and plugins that were never renamed."""
from __future__ import annotations

import errno
import time

from .. import alerts
from ..collectors.cpu import Shares, Stat, Usage
from ..collectors.disks import DiskActivity
from ..collectors.host import Cores, Identity, Load
from ..collectors.interrupts import Interrupt, Line
from ..collectors.memory import Memory
from ..collectors.network import Traffic
from ..readings import Reading
from ..settings import Settings
from ..typed import TYPE_CHECKING, Mapping, Optional
from .dialect import JSONValue

if TYPE_CHECKING:                     # collectors that a start does without: see `sources.Later`
    from ..collectors.addresses import Route
    from ..collectors.filesystems import FileSystem
    from ..collectors.raid import Array

# The field that the top processes of an event are sorted by.
SORT_KEYS = {alerts.CPU: "cpu_percent", alerts.MEMORY: "memory_percent", alerts.IO: "io_counters"}
# Clients divide an interface's `speed` by this (every Glances multiplies Mbit/s by it).
MEBI = 1 << 20
_BUSIEST_INTERRUPTS = 5

# What the history keeps: a figure, and the item that shows it.
SERIES: Mapping[str, Mapping[str, str]] = {
    "load": {"min1": "min1", "min5": "min5", "min15": "min15"},
    "fs": {"used_percent": "percent"},
    "memswap": {"swap_used_percent": "percent"},
    "mem": {"used_percent": "percent"},
    "sensors": {"value": "value"},
    "diskio": {"read_bytes_per_second": "read_bytes", "written_bytes_per_second": "write_bytes"},
    "cpu": {"total": "total", "user": "user", "system": "system"},
    "network": {"rx_bytes_per_second": "rx", "tx_bytes_per_second": "tx"},
}
# What limits judge: a figure, and the fields that views colour by it.
JUDGED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
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
    "gpu": {"busy_percent": ("proc",), "memory_percent": ("mem",), "temperature_celsius": ("temperature",)},
    "ports": {"answered": ("status",)},
    "amps": {"matching": ("count",)},
}


def duration(seconds: float) -> str:
    """`H:MM:SS`, `1 day, H:MM:SS`, `N days, H:MM:SS`."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    clock = "%d:%02d:%02d" % (hour, minute, second)
    return clock if not days else "%d day%s, %s" % (days, "" if days == 1 else "s", clock)


def local_time(wall: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wall))


def aliased(settings: Settings, plugin: str, name: str, element: dict[str, JSONValue]) -> dict[str, JSONValue]:
    alias = settings.alias(plugin, name)
    if alias is not None:
        element["alias"] = alias
    return element


def load(settings: Settings, load: Reading[Load], stat: Reading[Optional[Stat]]) -> JSONValue:
    value = load.value
    return {"min1": value.min1, "min5": value.min5, "min15": value.min15, "cpucore": cpu_count(stat)}


def cpu_count(stat: Reading[Optional[Stat]]) -> int:
    return stat.value.cpu_count if stat.value is not None else 1


def core(settings: Settings, cores: Reading[Cores]) -> JSONValue:
    return {"phys": cores.value.physical, "log": cores.value.logical}


def uptime(settings: Settings, started: Reading[float], clock: Reading[Optional[bool]]) -> JSONValue:
    return duration(clock.wall - started.value)


def shares(found: Shares) -> dict[str, JSONValue]:
    """The shares by name, in the order of /proc/stat's columns; those that this kernel does not account are absent."""
    return {name: share for name, share in zip(Shares._fields, found) if share is not None}


def percpu(settings: Settings, usage: Reading[Usage]) -> JSONValue:
    return [{"key": "cpu_number", "cpu_number": number, **shares(found)}
            for number, found in usage.value.cpus.items()]


def fs(settings: Settings, filesystems: Reading[list[FileSystem]]) -> JSONValue:
    return [file_system(settings, entry) for entry in filesystems.value if settings.shown("fs", entry.mount_point)]


def file_system(settings: Settings, entry: FileSystem) -> dict[str, JSONValue]:
    return aliased(settings, "fs", entry.mount_point, {
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


def cpu(settings: Settings, usage: Reading[Usage], stat: Reading[Optional[Stat]]) -> JSONValue:
    value = usage.value
    counts = {"ctx_switches": value.context_switches, "interrupts": value.interrupts,
              "soft_interrupts": value.soft_interrupts, "syscalls": 0}
    return {**shares(value.shares), **{name: count for name, count in counts.items() if count is not None},
            "time_since_update": usage.elapsed, "cpucore": cpu_count(stat)}


def quicklook(settings: Settings, usage: Reading[Usage], memory: Reading[Optional[Memory]]) -> JSONValue:
    answer = {"cpu": usage.value.shares.total, "percpu": percpu(settings, usage)}
    if memory.value is not None:
        answer.update(mem=memory.value.used_percent, swap=memory.value.swap_used_percent)
    return answer


def shown_interfaces(settings: Settings, traffic: Mapping[str, Traffic]) -> list[tuple[str, Traffic]]:
    """The interfaces that the settings let be served."""
    chosen = settings.filter("network")
    return [(name, entry) for name, entry in traffic.items()
            if settings.shown("network", name) and not (chosen.hide_no_up and entry.interface.is_up is False)
            and not (chosen.hide_no_ip and entry.interface.has_address is False)]


def interface(settings: Settings, name: str, traffic: Traffic) -> dict[str, JSONValue]:
    interface = traffic.interface
    rx, tx = traffic.rx_bytes, traffic.tx_bytes
    answer: dict[str, JSONValue] = {"interface_name": name, "time_since_update": traffic.elapsed_seconds,
              "cumulative_rx": interface.rx_bytes, "rx": rx, "cumulative_tx": interface.tx_bytes, "tx": tx,
              "cumulative_cx": interface.rx_bytes + interface.tx_bytes, "cx": rx + tx,
              "rx_rate_per_sec": round(traffic.rx_bytes_per_second, 1),
              "tx_rate_per_sec": round(traffic.tx_bytes_per_second, 1),
              "cx_rate_per_sec": round(traffic.rx_bytes_per_second + traffic.tx_bytes_per_second, 1),
              "speed": (interface.speed_mbit_per_second or 0) * MEBI, "key": "interface_name"}
    if interface.is_up is not None:
        answer["is_up"] = interface.is_up
    return aliased(settings, "network", name, answer)


def disk(settings: Settings, name: str, activity: DiskActivity) -> dict[str, JSONValue]:
    return aliased(settings, "diskio", name, {
        "time_since_update": activity.elapsed_seconds, "disk_name": name,
        "read_count": activity.reads, "write_count": activity.writes,
        "read_bytes": activity.read_bytes, "write_bytes": activity.written_bytes,
        "read_bytes_rate_per_sec": round(activity.read_bytes_per_second, 1),
        "write_bytes_rate_per_sec": round(activity.written_bytes_per_second, 1), "key": "disk_name"})


def system(settings: Settings, identity: Reading[Identity]) -> JSONValue:
    value = identity.value
    platform = "%dbit" % value.word_bits
    return {"os_name": value.kernel_name, "hostname": value.hostname, "platform": platform,
            "linux_distro": value.distribution, "os_version": value.kernel_release,
            "hr_name": " ".join(part for part in (value.distribution, platform) if part)}


def irq(settings: Settings, interrupts: Reading[list[Interrupt]]) -> JSONValue:
    return [{"irq_line": _interrupt(entry.line), "irq_rate": round(entry.per_second), "key": "irq_line",
             "time_since_update": entry.elapsed_seconds} for entry in interrupts.value[:_BUSIEST_INTERRUPTS]]


def _interrupt(line: Line) -> str:
    """A numbered line carries the last word of its row: 36_virtio1-req.0."""
    return "%s_%s" % (line.name, line.device) if line.name.isdecimal() and line.device else line.name


def raid(settings: Settings, arrays: Reading[dict[str, Array]]) -> JSONValue:
    def text(number: Optional[int]) -> Optional[str]:
        return None if number is None else str(number)

    return {name: {"status": "active" if array.active else "inactive", "type": array.level,
                   "components": array.components, "available": text(array.available), "used": text(array.used),
                   "config": array.state}
            for name, array in arrays.value.items()}


def folder_size(size: Optional[int]) -> JSONValue:
    """Bytes; "!" where a directory may not be read, "?" where it cannot be measured otherwise."""
    if size is None or size >= 0:
        return size
    return "!" if -size in (errno.EACCES, errno.EPERM) else "?"


def ip(settings: Settings, route: Reading[Route]) -> JSONValue:
    value = route.value
    mask = None
    if value.prefix_length is not None:
        bits = (0xFFFFFFFF << (32 - value.prefix_length)) & 0xFFFFFFFF
        mask = ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))
    return {"address": value.address, "mask": mask, "mask_cidr": value.prefix_length or 0, "gateway": value.gateway}


def nothing(settings: Settings) -> JSONValue:
    """For what this daemon never asks for, or this machine never has; the plugin's empty value is served."""
    return None
