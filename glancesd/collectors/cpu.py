"""cpu: where the time of each CPU went, and what the kernel counts beside it, from /proc/stat.

          user nice system   idle iowait irq softirq steal guest guest_nice      ticks of 10 ms since boot
    cpu   2027    0   2232 327553    145   0      38   772     0          0      every CPU, offline ones too
    cpu0   696    0   1064 164082      8   0       5   428     0          0      online ones; guest is part of user
    cpu1  1330    0   1168 163471    137   0      32   343     0          0
    intr 128905 0 9 …        all interrupts, then those of each line: tens of kilobytes on large machines
    ctxt 251123
    btime 1795423523         seconds since the epoch
    processes 26442          forks
    procs_running 2          threads that run or could, now; procs_blocked: those that wait for a disk
    softirq 96519 0 19390 …  all, then those of each kind

Of what intr and softirq add up, most is kept in 32 bits: they step back by 2^32 when a part of them wraps.
"""
from __future__ import annotations

import time

from ..delta import LATE_SECONDS, WRAP, increase, percent, wrapping_increase
from ..parsing import MOST, ParseError, Report, ignore, parse_number, rows
from ..roots import Roots
from ..typed import Callable, Iterable, NamedTuple, Optional

FILE = "stat"
# USER_HZ: the unit of every tick that /proc shows, whatever the kernel's own clock (alpha excepted).
TICKS_PER_SECOND = 100

_LEAST_COLUMNS = 4
_ALL_CPUS = -1
# More than any kernel is built for (NR_CPUS).
_MOST_CPUS = 1 << 16
_COUNTERS = frozenset(("intr", "ctxt", "btime", "softirq", "processes", "procs_running", "procs_blocked"))
# Idle time wavers a little; by more than a second it steps back only when the CPU was taken out and put back.
_HOTPLUG_TICKS = 100
# Ticks are 1/100 s everywhere but on Alpha, where they are 1/1024 s. CPUs that run without a timer (nohz_full) account
# seconds late. What is beyond both is no work of this window: the counter leapt.
_MOST_TICKS_PER_SECOND = 1100
_LATE_TICKS = 1000
# No CPU switches or is interrupted more often: at 0.1 µs each it does nothing else.
_MOST_EVENTS_PER_SECOND = 1e7


class Times(NamedTuple):
    """Ticks since boot. user includes guest, nice includes guest_nice. None: this kernel does not have the column."""

    user: int
    nice: int
    system: int
    idle: int
    iowait: Optional[int] = None         # 2.5.41
    irq: Optional[int] = None            # 2.6.0
    softirq: Optional[int] = None        # 2.6.0
    steal: Optional[int] = None          # 2.6.11
    guest: Optional[int] = None          # 2.6.24
    guest_nice: Optional[int] = None     # 2.6.33


class Stat(NamedTuple):
    """/proc/stat: the machine, its online CPUs by number (offline ones leave gaps), and counts since boot."""

    total: Times
    cpus: dict[int, Times]
    context_switches: Optional[int]
    interrupts: Optional[int]
    soft_interrupts: Optional[int]       # 2.6.31
    boot_time_seconds: Optional[int]     # of the wall clock: moves when that is set
    forks: Optional[int] = None          # processes and threads
    running: Optional[int] = None        # threads, now; 2.5.45, with the one below
    blocked: Optional[int] = None
    lifted: int = 0                      # 2^32 for each wrap of a part of `interrupts` since its last reset
    soft_lifted: int = 0                 # and of `soft_interrupts`

    @property
    def interrupts_mended(self) -> Optional[int]:
        """`interrupts`, wraps made up for."""
        return None if self.interrupts is None else self.interrupts + self.lifted

    @property
    def soft_interrupts_mended(self) -> Optional[int]:
        """`soft_interrupts`, wraps made up for."""
        return None if self.soft_interrupts is None else self.soft_interrupts + self.soft_lifted

    @property
    def cpu_count(self) -> int:
        """CPUs online, at least 1: some containers show none by itself."""
        return len(self.cpus) or 1


class Shares(NamedTuple):
    """Percent of a window to one decimal; `total` is all but idle and iowait. None: not accounted by this kernel."""

    total: float
    user: Optional[float]
    system: Optional[float]
    idle: Optional[float]
    nice: Optional[float]
    iowait: Optional[float]
    irq: Optional[float]
    softirq: Optional[float]
    steal: Optional[float]
    guest: Optional[float]
    guest_nice: Optional[float]


class Usage(NamedTuple):
    """What happened in a window: shares of the machine and of each online CPU, and how far the counts went.

    None: this kernel does not count it.
    """

    shares: Shares
    cpus: dict[int, Shares]
    context_switches: Optional[int]
    interrupts: Optional[int]
    soft_interrupts: Optional[int]
    elapsed_seconds: float


def parse(text: str, file: str = FILE, report: Report = ignore) -> Stat:
    """The file's text as a Stat. A line of ours that is not numbers is malformed; ParseError without the `cpu` line."""
    cpus: dict[int, Times] = {}
    counters: dict[str, int] = {}

    def parse_line(line: str) -> None:
        name, _, columns = line.partition(" ")
        if name in _COUNTERS:
            counters[name] = parse_number(columns.split(None, 1)[0], file)
        elif name.startswith("cpu"):
            cpus[int(name[3:] or _ALL_CPUS)] = _times(columns)

    rows(text, parse_line, "a name and its numbers", file, report)
    total = cpus.pop(_ALL_CPUS, None)
    if total is None:
        raise ParseError(file, 1, "no line of the whole machine (cpu)")
    get = counters.get
    return Stat(total, cpus, get("ctxt"), get("intr"), get("softirq"), get("btime"), get("processes"),
                get("procs_running"), get("procs_blocked"))


