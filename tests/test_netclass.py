"""netclass: /sys/class/net as drivers fill it."""
from __future__ import annotations

import unittest

from glancesd.collectors import netclass
from glancesd.collectors.netclass import Sampler
from glancesd.roots import NoData
from tests.fake_host import Tree

ETH0 = {"operstate": "up", "carrier": "1", "carrier_changes": "3", "carrier_up_count": "2", "carrier_down_count": "1",
        "dormant": "0", "flags": "0x1003", "mtu": "1500", "speed": "1000", "duplex": "full"}


def files(name: str, attributes: dict[str, str]) -> dict[str, str]:
    return {"sys/class/net/%s/%s" % (name, attribute): text + "\n" for attribute, text in attributes.items()}


class Numbers(unittest.TestCase):
    def test_numbers(self) -> None:
        for text, expected in (("1500", 1500), ("0x1003", 0x1003), ("-1", -1), ("", None), (None, None), ("x", None)):
            with self.subTest(text):
                self.assertEqual(netclass.parse_number(text), expected)


class Sample(Tree):
    def test_states(self) -> None:
        host = self.host({**files("wlan0", {"operstate": "down"}), **files("eth0", ETH0),
                          "sys/class/net/bonding_masters": "bond0\n"})
        states = Sampler()(host)
        self.assertEqual(list(states), ["eth0", "wlan0"])
        self.assertEqual(states["eth0"], ("up", 1, 3, 2, 1, 0, 0x1003, 1500, 1000, "full"))
        self.assertEqual(states["wlan0"], ("down", *(None,) * 9))
        self.assertEqual([states[name].is_up for name in states], [True, None])

    def test_administrative_state(self) -> None:
        self.assertIs(Sampler()(self.host(files("eth0", {**ETH0, "flags": "0x1002"})))["eth0"].is_up, False)

    def test_settings(self) -> None:
        host = self.host(files("eth0", {
            "address": "02:00:5e:10:00:01", "broadcast": "ff:ff:ff:ff:ff:ff", "ifalias": "", "addr_assign_type": "3",
            "dev_id": "0x0", "ifindex": "2", "iflink": "2", "link_mode": "0", "name_assign_type": "4",
            "netdev_group": "0", "tx_queue_len": "1000", "type": "1"}))
        self.assertEqual(netclass.sample_settings(host), {
            "eth0": ("02:00:5e:10:00:01", "ff:ff:ff:ff:ff:ff", "", 3, 0, 2, 2, 0, 4, 0, 1000, 1)})

    def test_kernel_without_it(self) -> None:
        with self.assertRaises(NoData):
            Sampler()(self.host({}))
        with self.assertRaises(NoData):
            netclass.sample_settings(self.host({}))


if __name__ == "__main__":
    unittest.main()
