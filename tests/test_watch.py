"""watch: what the daemon's own clock makes of a machine that nobody asks about; views and history of fixture hosts."""
from __future__ import annotations

import unittest
from typing import Any, Callable, Mapping, Optional, Union

from glancesd import sources
from glancesd.alerts import Alerts
from glancesd.api.v2 import DIALECT, PLUGINS
from glancesd.collectors import cpu, processes
from glancesd.collectors.cpu import Times
from glancesd.collectors.host import Load
from glancesd.collectors.memory import Memory
from glancesd.collectors.processes import Process, Sample
from glancesd.collectors.sensors import Sensor, Sensors
from glancesd.figures import KEPT
from glancesd.readings import Derived, Sampled
from glancesd.roots import NoData, Roots
from glancesd.settings import default_settings
from glancesd.watch import FAILING_TICKS, WATCHED
from tests import assembly
from tests.assembly import WALL, House

WORDS = {"DEFAULT", *(word + log for word in ("OK", "CAREFUL", "WARNING", "CRITICAL") for log in ("", "_LOG"))}


class Table(unittest.TestCase):
    def test_sources_are_the_first_of_the_plugins(self) -> None:
        """Views colour what the API serves: both are of the same readings."""
        for plugin, watched in WATCHED.items():
            with self.subTest(plugin):
                if plugin not in PLUGINS:                   # another version's alone
                    continue
                self.assertEqual(watched.sources, PLUGINS[plugin].sources[:len(watched.sources)])

    def test_what_the_history_keeps_is_watched(self) -> None:
        """Both are of the same windows of the ticker's; the process list has none, for it is kept only when asked."""
        for section, kept in KEPT.items():
            with self.subTest(section):
                if section == "processcount":
                    continue
                self.assertLessEqual(set(kept.sources), {source for watched in WATCHED.values()
                                                         for source in watched.sources})

    def test_what_a_dialect_shows_of_the_history_is_kept(self) -> None:
        for plugin, series in DIALECT.series.items():
            with self.subTest(plugin):
                self.assertLessEqual(set(series), set(KEPT[plugin].figures))

    def test_sources_exist(self) -> None:
        table = sources.table(lambda roots: (), lambda roots: {}, Alerts(), lambda: None)  # type: ignore[arg-type,return-value]
        self.assertLessEqual({source for watched in WATCHED.values() for source in watched.sources}, set(table))

    def test_every_plugin_has_limits_to_be_held_against(self) -> None:
        for plugin in WATCHED:
            with self.subTest(plugin):
                self.assertIn(plugin, default_settings(2).limits)


# -- fixture hosts -----------------------------------------------------------------------------------------------------

# What the API's description says is decorated, and which of it is logged where nothing else is set.
LOGGED = {("cpu", "user"), ("cpu", "system"), ("cpu", "iowait"), ("load", "min15"), ("mem", "used"),
          ("memswap", "used")}
DECORATED = LOGGED | {
    ("cpu", "steal"), ("cpu", "ctx_switches"), ("load", "min5"), ("network", "rx"), ("network", "tx"), ("fs", "used"),
    ("sensors", "value"), ("quicklook", "cpu"), ("quicklook", "mem"), ("quicklook", "swap")}
# Beside them, when the file has limits for them.
WITH_LIMITS = DECORATED | {("cpu", "total"), ("diskio", "read_bytes"), ("diskio", "write_bytes"),
                           ("gpu", "proc"), ("gpu", "mem"), ("gpu", "temperature"),
                           *((plugin, field) for plugin in ("docker", "containers")
                             for field in ("cpu", "memory", "mem"))}
ALWAYS = {("cpu", "user"), ("cpu", "system"), ("cpu", "ctx_switches"), ("load", "min5"), ("load", "min15"),
          ("mem", "used"), ("fs", "used"), ("quicklook", "cpu"), ("quicklook", "mem")}
OPTIONAL = {"cpu": {"nice", "irq", "iowait", "steal", "ctx_switches", "interrupts", "soft_interrupts", "syscalls"},
            "mem": {"active", "inactive", "buffers", "cached"}, "ip": {"address", "mask", "mask_cidr", "gateway"}}
