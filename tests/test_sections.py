"""sections: what the plugins' sections of a file may hold, and what becomes of it."""
from __future__ import annotations

import re
import unittest
from typing import Any

from glancesd.api import v2
from glancesd.settings import inifile, sections
from glancesd.settings.inifile import SettingsError
from glancesd.settings.sections import LEVELS, PLUGINS, SECTIONS, Folder, Monitored


def plugins_of(text: str) -> dict[str, dict[str, str]]:
    return sections.plugin_options(inifile.parse(text, "f"), frozenset())[0]


def warnings_of(text: str) -> list[str]:
    return sections.plugin_options(inifile.parse(text, "f"), frozenset())[1]


class Table(unittest.TestCase):
    def test_the_plugins_are_those_that_are_served(self) -> None:
        self.assertEqual(PLUGINS, tuple(v2.PLUGINS))

    def test_every_plugin_has_its_section(self) -> None:
        self.assertEqual(tuple(SECTIONS), PLUGINS)


class Kind(unittest.TestCase):
    TABLE = (
        ("cpu", "user_careful", "number"), ("cpu", "careful", "number"), ("cpu", "user_log", "text"),
        ("cpu", "log", "text"),
        ("cpu", "usr_careful", "unknown"), ("cpu", "user", "unknown"), ("cpu", "user_careful_x", "unknown"),
        ("cpu", "user_critical_action", "action"), ("mem", "careful_action_repeat", "action"),
        ("cpu", "disable", "switch"), ("uptime", "disable", "switch"), ("cpu", "refresh", "inert"),
        ("network", "rx_careful", "number"), ("network", "eth0:1_tx_critical", "number"),
        ("network", "eth0_careful", "unknown"),
        ("network", "hide", "expressions"), ("network", "show", "expressions"), ("network", "wlan0_alias", "text"),
        ("network", "alias", "text"), ("network", "wlan0_rx_log", "text"), ("network", "hide_no_up", "missed"),
        ("diskio", "sda_rx_careful", "number"), ("diskio", "rx_careful", "unknown"),
        ("diskio", "rx_latency_careful", "number"),
        ("fs", "/_careful", "number"), ("fs", "/srv/my data_critical", "number"), ("fs", "boot_careful", "unknown"),
        ("fs", "allow", "text"), ("mem", "hide", "unknown"),
        ("sensors", "temperature_core_careful", "number"),
        ("sensors", "temperature_core_package id 0_careful", "number"),
        ("sensors", "temperature_careful", "unknown"), ("sensors", "core 0_alias", "text"),
        ("processlist", "cpu_careful", "number"), ("processlist", "nice_warning", "text"),
        ("processlist", "status_critical", "text"), ("processlist", "disable_stats", "unknown"),
        ("monitor", "list_10_regex", "list"), ("monitor", "list_11_regex", "unknown"),
        ("monitor", "list_0_regex", "unknown"),
        ("folders", "folder_1_path", "list"), ("folders", "folder_1_regex", "unknown"),
        ("ip", "public_password", "inert"), ("docker", "web_cpu_careful", "number"), ("docker", "hide", "inert"),
        ("ports", "port_1_host", "inert"), ("amps", "anything", "inert"),
    )

    def test_table(self) -> None:
        for section, option, kind in self.TABLE:
            with self.subTest("[%s] %s" % (section, option)):
                self.assertEqual(sections.kind(section, option), kind)


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
                found = sections.default_limits(cpus)[section]
                self.assertEqual([found[stat + level] for level in LEVELS], expected)

    def test_each_is_an_option_that_is_read(self) -> None:
        for section, options in sections.default_limits(2).items():
            for option in options:
                self.assertEqual(sections.kind(section, option), "number", "[%s] %s" % (section, option))


