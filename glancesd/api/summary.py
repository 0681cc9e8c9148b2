"""summary: what the page at `/` and other small displays ask for: one object of one moment, a few KB whatever runs.

    {"at": 1795651688.1, "utc_offset": 3600, "interval": 10.0, "cached_time": 1.0, "system": {…}, "cpu": {…}, …,
     "disabled": [plugins], "processlist": [the busiest and the largest], "states": {"fs": {"/": {"used": "WARNING"}}}}

`cmdline` of a process: a longer one is cut to 256 characters, the last "…"; /processlist/pid/N has it whole.
`at`: epoch seconds of the newest sample; it stands still when sampling hangs. `utc_offset`: seconds that the machine's
local time, which histories are printed in, is ahead of UTC. `states`: the fields that are neither OK nor without limit.
"""
from __future__ import annotations

import time

from ..answers import Answer, Encoded, dump
from ..collectors.processes import Activity
from ..readings import Reading
from ..sources import ALERTS, CLOCK
from ..typed import Any, Callable, Mapping, Sequence
from .dialect import Dialect, JSONValue
from .pages import Page, Pages, joined
from .shared import Shared

SHOWN = ("system", "uptime", "now", "cpu", "percpu", "load", "mem", "memswap", "network", "diskio", "fs", "sensors",
         "processcount", "alert", "batpercent", "raid", "wifi")
PROCESSES = "processlist"
# Processes with the most CPU time, and with the most memory.
BUSIEST = 25
LARGEST = 10
# Characters of a command: those of a browser, 1.5 KB each, made a refresh of the page 14 KB gzipped instead of 4.
COMMAND_CHARACTERS = 256

Levels = Mapping["tuple[str, str]", str]


class Summary:
    """The summary of one dialect under one Settings, made once for a sample and whoever asks."""

    def __init__(self, dialect: Dialect, pages: Pages, levels: Callable[[str], Levels], shared: Shared) -> None:
        """`levels(section)`: see Watch."""
        self._dialect = dialect
        self._pages = pages
        self._levels = levels
        self._shared = shared
        self._render = dialect.plugins[PROCESSES].renderer() if PROCESSES in dialect.plugins else None

    def answer(self) -> Answer:
        pages = {name: self._pages.page(name) for name in SHOWN if name in self._pages.enabled}
        taken: Sequence[Reading[Any]] = ()
        if PROCESSES in self._pages.enabled:
            taken = [self._pages.readings.take(source) for source in self._dialect.plugins[PROCESSES].sources]
        made_of = (*[page.made_of for page in pages.values()], *taken)
        return self._shared.take(("summary",), made_of, lambda: Answer(self._body(pages, taken)))

    def _body(self, pages: Mapping[str, Page], taken: Sequence[Reading[Any]]) -> bytes:
        settings, plugins = self._pages.settings, self._dialect.plugins
        at = max([reading.wall for name, page in pages.items() for source, reading
                  in zip(plugins[name].sources, page.made_of) if source not in (CLOCK, ALERTS)], default=0.0)
        members = [("at", dump(round(at, 3))), ("utc_offset", dump(time.localtime(at).tm_gmtoff)),
                   ("interval", dump(settings.interval)), ("cached_time", dump(settings.cached_time)),
                   ("disabled", dump([name for name in plugins if name not in self._pages.enabled]))]
        members += [(name, pages[name].answer.body if name in pages else dump(plugins[name].empty))
                    for name in SHOWN if name in pages or name in plugins and self._dialect.shows_disabled]
        members += [(PROCESSES, dump(self._processes(taken))), ("states", dump(self._states(pages)))]
        return joined(members)

    def _processes(self, taken: Sequence[Reading[Any]]) -> list[dict[str, Any]]:
        """Those that matter, as the process list shows them, but for the length of their common window."""
        if self._render is None or not taken or taken[0].value is None:
            return []
        first = taken[0]
        chosen = Reading(matter(first.value), first.at, first.wall, first.elapsed, first.until)
        try:
            rendered = self._render(self._pages.settings, chosen, *taken[1:])
        except Exception as problem:                   # as of a page: it costs this plugin alone
            self._pages.fails(PROCESSES, problem)
            return []
        rows = rendered.value() if isinstance(rendered, Encoded) else rendered
        return [{field: shortened(value) if field == "cmdline" else value for field, value in row.items()
                 if field != "time_since_update"} for row in rows]

    def _states(self, pages: Mapping[str, Page]) -> dict[str, Any]:
        found = {name: self._dialect.states(name, self._levels(name)) for name in pages}
        return {name: states for name, states in found.items() if states}


def shortened(command: JSONValue) -> JSONValue:
    """A command of at most COMMAND_CHARACTERS: a text, or a list of arguments, blanks between them counted."""
    if isinstance(command, str):
        return command if len(command) <= COMMAND_CHARACTERS else command[:COMMAND_CHARACTERS - 1] + "…"
    if not isinstance(command, list) or sum(map(len, command)) + len(command) <= COMMAND_CHARACTERS + 1:
        return command
    kept, left = [], COMMAND_CHARACTERS - 1
    for argument in command:
        kept.append(argument[:left])
        left -= len(argument) + 1
        if left <= 0:
            break
    return [*kept[:-1], kept[-1] + "…"]


def matter(activities: Sequence[Activity]) -> list[Activity]:
    """The processes with the most CPU time (of idle ones the larger), then those with the most memory."""
    busiest = sorted(activities, key=lambda entry: (entry.cpu_percent, entry.process.resident_bytes),
                     reverse=True)[:BUSIEST]
    largest = sorted(activities, key=lambda entry: entry.process.resident_bytes, reverse=True)[:LARGEST]
    return list({entry.process.pid: entry for entry in (*busiest, *largest)}.values())