HISTORY = {"cpu": {"total", "user", "system"}, "load": {"min1", "min5", "min15"}, "mem": {"percent"},
           "memswap": {"percent"}, "network": {"rx", "tx"}, "diskio": {"read_bytes", "write_bytes"},
           "fs": {"percent"}, "sensors": {"value"}}


class Views(unittest.TestCase):
    """Every plugin of every fixture host."""

    hosts: dict[str, House] = {}

    @classmethod
    def setUpClass(cls) -> None:
        cls.hosts = {host: assembly.fixture(host) for host in assembly.hosts()}

    @classmethod
    def tearDownClass(cls) -> None:
        cls.hosts = {}

    def test_shape(self) -> None:
        self.assertGreaterEqual(len(self.hosts), 6)
        for host, machine in self.hosts.items():
            for plugin, entry in PLUGINS.items():
                with self.subTest("%s %s" % (host, plugin)):
                    value, views = machine.pages.page(plugin).value, machine.views(plugin)
                    if isinstance(value, dict):
                        for name, element in _nested(plugin, value).items():
                            self.fields(plugin, {**element, "mem": None}, views.pop(name))
                        self.fields(plugin, value, views)
                    elif isinstance(value, list) and entry.key is not None:
                        self.assertEqual(list(views), [str(element[entry.key]) for element in value])
                        for element in value:
                            self.fields(plugin, element, views[str(element[entry.key])])
                    else:
                        self.assertEqual(views, {})

    def fields(self, plugin: str, value: Mapping[str, Any], views: Mapping[str, Any]) -> None:
        self.assertEqual(list(views), list(value))
        for field, view in views.items():
            self.assertEqual(list(view), ["decoration", "optional", "additional", "splittable"])
            self.assertIn(view["decoration"], WORDS)
            self.assertEqual((view["optional"], view["additional"], view["splittable"]),
                             (field in OPTIONAL.get(plugin, ()), False, False), field)
            self.assertEqual(view["decoration"].endswith("_LOG"), (plugin, field) in LOGGED
                             and view["decoration"] != "DEFAULT", field)
            self.assertTrue(view["decoration"] == "DEFAULT" or (plugin, field) in DECORATED, field)

    def test_what_is_decorated(self) -> None:
        for host, machine in self.hosts.items():
            with self.subTest(host):
                seen = {(plugin, field) for plugin in PLUGINS for field in _decorated(machine, plugin)}
                self.assertLessEqual(ALWAYS, seen)

    def test_no_decoration_is_lost(self) -> None:
        """Each one is of an element and a field that are served."""
        for host in self.hosts:
            machine = assembly.fixture(host)
            limits = {plugin: {**limits, plugin + "_careful": 1e-9}
                      for plugin, limits in machine.settings.limits.items()}
            machine.settle(machine.settings._replace(limits=limits))
            for plugin in set(WATCHED).intersection(PLUGINS):
                with self.subTest("%s %s" % (host, plugin)):
                    value, key = machine.pages.page(plugin).value, PLUGINS[plugin].key
                    rows = {"": value} if key is None else {str(element[key]): element for element in value}
                    rows.update(_nested(plugin, value))
                    for (element, figure) in machine.watch.levels(plugin):
                        for field in DIALECT.judged[plugin][figure]:
                            self.assertIn(field, {**rows[element], "mem": None})
                            if field not in HISTORY.get(plugin, ()):
                                self.assertIn((plugin, field), WITH_LIMITS)

    def test_history_is_of_what_is_served(self) -> None:
        rates = {"rx": "rx_rate_per_sec", "tx": "tx_rate_per_sec", "read_bytes": "read_bytes_rate_per_sec",
                 "write_bytes": "write_bytes_rate_per_sec"}
        for host, machine in self.hosts.items():
            for plugin, fields in HISTORY.items():
                with self.subTest("%s %s" % (host, plugin)):
                    value, key = machine.pages.page(plugin).value, PLUGINS[plugin].key
                    expected: dict[str, Any] = {}
                    for element in [value] if key is None else value:
                        for field in fields.intersection(element):
                            if not isinstance(element[field], str):
                                name = field if key is None else "%s_%s" % (element[key], field)
                                expected.setdefault(name, element[rates.get(field, field)])
                    told = machine.json("/api/2/%s/history" % plugin)
                    points = {item: points[-1][1] for item, points in told.items()}
                    self.assertEqual(points, expected)


