"""thermal: /sys/class/thermal as drivers fill it."""
from __future__ import annotations

import unittest
from unittest import mock

from glancesd.collectors.thermal import CoolingDevice, Sampler, Thermal, Zone
from glancesd.patience import Outcome
from tests.fake_host import Tree


class Sample(Tree):
    def test_what_answers(self) -> None:
        top = "sys/class/thermal/"
        host = self.host({
            top + "thermal_zone0/type": "cpu-thermal\n", top + "thermal_zone0/temp": "48312\n",
            top + "thermal_zone10/temp": "-5000\n", top + "thermal_zone2/temp": "no\n",
            top + "cooling_device1/type": "pwm-fan\n", top + "cooling_device1/cur_state": "1\n",
            top + "cooling_device1/max_state": "4\n", top + "cooling_device0/cur_state": "1\n",
            top + "cooling_device2/max_state": "4\n"})
        self.assertEqual(Sampler()(host), Thermal([Zone(0, "cpu-thermal", 48312), Zone(10, "", -5000)],
                                                  [CoolingDevice(1, "pwm-fan", 1, 4)]))

    def test_one_that_is_late_is_left_out(self) -> None:
        host = self.host({"sys/class/thermal/thermal_zone%d/temp" % number: "48312\n" for number in range(2)})
        sampler = Sampler()
        with mock.patch.object(sampler._patience, "run", lambda calls: {
                name: Outcome(call(), late=name == "zone 0") for name, call in calls.items()}):
            self.assertEqual([zone.number for zone in sampler(host).zones], [1])

    def test_none(self) -> None:
        self.assertEqual(Sampler()(self.host({})), Thermal([], []))


if __name__ == "__main__":
    unittest.main()
