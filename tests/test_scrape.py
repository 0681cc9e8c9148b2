"""scrape: GET /metrics over fixture hosts and made-up ones."""
from __future__ import annotations

import os
import re
import tempfile
import threading
import unittest
from typing import Any, Optional
from unittest import mock

from glancesd import sources
from glancesd.answers import Refused, Request
from glancesd.collectors import cpu, interrupts, own_process
from glancesd.metrics import Endpoint, families, filters, rows
from glancesd.metrics.ratchet import Ratchet
from glancesd.metrics.rows import Group
from glancesd.metrics.scrape import choose, enabled
from glancesd.metrics.text import COUNTER, OPEN_METRICS, TEXT, family_name
from glancesd.readings import Sampled
from glancesd.roots import NoData, Roots
from glancesd.settings import default_settings
from glancesd.settings.metrics import COLLECTORS, ON_REQUEST
from tests.assembly import HOSTS, House
from tests.fake_host import Tree
from tests.test_faults import Rig

_LINE = r'\A(|#.*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? \S+)\Z'
_SAMPLE = re.compile(r"^([a-zA-Z0-9_:]+)(\{.*\})? (\S+)$", re.MULTILINE)


class Scraped:
    """GET /metrics over trees, or over sources in their place."""

    def __init__(self, roots: Roots, table: Optional[dict[str, Any]] = None, **changed: Any) -> None:
        self.house = House(roots, table)
        self.settings = self.house.settings._replace(metrics=self.house.settings.metrics._replace(**changed))
        self.endpoint = Endpoint(self.house.readings, roots, self.house.time.clock(), self.house.log)

    def page(self, *query: tuple[str, str], accept: Optional[str] = None) -> str:
        request = Request("GET", ("metrics",), query, "localhost", True, False, accept, False, 0, False, None, None)
        return self.endpoint.answer(self.settings, request).body.decode()

    def samples(self, *query: tuple[str, str]) -> dict[str, str]:
        return {name + (labels or ""): number for name, labels, number in _SAMPLE.findall(self.page(*query))}

    def success(self, collector: str) -> Optional[str]:
        return self.samples().get('node_scrape_collector_success{collector="%s"}' % collector)


def fixture(host: str, table: Optional[dict[str, Any]] = None, **changed: Any) -> Scraped:
    return Scraped(Roots(*(os.path.join(HOSTS, host, tree) for tree in ("proc", "sys", "root"))), table, **changed)


class Table(unittest.TestCase):
    def headings(self) -> list[Any]:
        groups = [group for collector in (*families.COLLECTORS.values(), families.OWN) for group in collector.groups]
        return [heading for group in groups if isinstance(group, Group) for heading, _ in group.families]

    def test_every_row(self) -> None:
        names = [family_name(heading.name, heading.kind) for heading in self.headings()]
        self.assertEqual(len(names), len(set(names)))
        for heading in self.headings():
            with self.subTest(heading.name):
                self.assertRegex(heading.name, r"\A(node|process|glancesd)_[a-zA-Z0-9_]+\Z")
                self.assertEqual(heading.name.endswith("_total"), heading.kind == COUNTER)
                self.assertRegex(heading.help, r"\A[A-Za-z0-9][^\n]{8,}\.\Z")

    def test_settings_know_every_collector(self) -> None:
        on = [name for name, collector in families.COLLECTORS.items() if not collector.on_request]
        self.assertEqual(set(on), set(COLLECTORS))
        self.assertEqual({name for name in families.COLLECTORS if name not in on}, set(ON_REQUEST))

    def test_every_source_is_one(self) -> None:
        own = {families.MOUNTS, families.WALL_CLOCK, families.TEXT_FILES, families.OWN_PROCESS}
        known = set(House(Roots("/nowhere")).readings.slots) | own
        for name, collector in families.COLLECTORS.items():
            for group in collector.groups:
                self.assertIn(group.source, known, name)


