"""sections: the plugins, and what the section of each may hold in the configuration file.

    [cpu]                               [fs]                        [monitor]
    user_careful=50                     hide=/boot.*                list_1_description=Web server
    user_log=False                      /_careful=40                list_1_regex=.*nginx.*

PLUGINS is the list of names that every setting knows; which of them an API serves is the API's own table.
"""
from __future__ import annotations

import re
from typing import AbstractSet, Mapping, NamedTuple

from .inifile import Sections
from .readers import Reader, expressions, number, read, yes_no

# Those of API 2's document, those that later Glances 2 added, those of API 3 and 4.
PLUGINS = ("load", "core", "uptime", "fs", "memswap", "monitor", "percpu", "mem", "sensors", "system", "alert",
           "psutilversion", "processlist", "diskio", "hddtemp", "processcount", "batpercent", "now", "cpu", "network",
           "help", "quicklook", "ip", "folders", "ports", "irq", "raid", "wifi", "gpu", "docker", "cloud", "amps",
           "containers", "connections", "programlist", "smart", "version", "vms", "npu", "mpp")


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
