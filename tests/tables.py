"""tables: what a parser makes of each text of a table."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.parsing import ParseError


class Tables(unittest.TestCase):
    """A parser's tables; `parse` is the parser. A class of tests holds those that it has.

    VALID: name, text, value. LOST: name, text, the value without the malformed row, how the report of that row begins.
    MALFORMED: name, text, how the ParseError begins.
    """

    parse: Any = None             # a staticmethod
    VALID: tuple[tuple[str, str, Any], ...] = ()
    LOST: tuple[tuple[str, str, Any, str], ...] = ()
    MALFORMED: tuple[tuple[str, str, str], ...] = ()

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                value = type(self).parse(text)
                self.assertEqual(value, expected)
                if isinstance(expected, dict):
                    self.assertEqual(list(value), list(expected))

    def test_a_malformed_row_costs_that_row(self) -> None:
        for name, text, expected, message in self.LOST:
            reported: list[ParseError] = []
            with self.subTest(name):
                self.assertEqual(type(self).parse(text, report=reported.append), expected)
                self.assertEqual([str(problem)[:len(message)] for problem in reported], [message])

    def test_malformed(self) -> None:
        for name, text, message in self.MALFORMED:
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                type(self).parse(text)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)
