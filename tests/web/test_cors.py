"""Pages of other origins that use what a host serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from hostkit.web import Cors, HttpError, JsonResource, Router
from tests.web.pages import Echo

from .conftest import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

ANYONE = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "get, head, post, put, delete, options",
    "access-control-allow-headers": "x-requested-with, content-type, authorization, date",
}


class Words(JsonResource):
    def on_GET(self, request: Any) -> Any:  # noqa: N802 -- so named
        if request.postpath:
            raise HttpError(403, "no", "not you")
        return {"words": 1}

    def on_POST(self, request: Any) -> Any:  # noqa: N802
        raise ValueError("boom")


Words.isLeaf = True


def root(**options: Any) -> Cors:
    """Serve words and an echo for other origins."""
    router = Router({"/words": Words(), "/echo": Echo("echo")})  # type: ignore[no-untyped-call]
    return Cors(router, **options)


def allowing(headers: Mapping[str, str]) -> dict[str, str]:
    """Give the headers that are about other origins."""
    return {name: each for name, each in headers.items() if name.startswith("access-control")}


@pytest.mark.parametrize("path", ["/words", "/words/x", "/echo", "/nothing", "/", "/words/../x"])
def test_a_browser_may_ask_first_at_every_path(path: str) -> None:
    """The answer is 204 without a body, whether something is there or not."""
    answer = ask(root(), "OPTIONS", path)
    assert (answer.status, answer.body) == (204, b"")
    assert allowing(answer.headers) == ANYONE


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/words", 200),
        ("GET", "/words/x", 403),
        ("POST", "/words", 500),
        ("DELETE", "/words", 405),
        ("GET", "/echo/x", 200),
        ("GET", "/nothing", 404),
        ("GET", "/a/../b", 400),
    ],
)
def test_every_answer_may_be_used(method: str, path: str, status: int) -> None:
    """Errors as well, which a page would not see otherwise."""
    answer = ask(root(), method, path)
    assert answer.status == status
    assert allowing(answer.headers) == ANYONE


def test_a_path_is_found_as_without_it() -> None:
    """A resource sees the same path, and a leaf at the root works too."""
    assert ask(root(), "GET", "/echo/a/b").body == ask(root()._resource, "GET", "/echo/a/b").body
    plain = Resource()
    plain.putChild(b"echo", Echo("below"))
    assert ask(Cors(plain), "GET", "/echo").status == 200


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://a.example", True), ("https://evil.example", False), (None, False), ("null", False)],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_origins_may_be_named(method: str, origin: str | None, *, allowed: bool) -> None:
    """Others get an answer without the headers; caches know that it depends on the origin."""
    headers: Any = {} if origin is None else {"Origin": origin}
    served = root(origins=("https://a.example", "https://b.example"))
    answer = ask(served, method, "/words", **headers)
    assert answer.status == (204 if method == "OPTIONS" else 200)
    assert answer.headers["vary"] == "origin"
    expected = {**ANYONE, "access-control-allow-origin": "https://a.example"} if allowed else {}
    assert allowing(answer.headers) == expected


def test_methods_and_headers_may_be_named() -> None:
    """Also those of answers that pages may read."""
    served = root(methods=("GET",), headers=("X-Word",), exposed=("X-Count", "X-Next"))
    assert allowing(ask(served, "GET", "/words").headers) == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "get",
        "access-control-allow-headers": "x-word",
        "access-control-expose-headers": "x-count, x-next",
    }
