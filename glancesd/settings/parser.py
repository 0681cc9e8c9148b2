"""parser: the command line by argparse: --help, --version, abbreviations, and the error of what is wrong."""
from __future__ import annotations

import argparse

from .. import __version__
from ..typed import NoReturn, Sequence
from .inifile import SettingsError
from .options import OPTIONS, text_of
from .spelling import meant

_HELP_WIDTH = 100


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


def parsed(argv: Sequence[str]) -> dict[str, list[str]]:
    """Setting → its texts, in their order. SettingsError of one line when it is wrong."""
    found, rest = _parser().parse_known_args(list(argv))
    if rest:
        raise SettingsError("%s: %s" % (rest[0], _unknown(rest[0])))
    return {name: text if isinstance(text, list) else [text]
            for name, text in vars(found).items() if name != "webserver" and text is not None}


def _unknown(argument: str) -> str:
    if not argument.startswith("-"):
        return "not an option"
    flags = [flag for option in OPTIONS for flag in option.flags if flag.startswith("--")]
    return "no such option" + meant(argument.partition("=")[0], flags)
