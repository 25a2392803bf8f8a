"""A module with pages that are long, slow, or neither."""

from __future__ import annotations

from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from twisted.web.static import File

if TYPE_CHECKING:
    from twisted.web.server import Request

    from hostkit import ModuleApi

MEGABYTE = 1024**2


class Page(Resource):
    """Answers with the same bytes for everybody, at once or after a while."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def __init__(self, body: bytes, seconds: float = 0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._body = body
        self._seconds = seconds

    def render_GET(self, request: Request) -> bytes | int:  # noqa: N802
        if not self._seconds:
            return self._body
        from twisted.internet import reactor

        clock: Any = reactor
        clock.callLater(self._seconds, self._answer, request)
        return NOT_DONE_YET

    def _answer(self, request: Request) -> None:
        request.write(self._body)
        request.finish()


class Pages:
    """Registers them."""

    def __init__(self, config: object, api: ModuleApi) -> None:
        self._file = NamedTemporaryFile()  # noqa: SIM115 -- until the process ends
        self._file.write(b"x" * 16 * MEGABYTE)
        self._file.flush()
        pages = {
            "/small": Page(b"small"),
            "/page": Page(b"x" * MEGABYTE),
            "/slow": Page(b"slow", 0.2),
            "/file": File(self._file.name),
        }
        for path, page in pages.items():
            api.register_web_resource(path, page)
