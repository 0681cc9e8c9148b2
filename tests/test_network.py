"""network: /proc/net/dev as kernels print it, links as /sys shows them, and what samples say one after the other."""
from __future__ import annotations

import os
import threading
import unittest
from typing import Any, Optional
from unittest import mock

from glancesd.collectors import network
from glancesd.collectors.network import Counters, Interface, Sampler
from glancesd.delta import Counter
from glancesd.parsing import ParseError
from glancesd.patience import Outcome
from glancesd.roots import NoData, Roots
from tests.fake_host import Tree

HEADER = ("Inter-|   Receive                                                |  Transmit\n"
          " face |bytes    packets errs drop fifo frame compressed multicast|"
          "bytes    packets errs drop fifo colls carrier compressed\n")
ROW = Counters(*range(1, 17))
COLUMNS = " ".join(map(str, ROW))
MEMINFO_OF_32_BITS = "MemTotal: 500000 kB\nVmallocTotal: 1048372 kB\n"
MEMINFO_OF_64_BITS = "MemTotal: 500000 kB\nVmallocTotal: 34359738367 kB\n"


class Parse(unittest.TestCase):
    VALID: tuple[tuple[str, str, list[tuple[str, Counters]]], ...] = (
        ("no interface at all", "", []),
        ("newest", "  eth0: " + COLUMNS + "\n", [("eth0", ROW)]),
        ("2.6: no space after the colon", "eth0:" + COLUMNS + "\n", [("eth0", ROW)]),
        ("an alias holds a colon", "bond0:1: " + COLUMNS + "\n", [("bond0:1", ROW)]),
        ("order kept", "    lo: " + COLUMNS + "\n  br-lan: " + COLUMNS + "\n", [("lo", ROW), ("br-lan", ROW)]),
        ("a later kernel's further columns", "eth0: " + COLUMNS + " 17 18\n", [("eth0", ROW)]),
        ("line ends of Unicode in names", "a\x1cb: " + COLUMNS + "\n\x85: " + COLUMNS + "\nc\u2028: " + COLUMNS + "\n",
         [("a\x1cb", ROW), ("\x85", ROW), ("c\u2028", ROW)]),
    )
    MALFORMED = (
        ("short row", "  eth0: 1 2 3\n"),
        ("no colon", "  eth0 " + COLUMNS + "\n"),
        ("no name", ": " + COLUMNS + "\n"),
        ("a name that would be a path", "../x: " + COLUMNS + "\n"),
        ("a name that no file has", "x\0y: " + COLUMNS + "\n"),
        ("not a number", "  eth0: x" + COLUMNS + "\n"),
        ("below 0", "  eth0: -" + COLUMNS + "\n"),
    )

    def test_valid(self) -> None:
        for name, text, expected in self.VALID:
            with self.subTest(name):
                self.assertEqual(list(network.parse(HEADER + text).items()), expected)

    def test_empty_file(self) -> None:
        self.assertEqual(network.parse(""), {})

    def test_malformed(self) -> None:
        for name, row in self.MALFORMED:
            with self.subTest(name):
                told: list[ParseError] = []
                self.assertEqual(network.parse(HEADER + row + "lo: " + COLUMNS + "\n", report=told.append), {"lo": ROW})
                self.assertEqual(len(told), 1)
                self.assertTrue(str(told[0]).startswith("net/dev:3: not an interface and its counters: "), told)
                with self.assertRaises(ParseError):
                    network.parse(HEADER + row)


class Link(Roots):
    """Interfaces that have sent nothing, and what /sys/class/net says of them by name of the file; None: refused."""

    def __init__(self, **attributes: Optional[str]) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.files_of_link = attributes
        self.read: list[str] = []
        self.gate: Optional[threading.Event] = None

    def proc_bytes(self, *names: str) -> bytes:
        return (HEADER + "eth0: " + COLUMNS + "\n").encode()

    def attribute(self, name: str) -> Optional[str]:
        attribute = name.split("/")[-1]
        self.read.append(attribute)
        if attribute == "speed" and self.gate is not None:
            self.gate.wait(10)
        return self.files_of_link.get(attribute)

    def sys_target(self, name: str) -> Optional[str]:
        return "/nowhere" if name.split("/")[-1] in self.files_of_link else None


