"""stock: `http.server` without the modules that nothing but its own request handlers uses, 6 MB resident (4 of it ssl).

Stand-ins take their places while it is imported. Whoever imports one of them, or http.server, then gets the real one.
"""
from __future__ import annotations

import http
import sys
from types import ModuleType
from typing import Any

_UNUSED = ("email", "email.utils", "html", "http.client", "shutil")      # http.client brings ssl


class _StandIn(ModuleType):
    """Has whatever the body of a class asks for: `MessageClass = http.client.HTTPMessage`."""

    def __getattr__(self, name: str) -> Any:
        return object


_real = {name: sys.modules.pop(name, None) for name in (*_UNUSED, "http.server")}
_client = vars(http).get("client")
try:
    sys.modules.update({name: _StandIn(name) for name in _UNUSED})
    vars(http)["client"] = sys.modules["http.client"]
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
finally:
    for _name, _module in _real.items():
        del sys.modules[_name]
        if _module is not None:
            sys.modules[_name] = _module
    vars(http)["client"] = _client

__all__ = ["BaseHTTPRequestHandler", "ThreadingHTTPServer"]
