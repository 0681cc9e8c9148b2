"""inifile: the text of a configuration file, and what the text of an option says.

    [network]                       a section
    # or ; begins a comment line
    hide = docker.*,                a value goes on
        lo                          on lines that are indented deeper
    eth0:1_rx_careful=4000000       an option's name may hold a colon …
    rx_critical: 90                 … and old files have one for the equals sign

configparser cannot say on which line an option stands, and takes the colon in a name for the end of it.
"""
from __future__ import annotations

import math
import re
from typing import Any, Callable, Mapping, NamedTuple, Pattern

from ..log import printable

_HEADER = re.compile(r"\[([^]]+)\]")
# The first that matches: "=", or a colon that is followed by a space; else any colon.
_ASSIGNMENTS = (re.compile(r"(.*?)\s*(?:=|:(?=\s|$))\s*(.*)"), re.compile(r"(.*?)\s*:\s*(.*)"))
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class SettingsError(Exception):
    """A setting that cannot be used, in one line: `file:line: what`, or `--option: what` for the command line."""

    def __init__(self, text: str) -> None:
        super().__init__(printable(text))


class Entry(NamedTuple):
    """The value of an option, and where it stands: `file:line: option`."""

    text: str
    where: str


Sections = Mapping[str, Mapping[str, Entry]]
Reader = Callable[[str], Any]


def parse(text: str, file: str) -> dict[str, dict[str, Entry]]:
    """Section → option (in lower case) → Entry, in the file's order.

    SettingsError for a line that is neither section nor option, and for a section or an option that is there twice.
    """
    found: dict[str, dict[str, tuple[list[str], int]]] = {}
    section = option = ""
    depth = 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        content = line.strip()
        if not content or content.startswith(("#", ";")):
            continue
        indent = len(line) - len(line.lstrip())
        if option and indent > depth:
            found[section][option][0].append(content)
            continue
        depth = indent
        header = _HEADER.match(content)
        if header:
            section, option = header.group(1), ""
            if section in found:
                raise SettingsError("%s:%d: section [%s] is there twice" % (file, number, section))
            found[section] = {}
            continue
        assignment = _ASSIGNMENTS[0].match(content) or _ASSIGNMENTS[1].match(content)
        if not assignment or not assignment.group(1):
            raise SettingsError("%s:%d: neither [section] nor option = value: %.60r" % (file, number, content))
        option = assignment.group(1).lower()
        if not section:
            raise SettingsError("%s:%d: %s: no [section] begins before it" % (file, number, option))
        if option in found[section]:
            raise SettingsError("%s:%d: %s: already set in line %d" % (file, number, option, found[section][option][1]))
        found[section][option] = ([assignment.group(2)], number)
    return {section: {option: Entry("\n".join(lines).strip(), "%s:%d: %s" % (file, number, option))
                      for option, (lines, number) in options.items()} for section, options in found.items()}


# -- readers: text → value, or a ValueError that says what is needed ---------------------------------------------------


def read(reader: Reader, text: str, where: str) -> Any:
    """What the text says to a reader; a SettingsError that begins with `where` if it says nothing to it."""
    try:
        return reader(text)
    except ValueError as problem:
        raise SettingsError("%s: %s, not %.80r" % (where, problem, text)) from None


def number(text: str) -> float:
    """A finite decimal number (float() alone takes "nan", "1_000" and the digits of every script)."""
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    if not math.isfinite(value):
        raise ValueError("needs a number")
    return value


def number_within(low: float, high: float) -> Callable[[str], float]:
    """A reader of numbers from `low` to `high`."""
    def reader(text: str) -> float:
        value = float(text) if _NUMBER.fullmatch(text) else math.inf
        if not low <= value <= high:
            raise ValueError("needs a number from %g to %g" % (low, high))
        return value
    return reader


def whole_within(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` (0 or more) to `high` (below 10^9)."""
    def reader(text: str) -> int:
        value = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
        if not low <= value <= high:
            raise ValueError("needs a whole number from %d to %d" % (low, high))
        return value
    return reader


def yes_no(text: str) -> bool:
    """True, yes, on, 1, or False, no, off, 0, in any case."""
    if text.lower() not in _WORDS:
        raise ValueError("needs True or False")
    return _WORDS[text.lower()]


def parts(text: str) -> list[str]:
    """The parts between commas, trimmed, without the empty ones."""
    return [part for part in (part.strip() for part in text.split(",")) if part]


def expression(text: str, flags: int = 0) -> Pattern[str]:
    """A regular expression."""
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as problem:
        raise ValueError("needs a regular expression (%s)" % problem) from None


def expressions(text: str) -> tuple[Pattern[str], ...]:
    """Regular expressions between commas, for any case."""
    return tuple(expression(part, re.IGNORECASE) for part in parts(text))
