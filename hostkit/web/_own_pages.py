"""The pages of hostkit itself: health, readiness, and the guard of what is below ``/_hostkit``."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final, final

from twisted.web.resource import Resource

from hostkit.web._pages import UNAUTHORIZED, ErrorPage, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.web.http_headers import Headers
    from twisted.web.resource import IResource
    from twisted.web.server import Request


@final
class Guard(Resource):
    """Lets requests to ``/_hostkit`` and below pass only with the bearer token.

    Args:
        root: What is guarded; requests to other paths always get there.
        tokens: The tokens, each of which is good.
    """

    def __init__(self, root: IResource, tokens: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._root = root
        self._tokens = [token.encode() for token in tokens]

    def getChildWithDefault(self, path: bytes, request: Request) -> IResource:
        """Find the resource for a request, or a page that asks for the token."""
        if path == b"_hostkit" and not knows_token(request.requestHeaders, *self._tokens):
            request.setHeader(b"www-authenticate", b"Bearer")
            return ErrorPage(401, "unauthorized", UNAUTHORIZED)
        child: IResource = self._root.getChildWithDefault(path, request)
        return child


def knows_token(headers: Headers, *tokens: bytes) -> bool:
    """Whether a request has a bearer token.

    Args:
        headers: The request's headers.
        tokens: Those that are accepted.
    """
    written = headers.getRawHeaders(b"authorization") or (b"",)
    scheme, _, given = written[-1].partition(b" ")
    # Each is compared, so that the time says nothing about which one it is.
    good = [compare_digest(given.strip(), each) for each in tokens]
    return scheme.lower() == b"bearer" and any(good)


HEALTH: Final = "/health"
"""Answers 200 as long as the process serves at all."""

READY: Final = "/ready"
"""Answers 200 as long as requests are welcome, and otherwise 503."""


@final
class Health(Resource):
    """Answers as long as the process serves at all."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        """Answer; also to HEAD."""
        return _write(request, 200, {"status": "alive"})


@final
class Ready(Resource):
    """Says whether requests are welcome.

    Args:
        is_ready: Says so.
        missing: Names the optional modules that the host goes on without.
    """

    isLeaf = True

    def __init__(
        self, is_ready: Callable[[], bool], missing: Callable[[], list[str]] = list
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._is_ready = is_ready
        self._missing = missing

    def render_GET(self, request: Request) -> bytes:
        """Answer; also to HEAD."""
        if self._is_ready():
            missing = self._missing()
            if missing:
                return _write(request, 200, {"status": "degraded", "missing": missing})
            return _write(request, 200, {"status": "ready"})
        request.setHeader(b"retry-after", b"1")
        error = "the modules are not started, or the server is stopping"
        return _write(request, 503, {"errcode": "not_ready", "error": error})


def _write(request: Request, status: int, body: dict[str, Any]) -> bytes:
    request.setHeader(b"cache-control", b"no-store")
    return write_json(request, status, body)
