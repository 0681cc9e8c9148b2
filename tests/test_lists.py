"""lists: the entries of [monitor], [folders], [amp_…] and [ports], and the switches of [containers] and [gpu]."""
from __future__ import annotations

import unittest

from glancesd.settings import inifile, lists
from glancesd.settings.expressions import compiled
from glancesd.settings.inifile import SettingsError
from glancesd.settings.lists import Amp, Containers, Folder, Monitored, Port, Ports, Web


def monitored(text: str) -> tuple[tuple[Monitored, ...], list[str]]:
    warnings: list[str] = []
    return lists.monitored(inifile.parse(text, "f"), warnings), warnings


def folders(text: str) -> tuple[Folder, ...]:
    return lists.folders(inifile.parse(text, "f"))


def amps(text: str) -> tuple[tuple[Amp, ...], list[str]]:
    warnings: list[str] = []
    return lists.amps(inifile.parse(text, "f"), warnings), warnings


def ports(text: str) -> tuple[Ports, list[str]]:
    warnings: list[str] = []
    return lists.ports(inifile.parse(text, "f"), warnings), warnings


class MonitorAndFolders(unittest.TestCase):
    def test_monitored(self) -> None:
        entries, warnings = monitored(
            "[monitor]\nlist_2_description=Web\nlist_2_regex=.*nginx.*\nlist_2_command=nginx -v\nlist_2_countmin=1\n"
            "list_2_countmax=4\nlist_1_regex=a b\nlist_1_description=First\nlist_1_command=\n")
        self.assertEqual(warnings, [])
        self.assertEqual(entries, (Monitored("First", compiled("a b"), "a b", None, None, None),
                                   Monitored("Web", compiled(".*nginx.*"), ".*nginx.*", "nginx -v", "1", "4")))
        self.assertFalse(entries[1].regex.matches("NGINX"))

    def test_monitored_wrong(self) -> None:
        for text, message in (
                ("list_1_description=x\nlist_1_regex=(\n", "f:3: list_1_regex: needs a regular expression "
                 "(missing ), unterminated subpattern at position 0), not '('"),
                ("list_3_countmin=one\n", "f:2: list_3_countmin: needs a whole number from 0 to 999999999, not 'one'"),
                ("list_3_countmax=-1\n", "f:2: list_3_countmax: needs a whole number from 0 to 999999999, not '-1'")):
            with self.subTest(text), self.assertRaises(SettingsError) as caught:
                monitored("[monitor]\n" + text)
            self.assertEqual(str(caught.exception), message)

    def test_monitored_incomplete(self) -> None:
        entries, warnings = monitored("[monitor]\nlist_4_command=x\nlist_5_regex=y\n")
        self.assertEqual((entries, warnings), ((), [
            "f:2: list_4_command: has no effect without list_4_description and list_4_regex",
            "f:3: list_5_regex: has no effect without list_5_description and list_5_regex"]))

    def test_folders(self) -> None:
        found = folders(
            "[folders]\nfolder_10_path=/b\nfolder_1_path=/a\nfolder_1_careful=2500\nfolder_1_critical=1e4\nfolder_2_careful=1\n")
        self.assertEqual(found, (Folder("/a", "2500", None, "1e4"), Folder("/b", None, None, None)))

    def test_folders_wrong(self) -> None:
        with self.assertRaises(SettingsError) as caught:
            folders("[folders]\nfolder_1_path=/a\nfolder_1_warning=2 GB\n")
        self.assertEqual(str(caught.exception), "f:3: folder_1_warning: needs a number, not '2 GB'")


class Amps(unittest.TestCase):
    def test_amps(self) -> None:
        found, warnings = amps(
            "[amp_web]\nenable=true\nregex=.*nginx.*\nrefresh=60\ncountmin=1\ncountmax=4\ncommand=nginx -v\n"
            "one_line=True\n[amp_off]\nenable=false\nregex=(\n[amp_unsaid]\nregex=x\n[amp_clock]\nenable=True\n"
            "command=date\n[amp_none]\nenable=True\n")
        self.assertEqual(found, (Amp("web", compiled(".*nginx.*"), 60.0, 1.0, 4.0, "nginx -v", True),
                                 Amp("clock", None, 3.0, None, None, "date", False)))
        self.assertEqual(warnings, ["f:17: [amp_none]: has no effect without regex or command"])

    def test_wrong(self) -> None:
        for text, message in (
                ("enable=perhaps\n", "f:2: enable: needs True or False, not 'perhaps'"),
                ("enable=True\nregex=(\n", "f:3: regex: needs a regular expression (missing ), unterminated "
                 "subpattern at position 0), not '('"),
                ("enable=True\nrefresh=0\n", "f:3: refresh: needs a number from 1 to 86400, not '0'"),
                ("enable=True\ncountmin=few\n", "f:3: countmin: needs a number, not 'few'"),
                ("enable=True\none_line=2\n", "f:3: one_line: needs True or False, not '2'")):
            with self.subTest(text), self.assertRaises(SettingsError) as caught:
                amps("[amp_x]\n" + text)
            self.assertEqual(str(caught.exception), message)