class Choice(unittest.TestCase):
    ON = {name: families.COLLECTORS[name] for name in ("cpu", "stat", "meminfo")}

    def test_choices(self) -> None:
        for query, expected in (
                ((), ["cpu", "stat", "meminfo"]),
                ((("collect[]", "meminfo"), ("collect[]", "cpu")), ["cpu", "meminfo"]),
                ((("collect", "stat"),), ["stat"]), ((("exclude[]", "stat"),), ["cpu", "meminfo"]),
                ((("exclude", "stat"), ("exclude[]", "cpu")), ["meminfo"]),
                ((("target", "x"), ("", ""), ("collect[", "cpu")), ["cpu", "stat", "meminfo"])):
            with self.subTest(query):
                self.assertEqual(list(choose(self.ON, query)), expected)

    def test_refused(self) -> None:
        for query, word in (((("collect[]", "nosuch"),), "nosuch"), ((("exclude[]", "CPU"),), "CPU"),
                            ((("collect[]", "processes"),), "processes"), ((("collect[]", ""),), "no collector"),
                            ((("collect[]", "cpu"), ("exclude[]", "stat")), "at once")):
            with self.subTest(query), self.assertRaises(Refused) as caught:
                choose(self.ON, query)
            self.assertEqual(caught.exception.status, 400)
            self.assertIn(word, caught.exception.message)

    def test_settings(self) -> None:
        settings = default_settings(2)
        self.assertNotIn("processes", enabled(settings))
        changed = settings._replace(metrics=settings.metrics._replace(enable=("processes",), disable=("cpu",)))
        self.assertIn("processes", enabled(changed))
        self.assertNotIn("cpu", enabled(changed))


class Pages(unittest.TestCase):
    def test_filtered(self) -> None:
        scraped = fixture("router")
        names = {name.partition("{")[0] for name in scraped.samples(("collect[]", "loadavg"))}
        self.assertEqual({name for name in names if not name.startswith(("process_", "node_scrape_"))},
                         {"node_load1", "node_load5", "node_load15", "node_exporter_build_info", "glancesd_build_info"})

    def test_both_formats(self) -> None:
        scraped = fixture("router")
        plain, other = scraped.page(), scraped.page(accept="application/openmetrics-text")
        self.assertTrue(other.endswith("\n# EOF\n"))
        self.assertEqual(len(_SAMPLE.findall(plain)), len(_SAMPLE.findall(other)))
        self.assertIn("# TYPE node_forks_total counter\n", plain)
        self.assertIn("# TYPE node_forks counter\n", other)
        self.assertIn("# TYPE node_vmstat_pgfault unknown\n", other)

    def test_content_type(self) -> None:
        scraped = fixture("lxc")
        for accept, form in ((None, TEXT), ("application/openmetrics-text", OPEN_METRICS)):
            request = Request("GET", ("metrics",), (), "x", True, False, accept, False, 0, False, None, None)
            answer = scraped.endpoint.answer(scraped.settings, request)
            self.assertEqual((answer.content_type, answer.status), (form.content_type, 200))
            self.assertIn("Vary: Accept", answer.headers)

    def test_on_request(self) -> None:
        scraped = fixture("server", enable=("processes", "interrupts", "tcpstat"))
        found = scraped.samples()
        self.assertGreater(int(found["node_processes_pids"]), 5)
        self.assertGreaterEqual(int(found["node_processes_threads"]), int(found["node_processes_pids"]))
        self.assertIn('node_processes_state{state="Z"}', found)
        self.assertTrue([name for name in found if name.startswith('node_interrupts_total{cpu="0",type="LOC"')])
        self.assertNotIn("node_processes_pids", fixture("server").samples())

    def test_a_row_of_interrupts_is_taken_apart_a_few_times_however_many_cpus(self) -> None:
        def rows_and_looks(cpus: int) -> tuple[int, int]:
            head = " ".join("CPU%d" % number for number in range(cpus))
            table = interrupts.parse("%s\n 7: %s GIC 1 timer\n" % (head, "3 " * cpus))
            with mock.patch.object(interrupts, "_counts", wraps=interrupts._counts) as looked:
                return len(list(rows.interrupts(table, filters.NONE))), looked.call_count

        few, many = rows_and_looks(2), rows_and_looks(64)
        self.assertEqual((few[0], many[0]), (2, 64))
        self.assertEqual(few[1], many[1])

    def test_two_scrapes_have_the_same_series(self) -> None:
        for host in ("server", "laptop", "centos6"):
            scraped = fixture(host)
            first = list(scraped.samples())
            scraped.house.time.sleep(15)
            self.assertEqual(first, list(scraped.samples()))

    def test_a_scrape_reads_anew(self) -> None:
        counts = iter(range(100))
        scraped = fixture("lxc", {sources.LOAD: Sampled(lambda roots: mock.Mock(min1=next(counts), min5=0, min15=0))})
        seen = []
        for pause in (0.1, 0.2, 0.3, 5):
            seen.append(scraped.samples(("collect[]", "loadavg"))["node_load1"])
            scraped.house.time.sleep(pause)
        self.assertEqual(seen, ["0", "0", "1", "2"])

    def test_the_wall_clock(self) -> None:
        scraped = fixture("lxc")
        first = float(scraped.samples()["node_time_seconds"])
        scraped.house.time.sleep(0.125)
        self.assertEqual(float(scraped.samples()["node_time_seconds"]), first + 0.125)

    def test_what_is_slow_may_be_older(self) -> None:
        calls: list[int] = []

        def sample(roots: Roots) -> list[Any]:
            calls.append(1)
            return []
        scraped = fixture("lxc", {sources.HWMON: Sampled(sample, slow=True)})
        for pause in (1, 8, 2):
            self.assertEqual(scraped.success("hwmon"), "1")
            scraped.house.time.sleep(pause)
        self.assertEqual(len(calls), 1)
        scraped.page()
        self.assertEqual(len(calls), 2)


