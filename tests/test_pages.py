"""pages: made once for a reading, given while it is fresh, and what a plugin that cannot be made costs the others."""
from __future__ import annotations

import errno
import threading
import unittest
from typing import Any, Callable
from unittest import mock

from glancesd import readings, threads
from glancesd.answers import Refused
from glancesd.api import v2
from glancesd.api.dialect import Plugin
from glancesd.api.pages import CONSTANT_SECONDS, STALE_SECONDS
from glancesd.readings import Sampled
from glancesd.roots import NoData, Roots
from tests.assembly import House, fixture
from tests.daemon import strict_json


class Case(unittest.TestCase):
    """A machine that has load averages and a clock, and nothing else."""

    def setUp(self) -> None:
        self.load: Any = ("a", "load")
        self.sample: Callable[[], Any] = lambda: self.load
        self.rendered: list[Any] = []

        def render(settings: Any, load: Any) -> Any:
            self.rendered.append(load.value)
            if isinstance(load.value, Exception):
                raise load.value
            return {"min1": load.value[1]}

        changed = mock.patch.dict(v2.PLUGINS, {"load": Plugin(("load",), render, {})})
        changed.start()
        self.addCleanup(changed.stop)
        self.house = self.make()

    def make(self, **settings: Any) -> House:
        return House(Roots("/nonexistent", "/nonexistent", "/nonexistent"),
                      {"load": Sampled(lambda roots: self.sample())}, **settings)


class Fresh(Case):
    def test_made_once(self) -> None:
        page = self.house.pages.page("load")
        self.assertEqual((page.value, page.answer.body), ({"min1": "load"}, b'{"min1": "load"}'))
        self.house.time.sleep(0.99)
        self.assertIs(self.house.pages.page("load"), page)
        self.assertEqual(self.rendered, [self.load])

    def test_made_anew_when_it_is_old(self) -> None:
        page = self.house.pages.page("load")
        self.house.time.sleep(1)
        self.load = ("another", "load 2")
        self.assertEqual(self.house.pages.page("load").value, {"min1": "load 2"})
        self.assertIsNot(self.house.pages.page("load"), page)

    def test_of_the_same_readings_it_is_the_same(self) -> None:
        """A source that fails keeps its reading: nothing is rendered again, and the answer's compressed form stays."""
        page = self.house.pages.page("load")
        self.sample = mock.Mock(side_effect=OSError(5, "Input/output error"))
        self.house.time.sleep(5)
        later = self.house.pages.page("load")
        self.assertIs(later.answer, page.answer)
        self.assertEqual(self.rendered, [self.load])
        self.assertGreater(later.until, self.house.time.now)

    def test_of_another_reading_that_says_the_same_it_is_the_same_answer(self) -> None:
        page = self.house.pages.page("load")
        self.house.time.sleep(1)
        self.load = ("another", "load")
        later = self.house.pages.page("load")
        self.assertIs(later.answer, page.answer)
        self.assertEqual(self.rendered, [("a", "load"), ("another", "load")])
        self.assertEqual(later.until, self.house.time.now + 1)

    def test_constants(self) -> None:
        page = self.house.pages.page("help")
        self.house.time.sleep(CONSTANT_SECONDS - 1)
        self.assertIs(self.house.pages.page("help"), page)
        self.assertEqual(page.value, v2.HELP)

    def test_ten_at_once_make_one(self) -> None:
        reading, go_on = threading.Event(), threading.Event()

        def sample() -> Any:
            reading.set()
            go_on.wait(30)
            return self.load

        self.sample = sample
        pages: list[Any] = []
        threads = [threading.Thread(target=lambda: pages.append(self.house.pages.page("load"))) for _ in range(10)]
        for thread in threads:
            thread.start()
        self.assertTrue(reading.wait(30))
        go_on.set()
        for thread in threads:
            thread.join(30)
        self.assertEqual((len(pages), len({id(page) for page in pages}), len(self.rendered)), (10, 1, 1))


