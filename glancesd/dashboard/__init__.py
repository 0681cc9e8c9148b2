"""dashboard: the page at `/`, for whoever opens the box in a browser: the files beside this one, as they are.

A file is read when a browser first asks for it, and kept for the daemon's life. It is read with the package's own
loader, which also reads from a zipapp; importlib.resources would too, but costs memory and is missing on some routers.
"""
from __future__ import annotations

import os
from functools import partial

from ..answers import Answer, Request
from ..typed import Callable, Mapping

# The version of the API that the page asks.
API = "2"
# The path below `/`, its file and type.
FILES: Mapping[str, tuple[str, str]] = {
    "": ("page.html", "text/html; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
    "figures.js": ("figures.js", "text/javascript; charset=utf-8"),
    "style.css": ("style.css", "text/css; charset=utf-8"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
}

# Nothing but these files and this daemon's API; and the browser itself refuses to take text for HTML (Trusted Types).
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          "require-trusted-types-for 'script'; trusted-types 'none'")


class Dashboard:
    """The answers with the page's files. State: those that were asked for, 0.1 MB together."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}

    def endpoints(self) -> dict[str, Callable[[Request], Answer]]:
        """What answers each of the page's paths, by their one segment."""
        return {path: partial(self._file, path) for path in FILES}

    def _file(self, path: str, request: Request) -> Answer:
        answer = self._answers.get(path)
        if answer is None:
            name, content_type = FILES[path]
            answer = Answer(read(name), content_type, headers=("Content-Security-Policy: " + POLICY,))
            answer = self._answers.setdefault(path, answer)
        return answer


def read(name: str) -> bytes:
    """One of the files of this package."""
    loader = __spec__.loader
    data: bytes = loader.get_data(os.path.join(os.path.dirname(__file__), name))       # type: ignore[union-attr]
    return data