class Failures(unittest.TestCase):
    def failing(self, problem: Exception) -> Any:
        def sample(*given: Any) -> Any:
            raise problem
        return Sampled(sample)

    def test_a_collector_that_fails(self) -> None:
        healthy = fixture("server").samples()
        for problem, lines in ((NoData("x"), 0), (OSError(5, "Input/output error"), 1), (KeyError("bug"), 1)):
            with self.subTest(problem):
                scraped = fixture("server", {sources.NETSTAT: self.failing(problem)})
                found = scraped.samples()
                self.assertEqual(found['node_scrape_collector_success{collector="netstat"}'], "0")
                self.assertEqual({name for name in healthy if name not in found},
                                 {name for name in healthy if name.startswith("node_netstat_")})
                scraped.page()
                self.assertEqual(len(scraped.house.lines), lines)

    def test_never_a_value_of_before(self) -> None:
        state = {"fails": False}

        def sample(roots: Roots) -> Any:
            if state["fails"]:
                raise OSError(5, "Input/output error")
            return mock.Mock(min1=1, min5=2, min15=3)
        for slow in (False, True):
            state["fails"] = False
            scraped = fixture("lxc", {sources.LOAD: Sampled(sample, slow=slow)})
            self.assertEqual(scraped.success("loadavg"), "1")
            state["fails"] = True
            scraped.house.time.sleep(20)
            self.assertEqual(scraped.success("loadavg"), "0")
            self.assertNotIn("node_load1", scraped.samples())
            state["fails"] = False
            scraped.house.time.sleep(2)
            self.assertEqual(scraped.success("loadavg"), "1")

    def test_a_bug_while_a_family_is_made_takes_the_whole_collector(self) -> None:
        scraped = fixture("lxc", {sources.LOAD: Sampled(lambda roots: mock.Mock(spec=["min1"], min1=1))})
        self.assertEqual(scraped.success("loadavg"), "0")
        self.assertNotIn("node_load1", scraped.samples())
        self.assertEqual(len(scraped.house.lines), 1)

    def test_nothing_works(self) -> None:
        scraped = Scraped(Roots("/nowhere", "/nowhere", "/nowhere"))
        with mock.patch.object(own_process, "sample", side_effect=OSError(13, "Permission denied")):
            found = scraped.samples()
        works = {name for name, value in found.items()
                 if name.startswith("node_scrape_collector_success") and value == "1"}
        self.assertEqual(works, {'node_scrape_collector_success{collector="%s"}' % name for name in (
            "sockstat", "cpufreq", "thermal_zone", "time", "uname", "os", "edac", "selinux", "textfile")})
        self.assertEqual(found["node_textfile_scrape_error"], "0")


class Together(unittest.TestCase):
    def test_scrapes_at_once_are_whole(self) -> None:
        scraped = fixture("server")
        expected = set(scraped.samples())
        found: list[set[str]] = []

        def scrape() -> None:
            for _ in range(5):
                found.append(set(scraped.samples()))
        threads = [threading.Thread(target=scrape) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(found), 30)
        self.assertTrue(all(names == expected for names in found))
        self.assertEqual(scraped.house.lines, [])


