"""bench: what glancesd costs beside what a user would pick instead, from one run on one machine. `make bench`.

    BENCH_PEERS=DIRECTORY python3 -m tests.bench.bench [--quick] [--only SECTION,…] [--idle SECONDS]

DIRECTORY holds virtual environments, one with `pip install "glances[web]==3.4.0.5" bottle psutil` and one with 4.5.8.
Peers and tools that are not there are left out and named. Absolute times mean nothing on a shared machine: servers take
turns within each section and the bars are ratios. Markdown goes to standard output, progress to standard error.

CPU time is that of the whole server process, what it does in the background included.
"""
from __future__ import annotations

import argparse
import contextlib
import functools
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Callable, Iterator, NamedTuple, Optional, Sequence

from . import load, meters, peers, report, sizes, soak, trees
from .peers import GLANCESD, HTTP, LOOP, Recipe, Scratch, Server
from .report import SCAN, Figures

# Between rounds: over the time for which a server answers from what it has, one second of glancesd, two of Glances 4.
FRESH_SECONDS = 1.1
FRESH_FOR_ALL_SECONDS = 2.1
CROWD = 1000
LARGE = trees.Size(processes=100, cpus=512, interfaces=1000, mounts=2000, disks=500)


class Plan(NamedTuple):
    """How long each section looks."""

    rounds: int = 3
    round_seconds: float = 1
    polls: int = 24
    tree_polls: int = 15
    scrapes: int = 25
    starts: int = 5
    idle_seconds: float = 40
    requests: int = 1000000


QUICK = Plan(rounds=1, round_seconds=1, polls=8, tree_polls=5, scrapes=10, starts=1, idle_seconds=10, requests=100000)


