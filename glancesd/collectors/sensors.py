"""sensors: temperatures and fans, from /sys/class/hwmon and thermal; disks, also from the hddtemp daemon.

    hwmon2/name           coretemp
    hwmon2/temp1_label    Package id 0
    hwmon2/temp1_input    45900           thousandths of a degree Celsius
    hwmon2/temp1_max      80000           from which its maker warns
    hwmon2/temp1_crit     100000          from which it may break or shut down
    hwmon2/temp1_fault    0               1: disconnected
    hwmon3/fan1_input     1204            revolutions a minute
    thermal_zone0/type    cpu-thermal
    thermal_zone0/temp    48312           thousandths of a degree Celsius; whole ones by Allwinner's old kernels: 48
    127.0.0.1:7634        |/dev/sda|WDC WD40EFRX-68N32N0|31|C||/dev/sdb|ST8000VN004|SLP|*|
"""
from __future__ import annotations

import math
import re
import socket
import time
from functools import partial

from ..lazy import pattern
from ..parsing import ParseError, decode, natural_order, optional_number
from ..patience import Call, Outcome, Patience
from ..roots import Roots
from ..typed import Any, Callable, Iterable, Mapping, NamedTuple, Optional, Pattern, Union

HDDTEMP_PORT = 7634
# For the whole of hddtemp's answer; `Patience` bounds how long anybody waits for it.
HDDTEMP_SECONDS = 5.0
HDDTEMP_BYTES = 64 << 10

_HWMON = "class/hwmon"
_THERMAL = "class/thermal"
_HDDTEMP = "hddtemp"
_HDDTEMP_FIELDS = 5
_TEMPERATURE = pattern(r"(temp[0-9]+)_input")
_FAN = pattern(r"(fan[0-9]+)_input")
_ZONE = pattern(r"(thermal_zone[0-9]+)")
# Drivers whose chip is a disk, and a namespace of one: nvme0c1n2 is the path by controller 1 to the disk nvme0n2.
_DISK_CHIPS = ("drivetemp", "nvme")
_NAMESPACE = pattern(r"(nvme[0-9]+)(?:c[0-9]+)?(n[0-9]+)")
# Beyond these lie the ways of firmware to say "none": 0 K (-273.15 °C, in tenths of a kelvin -273.1), -128, 65535 K
# (65261.85 °C). A register of a chip that is not there reads as all ones: 255, 255.875, 255.9375.
_COLDEST, _HOTTEST = -100.0, 1000.0
_ALL_ONES = range(255000, 256000)
_NO_FAN = 65535
# No zone of a running machine is within a fifth of a degree of freezing: such a number is of whole degrees.
_WHOLE_DEGREES = range(1, 201)
# Chips and labels of a CPU's own temperature: coretemp, k10temp, Tctl, cpu_thermal, soc-thermal, Package id 0, CPUTIN.
_OF_A_CPU = pattern(r"cpu|core|k[0-9]+temp|zenpower|tctl|tdie|soc|package|pkg", re.IGNORECASE)


class Sensor(NamedTuple):
    """One sensor: degrees Celsius of a temperature, whole revolutions a minute of a fan."""

    chip: str                     # the driver's name for it; of a thermal zone, the zone
    label: str                    # no two temperatures or fans have the same
    value: Union[float, int]
    file: str = ""                # what its attributes begin with, below /sys: "class/hwmon/hwmon2/temp1"

    @property
    def rounded(self) -> Union[float, int]:
        """Degrees to one decimal; revolutions as they are."""
        return round(self.value, 1) + 0            # -0.0 is 0.0


class Thresholds(NamedTuple):
    """What its maker says of one temperature, in degrees Celsius; None: the driver does not tell."""

    high: Optional[float]
    critical: Optional[float]


