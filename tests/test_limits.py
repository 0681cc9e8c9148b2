"""limits: every edge of the one function that judges, and what each plugin hands to it."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd import limits
from glancesd.collectors import cpu as cpu_times
from glancesd.collectors import disks
from glancesd.collectors.cpu import Shares, Times, Usage
from glancesd.collectors.disks import Disk, DiskActivity
from glancesd.collectors.filesystems import FileSystem, Mount
from glancesd.collectors.host import Load
from glancesd.collectors.memory import Memory
from glancesd.collectors.network import Counters, Interface, Traffic
from glancesd.collectors.power import Battery
from glancesd.collectors.sensors import DiskTemperature, Sensor, Sensors
from glancesd.delta import Counter
from glancesd.limits import Candidate, Statistic
from glancesd.settings import default_settings

DEFAULTS = default_settings(2).limits
THREE = {"cpu_user_careful": 50.0, "cpu_user_warning": 70.0, "cpu_user_critical": 90.0}
GIB = 1 << 30
IDLE = Shares(*[0.0] * 11)
USAGE = Usage(Shares(40.0, 30.0, 8.0, 55.0, 0.0, 5.0, 0.0, 2.0, None, 0.0, 0.0), {0: IDLE, 3: IDLE}, 100000, 5, 6, 2.0)
STAT = cpu_times.Stat(Times(0, 0, 0, 0), {0: Times(0, 0, 0, 0), 1: Times(0, 0, 0, 0)}, None, None, None, None)


def user(value: float | None, log_default: bool = True) -> Statistic:
    return Statistic("cpu", "", "user", (Candidate(("cpu_user", "cpu"), value),), log_default, "CPU_USER")


def network_stat(bits: float, percent: float | None) -> Statistic:
    return Statistic("network", "eth0", "rx", (Candidate(("network_eth0_rx",), bits),
                                         Candidate(("network_rx", "network"), percent)), False, "NETWORK_ETH0_RX")


def memory(total: int, available: int, swap_total: int = 0, swap_free: int = 0) -> Memory:
    return Memory(total, 0, available, 0, 0, 0, 0, 0, swap_total, swap_free, 0, 0)


def traffic(rx: float, tx: float, speed: int | None = None) -> Traffic:
    return Traffic(Interface(Counters(*[0] * 16), Counter(0), Counter(0), True, speed), 1.0, 0, 0, rx, tx)


def by_field(stats: list[Statistic]) -> dict[str, Statistic]:
    return {(stat.element + " " if stat.element else "") + stat.figure: stat for stat in stats}


class Level(unittest.TestCase):
    TABLE: tuple[tuple[str, Statistic, Any, str, float | None], ...] = (
        # name, statistic, limits, level, compared value
        ("below all", user(49.9), THREE, "OK", 49.9),
        ("careful from the very limit on", user(50.0), THREE, "CAREFUL", 50.0),
        ("just below warning", user(69.99), THREE, "CAREFUL", 69.99),
        ("warning", user(70.0), THREE, "WARNING", 70.0),
        ("critical", user(90.0), THREE, "CRITICAL", 90.0),
        ("beyond", user(1e9), THREE, "CRITICAL", 1e9),
        ("zero", user(0.0), THREE, "OK", 0.0),
        ("below zero", user(-0.1), THREE, "CAREFUL", -0.1),
        ("zero for a limit", user(0.0), {"cpu_user_critical": 0.0}, "CRITICAL", 0.0),
        ("no limit", user(99.0), {}, "DEFAULT", None),
        ("no limit, below zero", user(-1.0), {}, "DEFAULT", None),
        ("limits of another", user(99.0), {"cpu_system_critical": 1.0, "history_size": 360}, "DEFAULT", None),
        ("no value", user(None), THREE, "DEFAULT", None),
        ("not a number", user(float("nan")), THREE, "OK", None),
        ("the plugin's", user(60.0), {"cpu_careful": 60.0}, "CAREFUL", 60.0),
        ("its own before the plugin's", user(60.0), {"cpu_user_careful": 80.0, "cpu_careful": 60.0}, "OK", 60.0),
        ("level by level", user(60.0), {"cpu_user_careful": 80.0, "cpu_warning": 60.0}, "WARNING", 60.0),
        ("only critical, above", user(90.0), {"cpu_user_critical": 90.0}, "CRITICAL", 90.0),
        ("only critical, below", user(89.0), {"cpu_user_critical": 90.0}, "OK", 89.0),
        ("only careful, far above", user(100.0), {"cpu_user_careful": 50.0}, "CAREFUL", 100.0),
        ("in a unit of its own", network_stat(4e6, 4.0), {"network_eth0_rx_warning": 4e6, "network_rx_critical": 1.0},
         "WARNING", 4e6),
        ("percent of the speed otherwise", network_stat(4e6, 80.0), {"network_rx_warning": 80.0}, "WARNING", 80.0),
        ("percent of an unknown speed", network_stat(4e6, None), {"network_rx_warning": 80.0, "network_careful": 1.0},
         "DEFAULT", None),
    )

    def test_table(self) -> None:
        for name, stat, found, level, compared in self.TABLE:
            with self.subTest(name):
                self.assertEqual(limits.level(stat, found), level)
                if name != "not a number":
                    self.assertEqual(stat.compared(found), compared)


class Logged(unittest.TestCase):
    TABLE: tuple[tuple[str, Statistic, Any, bool], ...] = (
        ("usual", user(1.0), {}, True),
        ("not usual", user(1.0, False), {}, False),
        ("switched on", user(1.0, False), {"cpu_user_log": ["True"]}, True),
        ("in any case", user(1.0, False), {"cpu_user_log": ["TRUE", "x"]}, True),
        ("as a number", user(1.0, False), {"cpu_user_log": ["1"]}, True),
        ("switched off", user(1.0), {"cpu_user_log": ["False"]}, False),
        ("nonsense is off", user(1.0), {"cpu_user_log": ["maybe"]}, False),
        ("with the plugin", user(1.0, False), {"cpu_log": ["True"]}, True),
        ("with the plugin, but itself not", user(1.0), {"cpu_log": ["True"], "cpu_user_log": ["no"]}, False),
        ("another's", user(1.0, False), {"cpu_system_log": ["True"]}, False),
        ("an interface whose limits are those of all", network_stat(0, 5.0), {"network_eth0_rx_log": ["True"]}, True),
        ("all interfaces", network_stat(0, None), {"network_rx_log": ["True"]}, True),
        ("all of the network", network_stat(0, None), {"network_log": ["True"]}, True),
    )

    def test_table(self) -> None:
        for name, stat, found, expected in self.TABLE:
            with self.subTest(name):
                self.assertIs(limits.logged(stat, found), expected)


class Decoration(unittest.TestCase):
    TABLE: tuple[tuple[Statistic, Any, str], ...] = (
        (user(10.0), THREE, "OK_LOG"),
        (user(95.0), THREE, "CRITICAL_LOG"),
        (user(95.0, False), THREE, "CRITICAL"),
        (user(95.0), {**THREE, "cpu_user_log": ["False"]}, "CRITICAL"),
        (user(95.0), {}, "DEFAULT"),
        (user(None), THREE, "DEFAULT"),
    )

    def test_table(self) -> None:
        for stat, found, expected in self.TABLE:
            self.assertEqual(limits.decoration(stat, found), expected)


class Cpu(unittest.TestCase):
    STATS = by_field(limits.cpu(USAGE))

    def test_fields(self) -> None:
        self.assertEqual({field: stat.alert_name for field, stat in self.STATS.items()}, {
            "user": "CPU_USER", "system": "CPU_SYSTEM", "iowait": "CPU_IOWAIT", "total": "CPU_TOTAL",
            "context_switches": "CPU_CTX_SWITCHES"})   # this kernel has no steal

    def test_logged(self) -> None:
        self.assertEqual([field for field, stat in self.STATS.items() if limits.logged(stat, DEFAULTS["cpu"])],
                         ["user", "system", "iowait"])

    def test_levels(self) -> None:
        self.assertEqual({field: limits.decoration(stat, DEFAULTS["cpu"]) for field, stat in self.STATS.items()}, {
            "user": "OK_LOG", "system": "OK_LOG", "iowait": "OK_LOG", "total": "DEFAULT",
            "context_switches": "CAREFUL"})

    def test_context_switches_are_a_second_and_cpu(self) -> None:
        self.assertEqual(self.STATS["context_switches"].compared(DEFAULTS["cpu"]), 100000 / 2.0 / 2)

    def test_a_window_of_no_length(self) -> None:
        stats = by_field(limits.cpu(USAGE._replace(elapsed_seconds=0.0, cpus={})))
        self.assertEqual(stats["context_switches"].compared(DEFAULTS["cpu"]), 0.0)


class LoadAndMemory(unittest.TestCase):
    def test_load_is_judged_by_cpu(self) -> None:
        stats = by_field(limits.load(Load(9.0, 2.0, 1.4), STAT))
        self.assertEqual({field: limits.decoration(stat, DEFAULTS["load"]) for field, stat in stats.items()},
                         {"min5": "WARNING", "min15": "CAREFUL_LOG"})
        self.assertEqual([stat.alert_name for stat in stats.values()], ["LOAD_MIN5", "LOAD"])

    def test_load_of_unknown_cpus(self) -> None:
        for stat in (None, STAT._replace(cpus={})):
            self.assertEqual(by_field(limits.load(Load(0.0, 0.0, 1.4), stat))["min15"].compared(DEFAULTS["load"]), 1.4)

    def test_mem(self) -> None:
        stats = by_field(limits.mem(memory(16 * GIB, 4 * GIB)))
        self.assertEqual({field: limits.decoration(stat, DEFAULTS["mem"]) for field, stat in stats.items()},
                         {"used_percent": "WARNING_LOG"})
        stat = stats["used_percent"]
        self.assertEqual((stat.compared(DEFAULTS["mem"]), stat.alert_name), (75.0, "MEM"))

    def test_memswap(self) -> None:
        stats = by_field(limits.memswap(memory(GIB, GIB, 2 * GIB, GIB // 5)))
        self.assertEqual(limits.decoration(stats["swap_used_percent"], DEFAULTS["memswap"]), "CRITICAL_LOG")
        stat = stats["swap_used_percent"]
        self.assertEqual((stat.compared(DEFAULTS["memswap"]), stat.alert_name), (90.0, "MEMSWAP"))

    def test_no_swap_is_no_limit_passed(self) -> None:
        stats = by_field(limits.memswap(memory(GIB, GIB)))
        self.assertEqual(limits.decoration(stats["swap_used_percent"], DEFAULTS["memswap"]), "DEFAULT")
        self.assertIsNone(stats["swap_used_percent"].compared(DEFAULTS["memswap"]))

    def test_quicklook(self) -> None:
        stats = by_field(limits.quicklook(USAGE, memory(16 * GIB, 4 * GIB, 2, 1)))
        self.assertEqual({field: limits.decoration(stat, DEFAULTS["quicklook"]) for field, stat in stats.items()},
                         {"total": "OK", "used_percent": "WARNING", "swap_used_percent": "CAREFUL"})
        self.assertEqual(list(by_field(limits.quicklook(USAGE, None))), ["total"])


class Elements(unittest.TestCase):
    NETWORK: tuple[tuple[str, str, Traffic, Any, str, float | None], ...] = (
        # name, interface, traffic, limits, decoration of rx, compared value
        ("percent of the speed", "eth0", traffic(1e7, 0.0, 100), DEFAULTS["network"], "WARNING", 80.0),
        ("just below", "eth0", traffic(9.9e6, 0.0, 100), DEFAULTS["network"], "CAREFUL", 79.2),
        ("no speed", "lo", traffic(1e9, 0.0), DEFAULTS["network"], "DEFAULT", None),
        ("its own limits, in bits", "Wlan0", traffic(500.9, 0.0), {"network_wlan0_rx_warning": 4000.0},
         "WARNING", 4000.0),
        ("an alias goes with its interface", "eth0:1", traffic(500.0, 0.0), {"network_eth0_rx_careful": 4000.0},
         "CAREFUL", 4000.0),
        ("or by its own", "eth0:1", traffic(500.0, 0.0),
         {"network_eth0:1_rx_careful": 5000.0, "network_eth0_rx_careful": 4000.0}, "OK", 4000.0),
        ("logged when asked", "lo", traffic(1.0, 0.0), {"network_lo_rx_careful": 8.0, "network_lo_rx_log": ["True"]},
         "CAREFUL_LOG", 8.0),
    )

    def test_network(self) -> None:
        for name, interface, entry, found, decoration, compared in self.NETWORK:
            with self.subTest(name):
                stat = by_field(limits.network({interface: entry}))[interface + " rx_bytes_per_second"]
                self.assertEqual((limits.decoration(stat, found), stat.compared(found)), (decoration, compared))

    def test_network_alert_names(self) -> None:
        stats = limits.network({"eth0": traffic(100.04, 200.06)})
        self.assertEqual([stat.alert_name for stat in stats], ["NETWORK_ETH0_RX", "NETWORK_ETH0_TX"])

    def test_diskio(self) -> None:
        disk = Disk(disks.Counters(*[0] * 17), *[Counter(0)] * 4)
        activity = DiskActivity(disk, 2.0, 0, 0, 0, 0, 4000.9, 3999.99)
        stats = by_field(limits.diskio({"sdA": activity}))
        found: Any = {"diskio_sda_rx_careful": 4000.0, "diskio_sda_tx_careful": 4000.0, "diskio_sda_tx_log": ["True"]}
        self.assertEqual([(name, stat.alert_name, limits.decoration(stat, found),
                           limits.decoration(stat, DEFAULTS["diskio"])) for name, stat in stats.items()],
                         [("sdA read_bytes_per_second", "DISKIO_SDA_RX", "CAREFUL", "DEFAULT"),
                          ("sdA written_bytes_per_second", "DISKIO_SDA_TX", "OK_LOG", "DEFAULT")])

    def test_fs(self) -> None:
        def mount(point: str, used: int, free: int) -> FileSystem:
            return FileSystem(Mount("/dev/sda1", point, "ext4", "8:1"), 100, used, free, free, 0, 0)

        stats = by_field(limits.fs([mount("/", 1, 3), mount("/Data", 9, 1), mount("/\udcff", 0, 0)]))
        found: Any = {**DEFAULTS["fs"], "fs_/_careful": 25.0, "fs_/data_log": ["True"], "fs_/data_critical": 95.0}
        self.assertEqual({name: limits.decoration(stat, found) for name, stat in stats.items()},
                         {"/ used_percent": "CAREFUL", "/Data used_percent": "WARNING_LOG",
                          "/\ufffd used_percent": "OK"})
        self.assertEqual([stat.compared(found) for stat in stats.values()], [25.0, 90.0, 0.0])
        self.assertEqual([stat.alert_name for stat in stats.values()][:2], ["FS_/", "FS_/DATA"])

    def test_sensors(self) -> None:
        read = Sensors([Sensor("coretemp", "Core 0", 70.04), Sensor("x", "Ambient", -3.0)],
                       [Sensor("x", "fan1", 1200)],
                       [DiskTemperature("sda", 52.0, "C"), DiskTemperature("sdb", "SLP", "*"),
                        DiskTemperature("sdc", 140.0, "F")])
        stats = by_field(limits.sensors(read, [Battery("BAT0", 10.0, "Discharging")]))
        found = {**DEFAULTS["sensors"], "sensors_careful": 1.0, "sensors_temperature_core_ambient_log": ["True"]}
        self.assertEqual([(stat.element, limits.decoration(stat, found), stat.compared(found))
                          for stat in stats.values()],
                         [("Core 0", "WARNING", 70.0), ("Ambient", "CAREFUL_LOG", -3.0), ("fan1", "DEFAULT", None),
                          ("sda", "WARNING", 52.0), ("sdc", "CRITICAL", 60.0), ("Battery", "WARNING", 90)])
        self.assertEqual({stat.figure for stat in stats.values()}, {"value"})
        self.assertEqual(stats["Core 0 value"].alert_name, "SENSORS_TEMPERATURE_CORE_CORE 0")

    def test_sensors_of_their_own_limits(self) -> None:
        read = Sensors([Sensor("coretemp", "Core 0", 70.0)], [Sensor("x", "fan1", 1200)], [])
        core, fan = limits.sensors(read, None)
        found = {"sensors_temperature_core_core 0_careful": 70.0, "sensors_temperature_core_careful": 90.0,
                 "sensors_temperature_core_critical": 70.0, "sensors_fan_speed_careful": 1000.0}
        self.assertEqual((limits.level(core, found), limits.level(fan, found)), ("CRITICAL", "CAREFUL"))
        self.assertEqual(limits.level(core, {"sensors_temperature_core_core 0_careful": 71.0,
                                             "sensors_temperature_core_careful": 60.0}), "OK")

    def test_none(self) -> None:
        nothing = Sensors([], [], [])
        self.assertEqual([limits.network({}), limits.diskio({}), limits.fs([]), limits.sensors(nothing, [])], [[]] * 4)


if __name__ == "__main__":
    unittest.main()
