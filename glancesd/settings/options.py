"""options: the daemon's own settings, and Settings, the one value made of command line, file and defaults.

The file is Glances' own glances.conf. The daemon's settings stand in its section [glancesd], the plugins' in theirs
(see `sections`); sections of parts of Glances that are not here (exports, colours) are passed over.

OPTIONS is the one table of the daemon's settings: the command line and its --help, what the file may hold,
--print-config and the README's table are made of it. Whatever is wrong is a SettingsError of one line.
"""
from __future__ import annotations

import argparse
import codecs
import ipaddress
import os
import re
import stat
from typing import Any, Callable, Mapping, NamedTuple, NoReturn, Sequence, Union

from .. import __version__
from . import inifile, sections
from .inifile import Reader, Sections, SettingsError, number_within, parts, read, whole_within, yes_no
from .sections import PLUGINS, SECTIONS, Filter, Folder, Limits, Monitored

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

# Glances 2 keeps so many points by default; here the number bounds what a history may cost: 16 bytes each and item.
HISTORY_POINTS_MOST = 28800
FILE_BYTES = 1 << 20
DAY = 86400.0

_OWN_SECTION = "glancesd"


# -- readers, beside those of `inifile` --------------------------------------------------------------------------------


def _optional(text: str) -> str | None:
    return text or None


def _url(text: str) -> str:
    if "/" not in text:
        raise ValueError("needs a URL")
    return text


def _directory(text: str) -> str:
    if not os.path.isdir(text):
        raise ValueError("needs an existing directory")
    return text


def _file(text: str) -> str:
    if not os.path.isfile(text):
        raise ValueError("needs an existing file")
    return text


def _address(text: str) -> str:
    try:
        if text != "localhost" and not text.startswith("unix:/"):
            ipaddress.ip_address(re.sub("%.+", "", text) if ":" in text else text)
    except ValueError:
        raise ValueError("needs an IPv4 or IPv6 address, localhost or unix:/path") from None
    return text


def _user(text: str) -> str:
    if not text or ":" in text or not text.isprintable():
        raise ValueError("needs a name without a colon")
    return text


def _plugins(text: str) -> tuple[str, ...]:
    found = tuple(parts(text))
    if not set(found) <= set(PLUGINS):
        raise ValueError("needs names out of " + ",".join(PLUGINS))
    return found


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part) for part in parts(text))
    except ValueError as problem:
        raise ValueError("needs networks such as 192.168.0.0/16,fd00::/8 (%s)" % problem) from None


def _each(pattern: str, need: str) -> Callable[[str], tuple[str, ...]]:
    def reader(text: str) -> tuple[str, ...]:
        found = tuple(part.lower() for part in parts(text))
        if not all(re.fullmatch(pattern, part) for part in found):
            raise ValueError(need)
        return found
    return reader


