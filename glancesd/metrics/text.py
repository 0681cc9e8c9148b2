"""text: families and their samples in the two formats that Prometheus reads, and which of them a scraper wants.

    # TYPE node_network_receive_bytes_total counter            OpenMetrics: # TYPE node_network_receive_bytes counter
    # HELP node_network_receive_bytes_total Bytes received …
    node_network_receive_bytes_total{device="eth0"} 9012591
                                                               OpenMetrics ends with: # EOF

https://prometheus.io/docs/instrumenting/exposition_formats/, and the OpenMetrics specification 1.0.
"""
from __future__ import annotations

import math

from ..typed import Iterable, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

COUNTER, GAUGE, UNTYPED = "counter", "gauge", "untyped"

Number = Union[int, float]
# The values of a family's labels, and the number; None is left out.
Sample = Tuple[Tuple[str, ...], Optional[Number]]

_TOTAL = "_total"
# Versions that each type goes by; "": a range without one.
_VERSIONS = {"application/openmetrics-text": ("1.0.0", "0.0.1", ""), "text/plain": ("0.0.4", "")}


class Format(NamedTuple):
    """One of the two formats: its Content-Type and its last line."""

    content_type: str
    open_metrics: bool
    end: str


TEXT = Format("text/plain; version=0.0.4; charset=utf-8", False, "")
OPEN_METRICS = Format("application/openmetrics-text; version=1.0.0; charset=utf-8", True, "# EOF\n")


class Heading(NamedTuple):
    """What stands above the samples of a family, whose name is that of its samples: a counter's ends in _total."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


def negotiate(accept: Optional[str]) -> Format:
    """The format for an Accept header: OpenMetrics for who prefers it by q, text for everyone else, whatever he sent.

    Of ranges with the same q the first one counts. A version that is not spoken here is a range that matches nothing.
    """
    best, chosen = 0.0, TEXT
    for media_range in (accept or "").split(","):
        kind, *parameters = [part.strip().lower() for part in media_range.split(";")]
        values = {name.strip(): value.strip().strip('"') for name, _, value in
                  (parameter.partition("=") for parameter in parameters)}
        if kind in _VERSIONS and values.get("version", "") in _VERSIONS[kind]:
            quality = _quality(values.get("q", "1"))
            if quality > best:
                best, chosen = quality, OPEN_METRICS if kind.startswith("application") else TEXT
    return chosen


def _quality(text: str) -> float:
    """A q of 0…1; 0 for what is none."""
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


class _Family:
    """What is kept of one family: its heading, and the beginnings of its lines by labels.

    Without labels the heading holds the beginning of the one line too. Labels whose text is that of others, which were
    there first, have "" for a beginning, and no line.
    """

    __slots__ = ("name", "heading", "beginnings")

    def __init__(self, heading: Heading, form: Format) -> None:
        self.name = family_name(heading.name, heading.kind)
        self.heading = head(heading.name, heading.kind, heading.help, form)
        self.beginnings: Optional[dict[tuple[str, ...], str]] = {}
        if not heading.labels:
            self.heading += heading.name + " "
            self.beginnings = None


class Kept:
    """The parts of a page that are the same in each scrape, by family, in one format.

    Bound: as many families as the kernel has names for, and of each at most twice the lines that it had last.
    """

    def __init__(self, form: Format) -> None:
        self.form = form
        self.families: dict[str, _Family] = {}


class Page:
    """An answer as it is made. No family stands in it twice: in OpenMetrics `x_total` is the family `x`."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._pieces: list[str] = []
        self._names: dict[str, None] = {}

    def family(self, heading: Heading, samples: Sequence[Sample]) -> None:
        """Add a family: a line for each sample that has a number. No two samples may have the same labels.

        A family without such a sample, and one whose name is there, is left out.
        """
        family = self._kept.families.get(heading.name)
        if family is None:
            family = self._kept.families[heading.name] = _Family(heading, self._kept.form)
        if family.name in self._names:
            return
        beginnings = family.beginnings
        if beginnings is None:                          # two families of three: one sample, no labels
            for _, number in samples:
                if number is not None:
                    self._names[family.name] = None
                    self._pieces.append("%s%s\n" % (
                        family.heading, number if number.__class__ is int else _real(number)))
            return
        lines = [family.heading]
        for labels, number in samples:
            if number is not None:
                beginning = beginnings.get(labels)
                if beginning is None:
                    beginning = beginnings[labels] = _begin(heading, labels, beginnings)
                if beginning:
                    lines.append("%s%s\n" % (beginning, number if number.__class__ is int else _real(number)))
        if len(beginnings) > 2 * len(samples):
            family.beginnings = {labels: beginnings[labels] for labels, _ in samples if labels in beginnings}
        if len(lines) > 1:
            self._names[family.name] = None
            self._pieces += lines

    def foreign(self, name: str, kind: str, text: str, lines: Iterable[str]) -> bool:
        """Add a family whose lines somebody else wrote; False when one of its name is there."""
        if family_name(name, kind) in self._names:
            return False
        self._names[family_name(name, kind)] = None
        self._pieces.append(head(name, kind, text, self._kept.form))
        self._pieces += lines
        return True

    def mark(self) -> tuple[int, int]:
        """Where the page ends now."""
        return len(self._pieces), len(self._names)

    def back(self, mark: tuple[int, int]) -> None:
        """Take away what was added behind a mark."""
        del self._pieces[mark[0]:]
        while len(self._names) > mark[1]:
            self._names.popitem()

    def body(self) -> bytes:
        """The whole page."""
        return ("".join(self._pieces) + self._kept.form.end).encode()


def _begin(heading: Heading, labels: tuple[str, ...], others: Mapping[tuple[str, ...], str]) -> str:
    """The beginning of a line. Bytes that are not UTF-8 become U+FFFD, so other labels may read the same."""
    beginning = "%s%s " % (heading.name, _labels(heading.labels, labels))
    if "\ufffd" in beginning and beginning in list(others.values()):      # another scrape may add one meanwhile
        return ""
    return beginning


def family_name(name: str, kind: str) -> str:
    """A family's name in OpenMetrics, where only the samples of a counter end in _total."""
    return name[:-len(_TOTAL)] if kind == COUNTER and name.endswith(_TOTAL) else name


def head(name: str, kind: str, text: str, form: Format) -> str:
    """The lines above a family's samples. A counter that is not named _total is none in OpenMetrics."""
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    if form.open_metrics:
        text = text.replace('"', '\\"')
        if kind == UNTYPED or kind == COUNTER and not name.endswith(_TOTAL):
            kind = "unknown"
        name = family_name(name, kind)
    return "# TYPE %s %s\n# HELP %s %s\n" % (name, kind, name, text)


def clean(text: str) -> str:
    """Text as it can be sent: bytes of the kernel that were not UTF-8 (surrogates) become U+FFFD."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    if not names:
        return ""
    return "{%s}" % ",".join('%s="%s"' % (name, _escaped(value)) for name, value in zip(names, values))


def _escaped(value: str) -> str:
    return clean(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _real(number: Number) -> str:
    """The shortest text that reads back as the same number."""
    if math.isfinite(number):
        return repr(number)
    return "NaN" if number != number else "+Inf" if number > 0 else "-Inf"