def _nested(plugin: str, value: Any) -> dict[str, Any]:
    """The elements that an object lists: containers of docker."""
    return {element["name"]: element for element in value.get(DIALECT.nested[plugin], ())} \
        if plugin in DIALECT.nested else {}


def _decorated(machine: House, plugin: str) -> set[str]:
    views = machine.views(plugin)
    for name in _nested(plugin, machine.pages.page(plugin).value):
        del views[name]
    rows = [views] if PLUGINS[plugin].key is None else list(views.values())
    return {field for row in rows for field, view in row.items() if view["decoration"] != "DEFAULT"}


# -- a machine that is told what to do ---------------------------------------------------------------------------------

TICK = 10.0


class Machine:
    """Two CPUs, memory, one sensor, processes; `run` lets time go by with so much of it used."""

    def __init__(self, **changed: Any) -> None:
        self.user = self.idle = 0.0
        self.used_percent = 10.0
        self.celsius: Optional[float] = 40.0
        self.hogs: dict[int, float] = {}                  # pid → ticks
        self.failing: dict[str, Exception] = {}
        self.reads: dict[str, int] = {}
        table: dict[str, Union[Sampled, Derived]] = {
            "cpu_sample": self.source("cpu_sample", self.stat),
            "memory": self.source("memory", self.memory),
            "load": self.source("load", lambda: Load(0.1, 0.1, 0.1)),
            "sensors": self.source("sensors", self.sensors, slow=True),
            "processes_sample": self.source("processes_sample", self.pids),
            "cpu": Derived("cpu_sample", cpu.derive),
            "processes": Derived("processes_sample", processes.derive),
        }
        for name in ("network_sample", "disks_sample", "filesystems", "power"):
            table[name] = self.source(name, _nothing)
        self.house = House(Roots(), table, **changed)
        self.house.history.configure(360, TICK)
        self.house.readings.baselines()
        self.start = self.due = self.house.time.now + 1.0
        self.run(0)
        self.house.watch.tick()                           # the first: what its windows begin with

    def source(self, name: str, sample: Callable[[], Any], slow: bool = False) -> Sampled:
        def read(roots: Roots) -> Any:
            self.reads[name] = self.reads.get(name, 0) + 1
            if name in self.failing:
                raise self.failing[name]
            return sample()
        return Sampled(read, slow)

    def memory(self) -> Memory:
        return Memory(1000, 0, int(1000 - 10 * self.used_percent), 0, 0, 0, 0, 0, 0, 0, 0, 0)

    def stat(self) -> cpu.Stat:
        times = Times(int(self.user), 0, 0, int(self.idle), 0, 0, 0, 0, 0, 0)
        return cpu.Stat(times, {0: times, 1: times}, 0, 0, 0, None)

    def sensors(self) -> Sensors:
        return Sensors([Sensor("k10temp", "Tctl", self.celsius)] if self.celsius is not None else [], [], [])

    def pids(self) -> Sample:
        return Sample({pid: Process(pid, 1, "p%d" % pid, "p%d -x secret" % pid, "ann", "R", 0, 1, pid, int(ticks), 0,
                                    1 << 20, 1 << 20, 0, 0) for pid, ticks in self.hogs.items()})

    def run(self, seconds: float, user_percent: float = 1.0, **hogs: float) -> None:
        """`hogs`: percent of one CPU that processes use, as p7=100."""
        self.user += seconds * 2 * user_percent
        self.idle += seconds * 2 * (100 - user_percent)
        self.hogs.setdefault(1, 0.0)
        for name, percent in hogs.items():
            self.hogs[int(name[1:])] = self.hogs.get(int(name[1:]), 0.0) + seconds * percent
        self.due += seconds
        self.house.time.sleep(self.due - self.house.time.now)        # less what was slept in between

    def tick(self, seconds: float = TICK, user_percent: float = 1.0, **hogs: float) -> None:
        self.run(seconds, user_percent, **hogs)
        self.house.watch.tick()

    def events(self, shift: float = 0.0) -> list[tuple[str, str, float, Optional[float], int]]:
        """Type, state, begin and end in seconds since the first tick, count. `shift`: of the wall clock alone."""
        zero = WALL + self.start + shift
        return [(event.type, event.state, round(event.begin - zero, 3),
                 None if event.end is None else round(event.end - zero, 3), event.count)
                for event in self.house.alerts.events()]


