"""soak: whether memory, descriptors or threads grow with requests. `make soak`: one million requests or ten minutes.

    python3 -m tests.bench.soak [--requests N] [--seconds N] [-- OPTION …]      the options are glancesd's
"""
from __future__ import annotations

import argparse
import sys
import tempfile
import time
from typing import Iterator, NamedTuple

from . import load, meters, peers
from .peers import Scratch, Server

EARLY_REQUESTS = 10000
SLOT_SECONDS = 1.0
# Answers from the cache, large and small, found and not; connections kept and not.
MIX = (("/api/2/cpu", True), ("/api/2/all", True), ("/api/2/mem/used", True), ("/api/2/processlist/pid/1", True),
       ("/api/2/nosuch", True), ("/api/2/network", False), ("/healthz", True), ("/api/2/processlist", True))


class Mark(NamedTuple):
    """What the server held after so many requests."""

    requests: int
    seconds: float
    resident_megabytes: float
    descriptors: int
    threads: int


def marks(server: Server, requests: int, seconds: float = 600) -> Iterator[Mark]:
    """The server at the start, after EARLY_REQUESTS, and after all of them (or when the time is over)."""
    began = time.monotonic()

    def mark(done: int) -> Mark:
        time.sleep(0.5)                  # the last connections are being closed
        return Mark(done, time.monotonic() - began, meters.resident_megabytes(server.pid),
                    meters.descriptors(server.pid), meters.thread_count(server.pid))

    yield mark(0)
    connections = [load.Connection(server.port) for _ in range(load.CONNECTIONS)]
    for number in range(EARLY_REQUESTS):
        path, keep_alive = MIX[number % len(MIX)]
        connections[number % len(connections)].ask(path, keep_alive)
    for connection in connections:
        connection.close()
    yield mark(EARLY_REQUESTS)
    done = slot = 0
    while EARLY_REQUESTS + done < requests and time.monotonic() - began < seconds:
        path, keep_alive = MIX[slot % len(MIX)]
        done += load.measure(server.port, path, SLOT_SECONDS, keep_alive).requests
        slot += 1
    yield mark(EARLY_REQUESTS + done)


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description="Ask glancesd a million times and watch what it holds.")
    parser.add_argument("--requests", type=int, default=1000000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("options", nargs="*", help="options of glancesd, after --")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="glancesd-soak-") as directory:
        recipe = peers.glancesd(*chosen.options)
        with peers.running(recipe, Scratch.prepare(directory)) as server:
            print("  requests   seconds  resident MB  descriptors  threads")
            for mark in marks(server, chosen.requests, chosen.seconds):
                print("%10d %9.1f %12.2f %12d %8d" % mark, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
