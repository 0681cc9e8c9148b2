"""routes: which endpoint answers a path, and with what parameters."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.answers import Refused
from glancesd.api.endpoints import Endpoints
from glancesd.api.routes import ROUTES, Routes


class Recorder:
    """Stands in for Endpoints: every endpoint gives back its own name and parameters."""

    def __getattr__(self, name: str) -> Any:
        return lambda **parameters: (name, parameters)


class Find(unittest.TestCase):
    def find(self, path: str) -> Any:
        routes = Routes(Recorder(), ("mem", "fs", "processlist"))  # type: ignore[arg-type]
        endpoint, is_open = routes.find(tuple(path[1:].split("/")))
        return (*endpoint(), is_open)  # type: ignore[misc]

    def test_found(self) -> None:
        table: tuple[tuple[Any, ...], ...] = (
            ("/livez", "alive", {}), ("/healthz", "health", {}), ("/readyz", "health", {}),
            ("/api/2/status", "health", {}),
            ("/api/v2/status", "health", {}), ("/api/2/pluginslist", "plugins_list", {}), ("/api/2/all", "all", {}),
            ("/api/2/all/limits", "all_limits", {}), ("/api/2/all/views", "all_views", {}), ("/api/2/args", "args", {}),
            ("/api/2/args/port", "args", {"item": "port"}), ("/api/2/config/cpu", "config", {"section": "cpu"}),
            ("/api/2/mem", "plugin", {"plugin": "mem"}), ("/api/v2/mem", "plugin", {"plugin": "mem"}),
            ("/api/2/mem/limits", "limits", {"plugin": "mem"}), ("/api/2/mem/views", "views", {"plugin": "mem"}),
            ("/api/2/mem/history", "history", {"plugin": "mem"}),
            ("/api/2/mem/history/5", "history", {"plugin": "mem", "count": "5"}),
            ("/api/2/mem/history/x", "value", {"plugin": "mem", "item": "history", "value": "x"}),
            ("/api/2/mem/history/-5", "value", {"plugin": "mem", "item": "history", "value": "-5"}),
            ("/api/2/mem/percent/history", "item_history", {"plugin": "mem", "item": "percent"}),
            ("/api/2/mem/percent/history/3", "item_history", {"plugin": "mem", "item": "percent", "count": "3"}),
            ("/api/2/fs//boot_percent/history", "item_history", {"plugin": "fs", "item": "/boot_percent"}),
            ("/api/2/mem/used", "item", {"plugin": "mem", "item": "used"}),
            ("/api/2/processlist/pid/1", "value", {"plugin": "processlist", "item": "pid", "value": "1"}),
            ("/api/2/fs/mnt_point//", "value", {"plugin": "fs", "item": "mnt_point", "value": "/"}),
            ("/api/2/fs/mnt_point//boot/efi", "value", {"plugin": "fs", "item": "mnt_point", "value": "/boot/efi"}),
        )
        for path, name, parameters in table:
            with self.subTest(path):
                self.assertEqual(self.find(path), (name, parameters, name in ("alive", "health")))

    def test_not_found(self) -> None:
        for path in ("/", "/nosuch", "/api", "/api/2", "/api/2/", "/api/1/mem", "/api/3/mem", "/api/2/nosuch",
                     "/api/2/MEM",
                     "/api/2/nosuch/x/y", "/api/2/nosuch/limits", "/api/2//mem", "/api/2/mem/", "/api/2/fs/mnt_point/",
                     "/api/2/all/mem", "/api/2/../../etc/passwd", "/livez/", "/api/2/pluginslist/", "/*"):
            with self.subTest(path), self.assertRaises(Refused) as caught:
                self.find(path)
            self.assertEqual(caught.exception.status, 404)

    def test_the_error_names_what_was_not_found(self) -> None:
        with self.assertRaisesRegex(Refused, "nosuch"):
            self.find("/api/2/nosuch")

    def test_every_endpoint_of_the_table_exists_and_is_used(self) -> None:
        named = {route.endpoint for route in ROUTES}
        self.assertEqual(named, {name for name in vars(Endpoints) if not name.startswith("_")})


if __name__ == "__main__":
    unittest.main()
