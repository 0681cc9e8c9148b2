"""answers: what passes between the server and the endpoints: a Request comes in, an Answer or a Refused goes back."""
from __future__ import annotations

import json
import threading

from .typed import Any, Callable, Iterable, NamedTuple, Optional, Sequence

try:
    import zlib
except ImportError:                    # Buildroot builds Python without it unless asked
    zlib = None                        # type: ignore[assignment]

JSON = "application/json"
HEALTH = "application/health+json"
# Shorter bodies fit one packet as they are.
GZIP_FROM_BYTES = 1400

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False).encode


_zipping = threading.Lock()            # held while an Answer is given the lock of its own


class Request(NamedTuple):
    """What a request head says, as far as anyone here asks."""

    method: str
    path: tuple[str, ...]                    # decoded segments; ("*",) for OPTIONS *
    query: tuple[tuple[str, str], ...]       # decoded names and values in their order; () without a query
    host: Optional[str]                      # without port and brackets, lower case; None where HTTP/1.0 names none
    keep_alive: bool
    is_http10: bool
    accept: Optional[str]                    # the ranges as they came; None: no Accept header
    accepts_gzip: bool
    body_bytes: int                          # Content-Length
    expects_continue: bool
    authorization: Optional[bytes]
    origin: Optional[str]


class Refused(Exception):
    """A request that gets an error: HTTP status, a message for the caller, and header lines beside the usual ones."""

    def __init__(self, status: int, message: str, *headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class Answer:
    """A body and its type. The compressed form is made once, when first asked for; `sent` is of `server.replies`.

    `headers`: further lines, `Name: value`. One that the server sends with every answer (Cache-Control, policies) is
    replaced by the line given here; Vary lines are joined.
    """

    __slots__ = ("body", "content_type", "headers", "sent", "status", "_gzipped", "_zipping", "__weakref__")
    # Level, bits of the window and memory level of zlib.
    gzip_options = (5, 15, 8)

    def __init__(self, body: bytes, content_type: str = JSON, status: int = 200, headers: tuple[str, ...] = ()) -> None:
        self.body = body
        self.content_type = content_type
        self.status = status
        self.headers = headers
        self.sent: Any = None
        self._gzipped: Optional[bytes] = None
        self._zipping: Optional[threading.Lock] = None

    @property
    def compressible(self) -> bool:
        return zlib is not None and len(self.body) > GZIP_FROM_BYTES

    @property
    def gzipped(self) -> bytes:
        """The body in gzip's format (RFC 1952: 16 more than the largest window)."""
        if self._gzipped is None:
            with _zipping:
                turn = self._zipping = self._zipping or threading.Lock()
            with turn:                                      # single flight: zlib lets other threads run meanwhile
                if self._gzipped is None:
                    level, window_bits, memory_level = self.gzip_options
                    packer = zlib.compressobj(level, zlib.DEFLATED, 16 + window_bits, memory_level)
                    self._gzipped = packer.compress(self.body) + packer.flush()
        return self._gzipped


# Is given the caller's address before each answer, and raises Refused.
Guard = Callable[[str], None]


class Application:
    """Whom the server asks. `server.app` has the real one; a base class, because 3.7 knows no typing.Protocol."""

    def caller(self, address: str, own: Callable[[], str]) -> None:
        """Refuse a connection by the address that it comes from, "" for a Unix socket. `own`: its local address."""
        raise NotImplementedError

    def prepare(self, request: Request) -> tuple[Callable[[], Answer], tuple[str, ...], Optional[Guard]]:
        """The function that answers a request, header lines for its answer, and its guard. Never raises; they may."""
        raise NotImplementedError

    def error(self, refused: Refused, request: Optional[Request] = None) -> Answer:
        """The answer of an error; `request` is None where none was understood. Never raises."""
        raise NotImplementedError


class Encoded:
    """A list that is already JSON, as `dump` would make it; `make` makes an element again, for the few who ask.

    `keys`: of each element, what it is found by.
    """

    __slots__ = ("body", "_keys", "_make", "_value")

    def __init__(self, body: bytes, keys: Sequence[Any], make: Callable[[int], Any]) -> None:
        self.body = body
        self._keys = keys
        self._make = make
        self._value: Optional[list[Any]] = None

    def value(self) -> list[Any]:
        """The elements, made once and kept."""
        with _making:
            if self._value is None:
                self._value = [self._make(place) for place in range(len(self._keys))]
        return self._value

    def elements(self) -> Iterable[Any]:
        """The elements one after the other: thousands of them take 2 KB each."""
        return map(self._make, range(len(self._keys))) if self._value is None else self._value

    def find(self, name: str) -> Any:
        """The element whose key has this text; None without one."""
        place = next((place for place, key in enumerate(self._keys) if str(key) == name), None)
        return None if place is None else self._make(place)


_making = threading.Lock()


def dump(value: Any) -> bytes:
    """The value as strict JSON in UTF-8. Lone surrogates (bytes of a name that were not UTF-8) become U+FFFD."""
    if isinstance(value, Encoded):
        return value.body
    text = _encode(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()


def error(refused: Refused) -> Answer:
    """The JSON body of an error."""
    body = dump({"error": {"status": refused.status, "message": refused.message}})
    return Answer(body, JSON, refused.status, refused.headers)
