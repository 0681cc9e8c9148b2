"""read: puts the settings together: the command line first, then the file, then the defaults.

The file is Glances' own glances.conf. The daemon's settings stand in its section [glancesd], the plugins' in theirs
(see `sections`); sections of parts of Glances that are not here (exports, colours) are passed over.
Whatever is wrong is a SettingsError of one line.
"""
from __future__ import annotations

import os
from typing import Any, Mapping, Sequence

from . import lists, sections, thresholds
from .command_line import arguments
from .file import NO_FILE, ConfigFile, find
from .inifile import Sections, SettingsError
from .options import OPTIONS, OWN_SECTION, Option
from .readers import parts, read
from .values import Settings


def read_settings(argv: Sequence[str], environ: Mapping[str, str]) -> Settings:
    """The settings that a command line (without the program's name) and its file make; see `Settings.for_cpus`.

    SettingsError when anything is wrong; --help and --version print and exit. No file is read for `check`,
    `hash_password` and `print_config`. A password that systemd hands over (credential `password`) is the default of
    `password_file`.
    """
    given = arguments(argv)
    if given.keys() & {"check", "hash_password", "print_config"}:
        return _settings(given, NO_FILE)
    settings = _settings(given, find(given.get("config_file"), environ))
    credential = environ.get("CREDENTIALS_DIRECTORY", "") + "/password"
    if settings.password_file is None and credential != "/password" and _there(credential):
        return settings._replace(password_file=credential)
    return settings


def default_settings(cpus: int = 1) -> Settings:
    """The settings of an empty command line and no file."""
    return _settings({}, NO_FILE).for_cpus(cpus)


def _there(path: str) -> bool:
    """Whether there is such a file. What cannot be told counts as yes: it must not leave us without a password."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        pass
    return True


def _settings(given: Mapping[str, str], file: ConfigFile) -> Settings:
    values = {option.name: _value(option, given, file.sections) for option in OPTIONS}
    _check_pair("tls_cert", "tls_key", values, given, file.sections)
    own = {(section, option.key) for option in OPTIONS for section in option.sections}
    plugins, warnings = sections.plugin_options(file.sections, own)
    values["disable_plugin"] = tuple(dict.fromkeys(values["disable_plugin"] + sections.disabled(plugins)))
    for section, defaults in thresholds.default_limits().items():
        for option, text in defaults.items():
            plugins[section].setdefault(option, text)
    monitored, without_effect = lists.monitored(file.sections)
    warnings += without_effect
    warnings += ["%s: glancesd has no such option in [%s]" % (entry.where, OWN_SECTION)
                 for name, entry in file.sections.get(OWN_SECTION, {}).items() if (OWN_SECTION, name) not in own]
    if not file.trusted and any(entry.command for entry in monitored):
        warnings.append("%s: no command is run, because others than root and glancesd's user may write this file"
                        % file.path)
    return Settings(
        plugins=plugins, limits=thresholds.served_limits(plugins, values["history_size"]),
        filters=lists.filters(plugins), fs_allow=tuple(parts(plugins["fs"].get("allow", ""))), monitored=monitored,
        folders=lists.folders(file.sections), commands_allowed=file.trusted, warnings=tuple(warnings), **values)


def _value(option: Option, given: Mapping[str, str], file: Sections) -> Any:
    where, text = _source(option, given, file)
    return read(option.reader, text, where) if where else option.default


def _source(option: Option, given: Mapping[str, str], file: Sections) -> tuple[str, str]:
    """Where a setting is made, and its text; ("", "") when it is nowhere.

    An empty `password_file=` in the file means "not set" (--print-config prints it so); an empty `--password-file ""`
    is an error.
    """
    if option.name in given:
        return option.flags[-1], given[option.name]
    for section in option.sections:
        entry = file.get(section, {}).get(option.key)
        if entry is not None and (entry.text or option.default is not None):
            return entry.where, entry.text
    return "", ""


def _check_pair(one: str, other: str, values: Mapping[str, Any], given: Mapping[str, str], file: Sections) -> None:
    """Refuse one of two settings that make sense only together."""
    for name, missing in ((one, other), (other, one)):
        if values[name] and not values[missing]:
            where = next(_source(option, given, file)[0] for option in OPTIONS if option.name == name)
            raise SettingsError("%s: needs --%s too" % (where, missing.replace("_", "-")))
