"""API 2, 3 and 4 of one daemon: what they share is the same figure, of the same sample."""
from __future__ import annotations

import json
import sys
import unittest
from typing import Any, Mapping
from unittest import mock

from glancesd.alerts import CPU, Event
from glancesd.answers import Refused, dump
from glancesd.api import fields, v2, v3, v4, v4_processes
from glancesd.api.dialect import Dialect, Plugin
from glancesd.api.site import VERSIONS
from glancesd.collectors.process_details import Detail, Pages
from glancesd.collectors.processes import Activity, Process
from glancesd.figures import KEPT
from glancesd.readings import NOTHING, Reading
from glancesd.settings import default_settings
from glancesd.settings.filters import filters
from glancesd.settings.sections import PLUGINS
from glancesd.sources import MEMORY
from glancesd.watch import WATCHED, Busy
from tests import assembly, fake_host, test_connections, test_opened
from tests.bench import trees
from tests.test_opened import SIZE, Rig

DIALECTS = (v2.DIALECT, v3.DIALECT, v4.DIALECT)
SHARES = ("total", "user", "system", "idle", "nice", "iowait", "irq", "steal", "guest")

# plugin, key of its elements, fields of API 2, of API 3, of API 4
SAME: tuple[tuple[Any, ...], ...] = (
    ("cpu", "", *[(*SHARES, "ctx_switches", "interrupts", "soft_interrupts", "time_since_update")] * 3),
    ("percpu", "cpu_number", *[SHARES[1:]] * 3),
    ("load", "", *[("min1", "min5", "min15", "cpucore")] * 3),
    ("mem", "", *[("total", "available", "percent", "used", "active", "inactive", "buffers", "cached", "shared")] * 3),
    ("memswap", "", *[("total", "used", "free", "percent", "sin", "sout")] * 3),
    ("network", "interface_name",
     *[("rx", "tx", "cx", "cumulative_rx", "cumulative_tx", "cumulative_cx", "speed", "is_up",
        "time_since_update")] * 2,
     ("bytes_recv", "bytes_sent", "bytes_all", "bytes_recv_gauge", "bytes_sent_gauge", "bytes_all_gauge", "speed",
      "is_up", "time_since_update")),
    ("diskio", "disk_name", *[("read_count", "write_count", "read_bytes", "write_bytes", "time_since_update")] * 3),
    ("fs", "mnt_point", *[("device_name", "fs_type", "size", "used", "free", "percent")] * 3),
    ("processcount", "", *[("total", "running", "sleeping", "thread", "pid_max")] * 3),
    ("processlist", "pid", *[("name", "username", "nice", "num_threads", "cpu_percent", "memory_percent",
                              "io_counters")] * 3),
    ("quicklook", "", *[("cpu", "mem", "swap")] * 3),
    ("irq", "irq_line", *[("irq_rate", "time_since_update")] * 3),
    ("ip", "", *[("address", "mask", "mask_cidr", "gateway")] * 3),
    ("core", "", *[("phys", "log")] * 3),
    ("system", "", *[("os_name", "hostname", "platform", "linux_distro", "os_version")] * 3),
)