class Links(unittest.TestCase):
    TABLE: tuple[tuple[str, dict[str, str], Optional[bool], Optional[int]], ...] = (
        # name, files, is_up, speed_mbit_per_second
        ("up", {"flags": "0x1003", "speed": "1000"}, True, 1000),
        ("down: the driver refuses", {"flags": "0x1002"}, False, None),
        ("unknown", {"flags": "0x1003", "speed": "-1"}, True, None),
        ("unknown, of 16 bits", {"flags": "0x1003", "speed": "65535"}, True, None),
        ("faster than any link", {"flags": "0x1003", "speed": "2147483647"}, True, None),
        ("the fastest", {"flags": "0x1003", "speed": "1600000"}, True, 1600000),
        ("unknown, of 32 bits", {"flags": "0x1003", "speed": "4294967295"}, True, None),
        ("more than 64 bits", {"flags": "0x1003", "speed": "9" * 400}, True, None),
        ("below 0", {"flags": "0x1003", "speed": "-1000"}, True, None),
        ("none", {"flags": "0x9", "speed": "0"}, True, None),
        ("tun and tap say 10", {"flags": "0x1003", "speed": "10"}, True, None),
        ("a tap that was told to say more", {"flags": "0x1003", "speed": "10000", "tun_flags": "0x1002"}, True, None),
        ("an old adapter", {"flags": "0x1003", "speed": "10", "device": ""}, True, 10),
        ("the fastest", {"flags": "0x1003", "speed": "1600000"}, True, 1600000),
        ("no sysfs", {}, None, None),
        ("nonsense", {"flags": "up", "speed": "fast"}, None, None),
        ("empty", {"flags": "", "speed": ""}, None, None),
    )

    def test_table(self) -> None:
        for name, attributes, is_up, speed in self.TABLE:
            with self.subTest(name):
                interface = Sampler()(Link(**attributes))["eth0"]
                self.assertEqual((interface.is_up, interface.speed_mbit_per_second), (is_up, speed))

    def speeds(self, link: Link, *steps: tuple[float, dict[str, str]]) -> list[Optional[int]]:
        """The speed at each of the moments, with the files changed to what stands beside it."""
        now = [0.0]
        sampler = Sampler(lambda: now[0])
        found = []
        for at, changed in steps:
            now[0] = at
            link.files_of_link.update(changed)
            found.append(sampler(link)["eth0"].speed_mbit_per_second)
        return found

    def test_it_is_asked_again_when_the_carrier_changed(self) -> None:
        link = Link(flags="0x1003", carrier_changes="1", speed="1000")
        other = {"carrier_changes": "3", "speed": "100"}
        self.assertEqual(self.speeds(link, (0, {}), (1, {}), (59, {}), (59.5, other)), [1000, 1000, 1000, 100])
        self.assertEqual(link.read.count("speed"), 2)

    def test_it_is_asked_again_after_a_while(self) -> None:
        link = Link(flags="0x1003", carrier_changes="1", speed="1000")
        self.assertEqual(self.speeds(link, (0, {}), (59, {"speed": "2000"}), (60, {})), [1000, 1000, 2000])

    def test_old_kernels_do_not_count_the_carrier(self) -> None:
        link = Link(flags="0x1003", speed="1000")
        self.assertEqual(self.speeds(link, (0, {}), (1, {"speed": "100"}), (2, {})), [1000, 1000, 100])

    def test_a_link_that_is_down_is_not_asked(self) -> None:
        link = Link(flags="0x1002", carrier_changes="1", speed="1000")
        self.assertEqual(self.speeds(link, (0, {}), (1, {"flags": "0x1003"})), [None, 1000])
        self.assertEqual(link.read.count("speed"), 1)

    def test_a_driver_that_takes_its_time(self) -> None:
        link = Link(flags="0x1003", speed="1000")
        link.gate = threading.Event()
        self.addCleanup(link.gate.set)
        now = [0.0]
        sampler = Sampler(lambda: now[0])
        sample = sampler(link)["eth0"]
        self.assertEqual((sample.is_up, sample.speed_mbit_per_second, sample.rx_bytes), (True, None, 1))
        link.gate.set()
        while sampler(link)["eth0"].speed_mbit_per_second is None:      # back, and taken at one of the next rounds
            now[0] += 10
        self.assertEqual(sampler(link)["eth0"].speed_mbit_per_second, 1000)
        with mock.patch.object(sampler._patience, "run", lambda calls: {name: Outcome(late=True) for name in calls}):
            now[0] += 100
            self.assertEqual(sampler(link)["eth0"].speed_mbit_per_second, 1000)      # late again: what it told before


