"""Real control groups and network namespaces: a container's figures beside the kernel's own files, and silent hosts.

Needs root, a tree of control groups of version 1 or 2 that may be written, and ip(8).
"""
from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import unittest

from tests.daemon import TOP, Daemon

ID = "ab" * 32
CGROUP = "/sys/fs/cgroup"
# Its processor for a tenth of the time, and 20 MB of memory, in a network of its own.
BUSY = """
import time
held = bytearray(b"x" * (20 << 20))
while True:
    until = time.process_time() + 0.02
    while time.process_time() < until:
        pass
    time.sleep(0.1)
"""


def trees() -> list[str]:
    """The trees in which this test's container is to have a group."""
    if os.path.exists(CGROUP + "/cgroup.controllers"):
        return [CGROUP]
    return [tree for tree in (os.path.join(CGROUP, name) for name in ("cpuacct", "memory", "pids", "cpu", "blkio"))
            if os.path.isdir(tree)]


def read(*parts: str) -> str:
    with open(os.path.join(*parts), encoding="ascii") as file:
        return file.read()


class Container(unittest.TestCase):
    def setUp(self) -> None:
        self.folders = [os.path.join(tree, "docker", ID) for tree in trees()]
        try:
            for folder in self.folders:
                os.makedirs(folder, exist_ok=True)
        except OSError as problem:
            self.skipTest("no control group may be made here: %s" % problem)
        self.addCleanup(self.remove)
        join = "; ".join("echo $$ >%s/cgroup.procs" % folder for folder in self.folders)
        self.process = subprocess.Popen(["unshare", "-n", "sh", "-c", join + '; exec "$0" -S -c "$1"', sys.executable,
                                         BUSY])
        time.sleep(1.0)

    def remove(self) -> None:
        self.process.kill()
        self.process.wait()
        for folder in self.folders:
            for path in (folder, os.path.dirname(folder)):
                for _ in range(50):
                    try:
                        os.rmdir(path)
                        break
                    except OSError:                 # the kernel lets the process go a moment later
                        time.sleep(0.02)

    def cpu_seconds(self) -> float:
        for folder in self.folders:
            with contextlib.suppress(OSError):
                return int(read(folder, "cpuacct.usage")) / 1e9
        return int(read(self.folders[0], "cpu.stat").split()[1]) / 1e6

    def memory_bytes(self) -> int:
        for folder in self.folders:
            for name in ("memory.usage_in_bytes", "memory.current"):
                with contextlib.suppress(OSError):
                    return int(read(folder, name))
        return -1                                   # version 2 without the controller

    def test_figures_beside_the_kernels(self) -> None:
        with Daemon("--interval", "0") as daemon:
            daemon.json("/api/4/containers")
            used, began = self.cpu_seconds(), time.monotonic()
            time.sleep(4.0)
            element = next(entry for entry in daemon.json("/api/4/containers") if entry["id"] == ID)
            share = (self.cpu_seconds() - used) / (time.monotonic() - began) * 100
            self.assertAlmostEqual(element["cpu"]["total"], share, delta=max(2.0, share * 0.2))
            held = self.memory_bytes()
            if held >= 0:
                self.assertGreater(held, 20 << 20)
                self.assertAlmostEqual(element["memory"]["usage"], held, delta=2 << 20)
            self.assertEqual((element["network_rx"], element["status"], element["engine"]), (0.0, "running", "docker"))
            two = daemon.json("/api/2/docker")["containers"]
            self.assertIn(ID, [entry["Id"] for entry in two])


# In a network of its own, where 192.0.2.9 is filtered: its packets come in by lo again, and the kernel drops them.
NETWORK = """
import os, socket, sys
sys.path.insert(0, sys.argv[1])
from glancesd.roots import Roots
from glancesd.settings.lists import Port
from glancesd.tasks.lookups import Lookups
from glancesd.tasks.ports import Check

lines = []

def check(host, port):
    found = Check(Port("port_1", host, port, "x", 0.5, None), 30.0, Roots(), Lookups(), lines.append).work()
    return found.answered

listener = socket.create_server(("127.0.0.1", 0)) if hasattr(socket, "create_server") else socket.socket()
if not hasattr(socket, "create_server"):
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)
open_port = listener.getsockname()[1]
closed = socket.socket()
closed.bind(("127.0.0.1", 0))
print(check("127.0.0.1", open_port), check("127.0.0.1", closed.getsockname()[1]), check("192.0.2.9", 80),
      check("127.0.0.1", 0), check("192.0.2.9", 0))
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
print(check("127.0.0.1", 0), len(lines))
"""
SET_UP = "ip link set lo up; ip route add 192.0.2.0/24 dev lo"


class Silence(unittest.TestCase):
    def run_in(self, commands: str) -> list[str]:
        done = subprocess.run(["unshare", "-n", "sh", "-ec", commands + '; exec "$0" -c "$1" "$2"', sys.executable,
                               NETWORK, TOP], stdout=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 0)
        return done.stdout.splitlines()

    def test_open_closed_filtered_and_echoes(self) -> None:
        """Root may send an echo by CAP_NET_RAW; nobody may where ping_group_range holds nobody's group."""
        allow = "; echo '%s' >/proc/sys/net/ipv4/ping_group_range"
        for groups, nobody in (("1 0", "None 1"), ("0 2147483647", "True 0")):
            with self.subTest(groups):
                self.assertEqual(self.run_in(SET_UP + allow % groups), ["True False False True False", nobody])


if __name__ == "__main__":
    unittest.main()