class Agreement(unittest.TestCase):
    def figures(self, value: Any, key: str, names: tuple[str, ...]) -> Any:
        if not key:
            return [value.get(name) for name in names] if value else None
        return {element[key]: [element.get(name) for name in names] for element in value}

    def test_every_figure_that_they_share(self) -> None:
        had: set[str] = set()
        for host in assembly.hosts():
            house = assembly.fixture(host)
            for plugin, key, *names in SAME:
                with self.subTest("%s %s" % (host, plugin)):
                    two, three, four = [
                        self.figures(house.json("/api/%d/%s" % (version, plugin)), key, of_version)
                        for version, of_version in zip((2, 3, 4), names)]
                    self.assertEqual(two, three)
                    self.assertEqual(three, four)
                    had.update([plugin] if two else ())
        self.assertEqual(had, {plugin for plugin, *_ in SAME})

    def test_lists_of_3_are_objects_of_4(self) -> None:
        for host in assembly.hosts():
            house = assembly.fixture(host)
            four = {entry["pid"]: entry for entry in house.json("/api/4/processlist")}
            self.assertTrue(any(entry["memory_info"] for entry in four.values()), host)
            for entry in house.json("/api/3/processlist"):
                for field in ("memory_info", "cpu_times", "gids"):
                    of_four = four[entry["pid"]][field]
                    self.assertEqual(entry[field], list(of_four.values()) if of_four is not None else None)

    def test_histories_are_the_same_points(self) -> None:
        house = assembly.fixture("server")
        three, four = house.json("/api/3/network/history"), house.json("/api/4/network/history")
        self.assertEqual(len(three), 2 * len(house.json("/api/3/network")))
        for item, points in three.items():
            name, _, direction = item.rpartition("_")
            of_four = four["%s_bytes_%s_rate_per_sec" % (name, {"rx": "recv", "tx": "sent"}[direction])]
            self.assertEqual([value for _, value in points], [value for _, value in of_four])

    def test_the_history_of_quicklook_is_that_of_its_figures(self) -> None:
        house = assembly.fixture("server")
        for version in (3, 4):
            found, shown = house.json("/api/%d/quicklook/history" % version), house.json("/api/%d/quicklook" % version)
            self.assertEqual({item: points[-1][1] for item, points in found.items()},
                             {item: shown[item] for item in ("cpu", "mem", "swap")})
            self.assertEqual(found["mem"], house.json("/api/%d/mem/history" % version)["percent"])
        self.assertEqual(house.json("/api/3/quicklook/cpu/history/1"),
                         {"cpu": house.json("/api/3/quicklook/history")["cpu"][-1:]})
        self.assertEqual(house.json("/api/4/quicklook/cpu/history"), found["cpu"])

    def test_a_span_is_that_of_the_samples_whoever_asked(self) -> None:
        house = assembly.fixture("server")
        house.json("/api/2/mem")
        for seconds, versions in ((3, (3,)), (4, (3, 4)), (5, (4,)), (2, (3, 4))):
            house.time.sleep(seconds)
            for version in versions:
                self.assertEqual(house.json("/api/%d/memswap" % version)["time_since_update"], seconds)

    def test_busiest_first(self) -> None:
        for version in (3, 4):
            listed = assembly.fixture("server").json("/api/%d/processlist" % version)
            order = [(-entry["cpu_percent"], -entry["memory_percent"]) for entry in listed]
            self.assertEqual(order, sorted(order))


class NotCounted(fake_host.Tree):
    def test_what_this_kernel_does_not_count_is_no_0(self) -> None:
        host = self.host({
            "proc/stat": "cpu  5 0 7 900\ncpu0 5 0 7 900\n", "proc/diskstats": "   8 1 sda1 35 38 50 60\n",
            "proc/net/tcp": test_connections.table("0A"), "proc/sys/net/netfilter/nf_conntrack_count": "7\n",
            "proc/sys/net/netfilter/nf_conntrack_max": "0\n"})
        house = assembly.House(host)
        house.readings.baselines()
        house.time.sleep(10)
        for version in (2, 3, 4):
            with self.subTest(version):
                counts = set(house.json("/api/%d/cpu" % version)) & {
                    name + suffix for name in ("ctx_switches", "interrupts", "soft_interrupts")
                    for suffix in ("", "_gauge", "_rate_per_sec")}
                self.assertEqual(counts, set())
                self.assertNotIn("ctx_switches", house.json("/api/%d/cpu/views" % version))
        disk = house.json("/api/4/diskio")[0]
        self.assertEqual([field for field in disk if field.startswith(("read_time", "write_time"))], [])
        self.assertEqual((disk["read_count"], disk["read_latency"]), (0, None))
        for version in (3, 4):
            self.assertIsNone(house.json("/api/%d/connections" % version)["nf_conntrack_percent"])


