"""inifile: the text of a configuration file, parsed into sections and options that know their line.

    [network]                       a section
    # or ; begins a comment line
    hide = docker.*,                a value goes on
        lo                          on lines that are indented deeper
    eth0:1_rx_careful=4000000       an option's name may hold a colon …
    rx_critical: 90                 … and old files have one for the equals sign

configparser cannot say on which line an option stands, and takes the colon in a name for the end of it.
"""
from __future__ import annotations

from ..lazy import pattern
from ..log import printable
from ..typed import Dict, Iterable, Mapping, NamedTuple

_HEADER = pattern(r"\[([^]]+)\]")
# Nothing can be set behind a header: `[glancesd] password_file=/x`.
_MORE_THAN_HEADER = pattern(r"\[[^]]+\]\s*[^#;\s][^#;]*=")
# The first that matches: "=", or a colon that is followed by a space; else any colon.
_ASSIGNMENTS = (pattern(r"(.*?)\s*(?:=|:(?=\s|$))\s*(.*)"), pattern(r"(.*?)\s*:\s*(.*)"))


class SettingsError(Exception):
    """A setting that cannot be used, in one line: `file:line: what`, or `--option: what` for the command line."""

    def __init__(self, text: str) -> None:
        super().__init__(printable(text))


class Entry(NamedTuple):
    """The value of an option, and where it stands: `file:line: option`."""

    text: str
    where: str


class Options(Dict[str, Entry]):
    """The options of a section by their names in lower case; `where` the section stands: `file:line: [section]`."""

    def __init__(self, where: str, entries: Iterable[tuple[str, Entry]] = ()) -> None:
        super().__init__(entries)
        self.where = where


Sections = Mapping[str, Options]


def parse(text: str, file: str) -> dict[str, Options]:
    """Section → its options, in the file's order.

    SettingsError for a line that is neither section nor option, and for a section or an option that is there twice.
    """
    found: dict[str, dict[str, tuple[list[str], int]]] = {}
    starts: dict[str, int] = {}
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
        if _MORE_THAN_HEADER.match(content):
            raise SettingsError("%s:%d: more than a [section] in its line: %.60r" % (file, number, content))
        header = _HEADER.match(content)
        if header:
            section, option = header.group(1), ""
            if section in found:
                raise SettingsError("%s:%d: section [%s] is there twice" % (file, number, section))
            found[section], starts[section] = {}, number
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
    return {section: Options("%s:%d: [%s]" % (file, starts[section], section), (
                (option, Entry("\n".join(lines).strip(), "%s:%d: %s" % (file, number, option)))
                for option, (lines, number) in options.items())) for section, options in found.items()}
