"""Answers to requests that never get as far as a resource."""

from __future__ import annotations

import json
from http import HTTPStatus


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
