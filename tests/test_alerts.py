"""alerts: what a series of (window, value, level) becomes, by an injected clock."""
from __future__ import annotations

import threading
import unittest
from typing import Any, Callable, Optional, Sequence

from glancesd.alerts import ONGOING_MOST, Alerts, Event, Observation, measure

# Wall clock at monotonic 0, unless a step says otherwise.
WALL = 1000.0


def nobody(key: str) -> list[Any]:
    return []


def show(alerts: Alerts, since: float, now: float, seen: Sequence[Observation], wall: float = WALL,
         top: Callable[[str], list[Any]] = nobody, source: str = "") -> None:
    alerts.observe(seen, wall + since, since, now, top, source)


def cpu(value: Optional[float], level: str, name: str = "CPU_USER") -> Observation:
    return Observation(name, value, level, measure(name))


def spans(alerts: Alerts) -> list[tuple[float, Optional[float], str, int]]:
    return [(event.begin, event.end, event.state, event.count) for event in alerts.events()]


class LifeCycle(unittest.TestCase):
    # Steps: (since, now, value, level, and the wall clock at monotonic 0 if it is not WALL), or None: nothing is shown.
    # Expected: (begin, end, state, count), newest first.
    TABLE: tuple[tuple[str, list[Any], list[Any]], ...] = (
        ("nothing ever over", [(0, 10, 5, "OK"), (10, 20, 60, "CAREFUL"), (20, 30, 1, "DEFAULT")], []),
        ("opens at the start of the window", [(0, 10, 80, "WARNING")], [(1000, None, "WARNING", 1)]),
        ("ends where the window that was not over began",
         [(0, 10, 80, "WARNING"), (10, 20, 5, "OK")],
         [(1000, 1010, "WARNING", 1)]),
        ("CAREFUL ends it",
         [(0, 10, 95, "CRITICAL"), (10, 20, 60, "CAREFUL")],
         [(1000, 1010, "CRITICAL", 1)]),
        ("no limit any more ends it",
         [(0, 10, 95, "CRITICAL"), (10, 20, 95, "DEFAULT")],
         [(1000, 1010, "CRITICAL", 1)]),
        ("state rises",
         [(0, 10, 80, "WARNING"), (10, 20, 95, "CRITICAL")],
         [(1000, None, "CRITICAL", 2)]),
        ("and never falls",
         [(0, 10, 95, "CRITICAL"), (10, 20, 80, "WARNING"), (20, 30, 5, "OK")],
         [(1000, 1020, "CRITICAL", 2)]),
        ("a gauge has no window",
         [(10, 10, 3, "WARNING"), (20, 20, 3, "WARNING"), (30, 30, 0, "OK")],
         [(1010, 1030, "WARNING", 2)]),
        ("a gauge over once",
         [(10, 10, 3, "WARNING"), (20, 20, 0, "OK")],
         [(1010, 1020, "WARNING", 1)]),
        ("short spike", [(0, 2, 99, "CRITICAL"), (2, 4, 5, "OK")], []),
        ("just too short", [(0, 5.9, 99, "CRITICAL"), (5.9, 8, 5, "OK")], []),
        ("just long enough",
         [(0, 6, 99, "CRITICAL"), (6, 8, 5, "OK")],
         [(1000, 1006, "CRITICAL", 1)]),
        ("long enough but for the last digit of a float",
         [(2.2, 8.2, 99, "CRITICAL"), (8.2, 10, 5, "OK")],
         [(1002.2, 1008.2, "CRITICAL", 1)]),
        ("flapping: each stretch for itself",
         [(0, 10, 80, "WARNING"), (10, 20, 5, "OK"), (20, 30, 95, "CRITICAL"), (30, 40, 5, "OK"),
          (40, 50, 80, "WARNING")],
         [(1040, None, "WARNING", 1), (1020, 1030, "CRITICAL", 1), (1000, 1010, "WARNING", 1)]),
        ("flapping faster than an event lasts",
         [(n, n + 2, 80, "WARNING") if n % 4 else (n, n + 2, 5, "OK") for n in range(0, 62, 2)],
         []),
        ("vanished while over: ended when last seen",
         [(0, 10, 95, "CRITICAL"), (10, 20, 95, "CRITICAL"), None, None],
         [(1000, 1020, "CRITICAL", 2)]),
        ("a gauge that vanished at once", [(10, 10, 95, "CRITICAL"), None], []),
        ("vanished and came back",
         [(0, 10, 80, "WARNING"), None, (20, 30, 80, "WARNING")],
         [(1020, None, "WARNING", 1), (1000, 1010, "WARNING", 1)]),
        ("NaN is not seen",
         [(0, 10, 80, "WARNING"), (10, 20, float("nan"), "CRITICAL")],
         [(1000, 1010, "WARNING", 1)]),
        ("None is not seen",
         [(0, 10, None, "CRITICAL"), (10, 20, 80, "WARNING")],
         [(1010, None, "WARNING", 1)]),
        ("infinity is not seen", [(0, 10, float("inf"), "CRITICAL")], []),
        ("clock steps forwards within",
         [(0, 10, 80, "WARNING"), (10, 20, 80, "WARNING", 5000), (20, 30, 5, "OK", 5000)],
         [(1000, 1020, "WARNING", 2)]),
        ("clock steps backwards within",
         [(0, 10, 80, "WARNING"), (10, 20, 80, "WARNING", -900), (20, 30, 5, "OK", -900)],
         [(1000, 1020, "WARNING", 2)]),
        ("newest first by the order of opening, whatever the clock",
         [(0, 10, 80, "WARNING"), (10, 20, 5, "OK"), (20, 30, 80, "WARNING", -900)],
         [(-880, None, "WARNING", 1), (1000, 1010, "WARNING", 1)]),
        # An hour of suspend: the wall clock runs, the monotonic clock does not.
        ("suspend while over",
         [(0, 10, 80, "WARNING"), (10, 20, 80, "WARNING", 4600), (20, 30, 5, "OK", 4600)],
         [(1000, 1020, "WARNING", 2)]),
        ("suspend between",
         [(0, 10, 80, "WARNING"), (10, 20, 5, "OK"), (20, 30, 80, "WARNING", 4600)],
         [(4620, None, "WARNING", 1), (1000, 1010, "WARNING", 1)]),
        ("the same window twice counts once",
         [(0, 10, 80, "WARNING"), (0, 10, 80, "WARNING")],
         [(1000, None, "WARNING", 1)]),
        ("an older window ends nothing",
         [(10, 20, 80, "WARNING"), (0, 10, 5, "OK")],
         [(1010, None, "WARNING", 1)]),
        ("windows that overlap never end before the beginning",
         [(10, 20, 80, "WARNING"), (1, 21, 5, "OK")],
         []),
    )

    def test_table(self) -> None:
        for name, steps, expected in self.TABLE:
            with self.subTest(name):
                alerts = Alerts()
                now = 0.0
                for step in steps:
                    if step is None:
                        now += 10
                        show(alerts, now - 10, now, [])
                    else:
                        since, now, value, level = step[:4]
                        show(alerts, since, now, [cpu(value, level)], *step[4:])
                self.assertEqual(spans(alerts), expected)

    def test_numbers(self) -> None:
        alerts = Alerts()
        for number, value in enumerate((80.0, 95.5, 71.5)):
            show(alerts, number * 10, number * 10 + 10, [cpu(value, "CRITICAL" if value > 90 else "WARNING")])
        self.assertEqual(alerts.events(), [
            Event(1000.0, None, "CRITICAL", "CPU_USER", 95.5, 247.0, 71.5, 3, (), "cpu")])

    def test_shortest_may_be_set(self) -> None:
        alerts = Alerts(min_seconds=0)
        show(alerts, 10, 10, [cpu(80, "WARNING")])
        show(alerts, 10, 10, [])
        self.assertEqual(spans(alerts), [(1010, 1010, "WARNING", 1)])

    def test_two_elements_of_one_name(self) -> None:
        alerts = Alerts()
        for since in (0, 10):
            show(alerts, since, since + 10, [cpu(value, level, "NETWORK_ETH0_RX") for value, level in (
                (5, "OK"), (99, "CRITICAL"), (80, "WARNING"))])
        self.assertEqual(spans(alerts), [(1000, None, "CRITICAL", 2)])
        self.assertEqual(alerts.events()[0].minimum, 99)


