"""`HtmlResource`: a web resource whose methods are coroutines that return HTML."""

from __future__ import annotations

import inspect
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from hostkit.web._json_resource import HttpError, JsonResource

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request

    from hostkit.loops import Owner


class HtmlResource(JsonResource):
    """Answers with HTML pages; everything else is as in `JsonResource`.

    The methods return a page as a string, for instance from `api.templates`. What an `HttpError`
    says becomes a short page, in which it is escaped. What users have given is the module's to
    escape; templates do.
    """

    async def call_handler(
        self, handler: Callable[..., Any], request: Request, owner: Owner
    ) -> Any:
        """Call a handler; see `JsonResource.call_handler`."""
        try:
            result = super().call_handler(handler, request, owner)
            return await result if inspect.isawaitable(result) else result
        except HttpError as error:
            redact: Callable[[str], str] = getattr(request, "redact", None) or str
            request.setResponseCode(error.status)
            return _page(error.status, redact(error.message))

    def write_result(self, request: Request, result: Any) -> bytes:
        """Encode a page; see `JsonResource.write_result`."""
        if not isinstance(result, str):
            raise TypeError(f"a page is a str, not {type(result).__name__}")
        request.setHeader(b"content-type", b"text/html; charset=utf-8")
        request.setHeader(b"x-content-type-options", b"nosniff")
        return result.encode()


def _page(status: int, message: str) -> str:
    try:
        title = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # a status of the module's own
        title = str(status)
    return (
        f"<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<title>{title}</title>\n"
        f"<h1>{title}</h1>\n<p>{escape(message)}</p>\n</html>\n"
    )