class Absent(Case):
    def test_what_the_kernel_has_not_got_is_the_plugins_empty_value(self) -> None:
        self.sample = mock.Mock(side_effect=NoData("no such file"))
        self.assertEqual(self.house.pages.page("load").value, {})
        self.assertEqual((self.rendered, self.house.pages.problems, self.house.lines), ([], {}, []))

    def test_every_plugin_of_a_machine_that_has_nothing(self) -> None:
        for name, plugin in v2.PLUGINS.items():
            with self.subTest(name):
                value = self.house.pages.page(name).value
                if name not in ("load", "now", "help", "system"):
                    self.assertEqual(value, plugin.empty)
        self.assertEqual(self.house.pages.problems, {})

    def test_disabled(self) -> None:
        house = self.make(disable_plugin=("load", "raid"))
        self.assertEqual([name for name in v2.PLUGINS if name not in house.pages.enabled], ["load", "raid"])
        everything = strict_json(house.pages.all().answer.body)
        self.assertEqual((everything["load"], everything["raid"], list(everything)), ({}, {}, list(v2.PLUGINS)))
        self.assertEqual(self.rendered, [])


class Broken(Case):
    def test_it_costs_its_plugin_and_one_line(self) -> None:
        self.load = ZeroDivisionError("division by zero")
        for _ in range(3):
            self.assertEqual(self.house.pages.page("load").answer.body, b"{}")
            self.house.time.sleep(1)
        self.assertEqual(self.house.lines, ["glancesd: load: ZeroDivisionError: division by zero\n"])
        self.assertEqual(self.house.pages.problems, {"load": "ZeroDivisionError: division by zero"})
        self.assertIn("now", strict_json(self.house.pages.all().answer.body))

    def test_it_recovers(self) -> None:
        self.load = ZeroDivisionError("division by zero")
        self.house.pages.page("load")
        self.load = ("a", "load")
        self.house.time.sleep(1)
        self.assertEqual(self.house.pages.page("load").value, {"min1": "load"})
        self.assertEqual(self.house.pages.problems, {})

    def test_what_json_cannot_say(self) -> None:
        for number in (float("nan"), float("inf"), {1, 2}):
            with self.subTest(str(number)):
                self.load = ("a", number)
                self.house.time.sleep(1)
                self.assertEqual(self.house.pages.page("load").answer.body, b"{}")
                self.assertIn("load", self.house.pages.problems)


class All(Case):
    def test_every_plugin_as_it_is_served_by_itself(self) -> None:
        everything = strict_json(self.house.pages.all().answer.body)
        self.assertEqual(list(everything), list(v2.PLUGINS))
        for name in v2.PLUGINS:
            with self.subTest(name):
                self.assertEqual(everything[name], strict_json(self.house.pages.page(name).answer.body))

    def test_fresh_as_long_as_every_part_is(self) -> None:
        everything = self.house.pages.all()
        self.assertIs(self.house.pages.all(), everything)
        self.assertEqual(everything.until, min(self.house.pages.page(name).until for name in v2.PLUGINS))
        self.house.time.sleep(1)
        self.assertGreater(self.house.pages.all().until, everything.until)

    def test_made_of_what_did_not_change_it_is_the_same_answer(self) -> None:
        house = self.make(disable_plugin=tuple(name for name in v2.PLUGINS if name != "load"))
        everything = house.pages.all()
        house.time.sleep(1)
        self.assertIs(house.pages.all().answer, everything.answer)
        self.load = ("another", "load 2")
        house.time.sleep(1)
        self.assertIsNot(house.pages.all().answer, everything.answer)

    def test_a_large_one_is_given_again_for_a_moment(self) -> None:
        with mock.patch.multiple(threads, LARGE_BYTES=1, MADE_BYTES_PER_SECOND=2):
            everything = self.house.pages.all()
            self.assertEqual(everything.until, self.house.time.now + len(everything.answer.body) / 2)
            self.house.time.sleep(2)
            self.assertIs(self.house.pages.all(), everything)

    def test_all_disabled(self) -> None:
        house = self.make(disable_plugin=tuple(v2.PLUGINS))
        empty = {name: plugin.empty for name, plugin in v2.PLUGINS.items()}
        self.assertEqual(strict_json(house.pages.all().answer.body), empty)


