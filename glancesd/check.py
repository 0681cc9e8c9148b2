"""check: `glancesd --check URL`, the health check of boxes without curl (Docker, procd, OpenRC, cron).

    $ glancesd --check http://127.0.0.1:61208          pass: http://127.0.0.1:61208/healthz              exit status 0
    $ glancesd --check http://127.0.0.1:61208/readyz   fail: http://127.0.0.1:61208/readyz: HTTP 503     exit status 1
    $ glancesd --check unix:/run/glancesd.sock         cannot ask unix:/run/glancesd.sock: Connection refused       2
    $ glancesd --check https://localhost:61208         of this machine itself, a certificate is not verified
    $ glancesd -C FILE --check self/livez              the daemon that FILE starts

Asks over a bare socket: `http.client` and `create_connection` need the `idna` codec, which OpenWrt splits off.
"""
from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from contextlib import suppress

from .log import LINE_CHARACTERS, printable
from .settings import Settings
from .typed import Any, Callable, NamedTuple

PASSED, FAILED, NOT_ASKED = 0, 1, 2

DEFAULT_PATH = "/healthz"
DEFAULT_PORTS = {"http": 80, "https": 443}
OWN = "self"
# A daemon that listens everywhere, on IPv6 unless the kernel has none.
EVERY = ("::1", "127.0.0.1")
# From the name look-up to the last byte; what calls a health check allows it seconds.
LIMIT_SECONDS = 5.0
# A health answer has a few hundred bytes; of more, this much is read.
ANSWER_BYTES = 1 << 20


class Target(NamedTuple):
    """What to ask, and the request's path and Host. A Unix socket has no host, and its path as `address`."""

    address: str                # a name, an address (of IPv6 perhaps with a zone: fe80::1%eth0), or a socket's path
    port: int                   # 0 for a Unix socket
    is_tls: bool
    host: str
    path: str
    url: str


class NotAsked(Exception):
    """No answer could be had; the message says why."""


def standard_output(line: str) -> None:
    """Print a line. Where it cannot be written (a full disk, a closed pipe), the exit status alone tells.

    Not by way of sys.stdout, which would fail at exit with status 120.
    """
    with suppress(OSError, AttributeError):             # None: closed before the start
        os.write(sys.stdout.fileno(), line.encode("utf-8", "replace") + b"\n")


def check(url: str, settings: Settings, write: Callable[[str], Any] = standard_output) -> int:
    """Ask once; one line to `write`. 0: 2xx, not status "fail"; 1: another answer; 2: no answer, or not such a URL.

    `url` as for `parse`, or `self[/PATH]`: the daemon that these settings start.
    """
    verdict: list[tuple[int, str]] = []
    try:
        targets = [parse(one) for one in (own_urls(settings, url[len(OWN):]) if is_own(url) else [url])]
        # In a thread: nothing else bounds a name look-up, or a server that sends a byte now and then.
        asking = threading.Thread(target=lambda: verdict.append(_first_verdict(targets)), name="check", daemon=True)
        asking.start()
        asking.join(LIMIT_SECONDS)
    except ValueError as problem:
        verdict.append((NOT_ASKED, "cannot ask %s: %s" % (url, problem)))
    if not verdict:
        verdict.append((NOT_ASKED, "cannot ask %s: no answer within %g seconds" % (url, LIMIT_SECONDS)))
    status, line = verdict[0]
    line = printable(line)
    write(line if len(line) <= LINE_CHARACTERS else line[:LINE_CHARACTERS - 1] + "…")
    return status


def is_own(url: str) -> bool:
    """Whether it names no place, but the daemon of the settings."""
    return url == OWN or url.startswith(OWN + "/")


def own_urls(settings: Settings, path: str = "") -> list[str]:
    """Where the daemon of these settings answers on this machine; ValueError when they do not tell.

    A Unix socket is asked for DEFAULT_PATH whatever the path: its URL has none.
    """
    address = settings.bind_address
    if address is not None and address.startswith("unix:"):
        return [address]
    if not settings.port:
        raise ValueError("port 0 is a free one, which nobody knows beforehand")
    hosts = {None: EVERY, "::": EVERY, "0.0.0.0": EVERY[1:]}.get(address, (address or "",))
    return ["%s://%s:%d%s" % ("https" if settings.tls_cert else "http",
                              "[%s]" % host.replace("%", "%25") if ":" in host else host, settings.port, path)
            for host in hosts]


def parse(url: str) -> Target:
    """`http://HOST[:PORT][/PATH]`, or https, or `unix:/SOCKET`. ValueError, saying what is wrong, for all else."""
    if url.startswith("unix:/"):
        return Target(url[len("unix:"):], 0, False, "localhost", DEFAULT_PATH, url)
    scheme, separator, rest = url.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in DEFAULT_PORTS:
        raise ValueError("not an http://, https:// or unix:/ URL")
    if not url.isprintable() or not url.isascii() or " " in url:
        raise ValueError("a character that no URL holds")
    authority, slash, path = rest.partition("#")[0].partition("/")
    if "?" in authority or "@" in authority:
        raise ValueError("not HOST[:PORT]: %s" % authority)
    host, port = _host_and_port(authority, DEFAULT_PORTS[scheme])
    path = slash + path if path else DEFAULT_PATH
    return Target(host, port, scheme == "https", authority, path, "%s://%s%s" % (scheme, authority, path))


