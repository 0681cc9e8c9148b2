"""checked: which options of a file mean something, what is a mistake, and what is warned of."""
from __future__ import annotations

import unittest

from glancesd.settings import checked, inifile
from glancesd.settings.inifile import SettingsError


def plugins_of(text: str) -> dict[str, dict[str, str]]:
    return checked.check(inifile.parse(text, "f"), "f").plugins


class Misspelt(unittest.TestCase):
    """What was written to keep strangers out and is passed over leaves the daemon open, so it is a mistake."""

    MISTAKES = (
        ("[glancesd]\npassword_flie=/x\n",
         "f:2: password_flie: glancesd has no such option in [glancesd] (password_file?)"),
        ("[glancesd]\nport=1\n\nalow_from=10.0.0.0/8\n",
         "f:4: alow_from: glancesd has no such option in [glancesd] (allow_from?)"),
        ("[glancesd]\npassword-file=/x\n",
         "f:2: password-file: glancesd has no such option in [glancesd] (password_file?)"),
        ("[glancesd]\nbind=::1\n", "f:2: bind: glancesd has no such option in [glancesd] (bind_address?)"),
        ("[influxdb]\npassword_file=/x\n", "f:2: password_file: belongs into [glancesd]"),
        ("[glancesd]\nzzz=1\n", "f:2: zzz: glancesd has no such option in [glancesd]"),
        ("[glancesd]\nuser_careful=1\n", "f:2: user_careful: glancesd has no such option in [glancesd] (username?)"),
        ("[glancesd]\nconfig_file=/x\n", "f:2: config_file: glancesd has no such option in [glancesd]"),
        ("[glancsd]\n", "f:1: [glancsd]: neither glancesd nor Glances has such a section ([glancesd]?)"),
        ("[cpu]\n\n[Glancesd]\nx=1\n",
         "f:3: [Glancesd]: neither glancesd nor Glances has such a section ([glancesd]?)"),
        ("[glances]\n", "f:1: [glances]: neither glancesd nor Glances has such a section ([glancesd]?)"),
        ("[ glancesd ]\n", "f:1: [ glancesd ]: neither glancesd nor Glances has such a section ([glancesd]?)"),
        ("[metrics]\nenabel=tcpstat\n", "f:2: enabel: glancesd has no such option in [metrics] (enable?)"),
        ("[metrcs]\n", "f:1: [metrcs]: neither glancesd nor Glances has such a section ([metrics]?)"),
        ("[global]\npassword_file=/x\n", "f:2: password_file: belongs into [glancesd]"),
        ("[outputs]\ntls_cert=/x\n", "f:2: tls_cert: belongs into [glancesd]"),
        ("[network]\nallow_from=10.0.0.0/8\n", "f:2: allow_from: belongs into [glancesd]"),
        # Indented, it is part of the value above.
        ("[network]\nhide=lo\n  [glancesd]\n  password_file=/x\n",
         "f:2: hide: goes on with '[glancesd]', which is indented deeper"),
        ("[glancesd]\nport=5\n  password_file = /x\n",
         "f:2: port: goes on with 'password_file = /x', which is indented deeper"),
        ("[fs]\nhide=/a,\n  /b,\n  [cpu]\n", "f:2: hide: goes on with '[cpu]', which is indented deeper"),
        ("[server]\nport=5\nallow_from=10.0.0.0/8\n", "f:3: allow_from: belongs into [glancesd]"),
    )
    WARNED: tuple[tuple[str, list[str]], ...] = (
        ("[cpu]\nusr_careful=5\n", ["f:2: usr_careful: glancesd has no such option in [cpu] (user_careful?)"]),
        ("[network]\nhide_noup=True\n", ["f:2: hide_noup: glancesd has no such option in [network] (hide_no_up?)"]),
        ("[monitor]\nlist_11_regex=x\n", ["f:2: list_11_regex: glancesd has no such option in [monitor]"]),
        ("[glancesd]\npassword_file=\nallow_from =\n",
         ["f:2: password_file: empty, so nobody is asked for a password"]),
        ("[fs]\nhide=/a,\n  [ab],\n  /password_file=x\n", []),
        ("[netwrk]\nhide=lo\n", ["f:1: [netwrk]: neither glancesd nor Glances has such a section ([network]?)"]),
        ("[Cpu]\n", ["f:1: [Cpu]: neither glancesd nor Glances has such a section ([cpu]?)"]),
        ("[influxbd]\n", ["f:1: [influxbd]: neither glancesd nor Glances has such a section ([influxdb]?)"]),
        ("[qqq]\nport=5\n", ["f:1: [qqq]: neither glancesd nor Glances has such a section"]),
        ("[global]\nhistroy_size=5\n", ["f:2: histroy_size: glancesd has no such option in [global] (history_size?)"]),
        ("[outputs]\ncors_origin=*\n", ["f:2: cors_origin: glancesd has no such option in [outputs] (cors_origins?)"]),
        # Of Glances, and without effect here: one line for all.
        ("[influxdb]\nhost=x\npassword=(\n[mqtt]\n[cpu]\nuser_critical_action=reboot\n[alert]\nmin_interval=6\n"
         "[outputs]\nurl_prefix=/x\n[amp_a]\nenable=True\nregex=a\nservice_cmd=b\n[amp_b]\nregex=(\nservice_cmd=b\n",
         ["f: without effect here: [influxdb], [mqtt], [cpu] user_critical_action, [alert] min_interval, "
          "[outputs] url_prefix, [amp_a] service_cmd"]),
        ("[network]\nhide_zero=False\nhide_threshold_bytes=0\nrefresh=5\n[global]\nrefresh=x\ncheck_update=true\n"
         "[outputs]\nseparator=True\nurl_prefix=False\n[quicklook]\nlist=cpu\n", []),
        ("[network]\nhide_zero=True\nhide_threshold_bytes=9\n[diskio]\nhide_zero=True\n", []),
    )

    def test_mistakes(self) -> None:
        for text, message in self.MISTAKES:
            with self.subTest(text), self.assertRaises(SettingsError) as caught:
                checked.check(inifile.parse(text, "f"), "f")
            self.assertEqual(str(caught.exception), message)

    def test_warned(self) -> None:
        for text, expected in self.WARNED:
            with self.subTest(text):
                self.assertEqual(checked.check(inifile.parse(text, "f"), "f").warnings, expected)


