"""What the gateway reads from a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from hostkit.web._http_error import HttpError
from hostkit.web._json import read_json

if TYPE_CHECKING:
    from twisted.web.server import Request

_IS_JSON: Final = re.compile(
    rb'application/(?:[\w.-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?', re.IGNORECASE
)


def refuse_browsers(request: Request) -> None:
    """Refuse what a web page sends: no page may ask a host's modules in its visitor's name.

    Raises:
        HttpError: The request has an ``Origin`` (403).
    """
    if request.requestHeaders.hasHeader(b"origin"):
        raise HttpError(403, "cross_origin", "web pages may not call the gateway")


def read_body(request: Request) -> Any:
    """Read a body in JSON; without one it is an empty object.

    Raises:
        HttpError: It is in another format (415), or not what it claims to be (400).
    """
    kind = request.getHeader(b"content-type")
    if kind is not None and kind != b"application/json" and not _IS_JSON.fullmatch(kind):
        shown = kind[:100].decode("utf-8", "replace")
        raise HttpError(
            415,
            "not_json",
            f"arguments are sent as application/json in UTF-8, and not as {shown!r}",
        )
    assert request.content is not None  # noqa: S101 -- there is one while a request is rendered
    try:
        return read_json(request.content.read() or b"{}")
    except ValueError as error:
        raise HttpError(400, "bad_arguments", str(error)) from None


def wants_trace(request: Request) -> bool:
    """Whether every step of the call is to be told (``?explain=1``).

    Raises:
        HttpError: The parameter is neither 0 nor 1 (400).
    """
    values = (request.args or {}).get(b"explain")
    if values is None:
        return False
    if values not in ([b"0"], [b"1"]):
        raise HttpError(400, "bad_arguments", "?explain= is 0 or 1, given once", field="explain")
    return bool(values == [b"1"])