def parse_cpus(text: str, file: str = "devices/system/cpu/offline") -> frozenset[int]:
    """The CPUs of a list such as `0,2-3`. ParseError on anything else."""
    cpus: set[int] = set()
    for piece in filter(None, text.strip().split(",")):
        first, _, last = piece.partition("-")
        try:
            start, end = int(first), int(last or first)
        except ValueError:
            raise ParseError(file, 1, "not a list of CPUs: %.60r" % text) from None
        if not 0 <= start <= end < _MOST_CPUS:
            raise ParseError(file, 1, "not a list of CPUs: %.60r" % text)
        cpus.update(range(start, end + 1))
    return frozenset(cpus)


def listed_cpus(text: Optional[str], file: str, report: Report) -> Optional[frozenset[int]]:
    """As `parse_cpus`, of a list that only helps; None of one that is missing or malformed."""
    try:
        return None if text is None else parse_cpus(text, file)
    except ParseError as malformed:
        report(malformed)
        return None


def sample(roots: Roots) -> Stat:
    """/proc/stat."""
    return parse(roots.proc(FILE), report=roots.report)


class Sampler:
    """/proc/stat, again and again. State: the latest sample, and when it was taken."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._latest: Optional[Stat] = None
        self._at = 0.0

    def __call__(self, roots: Roots) -> Stat:
        """As `sample`, with what was lifted."""
        now, before, at = sample(roots), self._latest, self._at
        self._at = self._clock()
        if before is not None:
            most = _most_events(now, self._at - at)
            lifted = _lifted(now.interrupts, before.interrupts, before.lifted, most)
            soft_lifted = _lifted(now.soft_interrupts, before.soft_interrupts, before.soft_lifted, most)
            if lifted or soft_lifted:
                now = now._replace(lifted=lifted, soft_lifted=soft_lifted)
        self._latest = now
        return now


def derive(now: Stat, before: Optional[Stat], elapsed: float) -> Usage:
    """Shares and increases between two samples; a CPU that is new, or was unplugged meanwhile, has shares of 0.0."""
    if before is None:
        before = now
    replugged = now.cpus.keys() != before.cpus.keys()
    most = _MOST_TICKS_PER_SECOND * elapsed + _LATE_TICKS
    cpus = {}
    for number, times in now.cpus.items():
        previous = before.cpus.get(number, times)
        if previous.idle - times.idle > _HOTPLUG_TICKS:
            replugged, previous = True, times
        cpus[number] = _increase(times, previous, most)
    # The kernel's own sum leaps by what a CPU that comes or goes has done since boot: then add up those that stayed.
    total = _sum(cpus.values()) if replugged and cpus else _increase(now.total, before.total, most * now.cpu_count)
    most_events = _most_events(now, elapsed)

    def grown(by: Callable[..., int], count: Optional[int], previous: Optional[int]) -> Optional[int]:
        return None if count is None else by(count, previous, most_events)

    return Usage(_shares(total), {number: _shares(times) for number, times in cpus.items()},
                 grown(increase, now.context_switches, before.context_switches),
                 grown(wrapping_increase, now.interrupts, before.interrupts),
                 grown(wrapping_increase, now.soft_interrupts, before.soft_interrupts), elapsed)


def _most_events(stat: Stat, elapsed: float) -> float:
    return _MOST_EVENTS_PER_SECOND * stat.cpu_count * (elapsed + LATE_SECONDS)


def _lifted(now: Optional[int], before: Optional[int], lifted: int, most: float) -> int:
    """What makes up for the wraps of a sum of 32-bit counters; 0 after a reset."""
    if now is None or before is None or now >= before:
        return lifted
    return lifted + WRAP if wrapping_increase(now, before, most) else 0


def _times(columns: str) -> Times:
    numbers = list(map(int, columns.split()[:len(Times._fields)]))     # a later kernel may add columns
    if len(numbers) < _LEAST_COLUMNS or max(numbers) >= MOST:
        raise ValueError
    return Times(*numbers)


def _increase(now: Times, before: Times, most: float) -> Times:
    """Column by column: iowait and steal step back now and then, and then count for nothing."""
    return Times._make([ticks and 0 if ticks == previous else None if ticks is None else increase(ticks, previous, most)
                        for ticks, previous in zip(now, before)])


def _sum(increases: Iterable[Times]) -> Times:
    return Times._make([None if None in column else sum(column) for column in zip(*increases)])


def _shares(ticks: Times) -> Shares:
    iowait = ticks.iowait or 0
    busy = ticks.user + ticks.nice + ticks.system + (ticks.irq or 0) + (ticks.softirq or 0) + (ticks.steal or 0)
    whole = busy + ticks.idle + iowait

    def share(part: Optional[int]) -> Optional[float]:
        if not part:                                    # most of them, on most CPUs
            return None if part is None else 0.0
        return percent(part, whole)

    return Shares(percent(busy, whole), share(ticks.user), share(ticks.system), share(ticks.idle), share(ticks.nice),
                  share(ticks.iowait), share(ticks.irq), share(ticks.softirq), share(ticks.steal),
                  # The kernel adds guest time to user time as well, and shows the two of different moments.
                  share(ticks.guest and min(ticks.guest, ticks.user)),
                  share(ticks.guest_nice and min(ticks.guest_nice, ticks.nice)))
