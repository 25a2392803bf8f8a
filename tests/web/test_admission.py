"""Who is let in, before anything of a body is read."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.line import Line, make_site
from tests.web.pages import Count

if TYPE_CHECKING:
    from collections.abc import Sequence

HOOKS = "/_hostkit/hooks"


def site(**settings: Any) -> Any:
    """Serve hooks with a token, and a module's page."""
    pages, serve = {"/words": Count()}, ("modules", "hooks")
    return make_site(pages=pages, endpoint="tcp:80", serve=serve, token="s3cret", **settings)


def begin(line: Line, path: str, *headers: str) -> None:
    """Send the headers of a request with a body."""
    lines = "".join(f"{header}\r\n" for header in headers)
    line.send(f"POST {path} HTTP/1.1\r\nHost: a\r\n{lines}\r\n")


@pytest.mark.parametrize("length", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", [HOOKS, "/%5fhostkit/hooks", "/_hostkit", "//_hostkit/hooks?x"])
@pytest.mark.parametrize("headers", [(), ("Authorization: Bearer wrong",)])
@pytest.mark.parametrize("expect", [(), ("Expect: 100-continue",)])
def test_without_the_token_no_body_is_read(
    length: str, path: str, headers: Sequence[str], expect: Sequence[str]
) -> None:
    """It is refused with the headers, and takes neither a slot nor memory."""
    there = site()
    line = Line(there)
    begin(line, path, length, *headers, *expect)
    assert (line.answer.status, line.answer.json["errcode"]) == (401, "unauthorized")
    assert line.answer.headers["www-authenticate"] == "bearer"
    assert not line.is_open()
    line.send(b"x" * 1000)
    assert (there.busy, there.bodies.kept) == (0, 0)


@pytest.mark.parametrize(
    ("path", "headers"),
    [(f"{HOOKS}/a/b", ("Authorization: Bearer s3cret",)), ("/words", ())],
)
def test_with_the_token_it_is(path: str, headers: Sequence[str]) -> None:
    """And so is what needs none."""
    there = site()
    line = Line(there)
    begin(line, path, "Content-Length: 3", *headers)
    line.send(b"xy")
    assert (line.answers, there.bodies.kept) == ([], 2)
    line.send(b"z")
    assert line.answer.status == (200 if path == "/words" else 404)


def test_a_request_without_a_body_keeps_its_connection() -> None:
    """A client that forgot the token may try again."""
    line = Line(site())
    line.get(HOOKS)
    assert line.answer.status == 401
    assert line.is_open()


def test_what_was_refused_is_in_the_access_log(caplog: pytest.LogCaptureFixture) -> None:
    """So that it shows when someone tries out tokens."""
    there = site(access_log=True, url=20)
    caplog.set_level(logging.INFO)
    begin(Line(there), HOOKS, "Content-Length: 5")
    Line(there).get("/" + "x" * 20)
    first, second = [record.getMessage() for record in caplog.records]
    assert f'"POST {HOOKS} HTTP/1.1" 401 ' in first
    assert f'"GET /{"x" * 20} HTTP/1.1" 414 ' in second
