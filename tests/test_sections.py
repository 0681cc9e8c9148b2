"""sections: what the plugins' sections of a file may hold, and what becomes of it."""
from __future__ import annotations

import unittest

from glancesd.api import v2
from glancesd.settings import inifile, sections
from glancesd.settings.inifile import SettingsError
from glancesd.settings.sections import PLUGINS, SECTIONS


def plugins_of(text: str) -> dict[str, dict[str, str]]:
    return sections.plugin_options(inifile.parse(text, "f"), frozenset())[0]


def warnings_of(text: str) -> list[str]:
    return sections.plugin_options(inifile.parse(text, "f"), frozenset())[1]


class Table(unittest.TestCase):
    def test_every_plugin_that_is_served_is_known(self) -> None:
        self.assertLessEqual(set(v2.PLUGINS), set(PLUGINS))

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


if __name__ == "__main__":
    unittest.main()
