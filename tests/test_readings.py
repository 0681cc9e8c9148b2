"""monitor: who samples when, what windows come of it, what a failing source costs. Time is a number that tests move."""
from __future__ import annotations

import threading
import unittest
from typing import Any, Callable, Optional

from glancesd.delta import Tracker
from glancesd.log import Log
from glancesd.parsing import ParseError
from glancesd.readings import Clock, Derived, Readings, Sampled
from glancesd.roots import NoData, Roots


class Time:
    """A clock that moves when it is told to, or when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: 1.7e9 + self.now, self.sleep)


class Counter:
    """A source that counts how often it is read, and can be told what to answer."""

    def __init__(self) -> None:
        self.reads = 0
        self.answer: Optional[Callable[[], Any]] = None

    def __call__(self, roots: Roots) -> Any:
        self.reads += 1
        return self.answer() if self.answer else self.reads * 100


def difference(now: Any, before: Any, elapsed: float) -> Any:
    return (None if before is None else now - before, elapsed)


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.time = Time()
        self.source = Counter()
        self.lines: list[str] = []
        self.readings = self.make(1.0)

    def make(self, cached_time: float) -> Readings:
        return Readings({"count": Sampled(self.source), "slow": Sampled(self.source, slow=True),
                        "change": Derived("count", difference)},
                       Roots(), cached_time, self.time.clock(), Log(self.lines.append, lambda: self.time.now))


class Sharing(Case):
    def test_one_sample_for_all_within_the_cached_time(self) -> None:
        self.assertEqual(self.readings.take("count").value, 100)
        self.time.now += 0.99
        self.assertEqual(self.readings.take("count").value, 100)
        self.time.now += 0.01
        self.assertEqual(self.readings.take("count").value, 200)

    def test_what_hardly_changes_is_read_every_ten_seconds(self) -> None:
        self.readings.take("slow")
        self.time.now += 9.9
        self.readings.take("slow")
        self.assertEqual(self.source.reads, 1)
        self.time.now += 0.1
        self.readings.take("slow")
        self.assertEqual(self.source.reads, 2)

    def test_one_that_follows_another_is_renewed_with_it(self) -> None:
        monitor = Readings({"count": Sampled(self.source),
                           "of it": Sampled(lambda roots, count: [count], given="count", follows=True)},
                          Roots(), 1.0, self.time.clock(), Log(self.lines.append))
        monitor.take("count")
        self.time.now += 0.9
        self.assertEqual(monitor.take("of it").value, [100])
        self.source.answer = lambda: 200
        self.time.now += 0.2
        self.assertEqual((monitor.take("count").value, monitor.take("of it").value), (200, [200]))

    def test_what_another_has_read_is_not_read_again(self) -> None:
        given: list[Any] = []
        monitor = Readings({"count": Sampled(self.source),
                           "user": Sampled(lambda roots, count: given.append(count), given="count")},
                          Roots(), 1.0, self.time.clock(), Log(self.lines.append))
        monitor.take("count")
        monitor.take("user")
        self.source.answer = self.nothing
        self.time.now += 1.0
        monitor.take("user")
        self.assertEqual((given, self.source.reads), ([100, None], 2))

    @staticmethod
    def nothing() -> Any:
        raise NoData("nothing")

    def test_nothing_is_read_before_somebody_asks(self) -> None:
        self.assertEqual(self.source.reads, 0)

    def test_ten_at_once_cause_one_sample(self) -> None:
        reading, go_on = threading.Event(), threading.Event()

        def answer() -> int:
            reading.set()
            go_on.wait(10)
            return 7

        self.source.answer = answer
        values: list[Any] = []
        threads = [threading.Thread(target=lambda: values.append(self.readings.take("count").value)) for _ in range(10)]
        for thread in threads:
            thread.start()
        self.assertTrue(reading.wait(10))
        go_on.set()
        for thread in threads:
            thread.join(10)
        self.assertEqual((values, self.source.reads), ([7] * 10, 1))


class Windows(Case):
    def test_the_first_answer_waits_for_a_window(self) -> None:
        self.readings.baselines()
        taken = self.readings.take("change")
        self.assertEqual((taken.value, taken.elapsed, self.time.slept), ((100, 0.25), 0.25, [0.25]))

    def test_without_a_baseline_it_takes_one(self) -> None:
        self.assertEqual(self.readings.take("change").value, (100, 0.25))

    def test_true_elapsed_time(self) -> None:
        self.readings.baselines()
        self.time.now += 12.5
        self.assertEqual(self.readings.take("change").value, (100, 12.5))
        self.time.now += 3600
        self.assertEqual(self.readings.take("change").value, (100, 3600.0))
        self.assertEqual(self.time.slept, [])

    def test_callers_share_a_window(self) -> None:
        self.readings.baselines()
        self.time.now += 5
        first = self.readings.take("change")
        self.time.now += 0.5
        self.assertIs(self.readings.take("change"), first)

    def test_no_window_is_shorter_than_a_quarter_second(self) -> None:
        monitor = self.make(0.0)
        monitor.baselines()
        self.time.now += 5
        monitor.take("change")
        self.time.now += 0.1
        self.assertEqual(monitor.take("change").elapsed, 5.0)
        self.time.now += 0.15
        self.assertEqual(monitor.take("change").elapsed, 0.25)

    def test_a_sample_that_others_caused_ends_the_window_too(self) -> None:
        self.readings.baselines()
        self.time.now += 5
        self.readings.take("count")
        self.time.now += 0.5
        taken = self.readings.take("change")
        self.assertEqual((taken.elapsed, taken.at, self.source.reads), (5.0, 1005.0, 2))

    def test_the_tickers_own_window(self) -> None:
        self.readings.baselines()
        tracker = Tracker()
        self.assertIsNone(self.readings.own_window("change", tracker).value)
        for _ in range(10):
            self.time.now += 1
            self.readings.take("change")
        self.assertEqual(self.readings.own_window("change", tracker).value[1], 10.0)
        self.assertEqual(self.readings.take("change").elapsed, 1.0)


class Failures(Case):
    def break_with(self, problem: Exception) -> None:
        def answer() -> None:
            raise problem
        self.source.answer = answer

    def test_the_value_before_is_served_and_one_line_is_logged(self) -> None:
        self.readings.take("count")
        for problem in (OSError(5, "Input/output error"), ParseError("stat", 3, "bad"), RuntimeError()):
            with self.subTest(problem):
                self.break_with(problem)
                for _ in range(3):
                    self.time.now += 1
                    self.assertEqual(self.readings.take("count").value, 100)
                self.assertIsNotNone(self.readings.problem("count"))
        self.assertEqual(self.lines,
                         ["glancesd: count: [Errno 5] Input/output error\n", "glancesd: count: stat:3: bad\n",
                                      "glancesd: count: RuntimeError\n"])

    def test_it_recovers(self) -> None:
        self.readings.baselines()
        self.time.now += 1
        self.break_with(OSError(5, "Input/output error"))
        self.assertIsNone(self.readings.take("change").value)
        self.time.now += 9
        self.source.answer = None
        self.assertEqual(self.readings.take("change").elapsed, 10.0)
        self.assertIsNone(self.readings.problem("count"))

    def test_a_failing_source_keeps_the_window_of_before(self) -> None:
        self.readings.baselines()
        self.time.now += 5
        before = self.readings.take("change").value
        self.break_with(OSError(5, "Input/output error"))
        self.time.now += 5
        self.assertEqual(self.readings.take("change").value, before)

    def test_no_data_is_no_problem(self) -> None:
        self.readings.take("change")
        self.break_with(NoData("gone"))
        self.time.now += 1
        self.assertIsNone(self.readings.take("change").value)
        self.assertEqual((self.readings.problem("change"), self.lines), (None, []))

    def test_what_comes_back_begins_a_new_window(self) -> None:
        self.readings.take("change")
        self.break_with(NoData("gone"))
        self.time.now += 1
        self.readings.take("change")
        self.source.answer = None
        self.time.now += 60
        self.assertEqual(self.readings.take("change").elapsed, 0.25)

    def test_all_fail(self) -> None:
        self.assertFalse(self.readings.all_fail())
        self.break_with(OSError(24, "Too many open files"))
        self.readings.take("count")
        self.readings.take("slow")
        self.assertTrue(self.readings.all_fail())
        self.source.answer = None
        self.time.now += 1
        self.readings.take("count")
        self.assertFalse(self.readings.all_fail())


if __name__ == "__main__":
    unittest.main()
