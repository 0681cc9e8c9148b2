"""lazy: a pattern that is compiled at first use."""
from __future__ import annotations

import re
import unittest
from unittest import mock

from glancesd.lazy import pattern


class Patterns(unittest.TestCase):
    def test_as_a_compiled_one(self) -> None:
        digits, word = pattern("([0-9]+)"), pattern(rb"[a-z]+", re.IGNORECASE)
        self.assertEqual([found.group(1) for found in map(digits.fullmatch, ("12", "x")) if found], ["12"])
        self.assertEqual(digits.sub("#", "a1b22"), "a#b#")
        self.assertEqual(word.findall(b"Ab cD"), [b"Ab", b"cD"])
        self.assertEqual((digits.pattern, word.flags & re.IGNORECASE), ("([0-9]+)", re.IGNORECASE))

    def test_compiled_once_and_not_before(self) -> None:
        with mock.patch("re.compile", wraps=re.compile) as compiled:
            letter = pattern("[a-z]")
            self.assertEqual(compiled.call_count, 0)
            self.assertTrue(letter.match("x") and letter.match("y"))
            self.assertEqual(compiled.call_count, 1)


if __name__ == "__main__":
    unittest.main()
