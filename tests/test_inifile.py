"""inifile: the text of configuration files, well formed and not."""
from __future__ import annotations

import configparser
import random
import re
import unittest

from glancesd.settings import inifile
from glancesd.settings.inifile import SettingsError


def values(text: str) -> dict[str, dict[str, str]]:
    return {section: {option: entry.text for option, entry in options.items()}
            for section, options in inifile.parse(text, "f").items()}


class Parse(unittest.TestCase):
    VALID: tuple[tuple[str, str, dict[str, dict[str, str]]], ...] = (
        ("empty", "", {}),
        ("comments only", "# a\n; b\n\n", {}),
        ("options", "[cpu]\nuser_careful=50\n  \nlog = False\n", {"cpu": {"user_careful": "50", "log": "False"}}),
        ("no option", "[cpu]\n[mem]\n", {"cpu": {}, "mem": {}}),
        ("sections keep their case, options do not", "[Cpu]\nUser_LOG=Yes\n", {"Cpu": {"user_log": "Yes"}}),
        ("no newline at the end", "[a]\nb=c", {"a": {"b": "c"}}),
        ("line ends of other systems", "[a]\r\nb=c\r\n[d]\re=f\r", {"a": {"b": "c"}, "d": {"e": "f"}}),
        ("no interpolation", "[a]\nb=%(x)s ${y} 50%\n", {"a": {"b": "%(x)s ${y} 50%"}}),
        ("no inline comment", "[a]\nb=c # d ; e\n", {"a": {"b": "c # d ; e"}}),
        ("empty value", "[a]\nb=\nc =  \n", {"a": {"b": "", "c": ""}}),
        ("later = belong to the value", "[a]\nb=c=d\n", {"a": {"b": "c=d"}}),
        ("a value goes on", "[a]\nhide = lo,\n    docker.*,\n# not this\n\n    veth.*\nshow=x\n",
         {"a": {"hide": "lo,\ndocker.*,\nveth.*", "show": "x"}}),
        ("an indented file", "  [a]\n  b=c\n  d=e\n", {"a": {"b": "c", "d": "e"}}),
        ("a section's first option indented", "[a]\n  b=c\n  d=e\n", {"a": {"b": "c", "d": "e"}}),
        ("colons in a name", "[a]\neth0:1_rx_careful=4\nx:y = z:1\n", {"a": {"eth0:1_rx_careful": "4", "x:y": "z:1"}}),
        ("slashes and spaces in a name", "[a]\n/boot_careful=4\ncore 0_alias=CPU 0\n/=r\n",
         {"a": {"/boot_careful": "4", "core 0_alias": "CPU 0", "/": "r"}}),
        ("a colon for the equals sign", "[a]\ncareful: 50\nregex: a=b\nx:1\ny:\n",
         {"a": {"careful": "50", "regex": "a=b", "x": "1", "y": ""}}),
        ("text after a header", "[a] # so\nb=c\n", {"a": {"b": "c"}}),
        ("other scripts", "[a]\nd\u00e9j\u00e0=\u2713\u2028x\n", {"a": {"d\u00e9j\u00e0": "\u2713\u2028x"}}),
    )
    MALFORMED = (
        ("no section", "# c\nuser=1\n", "f:2: user: no [section] begins before it"),
        ("section twice", "[cpu]\n[mem]\n[cpu]\n", "f:3: section [cpu] is there twice"),
        ("option twice", "[cpu]\nA=1\n\na=2\n", "f:4: a: already set in line 2"),
        ("neither", "[cpu]\nuser careful\n", "f:2: neither [section] nor option = value: 'user careful'"),
        ("no name", "[cpu]\n= 5\n", "f:2: neither [section] nor option = value: '= 5'"),
        ("a setting behind a header", "[cpu] user_careful=5\n",
         "f:1: more than a [section] in its line: '[cpu] user_careful=5'"),
        ("behind another", "[mem]\n[cpu] user_careful=5\n",
         "f:2: more than a [section] in its line: '[cpu] user_careful=5'"),
        ("unclosed header", "[cpu\n", "f:1: neither [section] nor option = value: '[cpu'"),
        ("empty header", "[]\n", "f:1: neither [section] nor option = value: '[]'"),
        ("control characters stay on one line", "[a]\n\x1b[31m\x00\n",
         r"f:2: neither [section] nor option = value: '\x1b[31m\x00'"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(values(text), expected)
                self.assertEqual([list(options) for options in values(text).values()],
                                 [list(options) for options in expected.values()])

    def test_malformed(self) -> None:
        for name, text, message in self.MALFORMED:
            with self.subTest(name), self.assertRaises(SettingsError) as caught:
                inifile.parse(text, "f")
            self.assertEqual(str(caught.exception), message)

    def test_where(self) -> None:
        self.assertEqual(inifile.parse("[a]\n\nB=1\n", "/etc/x.conf")["a"]["b"].where, "/etc/x.conf:3: b")

    def test_message_is_one_line_whatever_the_files_name(self) -> None:
        with self.assertRaises(SettingsError) as caught:
            inifile.parse("x", "a\nb\udcff")
        self.assertEqual(str(caught.exception), "a\\nb\\udcff:1: neither [section] nor option = value: 'x'")


class LikeConfigparser(unittest.TestCase):
    """Where both take a text, both read the same; and neither takes what the other refuses (names without a colon)."""

    LINES = ("[cpu]", "[mem]", "[Fs]", "user=1", "user = 2", "SYSTEM=a=b", "careful=", "hide=lo,", "   eth0", "\tx=y",
             "  z=1", "", "# c", "; d", "  # e", "no delimiter", "=1", "a b = c d", "[x] y", "/_careful=40")

    def test_random_files(self) -> None:
        random.seed(3)
        read = refused = 0
        for _ in range(3000):
            text = "\n".join(random.choice(self.LINES) for _ in range(random.randint(1, 8)))
            with self.subTest(text=text):
                stock = configparser.RawConfigParser(delimiters=("=",))
                try:
                    stock.read_string(text)
                except configparser.Error:
                    with self.assertRaises(SettingsError):
                        inifile.parse(text, "f")
                    refused += 1
                    continue
                # It keeps the empty lines of a value.
                expected = {section: {option: re.sub(r"\n+", "\n", value).strip()
                                      for option, value in stock.items(section)} for section in stock.sections()}
                self.assertEqual(values(text), expected)
                read += 1
        self.assertGreater(min(read, refused), 200)

    def test_mutated_text_is_read_or_refused_in_one_line(self) -> None:
        random.seed(4)
        whole = "[cpu]\nuser_careful = 50\n# c\n[network]\nhide=lo,\n  eth.*\neth0:1_rx_careful: 3\n"
        for _ in range(3000):
            text = list(whole)
            for _ in range(random.randint(1, 6)):
                text[random.randrange(len(text))] = random.choice("[]=:#; \n\t\r\x00\x0b\u00e9\ud800a")
            try:
                inifile.parse("".join(text), "f")
            except SettingsError as problem:
                self.assertRegex(str(problem), r"\Af:[0-9]+: ")
                self.assertTrue(str(problem).isprintable(), problem)


if __name__ == "__main__":
    unittest.main()
