"""rules: families whose names the kernel makes: lines of meminfo and vmstat, fields of netstat, files of hwmon."""
from __future__ import annotations

import re
from functools import lru_cache

from ..lazy import pattern
from ..parsing import integer, natural_order
from ..typed import TYPE_CHECKING, Iterable, Iterator, Mapping, Optional, Sequence, Tuple, Union
from .filters import SHOWN_VMSTAT, Filters, shown_netstat
from .text import COUNTER, GAUGE, UNTYPED, Heading, Sample

if TYPE_CHECKING:                     # their modules are imported when a scrape asks: see `sources.Later`
    from ..collectors.hwmon import Chip
    from ..collectors.memory import Memory
    from ..collectors.sockstat import Sockets
    from ..collectors.vmstat import VmStat

Blocks = Iterator[Tuple[Heading, Sequence[Sample]]]
# A family, and what the kernel's number is divided by.
Scaled = Tuple[Heading, int]

_IN_PARENTHESES = pattern(r"\((.*)\)")
_NO_NAME = pattern(r"[^a-zA-Z0-9_]")
# What stands behind a name of hwmon: the unit, and what the kernel's number is divided by.
_HWMON_UNITS = {"in": ("volts", 1000), "cpu": ("volts", 1000), "temp": ("celsius", 1000), "curr": ("amps", 1000),
                "power": ("watt", 1000000), "energy": ("joule_total", 1000000), "humidity": ("", 1000000)}
_HWMON_BARE = ("fault", "alarm")
_HWMON_RPM = ("", "input", "min", "max", "target")
_HWMON_SENSOR = pattern(r"([a-z_]+?)[0-9]*")
_HWMON_HELP = {
    "temp": "Sensor: temperature (%s) in degrees Celsius.", "fan": "Sensor: fan (%s) in turns a minute.",
    "in": "Sensor: voltage (%s) in volts.", "curr": "Sensor: current (%s) in amperes.",
    "power": "Sensor: power (%s) in watts.", "energy": "Sensor: energy (%s) in joules.",
    "humidity": "Sensor: relative humidity (%s), 1 is all that air can hold."}


def meminfo(value: Memory, filters: Filters) -> Blocks:
    """Every line of /proc/meminfo, also those that are not yet known."""
    for name, number, is_bytes in value.lines():
        yield _meminfo(name, is_bytes), [((), number)]


@lru_cache(maxsize=256)
def _meminfo(name: str, is_bytes: bool) -> Heading:
    family = "node_memory_" + _NO_NAME.sub("_", _IN_PARENTHESES.sub(r"_\1", name))
    if is_bytes:
        return Heading(family + "_bytes", GAUGE, "%s of /proc/meminfo, in bytes." % name)
    return Heading(family, GAUGE, "%s of /proc/meminfo." % name)


def vmstat(value: VmStat, filters: Filters) -> Blocks:
    """Lines of /proc/vmstat, in the kernel's units: pages, and KiB of pgpgin and pgpgout."""
    for name, number in value.matching(SHOWN_VMSTAT).items():
        yield _vmstat(name), [((), number)]


@lru_cache(maxsize=128)
def _vmstat(name: str) -> Heading:
    return Heading("node_vmstat_" + _NO_NAME.sub("_", name), UNTYPED, "%s of /proc/vmstat." % name)


def netstat(value: Mapping[str, Mapping[str, int]], filters: Filters) -> Blocks:
    """Fields of the network's protocols."""
    for protocol, fields in value.items():
        for name, heading in _netstat_shown(protocol, tuple(fields)):
            yield heading, [((), fields[name])]


@lru_cache(maxsize=32)
def _netstat_shown(protocol: str, names: tuple[str, ...]) -> list[tuple[str, Heading]]:
    """The names of a protocol that are shown: forty of some three hundred, and the same at each scrape."""
    return [(name, _netstat(protocol, name)) for name in names if shown_netstat(protocol, name)]


def _netstat(protocol: str, name: str) -> Heading:
    file = "netstat" if protocol.endswith("Ext") else "snmp6" if protocol.endswith("6") else "snmp"
    return Heading(_NO_NAME.sub("_", "node_netstat_%s_%s" % (protocol, name)), UNTYPED,
                   "%s of protocol %s in /proc/net/%s." % (name, protocol, file))


def sockstat(value: Sockets, filters: Filters) -> Blocks:
    """Counts of sockets; of `mem`, which is in pages, also the bytes."""
    for protocol, counts in value.protocols.items():
        for name, number in counts.items():
            yield _sockstat(protocol, name), [((), number)]
            if name == "mem" and value.page_bytes:
                yield _sockstat(protocol, "mem_bytes"), [((), number * value.page_bytes)]


@lru_cache(maxsize=128)
def _sockstat(protocol: str, name: str) -> Heading:
    text = "Sockets of %s: %s." if name != "mem_bytes" else "Memory of the sockets of %s, in bytes (%s)."
    return Heading(_NO_NAME.sub("_", "node_sockstat_%s_%s" % (protocol, name)), GAUGE, text % (protocol, name))


