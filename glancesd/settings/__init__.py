"""settings: one typed value made of the command line, the configuration file and the defaults, in that order.

    inifile    the text of a file: sections, options, the line of each; what the text of an option says
    sections   the plugins' sections: what they may hold, default limits, filters, lists
    options    the daemon's own settings; Settings, and how it is read
"""
from __future__ import annotations

from .inifile import SettingsError
from .options import OPTIONS, Settings, config_text, default_settings, markdown, read_settings
from .sections import PLUGINS, Folder, Monitored

__all__ = ["OPTIONS", "PLUGINS", "Folder", "Monitored", "Settings", "SettingsError", "config_text", "default_settings",
           "markdown", "read_settings"]
