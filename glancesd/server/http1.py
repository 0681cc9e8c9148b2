"""http1: the head of an HTTP/1.x request, from bytes (RFC 9110, RFC 9112). Pure: a Request, or the one error Refused.

Strict where leniency has let requests be smuggled past proxies (bare CR or LF, folded lines, spaces before a colon,
Transfer-Encoding, differing Content-Length): such a connection is refused and closed. http.server's reader is lenient
there, brings email (6 MB resident with what else it needs), and answers 10,000 requests a second on kept connections
where this one answers 71,000.
"""
from __future__ import annotations

import re
import time

from ..answers import Refused, Request
from ..lazy import pattern
from ..typed import Optional

REQUEST_LINE_BYTES = 8192
HEADERS_BYTES = 16384
HEADER_LINES = 64
QUERY_PAIRS = 128               # further ones are dropped, as those are that nobody asks for

_END = b"\r\n\r\n"
# What a head must not have: a NUL, or half a line break.
_BROKEN = pattern(rb"\x00|\r(?!\n)|(?<!\r)\n")
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = pattern(rb"(" + _TOKEN + rb") ([^\x00-\x20\x7f]+) HTTP/([0-9]+\.[0-9]+)\Z")
_NAME = pattern(_TOKEN)
_CONTROL = pattern(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ABSOLUTE = pattern(rb"https?://([^/?#]*)(.*)\Z", re.IGNORECASE)
_HOST = pattern(rb"(\[[0-9A-Fa-f:.]+(?:%[0-9A-Za-z._~-]+)?\]|[0-9A-Za-z._~%!$&'()*+,;=-]*)(?::[0-9]*)?\Z")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

def date(seconds: float) -> str:
    """`Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7), whatever the locale. `seconds`: since the epoch.

    email.utils has one too, and brings a megabyte of parsers with it.
    """
    year, month, day, hour, minute, second, weekday, _, _ = time.gmtime(seconds)
    return "%s, %02d %s %04d %02d:%02d:%02d GMT" % (_DAYS[weekday], day, _MONTHS[month - 1], year, hour, minute, second)


def split(received: bytes) -> tuple[Optional[bytes], bytes]:
    """The first whole head in what was received and what follows it; None and what was received if it is not whole."""
    while received.startswith(b"\r\n"):              # RFC 9112 2.2: ignore empty lines before a request
        received = received[2:]
    end = received.find(_END)
    head = received if end < 0 else received[:end + 4]
    line = head.find(b"\r\n")
    if (len(head) if line < 0 else line) > REQUEST_LINE_BYTES:
        raise Refused(414, "the request line is longer than %d bytes" % REQUEST_LINE_BYTES)
    if line >= 0 and len(head) - line - 4 > HEADERS_BYTES:
        raise Refused(431, "the headers are longer than %d bytes" % HEADERS_BYTES)
    if head.count(b"\r\n") > HEADER_LINES + 2:
        raise Refused(431, "more than %d header lines" % HEADER_LINES)
    broken = _BROKEN.search(head)
    if broken and broken.end() < len(received):     # a CR that ends what has come so far may yet get its LF
        raise Refused(400, "a line of the request is broken by a lone CR, LF or NUL")
    return (None, received) if end < 0 else (head, received[end + 4:])


def parse(head: bytes) -> Request:
    """The request of a whole head, blank line included."""
    lines = head[:-4].split(b"\r\n")
    match = _REQUEST_LINE.match(lines[0])
    if not match:
        raise Refused(400, "not an HTTP request line")
    method, target, version = match.groups()
    if version not in (b"1.0", b"1.1"):
        raise Refused(505, "HTTP/%s is not spoken here: HTTP/1.0 and HTTP/1.1 are" % version.decode())
    headers = _headers(lines[1:])
    if b"transfer-encoding" in headers:
        raise Refused(400, "Transfer-Encoding is not accepted")
    is_http10 = version == b"1.0"
    hosts = headers.get(b"host", [])
    if len(hosts) != 1 and not (is_http10 and not hosts):
        raise Refused(400, "exactly one Host header is needed")
    host = _host(hosts[0]) if hosts else None
    absolute = _ABSOLUTE.match(target)
    if absolute:                                     # RFC 9112 3.2.2: the target's authority wins
        host, target = _host(absolute.group(1)), absolute.group(2)
        target = target if target.startswith(b"/") else b"/" + target
    connection = _tokens(headers, b"connection")
    path, _, query = target.partition(b"#")[0].partition(b"?")
    return Request(
        method.decode(), _path(path, method), _query(query) if query else (), host,
        b"keep-alive" in connection if is_http10 else b"close" not in connection, is_http10,
        _text(b", ".join(headers[b"accept"])) if b"accept" in headers else None, _accepts_gzip(headers),
        _content_length(headers), b"100-continue" in _tokens(headers, b"expect"),
        headers.get(b"authorization", [None])[0], _text(headers.get(b"origin", [None])[0]))


def _headers(lines: list[bytes]) -> dict[bytes, list[bytes]]:
    headers: dict[bytes, list[bytes]] = {}
    for line in lines:
        # Not one pattern for the whole: around a run of spaces it would try every division of it.
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name) or _CONTROL.search(value):
            raise Refused(400, "not a header line: %r" % line[:60].decode("ascii", "replace"))
        headers.setdefault(name.lower(), []).append(value.strip(b" \t"))
    return headers