class PluginOptions(unittest.TestCase):
    WRONG = (
        ("[cpu]\nuser_careful=fifty\n", "f:2: user_careful: needs a number, not 'fifty'"),
        ("[mem]\n\ncareful=\n", "f:3: careful: needs a number, not ''"),
        ("[fs]\n/_critical=90%\n", "f:2: /_critical: needs a number, not '90%'"),
        ("[network]\neth0:1_rx_careful=nan\n", "f:2: eth0:1_rx_careful: needs a number, not 'nan'"),
        ("[irq]\ndisable=maybe\n", "f:2: disable: needs True or False, not 'maybe'"),
        ("[diskio]\nhide=loop.*,sd(a\n",
         "f:2: hide: needs a regular expression (missing ), unterminated subpattern at position 2), not 'loop.*,sd(a'"),
        ("[sensors]\nshow=*\n", "f:2: show: needs a regular expression (nothing to repeat at position 0), not '*'"),
    )
    WARNED: tuple[tuple[str, list[str]], ...] = (
        ("[cpu]\nusr_careful=5\n", ["f:2: usr_careful: glancesd has no such option in [cpu]"]),
        ("[cpu]\nuser_critical_action=reboot\n", ["f:2: user_critical_action: glancesd runs no actions"]),
        ("[network]\nhide_no_up=True\nhide_zero=False\n",
         ["f:2: hide_no_up: glancesd has no such option in [network]"]),
        ("[network]\nhide_threshold_bytes=0\nrefresh=5\n", []),
        ("[monitor]\nlist_11_regex=x\n", ["f:2: list_11_regex: glancesd has no such option in [monitor]"]),
        ("[influxdb]\nhost=x\n[outputs]\nx=(\n[amp_nginx]\nregex=(\n[global]\nrefresh=x\n[Cpu]\nx=1\n", []),
    )

    def test_wrong(self) -> None:
        for text, message in self.WRONG:
            with self.subTest(text), self.assertRaises(SettingsError) as caught:
                plugins_of(text)
            self.assertEqual(str(caught.exception), message)

    def test_warned(self) -> None:
        for text, expected in self.WARNED:
            with self.subTest(text):
                self.assertEqual(warnings_of(text), expected)

    def test_only_what_has_a_meaning_is_kept(self) -> None:
        found = plugins_of("[ip]\npublic_password=1234\n[cpu]\nuser_critical_action=reboot\nx=1\nlog=1\n"
                           "[monitor]\nlist_1_command=reboot\n[folders]\nfolder_1_path=/secret\nfolder_1_careful=5\n")
        self.assertEqual({name: options for name, options in found.items() if options}, {"cpu": {"log": "1"}})

    def test_a_setting_of_the_daemon_is_not_the_plugins(self) -> None:
        found = sections.plugin_options(inifile.parse("[alert]\nmax_events=x\n", "f"), {("alert", "max_events")})
        self.assertEqual((found[0]["alert"], found[1]), ({}, []))

    def test_disabled(self) -> None:
        found = plugins_of("[irq]\ndisable=True\n[cpu]\ndisable=False\n[raid]\ndisable=yes\n[mem]\n")
        self.assertEqual(sections.disabled(found), ("irq", "raid"))


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
                found = sections.limits(plugins_of("[%s]\n%s" % (section, text)), 360)[section]
                self.assertEqual(found, {"history_size": 360, **expected})
                self.assertEqual(list(found), ["history_size", *expected])
                self.assertEqual([type(value) for value in found.values()],
                                 [int, *(type(value) for value in expected.values())])

    def test_lists_have_none(self) -> None:
        found = sections.limits(plugins_of("[monitor]\ndisable=False\nlist_1_command=x\n[folders]\ncareful=5\n"), 9)
        self.assertEqual((found["monitor"], found["folders"]), ({}, {}))

    def test_every_plugin_has_some(self) -> None:
        self.assertEqual(tuple(sections.limits(plugins_of(""), 0)), PLUGINS)


class Filters(unittest.TestCase):
    def test_patterns(self) -> None:
        found = sections.filters(plugins_of("[diskio]\nhide=loop.*, SR0\n[fs]\nshow=/\n[cpu]\nlog=True\n"))
        self.assertEqual(set(found), {"diskio", "fs"})
        self.assertEqual([pattern.pattern for pattern in found["diskio"].hide], ["loop.*", "SR0"])
        self.assertEqual([pattern.pattern for pattern in found["fs"].show], ["/"])

    def test_aliases(self) -> None:
        found = sections.filters(plugins_of(
            "[diskio]\nSDA1_alias=IntDisk\nsdb_alias=A, B\nsdc_alias=\nalias=sdd:Data, eth0:1:Wan,nothing\n"))
        self.assertEqual(found["diskio"].aliases, {"sda1": "IntDisk", "sdb": "A", "sdd": "Data", "eth0:1": "Wan"})


class Lists(unittest.TestCase):
    def test_monitored(self) -> None:
        entries, warnings = sections.monitored(inifile.parse(
            "[monitor]\nlist_2_description=Web\nlist_2_regex=.*nginx.*\nlist_2_command=nginx -v\nlist_2_countmin=1\n"
            "list_2_countmax=4\nlist_1_regex=a b\nlist_1_description=First\nlist_1_command=\n", "f"))
        self.assertEqual(warnings, [])
        self.assertEqual(entries, (Monitored("First", re.compile("a b"), "a b", None, None, None),
                                   Monitored("Web", re.compile(".*nginx.*"), ".*nginx.*", "nginx -v", "1", "4")))
        self.assertIsNone(entries[1].regex.search("NGINX"))

    def test_monitored_wrong(self) -> None:
        for text, message in (
                ("list_1_description=x\nlist_1_regex=(\n", "f:3: list_1_regex: needs a regular expression "
                 "(missing ), unterminated subpattern at position 0), not '('"),
                ("list_3_countmin=one\n", "f:2: list_3_countmin: needs a whole number from 0 to 999999999, not 'one'"),
                ("list_3_countmax=-1\n", "f:2: list_3_countmax: needs a whole number from 0 to 999999999, not '-1'")):
            with self.subTest(text), self.assertRaises(SettingsError) as caught:
                sections.monitored(inifile.parse("[monitor]\n" + text, "f"))
            self.assertEqual(str(caught.exception), message)

    def test_monitored_incomplete(self) -> None:
        entries, warnings = sections.monitored(inifile.parse("[monitor]\nlist_4_command=x\nlist_5_regex=y\n", "f"))
        self.assertEqual((entries, warnings), ((), [
            "f:2: list_4_command: has no effect without list_4_description and list_4_regex",
            "f:3: list_5_regex: has no effect without list_5_description and list_5_regex"]))

    def test_folders(self) -> None:
        found = sections.folders(inifile.parse(
            "[folders]\nfolder_10_path=/b\nfolder_1_path=/a\nfolder_1_careful=2500\nfolder_1_critical=1e4\nfolder_2_careful=1\n",
            "f"))
        self.assertEqual(found, (Folder("/a", "2500", None, "1e4"), Folder("/b", None, None, None)))

    def test_folders_wrong(self) -> None:
        with self.assertRaises(SettingsError) as caught:
            sections.folders(inifile.parse("[folders]\nfolder_1_path=/a\nfolder_1_warning=2 GB\n", "f"))
        self.assertEqual(str(caught.exception), "f:3: folder_1_warning: needs a number, not '2 GB'")


if __name__ == "__main__":
    unittest.main()
