"""command_line: what the arguments say, by the table of options; a wrong one is a SettingsError of one line."""
from __future__ import annotations

import argparse
import re
from typing import NoReturn, Sequence

from .. import __version__
from .inifile import SettingsError
from .options import OPTIONS, text_of
from .sections import PLUGINS
from .spelling import meant

_HELP_WIDTH = 100
_ALL = "all plugins are served that --disable-plugin does not name"
_WEB_SERVER = "there is only the web server, which needs no option"
# Options of Glances, which a command line that is carried over has, and what to write instead.
_OF_GLANCES = {
    **dict.fromkeys(("-t", "--time"), "--cached-time (how long all callers share one sample) and --interval (alerts "
                    "and history)"),
    "--password": "--password-file FILE; --hash-password makes one",
    "-u": "--username NAME",
    **dict.fromkeys(("--disable", "--disable-plugins"), "--disable-plugin NAME,..."),
    **dict.fromkeys(("--enable", "--enable-plugin", "--enable-plugins", "--enable-irq"), _ALL),
    "--disable-history": "--history-size 0",
    "--disable-process": "--disable-plugin processlist,processcount",
    **dict.fromkeys(("-s", "--server", "-c", "--client", "--browser"), _WEB_SERVER),
    **dict.fromkeys(("--export", "--stdout", "--stdout-csv", "--stdout-json"), "nothing is exported: ask the API"),
    **dict.fromkeys(("-d", "--debug", "-q", "--quiet", "--disable-check-update", "--disable-autodiscover",
                     "--open-web-browser"), "it means nothing: leave it out"),
}


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises an error of one line, instead of printing the usage and leaving the process."""

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
        default = text_of(option.default)
        text = "%s (default: %s)" % (option.help, default) if default else option.help
        parser.add_argument(*option.flags, dest=option.name, metavar=option.metavar, help=text.replace("%", "%%"),
                            action="append" if isinstance(option.default, tuple) else "store")
    parser.add_argument("-w", "--webserver", dest="webserver", action="store_true",
                        help="accepted, and means nothing more")
    parser.add_argument("-V", "--version", action="version", version="glancesd " + __version__)
    return parser


def arguments(argv: Sequence[str]) -> dict[str, str]:
    """Name of an option → its text, for those that are given. A list that is given twice is one list."""
    for argument in argv:
        _not_of_glances(argument.partition("=")[0] if argument.startswith("--") else argument[:2])
    found, rest = _parser().parse_known_args(list(argv))
    if rest:
        raise SettingsError("%s: %s" % (rest[0], _unknown(rest[0])))
    return {name: ",".join(text) if isinstance(text, list) else text
            for name, text in vars(found).items() if name != "webserver" and text is not None}


def _not_of_glances(flag: str) -> None:
    """Refuse an option of Glances, and name the one that does the same here.

    argparse takes an abbreviation for the whole: `--password` would be --password-file.
    """
    disabled = re.fullmatch("--disable-(.+)", flag)
    if flag in _OF_GLANCES:
        raise SettingsError("%s: of Glances; here %s" % (flag, _OF_GLANCES[flag]))
    if disabled and disabled.group(1) in PLUGINS:
        raise SettingsError("%s: of Glances; here --disable-plugin %s" % (flag, disabled.group(1)))


def _unknown(argument: str) -> str:
    if not argument.startswith("-"):
        return "not an option"
    flags = [flag for option in OPTIONS for flag in option.flags if flag.startswith("--")]
    return "no such option" + meant(argument.partition("=")[0], flags)
