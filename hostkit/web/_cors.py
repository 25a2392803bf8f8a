"""`Cors`: lets pages of other origins use what a host serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, final

from twisted.web.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Collection

    from twisted.web.iweb import IRequest
    from twisted.web.resource import IResource
    from twisted.web.server import Request

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
_HEADERS: Final = ("X-Requested-With", "Content-Type", "Authorization", "Date")


@final
class Cors(Resource):
    """Lets the scripts of web pages use what a resource serves, as browsers ask for it.

    It is the root of a site: ``Site(Cors(Router(host=host)))``. OPTIONS is answered with 204 at
    every path, whatever is there, and each answer has the headers that allow its use. A host that
    has no such root leaves both to its resources.

    Args:
        resource: What is served.
        origins: The origins whose pages are allowed to, such as ``("https://example.org",)``.
        methods: The methods that they may use.
        headers: The headers that they may send.
        exposed: The headers of answers that they may read, besides those that all may.
    """

    def __init__(
        self,
        resource: IResource,
        *,
        origins: Collection[str] = ("*",),
        methods: Collection[str] = _METHODS,
        headers: Collection[str] = _HEADERS,
        exposed: Collection[str] = (),
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._resource = resource
        self._origins = frozenset(origins)
        self._allowing = {
            b"access-control-allow-methods": ", ".join(methods).encode(),
            b"access-control-allow-headers": ", ".join(headers).encode(),
        }
        if exposed:
            self._allowing[b"access-control-expose-headers"] = ", ".join(exposed).encode()

    def getChildWithDefault(self, path: bytes, request: IRequest) -> IResource:
        """Allow the use of the answer, and find out what gives it."""
        self._allow(cast("Request", request))
        if request.method == b"OPTIONS":
            return _PREFLIGHT
        found: IResource = self._resource.getChildWithDefault(path, request)
        return found

    def _allow(self, request: Request) -> None:
        origin = "*"
        if origin not in self._origins:
            # A cache must not give the answer for one origin to another.
            request.responseHeaders.addRawHeader(b"vary", b"Origin")
            origin = request.getHeader("origin") or ""
            if origin not in self._origins:
                return
        request.setHeader(b"access-control-allow-origin", origin.encode())
        for name, value in self._allowing.items():
            request.setHeader(name, value)


@final
class _Preflight(Resource):
    """Answers what a browser asks before it sends a request to another origin."""

    isLeaf = True

    def render(self, request: IRequest) -> bytes:
        """Answer that it may."""
        request.setResponseCode(204)
        return b""


_PREFLIGHT: Final = _Preflight()  # type: ignore[no-untyped-call]
