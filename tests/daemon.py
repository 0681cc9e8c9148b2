"""A real glancesd process for tests: started on a free port, asked over HTTP, ended."""
from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from typing import Any, Mapping, NamedTuple, Optional, Sequence

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Answer(NamedTuple):
    """What came back; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as strict JSON, whatever the status."""
        return strict_json(self.body)


# Hands a socket over as a service manager does; its first argument is the descriptor.
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv.pop(1)), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
from glancesd.__main__ import main
sys.exit(main())
"""


class Daemon:
    """`with Daemon("--interval", "0") as daemon: daemon.json("/api/2/mem")`. `log`: the lines of its standard error.

    `handed`: a listening socket to hand over. A value of None in `environ` takes a variable away.
    """

    def __init__(self, *arguments: str, bind: str = "127.0.0.1", environ: Optional[Mapping[str, Optional[str]]] = None,
                 command: Sequence[str] = (sys.executable, "-m", "glancesd"),
                 handed: Optional[socket.socket] = None) -> None:
        variables = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TZ": "UTC", **(environ or {})}
        environment = {name: value for name, value in variables.items() if value is not None}
        self.log: list[str] = []
        passed = [handed.fileno()] if handed is not None else []
        if passed:
            command = (sys.executable, "-c", HAND_OVER, str(passed[0]))
        self.process = subprocess.Popen([*command, "-B", bind, "-p", "0", *arguments], cwd=TOP, env=environment,
                                        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, pass_fds=passed)
        self.pid = self.process.pid
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = 0
        self._listening.wait(30)
        for line in self.log:
            match = re.search(r"https?://.*:(\d+)/", line)
            if match:
                self.port = int(match.group(1))
        if not self.port and not bind.startswith("unix:"):
            self.end(signal.SIGKILL)
            raise AssertionError("glancesd did not listen: %s" % self.log)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.decode("utf-8", "replace").rstrip("\n"))
            if b"listening on " in line:
                self._listening.set()
        self._listening.set()

    def __enter__(self) -> Daemon:
        return self

    def __exit__(self, *exc: object) -> None:
        self.end()

    def ask(self, path: str, method: str = "GET", headers: Optional[dict[str, str]] = None) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    def json(self, path: str) -> Any:
        """The body of a 200 as strict JSON."""
        answer = self.ask(path)
        if answer.status != 200:
            raise AssertionError("%s: %d %r" % (path, answer.status, answer.body[:200]))
        return answer.json()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Its exit status; it has ten seconds for it."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("glancesd did not end: %s" % self.log) from None
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


def strict_json(body: bytes) -> Any:
    """UTF-8 without NaN, Infinity and lone surrogates."""
    def refuse(token: str) -> None:
        raise AssertionError("not JSON: %s" % token)

    text = body.decode("utf-8")
    if re.search(r"(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]", text):
        raise AssertionError("a surrogate in %r" % text[:200])
    return json.loads(text, parse_constant=refuse)
