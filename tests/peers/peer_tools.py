"""A running daemon beside df, free, ps, /proc and psutil 7 at the same moment.

What moves is read before and after the daemon is asked, and its answer must lie between. What cannot be bracketed
(memory, shares of a window) has a tolerance that a wrong formula would exceed.
"""
from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any, Callable, Iterator

from tests.daemon import Daemon

try:
    psutil: Any = importlib.import_module("psutil")
except ImportError:
    psutil = None

CACHED_SECONDS = 0.3
# Memory that comes and goes between two looks, as a share of all of it.
MEMORY_SHARE = 0.02
# ps sums the pages that each CPU has not yet added to the counter (of three kinds, in batches); stat does not.
RESIDENT_BYTES = (os.cpu_count() or 1) * 3 * max(32, 2 * (os.cpu_count() or 1)) * os.sysconf("SC_PAGE_SIZE")
# States that a process passes through by itself.
MOMENTARY = "RSDI"
# Of a processor's time: they sum to 100 %.
PARTS = ("user", "system", "idle", "nice", "iowait", "irq", "softirq", "steal")
BUSY_LOOP = "while True: pass"


def output(*command: str) -> str:
    """What a tool prints, in no language but C's."""
    run = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=dict(os.environ, LC_ALL="C"))
    return run.stdout.decode("utf-8", "replace")


def needs(tool: str) -> Callable[[Any], Any]:
    return unittest.skipUnless(shutil.which(tool), "no %s here" % tool)


@contextlib.contextmanager
def child(*arguments: str) -> Iterator[int]:
    """A process of this interpreter, for as long as the block runs: its pid."""
    process = subprocess.Popen([sys.executable, "-c", *arguments])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


class Beside(unittest.TestCase):
    """One daemon for each class; `fresh` waits until it has to look again."""

    daemon: Daemon

    @classmethod
    def setUpClass(cls) -> None:
        cls.daemon = Daemon("--interval", "0", "--cached-time", str(CACHED_SECONDS)).__enter__()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.daemon.__exit__()

    def fresh(self, path: str) -> Any:
        time.sleep(CACHED_SECONDS + 0.1)
        return self.daemon.json("/api/2/" + path)

    def assertBetween(self, low: float, value: float, high: float, what: str) -> None:
        self.assertTrue(low <= value <= high, "%s: %r is not in %r…%r" % (what, value, low, high))

    def assertNear(self, value: float, other: float, tolerance: float, what: str) -> None:
        self.assertTrue(abs(value - other) <= tolerance, "%s: %r is not %r ± %r" % (what, value, other, tolerance))


@needs("df")
class Df(Beside):
    def rows(self) -> dict[str, tuple[str, int, int, int, int]]:
        """Source, size, used, available, percent by mount point."""
        found = {}
        told = output("df", "--block-size=1", "--local", "--output=source,size,used,avail,pcent,target")
        for row in told.splitlines()[1:]:
            source, size, used, available, share, target = row.split(None, 5)
            if size.isdigit() and share != "-":
                found[target] = (source, int(size), int(used), int(available), int(share.rstrip("%")))
        return found

    def test_figures(self) -> None:
        served = {row["mnt_point"]: row for row in self.fresh("fs")}
        shared = self.rows().keys() & served.keys()
        self.assertTrue(shared, "not one mount point in common")
        for target in shared:
            row = served[target]
            _, size, used, available, share = self.rows()[target]
            with self.subTest(target):
                self.assertEqual(row["size"], size)
                self.assertNear(row["used"], used, max(64 << 20, 0.001 * size), "used")
                self.assertNear(row["free"], available, max(64 << 20, 0.001 * size), "free")
                self.assertBetween(share - 1.1, row["percent"], share + 0.1, "percent, which df rounds up")

    def test_every_device(self) -> None:
        devices = {os.stat(row["mnt_point"]).st_dev for row in self.fresh("fs")}
        for target, (source, *_) in self.rows().items():
            if source.startswith("/dev/") and "fuse" not in source:
                with self.subTest(target):
                    self.assertIn(os.stat(target).st_dev, devices)


