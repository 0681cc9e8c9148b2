"""`make test`: every test, then what was skipped and why. usage: python3 -m tests [NAME …]

Test classes are shared out among as many processes as there are CPUs (JOBS=1 in the environment: one), because half of
the time goes by in waiting: 55 s instead of 95 on two CPUs.
"""
from __future__ import annotations

import os
import pickle
import sys
import time
import traceback
import unittest
import warnings
from collections import Counter
from typing import Iterator, NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
# These take longest: last, they would keep one process busy while the others have nothing left to do.
FIRST = frozenset(("test_packaging", "test_golden", "test_daemon", "test_metrics_faults"))
MOST_JOBS = 8
NUMBER_BYTES = 2


class Outcome(NamedTuple):
    """What one process ran."""

    ran: int
    problems: list[str]              # the text of each failure
    reasons: list[str]               # of the tests that were skipped


def classes(suite: unittest.TestSuite) -> Iterator[unittest.TestSuite]:
    """The suite of each test class."""
    for part in suite:
        if not isinstance(part, unittest.TestSuite):
            yield suite
            return
        yield from classes(part)


def found(names: list[str]) -> list[unittest.TestSuite]:
    """The classes to be run, those that take longest first."""
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(names) if names else loader.discover(HERE, top_level_dir=os.path.dirname(HERE))

    return sorted(classes(suite), key=lambda made: type(next(iter(made))).__module__.split(".")[-1] not in FIRST)


def outcome(suites: list[unittest.TestSuite], numbers: Iterator[int]) -> Outcome:
    """Runs the suites of these numbers, in this process."""
    runner = unittest.TextTestRunner()
    result = unittest.TextTestResult(runner.stream, True, 1)
    result.startTestRun()
    for number in numbers:
        suites[number](result)
    result.stopTestRun()
    problems = ["%s: %s\n%s\n%s" % (kind, result.getDescription(test), result.separator2, text)
                for kind, failed in (("ERROR", result.errors), ("FAIL", result.failures)) for test, text in failed]
    problems += ["UNEXPECTED SUCCESS: %s" % result.getDescription(test) for test in result.unexpectedSuccesses]
    return Outcome(result.testsRun, problems, [reason for _, reason in result.skipped])


def shared_out(suites: list[unittest.TestSuite], jobs: int) -> list[Outcome]:
    """Runs the suites in `jobs` processes, each taking the next one as it gets ready."""
    queue, fill = os.pipe()
    os.write(fill, b"".join(number.to_bytes(NUMBER_BYTES, "little") for number in range(len(suites))))
    os.close(fill)
    sys.stderr.flush()
    children = [_child(suites, queue) for _ in range(jobs)]
    os.close(queue)
    outcomes = []
    for pid, told in children:
        with open(told, "rb") as file:
            text = file.read()
        _, status = os.waitpid(pid, 0)
        ended = Outcome(0, ["ERROR: a process of the tests ended by itself, with status %d" % status], [])
        outcomes.append(pickle.loads(text) if text else ended)
    return outcomes


def _child(suites: list[unittest.TestSuite], queue: int) -> tuple[int, int]:
    """A process that takes from the queue; its pid, and the pipe on which it tells its Outcome."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid:
        os.close(tell)
        return pid, told
    try:
        os.close(told)
        numbers = iter(lambda: os.read(queue, NUMBER_BYTES), b"")
        text = pickle.dumps(outcome(suites, (int.from_bytes(number, "little") for number in numbers)))
        with open(tell, "wb") as file:
            file.write(text)
    except BaseException:                    # the parent sees nothing of it but the end
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def main() -> int:
    if not sys.warnoptions:
        warnings.simplefilter("default")
    suites = found(sys.argv[1:])
    jobs = min(int(os.environ.get("JOBS") or min(MOST_JOBS, len(os.sched_getaffinity(0)))), len(suites))
    began = time.monotonic()
    outcomes = shared_out(suites, jobs) if jobs > 1 else [outcome(suites, iter(range(len(suites))))]
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    skipped = Counter(reason for outcome in outcomes for reason in outcome.reasons)
    write = sys.stderr.write
    write("\n")
    for problem in problems:
        write("%s\n%s\n" % (unittest.TextTestResult.separator1, problem))
    count = sum(outcome.ran for outcome in outcomes)
    write("%s\nRan %d tests in %.3fs\n\n" % (unittest.TextTestResult.separator2, count, time.monotonic() - began))
    write("%s%s\n" % ("FAILED (problems=%d)" % len(problems) if problems or not count else "OK",
                      " (skipped=%d)" % sum(skipped.values()) if skipped else ""))
    for reason, times in sorted(skipped.items()):
        write("skipped %3d: %s\n" % (times, reason))
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