def _tokens(headers: dict[bytes, list[bytes]], name: bytes) -> list[bytes]:
    return [token.strip().lower() for value in headers.get(name, ()) for token in value.split(b",")]


def _text(value: Optional[bytes]) -> Optional[str]:
    return None if value is None else value.decode("latin-1")


def _content_length(headers: dict[bytes, list[bytes]]) -> int:
    lengths = set(headers.get(b"content-length", ()))
    if not lengths:
        return 0
    length = lengths.pop()
    if lengths or not length.isdigit() or len(length) > 18:
        raise Refused(400, "Content-Length is not one number")
    return int(length)


def _accepts_gzip(headers: dict[bytes, list[bytes]]) -> bool:
    for token in _tokens(headers, b"accept-encoding"):
        coding, _, weight = token.partition(b";")
        if coding.strip() in (b"gzip", b"x-gzip"):
            return not re.match(rb"\s*q\s*=\s*0(\.0*)?\s*\Z", weight)
    return False


def _host(authority: bytes) -> str:
    match = _HOST.match(authority)                   # a user before an "@" is refused: RFC 9110 4.2.4
    if not match:
        raise Refused(400, "not a host: %r" % authority[:60].decode("ascii", "replace"))
    return match.group(1).strip(b"[]").decode().lower()


def _path(path: bytes, method: bytes) -> tuple[str, ...]:
    """The decoded segments: %2F is decoded after the path is split, so a segment may hold a slash."""
    if path == b"*" and method == b"OPTIONS":
        return ("*",)
    if not path.startswith(b"/"):
        raise Refused(400, "the request target is not a path")
    try:
        return tuple(_unquoted(segment).decode() for segment in path[1:].split(b"/"))
    except UnicodeDecodeError:
        raise Refused(400, "the path is not UTF-8") from None


def _query(query: bytes) -> tuple[tuple[str, str], ...]:
    """Pairs as an HTML form sends them. Nothing is malformed: most callers add one that nobody here asks for."""
    pairs = []
    for pair in filter(None, query.split(b"&", QUERY_PAIRS)[:QUERY_PAIRS]):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        pairs.append((_unquoted(name).decode("utf-8", "replace"), _unquoted(value).decode("utf-8", "replace")))
    return tuple(pairs)


def _unquoted(text: bytes) -> bytes:
    if b"%" not in text:
        return text
    from urllib.parse import unquote_to_bytes  # here, because few ask so, and it costs 1 MB resident
    return unquote_to_bytes(text)
