"""`JsonResource`: a web resource whose methods are coroutines that return JSON."""

from __future__ import annotations

import inspect
import logging
from asyncio import CancelledError as AsyncioCancelledError
from http import HTTPMethod, HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast, final

from twisted.internet.defer import CancelledError
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hostkit.errors import HostkitError
from hostkit.logs import About, logger_of
from hostkit.loops import Entrance
from hostkit.presenting import message_of, presentable
from hostkit.web._pages import (
    NOT_FOUND,
    redacted,
    refuse_method,
    send,
    write_error,
    write_json,
)
from hostkit.web._routes import Routes

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure
    from twisted.web.server import Request

    from hostkit.loops import Owner


@final
class HttpError(HostkitError):
    """Raised by a handler to answer with an error.

    A `JsonResource` answers ``{"errcode": code, "error": message}`` with the extra fields. Set
    headers that belong to it, such as ``Retry-After``, on the request before raising it.

    Args:
        status: The HTTP status, 400 to 599.
        code: A short stable identifier, for programs.
        message: What is wrong and what to do, for people.
        extra: More fields of the answer.

    Raises:
        ValueError: The status is not that of an error.
    """

    def __init__(self, status: int, code: str, message: str, /, **extra: Any) -> None:
        status = int(status)
        if not HTTPStatus.BAD_REQUEST <= status <= _LAST:
            raise ValueError(f"{status} is not the status of an error: these are 400 to {_LAST}")
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"

    @property
    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        return {**self.extra, "errcode": self.code, "error": self.message}


_LAST = 599


_HANDLERS: Final = {method.value.encode(): f"on_{method.value}" for method in HTTPMethod}


class JsonResource(Resource):
    """Answers in JSON; a subclass has a method ``on_GET``, ``on_POST``, ... for each it serves.

    Each takes the request and returns the value to serialise, or `None` for an answer without a
    body (204); it may set another status with ``request.setResponseCode``. It may be a coroutine
    function or a plain one. It raises `HttpError` to answer with an error; any other exception is
    logged with its module's name, and answered with 500. If the client disconnects, it is
    cancelled.

    HEAD is answered as GET without the body, OPTIONS with the available methods, and others with
    405. Like every resource it may have children, and with ``isLeaf = True`` it serves everything
    below its path; the rest of the path is then in ``request.postpath``. Methods marked with
    `route` serve paths below its own; then it has no other children.
    """

    _hostkit_routes: ClassVar[Routes] = Routes()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._hostkit_routes = Routes.of(cls)
        if cls._hostkit_routes.routes:
            cls.isLeaf = True

    def render(self, request: Request) -> bytes | int:
        """Start the handler of the request's path and method."""
        routes, handler = self._hostkit_routes, None
        is_own = not routes.routes or not request.postpath
        if is_own:
            handler = getattr(self, _HANDLERS.get(request.method, ""), None)
            if handler is None and request.method == b"HEAD":
                handler = getattr(self, "on_GET", None)
        if handler is None:
            methods = [each for each, name in _HANDLERS.items() if is_own and hasattr(self, name)]
            if routes.routes:
                handler, more = routes.find(self, request)
                methods += more
            if handler is None and routes.routes and not methods:
                return NOT_FOUND.render(request)
            if handler is None:
                return refuse_method(request, methods)
        entrance = Entrance()
        return answer_later(request, _answer(self, handler, request, entrance), entrance)

    def write_result(self, request: Request, result: Any) -> bytes:
        """Encode what a handler has returned, and set the headers that say so.

        Args:
            request: The request, with its status.
            result: What was returned; not `None`.

        Raises:
            TypeError: It has no form.
            ValueError: The same.
        """
        return write_json(request, request.code, result)

    def call_handler(
        self,
        handler: Callable[..., Any],
        request: Request,
        owner: Owner,  # noqa: ARG002
    ) -> Any:
        """Call a handler; subclasses override it to pass more than the request.

        Args:
            handler: A method of the resource: ``on_GET``, ...
            request: The request.
            owner: Knows whether the client has disconnected; see `hostkit.loops.is_callers`.

        Returns:
            The result, or an awaitable of it.
        """
        return handler(request)


# A function, since a private method would take its name from the subclasses that modules write.
async def _answer(
    resource: JsonResource, handler: Callable[..., Any], request: Request, entrance: Entrance
) -> bytes:
    result = resource.call_handler(handler, request, entrance)
    if inspect.isawaitable(result):
        result = await result
    if result is None:
        if request.code == HTTPStatus.OK:
            request.setResponseCode(HTTPStatus.NO_CONTENT)
        return b""
    try:
        return resource.write_result(request, result)
    except (TypeError, ValueError, RecursionError) as error:
        # Without the traceback, which is hostkit's, and as long as the result is deep.
        raise ValueError(
            f"the result of {handler.__qualname__} cannot be serialised: {error}"
        ) from None