@needs("free")
class Free(Beside):
    def test_memory(self) -> None:
        mem, swap = self.fresh("mem"), self.daemon.json("/api/2/memswap")
        lines = output("free", "--bytes", "--wide").splitlines()
        titles = lines[0].split()
        told = dict(zip(titles, map(int, lines[1].split()[1:])))
        swapped = list(map(int, lines[2].split()[1:]))
        self.assertEqual(mem["total"], told["total"])
        for field, title in (("available", "available"), ("buffers", "buffers"), ("cached", "cache")):
            self.assertNear(mem[field], told[title], MEMORY_SHARE * told["total"], field)
        self.assertEqual(swap["total"], swapped[0])
        self.assertNear(swap["used"], swapped[1], MEMORY_SHARE * told["total"], "swap used")


@needs("ps")
class Ps(Beside):
    FIELDS = ("pid", "ppid", "nice", "thcount", "user:64", "rss", "vsz", "state")

    def rows(self) -> dict[int, list[str]]:
        told = output("ps", "-e", *(option for field in self.FIELDS for option in ("-o", field + "=")))
        return {int(row.split()[0]): row.split() for row in told.splitlines()}

    def test_processes(self) -> None:
        with child("import time; time.sleep(60)", "an argument", "ünïcode") as pid:
            time.sleep(0.3)
            before = self.rows()
            served = {row["pid"]: row for row in self.fresh("processlist")}
            after = self.rows()
            # What ps told twice in the same words did not move meanwhile.
            still = [number for number, row in before.items() if after.get(number) == row]
            self.assertIn(pid, still)
            for number in still:
                _, parent, nice, threads, user, resident, virtual, state = before[number]
                row = served[number]
                with self.subTest(pid=number, name=row["name"]):
                    self.assertEqual(row["ppid"], int(parent))
                    self.assertEqual(row["num_threads"], int(threads))
                    self.assertEqual(row["username"], user)
                    self.assertNear(row["memory_info"][0], int(resident) * 1024, RESIDENT_BYTES, "resident")
                    self.assertEqual(row["memory_info"][1], int(virtual) * 1024)
                    # It may have run, or waited for a disk, at one of the three moments.
                    self.assertIn(row["status"], MOMENTARY if state in MOMENTARY else state)
                    if nice != "-":                 # real-time processes: ps shows none
                        self.assertEqual(row["nice"], int(nice))
            self.assertRegex(served[pid]["cmdline"], r"time\.sleep\(60\) an argument ünïcode$")

    def test_nobody_is_left_out(self) -> None:
        before = self.rows()
        served = {row["pid"] for row in self.fresh("processlist")}
        after = self.rows()
        self.assertEqual(before.keys() & after.keys() - served, set())
        # Whoever else was served came and went in between.
        strangers = served - before.keys() - after.keys()
        self.assertEqual([pid for pid in strangers if os.path.exists("/proc/%d" % pid)], [])


