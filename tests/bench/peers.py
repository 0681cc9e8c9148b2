"""peers: the servers of a comparison: the command that starts each, and its own names for the paths.

Every server runs with the same short environment, glibc's one-arena setting among it, and listens on 127.0.0.1 only.
Glances is told to look for no newer version, cloud or public address: nothing here leaves the machine.
"""
from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from typing import Callable, Iterator, Mapping, NamedTuple, Optional

from glancesd.settings.metrics import ITEMS

from . import load

GLANCESD = "glancesd"
HTTP = "bare ThreadingHTTPServer"
LOOP = "bare loop"
GLANCES_3 = "Glances 3.4.0.5"
GLANCES_4 = "Glances 4.5.8"
EXPORTER = "node_exporter"
START_SECONDS = 60.0

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXPORTER_PROGRAM = "prometheus-node-exporter"
BARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bare.py")
GLANCES_OPTIONS = ("-w", "-B", "127.0.0.1", "--disable-check-update", "--disable-autodiscover",
                   "--disable-plugin", "cloud,ip")


class Recipe(NamedTuple):
    """How a server is started on a port, and where it keeps what we call cpu, mem, all and processlist."""

    name: str
    command: Callable[[int], list[str]]
    paths: Mapping[str, str]
    closes: bool = True                  # whether it heeds `Connection: close`


class Scratch(NamedTuple):
    """A folder that goes away after the run, with an installation of glancesd in it."""

    directory: str

    @classmethod
    def prepare(cls, directory: str) -> Scratch:
        where = {"PYTHON": sys.executable, "INTERPRETER": sys.executable, "PREFIX": "/usr", "UNITDIR": "/units",
                 "DESTDIR": directory, "PATH": os.environ.get("PATH", os.defpath)}
        subprocess.run(["sh", TOP + "/glancesd/services/install.sh", "systemd"], env=where, stdout=subprocess.DEVNULL,
                       check=True)
        return cls(directory)

    def environment(self) -> dict[str, str]:
        return {"PATH": ":".join([self.directory + "/usr/bin", os.environ.get("PATH", os.defpath)]),
                "HOME": self.directory, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


def glancesd(*options: str) -> Recipe:
    def command(port: int) -> list[str]:
        return ["glancesd", "-B", "127.0.0.1", "-p", str(port), *options]
    return Recipe(GLANCESD, command, {
        "metrics": "/metrics", **{key: "/api/2/" + key for key in ("cpu", "mem", "all", "processlist")}})


def bare(name: str, key: str, body_bytes: int) -> Recipe:
    """One of the two bare servers; it answers any path with a body as long as glancesd's answer to `key`."""
    kind = "http" if name == HTTP else "loop"

    def command(port: int) -> list[str]:
        return [sys.executable, BARE, kind, str(port), str(body_bytes)]
    return Recipe(name, command, {key: "/"}, closes=kind == "http")


def installed(directory: Optional[str]) -> tuple[list[Recipe], list[str]]:
    """The peers that are there (Glances in virtual environments below `directory`), and a word on each that is not."""
    found = []
    interpreters = _glances_interpreters(directory)
    for name, version in ((GLANCES_3, 3), (GLANCES_4, 4)):
        if name in interpreters:
            found.append(_glances(name, version, interpreters[name]))
    if shutil.which(EXPORTER_PROGRAM):
        found.append(Recipe(EXPORTER, lambda port: [EXPORTER_PROGRAM, "--web.listen-address=127.0.0.1:%d" % port],
                            {"all": "/metrics", "metrics": "/metrics"}))
    names = [recipe.name for recipe in found]
    missing = ["%s: BENCH_PEERS=%s holds no virtual environment with it" % (name, directory or "")
               for name in (GLANCES_3, GLANCES_4) if name not in names]
    if EXPORTER not in names:
        missing.append("%s: no %s on PATH" % (EXPORTER, EXPORTER_PROGRAM))
    return found, missing


def exporter_as_upstream() -> Recipe:
    """node_exporter with upstream's choices, which are those of /metrics: Debian's hides lo, /run and others."""
    chosen = {"filesystem.mount-points-exclude": ITEMS["mount_points_exclude"].default,
              "filesystem.fs-types-exclude": ITEMS["fs_types_exclude"].default,
              "diskstats.device-exclude": ITEMS["disks_exclude"].default, "netdev.device-exclude": "^$"}
    options = ["--collector.%s=%s" % choice for choice in chosen.items()]
    return Recipe(EXPORTER, lambda port: [EXPORTER_PROGRAM, *options, "--web.listen-address=127.0.0.1:%d" % port],
                  {"metrics": "/metrics"})


def _glances(name: str, version: int, python: str) -> Recipe:
    return Recipe(name, lambda port: [python, "-m", "glances", *GLANCES_OPTIONS, "-p", str(port)],
                  {key: "/api/%d/%s" % (version, key) for key in ("cpu", "mem", "all", "processlist")})


def _glances_interpreters(directory: Optional[str]) -> dict[str, str]:
    interpreters = {}
    for entry in sorted(os.listdir(directory)) if directory else []:
        python = os.path.join(directory or "", entry, "bin", "python")
        if os.path.exists(os.path.join(os.path.dirname(python), "glances")):
            asked = subprocess.run([python, "-c", "import glances; print(glances.__version__)"],
                                   stdout=subprocess.PIPE, text=True, check=True)
            interpreters["Glances " + asked.stdout.strip()] = python
    return interpreters


class Server:
    """A recipe at work on a free port."""

    def __init__(self, recipe: Recipe, scratch: Scratch) -> None:
        self.recipe = recipe
        self.name = recipe.name
        self.port = _free_port()
        self._log = os.path.join(scratch.directory, "%d.log" % self.port)
        self._began = time.monotonic()
        with open(self._log, "wb") as log:
            environment = scratch.environment()
            program, *arguments = recipe.command(self.port)
            self._process = subprocess.Popen(
                [shutil.which(program, path=environment["PATH"]) or program, *arguments], env=environment,
                cwd=scratch.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.pid = self._process.pid

    def fetch(self, key: str) -> bytes:
        return load.fetch(self.port, self.recipe.paths[key])

    def first_answer_seconds(self, key: str) -> float:
        """From the start until it has answered `key`. RuntimeError, with what it printed, when it does not come up."""
        while time.monotonic() - self._began < START_SECONDS and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self.fetch(key)
                return time.monotonic() - self._began
            time.sleep(0.002)
        with open(self._log, "rb") as log:
            raise RuntimeError("%s did not start: %s" % (self.name, log.read()[-500:].decode("utf-8", "replace")))

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def running(recipe: Recipe, scratch: Scratch) -> Iterator[Server]:
    """A server that has answered each of its paths once, and is stopped afterwards."""
    server = Server(recipe, scratch)
    try:
        for key in recipe.paths:
            server.first_answer_seconds(key)
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
