"""glancesd's command line: one thing to do, and one line and exit status 2 for what is wrong with it."""
from __future__ import annotations

import io
import os
import signal
import sys
from importlib import import_module
from typing import Optional, Sequence


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The exit status: 0 ended as asked, 1 nothing to listen on now, 2 a wrong option, file or setting.

    `--check` has its own.
    """
    from .log import Log
    from .settings import Settings, SettingsError, read_settings

    given = sys.argv[1:] if arguments is None else list(arguments)
    log = Log()

    def read(before: Optional[Settings] = None) -> Settings:
        return read_settings(given, os.environ, before)

    try:
        settings = read()
    except SettingsError as problem:
        log.line(str(problem))
        return 2
    if settings.check:
        from .check import check
        return check(settings.check, settings)
    if settings.hash_password:
        return _hash_password()
    if settings.print_config:
        from .settings.printed import config_text
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)     # as `… --print-config | head` expects
        _print(config_text(os.cpu_count() or 1))
        return 0
    from .daemon import Daemon
    from .readings import Clock
    from .server.passwords import PasswordError
    from .sockets import StartError
    try:
        return Daemon(settings, read, log, Clock()).run()
    except StartError as problem:
        log.line(str(problem))
        return problem.status
    except (SettingsError, PasswordError) as problem:
        log.line(str(problem))
        return 2


def _print(text: str) -> None:
    """To standard output, in UTF-8 whatever the locale: that is what a configuration file is read in."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    print(text)


def _hash_password() -> int:
    """Read a password, without showing it where there is a terminal, and print the line for the password file."""
    from .server.passwords import hash_line
    if sys.stdin.isatty():
        import getpass
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            print("glancesd: they differ", file=sys.stderr)
            return 2
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        print("glancesd: no password was given", file=sys.stderr)
        return 2
    try:
        password = password.encode("utf-8", "surrogateescape").decode("utf-8")      # an ASCII locale escapes it
    except UnicodeError:
        print("glancesd: the password is not UTF-8", file=sys.stderr)
        return 2
    print(hash_line(password))
    return 0


if __name__ == "__main__":
    if not __package__:            # `python3 FOLDER`: Python puts the folder itself on the path, not what it lies in
        sys.path[0], package = os.path.split(os.path.dirname(os.path.abspath(__file__)))
        import_module(package)
        del sys.path[0]            # what else lies there (an argparse.py in /tmp) is not ours, and not to be run
        main = import_module(package + ".__main__").main
    sys.exit(main())