class Proc(Beside):
    def counters(self) -> dict[str, list[int]]:
        with open("/proc/net/dev") as file:
            rows = [row.rpartition(":") for row in file.read().splitlines()[2:]]
        return {name.strip(): [int(columns.split()[0]), int(columns.split()[8])] for name, _, columns in rows}

    def test_network(self) -> None:
        before = self.counters()
        served = {row["interface_name"]: row for row in self.fresh("network")}
        after = self.counters()
        self.assertEqual(served.keys(), before.keys())
        for name, row in served.items():
            for field, low, high in zip(("cumulative_rx", "cumulative_tx"), before[name], after[name]):
                self.assertBetween(low, row[field], high, "%s of %s" % (field, name))

    def test_uptime(self) -> None:
        def seconds() -> float:
            with open("/proc/uptime") as file:
                return float(file.read().split()[0])
        before = seconds()
        days, _, clock = self.fresh("uptime").rpartition(", ")
        hours, minutes, rest = map(int, clock.split(":"))
        told = int(days.split()[0] if days else 0) * 86400 + hours * 3600 + minutes * 60 + rest
        self.assertBetween(before - 1.5, told, seconds() + 1.5, "uptime")

    def test_load(self) -> None:
        before = os.getloadavg()
        served = self.fresh("load")
        after = os.getloadavg()
        for field, low, high in zip(("min1", "min5", "min15"), map(min, before, after), map(max, before, after)):
            self.assertBetween(low - 0.01, served[field], high + 0.01, field)

    def test_processcount_is_a_sum(self) -> None:
        answer = self.fresh("all")
        counts = answer["processcount"]
        states = counts.keys() - {"total", "thread", "pid_max"}
        self.assertEqual(sum(counts[state] for state in states), counts["total"])
        self.assertEqual(counts["total"], len(answer["processlist"]))

    def cpu_seconds(self, pid: int) -> float:
        with open("/proc/%d/stat" % pid) as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def test_a_busy_loop(self) -> None:
        with child(BUSY_LOOP) as pid:
            time.sleep(0.2)
            self.daemon.json("/api/2/all")
            used, began = self.cpu_seconds(pid), time.monotonic()
            time.sleep(2)
            answer = self.daemon.json("/api/2/all")
            busy = next(row for row in answer["processlist"] if row["pid"] == pid)
            # Whatever share of a CPU the machine's other work leaves it.
            share = 100 * (self.cpu_seconds(pid) - used) / (time.monotonic() - began)
            self.assertNear(busy["cpu_percent"], share, 15, "cpu_percent of a busy loop")
            self.assertEqual(busy["status"], "R")
            for shares in (answer["cpu"], *answer["percpu"]):
                self.assertNear(sum(shares[part] for part in PARTS), 100, 0.5, "the sum of %r" % shares)


