"""Answers in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, final

from twisted.web.resource import Resource

if TYPE_CHECKING:
    from twisted.web.server import Request

_ENCODER: Final = json.JSONEncoder(allow_nan=False)  # `json.dumps` would make one for each body
_EMPTY_OBJECT: Final = b"{}\n"  # what the gateway's allow is
_WITHOUT_BODY: Final = frozenset({204, 304})


def write_json(request: Request, status: int, body: Any) -> bytes:
    """Set a request's status and headers for a JSON answer.

    Args:
        request: The request to answer.
        status: The HTTP status.
        body: What to answer.

    Returns:
        The encoded body.

    Raises:
        TypeError: The body has values that JSON has no form for.
        ValueError: The same; for instance infinity, which Python would write nevertheless.
    """
    encoded = _EMPTY_OBJECT if body == {} else _ENCODER.encode(body).encode() + b"\n"
    request.setResponseCode(status)
    request.setHeader(b"content-type", b"application/json")
    return encoded


def write_error(request: Request, status: int, errcode: str, error: str) -> bytes:
    """Set a request's status and headers for an error; all errors of hostkit look like this.

    Args:
        request: The request to answer.
        status: The HTTP status.
        errcode: A short stable identifier.
        error: What is wrong, in words.

    Returns:
        The encoded body.
    """
    return write_json(request, status, {"errcode": errcode, "error": error})


def send(request: Request, body: bytes) -> None:
    """Send a whole answer, or the rest of one, and finish the request.

    Args:
        request: The request, with its status and headers set.
        body: The body; for HEAD only its length is sent.
    """
    # For HEAD a resource may know the length without making the body, as that for files does.
    headers = request.responseHeaders
    is_known = request.method == b"HEAD" and headers.hasHeader(b"content-length")
    if request.code not in _WITHOUT_BODY and (body or not is_known):
        headers.setRawHeaders(b"content-length", [b"%d" % len(body)])
    request.write(body)
    request.finish()


@final
class ErrorPage(Resource):
    """Answers every method with one error.

    Args:
        status: The HTTP status.
        errcode: A short stable identifier.
        error: What is wrong, in words.
    """

    isLeaf = True

    def __init__(self, status: int, errcode: str, error: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._status = status
        self._errcode = errcode
        self._error = error

    def render(self, request: Request) -> bytes:
        """Answer."""
        return write_error(request, self._status, self._errcode, self._error)


BAD_PATH: Final = ErrorPage(
    400, "bad_path", "a path begins with a slash, is UTF-8, and has no '.', '..' or NUL"
)
FORBIDDEN: Final = ErrorPage(403, "forbidden", "what is at this path is not shown")
NOT_FOUND: Final = ErrorPage(404, "not_found", "nothing is served at this path")
