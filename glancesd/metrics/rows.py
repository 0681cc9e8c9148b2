"""rows: what a row of the table of families is made of, and the rows of a reading that families show.

A rows function takes the value of a source and the filters, and gives the values of a row's labels and what figures are
taken of. A figure takes that, and gives a number, or None for a row that has none.
"""
from __future__ import annotations

import re
from operator import attrgetter

from ..collectors.cpu import TICKS_PER_SECOND
from ..lazy import pattern
from ..typed import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)
from .filters import Filters
from .text import Heading, Sample

if TYPE_CHECKING:                     # their modules are imported when a scrape asks: see `sources.Later`
    from ..collectors.cpu import Stat
    from ..collectors.cpufreq import Frequency
    from ..collectors.disk_identity import Identity as DiskIdentity
    from ..collectors.disks import DiskStats
    from ..collectors.interrupts import Table
    from ..collectors.mounts import Usage
    from ..collectors.netclass import State
    from ..collectors.own_process import Process
    from ..collectors.pressure import Pressure
    from ..collectors.processes import Sample as ProcessSample
    from ..collectors.raid import Array
    from ..collectors.supplies import Supply
    from ..collectors.thermal import Thermal
    from ..collectors.throttles import Throttles
    from ..collectors.udp_queues import UdpQueues

# The modes of a CPU as node_exporter names them: the columns of /proc/stat but for guest time.
_MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
# What a power supply and os-release say in words.
SUPPLY_TEXTS = ("capacity_level", "manufacturer", "model_name", "scope", "status", "technology", "type")
OS_TEXTS = ("build_id", "id", "id_like", "image_id", "image_version", "name", "pretty_name", "variant", "variant_id",
            "version", "version_codename", "version_id")
_VERSION = pattern(r"[0-9]+(\.[0-9]+)?", re.ASCII)

Figure = Callable[[Any], Any]
# The values of a row's labels, and what its figures are taken of.
Row = Tuple[Tuple[str, ...], Any]
Rows = Callable[[Any, Filters], Iterable[Row]]


class Family(NamedTuple):
    """One family, and the figure of a row that it shows. A row whose figure is None is left out of it."""

    name: str
    kind: str
    help: str
    figure: Figure


class Group:
    """Families that show the same rows of one source's value, with the same labels."""

    def __init__(self, source: str, labels: tuple[str, ...], rows: Rows, families: Iterable[Family]) -> None:
        self.source = source
        self.labels = labels
        self._rows = rows
        self.families = tuple((Heading(name, kind, text, labels), figure) for name, kind, text, figure in families)

    def blocks(self, value: Any, filters: Filters) -> Iterator[tuple[Heading, list[Sample]]]:
        """Each family and its samples."""
        rows = list(self._rows(value, filters))
        for heading, figure in self.families:
            yield heading, [(labels, figure(item)) for labels, item in rows]


class Ruled(NamedTuple):
    """Families that the kernel's own names make."""

    source: str
    blocks: Callable[[Any, Filters], Iterable[tuple[Heading, Sequence[Sample]]]]


class Collector(NamedTuple):
    """What one collector of node_exporter shows. Without a value of its first source there is no data for it."""

    groups: tuple[Union[Group, Ruled], ...]
    on_request: bool = False              # only when `[metrics] enable` names it


def family(name: str, kind: str, text: str, figure: Union[str, Figure]) -> Family:
    """A row of the table. `figure`: the field of a row that is shown as it is, or what makes the number of a row."""
    return Family(name, kind, text, attrgetter(figure) if isinstance(figure, str) else figure)


def times(field: str, factor: int) -> Figure:
    """A field in a smaller unit."""
    get = attrgetter(field)

    def figure(row: Any) -> Any:
        number = get(row)
        return None if number is None else number * factor
    return figure


def per(field: str, divisor: int) -> Figure:
    """A field in a larger unit. Divided last, so that no digit is lost."""
    get = attrgetter(field)

    def figure(row: Any) -> Any:
        number = get(row)
        return None if number is None else number / divisor
    return figure


def one(value: Any, filters: Filters) -> Iterable[Row]:
    """The value itself, without labels."""
    return [((), value)]


def by_name(value: Mapping[str, Any], filters: Filters) -> Iterable[Row]:
    """Devices by their names."""
    return [((name,), row) for name, row in value.items()]