class CpuTimes(unittest.TestCase):
    def stat(self, **cpus: tuple[int, ...]) -> cpu.Stat:
        times = {int(name[1:]): cpu.Times(*ticks) for name, ticks in cpus.items()}
        return cpu.Stat(cpu.Times(0, 0, 0, 0), times, 1, 1, 1, 1)

    def test_no_step_back(self) -> None:
        ratchet = Ratchet()
        ratchet(self.stat(c0=(10, 0, 5, 1000, 50), c1=(1, 1, 1, 500, 5)))
        held = ratchet(self.stat(c0=(11, 0, 5, 990, 49), c1=(1, 1, 1, 501, 5)))
        self.assertEqual(held.cpus, {0: cpu.Times(11, 0, 5, 1000, 50), 1: cpu.Times(1, 1, 1, 501, 5)})

    def test_no_step_back_on_the_page(self) -> None:
        stats = iter((self.stat(c0=(10, 0, 5, 1000)), self.stat(c0=(10, 0, 5, 990))))
        scraped = fixture("lxc", {sources.CPU_SAMPLE: Sampled(lambda roots: next(stats))})
        for _ in range(2):
            self.assertEqual(scraped.samples()['node_cpu_seconds_total{cpu="0",mode="idle"}'], "10.0")
            scraped.house.time.sleep(15)

    def test_a_cpu_that_was_unplugged_begins_anew(self) -> None:
        ratchet = Ratchet()
        ratchet(self.stat(c0=(10, 0, 5, 1000)))
        self.assertEqual(ratchet(self.stat(c0=(9, 0, 5, 701))).cpus[0], cpu.Times(10, 0, 5, 1000))
        self.assertEqual(ratchet(self.stat(c0=(9, 0, 5, 700))).cpus[0], cpu.Times(9, 0, 5, 700))

    def test_a_cpu_that_is_away_is_not_held(self) -> None:
        ratchet = Ratchet()
        ratchet(self.stat(c0=(10, 0, 5, 1000), c1=(1, 1, 1, 500)))
        self.assertEqual(list(ratchet(self.stat(c0=(10, 0, 5, 1000))).cpus), [0])
        self.assertEqual(ratchet(self.stat(c1=(1, 1, 1, 400))).cpus[1].idle, 400)

    def test_columns_of_an_old_kernel(self) -> None:
        found = fixture("centos6").samples()
        self.assertEqual({name for name in found if name.startswith('node_cpu_seconds_total{cpu="0"')},
                         {'node_cpu_seconds_total{cpu="0",mode="%s"}' % mode for mode in (
                             "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")})


class Names(Tree):
    HOSTILE = 'a"b\\c{}=,\t\x01 \u00e9'

    def test_hostile_names(self) -> None:
        row = "%s: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
        mounts = ('27 1 254:0 / / rw - ext4 /dev/vda rw\n'
                  '28 27 0:9 / /mnt/a\\040\\012\\134"b\xff rw - fuse.q" x"y\\134 rw\n')
        host = self.host({
            "proc/stat": "cpu  1 2 3 4\ncpu0 1 2 3 4\n",
            "proc/1/net/dev": "\n\n" + row % 'a"b\\c{}' + row % "\u00e9\x01",
            "proc/diskstats": "8 0 s\"d\\a 1 2 3 4 5 6 7 8 9 10 11\n", "root/etc/os-release": 'ID=a"b\nNAME="x\\"y"\n',
            "sys/class/power_supply/B\"T/online": "1\n", "sys/class/thermal/thermal_zone0/type": 'z"\\\n',
            "sys/class/thermal/thermal_zone0/temp": "1000\n", "sys/class/hwmon/hwmon0/name": 'n"v\n',
            "sys/class/hwmon/hwmon0/temp1_label": 'L"\\\n', "sys/class/hwmon/hwmon0/temp1_input": "1000\n",
            "sys/class/net/e\"0/operstate": "up\n", "sys/class/net/e\"0/ifalias": "up \"link\"\\\n"})
        with open(os.path.join(host.procfs, "1/mountinfo"), "wb") as file:
            file.write(mounts.encode("latin-1"))
        for accept in (None, "application/openmetrics-text"):
            page = Scraped(host).page(accept=accept)
            for line in page.split("\n"):
                self.assertRegex(line, _LINE)
            for part in ('device="a\\"b\\\\c{}"', 'device="\u00e9\x01"', 'mountpoint="/mnt/a \\n\\\\\\"b\ufffd"',
                         'device="x\\"y\\\\"', 'fstype="fuse.q\\""', 'power_supply="B\\"T"', 'type="z\\"\\\\"',
                         'label="L\\"\\\\"', 'ifalias="up \\"link\\"\\\\"', 'id="a\\"b"', 'device="s\\"d\\\\a"'):
                self.assertIn(part, page)


