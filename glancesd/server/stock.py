"""stock: `http.server` without the modules that nothing but its own request handlers uses, 6 MB resident (4 of it ssl).

Stand-ins take their places while it is imported. Whoever imports one of them, or http.server, then gets the real one.
"""
from __future__ import annotations

import http
import sys
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Iterator

_UNUSED = ("email", "email.utils", "html", "http.client", "shutil")      # http.client brings ssl


class _StandIn(ModuleType):
    """Has whatever the body of a class asks for: `MessageClass = http.client.HTTPMessage`."""

    def __getattr__(self, name: str) -> Any:
        return object


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
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
except Exception:              # a Python to come may use more of them as it is imported: then it gets them
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["BaseHTTPRequestHandler", "ThreadingHTTPServer"]
