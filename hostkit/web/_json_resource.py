"""`JsonResource`: a web resource whose methods are coroutines that return JSON."""

from __future__ import annotations

import inspect
from http import HTTPMethod, HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from twisted.web.resource import Resource

from hostkit.web._answer import answer_later
from hostkit.web._methods import refuse_method
from hostkit.web._pages import write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request

_HANDLERS: Final = {method.value.encode(): f"on_{method.value}" for method in HTTPMethod}


class JsonResource(Resource):
    """Answers in JSON; a subclass has a method ``on_GET``, ``on_POST``, ... for each it serves.

    Each takes the request and returns what is to be written as JSON, or `None` for an answer
    without a body (204); it may set another status with ``request.setResponseCode``. It may be a
    coroutine function or a plain one. It raises `HttpError` for an answer that is an error; any
    other exception is logged with its module's name, and answered with 500. If the client goes
    away, it is cancelled.

    HEAD is answered as GET without the body, OPTIONS with the methods there are, and others with
    405. Like every resource it may have children, and with ``isLeaf = True`` it serves everything
    below its path; what is left of the path is then in ``request.postpath``.
    """

    def render(self, request: Request) -> bytes | int:
        """Start the method that was asked for."""
        handler = getattr(self, _HANDLERS.get(request.method, ""), None)
        if handler is None and request.method == b"HEAD":
            handler = getattr(self, "on_GET", None)
        if handler is None:
            methods = [method for method, name in _HANDLERS.items() if hasattr(self, name)]
            return refuse_method(request, methods)
        return answer_later(request, _call(handler, request))


async def _call(handler: Callable[[Request], Any], request: Request) -> bytes:
    result = handler(request)
    if inspect.isawaitable(result):
        result = await result
    if result is None:
        if request.code == HTTPStatus.OK:
            request.setResponseCode(HTTPStatus.NO_CONTENT)
        return b""
    try:
        return write_json(request, request.code, result)
    except (TypeError, ValueError, RecursionError) as error:
        # Not its traceback, which is ours, and as long as the result is deep.
        raise ValueError(f"the result of {handler.__qualname__} is no JSON: {error}") from None
