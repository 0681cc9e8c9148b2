"""raid: the md arrays of Linux software RAID, from /proc/mdstat.

    Personalities : [raid1] [raid6] [raid5] [raid4]
    md1 : active (auto-read-only) raid1 sdb2[1] sda2[0](F)   name : state (restriction) level component[number](flag)
          136448 blocks super 1.2 [2/1] [U_]                 size [devices wanted/in sync] [a letter for each]
          bitmap: 0/1 pages [0KB], 65536KB chunk

    md3 : inactive sdc1[0](S)
          1465138496 blocks super 1.2

    unused devices: <none>
"""
from __future__ import annotations

import re
from typing import NamedTuple, Optional

from ..roots import ParseError, Roots

FILE = "mdstat"

_COMPONENT = re.compile(r"(\S+?)\[(-?\d+)\]")
_DEVICES = re.compile(r"\[(\d+)/(\d+)\] \[([U_]+)\]")


class Array(NamedTuple):
    """One array. What a level without redundancy (raid0, linear), or an array that is not started, has not is None."""

    name: str
    active: bool                    # started; a "broken" array is not
    level: Optional[str]
    components: dict[str, str]      # number of each device in the array, by its name
    available: Optional[int]        # devices that the array is made for
    used: Optional[int]             # of which in sync
    state: Optional[str]            # of each: "U" up, "_" missing or not in sync yet


def parse(text: str, file: str = FILE) -> dict[str, Array]:
    """Arrays by name, in the kernel's order. ParseError on an array that is neither active, inactive nor broken."""
    arrays: dict[str, Array] = {}
    name = ""
    for number, row in enumerate(text.splitlines(), 1):
        if not row.startswith(" "):
            name, colon, rest = row.partition(" : ")
            if not colon or name == "Personalities":
                name = ""
                continue
            arrays[name] = _array(name, rest.split(), file, number)
        elif name:
            devices = _DEVICES.search(row)
            if devices:
                arrays[name] = arrays[name]._replace(available=int(devices.group(1)), used=int(devices.group(2)),
                                                     state=devices.group(3))
    return arrays


def sample(roots: Roots) -> dict[str, Array]:
    """/proc/mdstat. NoData on a kernel without md."""
    return parse(roots.proc(FILE))


def _array(name: str, words: list[str], file: str, number: int) -> Array:
    state = words.pop(0) if words else ""
    if state not in ("active", "inactive", "broken"):
        raise ParseError(file, number, "neither active, inactive nor broken: %.60r" % state)
    if words and words[0].startswith("("):          # (read-only), (auto-read-only)
        del words[0]
    level = words.pop(0) if state != "inactive" and words else None
    components = {}
    for word in words:
        component = _COMPONENT.match(word)
        if component is None:
            raise ParseError(file, number, "not a component: %.60r" % word)
        components[component.group(1)] = component.group(2)
    return Array(name, state == "active", level, components, None, None, None)
