"""Malformed headers are ignored or refused as HTTP says, and never a failure of the module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.resource import Resource
from twisted.web.static import Data, File

from hostkit.web import Router
from tests.web.line import Line, make_site

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.web.server import Request

    from hostkit.testing import Answer


def ask(page: Resource, *headers: bytes) -> Answer:
    """Ask a page."""
    line = Line(make_site(Router({"/a": page})))
    lines = b"".join(header + b"\r\n" for header in headers)
    line.send(b"GET /a HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n")
    return line.answer


class Dated(Resource):
    """A page that was changed at some time, and reads a header as a string."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        if request.setLastModified(784111777):
            return b""
        return (request.getHeader("x-name") or "").encode()


DATES = [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
]


@pytest.mark.parametrize("date", DATES)
def test_what_has_not_changed_is_not_sent(date: str) -> None:
    """In each of the forms that HTTP has."""
    answer = ask(Dated(), f"If-Modified-Since: {date}".encode())  # type: ignore[no-untyped-call]
    assert answer.status == 304


@pytest.mark.parametrize("date", [b";", b"; x", b"Sun", b"\xff", b"9" * 5000, b"Sun, 06 Nov 1994"])
def test_what_is_not_a_date_is_ignored(date: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """The page is sent as if the header were not there."""
    answer = ask(Dated(), b"If-Modified-Since: " + date)  # type: ignore[no-untyped-call]
    assert (answer.status, caplog.records) == (200, [])


def test_a_header_that_is_not_utf8_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """If the page wants it as a string."""
    page = Dated()  # type: ignore[no-untyped-call]
    assert ask(page, b"X-Name: gr\xc3\xbcn").body == "gr\u00fcn".encode()
    answer = ask(page, b"X-Name: gr\xfcn")
    assert (answer.status, answer.json["errcode"]) == (400, "bad_header")
    assert answer.json["error"] == "the header 'x-name' is not UTF-8"
    assert caplog.records == []


class Unsent(File):
    """A file of which only the headers are sent, at once."""

    def makeProducer(self, request: Any, fileForReading: Any) -> Any:  # noqa: N802, N803
        producer = super().makeProducer(request, fileForReading)  # type: ignore[no-untyped-call]
        fileForReading.close()
        producer.start = request.finish
        return producer


@pytest.fixture
def page(tmp_path: Path) -> Resource:
    """Give a page for a file of ten bytes."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"0123456789")
    page: Resource = Unsent(str(path))
    return page


@pytest.mark.parametrize(
    ("ranges", "status"),
    [
        (b"bytes=0-4", 206),
        (b"bytes=-4", 206),
        (b"bytes= 5-", 206),
        (b"bytes=0-1, 3-4", 206),
        (b"bytes=20-30", 416),
        (b"bytes=,", 200),
        (b"bytes=", 200),
        (b"bytes=\xff", 200),
        (b"\xff", 200),
        (b"bytes=5-" + b"9" * 5000, 200),
        (b"lines=0-4", 200),
        (b"bytes=" + b",".join([b"0-"] * 1300), 200),
        (b"bytes=0-\r\nRange: bytes=0-", 200),
    ],
)
def test_malformed_ranges_are_ignored(
    page: Resource, ranges: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """And so are many at once, each of which would be as long as the file."""
    answer = ask(page, b"Range: " + ranges)
    assert (answer.status, caplog.records) == (status, [])


_LINES = st.lists(
    st.tuples(
        st.sampled_from(
            ["Range", "If-Modified-Since", "If-None-Match", "Cookie", "Authorization", "Expect"]
        ),
        st.lists(
            st.sampled_from(["bytes=", "-", ",", ";", "=", "0", "\xff", "Basic ", '"', "Sun", ":"]),
            max_size=6,
        ).map("".join),
    ),
    max_size=3,
)


@given(_LINES)
def test_any_header_leads_to_an_answer(lines: list[tuple[str, str]]) -> None:
    """Of a page that asks for all that Twisted reads out of headers."""

    class Page(Resource):
        isLeaf = True  # noqa: N815

        def render_GET(self, request: Any) -> bytes:  # noqa: N802
            request.setLastModified(1)
            request.setETag(b"x")
            parts = (request.getUser(), request.getPassword(), request.getCookie(b"a"))
            return repr((parts, request.getRequestHostname())).encode()

    headers = [f"{name}: {value}".encode("latin-1") for name, value in lines]
    assert ask(Page(), *headers).status in {200, 304}  # type: ignore[no-untyped-call]
    assert ask(Data(b"x", "text/plain"), *headers).status in {200, 206, 304, 416}
