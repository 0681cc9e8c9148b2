"""health: pass, warn and fail, and that a probe reads nothing."""
from __future__ import annotations

import unittest
from typing import Any, Optional

from glancesd.alerts import Observation
from glancesd.answers import HEALTH
from glancesd.parsing import ParseError
from glancesd.readings import Sampled
from glancesd.roots import NoData, Roots
from tests.assembly import House
from tests.daemon import strict_json

PASS = {"status": "pass", "checks": {}}


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.reads: list[str] = []
        self.problem: dict[str, Optional[Exception]] = {}
        self.house = House(Roots("/nonexistent", "/nonexistent", "/nonexistent"),
                           {name: self.source(name) for name in ("load", "cpu_sample", "raid")})

    def source(self, name: str) -> Sampled:
        def sample(roots: Roots) -> Any:
            self.reads.append(name)
            problem = self.problem.get(name)
            if problem is not None:
                raise problem
            return name
        return Sampled(sample)

    def ready(self) -> tuple[int, Any]:
        answer = self.house.health.ready()
        self.assertEqual(answer.content_type, HEALTH)
        return answer.status, strict_json(answer.body)

    def over(self, name: str, level: str, value: float, since: float) -> None:
        seen = [Observation(name, value, level, "cpu_percent")]
        self.house.alerts.observe(seen, since, since, since + 10, lambda key: [])


class Ready(Case):
    def test_before_anybody_asked(self) -> None:
        self.assertEqual(self.ready(), (200, PASS))

    def test_pass(self) -> None:
        self.house.readings.take("load")
        self.assertEqual(self.ready(), (200, PASS))

    def test_one_file_at_most_is_read_for_it(self) -> None:
        for _ in range(3):
            self.ready()
            self.house.health.alive()
        self.assertEqual(self.reads, ["cpu_sample"])

    def test_what_the_kernel_has_not_got_is_no_problem(self) -> None:
        self.problem["raid"] = NoData("no mdstat")
        self.house.readings.take("raid")
        self.assertEqual(self.ready(), (200, PASS))

    def test_a_source_fails(self) -> None:
        self.house.readings.take("load")
        self.problem["raid"] = OSError(5, "Input/output error")
        self.house.readings.take("raid")
        self.assertEqual(self.ready(), (200, {"status": "warn", "checks": {
            "plugin:raid": [{"status": "warn", "output": "[Errno 5] Input/output error"}]}}))

    def test_and_recovers(self) -> None:
        self.test_a_source_fails()
        self.problem.clear()
        self.house.time.sleep(1)
        self.house.readings.take("raid")
        self.assertEqual(self.ready(), (200, PASS))

    def test_a_plugin_cannot_be_made(self) -> None:
        self.house.pages.page("load")                        # of a value that is no Load
        status, told = self.ready()
        self.assertEqual((status, told["status"], list(told["checks"])), (200, "warn", ["plugin:load"]))

    def test_what_the_quick_look_says_is_what_the_checks_say(self) -> None:
        """All is well, as nearly always: told without looking at each plugin, and with the same answer again."""
        quick, body = self.house.health.ready(), self.house.json("/healthz")
        self.assertEqual(body["checks"], self.house.health.checks()[1])
        self.assertIs(self.house.health.ready() is quick, not body["checks"])

    def test_an_event_that_lasts(self) -> None:
        self.over("CPU_USER", "WARNING", 80.0, 0)
        self.over("CPU_USER", "CRITICAL", 95.5, 10)
        self.assertEqual(self.ready(), (200, {"status": "warn", "checks": {
            "limit:CPU_USER": [{"status": "warn", "output": "CRITICAL", "observedValue": 95.5}]}}))

    def test_an_event_that_is_over(self) -> None:
        self.over("CPU_USER", "CRITICAL", 95.5, 0)
        self.over("CPU_USER", "OK", 1.0, 10)
        self.assertEqual(len(self.house.alerts.events()), 1)
        self.assertEqual(self.ready(), (200, PASS))


class Fail(Case):
    def test_every_source_fails(self) -> None:
        for name in ("load", "raid", "cpu_sample"):
            self.problem[name] = ParseError("file", 1, "of a kernel to come")
            self.house.readings.take(name)
        status, told = self.ready()
        self.assertEqual((status, told["status"]), (503, "fail"))
        self.assertEqual(told["checks"]["sampling"], [{"status": "fail", "output": "every source fails"}])
        self.assertLessEqual({"sampling", "plugin:load", "plugin:raid"}, set(told["checks"]))

    def test_our_own_sources_do_not_count(self) -> None:
        self.house.readings.take("clock")
        self.test_every_source_fails()

    def test_one_that_works_is_enough(self) -> None:
        self.house.readings.take("cpu_sample")
        self.problem["load"] = OSError(24, "Too many open files")
        self.house.readings.take("load")
        self.assertEqual(self.ready()[0], 200)

    def test_a_machine_that_cannot_be_seen_any_more(self) -> None:
        """Its procfs was unmounted, or is refused: whatever else there is, it is no answer."""
        self.house.readings.take("load")
        for problem, why in ((NoData("stat"), "no such file"),
                             (OSError(13, "Permission denied"), "[Errno 13] Permission denied")):
            with self.subTest(why):
                self.problem["cpu_sample"] = problem
                self.house.time.sleep(2)
                status, told = self.ready()
                self.assertEqual((status, told["status"]), (503, "fail"))
                self.assertEqual(told["checks"]["sampling"],
                                 [{"status": "fail", "output": "/proc/stat cannot be read: " + why}])
        self.problem.clear()
        self.house.time.sleep(2)
        self.assertEqual(self.ready()[0], 200)

    def test_a_file_that_is_not_understood_is_a_warning(self) -> None:
        self.problem["cpu_sample"] = ParseError("stat", 1, "of a kernel to come")
        self.house.readings.take("load")
        self.assertEqual((self.ready()[0], self.ready()[1]["status"]), (200, "warn"))

    def test_the_ticker_has_stopped(self) -> None:
        self.house.stalled = True
        self.assertEqual(self.ready(), (503, {"status": "fail", "checks": {
            "sampling": [{"status": "fail", "output": "the ticker has stopped"}]}}))


class Alive(Case):
    def test_whatever_else_fails(self) -> None:
        self.house.stalled = True
        answer = self.house.health.alive()
        self.assertEqual((answer.status, answer.content_type, answer.body), (200, HEALTH, b'{"status": "pass"}'))


if __name__ == "__main__":
    unittest.main()