class Bench:
    """One run: its plan, the peers it found, and the figures so far. A public method is a section; it fills some in."""

    def __init__(self, plan: Plan, scratch: Scratch) -> None:
        self.plan = plan
        self.scratch = scratch
        self.figures = Figures()
        self.rivals, self.left_out = peers.installed(os.environ.get("BENCH_PEERS"))
        self.processes = meters.process_count()

    def sizes(self) -> None:
        """What an OpenWrt router keeps, and the archive in one file."""
        for key, size in sizes.measure().items():
            self.figures.put(key, GLANCESD, size.total_bytes / 1e3)
            self.figures.put(key + "_packed", GLANCESD, size.packed_bytes / 1e3)

    def start(self) -> None:
        """From the start of each server to its first answers; the first start of each only warms the files."""
        for recipe in (peers.glancesd(), *self.rivals):
            keys = [key for key in ("mem", "cpu") if key in recipe.paths]
            starts = []
            for _ in range(1 + self.plan.starts if keys else 0):
                server = Server(recipe, self.scratch)
                try:
                    starts.append([server.first_answer_seconds(key) for key in keys])
                finally:
                    server.stop()
            for key, seconds in zip(keys, zip(*starts[1:])):
                self.figures.put("start_" + key, recipe.name, statistics.median(seconds))
            if recipe.name == GLANCESD:
                self.figures.put("cpu_after_mem", GLANCESD, statistics.median(cpu - mem for mem, cpu in starts[1:]))

    def load(self) -> None:
        """Requests a second and delays of cached answers, memory before and after, CPU of a fresh answer, idle CPU."""
        with self._servers(peers.glancesd(), *self.rivals) as servers:
            for server in servers:
                self.figures.put("memory_start", server.name, meters.resident_megabytes(server.pid))
            for key in ("cpu", "all", "processlist"):
                body_bytes = len(servers[0].fetch(key))
                with self._servers(peers.bare(HTTP, key, body_bytes), peers.bare(LOOP, key, body_bytes)) as bares:
                    for keep_alive in (True, False):
                        self._requests(key, keep_alive, [*servers, *bares])
            for server in servers:
                self.figures.put("memory_load", server.name, meters.resident_megabytes(server.pid))

    def polls(self) -> None:
        """CPU time of a fresh /all, as this machine is and beside a crowd; then of nobody asking."""
        with self._servers(peers.glancesd(), *self.rivals) as servers, self._scan() as scan:
            self._poll("poll", servers, scan)
            with meters.Crowd(CROWD):
                self._poll("poll_crowd", servers, scan)
            time.sleep(FRESH_FOR_ALL_SECONDS)
            began = [meters.cpu_seconds(server.pid) for server in servers]
            time.sleep(self.plan.idle_seconds)
            for server, before in zip(servers, began):
                used = meters.cpu_seconds(server.pid) - before
                self.figures.put("idle", server.name, 100 * used / self.plan.idle_seconds)

    def scrapes(self) -> None:
        """CPU time of /metrics on a connection that is kept, as it is and packed; memory; time on large hosts.

        Without glancesd's own clock, whose cost is that of an idle server.
        """
        exporters = [peers.exporter_as_upstream() for recipe in self.rivals if recipe.name == peers.EXPORTER]
        for key, fields in (("scrape", b""), ("scrape_gzip", b"Accept-Encoding: gzip\r\n")):
            with self._servers(peers.glancesd("--interval", "0"), *exporters) as servers:
                turns = [functools.partial(load.Connection(server.port).ask, server.recipe.paths["metrics"], True,
                                           fields) for server in servers]
                _take_turns(turns, 3, FRESH_SECONDS)
                before = [meters.cpu_seconds(server.pid) for server in servers]
                _take_turns(turns, self.plan.scrapes, FRESH_SECONDS)
                for server, earlier, turn in zip(servers, before, turns):
                    used = (meters.cpu_seconds(server.pid) - earlier) * 1000 / self.plan.scrapes
                    self.figures.put(key, server.name, used)
                    self.figures.put(key + "_bytes", server.name, len(turn()[1]) / 1e3)
                    self.figures.put("memory_scrape", server.name, meters.resident_megabytes(server.pid))
        base = trees.Size()
        sizes = {"none": base, "scrape_large": LARGE._replace(mounts=50)}
        parts = ("cpus", "interfaces", "disks")
        for part in parts:
            count = getattr(LARGE, part)
            sizes["once_" + part] = base._replace(**{part: count})
            sizes["twice_" + part] = base._replace(**{part: 2 * count})
        polls = self._tree_polls(sizes, "metrics")
        self.figures.put("scrape_large", GLANCESD, statistics.median(polls["scrape_large"]))
        for part in parts:
            none, once, twice = (min(polls[key]) for key in ("none", "once_" + part, "twice_" + part))
            self.figures.put("scrape_growth_" + part, GLANCESD, (twice - once) / (once - none))

    def growth(self) -> None:
        """Time of a fresh /all on made-up hosts: ten times the processes; a large one; its parts once and twice.

        The large one by its median poll. Growth by the best of each: what else ran meanwhile would pass for growth.
        """
        base = trees.Size()
        sizes = {"processes_1000": base._replace(processes=1000), "processes_10000": base._replace(processes=10000),
                 "large": LARGE, "none": base}
        parts = ("cpus", "interfaces", "mounts", "disks")
        for part in parts:
            count = getattr(LARGE, part)
            sizes["once_" + part] = base._replace(**{part: count})
            sizes["twice_" + part] = base._replace(**{part: 2 * count})
        polls = self._tree_polls(sizes)
        self.figures.put("large", GLANCESD, statistics.median(polls["large"]))
        best = {key: min(milliseconds) for key, milliseconds in polls.items()}
        for key in ("processes_1000", "processes_10000"):
            self.figures.put(key, GLANCESD, best[key])
        for part in parts:
            none, once, twice = (best[key] for key in ("none", "once_" + part, "twice_" + part))
            self.figures.put("growth_" + part, GLANCESD, (twice - once) / (once - none))

    def history(self) -> None:
        """Memory of a full history."""
        run = subprocess.run([sys.executable, "-m", "tests.bench.history_memory"], stdout=subprocess.PIPE, text=True)
        said = re.search(r": (\d+) bytes", run.stdout)
        if said is None:
            raise RuntimeError("history_memory said: " + run.stdout)
        self.figures.put("history", GLANCESD, int(said.group(1)) / 1e6)

    def endurance(self) -> None:
        """Resident memory after ten thousand requests and after a million."""
        with peers.running(peers.glancesd(), self.scratch) as server:
            for key, mark in zip(("memory_10k", "memory_million"), list(soak.marks(server, self.plan.requests))[1:]):
                self.figures.put(key, GLANCESD, mark.resident_megabytes)

    # -- what the sections are made of ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _servers(self, *recipes: Recipe) -> Iterator[list[Server]]:
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(peers.running(recipe, self.scratch)) for recipe in recipes]

    @contextlib.contextmanager
    def _scan(self) -> Iterator[Optional[meters.Scan]]:
        scan = meters.Scan.build(self.scratch.directory)
        try:
            yield scan
        finally:
            if scan is not None:
                scan.stop()

    def _requests(self, key: str, keep_alive: bool, servers: Sequence[Server]) -> None:
        """Medians over rounds in which the servers take turns."""
        asked = [server for server in servers if key in server.recipe.paths and (keep_alive or server.recipe.closes)]
        seconds = self.plan.round_seconds
        rounds = [[load.measure(server.port, server.recipe.paths[key], seconds, keep_alive) for server in asked]
                  for _ in range(self.plan.rounds)]
        for server, loads in zip(asked, zip(*rounds)):
            if any(one.failures for one in loads):
                raise RuntimeError("%s refused requests for %s" % (server.name, key))
            name = "%s_%s" % (key, "keep" if keep_alive else "each")
            self.figures.put(name, server.name, statistics.median(one.per_second for one in loads))
            self.figures.put(name + "_p50", server.name, statistics.median(one.p50_ms for one in loads))
            self.figures.put(name + "_p99", server.name, statistics.median(one.p99_ms for one in loads))

    def _poll(self, key: str, servers: Sequence[Server], scan: Optional[meters.Scan]) -> None:
        """CPU milliseconds of each server for a fresh /all. Another begins each round: none always has warm caches."""
        scans = []
        turns: list[Callable[[], object]] = [functools.partial(server.fetch, "all") for server in servers]
        if scan is not None:
            turns.append(lambda: scans.append(scan.milliseconds()))
        _take_turns(turns, 2, FRESH_FOR_ALL_SECONDS)          # newly seen processes cost more, once
        scans.clear()
        before = [meters.cpu_seconds(server.pid) for server in servers]
        _take_turns(turns, self.plan.polls, FRESH_FOR_ALL_SECONDS)
        for server, earlier in zip(servers, before):
            self.figures.put(key, server.name, (meters.cpu_seconds(server.pid) - earlier) * 1000 / self.plan.polls)
        if scans:
            self.figures.put(key, SCAN, statistics.mean(scans))

    def _tree_polls(self, sizes: dict[str, trees.Size], key: str = "all") -> dict[str, list[float]]:
        """Milliseconds until a fresh answer of each made-up host has come, poll by poll."""
        with contextlib.ExitStack() as stack:
            milliseconds: dict[str, list[float]] = {name: [] for name in sizes}
            turns = []
            top = stack.enter_context(trees.folder())
            for name, size in sizes.items():
                directory = os.path.join(top, name)
                trees.write(directory, size)
                # Without a clock of its own: a sample that its tick took is not fresh for the poll.
                recipe = peers.glancesd("--interval", "0", *trees.options(directory))
                server = stack.enter_context(peers.running(recipe, self.scratch))
                turns.append(_timed(server, key, milliseconds[name]))
            _take_turns(turns, 2, FRESH_SECONDS)
            for found in milliseconds.values():
                found.clear()
            _take_turns(turns, self.plan.tree_polls, FRESH_SECONDS)
            return milliseconds