def _nothing() -> Any:
    raise NoData("no such thing here")


class LifeCycle(unittest.TestCase):
    """Nobody asks for anything: the ticker alone. Ticks are at 0, 10, 20, … seconds."""

    TABLE: tuple[tuple[str, tuple[float, ...], list[tuple[str, float, Optional[float], int]]], ...] = (
        # name, percent of user time in each window, events: state, begin, end, count
        ("quiet", (1, 1, 1), []),
        ("a hog", (1, 95, 95, 95, 1, 1), [("CRITICAL", 10, 40, 3)]),
        ("that goes on", (1, 95, 95), [("CRITICAL", 10, None, 2)]),
        ("from the first window on", (75, 1), [("WARNING", 0, 10, 1)]),
        ("careful is no event", (60, 60), []),
        ("level rise", (75, 95, 75, 1), [("CRITICAL", 0, 30, 3)]),
        ("falls to careful", (95, 60, 95), [("CRITICAL", 20, None, 1), ("CRITICAL", 0, 10, 1)]),
        ("flapping", (75, 1, 75, 1, 95, 1),
         [("CRITICAL", 40, 50, 1), ("WARNING", 20, 30, 1), ("WARNING", 0, 10, 1)]),
    )

    def test_table(self) -> None:
        for name, windows, expected in self.TABLE:
            with self.subTest(name):
                machine = Machine()
                for percent in windows:
                    machine.tick(TICK, percent)
                self.assertEqual(machine.events(), [("CPU_USER", *event) for event in expected])

    def test_numbers(self) -> None:
        machine = Machine()
        for percent in (75.0, 95.0, 82.5):
            machine.tick(TICK, percent)
        event = machine.house.alerts.events()[0]
        self.assertEqual((event.maximum, event.minimum, event.total, event.count), (95.0, 75.0, 252.5, 3))

    def test_short_spike(self) -> None:
        """Two seconds long, seen by a ticker of one second: dropped, and its place given back."""
        machine = Machine()
        for percent in (1, 95, 95, 1, 1):
            machine.tick(1.0, percent)
        self.assertEqual(machine.events(), [])

    def test_a_spike_within_a_window_is_averaged_away(self) -> None:
        machine = Machine()
        machine.run(8)
        machine.tick(2, 100)                          # 20.8 % of the ten seconds
        self.assertEqual(machine.events(), [])

    def test_the_window_is_the_tickers_own(self) -> None:
        """Whoever asks, and how often: windows of ten seconds, and a point of the history at the end of each."""
        machine = Machine()
        for percent in (95, 95, 1):
            for _ in range(10):
                machine.run(1.0, percent)
                machine.house.json("/api/2/cpu/user/history")
            machine.house.watch.tick()
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, 20, 2)])
        self.assertEqual([round(at - machine.start) for at, _ in machine.house.points("cpu", "user")], [1, 11, 21, 30])

    def test_a_point_is_of_the_tickers_window(self) -> None:
        machine = Machine()
        machine.run(9, 0)
        machine.house.json("/api/2/cpu")                     # the window that callers share begins anew
        machine.tick(1, 100)
        self.assertEqual(machine.house.points("cpu", "user")[-1][1], 10.0)

    def test_the_newest_point_is_of_now_for_who_asks(self) -> None:
        machine = Machine()
        machine.tick(TICK, 50)
        machine.run(5, 90)
        self.assertEqual(machine.house.json("/api/2/cpu/user/history")["user"][-1][1], 90.0)
        machine.tick(5, 90)
        self.assertEqual([value for _, value in machine.house.points("cpu", "user")][-1], 90.0)

    def test_there_is_a_point_from_the_first_answer_on(self) -> None:
        house = Machine().house
        self.assertEqual(len(house.json("/api/2/load/history")["min1"]), 1)

    def test_an_interval_below_the_cached_time(self) -> None:
        machine = Machine(cached_time=1.0)
        for _ in range(80):
            machine.tick(0.125, 95)
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, None, 10)])

    def test_a_gauge(self) -> None:
        machine = Machine()
        for used in (10, 75, 95, 95, 10):
            machine.used_percent = used
            machine.tick()
        self.assertEqual(machine.events(), [("MEM", "CRITICAL", 20, 50, 3)])
        self.assertEqual(machine.house.alerts.events()[0].measure, "memory")

    def test_the_wall_clock_steps(self) -> None:
        for step in (3600.0, -3600.0):
            with self.subTest(step):
                machine = Machine()
                machine.tick(TICK, 95)
                machine.house.time.wall += step
                machine.tick(TICK, 95)
                machine.tick(TICK, 1)
                self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, 20, 2)])

    def test_suspended_meanwhile(self) -> None:
        """Asleep, neither the monotonic clock nor /proc/stat goes on: the window is true, and no longer than awake."""
        machine = Machine()
        machine.tick(TICK, 95)
        machine.run(4, 95)
        machine.house.time.wall += 8 * 3600.0
        machine.tick(6, 95)
        machine.tick(TICK, 1)
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, 20, 2)])
        self.assertEqual([at for at, _ in machine.house.points("cpu", "user")][-1], machine.start + 30 + 8 * 3600.0)

    def test_suspended_before_it_began(self) -> None:
        machine = Machine()
        machine.tick(TICK, 1)
        machine.house.time.wall += 8 * 3600.0
        machine.tick(TICK, 95)
        self.assertEqual(machine.events(8 * 3600.0), [("CPU_USER", "CRITICAL", 10, None, 1)])

    def test_a_tick_that_comes_late(self) -> None:
        machine = Machine()
        machine.tick(TICK, 95)
        machine.tick(65, 95)
        machine.tick(TICK, 1)
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, 75, 2)])


