"""engines: names, images and states of containers, asked of the local sockets of Docker and Podman.

    GET /containers/json          [{"Id": "0123…", "Names": ["/web"], "Image": "nginx:1.25", "State": "running",
                                    "Status": "Up 3 hours (healthy)", "Created": 1760000000, "Command": "nginx -g …",
                                    "Ports": [{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}], …}, …]
    GET /containers/<id>/json     {"Config": {"Entrypoint": ["/entry"], "Cmd": ["nginx"]},
                                   "State": {"StartedAt": "2025-10-09T08:53:20.123456789Z"}, …}    once a container
    GET /version                  {"Version": "28.2.2", "ApiVersion": "1.50", …}                   once

Only GET is sent, and nothing in it comes from a client. A request may take REQUEST_SECONDS and its answer be of
ANSWER_BYTES; a refresh may take REFRESH_SECONDS, and leaves the rest to the next. Of an answer only these fields are
kept: labels, environment and mounts hold secrets.
"""
from __future__ import annotations

import json
import re
import socket
import threading
import time

from ..containers import Listing, Published, Told
from ..lazy import pattern
from ..roots import Roots
from ..typed import Any, Callable, Iterable, Mapping, NamedTuple, Optional
from .jobs import Job

# Ten seconds, less what a tick may come early.
AGAIN_SECONDS = 9.5
REQUEST_SECONDS = 2.0
REFRESH_SECONDS = 8.0
ANSWER_BYTES = 4 << 20
# JSON of ANSWER_BYTES can make thirty times as much memory of objects: so many commas may be in it.
ANSWER_COMMAS = 200000
CONTAINERS_MOST = 1000
TEXT_CHARACTERS = 512
COMMAND_CHARACTERS = 4096
_LIST_MOST = 64

_ID = pattern("[0-9a-f]{64}")
_HEALTH = pattern(r"\((?:health: )?(healthy|unhealthy|starting)\)")
_TIME = pattern(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d):(\d\d))")
# A container whose status says so, and which is known to have started longer ago than this, was started again.
_YOUNG = pattern("^Up (?:Less|About a minute|[0-9]+ seconds?)")
_YOUNG_SECONDS = 150.0
_VERSION = ("Version", "ApiVersion", "MinAPIVersion", "GitCommit", "GoVersion", "Os", "Arch", "KernelVersion",
            "BuildTime")


class EngineError(Exception):
    """An engine that cannot be asked, or answers with what it should not; the text says how."""


class Refreshed(NamedTuple):
    """What came of a refresh."""

    version: Mapping[str, str]
    told: Mapping[str, Told]


class Engine(Job):
    """One engine: which sockets it may listen on, and what it said. State: CONTAINERS_MOST containers."""

    failed = None

    def __init__(self, name: str, sockets: Iterable[str], all_too: bool, roots: Roots, stopping: threading.Event,
                 report: Callable[[str], None], clock: Callable[[], float] = time.monotonic,
                 wall: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.item = name, tuple(sockets), all_too
        self.name, self.sockets, self.all_too = self.item
        self._roots = roots
        self._stopping = stopping
        self._report = report
        self._clock = clock
        self._wall = wall
        self._latest = Refreshed({}, {})
        self._answers = False

    def result(self) -> Listing:
        return Listing(self.name, self._latest.version, self._latest.told, self._answers)

    def work(self) -> Optional[Refreshed]:
        try:
            return self._refresh()
        except EngineError as problem:
            self._report("containers: %s: %s" % (self.name, problem))
            return None

    def keep(self, outcome: Optional[Refreshed]) -> None:
        """What was said stays when the engine fails: names must not change to ids meanwhile."""
        self._answers = outcome is not None
        if outcome is not None:
            self._latest = outcome

    def again(self, began: float, ended: float) -> float:
        return began + AGAIN_SECONDS

    def _refresh(self) -> Optional[Refreshed]:
        path = self._socket()
        if path is None:
            return None
        give_up = self._clock() + REFRESH_SECONDS
        before = self._latest if self._answers else Refreshed({}, self._latest.told)
        version = before.version or _version(self._ask(path, "/version", give_up))
        listed = self._ask(path, "/containers/json" + ("?all=1" if self.all_too else ""), give_up)
        if not isinstance(listed, list):
            raise EngineError("its list of containers is none")
        told = {}
        for row in listed[:CONTAINERS_MOST]:
            entry = _told(row)
            if entry is not None:
                told[entry.id] = self._with_details(path, entry, row, before.told.get(entry.id), give_up)
        return Refreshed(version, told)

    def _socket(self) -> Optional[str]:
        return next((self._roots.inside_root(name) for name in self.sockets if self._roots.root_has(name)), None)

    def _with_details(self, path: str, entry: Told, row: Mapping[str, Any], before: Optional[Told],
                      give_up: float) -> Told:
        """The container with its arguments and start: as they were, or asked for when it is seen for the first time."""
        if before is not None and before.arguments is not None and not self._restarted(before, row):
            return entry._replace(arguments=before.arguments, started_seconds=before.started_seconds)
        if self._clock() >= give_up or self._stopping.is_set():
            return entry
        try:
            return _detailed(entry, self._ask(path, "/containers/%s/json" % entry.id, give_up))
        except EngineError:                    # it ended meanwhile; or an engine that is slow: asked again
            return entry

    def _restarted(self, before: Told, row: Mapping[str, Any]) -> bool:
        started = before.started_seconds
        return bool(started is not None and _YOUNG.match(_text(row.get("Status")))
                    and self._wall() - started > _YOUNG_SECONDS)

    def _ask(self, path: str, target: str, give_up: float) -> Any:
        try:
            body = get(path, target, min(REQUEST_SECONDS, give_up - self._clock()))
            if body.count(b",") > ANSWER_COMMAS:
                raise EngineError("its answer has too many parts")
            return json.loads(body.decode("utf-8", "replace"))
        except OSError as problem:
            raise EngineError(problem.strerror or str(problem) or type(problem).__name__) from None
        except (ValueError, RecursionError):
            raise EngineError("its answer is no JSON") from None


# -- HTTP over a Unix socket -------------------------------------------------------------------------------------------


def get(path: str, target: str, seconds: float) -> bytes:
    """The body of a 200. OSError or EngineError.

    Asked by HTTP/1.0: the answer ends with its length or with the connection, and never comes in chunks.
    """
    give_up = time.monotonic() + seconds
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_left(give_up))
        connection.connect(path)
        connection.sendall(b"GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" % target.encode("ascii"))
        head, _, body = _received(connection, give_up).partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise EngineError("its answer is not HTTP")
    if words[1] != b"200":
        raise EngineError("it answered %s" % words[1].decode("ascii"))
    return body


