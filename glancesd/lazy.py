"""lazy: regular expressions that are compiled when they are first used.

One costs a thirtieth of a second on a slow router, and of some sixty a start needs a dozen.
"""
from __future__ import annotations

import re

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
