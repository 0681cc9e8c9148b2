"""scrape: what GET /metrics answers: every collector that is on and was asked for, read anew.

A collector that fails shows none of its families, its success is 0, and the others go on: the status stays 200.
"""
from __future__ import annotations

import time

from .. import sources
from ..answers import Answer, Refused, Request
from ..collectors import mounts, own_process
from ..log import Log
from ..readings import Clock, Readings, SampleSlot
from ..roots import Roots
from ..settings import Settings
from ..typed import TYPE_CHECKING, Any, Callable, Mapping, NamedTuple, Optional
from . import filters
from .families import COLLECTORS, DURATION, MOUNTS, OWN, OWN_PROCESS, SUCCESS, TEXT_FILES, WALL_CLOCK
from .ratchet import Ratchet
from .rows import Collector, Group
from .text import OPEN_METRICS, TEXT, Kept, Page, Sample, family_name, negotiate

if TYPE_CHECKING:                     # imported by whoever has text files
    from .textfile import Files

# Two scrapers, or a scraper and a client of the API, may be given the same reading when it is at most this old. More
# would show in rate().
SHARED_SECONDS = 0.25
# What is slow by nature, or set up once, may be as old as its source allows.
_SLOW = frozenset((sources.CPUFREQ, sources.HWMON, sources.THERMAL, sources.SUPPLIES,
                   sources.OS_RELEASE, sources.UNAME, sources.DISK_IDENTITY))
# Families that stand on the page behind those of text files, none of which may have such a name.
_BEHIND_TEXT_FILES = frozenset((SUCCESS.name, DURATION.name, *(
    family_name(heading.name, heading.kind) for group in (*COLLECTORS["textfile"].groups, *OWN.groups)
    if isinstance(group, Group) for heading, _ in group.families)))


class WallClock(NamedTuple):
    """The machine's time: seconds since 1970, and how far local time is ahead of UTC."""

    seconds: float
    zone: str
    offset_seconds: int


class Scrape(Answer):
    """A page. It is compressed for one scrape alone, so at level 1.

    53 KB become 9.6 KB in 0.25 ms, with 128 KB of memory; at level 5 they become 8.5 KB in 0.8 ms, with twice as much.
    """

    __slots__ = ()
    gzip_options = (1, 14, 7)


class _NotFresh(Exception):
    """A source that has nothing new to say. Why, its slot has put into the log."""


