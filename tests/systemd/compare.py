"""compare: what two glancesd of one machine answer at the same moment. usage: compare.py URL-OF-ONE URL-OF-THE-OTHER

The service, as the unprivileged user that systemd made for it, has to see what a daemon of root sees. Exits 1, with a
line for each difference; figures that move are compared roughly, `io_counters` not at all (the kernel hides those).
"""
from __future__ import annotations

import json
import os
import sys
import urllib.request
from typing import Any

# Plugin → the field that names an element, and fields that do not move within a second.
LISTS = {
    "fs": ("mnt_point", ("device_name", "fs_type", "size")),
    "network": ("interface_name", ("is_up", "speed")),
    "diskio": ("disk_name", ()),
    "sensors": ("label", ("type", "unit")),
    "hddtemp": ("label", ("value",)),
    "percpu": ("cpu_number", ()),
    "processlist": ("pid", ("name", "username", "cmdline", "ppid", "nice")),
}
SAME = ("core", "system", "ip", "batpercent", "raid", "wifi", "folders", "ports", "gpu", "docker", "cloud", "amps")
NEAR = {"mem": "total", "memswap": "total", "processcount": "total", "cpu": "total"}


def processes() -> set[int]:
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}


def answer(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url + "/api/2/all", timeout=20) as response:
        return dict(json.load(response))


def differences(one: dict[str, Any], other: dict[str, Any], lasting: set[int]) -> list[str]:
    found = [] if list(one) == list(other) else ["plugins: %s and %s" % (list(one), list(other))]
    for plugin, (key, fields) in LISTS.items():
        rows = [{row[key]: [row[field] for field in fields] for row in answer[plugin]
                 if plugin != "processlist" or row[key] in lasting} for answer in (one, other)]
        for name in sorted(set(rows[0]) | set(rows[1]), key=str):
            if rows[0].get(name) != rows[1].get(name):
                found.append("%s %s: %s and %s" % (plugin, name, rows[0].get(name), rows[1].get(name)))
    found += ["%s: %s and %s" % (plugin, one[plugin], other[plugin]) for plugin in SAME if one[plugin] != other[plugin]]
    for plugin, field in NEAR.items():
        if abs(one[plugin][field] - other[plugin][field]) > 30:
            found.append("%s.%s: %s and %s" % (plugin, field, one[plugin][field], other[plugin][field]))
    if not lasting.issubset({row["pid"] for row in one["processlist"]}):
        found.append("processes of /proc that are not listed")
    return found


def main() -> int:
    for url in sys.argv[1:]:
        answer(url)                     # the first answer of each waits for a window of its own
    before = processes()
    one, other = [answer(url) for url in sys.argv[1:]]
    found = differences(one, other, before & processes())
    for line in found:
        print(line)
    print("%d plugins, %d processes of %d users, %d file systems, hddtemp %s: %s" % (
        len(one), len(one["processlist"]), len({row["username"] for row in one["processlist"]}), len(one["fs"]),
        [row["value"] for row in one["hddtemp"]], "%d differences" % len(found) if found else "the same"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
