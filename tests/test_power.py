"""power: which supplies are batteries of this machine, how full they are, and what they make together."""
from __future__ import annotations

import threading
import unittest
from typing import Mapping, Optional

from glancesd.collectors import power
from glancesd.collectors.power import Battery, Sampler
from glancesd.roots import Roots


class Supplies(Roots):
    """Attributes of /sys/class/power_supply by supply."""

    def __init__(self, supplies: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.supplies = supplies

    def sys_names(self, name: str) -> list[str]:
        return list(self.supplies) if name == "class/power_supply" else []

    def attribute(self, name: str) -> Optional[str]:
        _, _, supply, attribute = name.split("/")
        return self.supplies[supply].get(attribute)


BATTERY = {"type": "Battery", "present": "1", "status": "Discharging", "capacity": "81"}


class Sample(unittest.TestCase):
    ONE: tuple[tuple[str, Mapping[str, str], Optional[Battery]], ...] = (
        ("percent only", BATTERY, Battery("x", 81.0, "Discharging")),
        ("energy", {**BATTERY, "energy_now": "37980000", "energy_full": "50640000"},
         Battery("x", 75.0, "Discharging", 50640000)),
        ("charge", {**BATTERY, "charge_now": "1000000", "charge_full": "4000000"}, Battery("x", 25.0, "Discharging")),
        ("charge and voltage",
         {**BATTERY, "charge_now": "1000000", "charge_full": "4000000", "voltage_min_design": "11400000"},
         Battery("x", 25.0, "Discharging", 45600000)),
        ("what is in it is not told", {**BATTERY, "energy_full": "100"}, Battery("x", 81.0, "Discharging", 100)),
        ("more than full", {**BATTERY, "energy_now": "110", "energy_full": "100"},
         Battery("x", 100.0, "Discharging", 100)),
        ("far more than full: percent", {**BATTERY, "energy_now": "652", "energy_full": "100", "capacity": "95"},
         Battery("x", 95.0, "Discharging")),
        ("far more than full: charge", {**BATTERY, "energy_now": "652", "energy_full": "100", "charge_now": "50",
                                        "charge_full": "100"}, Battery("x", 50.0, "Discharging")),
        ("far more than full, and nothing else", {"type": "Battery", "energy_now": "652", "energy_full": "100"},
         Battery("x", 100.0, "Unknown", 100)),
        ("percent of all ones", {"type": "Battery", "capacity": "65535"}, Battery("x", 100.0, "Unknown")),
        ("less than nothing", {**BATTERY, "charge_now": "-5", "charge_full": "100"}, Battery("x", 0.0, "Discharging")),
        ("full is unknown", {**BATTERY, "energy_now": "110", "energy_full": "0"}, Battery("x", 81.0, "Discharging")),
        ("full is nonsense", {**BATTERY, "energy_now": "110", "energy_full": "-1"}, Battery("x", 81.0, "Discharging")),
        ("neither status nor present", {"type": "Battery", "capacity": "5"}, Battery("x", 5.0, "Unknown")),
        ("of the system", {**BATTERY, "scope": "System"}, Battery("x", 81.0, "Discharging")),
        ("of a mouse", {**BATTERY, "scope": "Device"}, None),
        ("an empty bay", {**BATTERY, "present": "0"}, None),
        ("mains", {"type": "Mains", "online": "1"}, None),
        ("an UPS", {**BATTERY, "type": "UPS"}, None),
        ("no level", {"type": "Battery", "present": "1", "capacity_level": "Normal"}, None),
        ("no number", {**BATTERY, "capacity": "NODATA"}, None),
        ("gone while it is read", {}, None),
    )

    def test_one(self) -> None:
        for name, attributes, expected in self.ONE:
            with self.subTest(name):
                self.assertEqual(Sampler()(Supplies({"x": attributes})), [] if expected is None else [expected])

    def test_by_name(self) -> None:
        supplies = Supplies({"CMB1": BATTERY, "AC": {"type": "Mains"}, "BAT1": BATTERY, "BAT0": BATTERY})
        self.assertEqual([battery.name for battery in Sampler()(supplies)], ["BAT0", "BAT1", "CMB1"])

    def test_none(self) -> None:
        self.assertEqual(Sampler()(Supplies({})), [])
        self.assertEqual(Sampler()(Roots("/nowhere", "/nowhere", "/nowhere")), [])

    def test_one_that_does_not_answer_keeps_its_charge_and_nobody_waiting(self) -> None:
        gone_on, called = threading.Event(), threading.Event()
        self.addCleanup(gone_on.set)

        class Slow(Supplies):
            asleep = False

            def attribute(self, name: str) -> Optional[str]:
                if self.asleep and "BAT1" in name:
                    called.set()
                    gone_on.wait(30)
                return super().attribute(name)

        supplies, sampler = Slow({"BAT0": BATTERY, "BAT1": BATTERY}), Sampler()
        expected = sampler(supplies)
        supplies.asleep = True
        self.assertEqual(sampler(supplies), expected)
        self.assertTrue(called.is_set())


class Combined(unittest.TestCase):
    TABLE: tuple[tuple[str, list[Battery], Optional[int]], ...] = (
        ("none", [], None),
        ("one, cut", [Battery("BAT0", 81.9, "Full", 5)], 81),
        ("full", [Battery("BAT0", 100.0, "Full")], 100),
        ("weighted", [Battery("BAT0", 100.0, "Full", 30), Battery("BAT1", 0.0, "Full", 10)], 75),
        ("one does not tell", [Battery("BAT0", 100.0, "Full", 30), Battery("BAT1", 0.0, "Full")], 50),
        ("thirds are exact", [Battery("BAT%d" % number, 57.0, "Full", 7) for number in range(3)], 57),
    )

    def test_table(self) -> None:
        for name, batteries, expected in self.TABLE:
            with self.subTest(name):
                percent = power.combined_percent(batteries)
                self.assertEqual(percent, expected)
                self.assertIs(type(percent), type(expected))


if __name__ == "__main__":
    unittest.main()
