"""golden: the real process over each fixture host, at two instants. `make golden` rewrites them: then read the diff.

What depends on this machine or on the moment (sizes of file systems, the clock, rates by real time) is replaced by a
word, so that its presence and type are compared, and its value is not.
"""
from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from typing import Any, Iterator
from urllib.parse import quote

from tests.daemon import TOP, Daemon, strict_json

HOSTS = os.path.join(TOP, "tests", "hosts")
CACHED_SECONDS = 3
MOVED_ON = "the clock has moved on"
# A daemon whose clock stands still until it sleeps or SIGUSR1 moves it on: every answer at one instant comes of one
# sample, so that an increase is shown to each path of `_LATER`, and no read is late, however busy this machine is.
_WITH_A_CLOCK = """
import signal, sys, threading, time
began, moved = time.monotonic(), []
time.monotonic = lambda: began + sum(moved)
time.sleep = moved.append
from glancesd.__main__ import main
def move_on(*_):
    moved.append(%d)
    print(%r, file=sys.stderr, flush=True)
signal.signal(signal.SIGUSR1, move_on)
sys.exit(main())
""" % (CACHED_SECONDS, MOVED_ON)

_MOMENT = frozenset(("time_since_update", "now", "uptime", "rx_rate_per_sec", "tx_rate_per_sec", "cx_rate_per_sec",
                     "read_bytes_rate_per_sec", "write_bytes_rate_per_sec", "irq_rate", "cpu_percent", "percent_mean",
                     "iso", "custom"))
_RATE = "_rate_per_sec"
_MOMENT_OF = {"mnt_point": frozenset(("size", "used", "free", "percent")), "gpu_id": frozenset(("proc",))}
_FIRST = ("/api/2/pluginslist", "/api/2/all", "/api/2/help", "/api/2/all/limits")
_LATER = (
    "/api/2/all", "/api/v2/mem", "/api/2/mem/used", "/api/2/load/min15", "/api/2/percpu/cpu_number",
    "/api/2/processlist/pid",
    "/api/2/processlist/username", "/api/2/processlist/pid/1", "/api/2/processlist/pid/0001",
    "/api/2/processlist/pid/999999",
    "/api/2/processlist/nice/-20", "/api/2/processlist/status/I", "/api/2/network/interface_name",
    "/api/2/network/interface_name/lo", "/api/2/network/is_up/true", "/api/2/fs/mnt_point/%2F", "/api/2/fs/mnt_point//",
    "/api/2/sensors/label", "/api/2/diskio/disk_name", "/api/2/cpu/views", "/api/2/mem/views", "/api/2/network/limits",
    "/api/2/nosuch", "/api/2/mem/nosuch", "/api/2/processlist/nosuch", "/api/2/processlist/nosuch/1",
    "/api/2/mem/used/1",
    "/api/2/uptime/x", "/api/2/alert/0", "/api/9/mem", "/healthz",
)
# Of each other version, paths of every kind; their answers stand in a file of their own.
_OTHERS_FIRST = tuple("/api/%d/%s" % (version, path) for version in (3, 4) for path in (
    "pluginslist", "help", "status"))
_OTHERS_LATER = (
    *("/api/%d/%s" % (version, path) for version in (3, 4) for path in (
        "all", "mem/used", "load/min15", "percpu/cpu_number", "network/interface_name",
        "sensors/label", "diskio/disk_name", "cpu/views", "network/views", "mem/views", "quicklook/views",
        "nosuch", "mem/nosuch", "uptime/x", "alert/0", "system/history", "args/nosuch", "config/nosuch")),
    "/api/3/processlist/pid/1", "/api/3/processlist/pid/999999", "/api/3/fs/mnt_point/%2F", "/api/3/mem/used/1",
    "/api/4/processlist/pid/value/1", "/api/4/processes/1",
    "/api/4/processes/999999", "/api/4/processes/extended", "/api/4/serverslist", "/api/4/percpu/total/0",
    "/api/4/percpu/total/99", "/api/4/network/lo/views", "/api/4/network/bytes_recv/lo/views", "/api/4/mem/used/unit",
    "/api/4/mem/used/description", "/api/4/mem/nosuch/unit", "/api/4/cpu/", "/api/4/mem/used/value/1",
)


# /metrics in both formats, at the first instant, and the families that this machine and moment decide.
PAGES = {"metrics.txt": "text/plain", "metrics.openmetrics.txt": "application/openmetrics-text"}
_OWN_FAMILIES = re.compile(
    r"^((?:process_|node_scrape_collector_duration_seconds|node_time_seconds|"
    r"node_filesystem_(?:size_bytes|free_bytes|avail_bytes|files|files_free)\b)\S*(?:\{.*\})?) \S+$", re.MULTILINE)
