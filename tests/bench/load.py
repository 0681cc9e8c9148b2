"""load: how many requests a second a server answers, and how long they take: by wrk where it is installed, else ours.

Our own client is a Python process for each connection: it shares the processors with the server, so it shows fast ones
as slower than they are. Ratios between servers stay on the safe side: the fastest lose most.
"""
from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from typing import NamedTuple, Optional

CONNECTIONS = 4
ANSWER_SECONDS = 20.0

_UNITS_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"
_CLOSES = re.compile(rb"^HTTP/1\.0|\r\nconnection: *close", re.IGNORECASE)


class Load(NamedTuple):
    """One measurement: answers, answers a second, the delay that half and 99 % of them stayed below, and refusals."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    failures: int


def client() -> str:
    """The name of the client that `measure` uses."""
    return "wrk" if shutil.which("wrk") else "the own client of load.py"


def measure(port: int, path: str, seconds: float, keep_alive: bool = True) -> Load:
    """Ask for one path over CONNECTIONS connections, kept or a new one for each request, as fast as answers come."""
    return (_wrk if shutil.which("wrk") else _own)(port, path, seconds, keep_alive)


def _wrk(port: int, path: str, seconds: float, keep_alive: bool) -> Load:
    command = ["wrk", "--threads=1", "--latency", "--connections=%d" % CONNECTIONS,
               "--duration=%ds" % max(1, round(seconds))]
    if not keep_alive:
        command.append("--header=Connection: close")
    command.append("http://127.0.0.1:%d%s" % (port, path))
    return parse_wrk(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def parse_wrk(text: str) -> Load:
    """What wrk printed."""

    def found(pattern: str) -> list[str]:
        match = re.search(pattern, text)
        return list(match.groups()) if match else ["0", "us"]

    def delay(percentile: int) -> float:
        value, unit = found(r"\n +%d%% +([\d.]+)(us|ms|s|m)\n" % percentile)
        return float(value) * _UNITS_MS[unit]

    return Load(int(found(r"(\d+) requests in")[0]), float(found(r"Requests/sec: +([\d.]+)")[0]), delay(50), delay(99),
                int(found(r"Non-2xx or 3xx responses: (\d+)")[0]))


class Connection:
    """The client's end: a connection that is opened when there is none, and again after the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: Optional[socket.socket] = None

    def ask(self, path: str, keep_alive: bool = True, fields: bytes = b"") -> tuple[int, bytes]:
        """Status and body of one GET, chunks as they came. OSError when the server is not there or hangs up amid it.

        `fields`: header lines beside the usual ones.
        """
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), ANSWER_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s\r\n"
                             % (path.encode(), fields, b"" if keep_alive else b"Connection: close\r\n"))
        head, end, body = b"", b"", b""
        received = bytearray()
        while not end:
            received += self._receive()
            head, end, body = bytes(received).partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        pieces = [body]
        if length is not None:
            missing = int(length.group(1)) - len(body)
            while missing > 0:
                pieces.append(self._receive())
                missing -= len(pieces[-1])
        elif _CHUNKED.search(head):
            while not pieces[-1].endswith(_LAST_CHUNK):
                pieces.append(self._receive())
        else:
            raise OSError("an answer without a length: %.80r" % head)
        if not keep_alive or _CLOSES.search(head):
            self.close()
        return int(head.split(None, 2)[1]), b"".join(pieces)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _receive(self) -> bytes:
        assert self._socket is not None
        piece = self._socket.recv(1 << 18)
        if not piece:
            raise OSError("the server hung up")
        return piece


def fetch(port: int, path: str) -> bytes:
    """The body of one GET on a connection of its own. OSError for anything but 200."""
    status, body = Connection(port).ask(path, keep_alive=False)
    if status != 200:
        raise OSError("%s answered %d: %.80r" % (path, status, body))
    return body


def _own(port: int, path: str, seconds: float, keep_alive: bool) -> Load:
    until = time.monotonic() + seconds
    children = [_fork(port, path, keep_alive, until) for _ in range(CONNECTIONS)]
    delays: list[float] = []
    failures = 0
    for child, pipe in children:
        with os.fdopen(pipe) as report:
            answered, failed = json.load(report)
        os.waitpid(child, 0)
        delays += answered
        failures += failed
    delays.sort()
    p50, p99 = (delays[int(len(delays) * share)] * 1e3 if delays else 0.0 for share in (0.5, 0.99))
    return Load(len(delays), len(delays) / seconds, p50, p99, failures)


def _fork(port: int, path: str, keep_alive: bool, until: float) -> tuple[int, int]:
    """A child that asks until then: its pid, and the pipe on which it reports delays in seconds and how many failed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    try:
        delays: list[float] = []
        failures = 0
        connection = Connection(port)
        sent = time.monotonic()
        while sent < until:
            try:
                answered = connection.ask(path, keep_alive)[0] == 200
            except OSError:
                answered = False
                connection.close()
            now = time.monotonic()
            if answered:
                delays.append(round(now - sent, 7))
            else:
                failures += 1
            sent = now
        with os.fdopen(writer, "w") as report:
            json.dump([delays, failures], report)
    finally:
        os._exit(0)