class DiskTemperature(NamedTuple):
    """The temperature of one disk, or hddtemp's word for why there is none."""

    name: str                     # "sda"
    value: Union[float, str]      # in `unit`, or "SLP" (asleep), "ERR", "UNK", "NOS" (no sensor)
    unit: str                     # "C", "F"; "*" beside a word

    @property
    def rounded(self) -> Union[float, str]:
        """The value to one decimal, or the word."""
        return self.value if isinstance(self.value, str) else round(self.value, 1)

    @property
    def celsius(self) -> Optional[float]:
        """Degrees Celsius to one decimal, whatever the unit; None beside a word."""
        if isinstance(self.value, str):
            return None
        return round((self.value - 32) * 5 / 9 if self.unit == "F" else self.value, 1)


class Sensors(NamedTuple):
    """Every sensor that has a value, hwmon's chips in the order of their places in the machine."""

    temperatures: list[Sensor]
    fans: list[Sensor]
    disks: list[DiskTemperature]


def parse_celsius(text: Optional[str]) -> Optional[float]:
    """Degrees of an attribute in thousandths; None without a number, and for the sentinels of firmware."""
    number = optional_number(text)
    if number is None or number in _ALL_ONES or not _COLDEST <= number / 1000.0 < _HOTTEST:
        return None
    return number / 1000.0


def parse_zone(text: Optional[str]) -> Optional[float]:
    """As `parse_celsius`, of a thermal zone, which may be in whole degrees."""
    number = optional_number(text)
    return float(number) if number is not None and number in _WHOLE_DEGREES else parse_celsius(text)


def parse_fan(text: Optional[str]) -> Optional[int]:
    """Revolutions a minute; None without a number, and for a fan that is not there."""
    number = optional_number(text)
    return number if number is not None and 0 <= number < _NO_FAN else None


def parse_hddtemp(text: str, file: str = _HDDTEMP) -> list[DiskTemperature]:
    """Disks in hddtemp's order. ParseError when the text is not `|device|model|temperature|unit|`, repeated."""
    fields = text.strip().split("|")
    if len(fields) % _HDDTEMP_FIELDS != 1 or fields[-1]:
        raise ParseError(file, 1, "not disks and their temperatures: %.60r" % text)
    disks = []
    for at in range(0, len(fields) - 1, _HDDTEMP_FIELDS):
        between, device, _model, value, unit = fields[at:at + _HDDTEMP_FIELDS]
        name = device.rpartition("/")[2]
        if between or not name:
            raise ParseError(file, 1, "not a disk and its temperature: %.60r" % "|".join(fields[at:]))
        disks.append(DiskTemperature(name, _degrees_or_word(value), unit))
    return disks


class Sampler:
    """Samples every sensor. A slow one shows its latest value and delays no other.

    State: one outcome for each sensor, and hddtemp's latest answer.
    """

    def __init__(self, hddtemp_port: int = HDDTEMP_PORT) -> None:
        self._port = hddtemp_port
        self._chips = Patience()
        self._zones = Patience()
        self._answer: list[DiskTemperature] = []

    def __call__(self, roots: Roots) -> Sensors:
        """What answers at the moment. A sensor that refuses is left out, and so is a daemon that talks nonsense."""
        chips = _find_chips(roots)
        labels: set[str] = set()
        temperatures = _find_sensors(roots, [(chip.name, chip.directory, chip.temperatures) for chip in chips],
                                     _temperature, labels)
        fans = _find_sensors(roots, [(chip.name, chip.directory, chip.fans) for chip in chips], _fan, labels)
        calls: dict[str, Call] = {file: sensor.read for file, sensor in [*temperatures.items(), *fans.items()]}
        if roots.live:
            calls[_HDDTEMP] = self._ask_hddtemp
        outcomes = self._chips.run(calls)
        disks = _disks(roots, chips, outcomes)
        # One that is merely late will be there next time.
        alive = [sensor for file, sensor in temperatures.items()
                 if outcomes[file].value is not None or outcomes[file].late]
        # A zone is often the only thermometer of a CPU; where a chip tells more of that, zones add nothing.
        if not any(map(_is_of_a_cpu, alive)):
            zones = _find_zones(roots, labels, {sensor.chip for sensor in alive})
            outcomes.update(self._zones.run({file: zone.read for file, zone in zones.items()}))
            temperatures.update(zones)
        return Sensors(_readings(temperatures, outcomes), _readings(fans, outcomes), disks)

    def _ask_hddtemp(self) -> list[DiskTemperature]:
        answer = _hddtemp_answer(self._port)
        if answer:                # it sends nothing while it is busy with the disks
            self._answer = parse_hddtemp(answer)
        return self._answer


