"""parsing: rows of a table, one number of a file or an attribute."""
from __future__ import annotations

import unittest
from typing import Optional

from glancesd.parsing import ParseError, optional_number, parse_number, rows


class Rows(unittest.TestCase):
    TABLE: tuple[tuple[str, str, int, list[tuple[str, int]], list[str]], ...] = (
        # name, text, header lines, rows, problems
        ("empty", "", 0, [], []),
        ("header alone", "name number\n", 1, [], []),
        ("valid", "name number\na 1\nb 2\n", 1, [("a", 1), ("b", 2)], []),
        ("without a last line end", "a 1\nb 2", 0, [("a", 1), ("b", 2)], []),
        ("empty lines", "\na 1\n\n", 0, [("a", 1)], []),
        ("those that nobody wants", "skipped 1\na 1\n", 0, [("a", 1)], []),
        ("malformed ones", "head\na 1\nb x\nc\nd 4\n", 1, [("a", 1), ("d", 4)],
         ["file:3: not a pair: 'b x', and 1 more"]),
        ("malformed beside one that nobody wants", "skipped 1\nb\n", 0, [], ["file:2: not a pair: 'b'"]),
        ("line ends of Unicode", "a\x1cb 1\nc\x85d\u2028 2\n", 0, [("a\x1cb", 1), ("c\x85d\u2028", 2)], []),
    )

    def test_table(self) -> None:
        for name, text, header_lines, expected, problems in self.TABLE:
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(rows(text, _pair, "a pair", "file", told.append, header_lines), expected)
                self.assertEqual(list(map(str, told)), problems)

    def test_malformed_rows_alone(self) -> None:
        told: list[ParseError] = []
        with self.assertRaises(ParseError) as caught:
            rows("head\nb x\nc\n", _pair, "a pair", "file", told.append, 1)
        self.assertEqual((str(caught.exception), told), ("file:2: not a pair: 'b x'", []))

    def test_bytes(self) -> None:
        told: list[ParseError] = []
        self.assertEqual(rows(b"1\nx\n\x1c3\n4\n", int, "a number", "file", told.append), [1, 4])
        self.assertEqual([problem.line for problem in told], [2])

    def test_one_kind_of_problem_whatever_the_counters(self) -> None:
        kinds = {ParseError("net/dev", line, "not an interface: 'eth0: %d x'" % count).kind
                 for line, count in ((3, 7), (4, 123456))}
        self.assertEqual(kinds, {"net/dev:#: not an interface: 'eth#: # x'"})


class Number(unittest.TestCase):
    def test_valid(self) -> None:
        for name, text, expected in (("kernel_hung of 6.13", "3\n", 3), ("entropy since 5.18", "256\n", 256),
                                     ("threads-max of 24 GB", "192521\n", 192521), ("no line end", "0", 0)):
            with self.subTest(name):
                self.assertEqual(parse_number(text, "sys/x"), expected)

    def test_malformed(self) -> None:
        for text in ("", "\n", "1 2\n", "x\n", "1.5\n", "9" * 400):
            with self.subTest(text), self.assertRaisesRegex(ParseError, "^sys/x:1: not a number"):
                parse_number(text, "sys/x")


class Attributes(unittest.TestCase):
    def test_numbers(self) -> None:
        for text, expected in (("1500", 1500), ("-1", -1), ("18446744073709551615", (1 << 64) - 1),
                               ("18446744073709551616", None), ("", None),
                               (None, None), ("x", None), ("NODATA", None), ("0x10", None),
                               ("9" * 23, None), ("9" * 9999, None)):
            with self.subTest(text):
                self.assertEqual(optional_number(text), expected)

    def test_hexadecimal_ones(self) -> None:
        for text, expected in (("1500", 1500), ("0x1003", 0x1003), ("-1", -1), ("010", None), (None, None)):
            with self.subTest(text):
                self.assertEqual(optional_number(text, base=0), expected)


def _pair(line: str) -> Optional[tuple[str, int]]:
    name, number = line.split(" ")[:2]
    return (name, int(number)) if name != "skipped" else None


if __name__ == "__main__":
    unittest.main()
