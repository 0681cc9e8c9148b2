"""A host far larger than any at hand: every row is there and true, and two instants a second apart give its rates."""
from __future__ import annotations

import os
import time
import unittest
from typing import Any

from tests.bench import trees
from tests.daemon import Daemon

LARGE = trees.Size(processes=2000, cpus=512, interfaces=1000, mounts=2000, disks=500)
SMALL = trees.Size(processes=40, cpus=4, interfaces=5, mounts=7, disks=3)
INSTANT_SECONDS = 3


class Answers(unittest.TestCase):
    """What the daemon says of a made-up host, against the numbers that the host was made of."""

    def ask(self, size: trees.Size, directory: str) -> Any:
        trees.write(directory, size)
        with Daemon("--interval", "0", *trees.options(directory)) as daemon:
            return daemon.json("/api/2/all")

    def test_large(self) -> None:
        with trees.folder() as directory:
            answer = self.ask(LARGE, directory)
        self.assertEqual([row["cpu_number"] for row in answer["percpu"]], list(range(512)))
        self.assertEqual(answer["core"], {"phys": 256, "log": 512})
        self.assertEqual([row["interface_name"] for row in answer["network"]],
                         list(map(trees.interface_name, range(1000))))
        for number, row in enumerate(answer["network"]):
            received, sent = trees.traffic_per_second(number)
            self.assertEqual((row["cumulative_rx"], row["cumulative_tx"]),
                             (received * trees.UPTIME_SECONDS, sent * trees.UPTIME_SECONDS))
        self.assertEqual([row["mnt_point"] for row in answer["fs"]], list(map(trees.mount_point, range(2000))))
        self.assertEqual([row["disk_name"] for row in answer["diskio"]], list(map(trees.disk_name, range(500))))
        self.assertEqual([row["pid"] for row in answer["processlist"]], list(range(1, 2001)))
        self.assertEqual(answer["processlist"][1999]["name"], "worker-1999")
        self.assertEqual(answer["processlist"][1999]["cmdline"], "/usr/bin/worker-1999 --number 1999")
        self.assertEqual(answer["processlist"][1999]["username"], "user1009")
        counts = answer["processcount"]
        self.assertEqual((counts["total"], counts["running"], counts["sleeping"]), (2000, 1, 1999))
        self.assertEqual(counts["thread"], sum(trees.threads(number) for number in range(2000)))

    def test_two_instants(self) -> None:
        with trees.folder() as directory:
            trees.write(directory, SMALL)
            with Daemon("--interval", "0", "--cached-time", "0.3", *trees.options(directory)) as daemon:
                daemon.json("/api/2/all")
                time.sleep(0.4)
                trees.write(directory, SMALL, INSTANT_SECONDS)
                answer = daemon.json("/api/2/all")
        for number, row in enumerate(answer["network"]):
            received, sent = trees.traffic_per_second(number)
            self.assertEqual((row["rx"], row["tx"]), (received * INSTANT_SECONDS, sent * INSTANT_SECONDS))
        for number, row in enumerate(answer["diskio"]):
            self.assertEqual(row["write_bytes"], trees.writes_per_second(number) * INSTANT_SECONDS)
        for row in answer["percpu"]:
            self.assertAlmostEqual(row["idle"], 90 - row["cpu_number"] % 40)
        for number, row in enumerate(answer["processlist"]):
            self.assertEqual(row["cpu_percent"] > 0, trees.cpu_ticks_per_second(number, SMALL) > 0)

    def test_the_same_bytes(self) -> None:
        with trees.folder() as one, trees.folder() as other:
            trees.write(one, SMALL)
            trees.write(other, SMALL)
            for directory, _, names in os.walk(one):
                for name in names:
                    path = os.path.join(directory, name)
                    with open(path, "rb") as file, open(other + path[len(one):], "rb") as twin:
                        self.assertEqual(file.read(), twin.read(), path)


if __name__ == "__main__":
    unittest.main()