class Samples(Tree):
    def samples(self, *steps: tuple[float, str], meminfo: str = MEMINFO_OF_64_BITS,
                sys: Optional[dict[str, str]] = None) -> list[dict[str, Interface]]:
        """What the sampler gives at each of the moments; a step is seconds, and rows of `name rx tx`."""
        host = self.host({"proc/meminfo": meminfo, "proc/net/dev": HEADER,
                          **{"sys/class/net/" + name: text for name, text in (sys or {}).items()}})
        now = [0.0]
        sampler = Sampler(lambda: now[0])
        found = []
        for at, rows in steps:
            now[0] = at
            with open(os.path.join(host.procfs, "net/dev"), "w") as file:
                file.write(HEADER)
                for name, rx, tx in (row.split() for row in rows.split("\n") if row):
                    file.write("%s: %s 1 0 0 0 0 0 0 %s 1 0 0 0 0 0 0\n" % (name, rx, tx))
            found.append(sampler(host))
        return found

    WINDOWS: tuple[tuple[Any, ...], ...] = (
        # name, meminfo, files below /sys/class/net, before, now, elapsed; rx, tx; rx and tx since it appeared
        ("two samples", MEMINFO_OF_64_BITS, {}, "e 1000 500", "e 4000 600", 2.0, (3000, 100), (4000, 600)),
        ("a new interface", MEMINFO_OF_64_BITS, {}, "x 1 1", "e 1000000000000 7", 1.0, (0, 0), (10 ** 12, 7)),
        ("a reset", MEMINFO_OF_64_BITS, {}, "e 5000 5000", "e 10 6000", 1.0, (0, 1000), (10, 6000)),
        ("a wrap of 32 bits", MEMINFO_OF_32_BITS, {}, "e 4294967196 0", "e 50 0", 1.0, (150, 0), (2 ** 32 + 50, 0)),
        ("an e1000 of 32 bits", MEMINFO_OF_32_BITS, {}, "e 4251472000 5", "e 87208704 5", 10.0, (130704000, 0),
         (2 ** 32 + 87208704, 5)),
        ("words of 64 bits do not wrap", MEMINFO_OF_64_BITS, {}, "e 4294967196 0", "e 50 0", 1.0, (0, 0), (50, 0)),
        ("a wrap beyond what the link carries", MEMINFO_OF_32_BITS, {"e/speed": "1"}, "e 4294967196 0", "e 1000000 0",
         1.0, (0, 0), (10 ** 6, 0)),
        ("a leap", MEMINFO_OF_64_BITS, {}, "e 1000000000000 0", "e 100000000000000 9", 0.5, (0, 9), (10 ** 14, 9)),
        ("a leap of an adapter of 1 Gbit/s", MEMINFO_OF_64_BITS, {"e/speed": "1000", "e/device/uevent": ""}, "e 0 0",
         "e 600000000 1", 1.0, (0, 1), (6 * 10 ** 8, 1)),
        ("all that an adapter of 1 Gbit/s carries, shown late", MEMINFO_OF_64_BITS,
         {"e/speed": "1000", "e/device/uevent": ""}, "e 0 0", "e 250000000 1", 1.0, (25 * 10 ** 7, 1),
         (25 * 10 ** 7, 1)),
        ("a veth says 10 Gbit/s and is not bound by it", MEMINFO_OF_64_BITS, {"e/speed": "10000"}, "e 0 0",
         "e 8000000000 1", 1.0, (8 * 10 ** 9, 1), (8 * 10 ** 9, 1)),
    )

    def test_windows(self) -> None:
        for name, meminfo, sys, before, now, elapsed, grown, since in self.WINDOWS:
            with self.subTest(name):
                first, second = self.samples((0, before), (elapsed, now), meminfo=meminfo, sys=sys)
                traffic = network.derive(second, first, elapsed)["e"]
                self.assertEqual((traffic.rx_bytes, traffic.tx_bytes), grown)
                self.assertEqual((traffic.rx_bytes_per_second, traffic.tx_bytes_per_second),
                                 (grown[0] / elapsed, grown[1] / elapsed))
                self.assertEqual(traffic.elapsed_seconds, elapsed)
                self.assertEqual((second["e"].rx_bytes, second["e"].tx_bytes), since)
                self.assertEqual((second["e"].counters.receive_bytes, second["e"].counters.transmit_bytes),
                                 tuple(map(int, now.split()[1:])))

    def test_0_for_a_moment_is_no_traffic(self) -> None:
        steps = self.samples((0, "e 5000000 900"), (1, "e 0 0"), (2, "e 5000000 900"), (3, "e 5000100 901"))
        windows = [network.derive(now, before, 1.0)["e"] for before, now in zip(steps, steps[1:])]
        self.assertEqual([(window.rx_bytes, window.tx_bytes) for window in windows], [(0, 0), (0, 0), (100, 1)])
        self.assertEqual(network.derive(steps[3], steps[1], 2.0)["e"].rx_bytes, 100)      # whoever asked when

    def test_only_the_interfaces_there_are_are_followed(self) -> None:
        steps = self.samples((0, "e 4294967295 0\nf 1 1"), (1, "e 9 0\nf 1 1"), (2, "f 1 1"), (3, "e 19 0\nf 1 1"),
                             meminfo=MEMINFO_OF_32_BITS)
        self.assertEqual([step["e"].rx_bytes for step in steps if "e" in step], [2 ** 32 - 1, 2 ** 32 + 9, 19])

    def test_another_host_shows_its_own_table(self) -> None:
        host = self.host({"proc/net/dev": HEADER + "mine: " + COLUMNS + "\n",
                          "proc/1/net/dev": HEADER + "theirs: " + COLUMNS + "\n"})
        self.assertEqual(list(Sampler()(host)), ["theirs"])
        host.live = True
        self.assertEqual(list(Sampler()(host)), ["mine"])

    def test_a_malformed_row_is_reported(self) -> None:
        host = self.host({"proc/net/dev": HEADER + "  eth0: 1 2 3\nlo: " + COLUMNS + "\n"})
        told: list[ParseError] = []
        host.report = told.append
        self.assertEqual(list(Sampler()(host)), ["lo"])
        self.assertEqual([str(problem) for problem in told],
                         ["net/dev:3: not an interface and its counters: '  eth0: 1 2 3'"])

    def test_no_file(self) -> None:
        with self.assertRaises(NoData):
            Sampler()(Roots("/nowhere"))


class Derive(unittest.TestCase):
    INTERFACE = Interface(ROW, Counter(7), Counter(8))

    def test_vanished_interface_is_not_listed(self) -> None:
        self.assertEqual(network.derive({}, {"e": self.INTERFACE}, 1.0), {})

    def test_first_sample(self) -> None:
        self.assertEqual(network.derive({"e": self.INTERFACE}, None, 0.0)["e"][1:], (0.0, 0, 0, 0.0, 0.0))


if __name__ == "__main__":
    unittest.main()
