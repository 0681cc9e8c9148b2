"""readers: what the text of a setting says. Each takes text and gives a value, or raises a ValueError.

The ValueError says what is needed ("needs a number"); `read` turns it into the SettingsError of one line.
"""
from __future__ import annotations

import math
import os
import re

from .. import ip
from ..typed import TYPE_CHECKING, Any, Callable, Collection, Union
from .expressions import Expression, compiled
from .inifile import SettingsError

if TYPE_CHECKING:
    import ipaddress

Reader = Callable[[str], Any]
Network = Union["ipaddress.IPv4Network", "ipaddress.IPv6Network"]

_OF_NUMBERS = "0123456789.+-eE"
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}

DAY = 86400.0


def read(reader: Reader, text: str, where: str) -> Any:
    """The value that a reader makes of the text; SettingsError, beginning with `where`, for one that it refuses."""
    try:
        return reader(text)
    except ValueError as problem:
        raise SettingsError("%s: %s, not %.80r" % (where, problem, text)) from None


# -- numbers and switches ----------------------------------------------------------------------------------------------


def number(text: str) -> float:
    """A finite decimal number (float() alone takes "nan", "1_000" and the digits of every script)."""
    value = _decimal(text)
    if not math.isfinite(value):
        raise ValueError("needs a number")
    return value


def _decimal(text: str) -> float:
    """Infinity for what is no decimal number."""
    try:
        return math.inf if text.strip(_OF_NUMBERS) else float(text)
    except ValueError:
        return math.inf


def number_within(low: float, high: float) -> Callable[[str], float]:
    """A reader of numbers from `low` to `high`."""
    def reader(text: str) -> float:
        value = _decimal(text)
        if not low <= value <= high:
            raise ValueError("needs a number from %g to %g" % (low, high))
        return value
    return reader


def whole_within(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` (0 or more) to `high` (below 10^9)."""
    def reader(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
        if not low <= value <= high:
            raise ValueError("needs a whole number from %d to %d" % (low, high))
        return value
    return reader


def yes_no(text: str) -> bool:
    """True, yes, on, 1, or False, no, off, 0, in any case."""
    if text.lower() not in _WORDS:
        raise ValueError("needs True or False")
    return _WORDS[text.lower()]


# -- lists -------------------------------------------------------------------------------------------------------------


def parts(text: str) -> list[str]:
    """The parts between commas, trimmed, without the empty ones."""
    return [part for part in (part.strip() for part in text.split(",")) if part]


def expressions(text: str) -> tuple[Expression, ...]:
    """Regular expressions of whole names between commas, for any case."""
    return tuple(compiled(part, re.IGNORECASE, whole=True) for part in parts(text))


def names_out_of(names: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """A reader of some of these names, between commas."""
    def reader(text: str) -> tuple[str, ...]:
        found = tuple(parts(text))
        if not set(found) <= set(names):
            raise ValueError("needs names out of " + ",".join(names))
        return found
    return reader


def networks(text: str) -> tuple[Network, ...]:
    """IP networks."""
    import ipaddress
    try:
        return tuple(ipaddress.ip_network(part) for part in parts(text))
    except ValueError as problem:
        raise ValueError("needs networks such as 192.168.0.0/16,fd00::/8 (%s)" % problem) from None


def _each(pattern: str, need: str) -> Callable[[str], tuple[str, ...]]:
    def reader(text: str) -> tuple[str, ...]:
        found = tuple(part.lower() for part in parts(text))
        if not all(re.fullmatch(pattern, part) for part in found):
            raise ValueError(need)
        return found
    return reader


hosts = _each(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?", "needs host names, without a port")
origins = _each(r"\*|[a-z][a-z0-9+.-]*://[^/\s]+", "needs origins such as https://example.org, or *")


# -- names and places --------------------------------------------------------------------------------------------------


def optional(text: str) -> str | None:
    """Any text; empty text is None."""
    return text or None


def url(text: str) -> str:
    """Text with a slash; whether such a URL answers is for its user to find out."""
    if "/" not in text and text != "self":
        raise ValueError("needs a URL, or self")
    return text


def directory(text: str) -> str:
    """A directory that exists."""
    if not os.path.isdir(text):
        raise ValueError("needs an existing directory")
    return text


def file(text: str) -> str:
    """A file that exists."""
    if not os.path.isfile(text):
        raise ValueError("needs an existing file")
    return text


def address(text: str) -> str:
    """An address to listen on."""
    if not (text == "localhost" or text.startswith("unix:/")
            or ip.address(text) is not None and not text.endswith("%") and (":" in text or "%" not in text)):
        raise ValueError("needs an IPv4 or IPv6 address, localhost or unix:/path")
    return text


def mode(text: str) -> int:
    """The permission bits of a file, in octal."""
    if not re.fullmatch("0?[0-7]{3}", text):
        raise ValueError("needs an octal mode such as 660")
    return int(text, 8)


def user(text: str) -> str:
    """A user's name, as HTTP's Basic login can carry it."""
    if not text or ":" in text or not text.isprintable():
        raise ValueError("needs a name without a colon")
    return text
