"""cpufreq: /sys/devices/system/cpu/cpuN/cpufreq as drivers fill it."""
from __future__ import annotations

import unittest

from glancesd.collectors.cpufreq import Frequency, Sampler
from glancesd.parsing import ParseError
from tests.fake_host import Tree

ALL = {"scaling_cur_freq": "1800000", "scaling_min_freq": "600000", "scaling_max_freq": "1800000",
       "cpuinfo_min_freq": "600000", "cpuinfo_max_freq": "2000000", "scaling_governor": "schedutil",
       "scaling_available_governors": "performance schedutil "}


def files(cpu: int, attributes: dict[str, str]) -> dict[str, str]:
    return {"sys/devices/system/cpu/cpu%d/cpufreq/%s" % (cpu, name): text + "\n" for name, text in attributes.items()}


class Sample(Tree):
    def test_online_ones(self) -> None:
        host = self.host({**files(10, ALL), **files(2, {"scaling_cur_freq": "700000"}), **files(3, ALL),
                          "sys/devices/system/cpu/cpu4/online": "1", "sys/devices/system/cpu/offline": "3\n"})
        self.assertEqual(Sampler()(host), {
            2: Frequency(700000, None, None, None, None, None, ()),
            10: Frequency(1800000, 600000, 1800000, 600000, 2000000, "schedutil", ("performance", "schedutil"))})

    def test_a_list_that_does_not_read(self) -> None:
        host = self.host({**files(0, ALL), "sys/devices/system/cpu/offline": "two\n"})
        problems: list[ParseError] = []
        host.report = problems.append
        self.assertEqual(list(Sampler()(host)), [0])
        self.assertEqual([problem.file for problem in problems], ["devices/system/cpu/offline"])

    def test_virtual_machine(self) -> None:
        self.assertEqual(Sampler()(self.host({})), {})


if __name__ == "__main__":
    unittest.main()
