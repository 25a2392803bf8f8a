"""Methods that resources have, and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from twisted.web.error import UnsupportedMethod

from hostkit.web import Router
from tests.web.conftest import ask
from tests.web.pages import Bare, Echo

if TYPE_CHECKING:
    from twisted.web.resource import Resource
    from twisted.web.server import Request


def serve(resource: Resource) -> Router:
    """Serve a resource at ``/a``."""
    return Router({"/a": resource})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_a_method_that_a_resource_lacks_is_refused(method: str) -> None:
    """A resource without `render_POST` answers POST with 405, and says what it has."""
    answer = ask(serve(Echo("a")), method, "/a", b"{}")
    assert (answer.status, answer.headers["allow"]) == (405, "get, head, options")
    assert answer.json == {
        "errcode": "method_not_allowed",
        "error": "this method is not served at this path; it has GET, HEAD, OPTIONS",
    }


@pytest.mark.parametrize("method", ["BREW", "get", "__class__"])
def test_a_method_that_http_does_not_have_is_not_implemented(method: str) -> None:
    """What no resource could have is answered with 501."""
    answer = ask(serve(Echo("a")), method, "/a")
    assert (answer.status, answer.json["errcode"]) == (501, "not_implemented")
    assert "allow" not in answer.headers


def test_options_tells_the_methods() -> None:
    """OPTIONS is answered for resources that do not know it."""
    answer = ask(serve(Echo("a")), "OPTIONS", "/a")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["allow"] == "get, head, options"
    assert "content-length" not in answer.headers


def test_options_is_the_resources_if_it_wants_it() -> None:
    """A resource with `render_OPTIONS` answers by itself, say with headers for other origins."""

    class Shared(Echo):
        def render_OPTIONS(self, request: Request) -> bytes:  # noqa: N802
            request.setHeader(b"access-control-allow-origin", b"*")
            return b""

    answer = ask(serve(Shared("a")), "OPTIONS", "/a")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert ask(serve(Shared("a")), "POST", "/a").headers["allow"] == "get, head, options"


def test_head_is_get_without_the_body() -> None:
    """HEAD has the headers of GET, the length among them."""
    got, head = (ask(serve(Echo("a")), method, "/a") for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.body))


def test_head_without_get_is_refused() -> None:
    """Twisted's HEAD is made of GET; where there is none, HEAD is not told to be there."""

    class Inbox(Bare):
        def render_POST(self, request: Request) -> bytes:  # noqa: N802
            return b"taken"

    root = serve(Inbox())
    answer = ask(root, "HEAD", "/a")
    assert (answer.status, answer.body) == (405, b"")
    assert answer.headers["allow"] == ask(root, "GET", "/a").headers["allow"] == "options, post"


def test_head_may_be_a_resources_own() -> None:
    """A resource that has written HEAD itself is asked, whatever else it has."""

    class Light(Bare):
        def render_HEAD(self, request: Request) -> bytes:  # noqa: N802
            request.setHeader(b"x-light", b"on")
            return b""

    answer = ask(serve(Light()), "HEAD", "/a")
    assert (answer.status, answer.headers["x-light"]) == (200, "on")
    assert ask(serve(Light()), "GET", "/a").headers["allow"] == "head, options"


def test_head_is_made_of_get_for_resources_that_render_by_themselves() -> None:
    """A resource with its own `render` that knows GET only is asked for GET."""

    class Plain(Bare):
        def render(self, request: Request) -> bytes:
            if request.method != b"GET":
                raise UnsupportedMethod([b"GET"])
            return b"hello"

    answer = ask(serve(Plain()), "HEAD", "/a")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "5")
    assert ask(serve(Plain()), "POST", "/a").headers["allow"] == "get, head, options"


def test_what_a_resource_says_it_allows_is_told() -> None:
    """`allowedMethods` goes before what the names of its functions tell."""

    class Picky(Bare):
        allowedMethods = (b"PROPFIND",)  # noqa: N815

    assert ask(serve(Picky()), "GET", "/a").headers["allow"] == "options, propfind"
