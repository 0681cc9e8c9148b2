"""shared: answers made once for all who ask, how many are kept, and what they hold on to."""
from __future__ import annotations

import gc
import threading
import unittest
from unittest import mock

from glancesd import threads
from glancesd.answers import Answer
from glancesd.api import shared
from glancesd.api.shared import ANSWERS, Shared
from tests.assembly import fixture


def answer(size: int = 1) -> Answer:
    return Answer(b"x" * size)


class Kept(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 0.0
        self.shared = Shared(lambda: self.now)

    def test_made_anew_when_what_it_is_made_of_changes(self) -> None:
        made = [self.shared.take("key", made_of, answer) for made_of in (1, 1, 2, 1)]
        self.assertIs(made[0], made[1])
        self.assertEqual(len(set(map(id, made))), 3)

    def test_so_many(self) -> None:
        first = self.shared.take(0, None, answer)
        for key in range(1, ANSWERS):
            self.shared.take(key, None, answer)
        self.assertIs(self.shared.take(0, None, answer), first)
        self.shared.take(ANSWERS, None, answer)                # the one asked for longest ago is 1 now
        self.assertIs(self.shared.take(0, None, answer), first)
        self.assertEqual(self.shared.take(1, None, lambda: answer(7)).body, b"x" * 7)

    def test_so_many_bytes(self) -> None:
        with mock.patch.object(shared, "BYTES", 100):
            for key in range(5):
                self.shared.take(key, None, lambda: answer(40))
            kept = [key for key in range(5) if self.shared.take(key, None, lambda: answer(0)).body]
            self.assertEqual(kept, [3, 4])
            large = self.shared.take("large", None, lambda: answer(400))         # the newest stays, whatever its size
            self.assertIs(self.shared.take("large", None, answer), large)

    def test_large_ones_are_made_alone_whatever_was_asked_before(self) -> None:
        for key in range(ANSWERS + 5):
            self.shared.take(key, None, lambda: answer(threads.LARGE_BYTES))
        for key, made_of, size, alone in ((ANSWERS + 4, 1, threads.LARGE_BYTES, True), (ANSWERS + 4, 2, 1, True),
                                          (ANSWERS + 4, 3, 1, False), (ANSWERS + 5, 1, 1, False)):
            with self.subTest(made_of), mock.patch.object(threads, "alone", wraps=threads.alone) as used:
                self.now += 1.0
                self.shared.take(key, made_of, lambda size=size: answer(size))       # type: ignore[misc]
                self.assertEqual(bool(used.call_count), alone)

    def test_a_large_one_is_given_again_for_a_moment(self) -> None:
        """Whatever changed: what it is made of is renewed piece by piece, ten times within 0.2 s."""
        size = threads.MADE_BYTES_PER_SECOND // 4
        first = self.shared.take("key", 1, lambda: answer(size))
        self.now += 0.24
        self.assertIs(self.shared.take("key", 2, answer), first)
        self.now += 0.02
        self.assertIsNot(self.shared.take("key", 2, answer), first)
        small = self.shared.take("small", 1, answer)
        self.assertIsNot(self.shared.take("small", 2, answer), small)

    def test_a_large_one_is_not_held_beside_the_next(self) -> None:
        size = threads.LARGE_BYTES
        self.shared.take("key", 1, lambda: answer(size))
        self.now += 1.0
        alive: list[bool] = []

        def make() -> Answer:
            alive.append("key" in self.shared._answers)
            self.now += 5.0
            return answer(size)

        self.shared.take("key", 2, make)
        self.assertEqual(alive, [False])
        self.now += 4.9                                 # what took five seconds is given again for as long
        self.shared.take("key", 3, make)
        self.now += 0.2
        self.shared.take("key", 3, make)
        self.assertEqual(alive, [False, False])

    def test_one_maker_for_all_who_ask_at_once(self) -> None:
        release, asked = threading.Event(), threading.Event()
        made: list[Answer] = []

        def slowly() -> Answer:
            asked.set()
            release.wait(10)
            return answer()

        callers = [threading.Thread(target=lambda: made.append(self.shared.take("key", 1, slowly))) for _ in range(4)]
        for caller in callers:
            caller.start()
        self.assertTrue(asked.wait(10))
        release.set()
        for caller in callers:
            caller.join()
        self.assertEqual((len(made), len(set(map(id, made)))), (4, 1))


class OfPages(unittest.TestCase):
    def test_an_answer_about_a_page_does_not_keep_the_page(self) -> None:
        """The client names the value: 64 of them would keep 64 process lists, of 5.7 MB each beside 5,000 processes."""
        house = fixture("lxc")
        for path in ("pid/%d", "name/%d", "pid"):
            for number in range(20):
                house.time.sleep(5 + number / 7)
                house.answer("/api/2/processlist/" + (path % number if "%" in path else path))
        gc.collect()
        beginning = house.answer("/api/2/processlist").body[:40]
        lists = [found for found in gc.get_objects() if isinstance(found, Answer) and found.body[:40] == beginning]
        self.assertLessEqual(len(lists), 2)


if __name__ == "__main__":
    unittest.main()