def by_number(value: Mapping[int, Any], filters: Filters) -> Iterable[Row]:
    """CPUs and controllers by their numbers."""
    return [((str(number),), row) for number, row in value.items()]


def cpu_seconds(value: Stat, filters: Filters) -> Iterable[Row]:
    """A row for each CPU and mode: ticks of 10 ms. Guest time is part of user and nice; an old kernel lacks columns."""
    return [((str(number), mode), getattr(times, mode) or 0) for number, times in value.cpus.items() for mode in _MODES]


def cpu_guest_seconds(value: Stat, filters: Filters) -> Iterable[Row]:
    """As `cpu_seconds`, of what virtual machines had."""
    return [((str(number), mode), ticks or 0) for number, times in value.cpus.items()
            for mode, ticks in (("user", times.guest), ("nice", times.guest_nice))]


def seconds(ticks: int) -> float:
    """Seconds of ticks."""
    return ticks / TICKS_PER_SECOND


def online(value: Mapping[int, Throttles], filters: Filters) -> Iterable[Row]:
    """None at all where the first CPU cannot be taken out: then no file tells of it."""
    if 0 not in value or value[0].online is None:
        return []
    return [((str(number),), cpu) for number, cpu in value.items() if cpu.online is not None]


def cores(value: Mapping[int, Throttles], filters: Filters) -> Iterable[Row]:
    """One CPU of each core that counts how often heat slowed it down."""
    return _each_once(((str(cpu.package), str(cpu.core)), cpu) for cpu in value.values()
                      if cpu.core_throttles is not None and cpu.package is not None)


def packages(value: Mapping[int, Throttles], filters: Filters) -> Iterable[Row]:
    """One CPU of each package that counts how often heat slowed it down."""
    return _each_once(((str(cpu.package),), cpu) for cpu in value.values()
                      if cpu.package_throttles is not None and cpu.package is not None)


def disks(value: DiskStats, filters: Filters) -> Iterable[Row]:
    """Without what the filter names, and without the short rows of partitions in 2.6."""
    return [((name,), counters) for name, counters in value.rows.items()
            if counters.reads_merged is not None and not filters.disk(name)]


def disk_identities(value: Mapping[str, DiskIdentity], filters: Filters) -> Iterable[Row]:
    """Disks with what they are, but for those that the filter names."""
    return [((name, *identity[:-1], "" if identity.rotational is None else str(identity.rotational)), identity)
            for name, identity in value.items() if not filters.disk(name)]


def stalls(resource: str, kind: str) -> Rows:
    """The stall of one resource: `some` or `full`."""
    def rows(value: Mapping[str, Pressure], filters: Filters) -> Iterable[Row]:
        stall = getattr(value.get(resource), kind, None)
        return [] if stall is None else [((), stall)]
    return rows


def queues(value: UdpQueues, filters: Filters) -> Iterable[Row]:
    """Bytes by queue and version of IP."""
    return [((queue, ip), getattr(family, queue + "_bytes")) for ip, family in (("v4", value.v4), ("v6", value.v6))
            if family is not None for queue in ("tx", "rx")]


def mounts(value: Iterable[Usage], filters: Filters) -> Iterable[Row]:
    """Mounts with how full they are, or why they do not tell."""
    return _each_once(((usage.mount.source, usage.mount.mount_point, usage.mount.type, usage.error), usage)
                      for usage in value)


def mount_names(value: Iterable[Usage], filters: Filters) -> Iterable[Row]:
    """Mounts with the numbers of their devices, where the kernel tells them."""
    return _each_once(((usage.mount.source, *usage.mount.device.split(":"), usage.mount.mount_point), usage)
                      for usage in value if usage.mount.device is not None)


def _each_once(rows: Iterable[Row]) -> Iterable[Row]:
    """Of rows with the same labels the first: a device may be mounted twice at one place."""
    found: dict[tuple[str, ...], Any] = {}
    for labels, item in rows:
        found.setdefault(labels, item)
    return found.items()


def of_file_system(field: str) -> Figure:
    """A field of how full a mount is; None where it does not tell."""
    get = attrgetter(field)
    return lambda usage: None if usage.file_system is None else get(usage.file_system)


def interfaces(value: Mapping[str, State], filters: Filters) -> Iterable[Row]:
    """Interfaces with their addresses and states; "" for what is not known."""
    return [((name, state.address or "", state.broadcast or "", state.duplex or "", state.operstate or "",
              "" if state.is_up is None else "up" if state.is_up else "down", state.ifalias or ""), state)
            for name, state in value.items()]


