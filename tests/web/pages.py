"""Pages that tests serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

if TYPE_CHECKING:
    from twisted.web.server import Request


class Bare(Resource):
    """A resource that has nothing yet."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]


class Echo(Bare):
    """Tells its name, and what of the path was and was not used up to reach it."""

    def __init__(self, name: str, *, leaf: bool = True) -> None:
        super().__init__()
        self.isLeaf = leaf
        self._name = name

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 -- so named by Twisted
        assert request.prepath is not None
        assert request.postpath is not None
        took = b"/".join(request.prepath).decode()
        left = b"/".join(request.postpath).decode()
        return f"{self._name}: {took} | {left}".encode()


class Held(Bare):
    """Answers with the length of the body, when the test says so."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []

    def render(self, request: Request) -> int:
        """Wait."""
        self.requests.append(request)
        return NOT_DONE_YET

    def answer(self, text: bytes = b"done") -> None:
        """Answer the request that has waited longest."""
        request = self.requests.pop(0)
        if not request.startedWriting:
            request.setHeader(b"content-length", b"%d" % len(text))
        request.write(text)
        request.finish()


class Count(Bare):
    """Answers with the number of bytes in the body."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        assert request.content is not None
        return b"%d" % len(request.content.read())

    render_POST = render_GET  # noqa: N815
