"""What is answered before a request was read."""

from __future__ import annotations

from tests.web.line import Line, make_site
from tests.web.pages import Held


def test_a_refusal_is_a_whole_answer() -> None:
    """It says in JSON what is wrong, and that the connection is closed."""
    site = make_site(Held(), requests=1)
    Line(site).get()
    line = Line(site)
    line.get()
    head, _, body = line.transport.value().partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 503 Service Unavailable",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        b"Connection: close",
        b"Retry-After: 1",
    ]
    assert line.answer.json["errcode"] == "too_many_requests"
