"""cpumodel: what the cpuinfo of each kind of machine calls its CPUs."""
from __future__ import annotations

import unittest

from glancesd.collectors import cpumodel
from glancesd.collectors.cpufreq import Frequency
from glancesd.collectors.cpumodel import Model
from tests.fake_host import Tree

X86 = ("processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel\t\t: 80\nmodel name\t: AMD Ryzen 5\ncpu MHz\t\t: 3000.000\n\n"
       "processor\t: 1\nmodel name\t: AMD Ryzen 5\ncpu MHz\t\t: 2000.000\n")


class Parse(unittest.TestCase):
    TABLE: tuple[tuple[str, str, Model], ...] = (
        ("empty", "", Model(None, None)),
        ("no colon", "nothing of the kind\n", Model(None, None)),
        ("x86", X86, Model("AMD Ryzen 5", 2.5e9)),
        ("an empty name", "model name\t: \n", Model(None, None)),
        ("MIPS", "system type\t\t: MT7621\ncpu model\t\t: MIPS 1004Kc V2.15\n", Model("MIPS 1004Kc V2.15", None)),
        ("Raspberry Pi", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n\nModel\t\t: Raspberry Pi 4\n",
         Model("Raspberry Pi 4", None)),
        ("ARM without a name", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n",
         Model("ARM CPU part 0xd08", None)),
        ("ARM of an unknown maker", "CPU implementer\t: 0x99\nCPU part\t: 0x1\n", Model("0x99 CPU part 0x1", None)),
        ("PowerPC", "cpu\t\t: POWER9, altivec supported\nclock\t\t: 2500.000000MHz\n",
         Model("POWER9, altivec supported", 2.5e9)),
        ("a clock that is none", "model name: x\ncpu MHz: unknown\n", Model("x", None)),
    )

    def test_table(self) -> None:
        for name, text, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(cpumodel.parse(text), expected)


class Sample(Tree):
    @staticmethod
    def frequency(current: int, most: int) -> Frequency:
        return Frequency(current, None, most, None, None, None, ())

    def test_with_frequencies(self) -> None:
        told = {0: self.frequency(600000, 1800000), 1: self.frequency(1200000, 1800000)}
        self.assertEqual(cpumodel.sample(self.host({"proc/cpuinfo": "Model: Pi\n"}), told), Model("Pi", 9e8, 1.8e9))

    def test_cpuinfo_knows_the_clock_of_now(self) -> None:
        model = cpumodel.sample(self.host({"proc/cpuinfo": X86}), {0: self.frequency(1, 4000000)})
        self.assertEqual((model.clock_hertz, model.most_hertz), (2.5e9, 4e9))

    def test_nothing_is_told(self) -> None:
        self.assertEqual(cpumodel.sample(self.host({}), None), Model(None, None, None))


if __name__ == "__main__":
    unittest.main()
