"""bonding: the bonds of /sys/class/net."""
from __future__ import annotations

import unittest

from glancesd.collectors import bonding
from glancesd.collectors.bonding import Bond
from glancesd.roots import NoData
from tests.fake_host import Tree


class Sample(Tree):
    def test_bonds(self) -> None:
        top = "sys/class/net/"
        host = self.host({
            top + "bonding_masters": "bond0 bond1 bond2\n", top + "bond0/bonding/slaves": "eth0 eth1\n",
            top + "bond0/lower_eth0/bonding_slave/mii_status": "up\n",
            top + "bond0/lower_eth1/bonding_slave/mii_status": "down\n",
            top + "bond1/bonding/slaves": "eth2\n", top + "bond1/slave_eth2/bonding_slave/mii_status": "up\n",
            top + "bond2/bonding/slaves": "\n"})
        self.assertEqual(bonding.sample(host), {
            "bond0": Bond(("eth0", "eth1"), ("eth0",)), "bond1": Bond(("eth2",), ("eth2",)), "bond2": Bond((), ())})

    def test_without(self) -> None:
        with self.assertRaises(NoData):
            bonding.sample(self.host({}))
        self.assertEqual(bonding.sample(self.host({"sys/class/net/bonding_masters": "\n"})), {})


if __name__ == "__main__":
    unittest.main()
