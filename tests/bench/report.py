"""report: the figures of a run beside their bars, and all of them by server, in Markdown."""
from __future__ import annotations

from typing import NamedTuple, Optional

from .peers import EXPORTER, GLANCES_3, GLANCES_4, GLANCESD, HTTP, LOOP

SCAN = "C loop"

# What is measured of each server: key, what it says, how it is printed.

METRICS = (
    ("cpu_keep", "`/cpu`, keep-alive, requests/s", "{:,.0f}"),
    ("cpu_keep_p50", "p50, ms", "{:.2f}"),
    ("cpu_keep_p99", "p99, ms", "{:.2f}"),
    ("all_keep", "`/all`, keep-alive, requests/s", "{:,.0f}"),
    ("all_keep_p50", "p50, ms", "{:.2f}"),
    ("all_keep_p99", "p99, ms", "{:.2f}"),
    ("processlist_keep", "`/processlist`, keep-alive, requests/s", "{:,.0f}"),
    ("processlist_keep_p50", "p50, ms", "{:.2f}"),
    ("processlist_keep_p99", "p99, ms", "{:.2f}"),
    ("cpu_each", "`/cpu`, a connection each, requests/s", "{:,.0f}"),
    ("cpu_each_p50", "p50, ms", "{:.2f}"),
    ("cpu_each_p99", "p99, ms", "{:.2f}"),
    ("all_each", "`/all`, a connection each, requests/s", "{:,.0f}"),
    ("all_each_p50", "p50, ms", "{:.2f}"),
    ("all_each_p99", "p99, ms", "{:.2f}"),
    ("processlist_each", "`/processlist`, a connection each, requests/s", "{:,.0f}"),
    ("processlist_each_p50", "p50, ms", "{:.2f}"),
    ("processlist_each_p99", "p99, ms", "{:.2f}"),
    ("poll", "CPU for a fresh `/all`, ms", "{:.1f}"),
    ("poll_crowd", "the same beside 1,000 more processes, ms", "{:.1f}"),
    ("scrape", "CPU for `/metrics`, ms", "{:.1f}"),
    ("scrape_gzip", "the same packed, ms", "{:.1f}"),
    ("scrape_bytes", "its length, KB", "{:.1f}"),
    ("scrape_gzip_bytes", "packed, KB", "{:.1f}"),
    ("memory_scrape", "resident memory after the scrapes, MB", "{:.1f}"),
    ("idle", "idle, % of a core", "{:.3f}"),
    ("memory_start", "resident memory at the start, MB", "{:.1f}"),
    ("memory_load", "after the load, MB", "{:.1f}"),
    ("start_mem", "start to first answer of `/mem`, s", "{:.3f}"),
    ("start_cpu", "start to first answer of `/cpu`, s", "{:.3f}"),
)
# Measured of glancesd alone; only the bars show them.
OWN_FORMATS = {
    "processes_1000": "{:.1f} ms", "processes_10000": "{:.1f} ms", "large": "{:.0f} ms",
    "scrape_large": "{:.0f} ms", "scrape_growth_cpus": "{:.2f}", "scrape_growth_interfaces": "{:.2f}",
    "scrape_growth_disks": "{:.2f}",
    "growth_cpus": "{:.2f}", "growth_interfaces": "{:.2f}", "growth_mounts": "{:.2f}", "growth_disks": "{:.2f}",
    "memory_10k": "{:.2f} MB", "memory_million": "{:.2f} MB", "history": "{:.2f} MB",
    "cpu_after_mem": "{:.3f} s",
    "flash": "{:.0f} KB", "flash_packed": "{:.0f} KB", "pyz": "{:.0f} KB",
}
COLUMNS = (GLANCESD, HTTP, LOOP, GLANCES_3, GLANCES_4, EXPORTER, SCAN)


class Bar(NamedTuple):
    """What glancesd must reach: at least (or at most) `factor` times another figure, or `factor` itself."""

    what: str
    key: str
    factor: float
    at_least: bool = False
    beside: Optional[tuple[str, str]] = None      # key and server of that other figure


