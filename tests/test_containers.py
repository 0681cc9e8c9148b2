"""containers: a group and what an engine says of it; their names, limits, views, alerts and filters in each version."""
from __future__ import annotations

import json
import os
import unittest
from typing import Any

from glancesd.collectors.cgroups import Container, ContainerUse
from glancesd.containers import Listing, Published, Told, joined
from glancesd.readings import Sampled
from glancesd.roots import Roots
from glancesd.settings import read_settings
from glancesd.sources import CONTAINERS
from tests.assembly import HOSTS, House

WEB, DB, OLD = "0123456789abcdef" * 4, "fedcba9876543210" * 4, "00" * 32
TOLD = Told(WEB, ("/web", "/other"), "nginx:1.25", "running", "healthy", 1700000000, "/entry ngi…",
            (Published(80, 8080, "tcp"), Published(443, None, "tcp")), ("/entry", "nginx"), 1700000000.0)


def use(name: str, engine: str = "docker", cpu: Any = 12.3, **figures: Any) -> ContainerUse:
    container = Container(engine, name, **{"memory_bytes": 300, "memory_limit_bytes": 400, **figures})
    return ContainerUse(container, 10.0, cpu, None, None, None, None)


def listing(*told: Told, answers: bool = True, engine: str = "docker") -> Listing:
    return Listing(engine, {"Version": "28.2.2"}, {entry.id: entry for entry in told}, answers)


class Joined(unittest.TestCase):
    def names(self, *listings: Listing) -> list[tuple[str, str]]:
        found = joined([use(WEB), use("101", "lxc"), use(DB, "podman", paused=True)], listings)
        return [(entry.name, entry.state) for entry in found.known]

    def test_without_an_engine(self) -> None:
        self.assertEqual(self.names(), [("0123456789ab", "running"), ("101", "running"), ("fedcba987654", "paused")])

    def test_names_stay_when_the_engine_fails(self) -> None:
        for answers in (True, False):
            self.assertEqual(self.names(listing(TOLD, answers=answers))[0], ("web", "running"))

    def test_one_without_a_name(self) -> None:
        self.assertEqual(self.names(listing(TOLD._replace(names=())))[0], ("0123456789ab", "running"))

    def test_one_that_another_links(self) -> None:
        self.assertEqual(self.names(listing(TOLD._replace(names=("/shop/db", "/web"))))[0], ("web", "running"))

    def test_those_that_have_ended(self) -> None:
        old = TOLD._replace(id=OLD, names=("/old",), state="exited")
        gone = TOLD._replace(id="11" * 32, names=("/gone",))                 # its group is gone: it has just ended
        self.assertEqual(self.names(listing(TOLD, old, gone))[-1], ("old", "exited"))
        self.assertEqual(len(self.names(listing(TOLD, old, gone))), 4)
        self.assertEqual(len(self.names(listing(TOLD, old, answers=False))), 3)

    def test_one_that_was_started_since_the_engine_was_asked(self) -> None:
        self.assertEqual(self.names(listing(TOLD._replace(state="exited")))[0], ("web", "running"))

    def test_two_engines(self) -> None:
        found = joined([use(WEB), use(DB, "podman")], [
            listing(TOLD), listing(TOLD._replace(id=DB, names=("/db",)), engine="podman")])
        self.assertEqual([entry.name for entry in found.known], ["web", "db"])
        self.assertEqual(set(found.versions), {"docker", "podman"})


