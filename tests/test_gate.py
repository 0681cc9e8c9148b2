"""gate: what .ci/run and `make test` promise of themselves."""
from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unittest

from tests.daemon import TOP


class Tests(unittest.TestCase):
    def test_comparisons_with_peers_are_left_to_the_gate(self) -> None:
        """They depend on what else the machine does."""
        found = [name for name in os.listdir(os.path.join(TOP, "tests", "peers")) if name.startswith("test")]
        self.assertEqual(found, [])

    SUITE = (
        "import os, unittest\n"
        "class Good(unittest.TestCase):\n"
        "    def test_good(self): pass\n"
        "    def test_one(self): self.skipTest('no such thing here')\n"
        "class Other(unittest.TestCase):\n"
        "    def test_other(self): self.skipTest('no such thing here')\n"
        "class Wrong(unittest.TestCase):\n"
        "    def test_wrong(self): self.assertEqual(2 + 2, 5)\n"
        "    @unittest.expectedFailure\n"
        "    def test_right(self): pass\n"
        "class Ending(unittest.TestCase):\n"
        "    def test_end(self): os._exit(0)\n")

    def made(self, *names: str, jobs: int) -> tuple[int, str]:
        """The exit status of `python3 -m tests NAME…`, and what it wrote."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "suite.py"), "w") as file:
                file.write(self.SUITE)
            done = subprocess.run([sys.executable, "-m", "tests", *names], cwd=TOP, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  env={**os.environ, "PYTHONPATH": folder, "JOBS": str(jobs)})
        return done.returncode, done.stdout

    def test_what_ran_in_one_process_or_in_several(self) -> None:
        for jobs in (1, 3):
            with self.subTest(jobs=jobs):
                status, text = self.made("suite.Good", "suite.Other", jobs=jobs)
                self.assertEqual(status, 0)
                self.assertRegex(text, r"Ran 3 tests in .*\n\nOK \(skipped=2\)\nskipped   2: no such thing here\n$")
                status, text = self.made("suite.Good", "suite.Wrong", jobs=jobs)
                self.assertEqual(status, 1)
                self.assertIn("\nFAIL: test_wrong (suite.Wrong", text)
                self.assertIn("4 != 5", text)
                self.assertIn("\nUNEXPECTED SUCCESS: test_right", text)
                self.assertRegex(text, r"Ran 4 tests in .*\n\nFAILED \(problems=2\) \(skipped=1\)\n")
                status, text = self.made("suite.Nothing", jobs=jobs)
                self.assertEqual(status, 1)
                self.assertIn("ERROR: Nothing", text)

    def test_a_test_that_ends_its_process_is_no_success(self) -> None:
        status, text = self.made("suite.Good", "suite.Ending", jobs=2)
        self.assertEqual(status, 1)
        self.assertIn("\nERROR: a process of the tests ended", text)


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
