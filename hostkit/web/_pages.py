"""Answers in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, final

from twisted.web.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.web.server import Request


def write_json(request: Request, status: int, body: Mapping[str, Any]) -> bytes:
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
    encoded = json.dumps(body, allow_nan=False).encode() + b"\n"
    request.setResponseCode(status)
    request.setHeader(b"content-type", b"application/json")
    return encoded


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
        self._body = {"errcode": errcode, "error": error}

    def render(self, request: Request) -> bytes:
        """Answer."""
        return write_json(request, self._status, self._body)
