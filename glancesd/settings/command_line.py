"""command_line: what the arguments say, by the table of options; a wrong one is a SettingsError of one line."""
from __future__ import annotations

import argparse
from typing import NoReturn, Sequence

from .. import __version__
from .inifile import SettingsError
from .options import OPTIONS, text_of

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
        default = text_of(option.default)
        text = "%s (default: %s)" % (option.help, default) if default else option.help
        parser.add_argument(*option.flags, dest=option.name, metavar=option.metavar, help=text.replace("%", "%%"),
                            action="append" if isinstance(option.default, tuple) else "store")
    parser.add_argument("-w", dest="webserver", action="store_true", help="accepted, and means nothing more")
    parser.add_argument("--version", action="version", version="glancesd " + __version__)
    return parser


def arguments(argv: Sequence[str]) -> dict[str, str]:
    """Setting → text, of those that a command line makes. A list that is given more than once is one list."""
    found, rest = _parser().parse_known_args(list(argv))
    if rest:
        raise SettingsError("%s: %s" % (rest[0], "no such option" if rest[0].startswith("-") else "not an option"))
    return {name: ",".join(text) if isinstance(text, list) else text
            for name, text in vars(found).items() if name != "webserver" and text is not None}
