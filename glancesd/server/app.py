"""app: what answers a request: first access, then the paths of the site."""
from __future__ import annotations

from typing import Callable, Optional

from ..answers import Answer, Application, Refused, Request
from ..api.site import Site
from .access import Access

METHODS = ("GET", "HEAD", "OPTIONS")
_ALLOW = "Allow: " + ", ".join(METHODS)


class App(Application):
    """The rules and paths of one Settings; a reload makes another."""

    def __init__(self, access: Access, site: Site) -> None:
        self._access = access
        self._site = site

    def caller(self, address: str) -> None:
        self._access.caller(address)

    def error(self, refused: Refused, request: Optional[Request] = None) -> Answer:
        return self._site.error(refused, request)

    def prepare(self, request: Request) -> tuple[Callable[[], Answer], tuple[str, ...]]:
        if request.method == "OPTIONS":           # before password and Host: it tells nothing
            allowed = Answer(b"", headers=(_ALLOW, *self._access.preflight(request)))
            return lambda: allowed, ()
        headers = self._access.cors(request)
        try:
            if request.method not in METHODS:
                raise Refused(405, "%s is not answered here: %s are" % (request.method[:40], ", ".join(METHODS)),
                              _ALLOW)
            self._access.host(request)
            endpoint, is_open = self._site.find(request)
        except Refused as refused:
            refusal = refused
            if refused.status == 404 and self._access.needs_password:
                return lambda: self._guarded(request, lambda: self.error(refusal, request)), headers
            answer = self.error(refused, request)
            return lambda: answer, headers
        if is_open or not self._access.needs_password:
            return endpoint, headers
        return lambda: self._guarded(request, endpoint), headers

    def _guarded(self, request: Request, endpoint: Callable[[], Answer]) -> Answer:
        self._access.password(request)
        return endpoint()
