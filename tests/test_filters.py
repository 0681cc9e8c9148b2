"""filters: hide=, show=, alias= and what else leaves elements or fields out."""
from __future__ import annotations

import unittest

from glancesd.settings import checked, inifile
from glancesd.settings.filters import Filter, filters


def filters_of(text: str) -> dict[str, Filter]:
    return filters(checked.check(inifile.parse(text, "f"), "f").plugins)


class Filters(unittest.TestCase):
    def test_patterns(self) -> None:
        found = filters_of("[diskio]\nhide=loop.*, SR0\n[fs]\nshow=/\n[cpu]\nlog=True\n")
        self.assertEqual(set(found), {"diskio", "fs"})
        self.assertEqual([pattern.pattern for pattern in found["diskio"].hide], ["loop.*", "SR0"])
        self.assertEqual([pattern.pattern for pattern in found["fs"].show], ["/"])

    def test_aliases(self) -> None:
        found = filters_of(
            "[diskio]\nSDA1_alias=IntDisk\nsdb_alias=A, B\nsdc_alias=\nalias=sdd:Data, eth0:1:Wan,nothing\n")
        self.assertEqual(found["diskio"].aliases, {"sda1": "IntDisk", "sdb": "A", "sdd": "Data", "eth0:1": "Wan"})

    def test_of_glances_4(self) -> None:
        found = filters_of("[network]\nhide_no_up=True\nhide_no_ip=yes\n"
                           "[processlist]\ndisable_stats=cpu_num, nice\n")
        self.assertEqual((found["network"].hide_no_up, found["network"].hide_no_ip), (True, True))
        self.assertEqual(found["processlist"].disable_stats, ("cpu_num", "nice"))


if __name__ == "__main__":
    unittest.main()
