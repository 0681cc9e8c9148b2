"""textfile: families that administrators' scripts write into files, joined into the page: DIRECTORY/*.prom.

    # HELP backup_age_seconds Age of the latest backup.
    # TYPE backup_age_seconds gauge
    backup_age_seconds{host="nas"} 3600

The text format, without timestamps. A file that is not that, or has a series that is there already, is left out whole:
one line that Prometheus does not understand would cost it the whole page.
"""
from __future__ import annotations

import math
import os
import re
import stat

from ..lazy import pattern
from ..typed import Any, Match, NamedTuple, Optional
from .text import UNTYPED, Number

FILE_BYTES = 1 << 20
FILES = 256
# Of all files: what is made of them takes eleven times as much for the length of a scrape.
ALL_BYTES = 8 << 20

_KINDS = ("counter", "gauge", "untyped", "histogram", "summary")
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_COMMENT = pattern(r"#[ \t]+(HELP|TYPE)[ \t]+(" + _NAME + r")(?:[ \t]+(.*))?\Z")
_LABEL_NAME, _LABEL_VALUE = r"[a-zA-Z_][a-zA-Z0-9_]*", r'"(?:[^"\\\n]|\\["\\n])*"'
_LABEL = _LABEL_NAME + r"[ \t]*=[ \t]*" + _LABEL_VALUE
_LABELS = r"\{[ \t]*(?:" + _LABEL + r"[ \t]*(?:,[ \t]*" + _LABEL + r"[ \t]*)*,?[ \t]*)?\}"
_SAMPLE = pattern(r"(" + _NAME + r")[ \t]*(" + _LABELS + r")?[ \t]+([^ \t]+)\Z")
_ONE_LABEL = pattern("(" + _LABEL_NAME + r")[ \t]*=[ \t]*(" + _LABEL_VALUE + ")")
# As Go's strconv.ParseFloat has it; what is too large for a float is an error there.
_NUMBER = pattern(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|(?P<word>[-+]?inf(?:inity)?|nan)", re.I | re.A)
_ESCAPED = pattern(r"\\([\\n])")
# Names of samples that belong to the family in front of the suffix.
_PARTS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}


class ForeignFamily(NamedTuple):
    """One family of a file: its samples as lines, and each one's name and labels."""

    kind: str
    help: str
    lines: list[str]
    series: set[tuple[Any, ...]]


class Files(NamedTuple):
    """What a directory holds. `error`: whether a file, or the directory, could not be read."""

    error: bool
    families: dict[str, ForeignFamily]
    modified: list[tuple[str, Number]]      # of each file that was read: path, seconds since 1970


def parse(text: str) -> dict[str, ForeignFamily]:
    """The families of a file. ValueError on what is not the text format, and on a series that stands there twice."""
    kinds: dict[str, str] = {}
    helps: dict[str, str] = {}
    families: dict[str, ForeignFamily] = {}
    if "\0" in text:
        raise ValueError("not a text")
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip(" \t\r")
        comment = _COMMENT.match(line)
        sample = _SAMPLE.match(line)
        if comment:
            if comment.group(1) == "HELP":
                helps[comment.group(2)] = _ESCAPED.sub(_unescaped, comment.group(3) or "")
            else:
                kinds[comment.group(2)] = comment.group(3) or ""
        elif sample and _is_number(sample.group(3)):
            name = _family_of(sample.group(1), kinds)
            family = families.setdefault(name, ForeignFamily(kinds.get(name, UNTYPED), helps.get(name, ""), [], set()))
            labels = sorted(_ONE_LABEL.findall(sample.group(2) or ""))
            series = (sample.group(1), *labels)
            if series in family.series or len({"__name__", *dict(labels)}) <= len(labels):
                raise ValueError("line %d: a series or a label twice" % number)
            if family.kind not in _KINDS:
                raise ValueError("line %d: of no known type" % number)
            family.lines.append(line + "\n")
            family.series.add(series)
        elif line and not line.startswith("#"):
            raise ValueError("line %d: not a sample" % number)
    return families


def read(directory: Optional[str]) -> Files:
    """Every *.prom of the directory, in the order of names; of more than FILES, or ALL_BYTES, the first.

    Nothing without a directory.
    """
    if not directory:
        return Files(False, {}, [])
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(".prom"))[:FILES]
    except OSError:
        return Files(True, {}, [])
    error = False
    families: dict[str, ForeignFamily] = {}
    modified: list[tuple[str, Number]] = []
    length = 0
    for name in names:
        path = os.path.join(directory, name)
        try:
            at, text = _content(path)
            length += len(text)
            if length > ALL_BYTES:
                return Files(True, families, modified)
            _join(families, parse(text))
        except (OSError, ValueError):
            error = True
            continue
        modified.append((path, at))
    return Files(error, families, modified)


def _content(path: str) -> tuple[float, str]:
    """When a file was written, and its text. A pipe that nobody writes to must not keep us waiting."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > FILE_BYTES:
            raise ValueError("not a file, or too long")
        return status.st_mtime, os.read(descriptor, FILE_BYTES).decode()
    finally:
        os.close(descriptor)


def _join(families: dict[str, ForeignFamily], more: dict[str, ForeignFamily]) -> None:
    """Add the families of another file. ValueError, and nothing added, where they do not agree."""
    for name, family in more.items():
        there = families.get(name)
        if there is not None and (there.kind != family.kind or not there.series.isdisjoint(family.series)):
            raise ValueError(name)
    for name, family in more.items():
        there = families.setdefault(name, ForeignFamily(family.kind, family.help, [], set()))
        there.lines.extend(family.lines)
        there.series.update(family.series)


def _family_of(name: str, kinds: dict[str, str]) -> str:
    for kind, suffixes in _PARTS.items():
        for suffix in suffixes:
            if name.endswith(suffix) and kinds.get(name[:-len(suffix)]) == kind:
                return name[:-len(suffix)]
    return name


def _is_number(text: str) -> bool:
    found = _NUMBER.fullmatch(text)
    return found is not None and (found.group("word") is not None or math.isfinite(float(text)))


def _unescaped(found: Match[str]) -> str:
    return "\n" if found.group(1) == "n" else "\\"


