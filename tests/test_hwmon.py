"""hwmon: /sys/class/hwmon as drivers fill it, whole."""
from __future__ import annotations

import os
import unittest
from unittest import mock

from glancesd.collectors import hwmon
from glancesd.collectors.hwmon import STALE_SECONDS, Sampler
from glancesd.roots import NoData, Roots
from tests.assembly import HOSTS
from tests.fake_host import Tree


class FileNames(unittest.TestCase):
    def test_names(self) -> None:
        for name, expected in (
                ("temp1_input", ("temp1", "input")), ("temp10_crit_alarm", ("temp10", "crit_alarm")),
                ("pwm2", ("pwm2", "")), ("vrm", ("vrm0", "")), ("temp", ("temp0", "")),
                ("energy_full", None), ("update_interval", ("update_interval0", "")),
                ("beep_enable", ("beep_enable0", "")), ("in0_min", ("in0", "min")), ("intrusion0_alarm",
                                                                                     ("intrusion0", "alarm")),
                ("name", None), ("device", None), ("uevent", None), ("tempest", None), ("temp1_", None), ("", None)):
            with self.subTest(name):
                self.assertEqual(hwmon.parse_file_name(name), expected)


class Sample(Tree):
    def test_a_chip(self) -> None:
        host = self.host({"sys/class/hwmon/hwmon0/name": "nct6775\n", "sys/class/hwmon/hwmon0/temp1_input": "45900\n",
                          "sys/class/hwmon/hwmon0/temp1_label": "CPUTIN\n", "sys/class/hwmon/hwmon0/pwm1": "128\n"})
        (chip,) = Sampler()(host)
        self.assertEqual((chip.entry, chip.device, chip.name), ("hwmon0", None, "nct6775"))
        self.assertTrue(chip.place.endswith("/class/hwmon/hwmon0"))
        self.assertEqual(chip.sensors, {"temp1": {"input": "45900", "label": "CPUTIN"}, "pwm1": {"": "128"}})

    def test_below_device(self) -> None:
        host = self.host({"sys/class/hwmon/hwmon0/device/name": "coretemp\n",
                          "sys/class/hwmon/hwmon0/device/temp1_input": "40000\n"})
        (chip,) = Sampler()(host)
        self.assertEqual((chip.name, chip.sensors), ("coretemp", {"temp1": {"input": "40000"}}))
        self.assertTrue((chip.device or "").endswith("/class/hwmon/hwmon0/device"))

    def test_a_sensor_that_refuses(self) -> None:
        host = self.host({"sys/class/hwmon/hwmon0/temp1_input/.gitkeep": "", "sys/class/hwmon/hwmon0/temp1_max": "9\n",
                          "sys/class/hwmon/hwmon0/temp2_input/.gitkeep": ""})
        self.assertEqual([chip.sensors for chip in Sampler()(host)], [{"temp1": {"max": "9"}}])

    def test_a_value_that_is_old_is_left_out(self) -> None:
        host = self.host({"sys/class/hwmon/hwmon0/temp%d_input" % number: "45900\n" for number in (1, 2)})
        sampler = Sampler()
        with mock.patch.object(sampler._sensors, "age_seconds", lambda name: STALE_SECONDS + name.endswith("1")):
            self.assertEqual([list(chip.sensors) for chip in sampler(host)], [["temp2"]])

    def test_none(self) -> None:
        with self.assertRaises(NoData):
            Sampler()(self.host({}))
        host = self.host({})
        os.makedirs(host.sysfs + "/class/hwmon")
        self.assertEqual(Sampler()(host), [])

    def test_recorded_hosts(self) -> None:
        for name, chips in (("server", 8), ("laptop", 10), ("centos6", 3)):
            with self.subTest(name):
                found = Sampler()(Roots(*(os.path.join(HOSTS, name, tree) for tree in ("proc", "sys", "root"))))
                self.assertEqual(len(found), chips)
                self.assertTrue(all(chip.name for chip in found))
                self.assertGreaterEqual(sum(bool(chip.sensors) for chip in found), len(found) - 2)


if __name__ == "__main__":
    unittest.main()