class OneSample(unittest.TestCase):
    def test_the_second_dialect_of_a_second_opens_only_what_it_alone_shows(self) -> None:
        with trees.folder() as tree:
            trees.write(tree, SIZE)
            rig = Rig(tree)
            rig.daemon._readings.baselines()
            rig.opened(1)
            rig.opened(1, "/api/4/all")                      # arguments and groups, which hardly change
            first = rig.opened(1)
            trees.write(tree, SIZE, instant=3)
            self.assertIn("proc/stat", first)
            again = {version: rig.opened(0, "/api/%d/all" % version) for version in (2, 3)}
            self.assertEqual(again[2], {})
            self.assertLessEqual({path for path in again[3] if "statm" not in path and not path.startswith("sys/")},
                                 {"proc/cpuinfo", "proc/net/tcp", "proc/net/tcp6", "proc/1/net/tcp",
                                  "proc/sys/net/netfilter/nf_conntrack_count"})
            self.assertEqual(rig.opened(0, "/api/4/all"), {})

    def test_a_process_that_did_nothing_is_not_read_for_3_and_4(self) -> None:
        with trees.folder() as tree:
            trees.write(tree, SIZE)
            rig = Rig(tree)
            rig.daemon._readings.baselines()
            rig.opened(1, "/api/4/all")
            opened = rig.opened(1, "/api/4/all")
            self.assertEqual([path for path in opened if path.endswith("/statm")], [])
            of_processes = filter(None, map(test_opened._OF_A_PROCESS.match, opened))
            self.assertLessEqual({match.group(1) for match in of_processes}, {"stat", "io"})


class Tables(unittest.TestCase):
    def test_versions(self) -> None:
        self.assertEqual([version for version, _ in VERSIONS], [dialect.version for dialect in DIALECTS])

    def test_plugins_have_a_section_of_the_settings(self) -> None:
        for dialect in DIALECTS:
            self.assertLessEqual(set(dialect.plugins), set(PLUGINS))

    def test_figures_exist(self) -> None:
        for dialect in DIALECTS:
            with self.subTest(dialect.version):
                for plugin, series in dialect.series.items():
                    self.assertLessEqual(set(series), set(KEPT[plugin].figures))
                self.assertLessEqual(set(dialect.judged), set(WATCHED))

    def test_every_field_of_4_has_a_sentence(self) -> None:
        seen = set()
        for host in assembly.hosts():
            house = assembly.fixture(host)
            for plugin in v4.PLUGINS:
                value = house.json("/api/4/" + plugin)
                rows = value if isinstance(value, list) else [value]
                for row in rows if plugin not in ("help", "raid") else ():
                    for field in row if isinstance(row, Mapping) else ():
                        with self.subTest("%s.%s" % (plugin, field)):
                            self.assertIsNotNone(fields.describe(plugin, field)[1])
                        seen.add(plugin)
        self.assertGreater(len(seen), 20)


class Third(unittest.TestCase):
    """A dialect is a module and a row: one plugin is enough, the rest has defaults."""

    def test_one_plugin(self) -> None:
        def mem(settings: Any, memory: Any) -> Any:
            return {"taken": memory.value.used_bytes, "share": memory.value.used_percent}

        of_memory = {"mem": {"used_percent": ("share",)}}
        nine = Dialect("9", {"mem": Plugin((MEMORY,), mem, {})}, judged=of_memory,
                       series={"mem": {"used_percent": "share"}})
        with mock.patch.dict(sys.modules, {"glancesd.api.v9": mock.Mock(DIALECT=nine)}):
            house = assembly.fixture("laptop", versions=(*VERSIONS, ("9", "v9")))
            two = house.json("/api/2/mem")
            self.assertEqual(house.json("/api/9/mem"), {"taken": two["used"], "share": two["percent"]})
            self.assertEqual(house.json("/api/9/mem/share"), {"share": two["percent"]})
            self.assertEqual(house.json("/api/9/mem/views")["share"], house.json("/api/2/mem/views")["used"])
            self.assertEqual(house.json("/api/9/mem/history")["share"], house.json("/api/2/mem/history")["percent"])
            self.assertEqual((house.json("/api/9/pluginslist"), list(house.json("/api/9/all"))), (["mem"], ["mem"]))
            self.assertEqual(house.json("/api/9/summary")["processlist"], [])