class PortsAndWeb(unittest.TestCase):
    def test_none(self) -> None:
        self.assertEqual(ports(""), (Ports(), []))
        self.assertEqual(ports("[ports]\n")[0], Ports(30.0, False, 3.0, ()))

    def test_ports(self) -> None:
        found, warnings = ports(
            "[ports]\nrefresh=60\ntimeout=2\nport_default_gateway=True\nport_1_host=192.168.0.1\nport_1_port=80\n"
            "port_1_description=Home Box\nport_1_timeout=1\nport_1_rtt_warning=1500\nport_255_host=fe80::1%eth0\n"
            "port_3_host=example.org\nport_3_port=443\n"
            "web_1_url=https://ann:s3cret@example.org/\nweb_1_ssl_verify=False\nweb_3_url=http://a:8@b:80?c/d@e\nweb_2_url=http://[::1]:8080/x\n"
            "web_2_ssl_verify=/etc/ssl/own.pem\nweb_2_description=Own\nweb_2_rtt_warning=10\n")
        self.assertEqual(found[:3], (60.0, True, 2.0))
        self.assertEqual(found.checks, (
            Port("port_1", "192.168.0.1", 80, "Home Box", 1.0, 1.5),
            Port("port_3", "example.org", 443, "example.org:443", 2.0, None),
            Port("port_255", "fe80::1%eth0", 0, "fe80::1%eth0", 2.0, None),
            Web("web_1", "https://ann:s3cret@example.org/", "example.org", 2.0, None, False),
            Web("web_2", "http://[::1]:8080/x", "Own", 2.0, 0.01, "/etc/ssl/own.pem"),
            Web("web_3", "http://a:8@b:80?c/d@e", "b:80", 2.0, None, True)))
        self.assertEqual(warnings, [])

    def test_incomplete(self) -> None:
        found, warnings = ports("[ports]\nport_4_port=80\nweb_9_description=x\nport_0_host=a\nport_256_host=a\n")
        self.assertEqual(found.checks, ())
        self.assertEqual(warnings, ["f:1: [ports]: port_4_… has no effect without port_4_host",
                                    "f:1: [ports]: web_9_… has no effect without web_9_url"])

    def test_wrong(self) -> None:
        for text, message in (
                ("refresh=0", "f:2: refresh: needs a number from 1 to 86400, not '0'"),
                ("timeout=61", "f:2: timeout: needs a number from 0.001 to 60, not '61'"),
                ("port_default_gateway=eth0", "f:2: port_default_gateway: needs True or False, not 'eth0'"),
                ("port_1_host=a b", "f:2: port_1_host: needs a host's name or address, not 'a b'"),
                ("port_1_host=http://a", "f:2: port_1_host: needs a host's name or address, not 'http://a'"),
                ("port_1_port=http", "f:2: port_1_port: needs a whole number from 0 to 65535, not 'http'"),
                ("port_1_port=70000", "f:2: port_1_port: needs a whole number from 0 to 65535, not '70000'"),
                ("web_1_url=example.org",
                 "f:2: web_1_url: needs a URL that begins with http:// or https://, not 'example.org'"),
                ("web_1_url=file:///etc/passwd", "f:2: web_1_url: needs a URL that begins with http:// or https://, "
                 "not 'file:///etc/passwd'"),
                ("web_1_ssl_verify=perhaps", "f:2: web_1_ssl_verify: needs True or False, not 'perhaps'")):
            with self.subTest(text), self.assertRaises(SettingsError) as caught:
                ports("[ports]\n" + text)
            self.assertEqual(str(caught.exception), message)


class Engines(unittest.TestCase):
    def test_containers(self) -> None:
        for text, expected in (
                ("", Containers(False, None)),
                ("[docker]\nall=True\n", Containers(True, None)),
                ("[docker]\nall=True\n[containers]\nall=False\npodman_sock=unix:///run/user/1000/podman/podman.sock\n",
                 Containers(False, "/run/user/1000/podman/podman.sock")),
                ("[containers]\npodman_sock=/run/p.sock\n", Containers(False, "/run/p.sock"))):
            with self.subTest(text):
                self.assertEqual(lists.containers(inifile.parse(text, "f")), expected)
        for wrong in ("tcp://10.0.0.1:2375", "ssh://root@host/run/podman.sock", "podman.sock"):
            with self.subTest(wrong), self.assertRaises(SettingsError):
                lists.containers(inifile.parse("[containers]\npodman_sock=%s\n" % wrong, "f"))

    def test_gpu(self) -> None:
        self.assertIs(lists.nvidia_smi(inifile.parse("[gpu]\nnvidia_smi=True\n", "f")), True)
        self.assertIs(lists.nvidia_smi(inifile.parse("", "f")), False)


if __name__ == "__main__":
    unittest.main()
