"""edac, selinux, throttles: attributes of devices that few machines have."""
from __future__ import annotations

import os
import unittest

from glancesd.collectors import edac, selinux, throttles
from glancesd.collectors.edac import Errors
from glancesd.collectors.throttles import Throttles
from tests.fake_host import Tree


class Edac(Tree):
    def test_controllers(self) -> None:
        top = "sys/devices/system/edac/mc/"
        host = self.host({top + "mc0/ce_count": "3\n", top + "mc0/ue_count": "0\n", top + "mc10/ue_count": "1\n",
                          top + "mc2/ce_count": "x\n", top + "power/control": "auto\n"})
        self.assertEqual(edac.sample(host), {0: Errors(3, 0), 2: Errors(None, None), 10: Errors(None, 1)})

    def test_none(self) -> None:
        self.assertEqual(edac.sample(self.host({})), {})


class SELinux(Tree):
    def test_modes(self) -> None:
        for files, expected in (({}, (False,)), ({"sys/fs/selinux/enforce": "1"}, (True,)),
                                ({"sys/fs/selinux/enforce": "0"}, (True,))):
            with self.subTest(expected):
                self.assertEqual(selinux.sample(self.host(files)), expected)


class CpuThrottles(Tree):
    def test_cpus(self) -> None:
        top = "sys/devices/system/cpu/"
        host = self.host({
            top + "cpu0/topology/core_id": "0\n", top + "cpu0/topology/physical_package_id": "1\n",
            top + "cpu0/thermal_throttle/core_throttle_count": "12\n",
            top + "cpu0/thermal_throttle/package_throttle_count": "40\n",
            top + "cpu10/online": "0\n", top + "cpu2/online": "1\n", top + "cpuidle/x": "1\n", top + "online": "0,2\n"})
        sampler = throttles.Sampler()
        self.assertEqual(sampler(host), {
            0: Throttles(None, 1, 0, 12, 40), 2: Throttles(True, None, None, None, None),
            10: Throttles(False, None, None, None, None)})
        for name, text in (("online", "0,2,10"), ("cpu0/thermal_throttle/core_throttle_count", "13")):
            with open(os.path.join(host.sysfs, "devices/system/cpu", name), "w") as file:
                file.write(text)
        found = sampler(host)
        self.assertEqual((found[10].online, found[0].core_throttles), (True, 13))
        with open(os.path.join(host.sysfs, "devices/system/cpu/online"), "w") as file:
            file.write("all of them")
        self.assertEqual({cpu.online for cpu in sampler(host).values()}, {None})

    def test_none(self) -> None:
        self.assertEqual(throttles.Sampler()(self.host({})), {})


if __name__ == "__main__":
    unittest.main()