class Metrics:
    """GET /metrics of one daemon, through its reloads.

    State: what is kept of each family, the highest times of each CPU, what patience keeps of each mount.
    """

    def __init__(self, readings: Readings, roots: Roots, clock: Clock, log: Log) -> None:
        self._readings = readings
        self._clock = clock
        self._log = log
        self._kept = {form: Kept(form) for form in (TEXT, OPEN_METRICS)}
        self._ratchet = Ratchet()
        self._settings: Optional[Settings] = None
        self._filters = filters.NONE
        usages = mounts.Sampler()
        self._mounts = SampleSlot(MOUNTS, lambda roots: usages(roots, self._filters.shows_mount), None, roots,
                                  SHARED_SECONDS, clock, log)
        # One reads the folder, whoever else scrapes: it may be of a dead server's.
        self._files = SampleSlot(TEXT_FILES, self._read_files, None, roots, 0.0, clock, log)
        self._own: Mapping[str, Callable[[Page], Any]] = {
            MOUNTS: self._usages, WALL_CLOCK: self._wall_clock, TEXT_FILES: self._text_files,
            OWN_PROCESS: self._process}

    def answer(self, settings: Settings, request: Request) -> Answer:
        """The page in the format that the scraper prefers. Refused with 400 for a filter that names no collector."""
        form = negotiate(request.accept)
        chosen = choose(enabled(settings), request.query)
        if settings is not self._settings:
            self._filters = filters.of(settings)
            self._settings = settings
        page = Page(self._kept[form])
        values: dict[str, Any] = {}
        success: list[Sample] = []
        duration: list[Sample] = []
        for name, collector in chosen.items():
            began = self._clock.monotonic()
            success.append(((name,), int(self._show(page, name, collector, values))))
            duration.append(((name,), self._clock.monotonic() - began))
        page.family(DURATION, duration)
        page.family(SUCCESS, success)
        self._show(page, "process", OWN, values)
        return Scrape(page.body(), form.content_type, headers=("Vary: Accept",))

    def _show(self, page: Page, name: str, collector: Collector, values: dict[str, Any]) -> bool:
        """Add a collector's families to the page: all, or none when it fails or the kernel has no such thing."""
        mark = page.mark()
        try:
            for number, group in enumerate(collector.groups):
                if group.source not in values:
                    values[group.source] = self._value(group.source, page)
                value = values[group.source]
                if value is not None:
                    for heading, samples in group.blocks(value, self._filters):
                        page.family(heading, samples)
                elif number == 0:
                    return False
            return True
        except _NotFresh:
            pass
        except Exception as problem:               # a lying kernel costs this collector, never the others
            self._log.once("metrics, %s: %s: %s" % (name, type(problem).__name__, problem))
        page.back(mark)
        return False

    # -- values --------------------------------------------------------------------------------------------------------

    def _value(self, source: str, page: Page) -> Any:
        """The value of a source as it is now; None when the kernel has no such thing here."""
        own = self._own.get(source)
        if own is not None:
            return own(page)
        value = self._fresh(source)
        return self._ratchet(value) if source == sources.CPU_SAMPLE and value is not None else value

    def _fresh(self, source: str) -> Any:
        if source in _SLOW:
            reading = self._readings.take(source)
            is_fresh = self._readings.problem(source) is None
        else:
            not_before = self._clock.monotonic() - SHARED_SECONDS
            reading = self._readings.take(source, not_before)
            is_fresh = reading.at >= not_before
        if not is_fresh:
            raise _NotFresh(source)
        return reading.value

    @staticmethod
    def _taken(slot: SampleSlot) -> Any:
        reading = slot.take()
        if slot.problem is not None:
            raise _NotFresh(slot.name)
        return reading.value

    def _usages(self, page: Page) -> Optional[list[mounts.Usage]]:
        usages: Optional[list[mounts.Usage]] = self._taken(self._mounts)
        return usages

    def _wall_clock(self, page: Page) -> WallClock:
        seconds = self._clock.wall()
        local = time.localtime(seconds)
        return WallClock(seconds, local.tm_zone, local.tm_gmtoff)

    def _text_files(self, page: Page) -> Files:
        """What scripts have written, put onto the page but for families that it has itself."""
        files: Files = self._taken(self._files)
        added = [family_name(name, family.kind) not in _BEHIND_TEXT_FILES
                 and page.foreign(name, family.kind, family.help or "Of a text file.", family.lines)
                 for name, family in files.families.items()]
        return files._replace(error=files.error or not all(added))

    def _read_files(self, roots: Roots) -> Files:
        from . import textfile
        return textfile.read(self._settings.metrics.textfile_directory if self._settings is not None else None)

    def _process(self, page: Page) -> own_process.Process:
        stat = self._readings.take(sources.CPU_SAMPLE).value
        return own_process.sample(Roots(), stat.boot_time_seconds if stat is not None else None)


def enabled(settings: Settings) -> dict[str, Collector]:
    """The collectors that are on, in the order of the page."""
    own = settings.metrics
    return {name: collector for name, collector in COLLECTORS.items()
            if name not in own.disable and (not collector.on_request or name in own.enable)}


def choose(on: Mapping[str, Collector], query: tuple[tuple[str, str], ...]) -> Mapping[str, Collector]:
    """Those that `collect[]=` names, or all but those that `exclude[]=` names. Refused with 400 for a name of none."""
    collect = [value for name, value in query if name in ("collect[]", "collect")]
    exclude = [value for name, value in query if name in ("exclude[]", "exclude")]
    if collect and exclude:
        raise Refused(400, "collect[] and exclude[] at once")
    for name in collect + exclude:
        if name not in on:
            raise Refused(400, "no collector %.60s is enabled: %s are" % (name, ", ".join(on)))
    return {name: on[name] for name in on if (name in collect if collect else name not in exclude)}
