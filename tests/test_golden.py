"""The real process over every fixture host, compared with its golden files (see tests/golden.py)."""
from __future__ import annotations

import difflib
import unittest

from tests import golden


class Golden(unittest.TestCase):
    def test_every_host(self) -> None:
        self.assertGreaterEqual(len(golden.hosts()), 6)
        answers = golden.all_answers()
        for host, name in [(one, name) for one in golden.hosts() for name in answers[one]]:
            with self.subTest("%s %s" % (host, name)):
                with open(golden.path_of(host, name), encoding="utf-8") as file:
                    expected = file.read()
                got = golden.text(answers[host][name])
                if got != expected:
                    lines = difflib.unified_diff(expected.splitlines(), got.splitlines(), "golden", "now", "", "", 2,
                                                 "")
                    self.fail("%s differs (make golden, then read the diff):\n%s" % (host, "\n".join(list(lines)[:60])))


if __name__ == "__main__":
    unittest.main()
