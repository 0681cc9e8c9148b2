"""sections: what the plugins' sections of a file may hold, and what becomes of it."""
from __future__ import annotations

import unittest

from glancesd.api import v2
from glancesd.settings import sections
from glancesd.settings.sections import AMP, FOREIGN, PLUGINS, SAME, SECTIONS


class Table(unittest.TestCase):
    def test_every_plugin_that_is_served_is_known(self) -> None:
        self.assertLessEqual(set(v2.PLUGINS), set(PLUGINS))

    def test_every_plugin_has_its_section(self) -> None:
        self.assertEqual(tuple(SECTIONS), (*PLUGINS, "global", "outputs"))

    def test_names_mean_one_thing(self) -> None:
        self.assertFalse(FOREIGN & {*SECTIONS, "glancesd", "metrics"})
        self.assertLessEqual({name for pair in SAME for name in pair}, set(PLUGINS))


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
        ("network", "alias", "text"), ("network", "wlan0_rx_log", "text"), ("network", "hide_no_up", "switch"),
        ("diskio", "sda_rx_careful", "number"), ("diskio", "rx_careful", "unknown"),
        ("diskio", "rx_latency_careful", "number"),
        ("fs", "/_careful", "number"), ("fs", "/srv/my data_critical", "number"), ("fs", "boot_careful", "unknown"),
        ("fs", "allow", "text"), ("mem", "hide", "unknown"),
        ("sensors", "temperature_core_careful", "number"),
        ("sensors", "temperature_core_package id 0_careful", "number"),
        ("sensors", "temperature_careful", "unknown"), ("sensors", "core 0_alias", "text"),
        ("processlist", "cpu_careful", "number"), ("processlist", "nice_warning", "text"),
        ("processlist", "status_critical", "text"), ("processlist", "disable_stats", "text"),
        ("monitor", "list_10_regex", "own"), ("monitor", "list_11_regex", "unknown"),
        ("monitor", "list_0_regex", "unknown"),
        ("folders", "folder_1_path", "own"), ("folders", "folder_1_regex", "unknown"),
        ("ip", "public_password", "inert"), ("docker", "web_cpu_careful", "number"), ("docker", "hide", "expressions"),
        ("ports", "port_1_host", "own"), ("ports", "port_1_hots", "unknown"), ("ports", "refresh", "own"),
        ("ports", "web_255_ssl_verify", "own"), ("ports", "web_1_http_proxy", "inert"),
        ("amp_web", "regex", "own"), ("amp_web", "status_url", "missed"), ("amps", "anything", "unknown"),
        ("containers", "all", "own"), ("containers", "web_cpu_careful", "number"),
        ("containers", "cpu_warning", "number"),
        ("gpu", "nvidia_smi", "own"), ("gpu", "temperature_careful", "number"), ("gpu", "nvidia", "unknown"),
        ("network", "hide_threshold_bytes", "number"), ("diskio", "hide_zero", "switch"),
        ("diskio", "hide_no_ip", "unknown"), ("alert", "min_interval", "missed"), ("outputs", "url_prefix", "missed"),
        ("outputs", "cors_origin", "unknown"), ("connections", "nf_conntrack_percent_careful", "number"),
    )

    def test_table(self) -> None:
        for section, option, kind in self.TABLE:
            with self.subTest("[%s] %s" % (section, option)):
                self.assertEqual(sections.kind(sections.section_of(section) or AMP, option), kind)


if __name__ == "__main__":
    unittest.main()
