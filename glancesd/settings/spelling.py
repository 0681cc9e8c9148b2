"""spelling: the name that a misspelt one is nearest to."""
from __future__ import annotations

from typing import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The most alike of the known names; "" when none is alike."""
    import difflib  # 0.3 MB resident: only where something is misspelt
    return next(iter(difflib.get_close_matches(word, list(known), 1)), "")


def meant(word: str, known: Iterable[str], form: str = "%s") -> str:
    """The end of a message: " (password_file?)", or "" when no name is alike."""
    found = nearest(word, known)
    return " (%s?)" % (form % found) if found else ""
