"""printed: the settings as people read them: a configuration file with every option, the README's table."""
from __future__ import annotations

import re

from .metrics import ITEMS
from .options import OPTIONS, OWN_SECTION, text_of
from .sections import PLUGINS, SECTIONS
from .thresholds import default_cpu_limits, default_limits


def config_text(cpus: int) -> str:
    """A configuration file in which every setting stands with its default, behind a "#"."""
    lines = ["# A glances.conf with every setting that glancesd reads, and its default.",
             "# Take away the # before those that you change; lines with a space after it explain.", ""]
    limits = default_limits()
    limits["cpu"].update(default_cpu_limits(cpus))
    for section in (OWN_SECTION, "global", "outputs", "metrics", *PLUGINS):
        lines.append("[%s]" % section)
        for option in OPTIONS:
            lines += [line for place, key in option.places if place == section
                      for line in ("# " + option.help, "#%s = %s" % (key, text_of(option.default)))]
        for key, item in ITEMS.items() if section == "metrics" else ():
            lines += ["# " + item.help, "#%s = %s" % (key, item.default)]
        if section in PLUGINS:
            may = SECTIONS[section]
            lines += ["# " + may.about] if may.about else []
            lines.append("#disable = False")
            lines += ["#%s = " % name for name in ("hide", "show", "alias", "allow") if re.fullmatch(may.texts, name)]
            lines += ["#%s = %s" % item for item in limits.get(section, {}).items()]
        lines.append("")
    return "\n".join(line.rstrip() for line in lines)


def markdown() -> str:
    """The daemon's settings as the README's table."""
    lines = ["| command line | file | default | meaning |", "|---|---|---|---|"]
    for option in OPTIONS:
        flags = ", ".join("`%s`" % flag for flag in option.flags)
        places = ", ".join("`[%s] %s`" % place for place in option.places)
        default = text_of(option.default) if option.metavar else ""
        lines.append("| %s | %s | %s | %s |" % (
            flags + (" `%s`" % option.metavar if option.metavar else ""), places, "`%s`" % default if default else "",
            option.help))
    return "\n".join(lines) + "\n"
