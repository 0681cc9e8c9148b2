"""patience: calls that are prompt, failing, slow, stuck and recovering, beside each other and round after round.

The clock stands still unless a call moves it on, so nothing here depends on how busy the machine is.
"""
from __future__ import annotations

import math
import threading
import unittest
from typing import Any, Callable
from unittest import mock

from glancesd import patience, threads
from glancesd.patience import Outcome, Patience

EACH_SECONDS = 1 / 64       # as long as a stuck call really costs a test
ALL_SECONDS = 3 / 64


@mock.patch.object(patience, "EACH_SECONDS", EACH_SECONDS)
@mock.patch.object(patience, "ALL_SECONDS", ALL_SECONDS)
class Rounds(unittest.TestCase):
    def setUp(self) -> None:
        self.seconds = 0.0
        self.made: list[str] = []
        self.under_way: set[str] = set()
        self.gates: dict[str, list[threading.Event]] = {}
        self.workers: list[threading.Thread] = []
        self.addCleanup(self.finish)
        started = mock.patch.object(threads, "start", self.start)
        started.start()
        self.addCleanup(started.stop)
        self.patience = Patience(lambda: self.seconds)

    def start(self, work: Callable[[], object]) -> None:
        self.workers.append(threading.Thread(target=work, daemon=True))
        self.workers[-1].start()

    def prompt(self, name: str, value: Any = None) -> Callable[[], Any]:
        def call() -> Any:
            self.made.append(name)
            return value
        return call

    def failing(self, problem: Exception) -> Callable[[], Any]:
        def call() -> Any:
            raise problem
        return call

    def slow(self, name: str, value: Any = None, seconds: float = EACH_SECONDS) -> Callable[[], Any]:
        """A call that takes these seconds, and then as long as its gate is shut."""
        gate = threading.Event()
        self.gates.setdefault(name, []).append(gate)

        def call() -> Any:
            self.made.append(name)
            self.under_way.add(name)
            self.seconds += seconds
            gate.wait()
            self.under_way.discard(name)
            return value
        return call

    def finish(self) -> None:
        """Let every call return, and wait until patience has what it gave."""
        for gates in self.gates.values():
            for gate in gates:
                gate.set()
        for thread in self.workers:
            thread.join(60)
            self.assertFalse(thread.is_alive())

    def test_nothing_to_do(self) -> None:
        self.assertEqual(self.patience.run({}), {})
        self.assertEqual(self.under_way, set())

    def test_prompt(self) -> None:
        self.assertEqual(self.patience.run({"a": self.prompt("a", 1), "b": self.prompt("b")}),
                         {"a": Outcome(1), "b": Outcome()})
        self.assertEqual(self.patience.run({"b": self.prompt("b", 2), "a": self.prompt("a")}),
                         {"a": Outcome(), "b": Outcome(2)})
        self.assertEqual(self.made, ["a", "b", "b", "a"])
        self.assertEqual(self.under_way, set())

    def test_failing(self) -> None:
        problem = OSError(5, "Input/output error")
        outcomes = self.patience.run({"a": self.prompt("a", 1), "bad": self.failing(problem), "b": self.prompt("b", 2)})
        self.assertEqual(outcomes, {"a": Outcome(1), "bad": Outcome(problem=problem), "b": Outcome(2)})
        self.assertEqual(self.patience.run({"bad": self.prompt("bad", 3)}), {"bad": Outcome(3)})

    def test_just_in_time(self) -> None:
        def call() -> int:
            self.seconds += EACH_SECONDS * 0.9
            return 1
        for _ in range(2):
            self.assertEqual(self.patience.run({"a": call, "b": call, "c": self.prompt("c", 2)}),
                             {"a": Outcome(1), "b": Outcome(1), "c": Outcome(2)})

    def test_stuck_is_neither_repeated_nor_waited_for(self) -> None:
        calls = {"a": self.prompt("a", 1), "stuck": self.slow("stuck"), "b": self.prompt("b", 2)}
        for number in range(1, 4):
            self.assertEqual(self.patience.run(calls), {"a": Outcome(1), "stuck": Outcome(late=True), "b": Outcome(2)})
            self.assertEqual(self.under_way, {"stuck"})
            self.assertEqual((self.made.count("a"), self.made.count("stuck"), self.made.count("b")),
                             (number, 1, number))

    def test_stuck_keeps_its_latest_value(self) -> None:
        self.patience.run({"a": self.prompt("a", 1)})
        self.assertEqual(self.patience.run({"a": self.slow("a", 2)}), {"a": Outcome(1, late=True)})

    def test_age_of_the_latest_outcome(self) -> None:
        self.assertEqual(self.patience.age_seconds("a"), math.inf)
        self.patience.run({"a": self.prompt("a", 1)})
        self.seconds += 5
        self.assertEqual(self.patience.age_seconds("a"), 5)
        self.patience.run({})
        self.assertEqual(self.patience.age_seconds("a"), math.inf)

    def test_recovering(self) -> None:
        self.patience.run({"a": self.slow("a", 1)})
        self.finish()
        self.patience.run({"a": self.prompt("a", 2)})       # made, but not waited for: it was late
        self.finish()
        self.assertEqual(self.patience.run({"a": self.prompt("a", 3)}), {"a": Outcome(3)})
        self.assertEqual(self.made, ["a", "a", "a"])

    def test_recovering_to_fail(self) -> None:
        problem = OSError(116, "Stale file handle")
        self.patience.run({"a": self.slow("a", 1)})
        self.finish()
        self.patience.run({"a": self.failing(problem)})
        self.finish()
        self.assertEqual(self.patience.run({"a": self.failing(problem)}), {"a": Outcome(problem=problem)})

    def test_slow_has_the_value_of_the_round_before(self) -> None:
        self.assertEqual(self.patience.run({"a": self.slow("a", 1)}), {"a": Outcome(late=True)})
        for value in (2, 3, 4):
            self.finish()
            self.assertEqual(self.patience.run({"a": self.slow("a", value)}), {"a": Outcome(value - 1, late=True)})
        self.finish()
        self.assertEqual(self.made.count("a"), 4)

    def test_the_round_is_given_up(self) -> None:
        """Each is late by itself, and together they leave no time for the last, which is no fault of its own."""
        self.assertEqual(self.patience.run({"a": self.slow("a"), "b": self.slow("b"), "c": self.slow("c"),
                                            "d": self.prompt("d", 1)}),
                         {"a": Outcome(late=True), "b": Outcome(late=True), "c": Outcome(late=True),
                          "d": Outcome(late=True)})
        self.assertEqual(self.made, ["a", "b", "c"])
        self.assertEqual(self.patience.run({"a": self.slow("a"), "d": self.prompt("d", 1)}),
                         {"a": Outcome(late=True), "d": Outcome(1)})

    def test_one_call_takes_the_whole_round(self) -> None:
        calls = {"a": self.slow("a", seconds=ALL_SECONDS), "b": self.prompt("b", 1)}
        self.assertEqual(self.patience.run(calls), {"a": Outcome(late=True), "b": Outcome(late=True)})
        self.assertEqual(self.patience.run(calls), {"a": Outcome(late=True), "b": Outcome(1)})

    def test_names_that_are_gone_are_forgotten(self) -> None:
        self.patience.run({"a": self.prompt("a", 1), "stuck": self.slow("stuck", 2)})
        self.patience.run({})
        self.assertEqual(self.under_way, {"stuck"})
        self.finish()
        self.patience.run({})
        self.assertEqual(self.patience.run({"a": self.slow("a")}), {"a": Outcome(late=True)})
        self.assertEqual(self.patience.run({"stuck": self.prompt("stuck", 3)}), {"stuck": Outcome(3)})

    def test_bound_of_held_threads(self) -> None:
        calls = {"a": self.slow("a", 1), "b": self.slow("b", 2), "c": self.prompt("c", 3)}
        with mock.patch.object(patience, "HELD_THREADS", 2):
            for _ in range(3):
                self.assertEqual(self.patience.run(calls), {"a": Outcome(late=True), "b": Outcome(late=True),
                                                            "c": Outcome(late=True)})
                self.assertEqual(self.under_way, {"a", "b"})
            self.assertEqual(self.made, ["a", "b"])
            self.finish()
            self.assertEqual(self.patience.run({"c": calls["c"]}), {"c": Outcome(3)})

    def test_what_was_in_time_is_asked_beyond_the_bound(self) -> None:
        calls = {"good": self.prompt("good", 1), "a": self.slow("a"), "b": self.slow("b"), "c": self.prompt("c")}
        with mock.patch.object(patience, "HELD_THREADS", 2):
            for _ in range(3):
                outcomes = self.patience.run(calls)
                self.assertEqual((outcomes["good"], outcomes["c"]), (Outcome(1), Outcome(late=True)))
        self.assertEqual(self.under_way, {"a", "b"})

    def test_bound_of_slow_calls(self) -> None:
        """They return and are made again without being waited for: no more at once than the bound, each in its turn."""
        names = "abcd"
        for name in names:
            self.patience.run({name: self.slow(name) for name in names[:names.index(name) + 1]})
        self.finish()
        self.made.clear()
        with mock.patch.object(patience, "HELD_THREADS", 2):
            for made in (2, 4):
                before = len(self.workers)
                self.patience.run({name: self.slow(name) for name in names})
                self.assertEqual(len(self.workers) - before, 2)
                self.finish()
                self.assertEqual(len(set(self.made)), made)

    def test_no_thread_to_be_had(self) -> None:
        with mock.patch.object(threads, "start", side_effect=RuntimeError("can't start new thread")):
            self.assertEqual(self.patience.run({"a": self.prompt("a", 1)}), {"a": Outcome(late=True)})
        self.assertEqual(self.patience.run({"a": self.prompt("a", 1)}), {"a": Outcome(1)})

    def test_one_worker_a_round(self) -> None:
        for number in range(3):
            self.patience.run({"a": self.prompt("a"), "b": self.prompt("b")})
            self.finish()
            self.assertEqual(len(self.workers), number + 1)


if __name__ == "__main__":
    unittest.main()