def _timed(server: Server, key: str, milliseconds: list[float]) -> Callable[[], None]:
    def turn() -> None:
        began = time.perf_counter()
        server.fetch(key)
        milliseconds.append((time.perf_counter() - began) * 1000)
    return turn


def _take_turns(turns: Sequence[Callable[[], object]], rounds: int, seconds: float) -> None:
    """Every turn once in each round, and so many seconds between the last of a round and the first of the next."""
    for number in range(rounds):
        first = number % len(turns)
        for turn in (*turns[first:], *turns[:first]):
            turn()
        time.sleep(seconds)


SECTIONS = ("sizes", "start", "load", "polls", "scrapes", "growth", "history", "endurance")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench", description="What glancesd costs, beside its peers. The environment variable BENCH_PEERS names a "
        "folder of virtual environments with Glances 3.4.0.5 and 4.5.8.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the time; figures to look at, not to quote")
    parser.add_argument("--only", default=",".join(SECTIONS), metavar="SECTION,…",
                        help="some of: " + ", ".join(SECTIONS))
    parser.add_argument("--idle", type=float, metavar="SECONDS", help="how long to watch the idle servers (40)")
    chosen = parser.parse_args()
    sections = chosen.only.split(",")
    if not set(sections) <= set(SECTIONS):
        parser.error("no such section: " + ", ".join(sorted(set(sections) - set(SECTIONS))))
    plan = QUICK if chosen.quick else Plan()
    if chosen.idle:
        plan = plan._replace(idle_seconds=chosen.idle)
    signal.signal(signal.SIGTERM, signal.default_int_handler)       # servers and crowd end with us
    with tempfile.TemporaryDirectory(prefix="glancesd-bench-") as directory:
        bench = Bench(plan, Scratch.prepare(directory))
        for section in sections:
            print("bench: " + section, file=sys.stderr, flush=True)
            getattr(bench, section)()
    print("\n\n".join([_machine(bench), report.bars(bench.figures), report.table(bench.figures)]))
    return 0


def _machine(bench: Bench) -> str:
    told = ["%d CPUs, %d processes, Linux %s, CPython %s; load by %s." % (
        os.cpu_count() or 1, bench.processes, platform.release(), platform.python_version(), load.client())]
    if not bench.figures.get("poll", SCAN) and bench.figures.get("poll", GLANCESD):
        bench.left_out.append(SCAN + ": no C compiler")
    return "\n".join(told + ["Left out: %s." % what for what in bench.left_out])


if __name__ == "__main__":
    sys.exit(main())
