"""`Document`: a page of JSON that stays the same."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, final

from twisted.web.resource import Resource

from hostkit.web._http_error import HttpError
from hostkit.web._methods import refuse_others
from hostkit.web._pages import write_json
from hostkit.web.gateway._requests import refuse_browsers

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request


@final
class Document(Resource):
    """Serves what is written when it is first asked for.

    Args:
        write: Gives the document.
    """

    isLeaf = True

    def __init__(self, write: Callable[[], dict[str, Any]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._write = write

    @cached_property
    def _body(self) -> bytes:
        return json.dumps(self._write(), allow_nan=False, indent=2).encode() + b"\n"

    def render(self, request: Request) -> bytes:
        """Answer GET and HEAD."""
        if request.method not in {b"GET", b"HEAD"}:
            return refuse_others(request, b"GET, HEAD, OPTIONS")
        try:
            refuse_browsers(request)
        except HttpError as error:
            return write_json(request, error.status, error.body)
        request.setHeader(b"content-type", b"application/json")
        return self._body
