"""hwmon: every sensor of every chip with all that its driver tells, from /sys/class/hwmon.

    hwmon2                     → ../../devices/platform/coretemp.0/hwmon/hwmon2     the number is another at each boot
    hwmon2/device              → ../../../coretemp.0
    hwmon2/name                coretemp
    hwmon2/temp1_input         45900           type, number, property; thousandths of a degree Celsius
    hwmon2/temp1_crit          100000
    hwmon2/temp1_crit_alarm    0
    hwmon2/temp1_label         Package id 0
    hwmon3/fan1_input          1204            revolutions a minute
    hwmon3/pwm1                128             no property

Units: Documentation/hwmon/sysfs-interface.rst. Drivers older than about Linux 3.15 keep the files below device/. A chip
may have a hundred files behind a slow bus, and a sensor may refuse (EIO, ENXIO, ENODATA, EAGAIN).
"""
from __future__ import annotations

from functools import partial

from ..lazy import pattern
from ..patience import Call, Patience
from ..roots import NoData, Roots
from ..typed import NamedTuple, Optional

DIRECTORY = "class/hwmon"

TYPES = ("in", "cpu", "fan", "pwm", "temp", "curr", "power", "energy", "humidity", "intrusion", "freq", "vrm",
         "beep_enable", "update_interval")
# A sensor's value is shown until the one behind it is there: some take a second, and are asked every ten.
STALE_SECONDS = 25.0

# A property has a numbered sensor: the `energy_full` of a battery below device/ is none of a sensor's.
_FILE = pattern(r"(%s)(?:([0-9]+)(?:_([A-Za-z0-9_]+))?)?" % "|".join(TYPES))


class Chip(NamedTuple):
    """One chip. `sensors`: what each of its files says, by sensor ("temp1") and property ("input"; "" for none)."""

    entry: str                          # "hwmon2"
    place: str                          # the path of that entry once its links are followed
    device: Optional[str]               # the path of what it measures or sits on; None: it does not tell
    name: Optional[str]                 # of its driver
    sensors: dict[str, dict[str, str]]


def parse_file_name(name: str) -> Optional[tuple[str, str]]:
    """The sensor and the property of an attribute ("temp1", "crit_alarm"); None for one of no sensor."""
    match = _FILE.fullmatch(name)
    return (match.group(1) + (match.group(2) or "0"), match.group(3) or "") if match else None


class Sampler:
    """Every chip, again and again. State: what patience keeps of each sensor."""

    def __init__(self) -> None:
        self._sensors = Patience()

    def __call__(self, roots: Roots) -> list[Chip]:
        """In the order of names. NoData without the class; a sensor that refuses or is late by far is left out."""
        entries = sorted(roots.sys_names(DIRECTORY))
        if not entries and roots.sys_target(DIRECTORY) is None:
            raise NoData(DIRECTORY)
        calls: dict[str, Call] = {}
        for entry in entries:
            for sensor, files in _files(roots, entry).items():
                calls["%s/%s" % (entry, sensor)] = partial(_read, roots, files)
        outcomes = self._sensors.run(calls)
        chips = {entry: _chip(roots, entry) for entry in entries}
        for name, outcome in outcomes.items():
            entry, _, sensor = name.partition("/")
            if outcome.value and self._sensors.age_seconds(name) <= STALE_SECONDS:
                chips[entry].sensors[sensor] = outcome.value
        return list(chips.values())


def _chip(roots: Roots, entry: str) -> Chip:
    directory = "%s/%s" % (DIRECTORY, entry)
    name = roots.attribute(directory + "/name")
    return Chip(entry, roots.sys_target(directory) or entry, roots.sys_target(directory + "/device"),
                roots.attribute(directory + "/device/name") if name is None else name, {})


def _files(roots: Roots, entry: str) -> dict[str, dict[str, tuple[str, str]]]:
    """By sensor and property: the directory of its file, and the file's name."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for directory in ("%s/%s/device" % (DIRECTORY, entry), "%s/%s" % (DIRECTORY, entry)):
        for name in sorted(roots.sys_names(directory)):
            parsed = parse_file_name(name)
            if parsed is not None:
                found.setdefault(parsed[0], {})[parsed[1]] = directory, name
    return found


def _read(roots: Roots, files: dict[str, tuple[str, str]]) -> dict[str, str]:
    texts = {}
    for kind, (directory, name) in files.items():
        text = roots.attribute("%s/%s" % (directory, name))
        if text is not None:
            texts[kind] = text
    return texts
