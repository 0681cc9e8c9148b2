"""checked: which sections and options of a file mean something here, and what is said of the others.

A setting that is misspelt must not be passed over in silence: whoever wrote `password_flie` believes that a password is
asked. In glancesd's own sections an option that there is not is a mistake; elsewhere it is a warning that names the
nearest, because the file is also that of Glances. What Glances has and glancesd has not is named in one warning.
"""
from __future__ import annotations

from ..typed import Collection, Mapping, NamedTuple
from .inifile import Entry, Options, Sections, SettingsError
from .lists import amp_enabled
from .metrics import ITEMS
from .options import OPTIONS, OWN_SECTION
from .readers import Reader, expressions, number, read, yes_no
from .sections import AMP, FOREIGN, PLUGINS, SAME, SECTIONS, Section, kind, section_of
from .spelling import meant, nearest
from .thresholds import LEVELS

# Options of [glancesd] that say who may ask, and names that no section of Glances has: elsewhere they would protect
# nothing.
_ACCESS = frozenset(("allow_from", "allowed_host", "hide_arguments", "password_file", "tls_cert", "tls_key"))
_READERS: Mapping[str, Reader] = {"switch": yes_no, "number": number, "text": str, "expressions": expressions}


class Checked(NamedTuple):
    """Plugin → option → text of those that become limits, filters and switches; a line for what has no effect."""

    plugins: dict[str, dict[str, str]]
    warnings: list[str]


def check(file: Sections, path: str) -> Checked:
    """The options of the plugins' sections, checked. SettingsError for what cannot be meant as it stands."""
    own: dict[str, list[str]] = {}
    for place, key in (place for option in OPTIONS for place in option.places):
        own.setdefault(place, []).append(key)
    strict = {OWN_SECTION: own[OWN_SECTION], "metrics": list(ITEMS)}
    found = Checked({name: {} for name in PLUGINS}, [])
    passed: list[str] = []
    for name, options in file.items():
        _nothing_swallowed(options, strict)
        may = section_of(name)
        if name in strict:
            _no_other(name, options, strict[name])
            found.warnings.extend("%s: empty, so nobody is asked for a password" % entry.where
                                  for option, entry in options.items() if option == "password_file" and not entry.text)
        elif may is AMP and not amp_enabled(options):
            continue
        elif may is not None:
            _known(name, options, may, own.get(name, []), found, passed)
        elif name in FOREIGN:
            for option, entry in options.items():
                _not_misplaced(option, entry)
            passed.append("[%s]" % name)
        else:
            found.warnings.append(_unknown_section(name, options, strict))
    for one, other in SAME:
        found.plugins[one] = found.plugins[other] = {**found.plugins[one], **found.plugins[other]}
    if passed:
        found.warnings.append("%s: without effect here: %s" % (path, ", ".join(passed)))
    return found


def _nothing_swallowed(options: Options, strict: Collection[str]) -> None:
    """Refuse a section or a setting about access that is indented, and so would be part of the value above it."""
    for entry in options.values():
        for line in entry.text.split("\n")[1:]:
            word = line.replace(":", "=").partition("=")[0].strip().lower()
            if word in _ACCESS or line.startswith("[") and line[1:].partition("]")[0] in (*strict, *SECTIONS):
                raise SettingsError("%s: goes on with %.60r, which is indented deeper" % (entry.where, line))


def _no_other(name: str, options: Options, known: Collection[str]) -> None:
    for option, entry in options.items():
        if option not in known:
            raise SettingsError("%s: glancesd has no such option in [%s]%s"
                                % (entry.where, name, meant(option, known)))


def _known(name: str, options: Options, may: Section, own: Collection[str], found: Checked, passed: list[str]) -> None:
    """The options of a plugin's section; `own` are the daemon's settings that stand there."""
    for option, entry in options.items():
        what = "own" if option in own else kind(may, option)
        if what in _READERS:
            read(_READERS[what], entry.text, entry.where)
            if name in found.plugins:
                found.plugins[name][option] = entry.text
        elif what == "action" or what == "missed" and entry.text.lower() not in ("false", "0"):
            passed.append("[%s] %s" % (name, option))
        elif what == "unknown":
            _not_misplaced(option, entry)
            found.warnings.append("%s: glancesd has no such option in [%s]%s"
                                  % (entry.where, name, meant(option, [*own, *_some_options(may)])))


def _some_options(may: Section) -> list[str]:
    """The names of a section's options, as far as they are words and not patterns: what a misspelt one may mean."""
    words = [word for pattern in (may.texts, may.switches, may.numbers, may.own, may.missed, may.inert)
             for word in pattern.split("|")]
    stats = ["", *(stat + "_" for stat in may.stats.split("|"))]
    names = [*words, *(stat + end for stat in stats for end in (*LEVELS, "log")), "disable", "refresh"]
    return [name for name in names if name.replace("_", "").isalpha()]


def _unknown_section(name: str, options: Options, strict: Collection[str]) -> str:
    """The warning for a section that neither Glances nor glancesd has; SettingsError where one of ours is meant."""
    for option, entry in options.items():
        _not_misplaced(option, entry)
    known = [*strict, *SECTIONS, *FOREIGN]
    line = ("%s: neither glancesd nor Glances has such a section%s"
            % (options.where, meant(name.strip().lower(), known, "[%s]")))
    if nearest(name.strip().lower(), known) in strict:
        raise SettingsError(line)
    return line


def _not_misplaced(option: str, entry: Entry) -> None:
    """Refuse an option about access outside [glancesd], where it would protect nothing."""
    if option in _ACCESS:
        raise SettingsError("%s: belongs into [%s]" % (entry.where, OWN_SECTION))