BARS = (
    Bar("`/cpu` cached, keep-alive", "cpu_keep", 60, True, ("cpu_keep", GLANCES_4)),
    Bar("", "cpu_keep", 14, True, ("cpu_keep", GLANCES_3)),
    Bar("", "cpu_keep", 0.7, True, ("cpu_keep", LOOP)),
    Bar("`/all` cached, keep-alive", "all_keep", 60, True, ("all_keep", GLANCES_4)),
    Bar("", "all_keep", 0.7, True, ("all_keep", LOOP)),
    Bar("`/cpu`, a connection for each request", "cpu_each", 1.15, True, ("cpu_each", HTTP)),
    Bar("CPU for a fresh `/all`", "poll", 1 / 9, False, ("poll", GLANCES_4)),
    Bar("", "poll", 0.6, False, ("poll", EXPORTER)),
    Bar("the same beside 1,000 more processes", "poll_crowd", 1 / 5, False, ("poll_crowd", GLANCES_4)),
    Bar("", "poll_crowd", 2.0, False, ("poll_crowd", SCAN)),
    Bar("CPU for `/metrics`", "scrape", 0.5, False, ("scrape", EXPORTER)),
    Bar("the same packed", "scrape_gzip", 0.5, False, ("scrape_gzip", EXPORTER)),
    Bar("resident memory after scrapes", "memory_scrape", 1, False, ("memory_scrape", EXPORTER)),
    Bar("`/metrics` of 512 CPUs, 1,000 interfaces, 500 disks", "scrape_large", 250),
    Bar("512 more CPUs beside the first 512", "scrape_growth_cpus", 1.5),
    Bar("1,000 more interfaces beside the first 1,000", "scrape_growth_interfaces", 1.5),
    Bar("500 more disks beside the first 500", "scrape_growth_disks", 1.5),
    Bar("growth from 1,000 to 10,000 processes", "processes_10000", 11, False, ("processes_1000", GLANCESD)),
    Bar("fresh `/all` of 512 CPUs, 1,000 interfaces, 2,000 mounts, 500 disks", "large", 150),
    Bar("512 more CPUs beside the first 512", "growth_cpus", 1.5),
    Bar("1,000 more interfaces beside the first 1,000", "growth_interfaces", 1.5),
    Bar("2,000 more mounts beside the first 2,000", "growth_mounts", 1.5),
    Bar("500 more disks beside the first 500", "growth_disks", 1.5),
    Bar("resident memory after the load", "memory_load", 1, False, ("memory_load", EXPORTER)),
    Bar("", "memory_load", 18),
    Bar("memory after a million requests, beside 10,000", "memory_million", 1.02, False, ("memory_10k", GLANCESD)),
    Bar("full history of 20 interfaces, 20 disks, 20 mounts", "history", 1.5),
    Bar("start to first answer of `/mem`", "start_mem", 1 / 5, False, ("start_mem", GLANCES_4)),
    Bar("`/cpu` after `/mem`", "cpu_after_mem", 0.25),
    Bar("idle", "idle", 0.1),
    Bar("flash of an OpenWrt router", "flash", 640),
    Bar("each file packed", "flash_packed", 300),
    Bar("glancesd.pyz", "pyz", 700),
)

_FORMATS = dict(OWN_FORMATS, **{key: form + " " + what.rpartition(", ")[2] for key, what, form in METRICS})


class Figures:
    """What a run has measured, by key and server."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], float] = {}

    def put(self, key: str, server: str, value: float) -> None:
        self._values[key, server] = value

    def get(self, key: str, server: str) -> Optional[float]:
        return self._values.get((key, server))

    def servers(self) -> list[str]:
        """Those that have a figure, in the order of the columns."""
        return [name for name in COLUMNS if any(server == name for _, server in self._values)]


def judge(bar: Bar, figures: Figures) -> Optional[list[str]]:
    """The cells of one bar: what, glancesd, beside, ratio, bar, verdict. None when glancesd's figure is not there."""
    value = figures.get(bar.key, GLANCESD)
    if value is None:
        return None
    sign = "≥" if bar.at_least else "≤"
    if bar.beside is None:
        measured, beside, ratio = value, "", ""
        limit = "%s %g %s" % (sign, bar.factor, _FORMATS[bar.key].partition("} ")[2])
    else:
        key, server = bar.beside
        limit = "%s %s ×" % (sign, "1/%d" % round(1 / bar.factor) if bar.factor < 0.5 else "%g" % bar.factor)
        other = figures.get(key, server)
        if not other:
            return [bar.what, _shown(bar.key, value), server + ": left out", "", limit, "–"]
        measured = value / other
        beside = ("" if server == GLANCESD else server + ": ") + _shown(key, other)
        ratio = "%.3g ×" % measured
    reached = measured >= bar.factor if bar.at_least else measured <= bar.factor
    return [bar.what, _shown(bar.key, value), beside, ratio, limit.strip(), "PASS" if reached else "MISS"]


def judged(figures: Figures) -> list[list[str]]:
    """The cells of every bar that could be looked at."""
    rows = (judge(bar, figures) for bar in BARS)
    return [row for row in rows if row is not None]


def bars(figures: Figures) -> str:
    """Every bar in a row: the figure, what it is held against, the ratio, the bar, PASS or MISS."""
    head = ["| what | glancesd | beside | ratio | bar | |", "|---|--:|---|--:|--:|---|"]
    return "\n".join(head + ["| %s |" % " | ".join(row) for row in judged(figures)])


def table(figures: Figures) -> str:
    """Every figure, a column for each server."""
    servers = figures.servers()
    rows = ["| | " + " | ".join(servers) + " |", "|---|" + "--:|" * len(servers)]
    for key, what, form in METRICS:
        values = [figures.get(key, server) for server in servers]
        if any(value is not None for value in values):
            cells = ["" if value is None else form.format(value) for value in values]
            rows.append("| %s | %s |" % (what, " | ".join(cells)))
    return "\n".join(rows)


def _shown(key: str, value: float) -> str:
    return _FORMATS[key].format(value).replace(" requests/s", "/s")
