"""glancesd's command line: serves, or does --check, --hash-password or --print-config."""
from __future__ import annotations

import gc
import os
import signal
import sys

TYPE_CHECKING = False               # `typed` has these, but started as `python3 FOLDER` this file has no package yet
if TYPE_CHECKING:
    from typing import Callable, Optional, Sequence

    from .log import Log
    from .settings import Settings


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The exit status: 0 ended by a signal, 1 cannot start at this moment, 2 a wrong option, file or setting.

    Both failures are one line of the log. `--check` has its own statuses.
    """
    gc.disable()        # a start makes no garbage worth a tenth of its time: the collector waits for the daemon
    from .log import Log
    from .settings import SettingsError, read_settings

    given = sys.argv[1:] if arguments is None else list(arguments)
    log = Log()

    def read(before: Optional[Settings] = None) -> Settings:
        return read_settings(given, os.environ, before)

    # SIGHUP would end a process that has no handler yet: it waits until the daemon can reload.
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP,))
    try:
        settings = read()
        if settings.check or settings.hash_password or settings.print_config:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGHUP,))
            return _ask_or_print(settings)
        return _serve(settings, read, log)
    except SettingsError as problem:
        log.line(str(problem))
        return 2


def _ask_or_print(settings: Settings) -> int:
    if settings.check:
        from .check import check
        return check(settings.check, settings)
    if settings.hash_password:
        return _hash_password()
    from .settings.printed import config_text
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)     # as `… --print-config | head` expects
    return _print(config_text(os.cpu_count() or 1))


def _serve(settings: Settings, read: Callable[[Settings], Settings], log: Log) -> int:
    from .daemon import Daemon
    from .readings import Clock
    from .sockets import StartError
    try:
        daemon = Daemon(settings, read, log, Clock())
        gc.freeze()
        gc.enable()
        return daemon.run()
    except StartError as problem:
        log.line(str(problem))
        return problem.status


def _print(text: str) -> int:
    """To standard output, in UTF-8 whatever the locale: that is what a configuration file is read in. The exit status.

    Not by print, which keeps what it could not write (/dev/full) and fails once more at the exit.
    """
    data = (text + "\n").encode("utf-8", "replace")
    try:
        descriptor = sys.stdout.fileno() if sys.stdout is not None else -1       # None: it was closed at the start
        while data:
            data = data[os.write(descriptor, data):]
    except OSError as problem:
        print("glancesd: cannot write: %s" % problem.strerror, file=sys.stderr)
        return 1
    return 0


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
    return _print(hash_line(password))


if __name__ == "__main__":
    if not __package__:            # `python3 FOLDER`: Python puts the folder itself on the path, not what it lies in
        sys.path[0], package = os.path.split(os.path.dirname(os.path.abspath(__file__)))
        __import__(package)
        del sys.path[0]            # what else lies there (an argparse.py in /tmp) is not ours, and not to be run
        main = __import__(package + ".__main__", fromlist=("main",)).main
    sys.exit(main())
