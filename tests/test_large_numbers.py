"""Numbers of more than 64 bits, which no kernel writes and a recorded or made-up tree may hold."""
from __future__ import annotations

import os
import re
import shutil
import tempfile
import unittest

from glancesd.roots import Roots
from tests.assembly import HOSTS
from tests.test_scrape import Scraped


class MoreThan64Bits(unittest.TestCase):
    """A number that no counter holds costs its row: it is no OverflowError further up, in what divides by it."""

    FILES = ("proc/stat", "proc/diskstats", "proc/net/dev", "proc/schedstat", "proc/pressure/io", "proc/loadavg",
             "proc/1/stat", "proc/1022/io", "proc/meminfo", "proc/interrupts", "sys/class/net/eth0/speed",
             "sys/class/hwmon/hwmon1/temp1_input", "sys/class/net/eth0/mtu", "proc/mdstat", "proc/vmstat",
             "proc/net/softnet_stat", "proc/net/snmp6", "proc/net/udp", "root/etc/passwd")

    def test_everywhere(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            host = os.path.join(folder, "host")
            shutil.copytree(os.path.join(HOSTS, "server"), host, symlinks=True)
            for file in self.FILES:
                path = os.path.join(host, file)
                with open(path) as opened:
                    text = opened.read()
                numbers = [match.span() for match in re.finditer("[0-9]+", text)]
                for start, end in (numbers[0], numbers[len(numbers) // 2], numbers[-1]):
                    with self.subTest(file, number=text[start:end]):
                        with open(path, "w") as opened:
                            opened.write(text[:start] + "9" * 400 + text[end:])
                        self.asked(host)
                with open(path, "w") as opened:
                    opened.write(text)

    def asked(self, host: str) -> None:
        scraped = Scraped(Roots(*(os.path.join(host, tree) for tree in ("proc", "sys", "root"))))
        scraped.page()
        scraped.house.time.sleep(10)
        scraped.page()
        for path in ("/api/2/all", "/api/2/all/views", "/api/4/all", "/api/2/summary"):
            scraped.house.answer(path)
        self.assertEqual([line for line in scraped.house.lines if "Overflow" in line or "too large" in line], [])


if __name__ == "__main__":
    unittest.main()