class Gone(unittest.TestCase):
    """What is over its limit and then is not seen any more."""

    # Several sensors would share these names; only that of `Machine` is logged here.
    LOG = {"sensors": {"sensors_temperature_core_warning": 70.0, "sensors_temperature_core_critical": 80.0,
                       "sensors_log": ["True"]}}

    def machine(self) -> Machine:
        limits = {**default_settings(2).limits, **self.LOG}
        return Machine(limits=limits)

    def test_a_sensor_that_vanishes(self) -> None:
        machine = self.machine()
        machine.celsius = 85.0
        for _ in range(3):
            machine.tick()
        name = "SENSORS_TEMPERATURE_CORE_TCTL"
        self.assertEqual(machine.events(), [(name, "CRITICAL", 10, None, 3)])
        machine.celsius = None
        machine.tick()
        self.assertEqual(machine.events(), [(name, "CRITICAL", 10, 30, 3)])
        machine.celsius = 75.0                        # plugged in again: another event
        machine.tick()
        self.assertEqual(machine.events(), [(name, "WARNING", 50, None, 1), (name, "CRITICAL", 10, 30, 3)])

    def test_the_whole_source_vanishes(self) -> None:
        machine = self.machine()
        machine.celsius = 85.0
        machine.tick()
        machine.tick()
        machine.failing["sensors"] = NoData("no sensor")
        machine.tick()
        self.assertEqual([event[3] for event in machine.events()], [20])

    def test_a_slow_source_counts_each_reading_once(self) -> None:
        machine = self.machine()
        machine.celsius = 85.0
        for _ in range(30):
            machine.tick(1.0)
        self.assertEqual([event[2:] for event in machine.events()], [(10, None, 3)])

    def test_a_source_that_fails_for_a_moment(self) -> None:
        """One event, and the window over the gap is a true one."""
        machine = self.machine()
        machine.tick(TICK, 95)
        machine.failing["cpu_sample"] = OSError(24, "Too many open files")
        for _ in range(FAILING_TICKS - 1):
            machine.tick(TICK, 95)
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, None, 1)])
        machine.failing.clear()
        machine.tick(TICK, 95)
        machine.tick(TICK, 1)
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, 40, 2)])

    def test_a_source_that_goes_on_failing(self) -> None:
        for source, name in (("cpu_sample", "CPU_USER"), ("memory", "MEM")):
            with self.subTest(source):
                machine = self.machine()
                machine.used_percent = 95
                machine.tick(TICK, 95)
                machine.tick(TICK, 95)
                machine.failing[source] = OSError(5, "Input/output error")
                for _ in range(FAILING_TICKS):
                    self.assertIsNone(self.event(machine, name)[3])
                    machine.tick(TICK, 95)
                ended = self.event(machine, name)
                self.assertEqual((ended[3], ended[4]), (20, 2))
                machine.tick(TICK, 95)                # what it served last opens no other
                self.assertEqual(self.event(machine, name), ended)
                machine.failing.clear()
                machine.tick(TICK, 95)
                self.assertIsNone(self.event(machine, name)[3])

    @staticmethod
    def event(machine: Machine, name: str) -> tuple[str, str, float, Optional[float], int]:
        """The latest of that name."""
        return next(event for event in machine.events() if event[0] == name)

    def test_one_that_fails_costs_the_others_nothing(self) -> None:
        machine = self.machine()
        machine.failing["memory"] = OSError(5, "Input/output error")
        machine.tick(TICK, 95)
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, None, 1)])

    def test_a_bug_in_one_costs_the_others_nothing(self) -> None:
        machine = self.machine()
        machine.used_percent = 95

        limits: dict[str, Any] = dict(machine.house.settings.limits)
        del limits["load"]
        machine.house.settle(machine.house.settings._replace(limits=limits))
        with self.assertRaises(KeyError):
            machine.tick(TICK, 95)
        with self.assertRaises(KeyError):
            machine.tick(TICK, 95)
        self.assertEqual({event[0] for event in machine.events()}, {"CPU_USER", "MEM"})


