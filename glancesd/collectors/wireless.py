"""wireless: how well each wireless interface receives, from /proc/net/wireless.

    Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
     face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
     wlan0: 0000   54.  -56.  -256        0      0      0      0    107        0

A dot marks a value that is new since it was last read. The level is below 0 when the driver gives dBm, else in a unit
of its own; -256 is what a driver that does not measure shows (net/wireless/wext-proc.c).
"""
from __future__ import annotations

from ..parsing import Report, ignore, rows
from ..roots import Roots
from ..typed import NamedTuple, Optional

FILE = "net/wireless"

_HEADER_LINES = 2
_LINK, _LEVEL = 1, 2
# Beyond any driver's scale of quality.
_MOST = 1 << 16
_NOT_MEASURED_DBM = -256


class Station(NamedTuple):
    """How one interface receives."""

    interface: str
    quality: float                  # of 70 with today's drivers (cfg80211), of another whole with older ones
    signal_dbm: Optional[float]


def parse(text: str, file: str = FILE, report: Report = ignore) -> dict[str, Station]:
    """Stations by interface, in the kernel's order. ParseError when no row is `name: status link level`."""
    stations = rows(text, _station, "an interface and its figures", file, report, _HEADER_LINES)
    return {station.interface: station for station in stations}


def sample(roots: Roots) -> dict[str, Station]:
    """/proc/net/wireless. NoData on a kernel without the wireless extensions, which some no longer have."""
    return parse(roots.net("wireless"), FILE, roots.report)


def _station(row: str) -> Station:
    name, _, figures = row.rpartition(":")
    link, level = (int(column.rstrip(".")) for column in figures.split()[_LINK:_LEVEL + 1])
    name = name.strip(" ")
    if not name or not 0 <= link < _MOST:
        raise ValueError("no name, or no figure")
    return Station(name, float(link), float(level) if _NOT_MEASURED_DBM < level < 0 else None)

