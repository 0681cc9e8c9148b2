"""rules: names and units of the families that the kernel's own names make."""
from __future__ import annotations

import unittest
from typing import Optional

from glancesd.collectors.hwmon import Chip
from glancesd.metrics import filters, rules
from glancesd.metrics.rules import hwmon_chips, hwmon_family


class Hwmon(unittest.TestCase):
    FAMILIES: tuple[tuple[str, str, bool, Optional[tuple[str, int]]], ...] = (
        # sensor, property, whether it has a bare file too; family behind node_hwmon_, divisor
        ("temp1", "input", False, ("temp_celsius", 1000)), ("temp1", "input", True, ("temp_input_celsius", 1000)),
        ("temp1", "crit", False, ("temp_crit_celsius", 1000)), ("temp1", "type", False, ("temp_type", 1)),
        ("temp1", "label", False, None), ("temp1", "fault", False, ("temp_fault", 1)),
        ("temp1", "crit_alarm", False, ("temp_crit_alarm_celsius", 1000)), ("temp1", "alarm", False, ("temp_alarm", 1)),
        ("fan2", "input", False, ("fan_rpm", 1)), ("fan2", "div", False, ("fan_div", 1)),
        ("fan2", "beep", False, ("fan_beep_enabled", 1)), ("pwm1", "", True, ("pwm", 1)),
        ("in0", "input", False, ("in_volts", 1000)), ("curr1", "input", False, ("curr_amps", 1000)),
        ("power1", "average", False, ("power_average_watt", 1000000)),
        ("power1", "accuracy", False, ("power_accuracy", 1000000)),
        ("power1", "average_interval_min", False, ("power_average_interval_min_seconds", 1000)),
        ("energy1", "input", False, ("energy_joule_total", 1000000)),
        ("humidity1", "input", False, ("humidity", 1000000)), ("freq1", "input", False, ("freq", 1)),
        ("beep_enable0", "", True, ("beep_enabled", 1)),
        ("update_interval0", "", True, ("update_interval_seconds", 1000)),
        ("vrm0", "", True, ("voltage_regulator_version", 1)), ("Temp1", "input", False, None))

    def test_families(self) -> None:
        for sensor, kind, has_bare, expected in self.FAMILIES:
            with self.subTest("%s_%s" % (sensor, kind)):
                found = hwmon_family(sensor, kind, has_bare)
                self.assertEqual(found and (found[0].name, found[1]),
                                 expected and ("node_hwmon_" + expected[0], expected[1]))
                if found is not None:
                    self.assertEqual(found[0].kind == "counter", found[0].name.endswith("_total"))

    def test_labels_of_chips(self) -> None:
        def chip(entry: str, device: Optional[str], name: Optional[str]) -> Chip:
            return Chip(entry, "/sys/devices/virtual/hwmon/" + entry, device, name, {})

        for name, chips, expected in (
                ("by its device", [chip("hwmon0", "/sys/devices/platform/coretemp.0", "coretemp")],
                 ["platform_coretemp_0"]),
                ("by its name", [chip("hwmon0", None, "ACPI Fan")], ["acpi_fan"]),
                ("by its place", [chip("hwmon0", None, None)], ["hwmon0"]),
                ("two at one device, by their names", [chip("hwmon0", "/d/x", "a"), chip("hwmon1", "/d/x", "b")],
                 ["d_x_a", "d_x_b"]),
                ("two of one name", [chip("hwmon0", "/d/x", "a"), chip("hwmon1", "/d/x", "a")],
                 ["d_x_hwmon0", "d_x_hwmon1"])):
            with self.subTest(name):
                self.assertEqual(list(hwmon_chips(chips)), expected)

    def test_numbers(self) -> None:
        chip = Chip("hwmon0", "/x", None, "x", {"temp1": {"input": "45900", "max": "1.5e3", "min": "nan", "crit": "x",
                                                          "lcrit": "9" * 400, "label": "7"}})
        found = {heading.name: samples for heading, samples in rules.hwmon([chip], filters.NONE)}
        self.assertEqual(found, {
            "node_hwmon_chip_names": [(("x", "x"), 1)], "node_hwmon_sensor_label": [(("x", "temp1", "7"), 1)],
            "node_hwmon_temp_celsius": [(("x", "temp1"), 45.9)],
            "node_hwmon_temp_max_celsius": [(("x", "temp1"), 1.5)]})


if __name__ == "__main__":
    unittest.main()