class OtherSettings(unittest.TestCase):
    def test_a_disabled_plugin_is_neither_read_nor_judged(self) -> None:
        machine = Machine(disable_plugin=("sensors", "cpu", "quicklook", "load"))
        machine.reads.clear()
        machine.tick(TICK, 95)
        self.assertEqual(machine.events(), [])
        self.assertEqual({"cpu_sample", "sensors", "power", "load"}.intersection(machine.reads), set())
        self.assertEqual(machine.house.history.figures("cpu"), [])

    def test_disabled_by_a_reload(self) -> None:
        machine = Machine()
        machine.tick(TICK, 95)
        machine.house.settle(machine.house.settings._replace(disable_plugin=("cpu",)))
        machine.tick(TICK, 95)
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, 10, 1)])

    def test_an_event_outlasts_a_reload(self) -> None:
        machine = Machine()
        machine.tick(TICK, 95)
        machine.house.settle(machine.house.settings._replace(cached_time=2.0))
        for percent in (95, 95, 1):
            machine.tick(TICK, percent)
        self.assertEqual(machine.events(), [("CPU_USER", "CRITICAL", 0, 30, 2)])

    def test_a_limit_that_is_raised_by_a_reload(self) -> None:
        machine = Machine()
        machine.tick(TICK, 75)
        machine.house.settle(machine.house.settings._replace(limits={
            **machine.house.settings.limits, "cpu": {"cpu_user_warning": 80.0}}))
        for _ in range(2):
            machine.tick(TICK, 75)
        event, = machine.events()
        self.assertEqual((event[1], event[2], event[4]), ("WARNING", 0, 1))
        self.assertIsNotNone(event[3])

    def test_what_is_hidden_has_no_events_and_no_history(self) -> None:
        from glancesd.settings.filters import filters
        machine = Machine(filters=filters({"sensors": {"hide": "tct.*"}}), limits={
            **default_settings(2).limits, **Gone.LOG})
        machine.celsius = 85.0
        machine.tick()
        self.assertEqual((machine.events(), machine.house.history.figures("sensors")), ([], []))
        self.assertEqual(machine.house.watch.levels("sensors"), {})

    def test_views_and_alerts_agree(self) -> None:
        for percent, decoration in ((1, "OK_LOG"), (55, "CAREFUL_LOG"), (75, "WARNING_LOG"), (95, "CRITICAL_LOG")):
            with self.subTest(decoration):
                machine = Machine()
                machine.tick(TICK, percent)
                self.assertEqual(machine.house.views("cpu")["user"]["decoration"], decoration)
                self.assertEqual([event[1] + "_LOG" for event in machine.events()],
                                 [decoration] if percent > 70 else [])

    def test_a_plugin_without_limits(self) -> None:
        machine = Machine()
        self.assertEqual(machine.house.watch.levels("uptime"), {})


