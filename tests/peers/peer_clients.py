"""Clients that were written for Glances, at a running daemon."""
from __future__ import annotations

import importlib
import os
import sys
import unittest
from typing import Any

from tests.daemon import TOP, Daemon

try:
    glances_api: Any = importlib.import_module("glances_api")
except ImportError:
    glances_api = None


@unittest.skipUnless(glances_api, "no glances-api in %s" % sys.executable)
class HomeAssistant(unittest.TestCase):
    """glances-api, which Home Assistant reads Glances with."""

    def test_sensor_data(self) -> None:
        asyncio = importlib.import_module("asyncio")
        with Daemon("--interval", "0") as daemon:
            for version in (2, 3, 4):
                with self.subTest(version):
                    client = glances_api.Glances(host="127.0.0.1", port=daemon.port, version=version)
                    told = asyncio.run(client.get_ha_sensor_data())
                    answer = daemon.json("/api/%d/all" % version)
                    for name in ("fs", "mem", "memswap", "load", "processcount", "cpu", "network"):
                        self.assertTrue(told.get(name), name)
                    self.assertEqual(set(told["fs"]), {row["mnt_point"] for row in answer["fs"]})
                    self.assertEqual(set(told["network"]), {row["interface_name"] for row in answer["network"]})
                    self.assertEqual(told["cpu"]["cpu_use_percent"], answer["quicklook"]["cpu"])
                    self.assertEqual(told["mem"]["memory_use_percent"], answer["mem"]["percent"])

    def test_containers(self) -> None:
        asyncio = importlib.import_module("asyncio")
        tree = os.path.join(TOP, "tests", "hosts", "docker")
        with Daemon(*("--%sfs=%s" % (name, os.path.join(tree, folder)) for name, folder in (
                ("proc", "proc"), ("sys", "sys"), ("root", "root")))) as daemon:
            for version in (2, 3, 4):
                with self.subTest(version):
                    client = glances_api.Glances(host="127.0.0.1", port=daemon.port, version=version)
                    told = asyncio.run(client.get_ha_sensor_data())
                    self.assertEqual(told["docker"], {"docker_active": 6, "docker_cpu_use": 0.0,
                                                      "docker_memory_use": 1144.0})
                    self.assertEqual(len(told["containers"]), 6)


if __name__ == "__main__":
    unittest.main()