def hwmon(value: Iterable[Chip], filters: Filters) -> Blocks:
    """Every file of every sensor, and the names of chips and sensors."""
    chips = hwmon_chips(value)
    yield (Heading("node_hwmon_chip_names", GAUGE, "Name of the driver of this chip.", ("chip", "chip_name")),
           [((label, _cleaned(chip.name)), 1) for label, chip in chips.items() if chip.name is not None])
    labels: list[Sample] = []
    families: dict[Heading, list[Sample]] = {}
    for label, chip in chips.items():
        for sensor in sorted(chip.sensors, key=natural_order):
            files = chip.sensors[sensor]
            if "label" in files:
                labels.append(((label, sensor, files["label"]), 1))
            for kind, text in files.items():
                found = hwmon_family(sensor, kind, "" in files)
                number = _number(text)
                if found is not None and number is not None:
                    heading, divisor = found
                    families.setdefault(heading, []).append(
                        ((label, sensor), number / divisor if divisor != 1 else number))
    yield (Heading("node_hwmon_sensor_label", GAUGE, "What the driver calls this sensor.", ("chip", "sensor", "label")),
           labels)
    yield from sorted(families.items())


def hwmon_chips(chips: Iterable[Chip]) -> dict[str, Chip]:
    """Chips by label: their place in the machine, because the numbers of hwmonN are dealt out anew at each boot."""
    found: dict[str, list[Chip]] = {}
    for chip in chips:
        found.setdefault(_chip(chip), []).append(chip)
    labelled: dict[str, Chip] = {}
    for label, same in found.items():
        names = [_cleaned(chip.name or "") for chip in same]
        for name, chip in zip(names, same):
            tail = name if name and names.count(name) == 1 else _cleaned(chip.entry)
            labelled[label if len(same) == 1 else "%s_%s" % (label, tail)] = chip
    return labelled


def _chip(chip: Chip) -> str:
    if chip.device is not None:
        parent, _, last = chip.device.rpartition("/")
        kind, name = _cleaned(parent.rpartition("/")[2]), _cleaned(last)
        if name:
            return "%s_%s" % (kind, name) if kind else name
    return _cleaned(chip.name or "") or _cleaned(chip.place.rpartition("/")[2])


@lru_cache(maxsize=512)
def hwmon_family(sensor: str, kind: str, has_bare: bool) -> Optional[Scaled]:
    """The family of a sensor's file and what its number is divided by; None for a file of none."""
    match = _HWMON_SENSOR.fullmatch(sensor)
    if match is None or kind == "label":
        return None
    type_name = match.group(1)
    if type_name == "beep_enable":
        return _hwmon("node_hwmon_beep_enabled", "1 when the chip beeps at an alarm."), 1
    if type_name == "update_interval":
        return _hwmon("node_hwmon_update_interval_seconds", "Seconds between two measurements of the chip."), 1000
    if type_name == "vrm":
        return _hwmon("node_hwmon_voltage_regulator_version", "Version of the rules that the voltages keep."), 1
    name = "node_hwmon_" + type_name
    if kind and (kind != "input" or has_bare):
        name += "_" + _cleaned(kind)
    if kind in _HWMON_BARE:
        return _hwmon(name, "Sensor: 1 when %s." % ("it is faulty" if kind == "fault" else "its alarm is on")), 1
    if kind == "beep":
        return _hwmon(name + "_enabled", "Sensor: 1 when the chip beeps at its alarm."), 1
    return _hwmon_with_unit(name, type_name, kind)


def _hwmon_with_unit(name: str, type_name: str, kind: str) -> Scaled:
    # A bare `temp` is an input: one HELP for both, or they would be two families of one name.
    own = "input" if type_name in _HWMON_HELP else "its own value"
    text = _HWMON_HELP.get(type_name, "Sensor: " + type_name + " (%s).") % (kind or own)
    if type_name == "fan":
        return _hwmon(name + "_rpm" * (kind in _HWMON_RPM), text), 1
    if type_name == "power" and kind == "accuracy":
        return _hwmon(name, "Sensor: accuracy of the power meter, 1 is exact."), 1000000
    if type_name == "power" and kind.startswith("average_interval"):
        return _hwmon(name + "_seconds", "Sensor: seconds that the power is averaged over (%s)." % kind), 1000
    unit, divisor = _HWMON_UNITS.get(type_name, ("", 1))
    if type_name == "temp" and kind == "type":
        return _hwmon(name, "Sensor: kind of the temperature sensor (Documentation/hwmon)."), 1
    return _hwmon(name + ("_" + unit if unit else ""), text), divisor


def _hwmon(name: str, text: str) -> Heading:
    return Heading(name, COUNTER if name.endswith("_total") else GAUGE, text, ("chip", "sensor"))


def _number(text: str) -> Union[int, float, None]:
    """An integer, or the float that some drivers print; None for a text that is no finite number."""
    try:
        return integer(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None


def _cleaned(text: str) -> str:
    """As node_exporter makes a label of a name: lower case, "_" for what is not a-z, 0-9, ":" or "_", none at the ends.
    """
    return re.sub(r"[^a-z0-9:_]", "_", text.lower()).strip("_")
