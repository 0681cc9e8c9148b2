"""lists: what the sections of the file come to: filters and aliases, the processes of [monitor], the [folders]."""
from __future__ import annotations

from typing import Mapping, NamedTuple

from .expressions import Expression, compiled
from .inifile import Entry, Sections
from .readers import Reader, expressions, number, parts, read, whole_within

# Entries of [monitor] and of [folders], as in Glances.
LIST_ENTRIES = 10


class Filter(NamedTuple):
    """Which elements of a plugin are served, and the alias of each that has one (by its name in lower case)."""

    show: tuple[Expression, ...]
    hide: tuple[Expression, ...]
    aliases: Mapping[str, str]


def filters(plugins: Mapping[str, Mapping[str, str]]) -> dict[str, Filter]:
    """The filter of each plugin that has one. Aliases are `sda1_alias=Disk` (Glances 2) and `alias=sda1:Disk` (4)."""
    made = {}
    for plugin, options in plugins.items():
        aliases = {}
        for part in parts(options.get("alias", "")):
            name, colon, alias = part.rpartition(":")
            if colon:
                aliases[name.strip().lower()] = alias.strip()
        for option, text in options.items():
            if option.endswith("_alias") and parts(text):
                aliases[option[:-len("_alias")]] = parts(text)[0]
        found = Filter(expressions(options.get("show", "")), expressions(options.get("hide", "")), aliases)
        if any(found):
            made[plugin] = found
    return made


class Monitored(NamedTuple):
    """One entry of [monitor]: processes to count, a command to run while there are some. Bounds as the file's text."""

    description: str
    regex: Expression                # to be searched for in the command line
    pattern: str
    command: str | None
    countmin: str | None
    countmax: str | None


def monitored(file: Sections) -> tuple[tuple[Monitored, ...], list[str]]:
    """The entries of [monitor], and a warning for each that has no description or no regex."""
    made, warnings = [], []
    readers: dict[str, Reader] = {"description": str, "regex": compiled, "command": str,
                                  "countmin": _COUNT, "countmax": _COUNT}
    for position in range(1, LIST_ENTRIES + 1):
        found = _list_entry(file.get("monitor", {}), "list_%d_" % position, readers)
        if "description" in found and "regex" in found:
            text = {key: entry.text for key, entry in found.items()}
            made.append(Monitored(text["description"], compiled(text["regex"]), text["regex"], text.get("command"),
                                  text.get("countmin"), text.get("countmax")))
        elif found:
            warnings.append("%s: has no effect without list_%d_description and list_%d_regex"
                            % (next(iter(found.values())).where, position, position))
    return tuple(made), warnings


class Folder(NamedTuple):
    """One entry of [folders]; thresholds in MB (10^6 bytes), as the file's text."""

    path: str
    careful: str | None
    warning: str | None
    critical: str | None


def folders(file: Sections) -> tuple[Folder, ...]:
    """The entries of [folders]."""
    made = []
    readers: dict[str, Reader] = {"path": str, "careful": number, "warning": number, "critical": number}
    for position in range(1, LIST_ENTRIES + 1):
        found = _list_entry(file.get("folders", {}), "folder_%d_" % position, readers)
        text = {key: entry.text for key, entry in found.items()}
        if "path" in text:
            made.append(Folder(text["path"], text.get("careful"), text.get("warning"), text.get("critical")))
    return tuple(made)


_COUNT = whole_within(0, 999999999)


def _list_entry(options: Mapping[str, Entry], prefix: str, readers: Mapping[str, Reader]) -> dict[str, Entry]:
    """What the file has, and is not empty, of the options of one entry, checked."""
    found = {key: options[prefix + key] for key in readers if prefix + key in options and options[prefix + key].text}
    for key, entry in found.items():
        read(readers[key], entry.text, entry.where)
    return found
