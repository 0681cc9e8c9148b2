"""timex: how the kernel's clock is kept in step, from adjtimex(2), which no file shows. Only of this machine.

    modes 0: nothing is set, so no privilege is needed
    offset, freq, maxerror, esterror, status, constant, … of <linux/timex.h>, struct timex

ctypes is imported when somebody asks, not before: many a router has none, and it takes 0.3 MB.
"""
from __future__ import annotations

from ..roots import NoData, Roots
from ..typed import Any, Callable, NamedTuple, Optional

# <linux/timex.h>: the call's result when the clock is not synchronised, and the status bit of nanoseconds.
_TIME_ERROR = 5
_STA_NANO = 0x2000

# The members of struct timex in their order: `i` int, `l` long, `t` the two words of struct timeval. 11 ints of padding
# stand behind them.
_MEMBERS = (("modes", "i"), ("offset", "l"), ("freq", "l"), ("maxerror", "l"), ("esterror", "l"), ("status", "i"),
            ("constant", "l"), ("precision", "l"), ("tolerance", "l"), ("time", "t"), ("tick", "l"), ("ppsfreq", "l"),
            ("jitter", "l"), ("shift", "i"), ("stabil", "l"), ("jitcnt", "l"), ("calcnt", "l"), ("errcnt", "l"),
            ("stbcnt", "l"), ("tai", "i"))
_PADDING_INTS = 11


class Timex(NamedTuple):
    """struct timex by the kernel's names, and whether the clock is synchronised."""

    synchronised: bool
    status: int
    offset: int                    # in `fraction` of a second; `jitter` likewise
    freq: int                      # parts per million, times 65536; `ppsfreq` and `stabil` likewise
    maxerror_microseconds: int
    esterror_microseconds: int
    constant: int
    tick_microseconds: int
    tai_seconds: int
    ppsfreq: int
    jitter: int
    shift_seconds: int
    stabil: int
    jitcnt: int
    calcnt: int
    errcnt: int
    stbcnt: int

    @property
    def fraction(self) -> int:
        """Of a second that `offset` and `jitter` count in: a nanosecond with STA_NANO, else a microsecond."""
        return 10**9 if self.status & _STA_NANO else 10**6


class Sampler:
    """The kernel's clock, again and again.

    State: the libc's function and the structure that it fills; or that there is no ctypes, because a look for it
    searches every folder of modules.
    """

    def __init__(self) -> None:
        self._ask: Optional[Callable[[], tuple[int, Any]]] = None
        self._looked = False

    def __call__(self, roots: Roots) -> Timex:
        """NoData of another machine, without ctypes, and where the call is refused (seccomp: EPERM, ENOSYS)."""
        if not roots.live:
            raise NoData("adjtimex of another machine")
        if not self._looked:
            self._ask, self._looked = _prepare(), True
        if self._ask is None:
            raise NoData("ctypes")
        result, timex = self._ask()
        if result < 0:
            raise NoData("adjtimex is refused")
        return Timex(result != _TIME_ERROR, timex.status, timex.offset, timex.freq, timex.maxerror, timex.esterror,
                     timex.constant, timex.tick, timex.tai, timex.ppsfreq, timex.jitter, timex.shift, timex.stabil,
                     timex.jitcnt, timex.calcnt, timex.errcnt, timex.stbcnt)


def _prepare() -> Optional[Callable[[], tuple[int, Any]]]:
    """A function that calls adjtimex: its result, and the structure. None without ctypes or without that function.

    Where memory that is written may not be run (MemoryDenyWriteExecute), older versions of ctypes end in MemoryError.
    """
    try:
        import ctypes
        adjtimex = ctypes.CDLL(None).adjtimex
    except (ImportError, OSError, AttributeError, MemoryError):
        return None
    kinds = {"i": ctypes.c_int, "l": ctypes.c_long, "t": ctypes.c_long * 2}
    fields = [(name, kinds[kind]) for name, kind in _MEMBERS]
    structure = type("Structure", (ctypes.Structure,), {
        "_fields_": [*fields, ("padding", ctypes.c_int * _PADDING_INTS)]})

    def ask() -> tuple[int, Any]:
        timex = structure()
        return adjtimex(ctypes.byref(timex)), timex

    return ask
