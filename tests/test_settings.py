"""settings: every option by default, from the file, from the command line, and wrong; which files are found."""
from __future__ import annotations

import contextlib
import io
import ipaddress
import json
import os
import shutil
import tempfile
import unittest
from typing import Any, NamedTuple

from glancesd import settings
from glancesd.settings import OPTIONS, Settings, SettingsError, command_line, default_settings, parser, printed

HERE = os.path.abspath(__file__)
FOLDER = os.path.dirname(HERE)
NETWORKS = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))
DERIVED = ("plugins", "limits", "filters", "fs_allow", "monitored", "folders", "amps", "ports", "containers",
           "nvidia_smi", "metrics", "commands_allowed", "warnings")


class Case(NamedTuple):
    """One option: its default, a text and what that means, a text that is wrong and what is said of it."""

    name: str
    default: Any
    text: str
    value: Any
    wrong: str
    need: str


CASES = (
    Case("bind_address", None, "::", "::", "example.org",
         "needs an IPv4 or IPv6 address, localhost or unix:/path"),
    Case("bind_address", None, "unix:/run/g.sock", "unix:/run/g.sock", "unix:g.sock",
         "needs an IPv4 or IPv6 address, localhost or unix:/path"),
    Case("bind_address", None, "localhost", "localhost", "0.0.0.0:80",
         "needs an IPv4 or IPv6 address, localhost or unix:/path"),
    Case("bind_address", None, "fe80::1%eth0", "fe80::1%eth0", "10.0.0.1%eth0",
         "needs an IPv4 or IPv6 address, localhost or unix:/path"),
    Case("port", 61208, "0", 0, "65536", "needs a whole number from 0 to 65535"),
    Case("port", 61208, "65535", 65535, "-1", "needs a whole number from 0 to 65535"),
    Case("socket_mode", None, "660", 0o660, "888", "needs an octal mode such as 660"),
    Case("socket_mode", None, "0666", 0o666, "rw-rw-rw-", "needs an octal mode such as 660"),
    Case("procfs", "/proc", FOLDER, FOLDER, "/nowhere", "needs an existing directory"),
    Case("sysfs", "/sys", FOLDER, FOLDER, HERE, "needs an existing directory"),
    Case("rootfs", "/", FOLDER, FOLDER, "", "needs an existing directory"),
    Case("cached_time", 1.0, "0", 0.0, "-0.1", "needs a number from 0 to 86400"),
    Case("interval", 10.0, "2.5", 2.5, "nan", "needs a number from 0 to 86400"),
    Case("history_size", 360, "28800", 28800, "28801", "needs a whole number from 0 to 28800"),
    Case("history_size", 360, "0", 0, "5.5", "needs a whole number from 0 to 28800"),
    Case("alert_max_events", 10, "1000", 1000, "0", "needs a whole number from 1 to 1000"),
    Case("alert_min_duration", 6.0, "0", 0.0, "long", "needs a number from 0 to 86400"),
    Case("disable_plugin", (), "raid, wifi", ("raid", "wifi"), "cpu,Mem",
         "needs names out of " + ",".join(settings.PLUGINS)),
    Case("disable_api", (), "2, 3", ("2", "3"), "5", "needs names out of 2,3,4"),
    Case("disable_webui", False, "True", True, "", "needs True or False"),
    Case("allow_from", (), "10.0.0.0/8,fd00::/8", NETWORKS, "home",
         "needs networks such as 192.168.0.0/16,fd00::/8 ('home' does not appear to be an IPv4 or IPv6 network)"),
    Case("allow_from", (), "", (), "10.0.0.1/8",
         "needs networks such as 192.168.0.0/16,fd00::/8 (10.0.0.1/8 has host bits set)"),
    Case("password_file", None, HERE, HERE, "/nowhere", "needs an existing file"),
    Case("username", "glances", "ann", "ann", "a:b", "needs a name without a colon"),
    Case("username", "glances", "\u00e5sa", "\u00e5sa", "", "needs a name without a colon"),
    Case("allowed_host", (), "Box.example.org, box_2.", ("box.example.org", "box_2."), "box:8080",
         "needs host names, without a port"),
    Case("cors_origin", (), "https://example.org,http://[::1]:3000", ("https://example.org", "http://[::1]:3000"),
         "https://example.org/", "needs origins such as https://example.org, or *"),
    Case("cors_origin", (), "*", ("*",), "null", "needs origins such as https://example.org, or *"),
    Case("hide_arguments", False, "yes", True, "maybe", "needs True or False"),
    Case("tls_cert", None, HERE, HERE, FOLDER, "needs an existing file"),
    Case("tls_key", None, HERE, HERE, "/nowhere", "needs an existing file"),
    Case("max_connections", 64, "1", 1, "0", "needs a whole number from 1 to 10000"),
    Case("max_connections_per_address", 16, "10000", 10000, "many", "needs a whole number from 1 to 10000"),
    Case("exit_idle", 0.0, "90", 90.0, "86401", "needs a number from 0 to 86400"),
)
# Each needs the other.
PAIRS = {"tls_cert": ("--tls-key", {"glancesd": "tls_key", "outputs": "ssl_keyfile"}),
         "tls_key": ("--tls-cert", {"glancesd": "tls_cert", "outputs": "ssl_certfile"})}
