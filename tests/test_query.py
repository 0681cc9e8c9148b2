"""query: items and values of plugins of every type."""
from __future__ import annotations

import unittest
from typing import Any

from glancesd.answers import Refused
from glancesd.api import query

LIST = [{"pid": 1, "nice": -20, "name": "init", "up": True, "load": 8.9, "alias": "x", "top": []},
        {"pid": 22, "nice": 0, "name": "22", "up": False, "load": 0.0}]


class Item(unittest.TestCase):
    def test_found(self) -> None:
        table: tuple[tuple[Any, ...], ...] = (
            ({"used": 5}, "used", 5), ({"used": None}, "used", None), (LIST, "pid", [1, 22]),
            (LIST, "alias", ["x", None]), ([], "anything", []),
        )
        for value, name, expected in table:
            with self.subTest(name):
                self.assertEqual(query.item("p", value, name), {name: expected})

    def test_refused(self) -> None:
        for plugin, value in (("p", {"used": 5}), ("p", LIST), ("p", "text"), ("p", None), ("alert", [[1, 2], [3, 4]]),
                              ("alert", [])):
            with self.subTest(value), self.assertRaises(Refused) as caught:
                query.item(plugin, value, "nosuch", plugin != "alert")
            self.assertEqual(caught.exception.status, 404)
            self.assertIn("nosuch", caught.exception.message)


class Matching(unittest.TestCase):
    def test_in_the_type_of_the_field(self) -> None:
        table: tuple[tuple[Any, ...], ...] = (
            ("pid", "1", [0]), ("pid", "0001", [0]), ("pid", "1.0", [0]), ("pid", "1e0", [0]), ("pid", "99", []),
            ("pid", "x", []),
            ("pid", "²", []), ("pid", "١", []), ("pid", "1_0", []), ("pid", "+1", []), ("pid", "", []),
            ("pid", "inf", []),
            ("pid", "nan", []), ("pid", "9" * 5000, []), ("pid", "true", []),
            ("nice", "-20", [0]), ("nice", "0", [1]), ("nice", "-0", [1]),
            ("name", "init", [0]), ("name", "22", [1]), ("name", "Init", []), ("name", "22.0", []),
            ("up", "true", [0]), ("up", "False", [1]), ("up", "1", [0]), ("up", "0", [1]), ("up", "2", []),
            ("load", "8.9", [0]), ("load", "0", [1]), ("load", "8.90", [0]),
            ("alias", "x", [0]), ("alias", "null", [1]), ("top", "null", [1]), ("top", "[]", []),
        )
        for name, text, expected in table:
            with self.subTest(name=name, text=text[:20]):
                self.assertEqual(query.matching("p", LIST, name, text), {text: [LIST[index] for index in expected]})

    def test_empty_list(self) -> None:
        self.assertEqual(query.matching("p", [], "anything", "x"), {"x": []})

    def test_refused(self) -> None:
        for plugin, value, name in (("p", {"used": 5}, "used"), ("p", "text", "x"), ("p", None, "x"),
                                    ("p", LIST, "nosuch"), ("alert", [[1]], "0"), ("alert", [], "0")):
            with self.subTest(value), self.assertRaises(Refused) as caught:
                query.matching(plugin, value, name, "1", plugin != "alert")
            self.assertEqual(caught.exception.status, 404)


if __name__ == "__main__":
    unittest.main()
