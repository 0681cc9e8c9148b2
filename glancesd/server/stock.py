"""stock: ThreadingHTTPServer without the 6 MB that `import http.server` costs for handlers that nobody here uses.

http.server imports email, html, http.client (which brings ssl, 4 MB), shutil, urllib and more for its ready-made
request handlers: 18.7 MB resident instead of 12 (socketserver alone: 10.3). While it is imported here, stand-ins take
the places of those modules; whoever imports one of them, or http.server, afterwards gets the real one.
"""
from __future__ import annotations

import http
import sys
from contextlib import contextmanager
from types import ModuleType

from ..typed import Any, Iterator

_UNUSED = ("copy", "datetime", "email", "email.utils", "html", "http.client", "mimetypes", "shutil", "urllib",
           "urllib.parse")                                               # http.client brings ssl


class _StandIn(ModuleType):
    """Has whatever the body of a class asks for: `MessageClass = http.client.HTTPMessage`."""

    def __getattr__(self, name: str) -> Any:
        return {} if name == "types_map" else object        # 3.7 and 3.8 copy mimetypes' and add to it


@contextmanager
def _stand_ins() -> Iterator[None]:
    real = {name: sys.modules.pop(name, None) for name in (*_UNUSED, "http.server")}
    client = vars(http).get("client")
    try:
        sys.modules.update({name: _StandIn(name) for name in _UNUSED})
        vars(http)["client"] = sys.modules["http.client"]
        yield
    finally:
        for name, module in real.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
        vars(http)["client"] = client


try:
    with _stand_ins():
        from http.server import ThreadingHTTPServer
except Exception:              # a Python to come may use more of them as it is imported: then it gets them
    from http.server import ThreadingHTTPServer

__all__ = ["ThreadingHTTPServer"]