class Served(unittest.TestCase):
    """A machine without a control group, and containers that the test makes up."""

    def house(self, *uses: ContainerUse, listings: tuple[Listing, ...] = (), **changed: Any) -> House:
        roots = Roots(*(os.path.join(HOSTS, "server", name) for name in ("proc", "sys", "root")))
        return House(roots, {CONTAINERS: Sampled(lambda roots: joined(uses, listings))}, **changed)

    def test_api_2(self) -> None:
        found = self.house(use(WEB, read_bytes=9, processes=4), listings=(listing(TOLD),)).json("/api/2/docker")
        self.assertEqual(found["version"], {"Version": "28.2.2"})
        self.assertEqual(found["containers"], [{
            "key": "name", "name": "web", "Id": WEB, "Image": "nginx:1.25", "Status": "running", "Created": 1700000000,
            "Command": "/entry ngi\u2026", "Names": ["/web", "/other"], "pids": 4, "cpu": {"total": 12.3},
            "memory": {"usage": 300, "limit": 400}, "network": {},
            "io": {"time_since_update": 10.0, "cumulative_ior": 9}}])

    def test_api_3(self) -> None:
        element = self.house(use(WEB, anonymous_bytes=5), listings=(listing(TOLD),)).json(
            "/api/3/containers")["containers"][0]
        unknown = self.house(use("101", "lxc")).json("/api/3/containers")["containers"][0]
        self.assertEqual((unknown["Image"], unknown["Command"]), ([], []))       # clients join them to a text
        self.assertEqual({name: element[name] for name in (
            "Image", "Created", "Command", "Uptime", "cpu_percent", "memory", "memory_usage", "network_rx")}, {
            "Image": ["nginx:1.25"], "Created": "2023-11-14T22:13:20Z", "Command": ["/entry", "nginx"],
            "Uptime": "16 minutes", "cpu_percent": 12.3, "memory": {"usage": 300, "limit": 400, "rss": 5},
            "memory_usage": 300, "network_rx": None})

    def test_api_4(self) -> None:
        element = self.house(use(WEB, inactive_file_bytes=7, cpu_limit=0.0), listings=(listing(TOLD),)).json(
            "/api/4/containers")[0]
        self.assertEqual({name: element[name] for name in (
            "id", "image", "status", "health", "command", "uptime", "ports", "pod_name", "cpu_limit", "memory",
            "memory_inactive_file", "memory_limit", "memory_percent", "io_rx", "engine")}, {
            "id": WEB, "image": "nginx:1.25", "status": "running", "health": "healthy", "command": "/entry nginx",
            "uptime": "16 minutes", "ports": "8080->80/tcp,443/tcp", "pod_name": None, "cpu_limit": 13,
            "memory": {"usage": 300, "limit": 400, "inactive_file": 7}, "memory_inactive_file": 7, "memory_limit": 400,
            "memory_percent": None, "io_rx": None, "engine": "docker"})

    def test_without_arguments(self) -> None:
        """--hide-arguments: the command of a container has arguments, too."""
        told = TOLD._replace(command="/entry --token=SECRET", arguments=("/entry", "--token=SECRET"))
        for listed, expected in ((told, ["/entry"]), (told._replace(arguments=None), ["/entry"])):
            house = self.house(use(WEB), listings=(listing(listed),), hide_arguments=True)
            with self.subTest(listed.arguments):
                self.assertEqual(house.json("/api/2/docker")["containers"][0]["Command"], "/entry")
                self.assertEqual(house.json("/api/3/containers")["containers"][0]["Command"], expected)
                self.assertEqual(house.json("/api/4/containers")[0]["command"], "/entry")

    def test_none(self) -> None:
        house = self.house()
        self.assertEqual([house.json(path) for path in ("/api/2/docker", "/api/3/containers", "/api/4/containers")],
                         [{}, {}, []])
        answers = self.house(listings=(listing(),)).json("/api/2/docker")
        self.assertEqual(answers, {"version": {"Version": "28.2.2"}, "containers": []})

    def test_one_that_has_ended_or_is_not_accounted(self) -> None:
        """Never null in the nested objects, and never 0: a client adds up what is there."""
        old = TOLD._replace(state="exited")
        for house in (self.house(listings=(listing(old),)),
                      self.house(use(WEB, cpu=None, memory_bytes=None), listings=(listing(TOLD),))):
            for element in (house.json("/api/2/docker")["containers"][0], house.json("/api/4/containers")[0]):
                self.assertEqual([element[name] for name in ("cpu", "memory", "network", "io")], [{}] * 4)
            element = house.json("/api/4/containers")[0]
            self.assertEqual([element[name] for name in (
                "cpu_percent", "cpu_limit", "memory_usage", "network_rx")], [None] * 4)

    def test_the_sum_that_home_assistant_makes(self) -> None:
        elements = self.house(use(WEB), use(DB, cpu=None), use("1", "lxc", cpu=2.0)).json("/api/4/containers")
        running = [element for element in elements if element["status"] == "running"]
        self.assertEqual(sum(element["cpu"].get("total", 0) for element in running), 14.3)
        self.assertEqual(sum(element["memory"].get("usage", 0) for element in running), 900)

    def settings(self, text: str) -> dict[str, Any]:
        path = os.path.join(self.folder(), "glances.conf")
        with open(path, "w") as file:
            file.write(text)
        found = read_settings(["-C", path], {})
        return {"plugins": found.plugins, "limits": found.limits, "filters": found.filters}

    def folder(self) -> str:
        import shutil
        import tempfile
        made = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, made)
        return made

    def test_all_of_api_2_has_their_later_name_too(self) -> None:
        """glances-api looks for no other. Where there are none, its answer is as it ever was."""
        whole = self.house(use(WEB), listings=(listing(TOLD),)).json("/api/2/all")
        self.assertEqual(whole["containers"], whole["docker"])
        whole = self.house().json("/api/2/all")
        self.assertEqual((whole["docker"], "containers" in whole), ({}, False))

    def test_hide_show_alias(self) -> None:
        for section in ("docker", "containers"):
            house = self.house(use(WEB), use("101", "lxc"), listings=(listing(TOLD),), **self.settings(
                "[%s]\nhide=10.*\nweb_alias=Shop\n" % section))
            self.assertEqual([(element["name"], element.get("alias")) for element in
                              house.json("/api/2/docker")["containers"]], [("web", "Shop")])
            self.assertEqual([element["name"] for element in house.json("/api/4/containers")], ["web"])

    def test_limits_views_and_one_event(self) -> None:
        for section in ("docker", "containers"):
            with self.subTest(section):
                house = self.house(use(WEB, cpu=95.0), use("101", "lxc", cpu=95.0), listings=(listing(TOLD),),
                                   **self.settings("[%s]\ncpu_careful=50\nweb_cpu_critical=90\nmem_warning=70\n"
                                                   "log=True\n" % section))
                two = house.views("docker")
                self.assertEqual((two["web"]["cpu"]["decoration"], two["101"]["cpu"]["decoration"],
                                  two["web"]["memory"]["decoration"]),
                                 ("CRITICAL_LOG", "CAREFUL_LOG", "WARNING_LOG"))
                self.assertEqual(two["web"]["mem"], two["web"]["memory"])
                four = house.json("/api/4/containers/views")
                self.assertEqual(four["web"]["mem"]["decoration"].partition("_")[0], "WARNING")
                self.assertIs(four["show_engine_name"], True)
                self.assertTrue(json.dumps(four["web"]["cpu_percent"]["decoration"]).startswith('"CRITICAL'))
                house.watch.tick()
                house.time.sleep(10)
                house.watch.tick()
                events = [event.type for event in house.alerts.events()]
                self.assertEqual(events.count("CONTAINERS_WEB_CPU"), 1)
                self.assertEqual([event for event in events if "DOCKER" in event], [])

    def test_nobody_reads_them_for_a_tick_without_limits(self) -> None:
        asked: list[int] = []
        roots = Roots(*(os.path.join(HOSTS, "server", name) for name in ("proc", "sys", "root")))
        house = House(roots, {CONTAINERS: Sampled(lambda roots: asked.append(1))})
        house.watch.tick()
        self.assertEqual(asked, [])


if __name__ == "__main__":
    unittest.main()
