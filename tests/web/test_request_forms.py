"""Forms: which bodies are read into ``request.args``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from twisted.web.resource import Resource

from hostkit.web._request import LONGEST_FORM_BYTES
from tests.web.line import Line, make_site

if TYPE_CHECKING:
    from twisted.web.server import Request


class Form(Resource):
    """A page that says what it finds in a form, and how long the body is."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_POST(self, request: Request) -> bytes:  # noqa: N802
        assert request.args is not None
        assert request.content is not None
        return b"%d fields, %d bytes" % (len(request.args), len(request.content.read()))


def post(body: bytes, path: str = "/form", kind: str = "application/x-www-form-urlencoded") -> str:
    """Send a form, and give what the page found."""
    page = Form()  # type: ignore[no-untyped-call]
    line = Line(make_site(page, serve=("modules", "hooks")))
    line.send(
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (path.encode(), kind.encode(), len(body), body)
    )
    return line.answer.body.decode()


def test_a_small_form_is_read() -> None:
    """A page finds the fields where Twisted puts them, and can still read the body."""
    assert post(b"a=1&b=2") == "2 fields, 7 bytes"


@pytest.mark.parametrize(("more", "fields"), [(0, 1), (1, 0)])
def test_a_long_form_is_left_to_the_page(more: int, fields: int) -> None:
    """Reading it takes long, and nothing else could be answered meanwhile."""
    body = b"a=".ljust(LONGEST_FORM_BYTES + more, b"x")
    assert post(body) == f"{fields} fields, {len(body)} bytes"


def test_no_form_is_read_for_hostkits_own_paths() -> None:
    """They take JSON, and not everybody may call them at all."""
    assert post(b"a=1", "/_hostkit/hooks/comments/check") == "0 fields, 3 bytes"


def test_json_is_no_form() -> None:
    """Its body is left alone."""
    assert post(b"a=1", kind="application/json; charset=utf-8") == "0 fields, 3 bytes"