class Shapes(unittest.TestCase):
    def setUp(self) -> None:
        self.house = assembly.fixture("laptop")

    def refused(self, path: str) -> int:
        with self.assertRaises(Refused) as caught:
            self.house.answer(path)
        return caught.exception.status

    def test_a_version_is_loaded_when_it_is_asked(self) -> None:
        self.assertEqual([pages.dialect.version for pages in self.house.dialects.pages()], ["2"])
        self.house.json("/api/4/load")
        self.assertEqual([pages.dialect.version for pages in self.house.dialects.pages()], ["2", "4"])
        self.assertIn("processcount", self.house.dialects.kept())

    def test_disabled(self) -> None:
        house = assembly.fixture("laptop", disable_plugin=("mem",), disable_api=("3",))
        self.assertNotIn("mem", house.json("/api/4/all"))
        self.assertNotIn("mem", house.json("/api/4/all/limits"))
        self.assertNotIn("mem", house.json("/api/4/all/views"))
        self.assertTrue(house.json("/api/4/args/disable_mem"))
        self.house = house
        self.assertEqual((self.refused("/api/4/mem"), self.refused("/api/3/all")), (404, 404))

    def test_fields_that_the_settings_leave_out_of_4(self) -> None:
        chosen = filters({"processlist": {"disable_stats": "cpu_num,gids"}, "mem": {"disable_stats": "cached"}})
        house = assembly.fixture("laptop", filters=chosen)
        four, three = house.json("/api/4/processlist")[0], house.json("/api/3/processlist")[0]
        self.assertEqual({"cpu_num", "gids", "name"}.intersection(four), {"name"})
        self.assertIn("gids", three)
        self.assertNotIn("cached", house.json("/api/4/mem"))
        self.assertNotIn("cached", house.json("/api/4/all")["mem"])

    def test_interfaces_that_are_down(self) -> None:
        chosen = filters({"network": {"hide_no_up": "True"}})
        for version in (2, 3, 4):
            house = assembly.fixture("server", filters=chosen)
            plain = assembly.fixture("server").json("/api/%d/network" % version)
            self.assertEqual([entry["interface_name"] for entry in house.json("/api/%d/network" % version)],
                             [entry["interface_name"] for entry in plain if entry.get("is_up") is not False])

    def test_interfaces_without_an_address(self) -> None:
        house = assembly.fixture("router", filters=filters({"network": {"hide_no_ip": "True"}}))
        for version in (2, 3, 4):
            self.assertEqual([entry["interface_name"] for entry in house.json("/api/%d/network" % version)],
                             ["lo", "wlan0", "br-lan", "pppoe-wan"])

    def test_thresholds_of_the_maker(self) -> None:
        for version in (3, 4):
            found = {entry["label"]: entry for entry in self.house.json("/api/%d/sensors" % version)}
            self.assertEqual((found["Package id 0"]["warning"], found["Package id 0"]["critical"]), (100, 100))

    def test_bare_paths(self) -> None:
        for path in ("/", "/api", "/api/2", "/api/2/", "/api/v2"):
            self.assertEqual(self.house.json(path), v2.HELP)
        for path in ("/api/3", "/api/3/", "/api/4", "/api/4/", "/api/5", "/api/v3/all"):
            self.assertEqual(self.refused(path), 404)

    def test_a_slash_at_the_end(self) -> None:
        for path, location in (("/api/4/cpu/", "/api/4/cpu"), ("/api/4/mem/used/", "/api/4/mem/used"),
                               ("/api/4/mem/a b/", "/api/4/mem/a%20b")):
            answer = self.house.answer(path)
            self.assertEqual((answer.status, answer.headers), (307, ("Location: " + location,)))
        for path in ("/api/4/nosuch/", "/api/3/cpu/", "/api/2/cpu/"):
            self.assertEqual(self.refused(path), 404)

    def test_a_value_may_be_empty(self) -> None:
        self.assertEqual(self.house.json("/api/4/network/interface_name/value/"), {"": []})
        self.assertIsNone(self.house.json("/api/4/cpu/user/value/"))

    def test_limits_are_floats_and_texts(self) -> None:
        for version in (3, 4):
            for found in self.house.json("/api/%d/all/limits" % version).values():
                self.assertEqual({type(limit) for limit in found.values()} - {float, list}, set())

    def test_units_of_4(self) -> None:
        for path, unit in (("cpu/time_since_update", "seconds"), ("diskio/time_since_update", None),
                           ("ports/refresh", None), ("ports/status", "second"), ("amps/timer", "second"),
                           ("amps/result", None), ("programlist/pid", "number"), ("connections/LISTEN", "number"),
                           ("connections/net_connections_enabled", None), ("cpu/ctx_switches_gauge", None)):
            self.assertEqual(self.house.json("/api/4/%s/unit" % path), unit, path)

    def test_counts_of_points(self) -> None:
        for path in ("/api/4/cpu/history?nb=1", "/api/4/cpu/history/1", "/api/3/cpu/history/1"):
            self.assertEqual({len(points) for points in self.house.json(path).values()}, {1})
        self.assertEqual(len(self.house.json("/api/4/cpu/user/history?nb=1")), 1)
        for path in ("/api/4/cpu/history?nb=x", "/api/4/cpu/history?nb=-1", "/api/4/cpu/history/x",
                     "/api/3/cpu/history/x"):
            self.assertEqual(self.refused(path), 404)

    def test_views_of_3_know_what_never_moved(self) -> None:
        views = self.house.json("/api/3/network/views")["lo"]
        self.assertEqual((views["rx"]["_zero"], views["interface_name"]["_zero"], views["speed"]["_zero"]),
                         (True, True, True))
        self.assertEqual(set(views["rx"]), {"decoration", "optional", "additional", "splittable", "hidden", "_zero"})
        self.assertFalse(views["cumulative_rx"]["_zero"])

    def test_figures_that_never_moved_are_hidden_where_asked(self) -> None:
        chosen = filters({"network": {"hide_zero": "True", "hide_threshold_bytes": "1000000"},
                          "diskio": {"hide_zero": "yes"}})
        house = assembly.fixture("server", filters=chosen)
        views = house.json("/api/4/network/views")["eth0"]
        self.assertEqual([(views[name]["hidden"]) for name in (
            "bytes_recv_rate_per_sec", "bytes_sent_rate_per_sec", "bytes_all_rate_per_sec", "bytes_recv", "speed")],
            [True, True, False, False, False])
        self.assertTrue(house.json("/api/3/network/views")["eth0"]["rx"]["hidden"])
        self.assertFalse(house.json("/api/3/network/views")["eth0"]["cx"]["hidden"])
        self.assertTrue(house.json("/api/4/diskio/views")["sda"]["read_bytes_rate_per_sec"]["hidden"])
        served = house.dialects.find("4")
        assert served is not None and served.endpoints is not None
        field = "bytes_recv_rate_per_sec"
        for value, hidden in ((999999, True), (1000001, False), (0, False)):      # once it has moved, it stays
            self.assertEqual(served.endpoints.leaf("network", "eth0", field, value, "OK")["hidden"], hidden)
        # Nobody has asked for it: as ever.
        views = self.house.json("/api/4/network/views")["lo"]
        self.assertFalse(any(leaf["hidden"] for leaf in views.values()))

    def test_views_of_one_element_are_those_of_all(self) -> None:
        """Made by themselves: as objects the views of 5,000 processes took 40 MB for each who asked."""
        fewer = filters({"processlist": {"disable_stats": "cpu_num,gids"}})
        for house in (self.house, assembly.fixture("server", filters=fewer)):
            for plugin in ("processlist", "programlist", "network", "cpu"):
                views = house.json("/api/4/%s/views" % plugin)
                for name in [name for name in views if not set(name).intersection("/%")][:20]:
                    with self.subTest(plugin, name=name):
                        self.assertEqual(house.json("/api/4/%s/%s/views" % (plugin, name)), views[name])
                        for field in list(views[name])[:3] if plugin != "cpu" else ():
                            self.assertEqual(house.json("/api/4/%s/%s/%s/views" % (plugin, field, name)),
                                             views[name][field])
            self.assertIsNone(house.json("/api/4/processlist/999999/views"))
            self.assertEqual(house.json("/api/4/processes/1")["pid"], 1)

    def test_an_answer_is_made_once_for_all_who_ask(self) -> None:
        for path in ("/api/4/all/views", "/api/4/processlist/name", "/api/4/processlist/top/5", "/api/2/all/limits",
                     "/api/4/processlist/pid/value/1", "/api/3/cpu/history", "/api/4/cpu/user/history"):
            with self.subTest(path):
                self.assertIs(self.house.answer(path), self.house.answer(path))