def answer_later(
    request: Request, coroutine: Coroutine[Any, Any, bytes], entrance: Entrance | None = None
) -> int:
    """Answer a request when a coroutine is done; it is cancelled if the client disconnects.

    Args:
        request: The request.
        coroutine: Sets status and headers, and returns the body. An `HttpError` it raises is the
            answer; anything else is logged, and answered with 500.
        entrance: Starts it, if the coroutine is to know whether the client has disconnected.

    Returns:
        What a resource's ``render`` returns for it.
    """
    call = (entrance or Entrance()).start(coroutine)
    gone: Deferred[None] | None = None
    if not call.called:  # most do not wait for anything
        gone = request.notifyFinish()
        gone.addErrback(lambda _: call.cancel())
    elif isinstance(call.result, bytes):
        send(request, call.result)
        return NOT_DONE_YET
    call.addErrback(_explain, request, gone).addCallback(_send, request, gone)
    return NOT_DONE_YET


def _explain(failure: Failure, request: Request, gone: Deferred[None] | None) -> bytes | None:
    error = failure.value
    if _has_left(gone):
        # Without a client nothing is answered; that the handler was cancelled is expected.
        if not isinstance(error, CancelledError | AsyncioCancelledError | HttpError):
            log_failure(request, "failed after its client had left, to answer", error)
        return None
    if isinstance(error, HttpError) and not request.startedWriting:
        body = write_http_error(request, error)
        if body is not None:
            return body
    else:
        log_failure(request, "failed to answer", error)
    give_up(request)
    return None


def write_http_error(request: Request, error: HttpError) -> bytes | None:
    """Set a request's status and headers for an error that was raised to answer it.

    Args:
        request: The request; nothing of its answer was sent.
        error: The error.

    Returns:
        The encoded body; `None`, and a line in the log, if JSON has no form for it.
    """
    redact: Callable[[str], str] | None = getattr(request, "redact", None)
    try:
        body = error.body if redact is None else redacted(error.body, redact)
        return write_json(request, error.status, body)
    except BaseException as why:  # noqa: BLE001 -- the fields are a module's, and may do anything
        said = message_of(why)
        log_failure(request, f"raised an HttpError that cannot be serialised ({said}) for")
        return None


def _send(body: bytes | None, request: Request, gone: Deferred[None] | None) -> None:
    # A handler may suppress its cancellation and return an answer nevertheless.
    if body is not None and not _has_left(gone):
        send(request, body)


def _has_left(gone: Deferred[None] | None) -> bool:
    return gone is not None and bool(gone.called)


_LONGEST: Final = 200
# What says who may use an answer holds for that of a failure as well.
_KEPT: Final = (b"server", b"date", b"vary", b"access-control-")


def log_failure(request: Request, what: str, error: BaseException | None = None) -> None:
    """Log a failure of a resource, in the log of its module.

    Args:
        request: The request it was to answer.
        what: What it did, worded to stand before ``GET /words``.
        error: What it raised, if that is the failure.
    """
    module: str | None = getattr(request, "module", None)
    logger = logging.getLogger("hostkit.web") if module is None else logger_of(module)
    culprit = "a resource" if module is None else f"module {module!r}"
    # Without the query, which may hold tokens.
    asked = f"{_text(request.method)} {_text(request.path)}"
    extra = About(page=asked).extra
    shown = None if error is None else presentable(error)
    logger.error("%s %s %s", culprit, what, asked, exc_info=shown, extra=extra)


def give_up(request: Request) -> None:
    """Answer 500, unless the request was answered already.

    Headers that were set for the failed answer are dropped. If a part of it was sent, the
    connection is aborted, so that no client takes the part for the whole.

    Args:
        request: The request.
    """
    if getattr(request, "channel", None) is None:  # it was answered, or the client has disconnected
        return
    if request.startedWriting:
        cast("Any", request.transport).abortConnection()
        return
    for name, _ in list(request.responseHeaders.getAllRawHeaders()):
        if not name.lower().startswith(_KEPT):
            request.responseHeaders.removeHeader(name)
    request.cookies.clear()
    request.etag = request.lastModified = None
    error = "the answer failed; the log says more"
    send(request, write_error(request, 500, "internal_error", error))


def _text(sent: bytes) -> str:
    """Escape and shorten what a client sent: it must not control a terminal, or fill a log."""
    return repr(sent[:_LONGEST])[2:-1]
