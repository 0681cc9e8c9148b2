"""expressions: what is refused because it could take for ever, what is found, and how far a text is searched."""
from __future__ import annotations

import re
import unittest

from glancesd.settings.expressions import SEARCHED_CHARACTERS, Expression, compiled


class Refused(unittest.TestCase):
    def test_repetition_of_what_matches_in_several_ways(self) -> None:
        for pattern in ("(a+)+$", "(a*)*b", "([a-z]+)*$", "(a|aa)+$", "(a|a)*", "(?:a|ab|b)*c", "(a?){30}a{30}",
                        "(.*a){20}", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(\w+\s?)*$", "(x+x+)+y", r"(a)(\1+)+b",
                        "(?=(a+)+$)a", "(?:(?:a{1,9}){9}){9}b", "a*a*a*a*b", "(.*)(.*)(.*)(.*)z", "((a{0,999}b?)c?)*",
                        "(?i)(\u017fa|sa)+x", "(?i)(foo|FOO)+x", "x(?#comment)(a+)+", "[)](a+)+", r"\((a+)+",
                        "(?:a{0,500}){3}b"):
            for whole in (False, True):
                with self.subTest(pattern, whole=whole), \
                        self.assertRaisesRegex(ValueError, "^needs a regular expression (without|with|that)"):
                    compiled(pattern, 0, whole)

    def test_no_expression(self) -> None:
        for pattern in ("(", "*", "a{2,1}", "(?P<x", "[", "\\"):
            with self.subTest(pattern), self.assertRaisesRegex(ValueError, r"^needs a regular expression \("):
                compiled(pattern)


class Found(unittest.TestCase):
    TEXTS = ("", "a", "nginx", "/usr/sbin/nginx -g daemon off;", "java -cp x tomcat start", "start tomcat java",
             "python3 worker-12", "python3 worker-", "foobarfoo", "foobaz", "10.1.22.255", "NGINX", "a.*b", "ab",
             "axxb", "ba", "x|y", "loop0", "Loop12", "sda1", "docker0", "\u00e9t\u00e9", "aXbXa", "a)b", "[a]")
    PATTERNS = ("", ".*", "nginx", ".*nginx.*", "^/usr/.*", ".*java.*tomcat.*start.*", r"python.*worker-\d+",
                "(foo|bar)+", r"([0-9]{1,3}\.){3}[0-9]{1,3}", "(?i).*nginx", r"a\.\*b", "a.*b", "a.*?b", "a.+b",
                "^a.*b$", "x|y", "a|b.*c", r"\bnginx\b.*\boff\b", "loop.*", r"sd[a-z]\d+", "[.*]+", "[^a].*",
                "(a).*X.*a", r"(a)X.*\1", "(?=a).*b", "b(?!a)", ".*$", "^$", r"a\)b|x", r"[\[]a[]]", "[]a].*b",
                "(?x) a .* b # c", "(?:a.*)b", ".{2}.*b")

    def test_as_re_finds_it(self) -> None:
        """Parts looked for one after the other find what one search finds."""
        for pattern in self.PATTERNS:
            for flags in (0, re.IGNORECASE):
                found, whole = compiled(pattern, flags), compiled(pattern, flags, True)
                for text in self.TEXTS:
                    with self.subTest(pattern, text=text, flags=flags):
                        self.assertEqual(found.matches(text), bool(re.search(pattern, text, flags)))
                        self.assertEqual(whole.matches(text), bool(re.fullmatch(pattern, text, flags)))

    def test_the_dot_takes_line_breaks(self) -> None:
        self.assertTrue(compiled("sh.*curl").matches("sh -c\ncurl x"))


class Bounds(unittest.TestCase):
    def test_how_far(self) -> None:
        for pattern, whole, characters in ((".*a.*b.*c.*", False, SEARCHED_CHARACTERS), (r"\d+x", False, 3162),
                                           (r"nginx: \d+", False, SEARCHED_CHARACTERS), (r"\d+x\d+y", False, 215),
                                           (r"eth\d+", True, SEARCHED_CHARACTERS), ("a*b|.*c", False, 2236)):
            with self.subTest(pattern):
                self.assertEqual(compiled(pattern, 0, whole).characters, characters)

    def test_what_lies_behind_is_not_seen(self) -> None:
        needle = compiled("needle")
        self.assertTrue(needle.matches("x" * (SEARCHED_CHARACTERS - 6) + "needle"))
        self.assertFalse(needle.matches("x" * SEARCHED_CHARACTERS + "needle"))

    def test_a_whole_text_is_not_cut(self) -> None:
        self.assertFalse(compiled("x+", 0, True).matches("x" * (SEARCHED_CHARACTERS + 1)))

    def test_equal(self) -> None:
        self.assertEqual(compiled("a.*b"), compiled("a.*b"))
        self.assertIsInstance(hash(compiled("a")), int)
        self.assertNotEqual(compiled("a"), compiled("a", 0, True))
        self.assertIsInstance(compiled("a"), Expression)


if __name__ == "__main__":
    unittest.main()
