"""`Admin`: what operators ask a server from elsewhere, over HTTP and with a token."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.dispatch import Outcome
from hostkit.web._json_resource import HttpError, JsonResource
from hostkit.web._query import query_value, query_values
from hostkit.web.admin._inspecting import modules_of, status_of
from hostkit.web.admin._receipts import Wanted, explain_unknown, find_receipt, none_left, page_of
from hostkit.web.gateway import redacted

if TYPE_CHECKING:
    from twisted.web.server import Request

    from hostkit.host import Host
    from hostkit.web.admin._inspecting import Serving

ADMIN_PATH: Final = "/_hostkit/admin"
"""Where it is served."""

VERSION: Final = 1
"""Is raised when what a program reads changes its meaning or is gone."""

_PAGES: Final = ("status", "modules", "receipts")


@final
class Admin(JsonResource):
    """Answers what `hostkit status`, ``modules`` and ``receipts`` ask; it changes nothing.

    Args:
        host: The host.
        server: Serves it. It lets nobody reach this resource without a token.
    """

    isLeaf = True

    def __init__(self, host: Host, server: Serving) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._host = host
        self._server = server

    def on_GET(self, request: Request) -> dict[str, Any]:
        """Answer.

        Raises:
            HttpError: There is no such page (404), or a field of the query is wrong (400).
        """
        request.setHeader(b"cache-control", b"no-store")
        path = [step.decode("utf-8", "replace") for step in request.postpath or () if step]
        answer = self._answer(path, request)
        shown = redacted(answer, self._host.receipts.redact)
        return {"version": VERSION, "pid": os.getpid(), **shown}

    def _answer(self, path: list[str], request: Request) -> dict[str, Any]:
        match path:
            case []:
                return {"pages": [f"{ADMIN_PATH}/{page}" for page in _PAGES]}
            case ["status"]:
                return status_of(self._host, self._server)
            case ["modules"]:
                return {"modules": modules_of(self._host)}
            case ["receipts"]:
                wanted = self._read(request)
                after = query_value(request, "after", str, None)
                return page_of(self._host.receipts, wanted, after)
            case ["receipts", receipt_id]:
                found = find_receipt(self._host.receipts, receipt_id)
                if found is None:
                    missing = none_left(self._host.receipts, receipt_id)
                    raise HttpError(404, "no_such_receipt", missing)
                return found
            case _:
                raise HttpError(404, "not_found", f"there are: {', '.join(_PAGES)}")

    def _read(self, request: Request) -> Wanted:
        wanted = Wanted(
            hook=query_value(request, "hook", str, None),
            module=query_value(request, "module", str, None),
            outcomes=tuple(query_values(request, "outcome", Outcome)),
            limit=query_value(request, "limit", _at_least_0, Wanted().limit),
        )
        unknown = explain_unknown(self._host, wanted)
        if unknown is not None:
            raise HttpError(400, "unknown_name", unknown)
        return wanted


def _at_least_0(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


_at_least_0.__name__ = "number"  # so errors call it
