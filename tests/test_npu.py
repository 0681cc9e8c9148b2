"""npu: neural processors in trees of the test's own, how busy they were, and how API 4 shows them."""
from __future__ import annotations

import os

from glancesd.collectors.npu import Processor, derive, sample
from glancesd.roots import Roots
from tests.assembly import House
from tests.fake_host import Tree

INTEL = {"npu_busy_time_us": "5000000\n", "npu_current_frequency_mhz": "700\n", "npu_max_frequency_mhz": "1400\n",
         "npu_memory_utilization": "8388608\n", "hwmon/hwmon4/temp1_input": "45500\n",
         "hwmon/hwmon4/power1_input": "2500000\n"}


class Accelerators(Tree):
    def machine(self, *devices: tuple[str, dict[str, str]]) -> Roots:
        """A tree with these drivers ("": no link) and their files."""
        folder = "sys/class/accel/accel%d/device/"
        host = self.host({folder % number + name: text for number, (_, files) in enumerate(devices)
                          for name, text in {"vendor": "0x0\n", **files}.items()})
        for number, (driver, _) in enumerate(devices):
            if driver:
                os.symlink("../../../../bus/pci/drivers/" + driver, os.path.join(
                    host.sys_target("class/accel/accel%d/device" % number) or "", "driver"))
        return host

    def test_none(self) -> None:
        self.assertEqual(sample(self.host({})), [])

    def test_kinds_and_numbers(self) -> None:
        host = self.machine(("intel_vpu", {}), ("qaic", {}), ("amdxdna", {"vbnv": "RyzenAI-npu5\n"}), ("intel_vpu", {}),
                            ("rocket", {}), ("", {}))
        self.assertEqual([(found.id, found.name) for found in sample(host)], [
            ("intel0", "Intel NPU"), ("amd0", "RyzenAI-npu5"), ("intel1", "Intel NPU"), ("rockchip0", "Rockchip NPU")])

    def test_what_intel_tells(self) -> None:
        expected = Processor("intel0", "Intel NPU", 5000000, 700000000, 1400000000, 8388608, 45.5, 2.5)
        for driver in ("intel_vpu", ""):
            (found,) = sample(self.machine((driver, INTEL)))
            self.assertEqual(found, expected)
            self.assertEqual(found.clock_percent, 50)

    def test_what_does_not_read_is_not_known(self) -> None:
        (found,) = sample(self.machine(("intel_vpu", {"npu_busy_time_us": "soon\n", "npu_max_frequency_mhz": "0\n",
                                                      "npu_current_frequency_mhz": "7\n"})))
        self.assertEqual((found.busy_microseconds, found.clock_percent, found.watts), (None, None, None))

    def test_busy_in_a_window(self) -> None:
        now = Processor("intel0", "Intel NPU", 9000000, None, None, None, None, None)
        for name, before, busy in (
                ("the first window", None, None), ("half of it", now._replace(busy_microseconds=4000000), 50),
                ("idle", now, 0), ("more than there is", now._replace(busy_microseconds=-9000000), 100),
                ("begun anew", now._replace(busy_microseconds=9000001), None),
                ("not told before", now._replace(busy_microseconds=None), None),
                ("another one", now._replace(id="intel1"), None)):
            with self.subTest(name):
                (found,) = derive([now], None if before is None else [before], 10.0)
                self.assertEqual(found, now._replace(busy_percent=busy))

    def test_api_4(self) -> None:
        house = House(self.machine(("intel_vpu", INTEL)))
        self.assertEqual(house.json("/api/4/npu"), [
            {"key": "npu_id", "npu_id": "intel0", "name": "Intel NPU", "load": 0, "freq": 50, "freq_current": 700000000,
             "freq_max": 1400000000, "mem": None, "memory_used": 8388608, "memory_total": None, "temperature": 45.5,
             "power": 2.5}])
        self.assertEqual(House(self.host({})).json("/api/4/npu"), [])
