"""Forms: which bodies are read into ``request.args``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from tests.web.line import Line, make_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request

    from hostkit.testing import Answer

LONGEST_FORM_BYTES = 256 * 1024


class Form(Resource):
    """A page that says what it finds in a form, and how long the body is."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_POST(self, request: Request) -> bytes:  # noqa: N802
        assert request.args is not None
        assert request.content is not None
        return b"%d fields, %d bytes" % (len(request.args), len(request.content.read()))


class Looking(Resource):
    """A page that answers with what a function finds in a form."""

    isLeaf = True  # noqa: N815

    def __init__(self, look: Callable[[Any], Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._look = look

    def render_POST(self, request: Request) -> bytes:  # noqa: N802
        body: bytes = self._look(request.args)
        return body

    render_PUT = render_POST  # noqa: N815


def send(
    page: Resource,
    body: bytes,
    path: str = "/form",
    kind: str = "application/x-www-form-urlencoded",
    method: str = "POST",
) -> Answer:
    """Send a form."""
    line = Line(make_site(page, serve=("modules", "hooks")))
    line.send(
        b"%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (method.encode(), path.encode(), kind.encode("latin-1"), len(body), body)
    )
    return line.answer


def post(body: bytes, path: str = "/form", kind: str = "application/x-www-form-urlencoded") -> str:
    """Send a form, and give what the page found."""
    return send(Form(), body, path, kind).body.decode()  # type: ignore[no-untyped-call]


def test_a_small_form_is_read() -> None:
    """A page finds the fields where Twisted puts them, and can still read the body."""
    assert post(b"a=1&b=2") == "2 fields, 7 bytes"


def long_form(more: int = 1) -> bytes:
    return b"a=".ljust(LONGEST_FORM_BYTES + more, b"x")


def test_a_form_of_the_greatest_length_is_read() -> None:
    """Reading a longer one takes long, and nothing else could be answered meanwhile."""
    body = long_form(0)
    assert post(body) == f"1 fields, {len(body)} bytes"


MULTIPART = "Multipart/Form-Data; boundary=xx"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", MULTIPART])
@pytest.mark.parametrize(
    "look",
    [
        lambda args: args[b"a"],
        lambda args: args.get(b"a", [b""]),
        lambda args: args.pop(b"a", [b""]),
        lambda args: args.setdefault(b"a", [b""]),
        lambda args: b"a" in args,
        list,
        len,
        bool,
        lambda args: args.items(),
        dict,
    ],
)
def test_a_long_form_does_not_look_empty(
    look: Callable[[Any], Any], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that looks for a field answers 413 with the reason; that is no failure of the page."""
    page = Looking(look)
    answer = send(page, long_form(), "/form?b=2", kind)
    error = f"the form is longer than the {LONGEST_FORM_BYTES} bytes that are read at this path"
    assert (answer.status, answer.json) == (413, {"errcode": "form_too_large", "error": error})
    assert caplog.records == []


def test_the_query_of_a_long_form_is_known() -> None:
    """Its fields are found, and the body can be read by a page that does not look for others."""

    def look(args: Any) -> bytes:
        found = (args[b"b"][0], args.get(b"b")[0], str(b"b" in args).encode(), args.pop(b"b")[0])
        return b"%s %s %s %s" % found

    assert send(Looking(look), long_form(), "/form?b=2").body == b"2 2 True 2"


@pytest.mark.parametrize(
    ("method", "kind"), [("POST", "text/plain"), ("PUT", "application/x-www-form-urlencoded")]
)
def test_other_long_bodies_are_not_forms(method: str, kind: str) -> None:
    """Nothing is missing in `request.args` then."""
    answer = send(Looking(lambda args: b"%d" % len(args)), long_form(), kind=kind, method=method)
    assert answer.body == b"0"


def test_no_form_is_read_for_hostkits_own_paths() -> None:
    """They take JSON, and not everybody may call them at all."""
    assert post(b"a=1", "/_hostkit/hooks/comments/check") == "0 fields, 3 bytes"


def test_json_is_no_form() -> None:
    """Its body is left alone."""
    assert post(b"a=1", kind="application/json; charset=utf-8") == "0 fields, 3 bytes"