_hosts = _each(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?", "needs host names, without a port")
_origins = _each(r"\*|[a-z][a-z0-9+.-]*://[^/\s]+", "needs origins such as https://example.org, or *")


# -- the table ---------------------------------------------------------------------------------------------------------


class Option(NamedTuple):
    """One setting: a field of Settings, how its text is read, and its place on the command line and in the file."""

    name: str
    reader: Reader
    default: Any
    flags: tuple[str, ...]
    metavar: str                                # "" for a switch
    help: str
    sections: tuple[str, ...] = (_OWN_SECTION,)  # the first that has it counts; () is for the command line only
    file_name: str = ""                         # in the file, where that is not `name`
    public: bool = False                        # neither secret nor path: /args and /config show it

    @property
    def key(self) -> str:
        """The option's name in the file."""
        return self.file_name or self.name


OPTIONS: tuple[Option, ...] = (
    Option("bind_address", _address, "0.0.0.0", ("-B", "--bind"), "ADDRESS",
           "address to listen on; :: for IPv6 and IPv4, unix:/path for a Unix socket", public=True),
    Option("port", whole_within(0, 65535), 61208, ("-p", "--port"), "PORT",
           "port to listen on; 0 takes a free one", public=True),
    Option("config_file", _optional, None, ("-C", "--config"), "FILE",
           "configuration file, instead of glances/glances.conf in $XDG_CONFIG_HOME, ~/.config or /etc", sections=()),
    Option("procfs", _directory, "/proc", ("--procfs",), "DIR", "procfs of the machine to serve"),
    Option("sysfs", _directory, "/sys", ("--sysfs",), "DIR", "its sysfs"),
    Option("rootfs", _directory, "/", ("--rootfs",), "DIR", "its root file system"),
    Option("cached_time", number_within(0, DAY), 1.0, ("--cached-time",), "SECONDS",
           "how long all callers share one sample", public=True),
    Option("interval", number_within(0, DAY), 10.0, ("--interval",), "SECONDS",
           "how often alerts and history go on when nobody asks; 0 = never", public=True),
    Option("history_size", whole_within(0, HISTORY_POINTS_MOST), 360, ("--history-size",), "POINTS",
           "points kept in each history; 0 = none", sections=(_OWN_SECTION, "global"), public=True),
    Option("alert_max_events", whole_within(1, 1000), 10, ("--alert-max-events",), "EVENTS",
           "events kept in the alert log", sections=("alert",), file_name="max_events", public=True),
    Option("alert_min_duration", number_within(0, DAY), 6.0, ("--alert-min-duration",), "SECONDS",
           "how long an event must last to be kept", sections=("alert",), file_name="min_duration", public=True),
    Option("disable_plugin", _plugins, (), ("--disable-plugin",), "NAME,...",
           "plugins not to serve, beside those whose section in the file says disable=True", public=True),
    Option("allow_from", _networks, (), ("--allow-from",), "NET,...",
           "networks to serve, instead of loopback and the private networks"),
    Option("password_file", _file, None, ("--password-file",), "FILE",
           "ask for the password that is in this file, in clear or made by --hash-password"),
    Option("username", _user, "glances", ("--username",), "NAME", "user name that goes with the password"),
    Option("allowed_host", _hosts, (), ("--allowed-host",), "NAME,...",
           "further names that this server may be called by"),
    Option("cors_origin", _origins, (), ("--cors-origin",), "ORIGIN,...",
           "origins whose pages may read the answers"),
    Option("hide_arguments", yes_no, False, ("--hide-arguments",), "", "serve processes without their arguments",
           public=True),
    Option("tls_cert", _file, None, ("--tls-cert",), "FILE", "serve HTTPS with this certificate (PEM)"),
    Option("tls_key", _file, None, ("--tls-key",), "FILE", "the certificate's private key (PEM)"),
    Option("max_connections", whole_within(1, 10000), 64, ("--max-connections",), "NUMBER",
           "connections at once", public=True),
    Option("max_connections_per_address", whole_within(1, 10000), 16, ("--max-connections-per-address",), "NUMBER",
           "connections at once from one address that is not loopback", public=True),
    Option("exit_idle", number_within(0, DAY), 0.0, ("--exit-idle",), "SECONDS",
           "end when nobody has asked for so long (for socket activation); 0 = never", public=True),
    Option("check", _url, None, ("--check",), "URL",
           "ask a running glancesd for its health and answer by the exit status", sections=()),
    Option("hash_password", yes_no, False, ("--hash-password",), "",
           "read a password and print a line for the password file", sections=()),
    Option("print_config", yes_no, False, ("--print-config",), "",
           "print a configuration file that shows every setting", sections=()),
)


class Settings(NamedTuple):
    """Everything that can be set: the rows of OPTIONS, then what the plugins' sections of the file come to.

    `allow_from` () means the private networks. `disable_plugin` holds the plugins whose section says so, too.
    """

    bind_address: str
    port: int
    config_file: str | None
    procfs: str
    sysfs: str
    rootfs: str
    cached_time: float
    interval: float
    history_size: int
    alert_max_events: int
    alert_min_duration: float
    disable_plugin: tuple[str, ...]
    allow_from: tuple[Network, ...]
    password_file: str | None
    username: str
    allowed_host: tuple[str, ...]
    cors_origin: tuple[str, ...]
    hide_arguments: bool
    tls_cert: str | None
    tls_key: str | None
    max_connections: int
    max_connections_per_address: int
    exit_idle: float
    check: str | None
    hash_password: bool
    print_config: bool

    plugins: Mapping[str, Mapping[str, str]]   # section → option → text: the file's first, then the defaults
    limits: Limits                             # plugin → what /:plugin/limits serves
    filters: Mapping[str, Filter]              # of the plugins that have one
    fs_allow: tuple[str, ...]                  # further types of file systems to serve
    monitored: tuple[Monitored, ...]
    folders: tuple[Folder, ...]
    commands_allowed: bool                     # nobody but root and ourselves may have written the file
    warnings: tuple[str, ...]                  # a line for each option that has no effect

    def shown(self, plugin: str, *names: str) -> bool:
        """Whether show= and hide= let an element be served that goes by these names."""
        found = self.filters.get(plugin)
        if found is None:
            return True
        patterns = found.show or found.hide
        return any(pattern.fullmatch(name) for pattern in patterns for name in names) == bool(found.show)

    def alias(self, plugin: str, name: str) -> str | None:
        """What the file calls an element, or None."""
        found = self.filters.get(plugin)
        return found.aliases.get(name.lower()) if found is not None else None

    def public_config(self) -> dict[str, dict[str, str]]:
        """For /config: section → option → text. Nothing secret, no command, no path: so nothing that has a slash."""
        config: dict[str, dict[str, str]] = {"global": {"history_size": str(self.history_size)}}
        for option in OPTIONS:
            if option.public:
                config.setdefault(option.sections[0], {})[option.key] = _text(getattr(self, option.name))
        for section, options in self.plugins.items():
            config.setdefault(section, {}).update(options)
        config = {section: {option: text for option, text in options.items() if "/" not in option + text}
                  for section, options in config.items()}
        return {section: options for section, options in config.items() if options}

    def public_args(self) -> dict[str, bool | float | str]:
        """For /args: the settings that public_config shows, under Glances' names where it has them."""
        args = {option.name: getattr(self, option.name) for option in OPTIONS if option.public}
        del args["disable_plugin"]
        args.update(("disable_" + plugin, plugin in self.disable_plugin) for plugin in PLUGINS)
        args.update(disable_history=not self.history_size, time=self.interval, webserver=True)
        return {name: value for name, value in args.items() if "/" not in str(value)}


# -- reading them ------------------------------------------------------------------------------------------------------


class ConfigFile(NamedTuple):
    """A configuration file: its path, what is in it, and whether only root or ourselves may have written it."""

    path: str
    sections: Sections
    trusted: bool


NO_FILE = ConfigFile("", {}, False)


def read_settings(argv: Sequence[str], environ: Mapping[str, str], count_cpus: Callable[[str], int]) -> Settings:
    """The settings that a command line (without the program's name) and its file make.

    `count_cpus` tells the CPUs of the machine behind a procfs: some default limits depend on them.
    SettingsError when anything is wrong; --help and --version print and exit. No file is read for `check`,
    `hash_password` and `print_config`. A password that systemd hands over (credential `password`) is the default of
    `password_file`.
    """
    given = _arguments(argv)
    if given.keys() & {"check", "hash_password", "print_config"}:
        return _settings(given, NO_FILE, count_cpus)
    settings = _settings(given, _find(given.get("config_file"), environ), count_cpus)
    credential = environ.get("CREDENTIALS_DIRECTORY", "") + "/password"
    if settings.password_file is None and credential != "/password" and _there(credential):
        return settings._replace(password_file=credential)
    return settings


def default_settings(cpus: int = 1) -> Settings:
    """The settings of an empty command line and no file."""
    return _settings({}, NO_FILE, lambda procfs: cpus)


def _there(path: str) -> bool:
    """Whether there is such a file. What cannot be told counts as yes: it must not leave us without a password."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        pass
    return True


def _settings(given: Mapping[str, str], file: ConfigFile, count_cpus: Callable[[str], int]) -> Settings:
    values = {option.name: _value(option, given, file.sections) for option in OPTIONS}
    _check_pair("tls_cert", "tls_key", values, given, file.sections)
    own = {(section, option.key) for option in OPTIONS for section in option.sections}
    plugins, warnings = sections.plugin_options(file.sections, own)
    values["disable_plugin"] = tuple(dict.fromkeys(values["disable_plugin"] + sections.disabled(plugins)))
    for section, defaults in sections.default_limits(count_cpus(values["procfs"])).items():
        for option, text in defaults.items():
            plugins[section].setdefault(option, text)
    monitored, without_effect = sections.monitored(file.sections)
    warnings += without_effect
    warnings += ["%s: glancesd has no such option in [%s]" % (entry.where, _OWN_SECTION)
                 for name, entry in file.sections.get(_OWN_SECTION, {}).items() if (_OWN_SECTION, name) not in own]
    if not file.trusted and any(entry.command for entry in monitored):
        warnings.append("%s: no command is run, because others than root and glancesd's user may write this file"
                        % file.path)
    return Settings(
        plugins=plugins, limits=sections.limits(plugins, values["history_size"]), filters=sections.filters(plugins),
        fs_allow=tuple(parts(plugins["fs"].get("allow", ""))), monitored=monitored,
        folders=sections.folders(file.sections), commands_allowed=file.trusted, warnings=tuple(warnings), **values)


def _value(option: Option, given: Mapping[str, str], file: Sections) -> Any:
    where, text = _source(option, given, file)
    return read(option.reader, text, where) if where else option.default


def _source(option: Option, given: Mapping[str, str], file: Sections) -> tuple[str, str]:
    """Where a setting is made, and its text; ("", "") when it is nowhere.

    `password_file=` in the file is none, as --print-config shows it. `--password-file ""` is wrong: whoever wrote that
    meant one.
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


def _find(named: str | None, environ: Mapping[str, str]) -> ConfigFile:
    """The file that the command line names, which must be there; else the first of Glances' places that has one."""
    if named is not None:
        return _load(named, "--config: ")
    home = environ.get("HOME")
    for folder in (environ.get("XDG_CONFIG_HOME") or (home + "/.config" if home else "/etc"), "/etc"):
        path = folder + "/glances/glances.conf"
        try:
            os.stat(path)
        except OSError:
            continue
        # One that is there and cannot be read is an error: it may be what keeps strangers out.
        return _load(path, "")
    return NO_FILE


def _load(path: str, prefix: str) -> ConfigFile:
    try:
        # Without waiting: a pipe that nobody writes to would keep the start, or a reload, for ever.
        with open(path, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)) as file:
            status = os.fstat(file.fileno())
            if stat.S_ISFIFO(status.st_mode):
                raise SettingsError("%s%s: is a pipe" % (prefix, path))
            data = file.read(FILE_BYTES + 1) or b""
    except OSError as problem:
        raise SettingsError("%s%s: %s" % (prefix, path, problem.strerror)) from None
    if len(data) > FILE_BYTES:
        raise SettingsError("%s%s: longer than %d bytes" % (prefix, path, FILE_BYTES))
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8):]
    if b"\0" in data:                               # it would end the name of a file in the kernel, and not here
        raise SettingsError("%s:%d: a NUL character" % (path, data.count(b"\n", 0, data.index(b"\0")) + 1))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise SettingsError("%s:%d: byte 0x%02x is not UTF-8" % (path, line, data[problem.start])) from None
    trusted = not status.st_mode & 0o022 and status.st_uid in (0, os.geteuid())
    return ConfigFile(path, inifile.parse(text, path), trusted)