def _host_and_port(authority: str, default_port: int) -> tuple[str, int]:
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        if not bracket or ":" not in host or rest[:1] not in ("", ":"):
            raise ValueError("not [ADDRESS]:PORT: %s" % authority)
        address, _, zone = host.partition("%")
        host, port = address + ("%" + (zone[2:] if zone.startswith("25") else zone) if zone else ""), rest[1:]
    else:
        host, _, port = authority.partition(":")
    if not host:
        raise ValueError("no host")
    if not port:
        return host, default_port
    if not port.isdigit() or len(port) > 5 or not 0 < int(port) < 65536:
        raise ValueError("not a port: %s" % port)
    return host, int(port)


def _connect(target: Target) -> socket.socket:
    """A connection to the first address of the name that takes one, IPv6 or IPv4; OSError of the last that did not."""
    if not target.port:
        return _connected(socket.AF_UNIX, target.address, LIMIT_SECONDS)
    give_up = time.monotonic() + LIMIT_SECONDS
    # `localhost` is loopback by definition (RFC 6761), also where no /etc/hosts says so.
    hosts = EVERY if target.address.lower() == "localhost" else (target.address,)
    # As bytes: of text it asks the idna codec.
    found = [address for host in hosts
             for address in socket.getaddrinfo(host.encode("ascii"), target.port, type=socket.SOCK_STREAM)]
    problem = OSError("no address")
    for number, (family, _, _, _, address) in enumerate(found):
        try:
            # One that swallows packets leaves time for the others.
            return _connected(family, address, max(0.1, (give_up - time.monotonic()) / (len(found) - number)))
        except OSError as reason:
            problem = reason
    raise problem


def _connected(family: int, address: Any, seconds: float) -> socket.socket:
    channel = socket.socket(family, socket.SOCK_STREAM)
    try:
        channel.settimeout(seconds)
        channel.connect(address)
        channel.settimeout(LIMIT_SECONDS)
    except BaseException:
        channel.close()
        raise
    return channel


def _encrypted(channel: socket.socket, host: str) -> socket.socket:
    """The connection under TLS.

    This machine's own daemon mostly has a certificate that it made itself, in the name by which others call it, and
    nobody is between: only another machine has to show one that this one trusts (SSL_CERT_FILE adds one).
    """
    try:
        import ssl
    except ImportError:
        raise NotAsked("this Python has no ssl module") from None
    context = ssl.create_default_context()
    if _is_own(channel):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(channel, server_hostname=host.partition("%")[0])
    except ssl.SSLError as problem:
        raise NotAsked("TLS: %s" % (getattr(problem, "verify_message", "") or problem.reason or problem)) from None


def _is_own(channel: socket.socket) -> bool:
    """Whether the other end is on this machine."""
    peer = str(channel.getpeername()[0])
    return peer.startswith("127.") or peer == channel.getsockname()[0]


def _ask(target: Target) -> tuple[int, bytes]:
    """Status code and body."""
    request = "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: glancesd-check\r\n\r\n" % (target.path, target.host)
    with _connect(target) as plain, _encrypted(plain, target.address) if target.is_tls else plain as channel:
        channel.sendall(request.encode("ascii"))
        answer = b""
        while len(answer) < ANSWER_BYTES:
            piece = channel.recv(65536)
            if not piece:
                break
            answer += piece
            if _is_whole(answer):
                break
    head, _, body = answer.partition(b"\r\n\r\n")
    first = head.split(b"\r\n", 1)[0].split(b" ", 2)
    if not answer:
        raise NotAsked("closed without an answer")
    if len(first) < 2 or not first[0].startswith(b"HTTP/1.") or len(first[1]) != 3 or not first[1].isdigit():
        raise NotAsked("the answer is not HTTP")
    return int(first[1]), body


def _is_whole(answer: bytes) -> bool:
    """Whether the answer is as long as it says: a server that keeps the connection open need not be waited for."""
    head, end, body = answer.partition(b"\r\n\r\n")
    for field in head.split(b"\r\n")[1:]:
        name, _, value = field.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return bool(end) and len(body) >= int(value.strip()[:9])
    return False


def _first_verdict(targets: list[Target]) -> tuple[int, str]:
    """Of the first one that answers; of the last, if none does."""
    for target in targets:
        verdict = _verdict(target)
        if verdict[0] != NOT_ASKED:
            break
    return verdict


def _verdict(target: Target) -> tuple[int, str]:
    """Exit status and line."""
    try:
        code, body = _ask(target)
    except NotAsked as problem:
        return NOT_ASKED, "cannot ask %s: %s" % (target.url, problem)
    except (OSError, ValueError) as problem:
        return NOT_ASKED, "cannot ask %s: %s" % (target.url, getattr(problem, "strerror", None) or problem)
    health = _health(body)
    complaints = _complaints(health)
    if not 200 <= code < 300:
        return FAILED, "fail: " + ": ".join([target.url, "HTTP %d" % code, *complaints])
    status = health.get("status")
    if status == "fail":
        return FAILED, "fail: " + ": ".join([target.url, *complaints])
    return PASSED, "%s: %s" % ("warn" if status == "warn" else "pass", ": ".join([target.url, *complaints]))


def _health(body: bytes) -> dict[str, Any]:
    try:
        health = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}           # some other page: its status code is all there is to judge
    return health if isinstance(health, dict) else {}


def _complaints(health: dict[str, Any]) -> list[str]:
    """Names of the `checks` of application/health+json that do not pass, and what each says: one item or none."""
    checks = health.get("checks")
    found = []
    for name, entries in (checks.items() if isinstance(checks, dict) else ()):
        for entry in entries if isinstance(entries, list) else [entries]:
            if isinstance(entry, dict) and entry.get("status", "pass") != "pass":
                found.append("%s (%s)" % (name, entry["output"]) if entry.get("output") else name)
    return [", ".join(found)] if found else []