_VERSIONS = re.compile(r'(version|python)="[0-9][^"]*"')


def hosts() -> list[str]:
    """Names of the fixture hosts."""
    return sorted(name for name in os.listdir(HOSTS) if os.path.isdir(os.path.join(HOSTS, name, "proc")))


def answers(host: str) -> dict[str, Any]:
    """What the real process answers over this host, by file of expected answers.

    By path, status and body, at its first instant and at a later.
    """
    with tempfile.TemporaryDirectory(prefix="glancesd-") as folder:
        tree = os.path.join(folder, host)
        shutil.copytree(os.path.join(HOSTS, host), tree, symlinks=True)
        roots = [text for kind in ("proc", "sys", "root") for text in ("--%sfs" % kind, os.path.join(tree, kind))]
        with Daemon("--cached-time", str(CACHED_SECONDS), "--interval", "0", *roots,
                    command=(sys.executable, "-c", _WITH_A_CLOCK)) as daemon:
            first, others_first = dict(_ask(daemon, _FIRST)), dict(_ask(daemon, _OTHERS_FIRST))
            pages = {name: _steady_page(daemon.ask("/metrics", headers={"Accept": accept}).body.decode())
                     for name, accept in PAGES.items()}
            _overlay(os.path.join(tree, "later"), tree)
            _move_on(daemon)
            later, others_later = dict(_ask(daemon, _LATER)), dict(_ask(daemon, _OTHERS_LATER))
            log = [line for line in daemon.log if "listening on" not in line and line != MOVED_ON]
    return {"golden.json": {"first": first, "later": later, "log": [line.replace(folder, "") for line in log]},
            "golden-3-4.json": {"first": others_first, "later": others_later}, **pages}


def all_answers() -> dict[str, Any]:
    """The answers of every host, by name; the hosts run side by side, because each mostly waits."""
    found: dict[str, Any] = {}
    threads = [threading.Thread(target=lambda host=host: found.update({host: answers(host)})) for host in hosts()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def path_of(host: str, file: str) -> str:
    return os.path.join(HOSTS, host, file)


def text(value: Any) -> str:
    """A page as it is; JSON with a line for each plugin or element, so that a diff names what changed."""
    return value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _move_on(daemon: Daemon) -> None:
    os.kill(daemon.pid, signal.SIGUSR1)
    give_up = time.monotonic() + 60
    while MOVED_ON not in daemon.log and time.monotonic() < give_up:
        time.sleep(0.01)


def _ask(daemon: Daemon, paths: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for path in paths:
        status, _, body = daemon.ask(quote(path, safe="/%"))
        plugin = path.split("/")[3] if path.count("/") > 2 else ""
        yield path, {"status": status, "body": _steady(strict_json(body) if body else None, plugin)}


def _steady(value: Any, plugin: str) -> Any:
    """The value with words for what changes from run to run."""
    if isinstance(value, dict):
        words = _MOMENT | _MOMENT_OF.get(str(value.get("key")), frozenset())
        if "pids" in value:                 # a container
            value = {**value, "cpu": dict.fromkeys(value["cpu"], "<float>")}
            words |= {"io_rx", "io_wx", "network_rx", "network_tx"} if "io_rx" in value else frozenset()
        return {name: sorted(part) if name == "childrens" else "<%s>" % type(part).__name__
                if (name in words or name.endswith(_RATE)) and not isinstance(part, (list, dict))
                else _steady(part, plugin) for name, part in value.items()}
    if isinstance(value, list):
        if value and isinstance(value[0], dict) and "cpu_percent" in value[0] and "pid" in value[0]:
            value = sorted(value, key=lambda process: (process["pid"] if process["pid"] != "_" else process["name"]))
        return [_steady(part, plugin) for part in value]
    return value


def _steady_page(page: str) -> str:
    """A page of /metrics with a word for what changes from run to run."""
    lines = [_VERSIONS.sub(r'\1="<version>"', line) if "_build_info{" in line else line
             for line in page.split("\n")]
    return _OWN_FAMILIES.sub(r"\1 <number>", "\n".join(lines))


def _overlay(changed: str, tree: str) -> None:
    for folder, _, files in os.walk(changed):
        for file in files:
            source = os.path.join(folder, file)
            target = os.path.join(tree, os.path.relpath(source, changed))
            os.makedirs(os.path.dirname(target), exist_ok=True)      # a process or a device that is new
            shutil.copyfile(source, target)


def main() -> int:
    for host, files in sorted(all_answers().items()):
        for name, found in files.items():
            with open(path_of(host, name), "w", encoding="utf-8") as file:
                file.write(text(found))
            print("wrote %s" % os.path.relpath(path_of(host, name), TOP))
    return 0


if __name__ == "__main__":
    sys.exit(main())
