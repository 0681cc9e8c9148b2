"""parsing: what every parser of a kernel file takes, gives and raises. Pure: nothing here opens a file."""
from __future__ import annotations

import re

from .typed import AnyStr, Callable, Generic, Iterable, Iterator, Optional, TypeVar

# No counter of the kernel has more than 64 bits: what has is a lie, and would overflow a float some day.
MOST = 1 << 64
# A sign, the digits of it, an end of line.
_DIGITS = 22

T = TypeVar("T")


class ParseError(ValueError):
    """A kernel file that does not read as documented: which file, which line (from 1), and what is wrong."""

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__("%s:%d: %s" % (file, line, why))
        self.file = file
        self.line = line
        self.why = why

    @property
    def kind(self) -> str:
        """The message without its numbers: the same for one row at any time, whatever its line and its counters."""
        return re.sub("[0-9]+", "#", str(self))


Report = Callable[[ParseError], object]


def ignore(problem: ParseError) -> None:
    """The report of a caller who wants only the good rows."""


def rows(text: AnyStr, parse_row: Callable[[AnyStr], Optional[T]], what: str, file: str, report: Report,
         header_lines: int = 0) -> list[T]:
    """What `parse_row` makes of each line of a kernel table, without the lines that it has None for.

    A line is malformed when `parse_row` raises ValueError or IndexError: it is left out, and `report` is told of the
    first one ("not WHAT: the line, and 2 more"). A table of malformed lines alone raises the first one's ParseError; an
    empty one is no error.
    Lines end at LF alone: the kernel lets other line ends of Unicode (U+0085, U+001C) stand in names.
    """
    made = []
    good = False
    first: Optional[ParseError] = None
    more = 0
    lines = text.split("\n" if isinstance(text, str) else b"\n")
    for number, line in enumerate(lines[header_lines:], header_lines + 1):
        if line:
            try:
                row = parse_row(line)
            except (ValueError, IndexError):
                more += first is not None
                first = first or ParseError(file, number, "not %s: %.60r" % (what, line))
                continue
            good = True
            if row is not None:
                made.append(row)
    if first is not None:
        if not good:
            raise first
        report(ParseError(file, first.line, "%s, and %d more" % (first.why, more)) if more else first)
    return made


def rows_in_pieces(pieces: Iterable[str], parse_row: Callable[[str], Optional[T]], what: str, file: str,
                   report: Report, header_lines: int = 0) -> Iterator[list[T]]:
    """As `rows`, of a table that may be too long to be held, in pieces of whole lines: the rows of each piece."""
    first: Optional[ParseError] = None
    good = False
    lines_before = 0
    for piece in pieces:
        problems: list[ParseError] = []
        made: list[T] = []
        try:
            made = rows(piece, parse_row, what, file, problems.append, header_lines)
        except ParseError as problem:
            problems.append(problem)
        if problems and first is None:
            first = ParseError(file, lines_before + problems[0].line, problems[0].why)
        good = good or bool(made)
        header_lines = 0
        lines_before += piece.count("\n")
        yield made
    if first is not None:
        if not good:
            raise first
        report(first)


class RowsAgain(Generic[AnyStr, T]):
    """As `rows`, of a table that is read again and again: a row that reads as it did last time is not parsed again.

    State: the rows of the latest table, and what was made of them.
    """

    def __init__(self, parse_row: Callable[[AnyStr], Optional[T]]) -> None:
        self._parse_row: Callable[[AnyStr], Optional[T]] = parse_row
        self._known: dict[AnyStr, Optional[T]] = {}

    def __call__(self, text: AnyStr, what: str, file: str, report: Report, header_lines: int = 0) -> list[T]:
        known = self._known
        found: dict[AnyStr, Optional[T]] = {}

        def parse_row(row: AnyStr) -> Optional[T]:
            found[row] = made = known[row] if row in known else self._parse_row(row)
            return made

        made = rows(text, parse_row, what, file, report, header_lines)
        self._known = found
        return made


def columns(row: str) -> list[str]:
    """What stands between the spaces of a row. Names may hold what is a blank to Unicode alone (U+2028, U+001C)."""
    return [column for column in row.split(" ") if column]


def parse_or(default: T, parse: Callable[..., T], text: str, report: Report) -> T:
    """What `parse` makes of a file that only helps; `default` of one that is malformed as a whole."""
    try:
        return parse(text, report=report)
    except ParseError as problem:
        report(problem)
        return default


def integer(text: str, base: int = 10) -> int:
    """int() for rows. ValueError on a number of more than 64 bits, too."""
    number = int(text, base) if len(text) <= _DIGITS else MOST
    if number >= MOST:
        raise ValueError
    return number


def parse_number(text: str, file: str) -> int:
    """The one number of a file. ParseError on anything else, and on a number of more than 64 bits."""
    number = optional_number(text)
    if number is None:
        raise ParseError(file, 1, "not a number: %.60r" % text)
    return number


def optional_number(text: Optional[str], base: int = 10) -> Optional[int]:
    """The number of an attribute; `base` 0: hexadecimal with 0x. None without one ("NODATA"), or beyond 64 bits."""
    try:
        return integer(text, base) if text else None
    except ValueError:
        return None


def natural_order(name: str) -> list[tuple[str, int]]:
    """Sort key of names that end in or hold numbers: text as text, numbers as numbers ("temp2" before "temp10")."""
    return [(text, int(digits or 0)) for text, digits in re.findall("([^0-9]*)([0-9]{0,18})", name)]


def decode(data: bytes) -> str:
    """Text of the kernel: UTF-8, with U+FFFD for bytes that are not."""
    return data.decode("utf-8", "replace")