class Sources(unittest.TestCase):
    def test_one_source_says_nothing_of_another(self) -> None:
        alerts = Alerts()
        show(alerts, 0, 10, [cpu(80, "WARNING")], source="cpu")
        show(alerts, 10, 10, [cpu(80, "WARNING", "MEM")], source="memory")
        show(alerts, 20, 20, [], source="memory")
        self.assertEqual([(event.type, event.end) for event in alerts.events()], [("CPU_USER", None)])

    def test_a_source_that_is_turned_off(self) -> None:
        alerts = Alerts()
        for since in (0, 10):
            show(alerts, since, since + 10, [cpu(80, "WARNING"), cpu(50, "WARNING", "CPU_IOWAIT")], source="cpu")
        show(alerts, 20, 20, [cpu(80, "WARNING", "MEM")], source="memory")
        alerts.vanished("cpu")
        self.assertEqual([(event.type, event.end) for event in alerts.events()],
                         [("MEM", None), ("CPU_IOWAIT", 1020), ("CPU_USER", 1020)])


class TopProcesses(unittest.TestCase):
    def test_keys(self) -> None:
        for name, key in (("MEM", "memory"), ("MEMSWAP", "memory"), ("CPU_IOWAIT", "io"),
                          ("CPU_USER", "cpu"), ("LOAD", "cpu"), ("FS_/", "cpu")):
            with self.subTest(name):
                self.assertEqual(measure(name), key)

    def test_asked_only_when_critical_once_for_each_key(self) -> None:
        alerts = Alerts()
        asked: list[str] = []

        def top(key: str) -> list[str]:
            asked.append(key)
            self.assertEqual(alerts.events(), alerts.events())      # no lock is held: it may look at the log
            return [key + str(number) for number in range(5)]

        show(alerts, 0, 10, [cpu(80, "WARNING"), cpu(80, "WARNING", "MEM")], top=top)
        self.assertEqual(asked, [])
        show(alerts, 10, 20, [cpu(95, "CRITICAL", name) for name in ("CPU_USER", "CPU_SYSTEM", "MEM")], top=top)
        self.assertEqual(sorted(asked), ["cpu", "memory"])
        self.assertEqual([(event.type, event.top, event.measure) for event in alerts.events()], [
            ("CPU_SYSTEM", ("cpu0", "cpu1", "cpu2"), "cpu"),
            ("MEM", ("memory0", "memory1", "memory2"), "memory"),
            ("CPU_USER", ("cpu0", "cpu1", "cpu2"), "cpu")])

    def test_those_of_the_latest_critical_sample_stay(self) -> None:
        alerts = Alerts()
        latest = 0
        for latest, level in enumerate(("CRITICAL", "CRITICAL", "WARNING", "OK")):
            show(alerts, latest * 10, latest * 10 + 10, [cpu(90, level)], top=lambda key: [latest])  # noqa: B023
        self.assertEqual(alerts.events()[0].top, (1,))