class Mounts(Tree):
    TABLE = ("27 1 254:0 / / rw,relatime - overlay overlay rw\n28 27 0:22 / /proc rw - proc proc rw\n"
             "29 27 8:1 / /srv ro - ext4 /dev/sda1 rw\n30 27 8:1 / /srv/again rw - ext4 /dev/sda1 rw,emergency_ro\n"
             "31 27 0:23 / /run rw - tmpfs tmpfs rw\n32 27 0:24 / /auto rw - autofs x rw\n"
             "33 27 8:2 / /gone rw - ext4 /dev/sda2 rw\n34 27 8:1 / /srv ro - ext4 /dev/sda1 rw\n")

    def scraped(self, **changed: Any) -> dict[str, str]:
        host = self.host({"proc/stat": "cpu 1 2 3 4\n", "proc/1/mountinfo": self.TABLE})
        for name in ("root/srv/again", "root/run", "root/auto"):
            os.makedirs(os.path.join(os.path.dirname(host.procfs), name))
        return Scraped(host, **changed).samples()

    def points(self, found: dict[str, str], family: str) -> list[str]:
        return re.findall(r'node_filesystem_%s\{[^}]*mountpoint="([^"]*)"' % family, "\n".join(found))

    def test_which(self) -> None:
        found = self.scraped()
        self.assertEqual(self.points(found, "readonly"), ["/", "/srv", "/srv/again", "/run", "/gone"])
        self.assertEqual(self.points(found, "size_bytes"), ["/", "/srv", "/srv/again", "/run"])

    def test_no_mount_of_yesterday(self) -> None:
        host = self.host({"proc/stat": "cpu 1 2 3 4\n", "proc/1/mountinfo": self.TABLE})
        scraped = Scraped(host)
        self.assertEqual(scraped.success("filesystem"), "1")
        with open(os.path.join(host.procfs, "1/mountinfo"), "w") as file:
            file.write("nonsense\n")
        scraped.house.time.sleep(15)
        found = scraped.samples()
        self.assertEqual(found['node_scrape_collector_success{collector="filesystem"}'], "0")
        self.assertEqual([name for name in found if name.startswith("node_filesystem_")], [])

    def test_read_only(self) -> None:
        found = {re.findall('mountpoint="([^"]*)"', name)[0]: value for name, value in self.scraped().items()
                 if name.startswith("node_filesystem_readonly")}
        self.assertEqual(found, {"/": "0", "/srv": "1", "/srv/again": "1", "/run": "0", "/gone": "0"})

    def test_errors(self) -> None:
        labels = '{device="/dev/sda2",mountpoint="/gone",fstype="ext4",device_error="no such file or directory"}'
        self.assertEqual(self.scraped()["node_filesystem_device_error" + labels], "1")

    def test_settings(self) -> None:
        found = self.scraped(mount_points_exclude="^/srv", fs_types_exclude="tmpfs")
        self.assertEqual(self.points(found, "readonly"), ["/", "/proc", "/gone"])
        self.assertEqual(self.points(self.scraped(mount_points_exclude="", fs_types_exclude=""), "readonly"),
                         ["/", "/proc", "/srv", "/srv/again", "/run", "/gone"])


class Settings(unittest.TestCase):
    def rig(self, text: str) -> Rig:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "glances.conf")
        with open(path, "w") as file:
            file.write("[metrics]\n" + text)
        return Rig("lxc", "-C", path)

    def test_taken_away(self) -> None:
        self.assertEqual(self.rig("").ask("/metrics").status, 200)
        self.assertEqual(self.rig("disable=True\n").ask("/metrics").status, 404)

    def test_a_collector_that_is_off(self) -> None:
        rig = self.rig("disable=loadavg\nenable=processes\n")
        page = rig.ask("/metrics").body
        self.assertNotIn(b"node_load1", page)
        self.assertIn(b"\nnode_processes_pids ", page)
        with self.assertRaises(Refused) as caught:
            rig.ask("/metrics?collect[]=loadavg")
        self.assertEqual(caught.exception.status, 400)


class NothingUntilAsked(unittest.TestCase):
    def test_modules(self) -> None:
        import subprocess
        import sys
        code = ("import sys, glancesd.daemon; print(*(name for name in sys.modules if name.startswith("
                "('glancesd.metrics.', 'glancesd.collectors.netstat', 'glancesd.collectors.mounts'))))")
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True,
                              cwd=os.path.dirname(os.path.dirname(HOSTS)))
        self.assertEqual(done.stdout.split(), [])


if __name__ == "__main__":
    unittest.main()
