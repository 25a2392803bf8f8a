"""Pages for whoever watches over the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from twisted.web.resource import Resource

from hostkit.web._pages import write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request

HEALTH: Final = "/health"
"""Answers 200 as long as the process serves at all."""

READY: Final = "/ready"
"""Answers 200 as long as requests are welcome, and otherwise 503."""


@final
class Health(Resource):
    """Tells that the process is alive."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        """Answer; also to HEAD."""
        return _write(request, 200, {"status": "alive"})


@final
class Ready(Resource):
    """Tells whether requests are welcome.

    Args:
        is_ready: Says so.
    """

    isLeaf = True

    def __init__(self, is_ready: Callable[[], bool]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._is_ready = is_ready

    def render_GET(self, request: Request) -> bytes:
        """Answer; also to HEAD."""
        if self._is_ready():
            return _write(request, 200, {"status": "ready"})
        request.setHeader(b"retry-after", b"1")
        error = "the modules are not started, or the server is stopping"
        return _write(request, 503, {"errcode": "not_ready", "error": error})


def _write(request: Request, status: int, body: dict[str, str]) -> bytes:
    request.setHeader(b"cache-control", b"no-store")
    return write_json(request, status, body)
