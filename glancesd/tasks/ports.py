"""ports: whether hosts answer and how fast: TCP connections, ICMP echoes and web requests of the section [ports].

Only what the settings file lists is asked, by the ticker, two at once, each within its own time limit.
An echo needs no privilege where net.ipv4.ping_group_range holds the daemon's group, else CAP_NET_RAW.
"""
from __future__ import annotations

import errno
import os
import socket
import struct
import threading
import time

from ..collectors import addresses
from ..lazy import pattern
from ..parsing import ParseError
from ..roots import NoData, Roots
from ..settings.lists import Port, Web
from ..typed import Any, Callable, Match, NamedTuple, Optional, Union
from .jobs import Job
from .lookups import Lookups

# The head of a web answer is read until its first line is whole.
_STATUS_LINE_BYTES = 4096
_STATUS_LINE = pattern(rb"HTTP/1\.[0-9] ([1-9][0-9]{2})(?: |\r|$)")
_PORT_OF_SCHEME = {"http": 80, "https": 443}
_URL = pattern(r"(https?)://(?:([^/?#@]*)@)?(\[[^\]]+\]|[^/?#:@]+)(?::([0-9]{1,5}))?([/?][^#]*)?(?:#.*)?")
_ECHO = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}       # types of the request and of the reply
_TOKEN_BYTES = 8


class Checked(NamedTuple):
    """A check and what came of it last."""

    check: Union[Port, Web]
    host: Optional[str]                  # None: no default gateway is known; "" of a web check
    refresh_seconds: float
    answered: Optional[bool] = None      # None: not asked yet, or nobody here may send an echo
    seconds: Optional[float] = None      # until the connection stood, the echo or the answer's first line was there
    code: Optional[int] = None           # HTTP status of a web check that was answered

    @property
    def level(self) -> str:
        """CAREFUL not asked yet, CRITICAL no answer or a wrong one, WARNING too slow, else OK."""
        if self.answered is None:
            return "CAREFUL"
        if not self.answered or self.code is not None and self.code not in (200, 301, 302):
            return "CRITICAL"
        warning = self.check.rtt_warning_seconds
        return "WARNING" if warning is not None and self.seconds is not None and self.seconds > warning else "OK"


class Forbidden(Exception):
    """This daemon may not send an echo."""


class Check(Job):
    """One check of the settings."""

    def __init__(self, check: Union[Port, Web], refresh_seconds: float, roots: Roots, lookups: Lookups,
                 report: Callable[[str], None]) -> None:
        super().__init__()
        self.item = check, refresh_seconds
        self._roots = roots
        self._lookups = lookups
        self._report = report
        self._routes = addresses.Sampler()
        self._context: Any = None
        self._latest = Checked(check, (check.host or None) if isinstance(check, Port) else "", refresh_seconds)
        self.failed = self._latest._replace(answered=False)

    def result(self) -> Checked:
        return self._latest

    def work(self) -> Checked:
        check, refresh = self.item
        if isinstance(check, Web):
            return self._web(check)
        host = check.host or self._gateway()
        asked = Checked(check, host, refresh)
        if host is None:
            return asked
        try:
            seconds = self._first(host, check.timeout_seconds,
                                  connect if check.port else echo, check.port)
        except Forbidden:
            self._report("ports: no ICMP echo may be sent: net.ipv4.ping_group_range does not hold this group")
            return asked
        return asked._replace(answered=seconds is not None, seconds=seconds)

    def keep(self, outcome: Checked) -> None:
        self._latest = outcome

    def again(self, began: float, ended: float) -> float:
        return began + self.item[1]

    def _gateway(self) -> Optional[str]:
        try:
            route = self._routes(self._roots)
            return route.gateway if route is not None else None
        except (NoData, OSError, ParseError):
            return None

    def _first(self, host: str, seconds: float, ask: Callable[[int, str, int, float], Optional[float]],
               port: int) -> Optional[float]:
        """Seconds that the first of a host's addresses to answer took; None when none does in time."""
        give_up = time.monotonic() + seconds
        for family, address in numeric(host) or self._lookups.addresses(host, seconds):
            left = give_up - time.monotonic()
            took = ask(family, address, port, left) if left > 0 else None
            if took is not None:
                return took
        return None

    def _web(self, check: Web) -> Checked:
        began = time.monotonic()
        give_up = began + check.timeout_seconds
        silent = Checked(check, "", self.item[1], False)
        found = _URL.fullmatch(check.url)
        if found is None:
            return silent
        host = found.group(3).strip("[]")
        for family, address in numeric(host) or self._lookups.addresses(host, check.timeout_seconds):
            try:
                code = self._status(family, address, found, give_up)
            except (OSError, ValueError, OverflowError, ImportError):   # also a certificate that does not hold
                continue
            return silent._replace(answered=True, seconds=time.monotonic() - began, code=code)
        return silent

    def _status(self, family: int, address: str, url: Match[str], give_up: float) -> int:
        scheme, login, host, port, target = url.groups()
        connection = _connected(family, address, int(port or _PORT_OF_SCHEME[scheme]), _left(give_up))
        try:
            if scheme == "https":
                connection = self._secured(connection, host.strip("[]"))
            connection.settimeout(_left(give_up))
            connection.sendall(_request("%s:%s" % (host, port) if port else host, target, login))
            return _code(connection, give_up)
        finally:
            connection.close()

    def _secured(self, connection: socket.socket, host: str) -> socket.socket:
        import ssl  # here, because few check a page by https

        if self._context is None:
            verify = self.item[0].ssl_verify if isinstance(self.item[0], Web) else True
            self._context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
            if verify is False:
                self._context.check_hostname = False
                self._context.verify_mode = ssl.CERT_NONE
        # As bytes: for text Python wants a codec (idna) that small boxes lack.
        secured: socket.socket = self._context.wrap_socket(connection, server_hostname=host.encode("ascii"))
        return secured


