"""netstat: what each network protocol counts, from /proc/net/netstat, /proc/net/snmp and /proc/net/snmp6.

    TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed        a row of names, and below it one of their values
    TcpExt: 0 0 0
    Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens
    Tcp: 1 200 120000 -1 342                                      a MaxConn of -1: no limit (RFC 4022)

snmp6 has one value a row, protocol and name in one word:

    Ip6InReceives                           73
    Icmp6OutMsgs                            12
"""
from __future__ import annotations

from ..parsing import MOST, ParseError, Report, ignore, integer, rows
from ..roots import Roots
from ..typed import Iterable, Optional

FILE = "netstat"
SNMP = "snmp"
SNMP6 = "snmp6"


def parse(text: str, file: str = "net/" + FILE, report: Report = ignore) -> dict[str, dict[str, int]]:
    """Values by protocol and name, in the kernel's order. A row is malformed that is half of no pair."""
    protocols: dict[str, dict[str, int]] = {}
    malformed: Optional[ParseError] = None
    lines = text.rstrip("\n").split("\n") if text else []
    number = 0
    while number < len(lines):
        try:
            protocol, values = _pair(lines[number], lines[number + 1])
        except (ValueError, IndexError):
            malformed = malformed or ParseError(file, number + 1, "not names and as many values: %.60r" % lines[number])
            number += 1                 # where one row of a pair is lost, or is there twice, the next may begin a pair
            continue
        protocols[protocol] = values
        number += 2
    if malformed is not None:
        if not protocols:
            raise malformed
        report(malformed)
    return protocols


def parse_snmp6(text: str, file: str = "net/" + SNMP6, report: Report = ignore) -> dict[str, dict[str, int]]:
    """As `parse`; the protocol is what ends with the first 6 ("Ip6", "UdpLite6")."""
    words = text.split()
    try:
        if len(words) % 2:
            raise ValueError
        numbers = list(map(int, words[1::2]))
        if max(numbers, default=0) >= MOST:
            raise ValueError
        values: Iterable[tuple[str, int]] = list(zip(words[::2], numbers))
    except ValueError:                   # which row it is, and what the others tell, takes three times as long
        values = rows(text, _value, "a name and a number", file, report)
    protocols: dict[str, dict[str, int]] = {}
    for word, value in values:
        protocol, six, name = word.partition("6")
        protocols.setdefault(protocol + six, {})[name] = value
    return protocols


def sample(roots: Roots) -> dict[str, dict[str, int]]:
    """Every protocol of the three files. A kernel without IPv6 has no snmp6; NoData without one of the others."""
    protocols = {**parse(roots.net(FILE), report=roots.report),
                 **parse(roots.net(SNMP), "net/" + SNMP, roots.report)}
    protocols.update(parse_snmp6(roots.net(SNMP6, default=""), report=roots.report))
    return protocols


def _pair(names: str, values: str) -> tuple[str, dict[str, int]]:
    protocol, colon, columns = names.partition(":")
    again, _, figures = values.partition(":")
    keys, numbers = columns.split(), list(map(int, figures.split()))
    if not protocol or not colon or protocol != again or len(keys) != len(numbers) or max(numbers, default=0) >= MOST:
        raise ValueError
    return protocol, dict(zip(keys, numbers))


def _value(row: str) -> tuple[str, int]:
    word, value = row.split()
    return word, integer(value)
