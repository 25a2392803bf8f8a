from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from twisted.internet.defer import Deferred

from hostkit import ALLOW, Category, Decision, Deny, Host, hookspec, rules, testing
from hostkit.web import Gateway, JsonResource, Router
from tests.web.line import Line, close_sites, make_site
from tests.web.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twisted.web.resource import IResource
    from twisted.web.server import Request

    from hostkit.testing import Answer


HOOKS: Final = "/_hostkit/hooks"


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give what modules and ports did, in order."""
    steps: list[str] = []
    monkeypatch.setattr(Recorder, "steps", steps)
    return steps


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    """Close the sites that a test has opened."""
    yield
    close_sites()


def ask(root: IResource, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    """Send one request to a resource and give the answer; `_` in a header's name is sent as `-`."""
    return send(root, method, path, body, **headers).answer


def send(root: IResource, method: str, path: str, body: bytes = b"", **headers: str) -> Line:
    """Send one request to a resource, on a connection of its own."""
    line = Line(make_site(root, body=2**30, url=2**20))
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    head = f"{method} {path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n{''.join(lines)}\r\n"
    line.send(head.encode("utf-8", "surrogateescape") + body)
    return line


def serve(handler: Callable[[Request], Any]) -> Router:
    """Serve what a function answers to GET at ``/a``, as the module ``words``."""

    class Page(JsonResource):
        async def on_GET(self, request: Request) -> Any:  # noqa: N802
            result = handler(request)
            return await result if isinstance(result, Deferred) else result

    page: Any = Page
    return Router({"/a": page()}, {"/a": "words"})


class Comments(Category):
    """What the tests of this package ask."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def check_comment(self, author: str, text: str = "") -> Decision:
        """Called before a comment is stored."""

    @hookspec(rules.FirstResult())
    async def find_title(self, text: str) -> Any:
        """Called for the title of a comment."""

    @hookspec(rules.Notify())
    async def on_comment_posted(self, author: str) -> None:
        """Called after a comment was stored."""

    @hookspec(rules.FirstDenial())
    async def check_name(self, name: str) -> Decision:
        """Called before a name is taken; without a module, short names are denied."""
        return ALLOW if len(name) > 1 else Deny("too_short", "one letter is not a name")

    @hookspec(rules.FirstDenial(read=lambda answer: answer, allow="ok", denial="unsure"))
    async def check_link(self, link: str) -> str:
        """Called for each link; any answer but "ok" denies."""


def hooks_of(host: Host) -> Router:
    """Serve a host's hooks to everybody."""
    return Router(Gateway(host, token=None).resources)


def call(host: Host, hook: str, body: bytes | None = None, /, **arguments: Any) -> Answer:
    """Call a hook over HTTP, by its full name, which a query may follow."""
    sent = json.dumps(arguments).encode() if body is None else body
    return ask(hooks_of(host), "POST", f"{HOOKS}/{hook.replace('.', '/')}", sent)


def make_host(*categories: type[Category], name: str = "words", **answers: Any) -> Host:
    """Build a host with one module that answers so, for `Comments` or other categories."""
    module = testing.Recorder(name=name, **answers)
    return testing.build_host([module], categories=categories or [Comments])