# -- the command line --------------------------------------------------------------------------------------------------


_HELP_WIDTH = 100


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser that leaves it to the caller to print an error: one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(message[len("argument "):] if message.startswith("argument ") else message)


def _parser() -> _Parser:
    # Told a width, argparse does not ask shutil for the terminal's, which brings the compressors: 0.5 MB resident.
    parser = _Parser(prog="glancesd", description="Serves what Glances shows, over Glances' HTTP API.",
                     formatter_class=lambda prog: argparse.HelpFormatter(prog, width=_HELP_WIDTH))
    for option in OPTIONS:
        if not option.metavar:
            parser.add_argument(*option.flags, dest=option.name, action="store_const", const="True", help=option.help)
            continue
        default = _text(option.default)
        text = "%s (default: %s)" % (option.help, default) if default else option.help
        parser.add_argument(*option.flags, dest=option.name, metavar=option.metavar, help=text.replace("%", "%%"),
                            action="append" if isinstance(option.default, tuple) else "store")
    parser.add_argument("-w", dest="webserver", action="store_true", help="accepted, and means nothing more")
    parser.add_argument("--version", action="version", version="glancesd " + __version__)
    return parser


def _arguments(argv: Sequence[str]) -> dict[str, str]:
    """Setting → text, of those that a command line makes. A list that is given more than once is one list."""
    found, rest = _parser().parse_known_args(list(argv))
    if rest:
        raise SettingsError("%s: %s" % (rest[0], "no such option" if rest[0].startswith("-") else "not an option"))
    return {name: ",".join(text) if isinstance(text, list) else text
            for name, text in vars(found).items() if name != "webserver" and text is not None}


# -- what people read --------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    """A setting's value as the file would have it; "" for none."""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return "" if value is None else "%g" % value if isinstance(value, float) else str(value)


def config_text(cpus: int) -> str:
    """A configuration file in which every setting stands with its default, behind a "#"."""
    lines = ["# A glances.conf with every setting that glancesd reads, and its default.",
             "# Take away the # before those that you change; lines with a space after it explain.", ""]
    limits = sections.default_limits(cpus)
    for section in (_OWN_SECTION, "global", *PLUGINS):
        lines.append("[%s]" % section)
        for option in OPTIONS:
            if section in option.sections:
                lines += ["# " + option.help, "#%s = %s" % (option.key, _text(option.default))]
        if section in SECTIONS:
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
        places = ", ".join("`[%s] %s`" % (section, option.key) for section in option.sections)
        default = _text(option.default) if option.metavar else ""
        lines.append("| %s | %s | %s | %s |" % (
            flags + (" `%s`" % option.metavar if option.metavar else ""), places, "`%s`" % default if default else "",
            option.help))
    return "\n".join(lines) + "\n"