@unittest.skipUnless(psutil and psutil.version_info[0] >= 7, "no psutil 7 in %s" % sys.executable)
class Psutil(Beside):
    def test_processor_shares(self) -> None:
        with child(BUSY_LOOP):
            self.fresh("cpu")
            before = psutil.cpu_times()
            time.sleep(2)
            served = self.daemon.json("/api/2/cpu")
            after = psutil.cpu_times()
        # In the kernel's user and nice, and so in psutil's, the guests are counted again.
        moved = {part: max(0.0, getattr(after, part) - getattr(before, part)) for part in PARTS}
        whole = sum(moved.values())
        guests = {"user": after.guest - before.guest, "nice": after.guest_nice - before.guest_nice}
        for part in PARTS:
            with self.subTest(part):
                expected = 100 * moved[part] / whole
                low = 100 * (moved[part] - guests.get(part, 0)) / whole
                self.assertBetween(low - 5, served[part], expected + 5, part)
        self.assertGreater(served["user"], 60 / (os.cpu_count() or 1))

    def test_memory(self) -> None:
        served = self.fresh("mem")
        told = psutil.virtual_memory()
        self.assertEqual(served["total"], told.total)
        for field in ("available", "cached", "buffers", "active", "inactive", "shared"):
            self.assertNear(served[field], getattr(told, field), MEMORY_SHARE * told.total, field)
        self.assertNear(served["percent"], told.percent, 100 * MEMORY_SHARE, "percent")

    def test_swap(self) -> None:
        before = psutil.swap_memory()
        served = self.fresh("memswap")
        after = psutil.swap_memory()
        self.assertEqual(served["total"], after.total)
        for field in ("sin", "sout"):
            self.assertBetween(getattr(before, field), served[field], getattr(after, field), field)

    def test_file_systems(self) -> None:
        for row in self.fresh("fs"):
            with self.subTest(row["mnt_point"]):
                told = psutil.disk_usage(row["mnt_point"])
                self.assertEqual(row["size"], told.total)
                self.assertNear(row["percent"], told.percent, 0.3, "percent")

    def test_network(self) -> None:
        before = psutil.net_io_counters(pernic=True, nowrap=False)
        served = {row["interface_name"]: row for row in self.fresh("network")}
        after = psutil.net_io_counters(pernic=True, nowrap=False)
        stats = psutil.net_if_stats()
        self.assertEqual(served.keys(), after.keys())
        for name, row in served.items():
            with self.subTest(name):
                self.assertBetween(before[name].bytes_recv, row["cumulative_rx"], after[name].bytes_recv, "received")
                self.assertBetween(before[name].bytes_sent, row["cumulative_tx"], after[name].bytes_sent, "sent")
                self.assertEqual(row["speed"], stats[name].speed * 1048576)

    def test_disk_writes(self) -> None:
        def counters() -> Any:
            return psutil.disk_io_counters(perdisk=True, nowrap=False)
        earlier = counters()
        self.fresh("diskio")
        early = counters()
        with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
            file.write(os.urandom(8 << 20))
            file.flush()
            os.fsync(file.fileno())
            late = counters()
            served = {row["disk_name"]: row for row in self.fresh("diskio")}
            later = counters()
        self.assertEqual(set(served) - set(later), set())
        for name, row in served.items():
            for field in ("read_bytes", "write_bytes", "read_count", "write_count"):
                counts = [getattr(counter[name], field) for counter in (earlier, early, late, later)]
                self.assertBetween(counts[2] - counts[1], row[field], counts[3] - counts[0], "%s of %s" % (field, name))

    def test_cores(self) -> None:
        served = self.fresh("core")
        self.assertEqual(served["log"], psutil.cpu_count())
        if psutil.cpu_count(logical=False) is not None:
            self.assertEqual(served["phys"], psutil.cpu_count(logical=False))
        self.assertEqual(len(self.daemon.json("/api/2/percpu")), psutil.cpu_count())

    def test_a_process(self) -> None:
        for pid in (1, os.getpid(), self.daemon.pid):
            with self.subTest(pid=pid):
                process = psutil.Process(pid)
                before = process.as_dict()
                row, = self.fresh("processlist/pid/%d" % pid)[str(pid)]
                after = process.as_dict()
                for field, name in (("ppid", "ppid"), ("nice", "nice"), ("username", "username")):
                    self.assertEqual(row[field], after[name], field)
                self.assertEqual(row["name"], after["name"])
                self.assertEqual(row["cmdline"], " ".join(filter(None, after["cmdline"])))
                for number, part in enumerate(("user", "system")):
                    low, high = (getattr(when["cpu_times"], part) for when in (before, after))
                    self.assertBetween(low - 0.011, row["cpu_times"][number], high + 0.011, part + " time")
                self.assertNear(row["memory_info"][0], after["memory_info"].rss, 4 * RESIDENT_BYTES, "resident")
                self.assertNear(row["memory_percent"], after["memory_percent"], 0.1, "memory_percent")
                if after["io_counters"] is None:
                    self.assertEqual(row["io_counters"], [0, 0, 0, 0, 0])
                else:
                    for number, field in enumerate(("read_bytes", "write_bytes")):
                        low, high = (getattr(when["io_counters"], field) for when in (before, after))
                        self.assertBetween(low, row["io_counters"][number], high, field)

    def test_temperatures(self) -> None:
        told = psutil.sensors_temperatures() if hasattr(psutil, "sensors_temperatures") else {}
        if not told:
            self.skipTest("no sensor here")
        served = [row["value"] for row in self.fresh("sensors") if row["unit"] == "C"]
        for reading in (reading for chip in told.values() for reading in chip):
            self.assertTrue(any(abs(reading.current - value) <= 5 for value in served), reading)


if __name__ == "__main__":
    unittest.main()
