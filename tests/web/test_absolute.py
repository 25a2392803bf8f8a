"""Requests with a whole URL in their first line, as they are sent to proxies (RFC 9112, 3.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from twisted.web.resource import Resource

from tests.web.line import Line, make_site

if TYPE_CHECKING:
    from twisted.web.server import Request


class Echo(Resource):
    """Answers with what it is asked for."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        host = request.getHeader("host") or "-"
        return b" ".join((request.uri, request.path, host.encode(), *sorted(request.args or {})))


def echo() -> Echo:
    """Make the page."""
    return Echo()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        ("http://example.com/a/b?c=d", b"/a/b?c=d /a/b example.com c"),
        ("HTTP://example.com:8080", b"/ / example.com:8080"),
        ("https://example.com?c=d", b"/?c=d / example.com c"),
        ("http://[::1]:80//a", b"//a //a [::1]:80"),
        ("/a?http://b/=c", b"/a?http://b/=c /a x http://b/"),
        ("http://a", b"/ / a"),
        ("http://a?b", b"/?b / a"),
        ("HTTPS://a:1/b://c", b"/b://c /b://c a:1"),
        ("/a?b", b"/a?b /a x"),
        ("*", b""),
        ("a:443", b"a:443 a:443 x"),
    ],
)
def test_a_whole_url_is_served_like_its_path(target: str, seen: bytes) -> None:
    """Its host takes the place of the header's."""
    line = Line(make_site(echo()))
    line.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert line.answer.body == seen


def test_the_limits_are_those_of_its_path() -> None:
    """Another way to write a path is no way around its limits."""
    site = make_site(body=20, hooks_body=10)
    line = Line(site)
    line.post(11, path="http://localhost/_hostkit/hooks/a/b")
    assert line.answer.status == 413


def test_what_is_no_url_is_left_as_it_is() -> None:
    """Resources see what they saw before."""
    line = Line(make_site(echo()))
    line.send("GET a HTTP/1.1\r\nHost: x\r\n\r\n")
    assert line.answer.body == b"a a x"