OPTION = {option.name: option for option in OPTIONS}


class Files(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, text: str, name: str = "f.conf", mode: int = 0o644) -> str:
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        os.chmod(path, mode)
        return path

    def read(self, text: str, *argv: str, cpus: int = 2) -> Settings:
        return settings.read_settings(("-C", self.write(text), *argv), {}).for_cpus(cpus)

    def error(self, *argv: str, environ: Any = None) -> str:
        """What is said of a command line, without the name of the test's own folder."""
        with self.assertRaises(SettingsError) as caught:
            settings.read_settings(argv, environ or {"XDG_CONFIG_HOME": self.folder})
        message = str(caught.exception)
        self.assertTrue(message.isprintable(), message)
        return message.replace(self.folder + "/", "")


class Table(Files):
    def test_settings_has_the_fields_of_the_table(self) -> None:
        self.assertEqual(Settings._fields, (*(option.name for option in OPTIONS), *DERIVED))

    def test_every_option_has_a_case(self) -> None:
        self.assertEqual({case.name for case in CASES}, {option.name for option in OPTIONS if option.places})

    def test_flags_and_file_options_are_unique(self) -> None:
        flags = [flag for option in OPTIONS for flag in option.flags]
        keys = [place for option in OPTIONS for place in option.places]
        self.assertEqual((len(set(flags)), len(set(keys))), (len(flags), len(keys)))

    def test_default(self) -> None:
        for case in CASES:
            with self.subTest(case.name):
                value = getattr(default_settings(), case.name)
                self.assertEqual((value, type(value)), (case.default, type(case.default)))

    def test_from_the_file(self) -> None:
        for case in CASES:
            for section, key in OPTION[case.name].places:
                with self.subTest(case.name, section=section, text=case.text):
                    other = "%s=%s\n" % (PAIRS[case.name][1][section], HERE) if case.name in PAIRS else ""
                    read = self.read("[%s]\n%s%s = %s\n" % (section, other, key, case.text))
                    value = getattr(read, case.name)
                    self.assertEqual((value, type(value)), (case.value, type(case.value)))
                    self.assertEqual(read.warnings, ())

    def test_from_the_command_line_over_the_file(self) -> None:
        for case in CASES:
            option = OPTION[case.name]
            for flag in option.flags:
                with self.subTest(flag, text=case.text):
                    other = (PAIRS[case.name][0], HERE) if case.name in PAIRS else ()
                    file = "[%s]\n%s=%s\n" % (*option.places[0], case.default) if case.default else ""
                    argv = (flag, case.text) if option.metavar else (flag,)
                    self.assertEqual(getattr(self.read(file, *argv, *other), case.name), case.value)

    def test_wrong_in_the_file(self) -> None:
        for case in CASES:
            for section, key in OPTION[case.name].places:
                with self.subTest(case.name, section=section, text=case.wrong):
                    path = self.write("[%s]\n\n%s = %s\n" % (section, key, case.wrong))
                    self.check_wrong(case, "f.conf:3: %s" % key, ("-C", path))

    def test_wrong_on_the_command_line(self) -> None:
        for case in CASES:
            if OPTION[case.name].metavar:
                for flag in OPTION[case.name].flags:
                    with self.subTest(flag, text=case.wrong):
                        self.check_wrong(case, OPTION[case.name].flags[-1], (flag, case.wrong))

    def check_wrong(self, case: Case, where: str, argv: tuple[str, ...]) -> None:
        if case.name in ("password_file", "tls_cert", "tls_key") and not case.wrong:
            return
        self.assertEqual(self.error(*argv), "%s: %s, not %r" % (where, case.need, case.wrong))