class Top(unittest.TestCase):
    def top(self, machine: Machine) -> list[tuple[int, float]]:
        event = machine.house.alerts.events()[0]
        return [(entry.activity.process.pid, entry.activity.cpu_percent) for entry in event.top]

    def test_a_hog_that_nobody_asked_about(self) -> None:
        """The latest window of the processes begins before the hog did: in that one it would show as nothing."""
        machine = Machine()
        machine.run(3600, 1, p2=3, p3=2, p4=1)
        machine.house.watch.tick()

        def busy(seconds: float) -> None:                 # whoever waits, the hog goes on
            machine.hogs[9] += seconds * 100

        machine.hogs[9] = 0.0
        machine.house.time.meanwhile = busy
        machine.run(TICK, 95, p2=3)
        machine.house.watch.tick()
        self.assertEqual(self.top(machine)[0], (9, 100.0))

    def test_in_an_event_that_lasts_the_window_is_the_ticks(self) -> None:
        machine = Machine()
        for _ in range(3):
            machine.tick(TICK, 95, p7=80, p8=90, p9=20, p10=1)
        top = self.top(machine)
        self.assertEqual([pid for pid, _ in top], [8, 7, 9])
        self.assertEqual([round(percent) for _, percent in top], [90, 80, 20])

    def test_a_hog_that_ended_within_the_last_window_is_named(self) -> None:
        machine = Machine()
        for _ in range(2):
            machine.tick(TICK, 95, p7=80, p8=1)
        del machine.hogs[7]
        machine.tick(TICK, 92, p8=1)
        self.assertEqual([pid for pid, _ in self.top(machine)], [8, 1])       # now: it is gone
        machine.tick(TICK, 1)
        self.assertEqual([pid for pid, _ in self.top(machine)], [7, 8, 1])

    def test_nobody_is_read_before_it_is_critical(self) -> None:
        machine = Machine()
        machine.reads.clear()
        machine.tick(TICK, 75)
        self.assertEqual(machine.reads.get("processes_sample", 0), 0)
        self.assertEqual(self.top(machine), [])

    def test_an_alert_shows_them_as_processlist_does(self) -> None:
        machine = Machine(hide_arguments=True)
        for _ in range(2):
            machine.tick(TICK, 95, p7=80)
        event = machine.house.pages.page("alert").value[0]
        self.assertEqual([(process["pid"], process["cmdline"]) for process in event[9]][:1], [(7, "p7")])
        self.assertEqual((event[2], event[3], event[10], event[11]), ("CRITICAL", "CPU_USER", "", "cpu_percent"))


if __name__ == "__main__":
    unittest.main()
