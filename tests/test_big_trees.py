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

    def test_metrics(self) -> None:
        with trees.folder() as directory:
            trees.write(directory, LARGE)
            with Daemon("--interval", "0", *trees.options(directory)) as daemon:
                lines = daemon.ask("/metrics").body.decode().split("\n")
        samples = dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        for family, count in (("node_network_receive_bytes_total{", 1000), ("node_network_up{", 1000),
                              ("node_filesystem_readonly{", 2000 + 2),
                              ('node_disk_written_bytes_total{device="%s"' % trees.disk_name(499), 1),
                              ("node_cpu_seconds_total{", 512 * 8)):
            self.assertEqual(sum(name.startswith(family) for name in samples), count, family)
        for number in (0, 1, 999):
            self.assertEqual(samples['node_network_transmit_bytes_total{device="%s"}' % trees.interface_name(number)],
                             str(trees.traffic_per_second(number)[1] * trees.UPTIME_SECONDS))

    def test_two_instants(self) -> None:
        with trees.folder() as directory:
            trees.write(directory, SMALL)
            with Daemon("--interval", "0", "--cached-time", "0.3", *trees.options(directory)) as daemon:
                daemon.json("/api/2/all")
                time.sleep(0.4)
                trees.write(directory, SMALL, INSTANT_SECONDS)
                answer = daemon.json("/api/2/all")
        self.assertEqual([len(answer[plugin]) for plugin in ("network", "diskio", "percpu", "processlist")],
                         [SMALL.interfaces, SMALL.disks, SMALL.cpus, SMALL.processes])
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
            files, twins = self.contents(one), self.contents(other)
        self.assertGreater(len(files), 4 * SMALL.processes)
        self.assertEqual(list(files), list(twins))
        for name, content in files.items():
            self.assertEqual(content, twins[name], name)

    @staticmethod
    def contents(top: str) -> dict[str, bytes]:
        """Every file below a folder, by its name there."""
        found = {}
        for directory, _, names in os.walk(top):
            for name in names:
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, top)] = file.read()
        return dict(sorted(found.items()))


if __name__ == "__main__":
    unittest.main()