class CommandLine(Files):
    # What is understood without argparse, as argparse does, and what is left to it.
    WHOLE = (
        (), ("-w",), ("--webserver", "-p", "80"), ("-p", "80", "--port", "81"), ("--port=80",), ("--bind=",),
        ("-C", ""), ("--hide-arguments", "-B", "::1"), ("--disable-plugin", "fs,raid", "--disable-plugin=alert"),
        ("--username=a=b",),
    )
    FOR_ARGPARSE = (
        ("-p80",), ("-p",), ("-p", "-1"), ("-p", "--bind"), ("--hide",), ("--hide-arguments=no",),
        ("--hide-arguments=",), ("x",), ("-V",), ("--",), ("-p=80",),
    )

    WRONG = (
        (("--nosuch",), "--nosuch: no such option"),
        (("--nosuch=5",), "--nosuch=5: no such option"),
        (("-x",), "-x: no such option"),
        (("here",), "here: not an option"),
        (("-p",), "-p/--port: expected one argument"),
        (("--hide-arguments=no",), "--hide-arguments: ignored explicit argument 'no'"),
        (("-C", "nowhere.conf"), "--config: nowhere.conf: No such file or directory"),
        (("-C", ""), "--config: : No such file or directory"),
        (("-C", FOLDER), "--config: %s: Is a directory" % FOLDER),
        (("-C", "a\nb"), r"--config: a\nb: No such file or directory"),
        (("--tls-cert", HERE), "--tls-cert: needs --tls-key too"),
        (("--tls-key", HERE), "--tls-key: needs --tls-cert too"),
        (("-p", "1\x1b[2J"), r"--port: needs a whole number from 0 to 65535, not '1\x1b[2J'"),
        (("--check", ""), "--check: needs a URL, or self, not ''"),
        (("-B", ""), "--bind: needs an IPv4 or IPv6 address, localhost or unix:/path, not ''"),
        (("--passwrd-file", "x"), "--passwrd-file: no such option (--password-file?)"),
        (("--hide-argumnts",), "--hide-argumnts: no such option (--hide-arguments?)"),
        # Of Glances: what to write instead.
        (("-t", "5"), "-t: of Glances; here --cached-time (how long all callers share one sample) and --interval "
         "(alerts and history)"),
        (("-t5",), "-t: of Glances; here --cached-time (how long all callers share one sample) and --interval "
         "(alerts and history)"),
        (("--time=5",), "--time: of Glances; here --cached-time (how long all callers share one sample) and --interval "
         "(alerts and history)"),
        (("--password",), "--password: of Glances; here --password-file FILE; --hash-password makes one"),
        (("--password", "x"), "--password: of Glances; here --password-file FILE; --hash-password makes one"),
        (("-w", "--disable-docker"), "--disable-docker: of Glances; here --disable-plugin docker"),
        (("--disable-plugins", "fs"), "--disable-plugins: of Glances; here --disable-plugin NAME,..."),
        (("--process-filter", "x"), "--process-filter: of Glances; here it means nothing: leave it out"),
        (("--strftime=%H",), "--strftime: of Glances; here it means nothing: leave it out"),
        (("-u", "ann"), "-u: of Glances; here --username NAME"),
        (("--disable-history",), "--disable-history: of Glances; here --history-size 0"),
    )

    def test_whole_options(self) -> None:
        for argv in self.WHOLE:
            whole, parsed = command_line.whole_options(argv), parser.parsed(argv)
            self.assertEqual(command_line.arguments(argv).keys(), parsed.keys(), argv)
            self.assertEqual({name: texts[-len(parsed[name]):] for name, texts in (whole or {}).items()}, parsed, argv)
        for argv in self.FOR_ARGPARSE:
            self.assertIsNone(command_line.whole_options(argv), argv)

    def test_wrong(self) -> None:
        for argv, message in self.WRONG:
            with self.subTest(argv):
                self.assertEqual(self.error(*argv), message)

    def test_webserver_means_nothing(self) -> None:
        for flag in ("-w", "--webserver"):
            self.assertEqual(self.read("", flag), self.read(""))

    def test_short_options_may_have_their_value_at_once(self) -> None:
        self.assertEqual(self.read("", "-p0", "-B::1")[:2], ("::1", 0))

    def test_a_list_given_twice_is_one(self) -> None:
        self.assertEqual(self.read("", "--allow-from", "10.0.0.0/8", "--allow-from", "fd00::/8").allow_from, NETWORKS)

    def test_a_list_replaces_the_files(self) -> None:
        read = self.read("[glancesd]\nallow_from=192.168.0.0/16\n", "--allow-from", "10.0.0.0/8,fd00::/8")
        self.assertEqual(read.allow_from, NETWORKS)

    def test_modes_read_no_file(self) -> None:
        for argv, name, value in ((("--check", "http://127.0.0.1:61208"), "check", "http://127.0.0.1:61208"),
                                  (("--hash-password",), "hash_password", True),
                                  (("--print-config",), "print_config", True)):
            with self.subTest(argv):
                read = settings.read_settings((*argv, "-C", "/nowhere"), {"XDG_CONFIG_HOME": self.folder})
                self.assertEqual(getattr(read, name), value)
        self.assertEqual(default_settings()[OPTIONS.index(OPTION["check"]):][:3], (None, False, False))

    def test_help_and_version(self) -> None:
        for flag in ("--help", "-V", "--version"):
            out = io.StringIO()
            with self.subTest(flag), contextlib.redirect_stdout(out), self.assertRaises(SystemExit) as caught:
                settings.read_settings((flag,), {})
            self.assertEqual(caught.exception.code, 0)
            for option in OPTIONS if flag == "--help" else ():
                for name in option.flags:
                    self.assertIn(name, out.getvalue())
        self.assertRegex(out.getvalue(), r"\Aglancesd [0-9.]+\n\Z")


