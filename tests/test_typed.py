"""typed: our NamedTuple beside the standard library's, and that no `typing` is loaded."""
from __future__ import annotations

import copy
import typing
import unittest
from typing import Any, Callable

from glancesd import typed


class Ours(typed.NamedTuple):
    """A class with all that a declaration can have."""

    read_bytes: int
    written_bytes: int = 7
    name: typed.Optional[str] = None

    @property
    def bytes(self) -> int:
        return self.read_bytes + self.written_bytes

    def named(self, name: str) -> Ours:
        return self._replace(name=name)


class Theirs(typing.NamedTuple):
    read_bytes: int
    written_bytes: int = 7
    name: typing.Optional[str] = None


class Wide(typed.NamedTuple):
    """More fields than there are models of constructors."""

    a: int
    b: int
    c: int
    d: int
    e: int
    f: int
    g: int
    h: int
    i: int
    j: int
    k: int
    m: int
    n: int
    o: int
    p: int
    q: int
    r: int
    s: int = 15


class NamedTuples(unittest.TestCase):
    def both(self, ask: Callable[[Any], Any]) -> None:
        self.assertEqual(ask(Ours), ask(Theirs))

    def test_values(self) -> None:
        self.both(lambda cls: tuple(cls(1)))
        self.both(lambda cls: tuple(cls(1, 2, "x")))
        self.both(lambda cls: tuple(cls(name="x", read_bytes=1)))
        self.both(lambda cls: (cls(1).read_bytes, cls(1).written_bytes, cls(1).name))
        self.both(lambda cls: cls(1) == (1, 7, None) and hash(cls(1)) == hash((1, 7, None)))
        self.both(lambda cls: tuple(cls._make([1, 2, "x"])))
        self.both(lambda cls: tuple(cls(1)._replace(name="x", read_bytes=0)))
        self.both(lambda cls: cls(1)._asdict())
        self.both(lambda cls: cls._fields)
        self.both(lambda cls: repr(cls(1, name="x"))[len(cls.__name__):])
        self.both(lambda cls: type(copy.copy(cls(1))) is cls and tuple(copy.deepcopy(cls(1))))
        self.both(lambda cls: isinstance(cls(1), tuple))

    def test_refused(self) -> None:
        def error(cls: Any, wrong: Callable[[Any], object]) -> type:
            with self.assertRaises(Exception) as caught:
                wrong(cls)
            return type(caught.exception)

        for wrong in (lambda cls: cls(), lambda cls: cls(1, 2, 3, 4), lambda cls: cls(1, other=2),
                      lambda cls: cls._make([1]), lambda cls: setattr(cls(1), "name", "x"),
                      lambda cls: setattr(cls(1), "other", "x")):
            self.both(lambda cls, wrong=wrong: error(cls, wrong))       # type: ignore[misc]
        with self.assertRaisesRegex((TypeError, ValueError), "other"):
            Ours(1)._replace(other=2)                                   # type: ignore[call-arg]

    def test_body_of_the_class(self) -> None:
        self.assertEqual((Ours(1).bytes, Ours(1).named("x").name), (8, "x"))
        self.assertEqual((Ours.__name__, Ours.__qualname__, Ours.__module__), ("Ours", "Ours", __name__))

    def test_wide(self) -> None:
        made = Wide(*range(17))
        self.assertEqual((tuple(made), made.r, made.s), ((*range(17), 15), 16, 15))
        self.assertEqual(tuple(Wide(*range(18))), tuple(range(18)))
        self.assertEqual(tuple(Wide(*range(10), **dict(zip("mnopqrk", range(10, 17))))),
                         (*range(10), 16, *range(10, 16), 15))
        self.assertEqual(made._replace(a=5, s=6), (5, *range(1, 17), 6))
        for values, named in ((range(16), {}), (range(19), {}), (range(18), {"s": 1}), (range(17), {"r": 1}),
                              (range(17), {"other": 1}), (range(16), {"s": 1})):
            with self.subTest(values=values, named=named), self.assertRaises(TypeError):
                Wide(*values, **named)


if __name__ == "__main__":
    unittest.main()
