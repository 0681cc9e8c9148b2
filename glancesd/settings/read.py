"""read: puts the settings together: the command line first, then the file, then the defaults.

The file is Glances' own glances.conf. The daemon's settings stand in its section [glancesd], the plugins' in theirs
(see `sections`, `checked`).
Whatever is wrong is a SettingsError of one line.
"""
from __future__ import annotations

import os

from ..typed import Any, Mapping, Optional, Sequence
from . import lists, thresholds
from .checked import check
from .command_line import arguments
from .file import NO_FILE, ConfigFile, find
from .filters import filters
from .inifile import Options, Sections, SettingsError
from .metrics import metrics
from .options import OPTIONS, Option
from .readers import parts, read, yes_no
from .sections import SAME
from .values import Settings


def read_settings(argv: Sequence[str], environ: Mapping[str, str], before: Optional[Settings] = None) -> Settings:
    """The settings that a command line (without the program's name) and its file make; see `Settings.for_cpus`.

    SettingsError when anything is wrong; --help and --version print and exit. No file is read for `hash_password`,
    `print_config`, and `check` of a URL. A password that systemd hands over (credential `password`) is the default of
    `password_file`. `before`: those in force; a file that they come from must still be there.
    """
    given = arguments(argv)
    if given.keys() & {"hash_password", "print_config"} or given.get("check", "self").partition("/")[0] != "self":
        return _settings(given, NO_FILE)
    settings = _settings(given, find(given.get("config_file"), environ, before and before.config_file))
    credential = environ.get("CREDENTIALS_DIRECTORY", "") + "/password"
    was_asked = before is not None and before.password_file == credential
    if settings.password_file is None and credential != "/password" and (was_asked or _there(credential)):
        return settings._replace(password_file=credential)
    return settings


def default_settings(cpus: int = 1) -> Settings:
    """The settings of an empty command line and no file."""
    return _settings({}, NO_FILE).for_cpus(cpus)


def _there(path: str) -> bool:
    """Whether the file exists. Unknown counts as yes: the start then fails, instead of serving without a password."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        pass
    return True


def _settings(given: Mapping[str, str], file: ConfigFile) -> Settings:
    plugins, warnings = check(file.sections, file.path)
    values = {option.name: _value(option, given, file.sections) for option in OPTIONS}
    _check_pair("tls_cert", "tls_key", values, given, file.sections)
    values["config_file"] = file.path or values["config_file"]
    values["disable_plugin"] = _disabled(values["disable_plugin"], plugins)
    for section, defaults in thresholds.default_limits().items():
        for option, text in defaults.items():
            plugins[section].setdefault(option, text)
    monitored = lists.monitored(file.sections, warnings)
    amps = lists.amps(file.sections, warnings)
    ports = lists.ports(file.sections, warnings)
    if not file.trusted and any([entry.command for entry in monitored] + [amp.command for amp in amps]):
        warnings.append("%s: no command is run, because others than root and glancesd's user may write this file"
                        % file.path)
    return Settings(
        plugins=plugins, limits=thresholds.served_limits(plugins, values["history_size"]),
        filters=filters(plugins), fs_allow=tuple(parts(plugins["fs"].get("allow", ""))), monitored=monitored,
        folders=lists.folders(file.sections), amps=amps, ports=ports, containers=lists.containers(file.sections),
        nvidia_smi=lists.nvidia_smi(file.sections), metrics=metrics(file.sections.get("metrics", Options(""))),
        commands_allowed=file.trusted, warnings=tuple(warnings), **values)


def _disabled(named: tuple[str, ...], plugins: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """The plugins that a setting names, then those whose section says disable=True."""
    off = list(named)
    off += [name for name, options in plugins.items() if yes_no(options.get("disable", "no"))]
    off += [name for pair in SAME for name in pair if set(pair) & set(off)]
    return tuple(dict.fromkeys(off))


def _value(option: Option, given: Mapping[str, str], file: Sections) -> Any:
    where, text = _source(option, given, file)
    return read(option.reader, text, where) if where else option.default


def _source(option: Option, given: Mapping[str, str], file: Sections) -> tuple[str, str]:
    """The place that sets an option, and its text there; ("", "") when nothing does.

    An empty `password_file=` in the file means "not set" (--print-config prints it so); an empty `--password-file ""`
    is an error.
    """
    if option.name in given:
        return option.flags[-1], given[option.name]
    for section, key in option.places:
        entry = file[section].get(key) if section in file else None
        if entry is not None and (entry.text or option.default is not None):
            return entry.where, entry.text
    return "", ""


def _check_pair(one: str, other: str, values: Mapping[str, Any], given: Mapping[str, str], file: Sections) -> None:
    """Refuse one of two settings that make sense only together."""
    for name, missing in ((one, other), (other, one)):
        if values[name] and not values[missing]:
            where = next(_source(option, given, file)[0] for option in OPTIONS if option.name == name)
            raise SettingsError("%s: needs --%s too" % (where, missing.replace("_", "-")))
