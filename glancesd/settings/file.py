"""file: finds the configuration file, where Glances' own is, and reads it; whatever is wrong is a SettingsError."""
from __future__ import annotations

import codecs
import os
import stat

from ..typed import Mapping, NamedTuple
from . import inifile
from .inifile import Sections, SettingsError

FILE_BYTES = 1 << 20


class ConfigFile(NamedTuple):
    """A configuration file: its path, what is in it, and whether only root or ourselves may have written it."""

    path: str
    sections: Sections
    trusted: bool


NO_FILE = ConfigFile("", {}, False)


def find(named: str | None, environ: Mapping[str, str], known: str | None = None) -> ConfigFile:
    """The file that the command line names, which must be there; else the first of Glances' places that has one.

    A file may be what keeps strangers out. So one that was `known` before must still be there, and a place that cannot
    be looked at is not one without a file.
    """
    if named is not None:
        return _load(named, "--config: ")
    home = environ.get("HOME")
    for folder in (environ.get("XDG_CONFIG_HOME") or (home + "/.config" if home else "/etc"), "/etc"):
        path = folder + "/glances/glances.conf"
        try:
            os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            if path == known:
                raise SettingsError("%s: is gone, and was in force" % path) from None
            link = next(filter(os.path.islink, (path, os.path.dirname(path))), None)
            if link is not None:                    # to a disk that is not mounted yet
                raise SettingsError("%s: leads to nowhere (-C names another file)" % link) from None
        except OSError as problem:
            raise SettingsError("%s: %s (-C names another file)" % (path, problem.strerror)) from None
        else:
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
