"""sections: the plugins' sections of the configuration file, and what they come to: limits, filters, lists.

    [cpu]                               [fs]                        [monitor]
    user_careful=50                     hide=/boot.*                list_1_description=Web server
    user_log=False                      /_careful=40                list_1_regex=.*nginx.*

SECTIONS says what a section may hold, _DEFAULT_LIMITS what is in force where the file says nothing.
"""
from __future__ import annotations

import re
from typing import AbstractSet, Mapping, NamedTuple, Pattern, Union

from .inifile import Entry, Reader, Sections, expression, expressions, number, parts, read, whole_within, yes_no

Limits = Mapping[str, Mapping[str, Union[float, "list[str]"]]]

LEVELS = ("careful", "warning", "critical")
# Those of the document, then those that later Glances 2 added.
PLUGINS = ("load", "core", "uptime", "fs", "memswap", "monitor", "percpu", "mem", "sensors", "system", "alert",
           "psutilversion", "processlist", "diskio", "hddtemp", "processcount", "batpercent", "now", "cpu", "network",
           "help", "quicklook", "ip", "folders", "ports", "irq", "raid", "wifi", "gpu", "docker", "cloud", "amps")
# Entries of [monitor] and of [folders], as in Glances.
LIST_ENTRIES = 10


class Section(NamedTuple):
    """What a plugin's section may hold: regular expressions for the names of its options.

    Every section takes besides: `disable`, `log`, `careful`, `warning`, `critical`, and `refresh` in silence.
    """

    stats: str = ""       # what stands before _careful, _warning, _critical (numbers) and before _log
    texts: str = ""       # options that hold text between commas
    inert: str = ""       # options of Glances that mean nothing to a server of its API: passed over
    missed: str = ""      # options of Glances that glancesd has not got: warned of unless they are switched off
    lists: str = ""       # options of a list with a view of its own, holding commands or paths: never in limits
    about: str = ""       # for --print-config


_FILTER = "hide|show|alias|.+_alias"
_NAMES = "hide, show: regular expressions of whole names, any case; where there is a show, it decides alone."

SECTIONS: Mapping[str, Section] = {
    **{name: Section() for name in PLUGINS},
    "quicklook": Section("cpu|mem|swap|load|gpu_proc|gpu_mem", inert="list|bar_char|percentage_char"),
    "system": Section(inert="system_info_msg"),
    "cpu": Section("user|system|iowait|steal|total|ctx_switches", about="Percent; ctx_switches: a second and CPU."),
    "percpu": Section("user|system|iowait", inert="max_cpu_display", about="Percent."),
    "load": Section(about="Load of each CPU."),
    "mem": Section(inert="available", about="Percent."),
    "memswap": Section(about="Percent."),
    "network": Section("(?:.+_)?[rt]x", _FILTER, missed="hide_(?:zero|no_up|no_ip|threshold_bytes)", about=(
        "Percent of the link's speed; eth0_rx_careful and so on: bits a second. eth0_alias. " + _NAMES)),
    "diskio": Section(".+_[rt]x|(?:.+_)?[rt]x_latency", _FILTER, missed="hide_(?:zero|threshold_bytes)", about=(
        "sda_rx_careful (reads), sda_tx_careful (writes) and so on: bytes a second. sda_alias. " + _NAMES)),
    "fs": Section("/.*", _FILTER + "|allow", inert="free_space", about=(
        "Percent; /home_careful and so on. /home_alias. allow: types of file systems to serve besides. " + _NAMES)),
    "sensors": Section("(?:temperature_core|temperature_hdd|fan_speed|battery)(?:_.+)?", _FILTER, about=(
        "Degrees Celsius, and 100 minus a battery's percent; temperature_core_<label>_careful and so on. <label>_alias."
        " " + _NAMES)),
    "processlist": Section("cpu|mem", "(?:nice|status)_(?:ok|careful|warning|critical)",
                           inert="sort_key|disable_virtual_memory|export|focus", about="Percent."),
    "monitor": Section(lists="list_([1-9]|10)_(description|regex|command|countmin|countmax)", about=(
        "list_1_description, list_1_regex, list_1_command, list_1_countmin, list_1_countmax; up to list_10_….")),
    "folders": Section(lists="folder_([1-9]|10)_(path|careful|warning|critical|refresh)", about=(
        "folder_1_path, folder_1_careful, folder_1_warning, folder_1_critical (MB), up to folder_10_path.")),
    "wifi": Section(texts="hide|show"),
    "raid": Section(texts="hide|show"),
    "irq": Section(texts="hide|show"),
    "gpu": Section("proc|mem|temperature", inert=".*"),
    "hddtemp": Section(inert="host|port"),
    "ip": Section(inert="(?:public|censys)_.*"),
    "ports": Section(inert=".*"),
    "docker": Section(".+_cpu|.+_mem|cpu|mem", inert=".*"),
    "amps": Section(inert=".*"),
}

