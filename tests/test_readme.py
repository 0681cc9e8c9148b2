"""readme: what the README says is so: the options, the paths, the targets of make."""
from __future__ import annotations

import json
import os
import re
import unittest
from importlib import import_module

from glancesd.api.site import VERSIONS
from glancesd.settings.printed import markdown
from tests.assembly import HOSTS, hosts
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

    def fields(self) -> dict[str, set[str]]:
        """Plugin → the fields that the fixture hosts have of it."""
        found: dict[str, set[str]] = {}
        for host in hosts():
            with open(os.path.join(HOSTS, host, "golden.json"), encoding="utf-8") as file:
                answer = json.load(file)["first"]["/api/2/all"]["body"]
            for plugin, value in answer.items():
                for row in value if isinstance(value, list) else [value]:
                    found.setdefault(plugin, set()).update(row if isinstance(row, dict) else ())
        return found

    def test_every_field_of_the_api_is_told_with_its_unit(self) -> None:
        rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", self.text, re.MULTILINE))
        found = self.fields()
        self.assertGreater(len(found), 25)
        for plugin, fields in found.items():
            if plugin not in ("help", "raid", "containers") and fields:    # objects by path, by array; docker again
                told = set(re.findall(r"`([\w-]+)`", rows.get(plugin, "")))
                self.assertEqual(fields - told, set(), "of %s, the table of every field does not tell these" % plugin)

    def test_nobody_is_told_to_edit_the_unit(self) -> None:
        """An update would have to choose between that and the new unit."""
        self.assertNotRegex(self.text, "(?i)(uncomment|edit|change)[^.:]{0,40} (in )?the unit")


if __name__ == "__main__":
    unittest.main()
