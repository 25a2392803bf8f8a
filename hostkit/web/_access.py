"""`Guard`: who may see what is served below ``/_hostkit``."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, final

from twisted.web.resource import Resource

from hostkit.web._pages import ErrorPage

if TYPE_CHECKING:
    from twisted.web.resource import IResource
    from twisted.web.server import Request


@final
class Guard(Resource):
    """Lets requests to ``/_hostkit`` and below pass only with the bearer token.

    Args:
        root: What is guarded; requests to other paths always get there.
        token: The token.
    """

    def __init__(self, root: IResource, token: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._root = root
        self._token = token.encode()

    def getChildWithDefault(self, path: bytes, request: Request) -> IResource:
        """Find the resource for a request, or tell that it needs a token."""
        if path == b"_hostkit" and not self._knows_token(request):
            request.setHeader(b"www-authenticate", b"Bearer")
            error = "what is below /_hostkit needs a token: Authorization: Bearer TOKEN"
            return ErrorPage(401, "unauthorized", error)
        child: IResource = self._root.getChildWithDefault(path, request)
        return child

    def _knows_token(self, request: Request) -> bool:
        scheme, _, token = (request.getHeader(b"authorization") or b"").partition(b" ")
        return scheme.lower() == b"bearer" and compare_digest(token.strip(), self._token)
