"""`ClientApi`: how clients reach the homeserver."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import unquote

import attrs
from twisted.internet.defer import Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from homeserver.answer import answer_to
from homeserver.call import Call
from hookspecs import Codes, HomeserverError, JsonDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twisted.python.failure import Failure
    from twisted.web.server import Request


Handler: TypeAlias = Callable[[Call], Awaitable[JsonDict]]
"""What answers a call, or raises an exception that says what to answer."""

_LARGEST: Final = 65536
"""How many bytes a request may have."""


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]*)", path))


@attrs.frozen
class Route:
    """Which handler answers which requests; ``{name}`` in the path is any one segment."""

    method: str
    path: re.Pattern[str] = attrs.field(converter=_pattern)
    handler: Handler


class ClientApi(Resource):
    """Answers every path below it in JSON.

    Args:
        routes: What there is; the first that fits is taken.
    """

    isLeaf = True

    def __init__(self, routes: Sequence[Route]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._routes = routes

    def render(self, request: Request) -> int:
        """Answer, as soon as all modules have."""
        gone: list[Failure] = []
        request.notifyFinish().addErrback(gone.append)

        async def answer() -> None:
            status, body = await self._answer(request)
            if not gone:  # whatever was begun is brought to its end, even if nobody waits for it
                request.setResponseCode(status)
                request.setHeader(b"content-type", b"application/json")
                request.setHeader(b"content-length", b"%d" % len(body))
                request.write(body)
                request.finish()

        done = Deferred.fromCoroutine(answer())
        done.addErrback(lambda failure: gone or request.processingFailed(failure))
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> tuple[int, bytes]:
        try:
            handler, path = self._find(request)
            return _encode(200, await handler(_call(request, path)))
        except Exception as error:  # noqa: BLE001 -- modules raise what they like
            return _encode(*answer_to(error))

    def _find(self, request: Request) -> tuple[Handler, dict[str, str]]:
        # Not from `postpath`, where a slash in a state key looks like one between segments.
        segments = request.path.split(b"/")[-len(request.postpath or []) :]
        path = "/" + b"/".join(segments).decode("ascii", "replace")
        status = 404
        for route in self._routes:
            match = route.path.fullmatch(path)
            if match is not None and route.method == request.method.decode():
                return route.handler, {k: unquote(v) for k, v in match.groupdict().items()}
            if match is not None:
                status = 405
        raise HomeserverError(status, "Unrecognized request", Codes.UNRECOGNIZED)


def _call(request: Request, path: Mapping[str, str]) -> Call:
    """Read a request.

    Raises:
        HomeserverError: Its body is not a JSON object, or is too large.
    """
    scheme, _, token = _header(request, "authorization").partition(" ")
    return Call(
        path,
        {} if request.method == b"GET" else _body(request),
        token.strip() if scheme.lower() == "bearer" else None,
        (_header(request, "user-agent"), request.getClientAddress().host),
    )


def _header(request: Request, name: str) -> str:
    return request.getHeader(name) or ""


def _body(request: Request) -> JsonDict:
    data = request.content.read(_LARGEST + 1) if request.content else b""
    if len(data) > _LARGEST:
        raise HomeserverError(413, "The request is too large", Codes.TOO_LARGE)
    try:
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError) as error:
        raise HomeserverError(400, "Content not JSON.", Codes.NOT_JSON) from error
    if not isinstance(body, dict):
        raise HomeserverError(400, "Content must be a JSON object.", Codes.BAD_JSON)
    return body


def _encode(status: int, body: Mapping[str, Any]) -> tuple[int, bytes]:
    try:
        return status, json.dumps(body, allow_nan=False).encode() + b"\n"
    except (TypeError, ValueError) as error:  # a module's fields, which are no JSON
        return _encode(*answer_to(error))
