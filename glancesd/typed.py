"""typed: the names of `typing`, for the type checker; and NamedTuple, which is a class at run time, too.

Annotations are never evaluated here, so a daemon that runs needs nothing of `typing`, and importing it costs 0.8 MB
resident and a tenth of a second on a slow router. Its NamedTuple writes Python source for each class and compiles it:
10 to 13 ms each on a MIPS 34Kf, and there are more than a hundred. The one below makes the same class (fields,
defaults, methods, speed) from code that is compiled with this file.
"""
from __future__ import annotations

TYPE_CHECKING = False                   # a type checker takes any variable of this name for true
if TYPE_CHECKING:
    from typing import AbstractSet as AbstractSet
    from typing import Any as Any
    from typing import AnyStr as AnyStr
    from typing import Callable as Callable
    from typing import Collection as Collection
    from typing import Container as Container
    from typing import Dict as Dict
    from typing import Generic as Generic
    from typing import Hashable as Hashable
    from typing import Iterable as Iterable
    from typing import Iterator as Iterator
    from typing import List as List
    from typing import Mapping as Mapping
    from typing import Match as Match
    from typing import MutableMapping as MutableMapping
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn
    from typing import Optional as Optional
    from typing import Pattern as Pattern
    from typing import Sequence as Sequence
    from typing import Tuple as Tuple
    from typing import TypeVar as TypeVar
    from typing import Union as Union
    from typing import overload as overload
else:
    class _Name:
        """Subscribed or called it comes to nothing, as in `TypeVar("T")`. `bases`: what a class made of it has."""

        def __init__(self, *bases):
            self._bases = bases

        def __getitem__(self, parameters):
            return self

        def __call__(self, *arguments, **options):
            return self

        def __mro_entries__(self, bases):
            return self._bases

    AbstractSet = Any = AnyStr = Callable = Collection = Container = Generic = Hashable = Iterable = Iterator = \
        List = Mapping = Match = MutableMapping = NoReturn = Optional = Pattern = Sequence = Tuple = TypeVar = Union = \
        overload = _Name()
    Dict = _Name(dict)
    try:
        from _collections import _tuplegetter
    except ImportError:                 # Python 3.7, PyPy
        from typing import NamedTuple
    else:
        # The constructor of a class with so many fields; a copy of its code gets the fields' names.
        _CONSTRUCTORS = (
            lambda cls: new(cls, ()),
            lambda cls, a: new(cls, (a,)),
            lambda cls, a, b: new(cls, (a, b)),
            lambda cls, a, b, c: new(cls, (a, b, c)),
            lambda cls, a, b, c, d: new(cls, (a, b, c, d)),
            lambda cls, a, b, c, d, e: new(cls, (a, b, c, d, e)),
            lambda cls, a, b, c, d, e, f: new(cls, (a, b, c, d, e, f)),
            lambda cls, a, b, c, d, e, f, g: new(cls, (a, b, c, d, e, f, g)),
            lambda cls, a, b, c, d, e, f, g, h: new(cls, (a, b, c, d, e, f, g, h)),
            lambda cls, a, b, c, d, e, f, g, h, i: new(cls, (a, b, c, d, e, f, g, h, i)),
            lambda cls, a, b, c, d, e, f, g, h, i, j: new(cls, (a, b, c, d, e, f, g, h, i, j)),
            lambda cls, a, b, c, d, e, f, g, h, i, j, k: new(cls, (a, b, c, d, e, f, g, h, i, j, k)),
            lambda cls, a, b, c, d, e, f, g, h, i, j, k, m: new(cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
            lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n: new(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
            lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o: new(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o)),
            lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p: new(
                cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p)),
            lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q: new(
                cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q)),
            lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r: new(
                cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r)),
        )
        new = tuple.__new__

        def _constructor(name, fields, defaults):
            if len(fields) >= len(_CONSTRUCTORS):
                return _wide_constructor(name, fields, defaults)
            model = _CONSTRUCTORS[len(fields)]
            code = model.__code__.replace(co_name="__new__", co_varnames=("cls", *fields))
            made = type(model)(code, globals(), "__new__", defaults)
            made.__qualname__ = name + ".__new__"
            return made

        def _wide_constructor(name, fields, defaults):
            default_of = dict(zip(fields[len(fields) - len(defaults):], defaults))

            def made(cls, *values, **named):
                if named or len(values) != len(fields):
                    rest, given = fields[len(values):], {**default_of, **named}
                    if len(values) > len(fields) or not named.keys() <= set(rest) <= given.keys():
                        raise TypeError("the fields of %s are %s" % (name, ", ".join(fields)))
                    values += tuple([given[field] for field in rest])
                return new(cls, values)
            return made

        class _Fields(tuple):
            """What every named tuple can do."""

            __slots__ = ()
            _fields = ()

            @classmethod
            def _make(cls, values):
                made = new(cls, values)
                if len(made) != len(cls._fields):
                    raise TypeError("%s has %d fields, not %d" % (cls.__name__, len(cls._fields), len(made)))
                return made

            def _replace(self, **changed):
                made = self._make(map(changed.pop, self._fields, self))
                if changed:
                    raise ValueError("no such fields: %s" % ", ".join(changed))
                return made

            def _asdict(self):
                return dict(zip(self._fields, self))

            def __getnewargs__(self):
                return tuple(self)

            def __repr__(self):
                return "%s(%s)" % (type(self).__name__, ", ".join(map("%s=%r".__mod__, zip(self._fields, self))))

        class _Declaration(type):
            """Turns the body of a class, its annotations and defaults, into a named tuple."""

            def __new__(cls, name, bases, body):
                if not bases:
                    return type.__new__(cls, name, bases, body)
                fields = tuple(body.get("__annotations__", ()))
                defaults = tuple(body.pop(field) for field in fields if field in body)
                body.update(__slots__=(), __new__=_constructor(name, fields, defaults), _fields=fields)
                body.update((field, _tuplegetter(place, None)) for place, field in enumerate(fields))
                return type(name, (_Fields,), body)

        class NamedTuple(metaclass=_Declaration):
            """class Point(NamedTuple): x: int; y: int = 0"""