class Hanging(Case):
    """Somebody's sample hangs in the kernel: the others get what there is."""

    def setUp(self) -> None:
        super().setUp()
        patched = mock.patch.object(readings, "TURN_SECONDS", 0.01)
        patched.start()
        self.addCleanup(patched.stop)

    def hang(self) -> None:
        reading, go_on = threading.Event(), threading.Event()

        def sample() -> Any:
            reading.set()
            go_on.wait(30)
            return ("too", "late")

        self.sample = sample
        thread = threading.Thread(target=lambda: self.house.pages.page("load"))
        self.addCleanup(thread.join, 30)
        self.addCleanup(go_on.set)
        thread.start()
        self.assertTrue(reading.wait(30))
        self.go_on, self.thread = go_on, thread

    def test_the_page_of_before(self) -> None:
        before = self.house.pages.page("load")
        self.house.time.sleep(1)
        self.hang()
        stale = self.house.pages.page("load")
        self.assertIs(stale.answer, before.answer)
        self.assertEqual(stale.until, self.house.time.now + STALE_SECONDS)
        self.assertEqual(strict_json(self.house.pages.all().answer.body)["load"], {"min1": "load"})

    def test_the_empty_value_when_there_is_none(self) -> None:
        self.hang()
        self.assertEqual(self.house.pages.page("load").answer.body, b"{}")

    def test_nothing_known_is_not_served_as_nothing(self) -> None:
        """Whoever asks gets 503 until the first look has come back; of all plugins one is left empty after a minute."""
        self.hang()
        for path in ("/api/2/load", "/api/2/load/min1", "/api/4/load/min1", "/api/2/all", "/api/4/all"):
            with self.subTest(path), self.assertRaises(Refused) as caught:
                self.house.answer(path)
            self.assertEqual((caught.exception.status, caught.exception.headers), (503, ("Retry-After: 1",)))
        self.assertEqual(self.house.json("/api/2/psutilversion"), None)
        self.house.time.sleep(60)
        self.assertEqual(self.house.json("/api/2/all")["load"], {})
        self.go_on.set()
        self.thread.join(30)
        self.assertEqual(self.house.json("/api/2/load"), {"min1": "late"})

    def test_no_descriptor_for_the_second_of_two_samples(self) -> None:
        """What compares two has told nothing yet, although it has its first."""
        house = fixture("server")
        house.readings.take("load")
        with mock.patch.object(house.readings.slots["processes_sample"], "_sample",
                               side_effect=OSError(errno.EMFILE, "short")), self.assertRaises(Refused) as caught:
            house.answer("/api/2/processlist")
        self.assertEqual(caught.exception.status, 503)
        house.time.sleep(2)
        self.assertTrue(house.json("/api/2/processlist"))

    def test_no_descriptor_for_the_first_look(self) -> None:
        for number, status in ((errno.EMFILE, 503), (errno.ENOMEM, 503), (errno.EIO, 200)):
            self.house = self.make()
            with self.subTest(errno.errorcode[number]):
                with mock.patch.object(self, "sample", side_effect=OSError(number, "short")):
                    found = 200
                    try:
                        self.house.answer("/api/2/load")
                    except Refused as refused:
                        found = refused.status
                    self.assertEqual(found, status)
                self.house.time.sleep(1.5)
                self.assertEqual(self.house.json("/api/2/load"), {"min1": "load"})

    def test_it_recovers(self) -> None:
        self.hang()
        self.house.pages.page("load")
        self.go_on.set()
        self.thread.join(30)
        self.assertEqual(self.house.pages.page("load").value, {"min1": "late"})


class Views(unittest.TestCase):
    def test_colours_that_fail_cost_their_plugin_alone(self) -> None:
        house = fixture("router")
        healthy = strict_json(house.answer("/api/2/all/views").body)
        usual = house.watch.levels
        house.time.sleep(5)

        def failing(plugin: str) -> Any:
            if plugin == "mem":
                raise OverflowError("a figure too large for a fraction")
            return usual(plugin)

        with mock.patch.object(house.watch, "levels", failing):
            views = strict_json(house.answer("/api/2/all/views").body)
        self.assertEqual({name for name in healthy if views[name] != healthy[name]}, {"mem"})
        self.assertEqual(set(views["mem"]), set(healthy["mem"]))
        self.assertEqual(views["mem"]["percent"]["decoration"], "DEFAULT")
        self.assertIn("plugin:mem", strict_json(house.health.ready().body)["checks"])


if __name__ == "__main__":
    unittest.main()
