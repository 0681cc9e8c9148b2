"""netclass: /sys/class/net as drivers fill it."""
from __future__ import annotations

import os
import unittest
from unittest import mock

from glancesd.collectors.netclass import SETTINGS_SECONDS, Sampler
from glancesd.patience import Outcome
from glancesd.roots import NoData, Roots
from tests.fake_host import Tree

ETH0 = {"operstate": "up", "carrier": "1", "carrier_changes": "3", "carrier_up_count": "2", "carrier_down_count": "1",
        "dormant": "0", "flags": "0x1003", "mtu": "1500", "speed": "1000", "duplex": "full",
        "address": "02:00:5e:10:00:01", "broadcast": "ff:ff:ff:ff:ff:ff", "ifalias": "", "statistics/rx_nohandler": "7",
        "addr_assign_type": "3", "dev_id": "0x0", "ifindex": "2", "iflink": "2", "link_mode": "0",
        "name_assign_type": "4", "netdev_group": "0", "tx_queue_len": "1000", "type": "1"}


def files(name: str, attributes: dict[str, str]) -> dict[str, str]:
    return {"sys/class/net/%s/%s" % (name, attribute): text + "\n" for attribute, text in attributes.items()}


class Sample(Tree):
    def setUp(self) -> None:
        self.now = 100.0
        self.sampler = Sampler(lambda: self.now)

    def write(self, roots: Roots, name: str, text: str) -> None:
        with open(os.path.join(roots.sysfs, "class/net", name), "w") as file:
            file.write(text)

    def test_states(self) -> None:
        host = self.host({**files("wlan0", {"operstate": "down"}), **files("eth0", ETH0),
                          "sys/class/net/bonding_masters": "bond0\n"})
        states = self.sampler(host)
        self.assertEqual(list(states), ["eth0", "wlan0"])
        self.assertEqual(states["eth0"], (
            1, 3, 0x1003, "up", 1500, 7, "02:00:5e:10:00:01", "ff:ff:ff:ff:ff:ff", "", 3, 2, 1, 0, 0, 2, 2, 0,
            4, 0, 1000, 1, 1000, "full"))
        self.assertEqual([value for value in states["wlan0"] if value is not None], ["down"])
        self.assertEqual([states[name].is_up for name in states], [True, None])

    def test_administrative_state(self) -> None:
        self.assertIs(self.sampler(self.host(files("eth0", {**ETH0, "flags": "0x1002"})))["eth0"].is_up, False)

    def test_what_changes_seldom_is_asked_for_when_the_link_changes(self) -> None:
        host = self.host(files("eth0", ETH0))
        self.sampler(host)
        self.write(host, "eth0/speed", "100")
        self.write(host, "eth0/mtu", "9000")
        state = self.sampler(host)["eth0"]
        self.assertEqual((state.speed_mbit_per_second, state.mtu_bytes), (1000, 9000))
        self.write(host, "eth0/carrier_changes", "5")
        self.assertEqual(self.sampler(host)["eth0"].speed_mbit_per_second, 100)

    def test_and_after_a_while(self) -> None:
        host = self.host(files("eth0", ETH0))
        self.sampler(host)
        self.write(host, "eth0/ifalias", "uplink")
        self.now += SETTINGS_SECONDS - 1
        self.assertEqual(self.sampler(host)["eth0"].ifalias, "")
        self.now += 1
        self.assertEqual(self.sampler(host)["eth0"].ifalias, "uplink")

    def test_a_driver_that_is_late_or_fails(self) -> None:
        for outcome in (Outcome({"speed": "100"}, late=True), Outcome(problem=OSError(24, "Too many open files"))):
            sampler = Sampler(lambda: self.now)
            with self.subTest(outcome), mock.patch.object(sampler._patience, "run", return_value={"eth0": outcome}):
                state = sampler(self.host(files("eth0", ETH0)))["eth0"]
                self.assertEqual((state.speed_mbit_per_second, state.duplex, state.ifindex), (None, None, 2))

    def test_kernel_without_it(self) -> None:
        host = self.host({})
        with self.assertRaises(NoData):
            self.sampler(host)
        os.makedirs(host.sysfs + "/class/net")
        self.assertEqual(self.sampler(host), {})


if __name__ == "__main__":
    unittest.main()
