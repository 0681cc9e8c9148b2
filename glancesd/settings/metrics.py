"""metrics: section [metrics], what GET /metrics shows. The defaults are those of node_exporter."""
from __future__ import annotations

import re

from ..typed import Any, Mapping, NamedTuple
from .expressions import compiled
from .inifile import Options
from .readers import Reader, directory, names_out_of, parts, read, yes_no

COLLECTORS = ("cpu", "stat", "loadavg", "meminfo", "vmstat", "diskstats", "filesystem", "netdev", "netclass", "netstat",
              "sockstat", "softnet", "schedstat", "pressure", "filefd", "entropy", "conntrack", "arp", "udp_queues",
              "cpufreq", "hwmon", "thermal_zone", "powersupplyclass", "mdadm", "bonding", "time", "uname", "os",
              "timex", "edac", "selinux", "kernel_hung", "textfile")
ON_REQUEST = ("processes", "interrupts", "tcpstat")         # only where `enable` says so


class Metrics(NamedTuple):
    """Whether /metrics is served, which collectors are off and on, and what is left out.

    The patterns stay text, because only a daemon that is asked for /metrics needs them compiled: mount points with
    `expressions.compiled`, the other two with `re.compile`; both are searched for, not matched as a whole.
    """

    disabled: bool
    disable: tuple[str, ...]
    enable: tuple[str, ...]
    mount_points_exclude: str
    fs_types_exclude: str
    disks_exclude: str
    textfile_directory: str | None


class Item(NamedTuple):
    """One option of [metrics]."""

    reader: Reader
    default: str
    help: str


def _switch_or_collectors(text: str) -> tuple[bool, tuple[str, ...]]:
    try:
        return yes_no(text), ()
    except ValueError:
        pass
    found = tuple(parts(text))
    if not set(found) <= {*COLLECTORS, *ON_REQUEST}:
        raise ValueError("needs True, False or names out of " + ",".join((*COLLECTORS, *ON_REQUEST)))
    return False, found


def _short_names(text: str) -> str:
    """A pattern for names of the kernel, of at most 31 characters: no repetition is too costly there."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as problem:
        raise ValueError("needs a regular expression (%s)" % problem) from None
    return text


def _paths(text: str) -> str:
    """A pattern for paths, which may be long and anybody's: its search must be bounded."""
    compiled(text)
    return text


def _directory_or_none(text: str) -> str | None:
    return directory(text) if text else None


ITEMS: Mapping[str, Item] = {
    "disable": Item(_switch_or_collectors, "False", "True: no /metrics; or the collectors to leave out: hwmon,os"),
    "enable": Item(names_out_of((*COLLECTORS, *ON_REQUEST)), "",
                   "further collectors: " + ",".join(ON_REQUEST)),
    "mount_points_exclude": Item(
        _paths, r"^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
        "mount points to leave out"),
    "fs_types_exclude": Item(
        _short_names,
        "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|"
        "nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$",
        "types of file systems to leave out"),
    "disks_exclude": Item(_short_names, r"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$", "disks to leave out"),
    "textfile_directory": Item(_directory_or_none, "", "directory whose *.prom files are joined in"),
}


def metrics(options: Options) -> Metrics:
    """What the section says; SettingsError for a value that cannot be used."""
    values: dict[str, Any] = {}
    for name, item in ITEMS.items():
        entry = options.get(name)
        if entry is not None:
            values[name] = read(item.reader, entry.text, entry.where)
        else:                                       # a default pattern is known to be one: not compiled to see
            values[name] = item.default if name.endswith("_exclude") else item.reader(item.default)
    disabled, values["disable"] = values["disable"]
    return Metrics(disabled, **values)
