"""raid: the md arrays of Linux software RAID, from /proc/mdstat.

    Personalities : [raid1] [raid6] [raid5] [raid4]
    md1 : active (auto-read-only) raid1 sdb2[1] sda2[0](F)   name : state (restriction) level component[number](flag)
          136448 blocks super 1.2 [2/1] [U_]                 size [devices wanted/in sync] [a letter for each]
          [=>...................]  recovery =  5.0% (6822/136448) finish=12.3min speed=166124K/sec
          bitmap: 0/1 pages [0KB], 65536KB chunk             what is being done; resync=DELAYED: it waits

    md3 : inactive sdc1[0](S)
          1465138496 blocks super 1.2

    unused devices: <none>
"""
from __future__ import annotations

from ..lazy import pattern
from ..parsing import ParseError, Report, columns, ignore
from ..roots import Roots
from ..typed import NamedTuple, Optional

FILE = "mdstat"

_COMPONENT = pattern(r"([^ ]+?)\[(-?\d+)\]")
_BLOCKS = pattern(r" +(\d{1,20}) blocks\b")
_ACTION = pattern(r"\b(recovery|resync|check|reshape|repair) *= *(?:[0-9.]+% \((\d{1,20})/\d+\)|[A-Z]+)")
# Synology's kernels add letters: "E" for a disk with errors.
_DEVICES = pattern(r"\[(\d{1,9})/(\d{1,9})\] \[([A-Za-z_]+)\]")


class Array(NamedTuple):
    """One array. What a level without redundancy (raid0, linear), or an array that is not started, has not is None."""

    name: str
    active: bool                    # started; a "broken" array is not
    level: Optional[str]
    components: dict[str, str]      # number of each device in the array, by its name
    available: Optional[int]        # devices that the array is made for
    used: Optional[int]             # of which in sync
    state: Optional[str]            # of each: "U" up, "_" missing or not in sync yet, "E" with errors
    failed: int = 0                 # components flagged (F)
    spare: int = 0                  # and (S): to take a failed one's place
    blocks: Optional[int] = None    # its size in KiB
    action: Optional[str] = None    # recovery, resync, check, reshape or repair, under way or waiting for its turn
    done_blocks: Optional[int] = None       # of `action`; None while it waits

    @property
    def synced_blocks(self) -> Optional[int]:
        """KiB that are in sync: all, unless an action is under way or waits."""
        return self.blocks if self.action is None else self.done_blocks or 0


def parse(text: str, file: str = FILE, report: Report = ignore) -> dict[str, Array]:
    """Arrays by name, in the kernel's order. ParseError when none of them is active, inactive or broken."""
    arrays: dict[str, Array] = {}
    problems = []
    name = ""
    for number, row in enumerate(text.split("\n"), 1):
        if row.startswith((" ", "\t")):
            if name:
                arrays[name] = _continued(arrays[name], row)
            continue
        name, colon, rest = row.partition(" : ")
        if not colon or name == "Personalities":
            name = ""
            continue
        try:
            arrays[name] = _array(name, columns(rest), file, number)
        except ParseError as problem:
            problems.append(problem)
            name = ""
    if problems and not arrays:
        raise problems[0]
    for malformed in problems:
        report(malformed)
    return arrays


def sample(roots: Roots) -> dict[str, Array]:
    """/proc/mdstat. NoData on a kernel without md."""
    return parse(roots.proc(FILE), FILE, roots.report)


def _continued(array: Array, row: str) -> Array:
    """The array with what a row below its first tells."""
    blocks, devices, action = _BLOCKS.match(row), _DEVICES.search(row), _ACTION.search(row)
    if blocks:
        array = array._replace(blocks=int(blocks.group(1)))
    if devices:
        array = array._replace(available=int(devices.group(1)), used=int(devices.group(2)), state=devices.group(3))
    if action:
        done = action.group(2)
        array = array._replace(action=action.group(1), done_blocks=None if done is None else int(done))
    return array


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
    return Array(name, state == "active", level, components, None, None, None,
                 sum("(F)" in word for word in words), sum("(S)" in word for word in words))
