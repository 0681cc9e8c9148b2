"""`make test`: every test, then what was skipped and why. usage: python3 -m tests [NAME …]"""
from __future__ import annotations

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def reasons(result: unittest.TestResult) -> dict[str, int]:
    """How often each reason was given."""
    found: dict[str, int] = {}
    for _, reason in result.skipped:
        found[reason] = found.get(reason, 0) + 1
    return found


def main() -> int:
    loader = unittest.defaultTestLoader
    names = sys.argv[1:]
    tests = loader.loadTestsFromNames(names) if names else loader.discover(HERE, top_level_dir=os.path.dirname(HERE))
    result = unittest.TextTestRunner().run(tests)
    for reason, count in sorted(reasons(result).items()):
        print("skipped %3d: %s" % (count, reason), file=sys.stderr)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
