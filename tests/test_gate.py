"""gate: what .ci/run and `make test` promise of themselves."""
from __future__ import annotations

import io
import os
import re
import unittest

from tests import __main__ as suite
from tests.daemon import TOP


class Tests(unittest.TestCase):
    def test_comparisons_with_peers_are_left_to_the_gate(self) -> None:
        """They depend on what else the machine does."""
        found = [name for name in os.listdir(os.path.join(TOP, "tests", "peers")) if name.startswith("test")]
        self.assertEqual(found, [])

    def test_why_tests_were_skipped_is_told(self) -> None:
        class Skipping(unittest.TestCase):
            def test_one(self) -> None:
                self.skipTest("no such thing here")

            def test_other(self) -> None:
                self.skipTest("no such thing here")

        result = unittest.TextTestRunner(io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(Skipping))
        self.assertEqual(suite.reasons(result), {"no such thing here": 2})


class Stages(unittest.TestCase):
    def setUp(self) -> None:
        with open(os.path.join(TOP, ".ci", "run"), encoding="utf-8") as file:
            self.text = file.read()

    def test_every_stage_has_a_function_and_the_other_way_round(self) -> None:
        stages = re.search(r"^STAGES=\(([^)]*)\)", self.text, re.M)
        assert stages is not None
        named = {stage.partition(":")[0] for stage in stages.group(1).split()}
        self.assertEqual(named, set(re.findall(r"^stage_(\w+)\(\)", self.text, re.M)))


if __name__ == "__main__":
    unittest.main()