class ConfigFiles(Files):
    def test_places(self) -> None:
        self.write("[glancesd]\nport=1\n", "xdg/glances/glances.conf")
        self.write("[glancesd]\nport=2\n", "home/.config/glances/glances.conf")
        xdg, home, empty = (os.path.join(self.folder, name) for name in ("xdg", "home", "empty"))
        for environ, port in (({"XDG_CONFIG_HOME": xdg, "HOME": home}, 1), ({"HOME": home}, 2),
                              ({"XDG_CONFIG_HOME": "", "HOME": home}, 2)):
            with self.subTest(environ):
                self.assertEqual(settings.read_settings((), environ).port, port)
        if not os.path.exists("/etc/glances/glances.conf"):
            for environ in ({"XDG_CONFIG_HOME": empty, "HOME": home}, {"HOME": empty}, {}):
                self.assertEqual(settings.read_settings((), environ).for_cpus(1), default_settings())
        self.assertEqual(settings.read_settings(("-C", self.write("[glancesd]\nport=3\n")), {"HOME": home}).port, 3)

    def test_the_file_in_force_is_told(self) -> None:
        path = self.write("", "glances/glances.conf")
        self.assertEqual(settings.read_settings((), {"XDG_CONFIG_HOME": self.folder}).config_file, path)
        self.assertIsNone(default_settings().config_file)

    def test_one_that_is_gone_does_not_mean_none(self) -> None:
        """It may have been what kept strangers out: at a reload."""
        environ = {"XDG_CONFIG_HOME": self.folder}
        path = self.write("[glancesd]\nusername=ann\n", "glances/glances.conf")
        before = settings.read_settings((), environ)
        self.assertEqual(settings.read_settings((), environ, before), before)
        os.unlink(path)
        for gone in (path, os.path.dirname(path)):
            with self.subTest(gone), self.assertRaises(SettingsError) as caught:
                settings.read_settings((), environ, before)
            self.assertEqual(str(caught.exception), path + ": is gone, and was in force")
            if gone == path:
                os.rmdir(os.path.dirname(path))
        self.assertEqual(settings.read_settings((), environ).username, "glances")     # a start

    def test_a_place_that_cannot_be_looked_at_is_not_one_without_a_file(self) -> None:
        """Whoever the directory is closed to; here links that lead to each other, which root cannot follow either."""
        for name in ("one", "other"):
            os.symlink("one" if name == "other" else "other", os.path.join(self.folder, name))
        os.symlink("one", os.path.join(self.folder, "glances"))
        self.assertEqual(self.error(),
                         "glances/glances.conf: Too many levels of symbolic links (-C names another file)")

    def test_a_link_that_leads_to_nowhere_is_not_no_file(self) -> None:
        """What it leads to may lie on a disk that is not mounted yet, and ask for a password."""
        folder = os.path.join(self.folder, "glances")
        os.symlink("/nonexistent", folder)
        self.assertEqual(self.error(), "glances: leads to nowhere (-C names another file)")
        os.unlink(folder)
        os.mkdir(folder)
        os.symlink("/nonexistent", folder + "/glances.conf")
        self.assertEqual(self.error(), "glances/glances.conf: leads to nowhere (-C names another file)")

    @unittest.skipUnless(os.geteuid(), "root may search every directory")
    def test_a_closed_directory(self) -> None:
        self.write("", "glances/glances.conf")
        os.chmod(os.path.join(self.folder, "glances"), 0)
        self.addCleanup(os.chmod, os.path.join(self.folder, "glances"), 0o700)
        self.assertEqual(self.error(), "glances/glances.conf: Permission denied (-C names another file)")

    def test_one_that_is_there_must_be_readable(self) -> None:
        os.makedirs(os.path.join(self.folder, "glances", "glances.conf"))
        self.assertEqual(self.error(), "glances/glances.conf: Is a directory")

    def test_wrong(self) -> None:
        for text, message in (
                ("[cpu]\nuser_careful=50\n[cpu]\n", "f.conf:3: section [cpu] is there twice"),
                ("port=1\n", "f.conf:1: port: no [section] begins before it"),
                ("[glancesd]\nport=1\nPort=2\n", "f.conf:3: port: already set in line 2"),
                ("[glancesd]\nport\n", "f.conf:2: neither [section] nor option = value: 'port'"),
                ("[cpu]\nuser_careful=x\n", "f.conf:2: user_careful: needs a number, not 'x'"),
                ("[monitor]\nlist_1_regex=(\n", "f.conf:2: list_1_regex: needs a regular expression "
                 "(missing ), unterminated subpattern at position 0), not '('"),
                ("[folders]\nfolder_1_careful=x\n", "f.conf:2: folder_1_careful: needs a number, not 'x'"),
                ("[glancesd]\ntls_key=%s\n" % HERE, "f.conf:2: tls_key: needs --tls-cert too"),
                ("[a]\nb=c\nd=\udcff\n", "f.conf:3: byte 0xff is not UTF-8"),
                ("#" * (1 << 20) + "\n", "--config: f.conf: longer than 1048576 bytes")):
            with self.subTest(message):
                self.assertEqual(self.error("-C", self.write(text)), message)

    def test_byte_order_mark(self) -> None:
        self.assertEqual(self.read("\ufeff[glancesd]\nport=5\n").port, 5)

    def test_own_section_before_glances(self) -> None:
        self.assertEqual(self.read("[global]\nhistory_size=5\n[glancesd]\nhistory_size=7\n").history_size, 7)

    def test_warnings(self) -> None:
        path = self.write("[cpu]\nusr_careful=5\n[influxdb]\nx=y\n[alert]\nmin_interval=6\n[monitor]\nlist_1_regex=x\n"
                          "[amp_x]\nenable=True\n[ports]\nweb_1_description=x\n")
        self.assertEqual(settings.read_settings(("-C", path), {}).warnings, (
            path + ":2: usr_careful: glancesd has no such option in [cpu] (user_careful?)",
            path + ": without effect here: [influxdb], [alert] min_interval",
            path + ":8: list_1_regex: has no effect without list_1_description and list_1_regex",
            path + ":9: [amp_x]: has no effect without regex or command",
            path + ":11: [ports]: web_1_… has no effect without web_1_url"))

    def test_a_misspelt_option_is_named_before_what_it_leaves_wrong(self) -> None:
        path = self.write("[glancesd]\ntls_key=%s\ntls_cet=%s\n" % (HERE, HERE))
        self.assertEqual(self.error("-C", path),
                         "f.conf:3: tls_cet: glancesd has no such option in [glancesd] (tls_cert?)")

    def test_commands_are_for_a_file_that_nobody_else_may_write(self) -> None:
        monitor = "[monitor]\nlist_1_description=x\nlist_1_regex=y\nlist_1_command=z\n"
        amp = "[amp_x]\nenable=True\ncommand=z\n"
        for text, mode, allowed in ((monitor, 0o600, True), (monitor, 0o644, True), (monitor, 0o664, False),
                                    (monitor, 0o646, False), (amp, 0o600, True), (amp, 0o664, False)):
            with self.subTest(text, mode=oct(mode)):
                path = self.write(text, mode=mode)
                read = settings.read_settings(("-C", path), {})
                self.assertIs(read.commands_allowed, allowed)
                self.assertEqual(read.warnings, () if allowed else (
                    path + ": no command is run, because others than root and glancesd's user may write this file",))
        self.assertFalse(default_settings().commands_allowed)

    @unittest.skipIf(os.geteuid(), "only root can give a file away")
    def test_commands_are_not_for_the_file_of_another(self) -> None:
        path = self.write("")
        os.chown(path, 12345, -1)
        self.assertFalse(settings.read_settings(("-C", path), {}).commands_allowed)

    def test_systemd_credential(self) -> None:
        credential = self.write("secret", "password", 0o400)
        environ = {"CREDENTIALS_DIRECTORY": self.folder, "XDG_CONFIG_HOME": self.folder}
        self.assertEqual(settings.read_settings((), environ).password_file, credential)
        self.assertEqual(settings.read_settings(("--password-file", HERE), environ).password_file,
                         HERE)
        os.remove(credential)
        self.assertIsNone(settings.read_settings((), environ).password_file)
        # Gone at a reload, it is missed by whoever reads it.
        before = default_settings()._replace(password_file=credential)
        self.assertEqual(settings.read_settings((), environ, before).password_file, credential)
        # Whether it is there cannot be told: rather fail than serve without a password.
        environ["CREDENTIALS_DIRECTORY"] = HERE
        self.assertEqual(settings.read_settings((), environ).password_file, HERE + "/password")


