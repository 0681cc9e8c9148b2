"""supplies: /sys/class/power_supply as drivers fill it."""
from __future__ import annotations

import os
import unittest
from unittest import mock

from glancesd.collectors.supplies import Sampler, Supply
from glancesd.patience import Outcome
from glancesd.roots import NoData
from tests.fake_host import Tree


class Sample(Tree):
    def test_supplies(self) -> None:
        top = "sys/class/power_supply/"
        host = self.host({
            top + "BAT0/type": "Battery\n", top + "BAT0/capacity": "81\n", top + "BAT0/energy_now": "37980000\n",
            top + "BAT0/current_now": "-1200000\n", top + "BAT0/manufacturer": "\n", top + "BAT0/voltage_now": "?\n",
            top + "AC/online": "1\n", top + "AC/type": "Mains\n"})
        self.assertEqual(Sampler()(host), {
            "AC": Supply({"online": 1}, {"type": "Mains"}),
            "BAT0": Supply({"capacity": 81, "energy_now": 37980000, "current_now": -1200000}, {"type": "Battery"})})

    def test_one_that_is_late_is_left_out(self) -> None:
        host = self.host({"sys/class/power_supply/%s/online" % name: "1\n" for name in ("AC", "USB")})
        sampler = Sampler()
        with mock.patch.object(sampler._supplies, "run", lambda calls: {
                name: Outcome(call(), late=name == "USB") for name, call in calls.items()}):
            self.assertEqual(list(sampler(host)), ["AC"])

    def test_none(self) -> None:
        host = self.host({})
        with self.assertRaises(NoData):
            Sampler()(host)
        os.makedirs(host.sysfs + "/class/power_supply")
        self.assertEqual(Sampler()(host), {})


if __name__ == "__main__":
    unittest.main()