class Programs(unittest.TestCase):
    """Processes of one name in API 4."""

    def process(self, pid: int, user: str = "ann", nice: int = 0) -> Process:
        return Process(pid, 1, "sh", "sh -c x", user, "S", nice, 2, 5, 100, 50, 4096, 8192, 10, None)

    def program(self, *processes: Process, gone: tuple[int, ...] = ()) -> Any:
        details = {process.pid: Detail((), (1, 1, 1), None if process.pid in gone else Pages(2, 1, 1, 0, 0, 3, 0),
                                       4096, 7, 8, 9, 0) for process in processes if process.pid}
        activities = [Activity(process, 1.5, 4, None) for process in processes]
        (found,) = json.loads(dump(v4_processes.ProgramList()(
            default_settings(), Reading(activities, elapsed=2.0), NOTHING, Reading(details))).decode())
        return found

    def test_sums(self) -> None:
        found = self.program(self.process(7), self.process(9, "bob"))
        self.assertEqual({name: found[name] for name in (
            "name", "pid", "childrens", "nprocs", "num_threads", "cpu_percent", "username", "nice", "status",
            "time_since_update", "io_counters")}, {
            "name": "sh", "pid": "_", "childrens": [7, 9], "nprocs": 2, "num_threads": 4, "cpu_percent": 3.0,
            "username": "_", "nice": 0, "status": "S", "time_since_update": 2.0, "io_counters": [20, 0, 8, 0, 1]})
        self.assertEqual(found["memory_info"], {"rss": 8192, "vms": 16384, "shared": 8192, "text": 0, "lib": 0,
                                                "data": 24576, "dirty": 0})
        self.assertEqual(found["cpu_times"], {"user": 2.0, "system": 1.0, "children_user": 0.14,
                                              "children_system": 0.16, "iowait": 0.18})

    def test_one_that_has_just_ended(self) -> None:
        both, one = self.program(self.process(7), self.process(9), gone=(9,)), self.program(self.process(7))
        self.assertEqual(both["memory_info"]["data"], one["memory_info"]["data"])
        self.assertEqual(both["memory_info"]["rss"], 8192)
        self.assertIsNone(self.program(self.process(7), gone=(7,))["memory_info"]["data"])
        self.assertEqual(self.program(self.process(7), self.process(0)), one)        # nothing was known of it yet


class HiddenArguments(unittest.TestCase):
    """--hide-arguments, and a process that has put them in its title."""

    def test_in_no_alert(self) -> None:
        process = Process(7, 1, "up SECRET", "up SECRET", "ann", "R", 0, 1, 5, 30, 4, 4096, 8192, None, None)
        top = (Busy(Activity(process, 90.0, None, None), 1.0),)
        events = Reading([Event(1.0, None, "CRITICAL", "CPU_USER", 95.0, 95.0, 95.0, 1, top, CPU)])
        settings = default_settings()._replace(hide_arguments=True)
        for name, served in (("2", v2.alert(settings, events, NOTHING)), ("3", v3.alert(settings, events, NOTHING)),
                             ("4", v4.alert(settings, events))):
            with self.subTest(name):
                self.assertIn('"up"', dump(served).decode())
                self.assertNotIn("SECRET", dump(served).decode())


if __name__ == "__main__":
    unittest.main()
