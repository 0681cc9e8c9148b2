"""lists: filters and aliases, the entries of [monitor] and of [folders]."""
from __future__ import annotations

import unittest

from glancesd.settings import inifile, lists, sections
from glancesd.settings.expressions import compiled
from glancesd.settings.inifile import SettingsError
from glancesd.settings.lists import Folder, Monitored


def plugins_of(text: str) -> dict[str, dict[str, str]]:
    return sections.plugin_options(inifile.parse(text, "f"), frozenset())[0]


class Filters(unittest.TestCase):
    def test_patterns(self) -> None:
        found = lists.filters(plugins_of("[diskio]\nhide=loop.*, SR0\n[fs]\nshow=/\n[cpu]\nlog=True\n"))
        self.assertEqual(set(found), {"diskio", "fs"})
        self.assertEqual([pattern.pattern for pattern in found["diskio"].hide], ["loop.*", "SR0"])
        self.assertEqual([pattern.pattern for pattern in found["fs"].show], ["/"])

    def test_aliases(self) -> None:
        found = lists.filters(plugins_of(
            "[diskio]\nSDA1_alias=IntDisk\nsdb_alias=A, B\nsdc_alias=\nalias=sdd:Data, eth0:1:Wan,nothing\n"))
        self.assertEqual(found["diskio"].aliases, {"sda1": "IntDisk", "sdb": "A", "sdd": "Data", "eth0:1": "Wan"})


class Lists(unittest.TestCase):
    def test_monitored(self) -> None:
        entries, warnings = lists.monitored(inifile.parse(
            "[monitor]\nlist_2_description=Web\nlist_2_regex=.*nginx.*\nlist_2_command=nginx -v\nlist_2_countmin=1\n"
            "list_2_countmax=4\nlist_1_regex=a b\nlist_1_description=First\nlist_1_command=\n", "f"))
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
                lists.monitored(inifile.parse("[monitor]\n" + text, "f"))
            self.assertEqual(str(caught.exception), message)

    def test_monitored_incomplete(self) -> None:
        entries, warnings = lists.monitored(inifile.parse("[monitor]\nlist_4_command=x\nlist_5_regex=y\n", "f"))
        self.assertEqual((entries, warnings), ((), [
            "f:2: list_4_command: has no effect without list_4_description and list_4_regex",
            "f:3: list_5_regex: has no effect without list_5_description and list_5_regex"]))

    def test_folders(self) -> None:
        found = lists.folders(inifile.parse(
            "[folders]\nfolder_10_path=/b\nfolder_1_path=/a\nfolder_1_careful=2500\nfolder_1_critical=1e4\nfolder_2_careful=1\n",
            "f"))
        self.assertEqual(found, (Folder("/a", "2500", None, "1e4"), Folder("/b", None, None, None)))

    def test_folders_wrong(self) -> None:
        with self.assertRaises(SettingsError) as caught:
            lists.folders(inifile.parse("[folders]\nfolder_1_path=/a\nfolder_1_warning=2 GB\n", "f"))
        self.assertEqual(str(caught.exception), "f:3: folder_1_warning: needs a number, not '2 GB'")


if __name__ == "__main__":
    unittest.main()
