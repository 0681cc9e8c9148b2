"""nvidia: what nvidia-smi prints, and when it is run."""
from __future__ import annotations

import unittest

from glancesd.collectors.gpu import Card
from glancesd.parsing import ParseError
from glancesd.tasks import nvidia
from tests.task_bench import Bench, settings_of

PRINTED = ("0, NVIDIA GeForce RTX 4070, 37, 1024, 12282, 54, 30\n"
           "1, Tesla T4, rev. A, [N/A], 0, 15360, 41, [Not Supported]\n")
CARDS = [Card("nvidia0", "NVIDIA GeForce RTX 4070", 37, 8, 54, 30), Card("nvidia1", "Tesla T4, rev. A", None, 0, 41,
                                                                         None)]


class Parsed(unittest.TestCase):
    def test_valid(self) -> None:
        for text, expected in ((PRINTED, CARDS), ("", []), ("2, x, 1.6, 0, 0, N/A, 5", [Card("nvidia2", "x", 2, None,
                                                                                             None, 5)]),
                               ("0, x, 1, [N/A], 100, 40, 5", [Card("nvidia0", "x", 1, None, 40, 5)])):
            with self.subTest(text):
                self.assertEqual(nvidia.parse(text), expected)

    def test_malformed(self) -> None:
        for text in ("No devices were found\n", "0, x\n", "x, y, 1, 1, 1, 1, 1\n", "0, x, inf, 1, 1, 1, 1\n",
                     "0, x, 1, 1e300, 1, 1, 1\n", "0, x, nan, 1, 1, 1, 1\n"):
            with self.subTest(text), self.assertRaises(ParseError):
                nvidia.parse(text)
        problems: list[ParseError] = []
        self.assertEqual(nvidia.parse("nonsense\n" + PRINTED, problems.append), CARDS)
        self.assertEqual(len(problems), 1)


class Run(unittest.TestCase):
    def test_only_where_the_settings_say_so(self) -> None:
        for changed, runs in (({}, 0), ({"nvidia_smi": True}, 1), ({"nvidia_smi": True, "allowed": False}, 0),
                              ({"nvidia_smi": True, "disable_plugin": ("gpu", "containers")}, 0)):
            with self.subTest(changed):
                bench = Bench()
                bench.answer = lambda: (0, PRINTED)
                bench.tasks.configure(settings_of(**changed))
                bench.tick()
                self.assertEqual(len(bench.work()), runs)
                self.assertEqual(bench.tasks.nvidia_cards(), CARDS if runs else [])

    def test_what_fails_leaves_nothing(self) -> None:
        bench = Bench()
        bench.tasks.configure(settings_of(nvidia_smi=True))
        for answer, expected in (((0, PRINTED), CARDS), ((9, PRINTED), []), ((0, PRINTED), CARDS),
                                 ((9, "NVIDIA-SMI has failed"), []), ((0, PRINTED), CARDS),
                                 ((0, "x\n"), [])):
            bench.answer = lambda answer=answer: answer                           # type: ignore[misc]
            bench.tick()
            bench.work()
            bench.now += nvidia.AGAIN_SECONDS
            self.assertEqual(bench.tasks.nvidia_cards(), expected)


if __name__ == "__main__":
    unittest.main()
