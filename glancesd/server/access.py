"""access: may this caller ask this? The network that it calls from, the Host that it names, the password that it gives.

Without a password only the loopback and private networks are served, and only under a name that is this machine's own:
a page on some other site whose name was pointed here (DNS rebinding) names its own. With a password both checks give
way to it.
"""
from __future__ import annotations

import time
from functools import lru_cache

from .. import ip
from ..answers import Refused, Request
from ..settings import Settings
from ..typed import TYPE_CHECKING, Callable, Iterable, Optional

if TYPE_CHECKING:
    from .passwords import Credentials

PRIVATE_NETWORKS = tuple(map(ip.network, (
    "127.0.0.0/8", "::1/128",                              # loopback
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",       # RFC 1918
    "169.254.0.0/16", "fe80::/10",                         # link-local
    "fc00::/7",                                            # unique local
    "100.64.0.0/10")))                                     # carrier-grade NAT
# Suffixes that name a machine on a local network and that nobody can register; any other could be an attacker's.
LOCAL_SUFFIXES = ("local", "lan", "home", "home.arpa", "internal", "localdomain")
# Matching an address against the networks is the dearest part of accepting a connection: the latest results are kept.
CALLERS_REMEMBERED = 64
# A guess that comes sooner after another is answered so much later: 14 connections that guessed as fast as they were
# answered cost 1.2 processors, and cost 0.05 with this. One wrong password now and then is refused at once.
GUESS_SECONDS = 0.1


class Access:
    """The rules made of one Settings. State: the latest CALLERS_REMEMBERED, and when somebody guessed last."""

    def __init__(self, settings: Settings, hostnames: Iterable[str], credentials: Optional[Credentials],
                 clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._guessed_at = -GUESS_SECONDS
        self._credentials = credentials
        allowed = tuple(ip.network(network.with_prefixlen) for network in settings.allow_from)
        self._networks = allowed or (() if credentials else PRIVATE_NETWORKS)
        self._is_served = lru_cache(maxsize=CALLERS_REMEMBERED)(self._look_up)
        self._hosts = {name.lower().rstrip(".") for name in settings.allowed_host}.union(*map(_own_names, hostnames))
        self._origins = frozenset(settings.cors_origin)

    @property
    def needs_password(self) -> bool:
        return self._credentials is not None

    def caller(self, address: str, own: Callable[[], str] = str) -> None:
        """Refuse a connection by where it comes from; `address` is "" for a Unix socket.

        `own` tells the connection's local address. A peer of the same address is this machine, which asked for itself
        by a public address: it is served where loopback is.
        """
        if not address or not self._networks or self._is_served(address):
            return
        if address == own() and self._is_served("127.0.0.1" if "." in address else "::1"):
            return
        raise Refused(403, "%s is not in a network that is served here: see --allow-from (or set a password)" % address)

    def _look_up(self, address: str) -> bool:
        caller = ip.address(address)
        return caller is not None and any(network.has(caller) for network in self._networks)

    def host(self, request: Request) -> None:
        """Refuse a name that is not this machine's, where no password protects it."""
        if self._credentials is not None or request.host is None:
            return
        host = request.host.rstrip(".")
        if host not in self._hosts and not _is_address(host):
            raise Refused(421, "this server is not known as %s: see --allowed-host (or set a password)"
                          % (host or "''"))

    def password(self, request: Request, address: str) -> None:
        """Refuse wrong or missing credentials of a caller, where a password is set."""
        if self._credentials is None:
            return
        from .hashing import Busy  # here, because most daemons have no password
        try:
            good = self._credentials.good(request.authorization, address)
        except Busy:
            self._slow_down()
            raise Refused(503, "too many passwords are being checked", "Retry-After: 1") from None
        if not good:
            if request.authorization is not None:
                self._slow_down()
            raise Refused(401, "a user name and a password are needed",
                          'WWW-Authenticate: Basic realm="glancesd", charset="UTF-8"')

    def _slow_down(self) -> None:
        now = self._clock()
        soon, self._guessed_at = now - self._guessed_at < GUESS_SECONDS, now
        if soon:
            self._sleep(GUESS_SECONDS)

    def cors(self, request: Request) -> tuple[str, ...]:
        """Header lines that let the page of an allowed origin read the answer; none unless origins are configured."""
        if not self._origins:
            return ()
        if "*" in self._origins:
            return ("Access-Control-Allow-Origin: *",)
        if request.origin not in self._origins:
            return ("Vary: Origin",)
        allow = ("Vary: Origin", "Access-Control-Allow-Origin: %s" % request.origin)
        return (*allow, "Access-Control-Allow-Credentials: true") if self._credentials is not None else allow

    def preflight(self, request: Request) -> tuple[str, ...]:
        """As `cors`, for the question that a browser asks before it sends what is not a plain GET."""
        lines = self.cors(request)
        if any(line.startswith("Access-Control-Allow-Origin") for line in lines):
            lines += ("Access-Control-Allow-Methods: GET, HEAD, OPTIONS",
                      "Access-Control-Allow-Headers: Authorization, Content-Type", "Access-Control-Max-Age: 600")
        return lines


def _own_names(hostname: str) -> frozenset[str]:
    full = hostname.lower().rstrip(".")
    bare = full.partition(".")[0]
    names = {"localhost", full, bare}
    names.update("%s.%s" % (bare, suffix) for suffix in LOCAL_SUFFIXES)
    return frozenset(name for name in names if name and not name.startswith("."))


def _is_address(host: str) -> bool:
    """Whether the Host is an address; one of IPv6 may name a zone: `fe80::1%eth0`, in a URI `fe80::1%25eth0`."""
    return ip.address(host) is not None and (":" in host or "%" not in host)