class Plugins(Files):
    def test_file_before_defaults(self) -> None:
        read = self.read("[load]\ncritical=9\n[network]\nhide=lo\n")
        self.assertEqual(list(read.plugins["load"].items()), [("critical", "9"), ("careful", "0.7"), ("warning", "1")])
        self.assertEqual(read.limits["load"], {"history_size": 360, "load_critical": 9.0, "load_careful": 0.7,
                                               "load_warning": 1.0})
        self.assertEqual(list(read.limits["network"])[:2], ["history_size", "network_hide"])

    def test_limits_are_json_and_hold_the_history_size(self) -> None:
        read = self.read("", "--history-size", "5")
        self.assertEqual(json.loads(json.dumps(read.limits))["cpu"]["history_size"], 5)

    def test_limits_by_cpu(self) -> None:
        self.assertEqual(self.read("", cpus=4).limits["cpu"]["cpu_iowait_critical"], 25.0)
        self.assertEqual(self.read("[cpu]\niowait_critical=60\n", cpus=4).limits["cpu"]["cpu_iowait_critical"], 60.0)

    def test_disabled(self) -> None:
        file = "[raid]\ndisable=True\n[cpu]\ndisable=False\n[glancesd]\ndisable_plugin=wifi\n"
        self.assertEqual(self.read(file).disable_plugin, ("wifi", "raid"))
        self.assertEqual(self.read(file, "--disable-plugin", "raid,cpu").disable_plugin, ("raid", "cpu"))

    def test_containers_are_docker(self) -> None:
        """API 2 calls docker what API 3 and 4 call containers."""
        for file in ("[docker]\ndisable=True\n", "[containers]\ndisable=True\n", "[glancesd]\ndisable_plugin=docker\n",
                     "[glancesd]\ndisable_plugin=containers\n"):
            with self.subTest(file):
                self.assertEqual(set(self.read(file).disable_plugin), {"docker", "containers"})

    def test_fs_allow(self) -> None:
        self.assertEqual(self.read("[fs]\nallow=nfs, fuse.sshfs\n").fs_allow, ("nfs", "fuse.sshfs"))
        self.assertEqual(default_settings().fs_allow, ())

    SHOWN = (
        # section, options, names of one element, shown
        ("network", "", ("lo",), True),
        ("network", "hide=lo", ("lo",), False),
        ("network", "hide=lo", ("LO",), False),
        ("network", "hide=lo", ("loop0",), True),
        ("network", "hide=docker.*, VETH[0-9]+", ("veth12",), False),
        ("network", "hide=docker.*, VETH[0-9]+", ("veth12a",), True),
        ("diskio", "hide=sda1", ("sda10",), True),
        ("diskio", "show=sd.*", ("sda",), True),
        ("diskio", "show=sd.*", ("vda",), False),
        ("diskio", "show=sd.*\nhide=sda", ("sda",), True),
        ("diskio", "hide=", ("sda",), True),
        ("fs", "hide=/boot.*", ("/boot/efi", "/dev/sda1"), False),
        ("fs", "hide=/dev/loop.*", ("/snap/x", "/dev/loop3"), False),
        ("fs", "show=/dev/sd.*", ("/", "/dev/sda1"), True),
        ("sensors", "hide=unknown.*", ("Unknown 1",), False),
    )

    def test_shown(self) -> None:
        for section, options, names, expected in self.SHOWN:
            with self.subTest(options, names=names):
                self.assertIs(self.read("[%s]\n%s\n" % (section, options)).shown(section, *names), expected)
        self.assertTrue(self.read("[network]\nhide=x\n").shown("cpu", "x"))

    def test_alias(self) -> None:
        read = self.read("[sensors]\nCore 0_alias=CPU Core 0\n[diskio]\nalias=sda1:System\n")
        self.assertEqual(read.alias("sensors", "Core 0"), "CPU Core 0")
        self.assertEqual(read.alias("diskio", "SDA1"), "System")
        self.assertIsNone(read.alias("diskio", "sda"))
        self.assertIsNone(read.alias("cpu", "sda1"))


