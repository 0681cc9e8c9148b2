"""readme: what the README says is so: the options, the paths, the targets of make."""
from __future__ import annotations

import os
import re
import unittest
from importlib import import_module

from glancesd.api.site import VERSIONS
from glancesd.settings.printed import markdown
from tests.daemon import TOP


class Readme(unittest.TestCase):
    def setUp(self) -> None:
        with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
            self.text = file.read()

    def test_the_options_are_the_settings_table(self) -> None:
        self.assertIn(markdown(), self.text)

    def test_every_route_is_in_the_table_of_paths(self) -> None:
        told = {re.sub(r":\w+|\*\w+", ":", path) for path in re.findall(r"`(/[^`]*)`", self.text)}
        paths = ["/livez", "/readyz", "/healthz", "/"]
        for version, module in VERSIONS[:1]:
            dialect = import_module("glancesd.api." + module).DIALECT
            paths += ["/api/%s/%s" % (version, pattern) for pattern, _ in dialect.routes]
        for pattern in paths:
            wanted = re.sub(r":\w+|\*\w+", ":", pattern)
            shortened = wanted.endswith("/history/:") and wanted[:-2] in told     # written as `…/history/:count`
            self.assertTrue(wanted in told or shortened, pattern)

    def test_every_target_that_is_named_exists(self) -> None:
        with open(os.path.join(TOP, "Makefile"), encoding="utf-8") as file:
            targets = set(re.findall(r"^([a-z-]+):", file.read(), re.MULTILINE))
        named = set(re.findall(r"\bmake ([a-z][a-z-]*)", self.text))
        self.assertLessEqual({"run", "test"}, named)
        self.assertLessEqual(named, targets)


if __name__ == "__main__":
    unittest.main()
