"""settings: one typed value made of the command line, the configuration file and the defaults, in that order.

    inifile         the text of a file: sections, options, the line of each
    readers         what the text of an option says
    spelling        the name that a misspelt one is nearest to
    sections        the plugins, and what each section may hold
    thresholds      default limits, and the limits as they are served
    filters         hide=, show=, alias=
    lists           [monitor], [folders], [amp_…], [ports], [containers]
    metrics         [metrics]
    options         the table of the daemon's own settings
    checked         which sections and options mean something, and what is said of the others
    values          Settings, the typed value
    file            which file is read
    command_line    what the arguments say; parser: what it takes argparse to understand
    read            puts them together
    printed         --print-config, the README's table; imported only for them
"""
from __future__ import annotations

from .inifile import SettingsError
from .lists import Folder, Monitored
from .options import OPTIONS
from .read import default_settings, read_settings
from .sections import PLUGINS
from .values import Settings

__all__ = ["OPTIONS", "PLUGINS", "Folder", "Monitored", "Settings", "SettingsError", "default_settings",
           "read_settings"]
