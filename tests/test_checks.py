"""checks: `gpu`, `ports` and `amps` as every version of the API shows them, and how they are coloured."""
from __future__ import annotations

import os
import unittest
from typing import Any

from glancesd.collectors.gpu import Card
from glancesd.readings import Sampled
from glancesd.roots import Roots
from glancesd.settings.expressions import compiled
from glancesd.settings.lists import Amp, Port, Web
from glancesd.sources import AMPS, FOLDERS, GPU, PORTS
from glancesd.tasks.amps import AmpResult
from glancesd.tasks.folders import FolderSize
from glancesd.tasks.ports import Checked
from tests.assembly import HOSTS, House

PORT = Port("port_1", "192.0.2.1", 22, "router", 3.0, 0.1)
WEB = Web("web_2", "https://ann:s3cret@example.org/x", "https://ann:s3cret@example.org/x", 3.0, None, False)
AMP = Amp("sleepers", compiled("sleep"), 3.0, 1.0, None, None, False)


class Shown(unittest.TestCase):
    def house(self, source: str, value: Any) -> House:
        roots = Roots(*(os.path.join(HOSTS, "server", name) for name in ("proc", "sys", "root")))
        return House(roots, {source: Sampled(lambda roots: value)})

    def alike(self, plugin: str, source: str, value: Any) -> Any:
        house = self.house(source, value)
        two, three, four = [house.json("/api/%d/%s" % (version, plugin)) for version in (2, 3, 4)]
        self.assertEqual(two, three)
        self.assertEqual(three, four)
        return two

    def test_gpu(self) -> None:
        found = self.alike("gpu", GPU, [Card("amd0", "AMD Radeon Graphics", 37, 14, 54, None)])
        self.assertEqual(found, [{"key": "gpu_id", "gpu_id": "amd0", "name": "AMD Radeon Graphics", "mem": 14,
                                  "proc": 37, "temperature": 54, "fan_speed": None}])

    def test_views_of_cards_as_the_page_of_glances_3_looks_for_them(self) -> None:
        cards = [Card("amd0", "AMD", 37, 14, 54, None), Card("intel0", "Intel", 3, None, None, None)]
        views = self.house(GPU, cards).json("/api/3/gpu/views")
        self.assertEqual(list(views), ["0", "amd0", "intel0"])
        self.assertEqual(views["0"], views["amd0"])
        self.assertEqual(self.house(GPU, []).json("/api/3/gpu/views"), {})
        self.assertEqual(list(self.house(GPU, cards).json("/api/4/gpu/views")), ["amd0", "intel0"])

    def test_ports(self) -> None:
        common = {"description": "router", "refresh": 30, "timeout": 3, "rtt_warning": 0.1, "indice": "port_1",
                  "key": "indice", "host": "192.0.2.1", "port": 22}
        for state, status in (((None, None), None), ((False, None), False), ((True, 0.0123), 0.0123)):
            with self.subTest(state):
                found = self.alike("ports", PORTS, [Checked(PORT, "192.0.2.1", 30.0, *state)])
                self.assertEqual(found, [{**common, "status": status}])

    def test_web(self) -> None:
        for state, status, elapsed in (((None, None, None), None, None), ((False, None, None), "Error", None),
                                       ((True, 0.25, 404), 404, 0.25)):
            with self.subTest(state):
                found = self.alike("ports", PORTS, [Checked(WEB, "", 30.0, *state)])[0]
                self.assertEqual((found["status"], found["elapsed"]), (status, elapsed))
                self.assertEqual((found["url"], found["ssl_verify"]), ("https://********@example.org/x", False))
                self.assertNotIn("s3cret", repr(found))

    def test_what_a_web_check_shows_of_the_settings(self) -> None:
        """Whole seconds as such, and not where the file of the certificates lies."""
        check = WEB._replace(ssl_verify="/etc/ssl/own.pem", timeout_seconds=0.5)
        found = self.alike("ports", PORTS, [Checked(check, "", 30.0)])[0]
        self.assertEqual(repr([found["refresh"], found["timeout"], found["ssl_verify"]]), "[30, 0.5, True]")

    def test_amps(self) -> None:
        found = self.alike("amps", AMPS, [AmpResult(AMP, 2, "2 processes, CPU 1.3 %, MEM 0.2 %", 1.5)])
        self.assertEqual(found, [{"key": "name", "name": "Sleepers", "result": "2 processes, CPU 1.3 %, MEM 0.2 %",
                                  "refresh": 3.0, "timer": 1.5, "count": 2, "countmin": 1.0, "countmax": None,
                                  "regex": True}])

    def test_folders(self) -> None:
        for size, old, new in ((None, None, (None, 0)), (5, 5, (5, 0)), (-13, "!", (None, 13)), (-1, "!", (None, 1)),
                               (-2, "?", (None, 2))):
            house = self.house(FOLDERS, [FolderSize("/a", "1", None, None, size)])
            self.assertEqual([house.json("/api/%d/folders/size" % version)["size"] for version in (2, 3)], [[old]] * 2)
            (four,) = house.json("/api/4/folders")
            self.assertEqual((four["size"], four["errno"]), new)

    def test_colours(self) -> None:
        for state, level in (((None, None), "CAREFUL"), ((False, None), "CRITICAL"), ((True, 0.05), "OK"),
                             ((True, 0.2), "WARNING")):
            with self.subTest(state):
                house = self.house(PORTS, [Checked(PORT, "192.0.2.1", 30.0, *state)])
                for version in (2, 3, 4):
                    views = house.json("/api/%d/ports/views" % version)
                    self.assertEqual(views["port_1"]["status"]["decoration"], level)
        limits = {**house.settings.limits, "ports": {"ports_log": ["True"]}}
        house.settle(house.settings._replace(limits=limits))
        self.assertEqual(house.views("ports")["port_1"]["status"]["decoration"], "WARNING")   # nothing is logged
        house = self.house(AMPS, [AmpResult(AMP, 0, None, None)])
        self.assertEqual(house.views("amps")["Sleepers"]["count"]["decoration"], "CRITICAL")


if __name__ == "__main__":
    unittest.main()