class Bounds(unittest.TestCase):
    def finished(self, alerts: Alerts, count: int, begin: int = 0) -> None:
        for number in range(begin, begin + count):
            name = "FS_%d" % number
            show(alerts, number * 10, number * 10 + 10, [cpu(80, "WARNING", name)], source=name)
            show(alerts, number * 10 + 10, number * 10 + 20, [cpu(5, "OK", name)], source=name)

    def test_the_oldest_goes(self) -> None:
        alerts = Alerts()
        self.finished(alerts, 13)
        self.assertEqual([event.type for event in alerts.events()], ["FS_%d" % number for number in range(12, 2, -1)])

    def test_an_ongoing_one_is_never_pushed_out(self) -> None:
        alerts = Alerts()
        show(alerts, 0, 10, [cpu(80, "WARNING")], source="cpu")
        self.finished(alerts, 30, 1)
        events = alerts.events()
        self.assertEqual(len(events), 10)
        self.assertEqual((events[-1].type, events[-1].end), ("CPU_USER", None))
        show(alerts, 400, 410, [cpu(5, "OK")], source="cpu")
        events = alerts.events()
        self.assertEqual(len(events), 10)
        self.assertEqual((events[-1].type, events[-1].end), ("CPU_USER", 1400))

    def test_one_that_is_dropped_pushes_out_nothing(self) -> None:
        alerts = Alerts()
        self.finished(alerts, 10)
        before = alerts.events()
        show(alerts, 300, 302, [cpu(80, "WARNING")], source="cpu")
        self.assertEqual([event.type for event in alerts.events()],
                         ["CPU_USER", *(event.type for event in before[:-1])])
        show(alerts, 302, 304, [cpu(5, "OK")], source="cpu")
        self.assertEqual(alerts.events(), before)

    def test_more_ongoing_than_are_kept(self) -> None:
        alerts = Alerts(max_events=2)
        show(alerts, 0, 10, [cpu(80, "WARNING", "FS_%d" % number) for number in range(5)])
        self.assertEqual([event.type for event in alerts.events()], ["FS_4", "FS_3", "FS_2", "FS_1", "FS_0"])
        show(alerts, 10, 20, [cpu(5, "OK", "FS_%d" % number) for number in range(5)])
        self.assertEqual([event.type for event in alerts.events()], ["FS_4", "FS_3"])

    def test_hard_cap(self) -> None:
        alerts = Alerts()
        names = ["SENSORS_%d" % number for number in range(ONGOING_MOST + 50)]
        show(alerts, 0, 10, [cpu(80, "WARNING", name) for name in names])
        self.assertEqual({event.type for event in alerts.events()}, set(names[:ONGOING_MOST]))
        show(alerts, 10, 20, [cpu(80, "WARNING", name) for name in names[10:]])        # ten ended: ten others begin
        ongoing = [event for event in alerts.events() if event.end is None]
        self.assertEqual((len(ongoing), ongoing[0].begin), (ONGOING_MOST, 1010))

    def test_none_kept(self) -> None:
        alerts = Alerts(max_events=0)
        self.finished(alerts, 2)
        show(alerts, 100, 110, [cpu(80, "WARNING")])
        self.assertEqual([event.type for event in alerts.events()], ["CPU_USER"])

    def test_other_bounds_after_a_reload(self) -> None:
        alerts = Alerts()
        self.finished(alerts, 10)
        alerts.configure(3, 30.0)
        self.assertEqual([event.type for event in alerts.events()], ["FS_9", "FS_8", "FS_7"])
        self.finished(alerts, 1, 10)
        self.assertEqual([event.type for event in alerts.events()], ["FS_9", "FS_8", "FS_7"])


class Threads(unittest.TestCase):
    def test_readers_and_the_ticker_at_once(self) -> None:
        alerts = Alerts(max_events=5)
        problems: list[BaseException] = []
        over = threading.Event()

        def read() -> None:
            try:
                while not over.is_set():
                    if len(alerts.events()) > 5:
                        raise AssertionError("more than five events")
            except BaseException as problem:
                problems.append(problem)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for number in range(2000):
            show(alerts, number * 10, number * 10 + 10, [cpu(80, "OK" if number % 2 else "CRITICAL")])
        over.set()
        for reader in readers:
            reader.join()
        self.assertEqual(problems, [])
        self.assertEqual(len(alerts.events()), 5)


if __name__ == "__main__":
    unittest.main()
