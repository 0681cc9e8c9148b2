"""routes: which endpoint answers a path, and with what parameters."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.answers import Refused
from glancesd.api import v3, v4
from glancesd.api.dialect import ROUTES
from glancesd.api.endpoints import Endpoints
from glancesd.api.routes import Routes, match


class Find(unittest.TestCase):
    def find(self, path: str) -> Any:
        routes = Routes("/api/2", (("top/:count?nb&x", "top"), *ROUTES), ("mem", "fs", "processlist"))
        segments, _, query = path.partition("?")
        return routes.find(segments.split("/"), [(pair.split("=")[0], pair.split("=")[1]) for pair in query.split("&")
                                                 if query])

    def test_found(self) -> None:
        table: tuple[tuple[Any, ...], ...] = (
            ("status", "status", {}), ("pluginslist", "plugins_list", {}), ("all", "all", {}),
            ("all/limits", "all_limits", {}), ("all/views", "all_views", {}), ("args", "args", {}),
            ("args/port", "args", {"item": "port"}), ("config/cpu", "config", {"section": "cpu"}),
            ("mem", "plugin", {"plugin": "mem"}),
            ("mem/limits", "limits", {"plugin": "mem"}), ("mem/views", "views", {"plugin": "mem"}),
            ("mem/history", "history", {"plugin": "mem"}),
            ("mem/history/5", "history", {"plugin": "mem", "count": "5"}),
            ("mem/history/x", "value", {"plugin": "mem", "item": "history", "value": "x"}),
            ("mem/history/-5", "value", {"plugin": "mem", "item": "history", "value": "-5"}),
            ("mem/percent/history", "item_history", {"plugin": "mem", "item": "percent"}),
            ("mem/percent/history/3", "item_history", {"plugin": "mem", "item": "percent", "count": "3"}),
            ("fs//boot_percent/history", "item_history", {"plugin": "fs", "item": "/boot_percent"}),
            ("mem/used", "item", {"plugin": "mem", "item": "used"}),
            ("processlist/pid/1", "value", {"plugin": "processlist", "item": "pid", "value": "1"}),
            ("fs/mnt_point//", "value", {"plugin": "fs", "item": "mnt_point", "value": "/"}),
            ("top/5?nb=3&y=4", "top", {"count": "5", "nb": "3"}), ("top/5", "top", {"count": "5"}),
            ("mem?nb=3", "plugin", {"plugin": "mem"}),
            ("fs/mnt_point//boot/efi", "value", {"plugin": "fs", "item": "mnt_point", "value": "/boot/efi"}),
        )
        for path, name, parameters in table:
            with self.subTest(path):
                self.assertEqual(self.find(path), (name, parameters))

    def test_not_found(self) -> None:
        for path in ("", "nosuch", "MEM", "nosuch/x/y", "nosuch/limits", "/mem", "mem/", "fs/mnt_point/", "all/mem",
                     "../../etc/passwd", "pluginslist/", "*"):
            with self.subTest(path), self.assertRaises(Refused) as caught:
                self.find(path)
            self.assertEqual(caught.exception.status, 404)

    def test_one_pattern(self) -> None:
        for pattern, path, expected in (
                ("a/b", "a", None), ("a", "a/b", None), ("a/*x", "a", None), ("a/*x", "a/", None),
                ("a/*x", "a//", {"x": "/"}), ("*x/b", "a/a/b", {"x": "a/a"}), ("a/:x", "a/", None),
                ("a/:count", "a/\u0663", None), ("a/:count", "a/123456789", {"count": "123456789"}),
                ("a/:count", "a/1234567890", None)):
            with self.subTest(pattern, path=path):
                self.assertEqual(match(pattern.split("/"), path.split("/")), expected)

    def test_the_error_names_what_was_not_found(self) -> None:
        with self.assertRaisesRegex(Refused, "nosuch"):
            self.find("nosuch")

    def test_every_endpoint_of_the_table_exists_and_is_used(self) -> None:
        tables: tuple[tuple[Any, Any], ...] = ((ROUTES, Endpoints), (v3.DIALECT.routes, v3.Endpoints),
                                               (v4.DIALECT.routes, v4.DIALECT.endpoints))
        for table, endpoints in tables:
            with self.subTest(endpoints.__module__):
                methods = {name for name in dir(endpoints) if not name.startswith("_")
                           and callable(getattr(endpoints, name))}
                self.assertEqual({endpoint for _, endpoint in table}, methods - {"leaf"})


if __name__ == "__main__":
    unittest.main()