_DEFAULT_LIMITS = (
    # section, statistics, careful, warning, critical
    ("quicklook", ("cpu_", "mem_", "swap_"), (50, 70, 90)),
    ("cpu", ("user_", "system_", "steal_"), (50, 70, 90)),
    ("percpu", ("user_", "system_"), (50, 70, 90)),
    ("load", ("",), (0.7, 1, 5)),
    ("mem", ("",), (50, 70, 90)),
    ("memswap", ("",), (50, 70, 90)),
    ("network", ("rx_", "tx_"), (70, 80, 90)),
    ("fs", ("",), (50, 70, 90)),
    ("sensors", ("temperature_core_",), (60, 70, 80)),
    ("sensors", ("temperature_hdd_",), (45, 52, 60)),
    ("sensors", ("battery_",), (80, 90, 95)),
    ("processlist", ("cpu_", "mem_"), (50, 70, 90)),
)
# By the CPU: waiting for I/O is to cost the machine less than one, and so often may all of them switch in a second.
_CRITICAL_BY_CPU = (("iowait_", 100), ("ctx_switches_", 56000))


def default_limits(cpus: int) -> dict[str, dict[str, str]]:
    """The thresholds in force where the file has none, as a file would have them: section → option → text."""
    limits: dict[str, dict[str, str]] = {}

    def add(section: str, stat: str, values: tuple[float, ...]) -> None:
        for level, value in zip(LEVELS, values):
            limits.setdefault(section, {})[stat + level] = "%.10g" % round(value, 2)

    for section, stats, values in _DEFAULT_LIMITS:
        for stat in stats:
            add(section, stat, values)
    for stat, whole in _CRITICAL_BY_CPU:
        most = whole / max(1, cpus)
        add("cpu", stat, (most * 8 / 10, most * 9 / 10, most))
    return limits


# -- what the options of a section are ---------------------------------------------------------------------------------


def kind(section: str, option: str) -> str:
    """What an option is, by its name: a key of _CHECKS, or list, action, inert, missed, unknown."""
    may = SECTIONS[section]
    stat = "(?:(?:%s)_)?" % may.stats if may.stats else ""
    level = "(?:careful|warning|critical)"
    for name, pattern in (("switch", "disable"), ("list", may.lists), ("text", may.texts), ("number", stat + level),
                          ("text", stat + "log"), ("action", stat + level + "_action(?:_repeat)?"),
                          ("inert", "refresh|" + may.inert), ("missed", may.missed)):
        if re.fullmatch(pattern, option):
            return "expressions" if name == "text" and option in ("hide", "show") else name
    return "unknown"


_CHECKS: Mapping[str, Reader] = {
    "switch": yes_no,
    "number": number,
    "text": str,
    "expressions": expressions,
}


def plugin_options(file: Sections, own: AbstractSet[tuple[str, str]],
                   ) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Section → option → text of those that have a meaning, checked; and a warning for each that has none.

    `own` are the daemon's own settings in plugins' sections: (section, option).
    """
    plugins: dict[str, dict[str, str]] = {name: {} for name in PLUGINS}
    warnings = []
    for section in PLUGINS:
        for option, entry in file.get(section, {}).items():
            if (section, option) in own:
                continue
            what = kind(section, option)
            if what in _CHECKS:
                read(_CHECKS[what], entry.text, entry.where)
                plugins[section][option] = entry.text
            elif what == "action":
                warnings.append("%s: glancesd runs no actions" % entry.where)
            elif what == "unknown" or what == "missed" and entry.text.lower() not in ("false", "0"):
                warnings.append("%s: glancesd has no such option in [%s]" % (entry.where, section))
    return plugins, warnings


def disabled(plugins: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """The plugins whose section says disable=True."""
    return tuple(name for name, options in plugins.items() if yes_no(options.get("disable", "no")))


# -- what is made of them ----------------------------------------------------------------------------------------------


def limits(plugins: Mapping[str, Mapping[str, str]], history_size: int) -> Limits:
    """Plugin → what /:plugin/limits serves: a number where the option means one (not hide=5), else a list of text."""
    made: dict[str, dict[str, float | list[str]]] = {}
    for plugin, options in plugins.items():
        found = made[plugin] = {}
        if SECTIONS[plugin].lists:
            continue
        found["history_size"] = history_size
        for option, text in options.items():
            if kind(plugin, option) == "number":
                found["%s_%s" % (plugin, option)] = float(text)
            elif parts(text):
                found["%s_%s" % (plugin, option)] = list(parts(text))
    return made


class Filter(NamedTuple):
    """Which elements of a plugin are served, and the alias of each that has one (by its name in lower case)."""

    show: tuple[Pattern[str], ...]
    hide: tuple[Pattern[str], ...]
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
    regex: Pattern[str]                # to be searched for in the command line
    pattern: str
    command: str | None
    countmin: str | None
    countmax: str | None


def monitored(file: Sections) -> tuple[tuple[Monitored, ...], list[str]]:
    """The entries of [monitor], and a warning for each that has no description or no regex."""
    made, warnings = [], []
    readers: dict[str, Reader] = {"description": str, "regex": expression, "command": str,
                                  "countmin": _COUNT, "countmax": _COUNT}
    for position in range(1, LIST_ENTRIES + 1):
        found = _list_entry(file.get("monitor", {}), "list_%d_" % position, readers)
        if "description" in found and "regex" in found:
            text = {key: entry.text for key, entry in found.items()}
            made.append(Monitored(text["description"], expression(text["regex"]), text["regex"], text.get("command"),
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
