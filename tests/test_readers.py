"""readers: what the text of a setting says, and what is said of text that means nothing."""
from __future__ import annotations

import unittest

from glancesd.settings import readers
from glancesd.settings.inifile import SettingsError


class Readers(unittest.TestCase):
    NUMBERS = (("50", 50.0), ("0.7", 0.7), (".5", 0.5), ("5.", 5.0), ("-65", -65.0), ("+1e3", 1000.0))
    NO_NUMBERS = ("", "x", "nan", "inf", "1_000", "1e999", "0x10", "\u0665", "5 6", "5%", "--5")
    PARTS: tuple[tuple[str, list[str]], ...] = (
        ("", []), (" , ,", []), ("lo", ["lo"]), (" lo , docker.*,\neth0 ", ["lo", "docker.*", "eth0"]))
    YES_NO = (("True", True), ("yes", True), ("ON", True), ("1", True),
              ("false", False), ("No", False), ("off", False), ("0", False))

    def test_number(self) -> None:
        for text, expected in self.NUMBERS:
            self.assertEqual(readers.number(text), expected)
        for text in self.NO_NUMBERS:
            for reader, need in ((readers.number, "needs a number"),
                                 (readers.number_within(0, 9), "needs a number from 0 to 9")):
                with self.subTest(text), self.assertRaises(ValueError) as caught:
                    reader(text)
                self.assertEqual(str(caught.exception), need)

    def test_bounds(self) -> None:
        for text, good in (("0", True), ("9", True), ("9.01", False), ("-0.01", False)):
            with self.subTest(text):
                if good:
                    self.assertEqual(readers.number_within(0, 9)(text), float(text))
                else:
                    self.assertRaises(ValueError, readers.number_within(0, 9), text)

    def test_whole(self) -> None:
        self.assertEqual([readers.whole_within(1, 300)(text) for text in ("1", "300", "007")], [1, 300, 7])
        for text in ("0", "301", "1.0", "-1", "+1", "", "1e2", "\u0661", "9" * 5000):
            with self.subTest(text[:9]), self.assertRaises(ValueError) as caught:
                readers.whole_within(1, 300)(text)
            self.assertEqual(str(caught.exception), "needs a whole number from 1 to 300")

    def test_yes_no(self) -> None:
        for text, expected in self.YES_NO:
            self.assertIs(readers.yes_no(text), expected)
        for text in ("", "2", "maybe"):
            self.assertRaises(ValueError, readers.yes_no, text)

    def test_parts(self) -> None:
        for text, expected in self.PARTS:
            self.assertEqual(readers.parts(text), expected)

    def test_expressions(self) -> None:
        self.assertTrue(readers.expressions("lo, ETH.*")[1].matches("eth0"))
        for text in ("lo,(", "*", "a{99999999999}", "(" * 5000 + ")" * 5000):
            with self.subTest(text[:20]), self.assertRaises(ValueError) as caught:
                readers.expressions(text)
            self.assertTrue(str(caught.exception).startswith("needs a regular expression ("), caught.exception)

    def test_read_says_where(self) -> None:
        with self.assertRaises(SettingsError) as caught:
            readers.read(readers.yes_no, "a\nb", "f:3: disable")
        self.assertEqual(str(caught.exception), "f:3: disable: needs True or False, not 'a\\nb'")


if __name__ == "__main__":
    unittest.main()
