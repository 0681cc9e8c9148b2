"""filters: which elements of a plugin are served, and under which names."""
from __future__ import annotations

from ..typed import Mapping, NamedTuple
from .expressions import Expression
from .readers import expressions, number, parts, yes_no


class Filter(NamedTuple):
    """Which elements of a plugin are served, and the alias of each that has one (by its name in lower case)."""

    show: tuple[Expression, ...] = ()
    hide: tuple[Expression, ...] = ()
    aliases: Mapping[str, str] = {}
    hide_no_up: bool = False             # interfaces that are down
    hide_no_ip: bool = False             # interfaces without an address
    hide_zero: bool = False              # views say `hidden` of rates that were never above the next one
    hide_threshold: float = 0.0          # bytes a second; of API 4
    disable_stats: tuple[str, ...] = ()  # fields that API 4 leaves out


NO_FILTER = Filter()


def filters(plugins: Mapping[str, Mapping[str, str]]) -> dict[str, Filter]:
    """The filter of each plugin that has one."""
    made = {}
    for plugin, options in plugins.items():
        found = Filter(expressions(options.get("show", "")), expressions(options.get("hide", "")), _aliases(options),
                       yes_no(options.get("hide_no_up", "no")), yes_no(options.get("hide_no_ip", "no")),
                       yes_no(options.get("hide_zero", "no")), number(options.get("hide_threshold_bytes", "0")),
                       tuple(parts(options.get("disable_stats", ""))))
        if any(found):
            made[plugin] = found
    return made


def _aliases(options: Mapping[str, str]) -> dict[str, str]:
    """By names in lower case, from `sda1_alias=Disk` (Glances 2) and `alias=sda1:Disk,sdb1:Data` (Glances 4)."""
    aliases = {}
    for part in parts(options.get("alias", "")):
        name, colon, alias = part.rpartition(":")
        if colon:
            aliases[name.strip().lower()] = alias.strip()
    for option, text in options.items():
        if option.endswith("_alias") and parts(text):
            aliases[option[:-len("_alias")]] = parts(text)[0]
    return aliases
