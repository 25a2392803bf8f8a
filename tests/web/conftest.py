from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, final

import attrs
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request, Site

from hostkit import ALLOW, Category, Decision, Deny, Host, ModuleApi, hookspec, rules
from hostkit.web import HostRequest, JsonResource, Router

if TYPE_CHECKING:
    from collections.abc import Callable


@final
@attrs.frozen
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Give what the body says."""
        return json.loads(self.body)


@final
class Wire:
    """One connection to a site of its own, without a network."""

    def __init__(self, root: IResource) -> None:
        self._transport = StringTransport()
        site = Site(root, requestFactory=HostRequest, reactor=Clock())
        self._protocol = site.buildProtocol(IPv4Address("TCP", "127.0.0.1", 1))
        assert self._protocol is not None
        self._protocol.makeConnection(self._transport)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> None:
        """Send a request; `path` is sent as it is, and `_` in the name of a header as `-`."""
        lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
        head = f"{method} {path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n{''.join(lines)}\r\n"
        assert self._protocol is not None
        self._protocol.dataReceived(head.encode("utf-8", "surrogateescape") + body)

    def hang_up(self) -> None:
        """Go away without waiting for the answer."""
        assert self._protocol is not None
        self._protocol.connectionLost(Failure(ConnectionLost()))

    @property
    def is_answered(self) -> bool:
        """Tell whether anything was written."""
        return bool(self._transport.value())

    @property
    def is_aborted(self) -> bool:
        """Tell whether the connection was cut."""
        return bool(self._transport.disconnected)

    @property
    def answer(self) -> Answer:
        """Give the answer."""
        head, _, body = self._transport.value().partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return Answer(int(first.split()[1]), headers, body)


def ask(root: IResource, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    """Send one request to a resource and give the answer."""
    wire = Wire(root)
    wire.send(method, path, body, **headers)
    return wire.answer


def serve(handler: Callable[[Request], Any]) -> Router:
    """Serve what a function answers to GET at ``/a``, as the module ``words``."""

    class Page(JsonResource):
        async def on_GET(self, request: Request) -> Any:  # noqa: N802
            result = handler(request)
            return await result if isinstance(result, Deferred) else result

    page: Any = Page
    return Router({"/a": page()}, {"/a": "words"})


class Bare(Resource):
    """A resource that has nothing yet."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]


class Echo(Resource):
    """Tells its name, and what of the path was and was not used up to reach it."""

    def __init__(self, name: str, *, leaf: bool = True) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.isLeaf = leaf
        self._name = name

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 -- so named by Twisted
        assert request.prepath is not None
        assert request.postpath is not None
        took = b"/".join(request.prepath).decode()
        left = b"/".join(request.postpath).decode()
        return f"{self._name}: {took} | {left}".encode()


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


class Asked:
    """A module whose config is the callbacks it registers."""

    def __init__(self, config: dict[str, Callable[..., Any]], api: ModuleApi) -> None:
        api.register(Comments, **config)


def make_host(**callbacks: Callable[..., Any]) -> Host:
    """Build a host with one module, ``words``, that has these callbacks."""
    module = {"module": Asked, "name": "words", "config": callbacks}
    return Host.from_config({"modules": [module]}, categories=[Comments]).build()