def governors(value: Mapping[int, Frequency], filters: Filters) -> Iterable[Row]:
    """A row for each CPU and each governor that it could have: 1 for the one in force."""
    return [((str(number), governor), int(governor == cpu.governor)) for number, cpu in value.items()
            for governor in cpu.governors]


def zones(value: Thermal, filters: Filters) -> Iterable[Row]:
    """Thermal zones by number and type."""
    return [((str(zone.number), zone.type), zone) for zone in value.zones]


def cooling(value: Thermal, filters: Filters) -> Iterable[Row]:
    """Cooling devices by number and type."""
    return [((str(device.number), device.type), device) for device in value.devices]


def supply_texts(value: Mapping[str, Supply], filters: Filters) -> Iterable[Row]:
    """Power supplies with what their drivers say of them."""
    return [((name, *(supply.texts.get(text, "") for text in SUPPLY_TEXTS)), supply) for name, supply in value.items()]


def md_required(array: Array) -> int:
    """As many disks as an array is made for: all that it has, where its level has no redundancy; 0 when not started."""
    if not array.active:
        return 0
    return len(array.components) if array.available is None else array.available


def md_disks(value: Mapping[str, Array], filters: Filters) -> Iterable[Row]:
    """A row for each array and state, also where no disk is in it: alerts compare them."""
    return [((name, state), count) for name, array in value.items() for state, count in (
        ("active", 0 if not array.active else len(array.components) if array.used is None else array.used),
        ("failed", array.failed), ("spare", array.spare))]


def md_states(value: Mapping[str, Array], filters: Filters) -> Iterable[Row]:
    """A row for each array and state: 1 for the one that it is in."""
    return [((name, state), int(state == _md_state(array))) for name, array in value.items()
            for state in ("active", "inactive", "recovering", "resync", "check")]


def _md_state(array: Array) -> str:
    if not array.active:
        return "inactive"
    return {"recovery": "recovering", "resync": "resync", "check": "check"}.get(array.action or "", "active")


def os_texts(names: tuple[str, ...]) -> Rows:
    """The distribution, by these of the names of os-release."""
    def rows(value: Mapping[str, str], filters: Filters) -> Iterable[Row]:
        return [(tuple(value.get(name.upper(), "") for name in names), value)]
    return rows


def os_version(value: Mapping[str, str]) -> Optional[float]:
    """The first one or two numbers of VERSION_ID; None without one."""
    match = _VERSION.match(value.get("VERSION_ID", ""))
    return float(match.group()) if match else None


def number_of(attribute: str, divisor: int) -> Figure:
    """A number of a power supply, in a larger unit."""
    def figure(supply: Supply) -> Union[int, float, None]:
        number = supply.numbers.get(attribute)
        return number if number is None or divisor == 1 else number / divisor
    return figure


def limit_of(field: str) -> Figure:
    """A limit of the daemon's process: 2^64 where there is none, None where the kernel does not tell."""
    def figure(process: Process) -> Union[int, float, None]:
        if process.limits is None:
            return None
        limit: Optional[int] = getattr(process.limits, field)
        return float(1 << 64) if limit is None else limit
    return figure


def process_states(value: ProcessSample, filters: Filters) -> Iterable[Row]:
    """How many processes are in each state."""
    counts: dict[str, int] = {}
    for process in value.processes.values():
        counts[process.state] = counts.get(process.state, 0) + 1
    return [((state,), count) for state, count in sorted(counts.items())]


def interrupts(value: Table, filters: Filters) -> Iterable[Row]:
    """A row for each line and CPU; lines that the machine counts as a whole are left out."""
    cpus = list(map(str, value.cpus))
    found: list[Row] = []
    for line in value.lines.values():
        counts, description = line.counts, line.description        # each is taken out of the row anew
        if len(counts) == len(cpus) and description:
            info = _info(line.name, description)
            found += [((cpu, line.name, *info), count) for cpu, count in zip(cpus, counts)]
    return found


def _info(name: str, description: str) -> tuple[str, str]:
    """Of a numbered line the chip, and the rest of its description; of another the whole."""
    if not name.isdecimal():
        return description, ""
    info, _, devices = description.partition(" ")
    return info, " ".join(devices.split())


def itself(row: Any) -> Any:
    """A row that is its own figure."""
    return row


def always(row: Any) -> int:
    """Of families whose labels tell everything."""
    return 1
