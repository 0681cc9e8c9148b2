"""app: what answers a request: first access, then the paths of the site."""
from __future__ import annotations

from functools import partial

from ..answers import Answer, Application, Guard, Refused, Request
from ..api.site import Site
from ..typed import Callable, Optional
from .access import Access

METHODS = ("GET", "HEAD", "OPTIONS")
_BEFORE_PASSWORD = (405, 421)
_ALLOW = "Allow: " + ", ".join(METHODS)


class App(Application):
    """The rules and paths of one Settings; a reload makes another."""

    def __init__(self, access: Access, site: Site) -> None:
        self._access = access
        self._site = site

    def caller(self, address: str, own: Callable[[], str]) -> None:
        self._access.caller(address, own)

    def error(self, refused: Refused, request: Optional[Request] = None) -> Answer:
        return self._site.error(refused, request)

    def prepare(self, request: Request) -> tuple[Callable[[], Answer], tuple[str, ...], Optional[Guard]]:
        if request.method == "OPTIONS":           # before password and Host: it tells nothing
            allowed = Answer(b"", headers=(_ALLOW, *self._access.preflight(request)))
            return lambda: allowed, (), None
        headers = self._access.cors(request)
        guard = partial(self._access.password, request) if self._access.needs_password else None
        try:
            if request.method not in METHODS:
                raise Refused(405, "%s is not answered here: %s are" % (request.method[:40], ", ".join(METHODS)),
                              _ALLOW)
            endpoint, is_open = self._find(request)
        except Refused as refused:
            answer = self.error(refused, request)
            # Without the password nobody learns which paths there are, nor what they take.
            return lambda: answer, headers, None if refused.status in _BEFORE_PASSWORD else guard
        return endpoint, headers, None if is_open else guard

    def _find(self, request: Request) -> tuple[Callable[[], Answer], bool]:
        """The endpoint, and whether it is open to all: a probe names its target as it likes."""
        try:
            endpoint, is_open = self._site.find(request)
        except Refused:
            self._access.host(request)            # who comes under another name does not learn which paths there are
            raise
        if not is_open:
            self._access.host(request)
        return endpoint, is_open
