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
# Sets of bytes, not patterns: six of those, compiled at the first request, are 3 % of a start.
_DIGITS = b"0123456789"
_LETTERS = _DIGITS + b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_OF_TOKEN = _LETTERS + b"!#$%&'*+.^_`|~-"
_OF_HOST = _LETTERS + b"._~%!$&'()*+,;=-"
_CONTROL = bytes(range(0x20)) + b"\x7f"
_ADDRESS = pattern(rb"\[([0-9A-Fa-f:.]+(?:%[0-9A-Za-z._~-]+)?)\]")
_ABSOLUTE = pattern(rb"https?://([^/?#]*)(.*)\Z", re.IGNORECASE)
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
    text = head[:-1] if head.endswith(b"\r") else head           # that one may yet get its LF
    text = text.replace(b"\r\n", b"")
    if b"\r" in text or b"\n" in text or b"\0" in text:
        raise Refused(400, "a line of the request is broken by a lone CR, LF or NUL")
    return (None, received) if end < 0 else (head, received[end + 4:])


def parse(head: bytes) -> Request:
    """The request of a whole head, blank line included."""
    lines = head[:-4].split(b"\r\n")
    method, target, version = _request_line(lines[0])
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
    absolute = _ABSOLUTE.match(target) if not target.startswith(b"/") else None
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


def _request_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Method, target and version."""
    words = line.split(b" ")
    if len(words) == 3:
        method, target, protocol = words
        name, _, version = protocol.partition(b"/")
        major, _, minor = version.partition(b".")
        if (method and not _has_others(_OF_TOKEN, method) and target and not _has_any(_CONTROL, target)
                and name == b"HTTP" and major.isdigit() and minor.isdigit()):
            return method, target, version
    raise Refused(400, "not an HTTP request line")


def _has_any(of: bytes, text: bytes) -> bool:
    return len(text.translate(None, of)) != len(text)


def _has_others(than: bytes, text: bytes) -> bool:
    return bool(text.translate(None, than))


def _headers(lines: list[bytes]) -> dict[bytes, list[bytes]]:
    headers: dict[bytes, list[bytes]] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or _has_others(_OF_TOKEN, name) or _has_any(_CONTROL, value.replace(b"\t", b"")):
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
    address = _ADDRESS.match(authority) if authority.startswith(b"[") else None
    if address is not None:
        host, port = address.group(1), authority[address.end():]
    else:
        host, colon, port = authority.partition(b":")
        port = colon + port
    if (address is None and _has_others(_OF_HOST, host)          # a user before an "@", too: RFC 9110 4.2.4
            or port and (not port.startswith(b":") or _has_others(_DIGITS, port[1:]))):
        raise Refused(400, "not a host: %r" % authority[:60].decode("ascii", "replace"))
    return host.decode().lower()


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
