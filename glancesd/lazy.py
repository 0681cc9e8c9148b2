"""lazy: what is made or imported when it is first used.

A regular expression costs a thirtieth of a second on a slow router, and of some sixty a start needs a few.
"""
from __future__ import annotations

import re
import sys

from .typed import TYPE_CHECKING, Any, AnyStr

if TYPE_CHECKING:
    def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """As re.compile."""
else:
    class pattern:
        def __init__(self, text, flags=0):
            self._text = text
            self._flags = flags

        def __getattr__(self, name: str) -> Any:
            """A method of the compiled pattern, kept: its next call finds it without coming here."""
            found = getattr(re.compile(self._text, self._flags), name)
            setattr(self, name, found)
            return found


def module(name: str) -> Any:
    """As importlib.import_module, which brings `warnings`: together 1 % of a start."""
    __import__(name)
    return sys.modules[name]