# -- addresses and connections -----------------------------------------------------------------------------------------


def numeric(host: str) -> list[tuple[int, str]]:
    """The one address that a numeric host is; [] of a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host.partition("%")[0])
            return [(int(family), host)]
        except (OSError, ValueError):
            continue
    return []


def _target(family: int, address: str, port: int) -> tuple[Any, ...]:
    address, _, zone = address.partition("%")
    if family != socket.AF_INET6:
        return address, port
    return address, port, 0, socket.if_nametoindex(zone) if zone else 0


def _connected(family: int, address: str, port: int, seconds: float) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(_target(family, address, port))
        return connection
    except BaseException:
        connection.close()
        raise


def connect(family: int, address: str, port: int, seconds: float) -> Optional[float]:
    """Seconds until a TCP connection stood; None when it was refused, or not there in time."""
    began = time.monotonic()
    try:
        _connected(family, address, port, seconds).close()
    except OSError:
        return None
    return time.monotonic() - began


# -- ICMP --------------------------------------------------------------------------------------------------------------


def echo(family: int, address: str, port: int, seconds: float) -> Optional[float]:
    """Seconds until the reply to an ICMP echo; None without one in time. Forbidden."""
    began = time.monotonic()
    token = os.urandom(_TOKEN_BYTES)
    request, reply = _ECHO[socket.AddressFamily(family)]
    try:
        with _icmp_socket(family) as connection:
            connection.settimeout(seconds)
            connection.connect(_target(family, address, 0))
            connection.send(_echo(request, token))
            while True:
                connection.settimeout(max(0.001, began + seconds - time.monotonic()))
                if _is_reply(connection.recv(2048), reply, token):
                    return time.monotonic() - began
                if time.monotonic() - began >= seconds:
                    return None
    except OSError:
        return None


def _icmp_socket(family: int) -> socket.socket:
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, protocol)
        except OSError as problem:
            if problem.errno not in (errno.EACCES, errno.EPERM, errno.EPROTONOSUPPORT):
                raise
    raise Forbidden


def _echo(kind: int, token: bytes) -> bytes:
    """Identifier and sequence are the kernel's to set, or of no matter: the token tells replies apart."""
    identifier = threading.get_ident() & 0xFFFF
    return struct.pack("!BBHHH", kind, 0, _checksum(struct.pack("!BBHHH", kind, 0, 0, identifier, 1) + token),
                       identifier, 1) + token


def _checksum(packet: bytes) -> int:
    """RFC 1071. The kernel works out ICMPv6's itself."""
    total: int = sum(struct.unpack("!%dH" % (len(packet) // 2), packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _is_reply(packet: bytes, kind: int, token: bytes) -> bool:
    """A raw IPv4 socket hands over the IP header too; our own request to loopback comes back as another kind."""
    if packet[:1] and packet[0] >> 4 == 4 and len(packet) >= 20 + 8 + len(token):
        packet = packet[(packet[0] & 15) * 4:]
    return packet[:1] == bytes((kind,)) and packet[8:] == token


# -- web ---------------------------------------------------------------------------------------------------------------


def _left(give_up: float) -> float:
    left = give_up - time.monotonic()
    if left <= 0:
        raise socket.timeout("timed out")
    return left


def _request(host: str, target: Optional[str], login: Optional[str]) -> bytes:
    import base64
    from urllib.parse import quote, unquote_to_bytes

    target = quote(target or "/", safe="/?&=%:@!$'()*+,;~-._#[]")
    lines = ["GET %s HTTP/1.1" % (target if target.startswith("/") else "/" + target), "Host: " + host,
             "User-Agent: glancesd", "Accept: */*", "Connection: close"]
    if login is not None:
        lines.append("Authorization: Basic " + base64.b64encode(unquote_to_bytes(login)).decode("ascii"))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _code(connection: socket.socket, give_up: float) -> int:
    received = b""
    while b"\n" not in received and len(received) < _STATUS_LINE_BYTES:
        connection.settimeout(_left(give_up))
        piece = connection.recv(_STATUS_LINE_BYTES)
        if not piece:
            break
        received += piece
    found = _STATUS_LINE.match(received)
    if found is None:
        raise ValueError("no HTTP")
    return int(found.group(1))