class Published(Files):
    FILE = ("[glancesd]\nbind_address=unix:/run/s3cret.sock\npassword_file=%s\ntls_cert=%s\ntls_key=%s\n"
            "username=s3cret\nallow_from=10.9.8.0/24\nallowed_host=s3cret.example.org\ncors_origin=https://s3cret.example.org\nport=5\n"
            "[cpu]\nuser_careful=5\nuser_critical_action=s3cret\n[ip]\npublic_password=s3cret\npublic_api=https://x\n"
            "[monitor]\nlist_1_description=s3cret\nlist_1_regex=s3cret\nlist_1_command=s3cret\n"
            "[folders]\nfolder_1_path=/s3cret\n[fs]\n/s3cret_careful=5\nhide=/s3cret,x\nwarning=60\n"
            "[passwords]\nlocalhost=s3cret\n[ports]\nweb_1_url=https://ann:s3cret@x\nport_1_host=s3cret\n"
            "[amp_x]\nenable=True\ncommand=s3cret\n[containers]\npodman_sock=/s3cret\n"
            "[metrics]\ndisks_exclude=s3cret\n[network]\nwlan0_alias=Wireless\n" % (HERE, HERE, HERE))

    def test_nothing_secret_no_command_and_no_path(self) -> None:
        read = self.read(self.FILE)
        for published in (read.public_config(), read.public_args(settings.PLUGINS)):
            text = json.dumps(published)
            for hidden in ("s3cret", "/", "10.9.8.0", os.path.basename(HERE), "s3cret.example.org"):
                self.assertNotIn(hidden, text)

    def test_limits_hold_no_secret_and_no_command(self) -> None:
        limits = dict(self.read(self.FILE).limits)
        self.assertIn("fs_/s3cret_careful", limits.pop("fs"))   # a mount point, which /fs serves
        self.assertNotIn("s3cret", json.dumps(limits))

    def test_config(self) -> None:
        config = self.read(self.FILE).public_config()
        self.assertEqual(config["glancesd"]["port"], "5")
        self.assertEqual(config["global"], {"history_size": "360"})
        self.assertEqual(config["cpu"]["user_careful"], "5")
        self.assertEqual(config["alert"], {"max_events": "10", "min_duration": "6"})
        self.assertEqual(config["fs"], {"warning": "60", "careful": "50", "critical": "90"})
        self.assertEqual(config["network"]["wlan0_alias"], "Wireless")

    def test_args(self) -> None:
        args = self.read("[raid]\ndisable=True\n", "--interval", "5").public_args(("raid", "cpu"))
        names = ("time", "webserver", "disable_raid", "disable_cpu", "disable_history")
        self.assertEqual([args[name] for name in names], [5.0, True, True, False, False])
        self.assertEqual((args["port"], args["disable_webui"]), (61208, False))
        self.assertNotIn("bind_address", args)                                  # known once the daemon listens
        self.assertTrue(all(isinstance(value, (bool, int, float, str)) for value in args.values()))


