"""settings/metrics: what section [metrics] says."""
from __future__ import annotations

import os
import unittest
from typing import Any

from glancesd.settings import inifile
from glancesd.settings.inifile import Options, SettingsError
from glancesd.settings.metrics import COLLECTORS, ITEMS, ON_REQUEST, Metrics, metrics

FOLDER = os.path.dirname(os.path.abspath(__file__))


def read(text: str) -> Metrics:
    return metrics(inifile.parse("[metrics]\n" + text, "f")["metrics"])


class Section(unittest.TestCase):
    def test_defaults(self) -> None:
        found = metrics(Options(""))
        self.assertEqual((found.disabled, found.disable, found.enable, found.textfile_directory), (False, (), (), None))
        self.assertEqual((found.mount_points_exclude, found.fs_types_exclude, found.disks_exclude),
                         tuple(ITEMS[name].default for name in ("mount_points_exclude", "fs_types_exclude",
                                                                "disks_exclude")))
        self.assertFalse({*COLLECTORS} & {*ON_REQUEST})

    TABLE: tuple[tuple[str, dict[str, Any]], ...] = (
        ("disable=True\n", {"disabled": True}),
        ("disable=False\n", {}),
        ("disable=hwmon, os\nenable=tcpstat\n", {"disable": ("hwmon", "os"), "enable": ("tcpstat",)}),
        ("disks_exclude=^ram\nmount_points_exclude=\n", {"disks_exclude": "^ram", "mount_points_exclude": ""}),
        ("textfile_directory=%s\n" % FOLDER, {"textfile_directory": FOLDER}),
        ("textfile_directory=\n", {}),
    )

    def test_table(self) -> None:
        for text, changed in self.TABLE:
            with self.subTest(text):
                self.assertEqual(read(text), metrics(Options(""))._replace(**changed))

    WRONG = (
        ("mount_points_exclude=(a+)+$\n", "f:2: mount_points_exclude: needs a regular expression without a repetition"),
        ("disable=hwmom\n", "f:2: disable: needs True, False or names out of cpu,stat,"),
        ("enable=systemd\n", "f:2: enable: needs names out of cpu,stat,"),
        ("disks_exclude=(\n", "f:2: disks_exclude: needs a regular expression (missing ), unterminated subpattern"),
        ("textfile_directory=/nowhere\n", "f:2: textfile_directory: needs an existing directory, not '/nowhere'"),
    )

    def test_wrong(self) -> None:
        for text, message in self.WRONG:
            with self.subTest(text), self.assertRaises(SettingsError) as caught:
                read(text)
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)


if __name__ == "__main__":
    unittest.main()
