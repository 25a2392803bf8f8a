"""Answer a request with what a coroutine returns."""

from __future__ import annotations

from asyncio import CancelledError as AsyncioCancelledError
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError
from twisted.web.server import NOT_DONE_YET

from hostkit.loops import start_entry
from hostkit.web._failure import give_up, log_failure
from hostkit.web._http_error import HttpError
from hostkit.web._pages import send, write_json

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure
    from twisted.web.server import Request


def answer_later(request: Request, coroutine: Coroutine[Any, Any, bytes]) -> int:
    """Answer a request when a coroutine is done; a client that goes away cancels it.

    Args:
        request: The request.
        coroutine: Sets status and headers, and returns the body. What it raises as `HttpError` is
            the answer; anything else is logged, and answered with 500.

    Returns:
        What a resource's ``render`` returns for it.
    """
    gone = request.notifyFinish()
    call = start_entry(coroutine)
    gone.addErrback(lambda _: call.cancel())
    call.addErrback(_explain, request, gone).addCallback(_send, request, gone)
    return NOT_DONE_YET


def _explain(failure: Failure, request: Request, gone: Deferred[None]) -> bytes | None:
    error = failure.value
    if gone.called:
        # Nobody waits for the answer. That it was cancelled is no news; other things may be.
        if not isinstance(error, CancelledError | AsyncioCancelledError | HttpError):
            log_failure(request, "failed, with nobody there any more, to answer", error)
        return None
    if isinstance(error, HttpError) and not request.startedWriting:
        try:
            return write_json(request, error.status, error.body)
        except (TypeError, ValueError, RecursionError) as why:
            log_failure(request, f"raised an HttpError that is no JSON ({why}) for")
    else:
        log_failure(request, "failed to answer", error)
    give_up(request)
    return None


def _send(body: bytes | None, request: Request, gone: Deferred[None]) -> None:
    # Who is cancelled may keep it to himself and answer nevertheless.
    if body is not None and not gone.called:
        send(request, body)
