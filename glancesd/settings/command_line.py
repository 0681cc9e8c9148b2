"""command_line: what the arguments say, by the table of options; a wrong one is a SettingsError of one line."""
from __future__ import annotations

from ..typed import Optional, Sequence
from .inifile import SettingsError
from .options import OPTIONS
from .sections import PLUGINS

_ALL = "all plugins are served that --disable-plugin does not name"
_WEB_SERVER = "there is only the web server, which needs no option"
# What is shown on Glances' screen, and how.
_SCREEN = (
    "-b -f --byte --diskio-iops --diskio-latency --diskio-show-ramfs --disable-bg --disable-bold "
    "--disable-cursor --disable-irix --disable-left-sidebar --disable-separator --disable-top --disable-unicode "
    "--enable-light --enable-process-extended --enable-separator --fahrenheit --fs-free-space --full-quicklook "
    "--hide-kernel-threads --hide-public-info --light --meangpu --network-cumul --network-sum --no-kernel-threads "
    "--per-cpu --percpu --process-filter --process-focus --process-long-name --process-short-name --programs "
    "--separator --sort-processes --sparkline --stop-after --strftime --theme-white --tree")
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
    **dict.fromkeys((*_SCREEN.split(), "-d", "--debug", "-q", "--quiet", "--disable-check-update",
                     "--disable-autodiscover", "--open-web-browser"), "it means nothing: leave it out"),
}


def arguments(argv: Sequence[str]) -> dict[str, str]:
    """Setting → text, of those that a command line makes. A list that is given more than once is one list."""
    for argument in argv:
        _not_of_glances(argument.partition("=")[0] if argument.startswith("--") else argument[:2])
    found = whole_options(argv)
    if found is None:
        from .parser import parsed  # brings argparse, 0.8 MB resident, which the usual command line can do without
        found = parsed(argv)
    return {option.name: ",".join(found[option.name]) if isinstance(option.default, tuple) else found[option.name][-1]
            for option in OPTIONS if option.name in found}


def whole_options(argv: Sequence[str]) -> Optional[dict[str, list[str]]]:
    """Setting → its texts, of options in full; None where there is something else, for argparse to understand."""
    options = {flag: option for option in OPTIONS for flag in option.flags}
    found: dict[str, list[str]] = {}
    words = iter(argv)
    for word in words:
        if word in ("-w", "--webserver"):           # accepted, and means nothing more
            continue
        flag, equals, text = word.partition("=") if word.startswith("--") else (word, "", "")
        option = options.get(flag)
        if option is None or equals and not option.metavar:
            return None
        if not option.metavar:
            text = "True"
        elif not equals:
            text = next(words, "-")
            if text.startswith("-"):
                return None
        found.setdefault(option.name, []).append(text)
    return found


def _not_of_glances(flag: str) -> None:
    """Refuse an option of Glances, and name the one that does the same here.

    argparse takes an abbreviation for the whole: `--password` would be --password-file.
    """
    if flag in _OF_GLANCES:
        raise SettingsError("%s: of Glances; here %s" % (flag, _OF_GLANCES[flag]))
    if flag.startswith("--disable-") and flag[len("--disable-"):] in PLUGINS:
        raise SettingsError("%s: of Glances; here --disable-plugin %s" % (flag, flag[len("--disable-"):]))
