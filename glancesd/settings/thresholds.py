"""thresholds: the limits that are in force where the file has none, and the limits of a plugin as they are served."""
from __future__ import annotations

from ..typed import Iterable, Mapping, Union
from .readers import parts
from .sections import SECTIONS, kind

Limits = Mapping[str, Mapping[str, Union[float, "list[str]"]]]

LEVELS = ("careful", "warning", "critical")

_DEFAULT_LIMITS = (
    # section, statistics, careful, warning, critical
    ("quicklook", ("cpu_", "mem_", "swap_"), (50, 70, 90)),
    ("cpu", ("user_", "system_", "steal_"), (50, 70, 90)),
    ("percpu", ("user_", "system_"), (50, 70, 90)),
    ("load", ("",), (0.7, 1, 5)),
    ("mem", ("",), (50, 70, 90)),
    ("memswap", ("",), (50, 70, 90)),
    ("network", ("rx_", "tx_"), (70, 80, 90)),
    ("fs", ("",), (50, 70, 90)),
    ("sensors", ("temperature_core_",), (60, 70, 80)),
    ("sensors", ("temperature_hdd_",), (45, 52, 60)),
    ("sensors", ("battery_",), (80, 90, 95)),
    ("processlist", ("cpu_", "mem_"), (50, 70, 90)),
)
# Lists with views of their own: their thresholds are those of each entry.
_WITHOUT = ("monitor", "folders")
# Defaults that depend on the number of CPUs: critical is I/O wait worth one whole CPU, and 56,000 context switches a
# second over all of them.
_CRITICAL_BY_CPU = (("iowait_", 100), ("ctx_switches_", 56000))


def default_limits() -> dict[str, dict[str, str]]:
    """The thresholds in force where the file has none, as a file would have them: section → option → text."""
    limits: dict[str, dict[str, str]] = {}
    for section, stats, values in _DEFAULT_LIMITS:
        for stat in stats:
            limits.setdefault(section, {}).update(_levels(stat, values))
    return limits


def default_cpu_limits(cpus: int) -> dict[str, str]:
    """Those of [cpu] that depend on the number of CPUs: option → text."""
    limits: dict[str, str] = {}
    for stat, whole in _CRITICAL_BY_CPU:
        most = whole / max(1, cpus)
        limits.update(_levels(stat, (most * 8 / 10, most * 9 / 10, most)))
    return limits


def _levels(stat: str, values: Iterable[float]) -> dict[str, str]:
    return {stat + level: "%.10g" % round(value, 2) for level, value in zip(LEVELS, values)}


def served_limits(plugins: Mapping[str, Mapping[str, str]], history_size: int) -> Limits:
    """Plugin → what /:plugin/limits serves: a number where the option means one (not hide=5), else a list of text."""
    made: dict[str, dict[str, float | list[str]]] = {}
    thresholds = default_limits()
    thresholds.setdefault("cpu", {}).update(default_cpu_limits(1))
    for plugin, options in plugins.items():
        found = made[plugin] = {}
        if plugin in _WITHOUT:
            continue
        found["history_size"] = history_size
        for option, text in options.items():
            # `kind` tries a dozen patterns, which a daemon with default limits alone need not compile.
            if option in thresholds.get(plugin, ()) or kind(SECTIONS[plugin], option) == "number":
                found["%s_%s" % (plugin, option)] = float(text)
            elif parts(text):
                found["%s_%s" % (plugin, option)] = list(parts(text))
    return made
