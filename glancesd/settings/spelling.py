"""spelling: the name that a misspelt one is nearest to."""
from __future__ import annotations

from ..typed import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The most alike of the known names, else one that begins with the word; "" when there is none."""
    import difflib  # 0.3 MB resident: only where something is misspelt
    names = list(known)
    longer = [name for name in names if len(word) > 2 and name.startswith(word)]
    return next(iter(difflib.get_close_matches(word, names, 1) + longer), "")


def meant(word: str, known: Iterable[str], form: str = "%s") -> str:
    """The end of a message: " (password_file?)", or "" when no name is alike."""
    found = nearest(word, known)
    return " (%s?)" % (form % found) if found else ""