class Printed(Files):
    def test_configuration_says_the_defaults(self) -> None:
        """Uncommented, it changes nothing; the one warning is that then nobody is asked for a password."""
        lines = printed.config_text(2).split("\n")
        bare = "\n".join(line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in lines)
        read = self.read(bare)
        expected = default_settings(2)
        self.assertEqual([warning.partition(" ")[2] for warning in read.warnings],
                         ["password_file: empty, so nobody is asked for a password"])
        read = read._replace(warnings=())
        self.assertEqual(read.limits.keys(), expected.limits.keys())
        for plugin, limits in expected.limits.items():
            found = {name: limit for name, limit in read.limits[plugin].items() if name != plugin + "_disable"}
            self.assertEqual(found, limits)
        unlike = {"plugins", "limits", "config_file", "commands_allowed"}
        for name in set(Settings._fields) - unlike:
            self.assertEqual(getattr(read, name), getattr(expected, name), name)

    def test_configuration_as_printed_is_one_too(self) -> None:
        read = self.read(printed.config_text(2))
        self.assertEqual(read._replace(config_file=None, commands_allowed=False), default_settings(2))

    def test_configuration_names_every_option(self) -> None:
        text = printed.config_text(1)
        for option in OPTIONS:
            for _, key in option.places:
                self.assertIn("\n#%s =" % key, text)

    def test_markdown(self) -> None:
        rows = printed.markdown().splitlines()
        self.assertEqual(len(rows), 2 + len(OPTIONS))
        self.assertEqual({row.count("|") for row in rows}, {5})
        self.assertIn("| `-p`, `--port` `PORT` | `[glancesd] port` | `61208` | port to listen on; 0 takes a free one |",
                      rows)


if __name__ == "__main__":
    unittest.main()
