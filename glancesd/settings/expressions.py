r"""expressions: regular expressions of the settings file, on texts that any user of the machine may choose.

A search holds the interpreter until it ends, and nothing can interrupt it: `(a+)+$` takes 2^n steps for a command line
of n times "a". So a repetition of what can match in several ways is refused, and a text is searched only so far that
the steps stay within STEPS, of which a core does some 50 million a second:

    (a+)+   (a|aa)*   (.*a){20}     refused: the ways multiply at each turn
    foo     fo?o    (foo|bar)+      any start, one way from there: n steps (within a factor)
    \d+x    foo[a-z]*bar            any start, any length: n^2 steps, so 3,162 characters are searched
    \d+x\d+y                        n^3 steps: 215 characters; with a third \d+ refused

`.*` between parts of fixed length multiplies nothing: the parts are looked for one after the other. For that, and
unlike in `re`, the dot takes line breaks too.
"""
from __future__ import annotations

import re

from ..lazy import pattern
from ..typed import Any, Iterable, NamedTuple, Pattern

try:
    from re import _parser as _sre  # type: ignore[attr-defined]
except ImportError:                 # before Python 3.11
    import sre_parse as _sre

STEPS = 1e7
# A pattern that could not even be searched this far is refused.
_LEAST_CHARACTERS = 128
SEARCHED_CHARACTERS = 16384
# A repetition of up to this many times is counted, a longer one is taken for an endless one.
_COUNTED = 1000
_WAYS = 1e6
# A pattern is split at `.*` and `.*?`: those not in a set, not escaped, not repeated themselves.
_TOKEN = pattern(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\.\*\??(?![?+*{])|.", re.DOTALL)
_GLOBAL_FLAGS = pattern(r"\(\?[aiLmsux]+\)")

Tree = Iterable["tuple[Any, Any]"]       # as Python's own parser of patterns gives it: operator, argument


class Cost(NamedTuple):
    """In how many ways a pattern can match from one start: `ways` × n^`degree` in a text of n characters."""

    degree: int
    ways: float


class Expression(NamedTuple):
    """A regular expression whose search is bounded: its parts, one behind the other, and how far a text is searched."""

    pattern: str
    flags: int
    whole: bool
    parts: tuple[Pattern[str], ...]
    characters: int

    def matches(self, text: str) -> bool:
        """Whether it is found in the text; of a `whole` one, whether it is the text."""
        if len(text) > self.characters:
            if self.whole:
                return False
            text = text[:self.characters]
        position = 0
        for part in self.parts:
            found = part.search(text, position)
            if found is None:
                return False
            position = found.end()
        return True


def compiled(text: str, flags: int = 0, whole: bool = False) -> Expression:
    """An expression to be found in a text, or to be the `whole` of it. ValueError: it is wrong, or too costly."""
    try:
        regex = re.compile(text, flags)
        sources = _split(_GLOBAL_FLAGS.sub("", text, 1) if _GLOBAL_FLAGS.match(text) else text, regex.flags)
        if whole:
            sources = _anchored(sources, regex.flags)
        parts = [re.compile(source, regex.flags | re.DOTALL) for source in sources if source]
        characters = min([SEARCHED_CHARACTERS] + [_affordable(part) for part in parts])
        if characters < _LEAST_CHARACTERS:
            raise ValueError("needs a regular expression with fewer repetitions: a search could take for ever")
    except (re.error, OverflowError, RecursionError) as problem:
        raise ValueError("needs a regular expression (%s)" % problem) from None
    return Expression(text, flags, whole, tuple(parts), characters)


def _anchored(sources: list[str], flags: int) -> list[str]:
    if len(sources) > 1:
        return [r"\A" + sources[0], *sources[1:-1], sources[-1] + r"\Z"]
    ends_comment = "\n" if flags & re.VERBOSE else ""
    return [r"\A(?:%s%s)\Z" % (sources[0], ends_comment)]


def _split(text: str, flags: int) -> list[str]:
    """The parts between top-level `.*`. All but the last have one length: no later place of such a part is better."""
    tree = _sre.parse(text, flags)
    if flags & re.VERBOSE or "GROUPREF" in str(list(tree)):
        return [text]
    parts, depth = [""], 0
    for token in _TOKEN.findall(text):
        depth += (token == "(") - (token == ")")
        if depth == 0 and token == "|":
            return [text]
        if depth == 0 and token in (".*", ".*?") and _has_one_length(parts[-1], flags):
            parts.append("")
        else:
            parts[-1] += token
    return parts


def _has_one_length(part: str, flags: int) -> bool:
    low, high = _sre.parse(part, flags).getwidth()
    return bool(low == high)


def _affordable(part: Pattern[str]) -> int:
    """How many characters may be searched for a part."""
    items = list(_sre.parse(part.pattern, part.flags))
    cost = _cost(items)
    if items and _is_repeat(items[-1]):            # nothing behind it can fail and make it try again
        cost = _cost(items[:-1])
    anchored = bool(items) and str(items[0][1]) in ("AT_BEGINNING_STRING", "AT_BEGINNING")
    return int((STEPS / cost.ways) ** (1 / max(1, cost.degree + (not anchored))))


def _is_repeat(item: tuple[Any, Any]) -> bool:
    return str(item[0]).endswith("_REPEAT")


def _cost(tree: Tree) -> Cost:
    """The cost of a sequence. ValueError when it is not bounded by a power of the text's length."""
    degree, ways = 0, 1.0
    for operator, argument in tree:
        cost = _cost_of(str(operator), argument)
        degree, ways = degree + cost.degree, ways * cost.ways
    if ways > _WAYS:
        raise ValueError("needs a regular expression that can match in fewer ways: a search could take for ever")
    return Cost(degree, ways)


def _cost_of(operator: str, argument: Any) -> Cost:
    if operator.endswith("_REPEAT"):
        low, high, body = argument
        return _repeated(int(low), int(high), _cost(body))
    if operator == "BRANCH":
        return _either([_cost(tree) for tree in argument[1]], argument[1])
    if operator == "GROUPREF_EXISTS":
        return _either([_cost(tree or ()) for tree in argument[1:]], ((), ()))
    if operator in ("SUBPATTERN", "ASSERT", "ASSERT_NOT"):
        return _cost(argument[-1])
    if operator == "ATOMIC_GROUP":
        return _cost(argument)
    return Cost(int(operator.startswith("GROUPREF")), 1.0)


def _repeated(low: int, high: int, body: Cost) -> Cost:
    if high <= 1:
        return Cost(body.degree, body.ways + (low == 0))
    if body == Cost(0, 1.0):
        return Cost(0, 1.0 + high - low) if high - low <= _COUNTED else Cost(1, 1.0)
    if high > _COUNTED or body.ways > 1 and high > 20 or body.degree * high > 3:
        raise ValueError("needs a regular expression without a repetition in another: (a+)+ can take for ever")
    return Cost(body.degree * high, (1.0 + high - low) * body.ways ** high)


def _either(costs: list[Cost], branches: Any) -> Cost:
    """Branches that begin with different letters exclude each other: one way."""
    first = {_first_letter(tree) for tree in branches}
    apart = "" not in first and len(first) == len(costs)
    return Cost(max(cost.degree for cost in costs), (max if apart else sum)(cost.ways for cost in costs))


def _first_letter(tree: Any) -> str:
    """In lower case; "" when it is no certain one (outside ASCII, letters of two cases are not always two letters)."""
    if not len(tree) or str(tree[0][0]) != "LITERAL":
        return ""
    letter = int(tree[0][1])
    return chr(letter).lower() if letter < 128 else ""
