"""wireless: how well each wireless interface receives, from /proc/net/wireless.

    Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
     face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
     wlan0: 0000   54.  -56.  -256        0      0      0      0    107        0

A dot marks a value that is new since it was last read. Level and noise are below 0 when the driver gives dBm, else in a
unit of its own; -256 is what a driver that does not measure shows (net/wireless/wext-proc.c).
"""
from __future__ import annotations

from typing import NamedTuple, Optional

from ..roots import ParseError, Roots

FILE = "net/wireless"
# The table of the namespace that pid 1 lives in: behind a /host/proc, "net" would be the daemon's own.
HOST_FILE = "1/net/wireless"

_HEADER_LINES = 2
_LINK, _LEVEL, _NOISE, _COLUMNS = 1, 2, 3, 4
_NOT_MEASURED_DBM = -256


class Station(NamedTuple):
    """How one interface receives."""

    interface: str
    quality: float                  # of 70 with today's drivers (cfg80211), of another whole with older ones
    signal_dbm: Optional[float]
    noise_dbm: Optional[float]


def parse(text: str, file: str = FILE) -> dict[str, Station]:
    """Stations by interface, in the kernel's order. ParseError on a row that is not `name: status link level noise`."""
    stations = {}
    for number, row in enumerate(text.splitlines()[_HEADER_LINES:], _HEADER_LINES + 1):
        name, colon, figures = row.rpartition(":")
        name = name.strip()
        columns = figures.split()
        if not colon or not name or len(columns) < _COLUMNS:
            raise ParseError(file, number, "not an interface and its figures: %.60r" % row)
        try:
            link, level, noise = (int(column.rstrip(".")) for column in columns[_LINK:_NOISE + 1])
            stations[name] = Station(name, float(link), _dbm(level), _dbm(noise))
        except (ValueError, OverflowError):
            raise ParseError(file, number, "a figure is not a number: %.60r" % row) from None
    return stations


def sample(roots: Roots) -> dict[str, Station]:
    """/proc/net/wireless. NoData on a kernel without the wireless extensions, which some no longer have."""
    return parse(roots.proc(FILE) if roots.live else roots.proc(HOST_FILE, FILE))


def _dbm(figure: int) -> Optional[float]:
    return float(figure) if _NOT_MEASURED_DBM < figure < 0 else None