class ThresholdSampler:
    """Reads each sensor's thresholds once: they are set by its maker.

    State: the thresholds of each sensor of the latest sample.
    """

    def __init__(self) -> None:
        self._known: dict[str, Thresholds] = {}
        self._sensors = Patience()

    def __call__(self, roots: Roots, sensors: Optional[Sensors]) -> dict[str, Thresholds]:
        """By label. A sensor that is slow, or a thermal zone, has none yet."""
        files = {sensor.file: sensor.label for sensor in (sensors.temperatures if sensors is not None else ())}
        calls = {file: partial(_thresholds, roots, file) for file in files if file not in self._known}
        outcomes = self._sensors.run(calls)
        self._known.update((file, outcome.value) for file, outcome in outcomes.items() if outcome.value is not None)
        self._known = {file: self._known[file] for file in files if file in self._known}
        return {files[file]: thresholds for file, thresholds in self._known.items()}


class _Chip(NamedTuple):
    """One chip of hwmon and which sensors it has ("temp1", "temp2", "temp10")."""

    name: str
    directory: str                # of its attributes
    device: str                   # what it measures or sits on
    temperatures: list[str]
    fans: list[str]


class _Found(NamedTuple):
    """One sensor, named and not yet read."""

    chip: str
    label: str
    read: Call


def _find_chips(roots: Roots) -> list[_Chip]:
    """Chips by their place in the machine: the numbers of hwmonN change from boot to boot."""
    found = []
    for entry in roots.sys_names(_HWMON):
        directory = "%s/%s" % (_HWMON, entry)
        device = directory + "/device"
        name = roots.attribute(directory + "/name") or roots.attribute(device + "/name") or entry
        names = roots.sys_names(directory)
        if not _stems(names, _TEMPERATURE) and not _stems(names, _FAN):      # drivers older than about Linux 3.15
            directory, names = device, roots.sys_names(device)
        place = roots.sys_target(device) or ""
        chip = _Chip(name, directory, device, _stems(names, _TEMPERATURE), _stems(names, _FAN))
        found.append((natural_order(place), name, natural_order(entry), chip))
    return [chip for _place, _name, _entry, chip in sorted(found)]


def _find_sensors(roots: Roots, chips: Iterable[tuple[str, str, list[str]]], read: Callable[[Roots, str], Any],
                  labels: set[str]) -> dict[str, _Found]:
    """Sensors of each (chip, directory, stems), by file. One without a label: its chip's name and its number there."""
    found: dict[str, _Found] = {}
    count: dict[str, int] = {}
    for chip, directory, stems in chips:
        for stem in stems:
            file = "%s/%s" % (directory, stem)
            count[chip] = count.get(chip, 0) + 1
            label = roots.attribute(file + "_label") or "%s %d" % (chip, count[chip])
            found[file] = _Found(chip, _unique(label, labels), partial(read, roots, file))
    return found


def _find_zones(roots: Roots, labels: set[str], chips: set[str]) -> dict[str, _Found]:
    """Thermal zones by file, named by their type, without those that one of the chips shows."""
    found = {}
    for zone in _stems(roots.sys_names(_THERMAL), _ZONE):
        label = roots.attribute("%s/%s/type" % (_THERMAL, zone)) or zone
        if label.replace("-", "_") in chips or label in chips:        # the kernel names a zone's chip by its type
            continue
        file = "%s/%s/temp" % (_THERMAL, zone)
        found[file] = _Found(zone, label, partial(_zone, roots, file))
    # Beside chips it is the CPU that is missing; what else there is (batteries, the firmware's own) would be much.
    of_cpus = {file: zone for file, zone in found.items() if _is_of_a_cpu(zone)} if chips else {}
    return {file: zone._replace(label=_unique(zone.label, labels)) for file, zone in (of_cpus or found).items()}


