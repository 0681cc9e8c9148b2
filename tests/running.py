"""running: glancesd as a real process on a free port of the loopback, for tests that ask it as a client does."""
from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from typing import Any, Mapping, NamedTuple, Optional, Sequence

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
START_SECONDS = 30.0
ANSWER_SECONDS = 30.0


class Answer(NamedTuple):
    """What came back: status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body.decode("utf-8"))


class Daemon:
    """`with Daemon("--interval", "0") as daemon: daemon.get("/api/2/cpu")`. Ended with the block."""

    def __init__(self, *options: str, command: Sequence[str] = (sys.executable, "-m", "glancesd"),
                 environment: Optional[Mapping[str, str]] = None) -> None:
        self._log, name = tempfile.mkstemp(prefix="glancesd-log-")
        os.unlink(name)
        self._process = subprocess.Popen(
            [*command, "-B", "127.0.0.1", "-p", "0", *options], cwd=TOP, stdin=subprocess.DEVNULL, stderr=self._log,
            env=dict(os.environ) if environment is None else dict(environment))
        self.pid = self._process.pid
        self.port = 0

    def __enter__(self) -> Daemon:
        try:
            self.port = self._listening()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()
        os.close(self._log)

    def ask(self, path: str, method: str = "GET", headers: Optional[Mapping[str, str]] = None) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, headers=dict(headers or {}))
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())

    def get(self, path: str) -> Any:
        """The JSON of a path that answers 200; AssertionError for any other status."""
        answer = self.ask(path)
        if answer.status != 200:
            raise AssertionError("%s answered %d: %.200r" % (path, answer.status, answer.body))
        return answer.json()

    def log(self) -> str:
        """What it has written to standard error so far."""
        return os.pread(self._log, 1 << 20, 0).decode("utf-8", "replace")

    def stop(self) -> int:
        """End it (SIGTERM, and SIGKILL after ten seconds) and give its exit status."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _listening(self) -> int:
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up and self._process.poll() is None:
            told = re.search(r"http://[^ ]*:(\d+)", self.log())
            if told:
                return int(told.group(1))
            time.sleep(0.01)
        raise AssertionError("glancesd did not start: " + self.log())
