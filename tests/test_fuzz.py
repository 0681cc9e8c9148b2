"""fuzz: a short run of tests/fuzz.py, the same every time; `make fuzz` is the long one."""
from __future__ import annotations

import unittest
from random import Random

from glancesd.parsing import ParseError
from tests import fuzz
from tests.daemon import Daemon


class Parsers(unittest.TestCase):
    def test_every_parser_has_seeds(self) -> None:
        self.assertEqual(sorted(fuzz.SEEDS), sorted(fuzz.parsers()))

    def test_a_value_or_a_parse_error(self) -> None:
        for name, parse in fuzz.parsers().items():
            with self.subTest(name):
                fuzz.fuzz_parser(name, parse, Random(name), 150)

    def test_between_two_samples_no_figure_is_absurd(self) -> None:
        for name in fuzz.DERIVES:
            with self.subTest(name):
                fuzz.fuzz_derive(name, Random(name), 150)

    def test_what_breaks_the_rule_is_found(self) -> None:
        def lenient(text: str) -> float:
            return float(text.split()[0])

        def loose(text: str) -> object:
            try:
                return list(map(float, text.split()[:3]))
            except ValueError:
                raise ParseError("loadavg", 1, "no") from None

        for parse, message in ((lenient, "ValueError|IndexError"), (loose, "no finite number")):
            with self.subTest(message), self.assertRaisesRegex(AssertionError, message):
                fuzz.fuzz_parser("host.parse_load", parse, Random(1), 2000)


class Readers(unittest.TestCase):
    def test_request_heads(self) -> None:
        fuzz.fuzz_heads(Random(1), 1500)

    def test_settings_files(self) -> None:
        fuzz.fuzz_settings(Random(1), 150)


class RunningServer(unittest.TestCase):
    def test_answers_of_the_contract(self) -> None:
        with Daemon("--interval", "0") as daemon:
            statuses = fuzz.fuzz_server(daemon, Random(1), 500)
        # Else the requests are all nonsense, or none is.
        self.assertLessEqual({200, 400, 404, 405, 421, 505}, set(statuses))

    def test_what_is_no_answer_is_found(self) -> None:
        table = (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"nonsense", b"HTTP/1.0 200 OK\r\n\r\n")
        for received in table:
            with self.subTest(received), self.assertRaises(AssertionError):
                list(fuzz.answers(received))


if __name__ == "__main__":
    unittest.main()