def _temperature(roots: Roots, file: str) -> Optional[float]:
    return None if _is_faulty(roots, file) else parse_celsius(roots.attribute(file + "_input"))


def _fan(roots: Roots, file: str) -> Optional[int]:
    return None if _is_faulty(roots, file) else parse_fan(roots.attribute(file + "_input"))


def _zone(roots: Roots, file: str) -> Optional[float]:
    return parse_zone(roots.attribute(file))


def _is_of_a_cpu(sensor: _Found) -> bool:
    return _OF_A_CPU.search(sensor.chip) is not None or _OF_A_CPU.search(sensor.label) is not None


def _thresholds(roots: Roots, file: str) -> Thresholds:
    return Thresholds(parse_celsius(roots.attribute(file + "_max")), parse_celsius(roots.attribute(file + "_crit")))


def _is_faulty(roots: Roots, file: str) -> bool:
    return bool(optional_number(roots.attribute(file + "_fault")))


def _readings(sensors: Mapping[str, _Found], outcomes: Mapping[str, Outcome]) -> list[Sensor]:
    return [Sensor(sensor.chip, sensor.label, outcomes[file].value, file)
            for file, sensor in sensors.items() if outcomes[file].value is not None]


def _disks(roots: Roots, chips: Iterable[_Chip], outcomes: Mapping[str, Outcome]) -> list[DiskTemperature]:
    """What hddtemp says, then disks that the kernel shows; for a disk of both, whichever has a number."""
    disks = {}
    for chip in chips:
        name = _disk_name(roots, chip.device) if chip.name in _DISK_CHIPS and "temp1" in chip.temperatures else None
        value = outcomes[chip.directory + "/temp1"].value if name else None
        if name and value is not None:
            disks[name] = DiskTemperature(name, value, "C")
    asked = outcomes.get(_HDDTEMP, Outcome()).value or []
    told = {disk.name: disk for disk in asked if isinstance(disk.value, float) or disk.name not in disks}
    return [*told.values(), *(disk for name, disk in disks.items() if name not in told)]


def _disk_name(roots: Roots, device: str) -> Optional[str]:
    """The disk of a SCSI device (its block/sda) or of an NVMe controller (its nvme0n1; its PCI device's nvme/nvme0)."""
    blocks = roots.sys_names(device + "/block")
    if blocks:
        return min(blocks, key=natural_order)
    names = roots.sys_names(device)
    for controller in roots.sys_names(device + "/nvme"):
        names += roots.sys_names("%s/nvme/%s" % (device, controller))
    spaces = ["".join(space.groups()) for space in map(_NAMESPACE.fullmatch, names) if space]
    return min(spaces, key=natural_order) if spaces else None


def _hddtemp_answer(port: int) -> str:
    """All that the daemon on loopback sends before it hangs up. OSError when it is not there or takes too long."""
    give_up = time.monotonic() + HDDTEMP_SECONDS
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.settimeout(HDDTEMP_SECONDS)
        connection.connect(("127.0.0.1", port))
        answer = b""
        while len(answer) < HDDTEMP_BYTES:
            connection.settimeout(max(0.001, give_up - time.monotonic()))
            piece = connection.recv(4096)
            if not piece:
                break
            answer += piece
    return decode(answer)


def _degrees_or_word(text: str) -> Union[float, str]:
    try:
        degrees = float(text)
    except ValueError:
        return text
    return degrees if math.isfinite(degrees) else text


def _stems(names: Iterable[str], pattern: Pattern[str]) -> list[str]:
    """What the pattern catches of the names that it fits, temp2 before temp10."""
    return sorted((found.group(1) for found in map(pattern.fullmatch, names) if found), key=natural_order)


def _unique(label: str, labels: set[str]) -> str:
    """The label, or "label (2)", "label (3)", … where it is taken; takes it."""
    free, number = label, 1
    while free in labels:
        number += 1
        free = "%s (%d)" % (label, number)
    labels.add(free)
    return free
