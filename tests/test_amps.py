"""amps: counts, commands and results of [amp_<name>], with made-up commands and an injected clock."""
from __future__ import annotations

import unittest
from typing import Any, Optional

from glancesd.settings.expressions import compiled
from glancesd.settings.lists import Amp
from glancesd.tasks.amps import AmpResult
from glancesd.tasks.commands import ProcessUse
from tests.task_bench import Bench, settings_of


def amp(regex: Optional[str] = "sshd", command: Optional[str] = None, refresh: float = 3.0,
        countmin: Optional[float] = None,
        countmax: Optional[float] = None, one_line: bool = False, name: str = "ssh") -> Amp:
    return Amp(name, compiled(regex) if regex is not None else None, refresh, countmin, countmax, command, one_line)


class Applications(unittest.TestCase):
    def bench(self, *amps: Amp, **changed: Any) -> Bench:
        bench = Bench()
        bench.tasks.configure(settings_of(amps=amps, **changed))
        return bench

    def result(self, bench: Bench) -> tuple[Optional[int], Optional[str]]:
        found = bench.tasks.amps()[0]
        return found.matching, found.result

    def test_not_counted_yet(self) -> None:
        bench = self.bench(amp())
        self.assertEqual(bench.tasks.amps(), [AmpResult(amp(), None, None, None)])
        self.assertTrue(bench.tasks.uncounted())
        bench.tick(None)
        self.assertEqual(self.result(bench), (None, None))
        bench.tick()
        self.assertFalse(bench.tasks.uncounted())

    def test_what_its_processes_use(self) -> None:
        """A client takes the leading digits of every result, and ends its whole update where there are none."""
        for regex, expected in (("sshd", (2, "2 processes, CPU 3.2 %, MEM 0.8 %")),
                                ("kthreadd", (1, "1 process, CPU 50.0 %, MEM 50.0 %")),
                                ("python3", (1, "1 process, CPU 0.0 %, MEM 0.0 %")), ("nothing", (0, None))):
            with self.subTest(regex):
                bench = self.bench(amp(regex))
                bench.tick()
                self.assertEqual(self.result(bench), expected)

    def test_name_or_command_line(self) -> None:
        bench = self.bench(amp("^sshd$"))
        bench.tick([ProcessUse("sshd", "/usr/sbin/sshd -D", 0.0, 0.0), ProcessUse("x", "sshd", 0.0, 0.0),
                    ProcessUse("x", "y", 0.0, 0.0)])
        self.assertEqual(self.result(bench)[0], 2)

    def test_a_command(self) -> None:
        for name, item, answer, expected in (
                ("its output", amp(command="echo x"), (0, " 3 jobs\nrun \n"), " 3 jobs\nrun"),
                ("in one line", amp(command="echo x", one_line=True), (0, "3 jobs\n  run\n"), "3 jobs run"),
                ("nothing", amp(command="echo x"), (0, "\n"), None), ("failed", amp(command="echo x"), (1, "3"), None),
                ("out of time", amp(command="echo x"), (None, "3"), None),
                ("wrong quotes", amp(command="echo 'x"), (0, "3"), None),
                ("without a regex", amp(None, "echo x"), (0, "3"), "3")):
            with self.subTest(name):
                bench = self.bench(item)
                bench.answer = lambda answer=answer: answer                       # type: ignore[misc]
                bench.tick()
                bench.work()
                self.assertEqual(self.result(bench)[1], expected)

    def test_without_a_regex_nothing_is_counted(self) -> None:
        bench = self.bench(amp(None, "echo"))
        self.assertFalse(bench.tasks.uncounted())
        bench.tick()
        self.assertEqual((bench.work(), self.result(bench)), ([["echo"]], (None, "out")))

    def test_only_while_something_matches_and_only_from_a_trusted_file(self) -> None:
        bench = self.bench(amp(command="echo"))
        bench.tick([])
        self.assertEqual((bench.work(), self.result(bench)), ([], (0, None)))
        self.assertEqual(bench.tasks.amps()[0].since_seconds, 0.0)
        bench.tick()
        self.assertEqual((bench.work(), self.result(bench)), ([["echo"]], (2, "out")))
        bench.tick([])
        self.assertEqual(self.result(bench), (0, None))
        bench = self.bench(amp(command="echo"), allowed=False)
        bench.tick()
        self.assertEqual((bench.work(), self.result(bench)), ([], (2, None)))

    def test_refresh_and_timer(self) -> None:
        bench = self.bench(amp(command="echo", refresh=7.0))
        runs = []
        for _ in range(8):
            bench.tick()
            runs.append(len(bench.work()))
            bench.now += 2
        self.assertEqual(runs, [1, 0, 0, 0, 1, 0, 0, 0])
        self.assertEqual(bench.tasks.amps()[0].since_seconds, 8.0)

    def test_levels(self) -> None:
        for count, low, high, level in (
                (2, None, None, "OK"), (2, 2, 2, "OK"), (2, 1, 3, "OK"), (2, 3, None, "WARNING"),
                (2, None, 1, "WARNING"), (0, 1, None, "CRITICAL"), (0, 0, None, "OK"), (None, 1, 2, "OK")):
            with self.subTest((count, low, high)):
                self.assertEqual(AmpResult(amp(countmin=low, countmax=high), count, None, None).level, level)

    def test_without_a_command_nothing_is_run(self) -> None:
        bench = self.bench(amp())
        bench.tick()
        self.assertEqual(bench.work(), [])
        self.assertRegex(bench.tasks.amps()[0].result or "", "^[0-9]+ process")

    def test_disabled(self) -> None:
        bench = self.bench(amp(), disable_plugin=("amps", "containers"))
        self.assertEqual(bench.tasks.amps(), [])


if __name__ == "__main__":
    unittest.main()
