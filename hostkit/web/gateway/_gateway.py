"""`Gateway`: hooks over HTTP, for hosts that are not written in Python."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import CancelledError
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hostkit.loops import start_entry
from hostkit.web._http_error import HttpError
from hostkit.web._methods import refuse_others
from hostkit.web._pages import send, write_json
from hostkit.web.gateway._answers import answer
from hostkit.web.gateway._calls import find_calls, refuse_path
from hostkit.web.gateway._description import describe
from hostkit.web.gateway._document import Document
from hostkit.web.gateway._openapi import write_openapi
from hostkit.web.gateway._requests import read_body, refuse_browsers, wants_trace

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure
    from twisted.web.resource import IResource
    from twisted.web.server import Request

    from hostkit.host import Host
    from hostkit.web.gateway._calls import Call

PATH: Final = "/_hostkit/hooks"
"""Where the gateway is served; a hook's category and name follow."""

OPENAPI_PATH: Final = "/_hostkit/openapi.json"
"""Where it is described for programs."""

_RETRY_AFTER_SECONDS: Final = b"1"
_log: Final = logging.getLogger("hostkit.web")


@final
class Gateway(Resource):
    """Runs a hook for ``POST /_hostkit/hooks/<category>/<hook>``.

    The body is a JSON object with the hook's arguments by name. 200 allows (``{"result": ...}`` for
    hooks that ask for a value), 403 denies, 503 says that a module failed: neither allow nor deny.
    ``GET /_hostkit/hooks`` tells which hooks there are.

    Args:
        host: The host whose hooks are called.
    """

    isLeaf = True

    def __init__(self, host: Host) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._host = host
        self._calls = find_calls(host)
        self._by_path = {
            tuple(step.encode() for step in path): call for path, call in self._calls.items()
        }
        self._describe()
        host.when_reloaded(self._describe)

    @property
    def resources(self) -> dict[str, IResource]:
        """What belongs to the gateway, by path."""
        openapi = Document(lambda: write_openapi(PATH, self._calls))
        return {PATH: self, OPENAPI_PATH: openapi}

    def _describe(self) -> None:
        """Forget which modules there were."""
        self._description = Document(lambda: describe(self._host, PATH, self._calls))

    def render(self, request: Request) -> bytes | int:
        """Start a call; a client that goes away cancels it."""
        path = tuple(request.postpath or ())
        if path in {(), (b"",)}:
            return self._description.render(request)
        try:
            refuse_browsers(request)
            call = self._find(path)
            if request.method != b"POST":
                return refuse_others(request, b"POST, OPTIONS")
            arguments = call.arguments.read(read_body(request))
            explain = wants_trace(request)
        except HttpError as error:
            return write_json(request, error.status, error.body)
        if call.spec is None:
            return write_json(request, 200, {**arguments, "status": "ok"})
        running = start_entry(
            self._ask(request, call, call.spec.full_name, arguments, explain=explain)
        )
        gone = None
        if not running.called:  # most modules need not wait for anything
            gone = request.notifyFinish().addErrback(lambda _: running.cancel())
        running.addErrback(_give_up, call.spec.full_name, request, gone)
        running.addCallback(_send, request, gone)
        return NOT_DONE_YET

    def _find(self, path: tuple[bytes, ...]) -> Call:
        call = self._by_path.get(path)
        if call is None:
            refuse_path([step.decode("utf-8", "replace") for step in path], self._calls)
        return call

    async def _ask(
        self, request: Request, call: Call, hook: str, arguments: dict[str, Any], *, explain: bool
    ) -> bytes:
        trace = await self._host.ask(hook, arguments)
        try:
            status, body = answer(trace, decides=call.decides, explain=explain)
        except ValueError as error:
            _log.error("the result of %s cannot be told in JSON: %s", hook, error)
            text = f"the result of {hook} cannot be told in JSON; the log says why"
            return write_json(request, 500, {"errcode": "unwritable_result", "error": text})
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            request.setHeader(b"retry-after", _RETRY_AFTER_SECONDS)
        return write_json(request, status, body)


def _give_up(failure: Failure, hook: str, request: Request, gone: Deferred[None] | None) -> bytes:
    # A module may be cancelled by others than us, too; then somebody still waits for an answer.
    if not (_has_left(gone) and failure.check(CancelledError)):
        _log.error("the gateway failed to ask %s", hook, exc_info=failure.value)
    body = {"errcode": "internal_error", "error": "the gateway failed; its log says more"}
    return write_json(request, 500, body)


def _send(body: bytes, request: Request, gone: Deferred[None] | None) -> None:
    # A module may keep its cancellation to itself and answer nevertheless.
    if not _has_left(gone):
        send(request, body)


def _has_left(gone: Deferred[None] | None) -> bool:
    return gone is not None and bool(gone.called)