def _received(connection: socket.socket, give_up: float) -> bytes:
    """The whole answer. The time is for all of it: an engine may drip."""
    received = bytearray()
    length = None
    headed = False
    while length is None or len(received) < length:
        connection.settimeout(_left(give_up))
        try:
            piece = connection.recv(65536)
        except socket.timeout:
            continue                                    # _left says it better
        if not piece:
            break
        received += piece
        if len(received) > ANSWER_BYTES:
            raise EngineError("its answer is longer than %d MiB" % (ANSWER_BYTES >> 20))
        if not headed and b"\r\n\r\n" in received:
            headed, length = True, _whole_length(bytes(received))
    if length is not None and len(received) < length:
        raise EngineError("its answer was cut off")
    return bytes(received[:length])


def _left(give_up: float) -> float:
    left = give_up - time.monotonic()
    if left <= 0:
        raise EngineError("no answer in time")
    return left


def _whole_length(received: bytes) -> Optional[int]:
    """Head and body, where the head tells; None where the end of the connection does."""
    head, _, _ = received.partition(b"\r\n\r\n")
    found = re.search(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*(?:\r\n|$)", head, re.IGNORECASE)
    return len(head) + 4 + int(found.group(1)) if found is not None else None


# -- what is kept of an answer -----------------------------------------------------------------------------------------


def _text(value: Any, characters: int = TEXT_CHARACTERS) -> str:
    """Foreign text as it may be served; "" of what is none. JSON can spell halves of characters."""
    return value[:characters].encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _texts(value: Any, characters: int = TEXT_CHARACTERS) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    return tuple(_text(part, characters) for part in value[:_LIST_MOST] if isinstance(part, str)) \
        if isinstance(value, list) else ()


def _number(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


def _version(answer: Any) -> dict[str, str]:
    if not isinstance(answer, dict):
        raise EngineError("its version is none")
    return {name: _text(answer[name]) for name in _VERSION if isinstance(answer.get(name), str)}


def _told(row: Any) -> Optional[Told]:
    """A row of the list; None of one without an id. An id that is none never gets into the path of a request."""
    if not isinstance(row, dict) or not isinstance(row.get("Id"), str) or not _ID.fullmatch(row["Id"]):
        return None
    health = _HEALTH.search(_text(row.get("Status")))
    return Told(row["Id"], tuple(name for name in _texts(row.get("Names")) if name.lstrip("/")),
                _text(row.get("Image")), _text(row.get("State")) or "running",
                health.group(1) if health is not None else None, _number(row.get("Created")),
                _text(row.get("Command"), COMMAND_CHARACTERS), _published(row.get("Ports")))


def _published(ports: Any) -> tuple[Published, ...]:
    """Each once, though engines list the addresses of IPv4 and IPv6 apart."""
    found = {}
    for port in ports[:_LIST_MOST] if isinstance(ports, list) else ():
        private = _number(port.get("PrivatePort")) if isinstance(port, dict) else None
        if private is not None:
            found[Published(private, _number(port.get("PublicPort")) or None, _text(port.get("Type"), 16))] = True
    return tuple(found)


def _detailed(entry: Told, answer: Any) -> Told:
    config = answer.get("Config") if isinstance(answer, dict) else None
    state = answer.get("State") if isinstance(answer, dict) else None
    if not isinstance(config, dict):
        return entry
    arguments: list[str] = []
    left = COMMAND_CHARACTERS                     # of all: a thousand containers may have scripts for arguments
    for text in (*_texts(config.get("Entrypoint"), left), *_texts(config.get("Cmd"), left)):
        arguments.append(text[:left])
        left -= len(text) + 1
        if left <= 0:
            break
    return entry._replace(arguments=tuple(arguments),
                          started_seconds=_seconds(state.get("StartedAt")) if isinstance(state, dict) else None)


def _seconds(text: Any) -> Optional[float]:
    """Seconds since 1970 of "2025-10-09T08:53:20.123456789Z"; None of what is no such time, and of the year 1."""
    import datetime  # here, because few have an engine

    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None or found.group(1) == "0001":
        return None
    try:
        year, month, day, hour, minute, second = [int(part) for part in found.groups()[:6]]
        moment = datetime.datetime(year, month, day, hour, minute, second, 0, datetime.timezone.utc).timestamp()
    except (ValueError, OverflowError):
        return None
    offset = (int(found.group(9)) * 60 + int(found.group(10))) * 60 if found.group(8) else 0
    return moment + float(found.group(7) or 0) + (offset if found.group(8) == "-" else -offset)
