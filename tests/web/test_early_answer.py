from __future__ import annotations

import json

from hostkit.web._pages import early_answer


def test_a_refusal_is_a_whole_answer() -> None:
    """It says in JSON what is wrong, and that the connection is closed."""
    head, _, body = early_answer(503, "busy", "come \u201clater\u201d", "Retry-After: 1").partition(
        b"\r\n\r\n"
    )
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 503 Service Unavailable",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        b"Connection: close",
        b"Retry-After: 1",
    ]
    assert json.loads(body) == {"errcode": "busy", "error": "come \u201clater\u201d"}
