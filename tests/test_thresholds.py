"""thresholds: the limits in force by default, and the limits of a plugin as they are served."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.settings import checked, inifile, thresholds
from glancesd.settings.sections import PLUGINS, SECTIONS, kind
from glancesd.settings.thresholds import LEVELS


def plugins_of(text: str) -> dict[str, dict[str, str]]:
    return checked.check(inifile.parse(text, "f"), "f").plugins


class DefaultLimits(unittest.TestCase):
    TABLE = (
        # section, statistic, CPUs, careful, warning, critical
        ("cpu", "user_", 1, "50", "70", "90"),
        ("cpu", "iowait_", 1, "80", "90", "100"),
        ("cpu", "iowait_", 2, "40", "45", "50"),
        ("cpu", "iowait_", 3, "26.67", "30", "33.33"),
        ("cpu", "iowait_", 0, "80", "90", "100"),
        ("cpu", "ctx_switches_", 2, "22400", "25200", "28000"),
        ("load", "", 4, "0.7", "1", "5"),
        ("network", "rx_", 1, "70", "80", "90"),
        ("network", "tx_", 1, "70", "80", "90"),
        ("fs", "", 1, "50", "70", "90"),
        ("sensors", "temperature_core_", 1, "60", "70", "80"),
        ("sensors", "temperature_hdd_", 1, "45", "52", "60"),
        ("sensors", "battery_", 1, "80", "90", "95"),
        ("quicklook", "swap_", 1, "50", "70", "90"),
        ("processlist", "mem_", 1, "50", "70", "90"),
    )

    def test_table(self) -> None:
        for section, stat, cpus, *expected in self.TABLE:
            with self.subTest("[%s] %s with %d CPUs" % (section, stat, cpus)):
                found = thresholds.default_limits()[section]
                found.update(thresholds.default_cpu_limits(cpus) if section == "cpu" else {})
                self.assertEqual([found[stat + level] for level in LEVELS], expected)

    def test_each_is_an_option_that_is_read(self) -> None:
        for section, options in (*thresholds.default_limits().items(), ("cpu", thresholds.default_cpu_limits(2))):
            for option in options:
                self.assertEqual(kind(SECTIONS[section], option), "number", "[%s] %s" % (section, option))


class LimitsShape(unittest.TestCase):
    TABLE: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("cpu", "user_careful=5\nuser_log=False\n", {"cpu_user_careful": 5.0, "cpu_user_log": ["False"]}),
        ("network", "hide=ifb.* , lo\neth0_alias=WAN side\neth0_rx_careful=1\n",
         {"network_hide": ["ifb.*", "lo"], "network_eth0_alias": ["WAN side"], "network_eth0_rx_careful": 1.0}),
        ("network", "hide=5\neth0_alias=7\nrx_log=1\n",
         {"network_hide": ["5"], "network_eth0_alias": ["7"], "network_rx_log": ["1"]}),
        ("network", "hide=\nshow= ,\n", {}),
        ("sensors", "Core 0_alias=CPU Core 0\n", {"sensors_core 0_alias": ["CPU Core 0"]}),
        ("fs", "/_careful=40\nallow=nfs,tmpfs\n", {"fs_/_careful": 40.0, "fs_allow": ["nfs", "tmpfs"]}),
        ("fs", "show=/mnt/%s,${HOME}\n", {"fs_show": ["/mnt/%s", "${HOME}"]}),
        ("processlist", "nice_warning=-1,1\nstatus_ok=R\n",
         {"processlist_nice_warning": ["-1", "1"], "processlist_status_ok": ["R"]}),
        ("wifi", "careful=-65\n", {"wifi_careful": -65.0}),
        ("irq", "disable=True\n", {"irq_disable": ["True"]}),
    )

    def test_table(self) -> None:
        for section, text, expected in self.TABLE:
            with self.subTest(text):
                found = thresholds.served_limits(plugins_of("[%s]\n%s" % (section, text)), 360)[section]
                self.assertEqual(found, {"history_size": 360, **expected})
                self.assertEqual(list(found), ["history_size", *expected])
                self.assertEqual([type(value) for value in found.values()],
                                 [int, *(type(value) for value in expected.values())])

    def test_lists_have_none(self) -> None:
        plugins = plugins_of("[monitor]\ndisable=False\nlist_1_command=x\n[folders]\ncareful=5\n")
        found = thresholds.served_limits(plugins, 9)
        self.assertEqual((found["monitor"], found["folders"]), ({}, {}))

    def test_every_plugin_has_some(self) -> None:
        self.assertEqual(tuple(thresholds.served_limits(plugins_of(""), 0)), PLUGINS)


if __name__ == "__main__":
    unittest.main()
