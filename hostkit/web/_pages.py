"""Answers in JSON, error pages, and the methods that resources have."""

from __future__ import annotations

import json
from http import HTTPMethod, HTTPStatus
from typing import TYPE_CHECKING, Any, Final, final

from twisted.python.reflect import prefixedMethodNames
from twisted.web.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

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


def redacted(value: Any, redact: Callable[[str], str]) -> Any:
    """Take secrets out of all strings in an answer.

    Args:
        value: What is answered: dicts, lists, strings and the like.
        redact: Takes secrets out of a string.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {redacted(name, redact): redacted(each, redact) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(each, redact) for each in value]
    return value


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
UNAUTHORIZED: Final = "what is below /_hostkit needs a token: Authorization: Bearer TOKEN"
"""What requests without the token are answered."""

NOT_FOUND: Final = ErrorPage(404, "not_found", "nothing is served at this path")


_KNOWN: Final = frozenset(method.value.encode() for method in HTTPMethod)


def refuse_method(request: Request, methods: Collection[bytes]) -> bytes:
    """Answer a request with a method that a resource does not have.

    OPTIONS is answered with what there is (204); other methods are refused, those that HTTP has
    with 405 and all others with 501.

    Args:
        request: The request.
        methods: The methods that the resource has.

    Returns:
        The body.
    """
    allowed = [*methods, *({b"HEAD"} - {*methods} if b"GET" in methods else ())]
    if b"OPTIONS" not in allowed:
        allowed.append(b"OPTIONS")
    if request.method not in _KNOWN:
        return write_error(request, 501, "not_implemented", "this method is not known here")
    return refuse_others(request, b", ".join(sorted(allowed)))


def refuse_others(request: Request, allow: bytes) -> bytes:
    """Answer a request with another method than there is: OPTIONS with 204, all others with 405.

    Args:
        request: The request.
        allow: The methods that there are, as the header ``Allow`` lists them.

    Returns:
        The body.
    """
    request.setHeader(b"allow", allow)
    if request.method == b"OPTIONS":
        request.setResponseCode(204)
        return b""
    error = f"this method is not served at this path; it has {allow.decode('ascii', 'replace')}"
    return write_error(request, 405, "method_not_allowed", error)


def render_methods(resource: object, listed: Collection[bytes] = ()) -> list[bytes]:
    """List the methods of a resource.

    Args:
        resource: The resource.
        listed: What it lists itself; HEAD may be among them with no GET to make it of.
    """
    names = prefixedMethodNames(type(resource), "render_")
    methods = listed or [name.encode() for name in names]
    return [method for method in methods if method != b"HEAD" or not lacks_head(resource)]


def lacks_head(resource: object) -> bool:
    """Whether all there is for HEAD is what Twisted makes of a GET that is not there.

    Args:
        resource: The resource.
    """
    if not isinstance(resource, Resource) or hasattr(resource, "render_GET"):
        return False
    kind = type(resource)
    return kind.render is Resource.render and kind.render_HEAD is Resource.render_HEAD


def early_answer(status: int, errcode: str, error: str, *headers: str) -> bytes:
    """Write a whole answer, after which the connection is closed.

    Args:
        status: The HTTP status.
        errcode: A short stable identifier.
        error: What is wrong, in words.
        headers: Further headers, each as one line.

    Returns:
        The answer as it is sent, with the same kind of body as an `ErrorPage`.
    """
    body = json.dumps({"errcode": errcode, "error": error}) + "\n"
    lines = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *headers,
    )
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