class Plugins(unittest.TestCase):
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
    def test_wrong(self) -> None:
        for text, message in self.WRONG:
            with self.subTest(text), self.assertRaises(SettingsError) as caught:
                plugins_of(text)
            self.assertEqual(str(caught.exception), message)

    def test_only_what_has_a_meaning_is_kept(self) -> None:
        found = plugins_of("[ip]\npublic_password=1234\n[cpu]\nuser_critical_action=reboot\nx=1\nlog=1\n"
                           "[monitor]\nlist_1_command=reboot\n[folders]\nfolder_1_path=/secret\nfolder_1_careful=5\n")
        self.assertEqual({name: options for name, options in found.items() if options}, {"cpu": {"log": "1"}})

    def test_a_setting_of_the_daemon_is_not_the_plugins(self) -> None:
        found = checked.check(inifile.parse("[alert]\nmax_events=x\n", "f"), "f")
        self.assertEqual((found.plugins["alert"], found.warnings), ({}, []))

    def test_one_plugin_under_two_names(self) -> None:
        found = plugins_of("[docker]\ncpu_careful=5\nhide=a\n[containers]\nhide=b\n")
        self.assertEqual(found["docker"], {"cpu_careful": "5", "hide": "b"})
        self.assertEqual(found["containers"], found["docker"])


if __name__ == "__main__":
    unittest.main()
