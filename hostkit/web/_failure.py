"""What is logged and answered when a resource does not do its part."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, cast

from hostkit.web._pages import send, write_error

if TYPE_CHECKING:
    from twisted.web.server import Request

_LONGEST: Final = 200
_KEPT: Final = frozenset({b"server", b"date"})


def log_failure(request: Request, what: str, error: BaseException | None = None) -> None:
    """Log what a resource did wrong, by the name of its module.

    Args:
        request: The request it was asked to answer.
        what: What it did, as it reads before ``GET /words``.
        error: What it raised, if it did.
    """
    module: str | None = getattr(request, "module", None)
    name = "hostkit.web" if module is None else f"hostkit.modules.{module}"
    who = "a resource" if module is None else f"module {module!r}"
    # Not the query, which may hold tokens.
    asked = f"{_text(request.method)} {_text(request.path)}"
    logging.getLogger(name).error("%s %s %s", who, what, asked, exc_info=error)


def give_up(request: Request) -> None:
    """Answer with a failure that is none of the client's, if there is something to answer.

    Headers that were meant for the answer that failed are dropped. Of an answer that was begun the
    connection is aborted: half of it must not be taken for the whole.

    Args:
        request: The request.
    """
    if getattr(request, "channel", None) is None:  # it was answered, or the client is gone
        return
    if request.startedWriting:
        cast("Any", request.transport).abortConnection()
        return
    for name, _ in list(request.responseHeaders.getAllRawHeaders()):
        if name.lower() not in _KEPT:
            request.responseHeaders.removeHeader(name)
    request.cookies.clear()
    request.etag = request.lastModified = None
    error = "the answer failed; the log says more"
    send(request, write_error(request, 500, "internal_error", error))


def _text(sent: bytes) -> str:
    """Write what a client sent so that it cannot control a terminal, or fill a log."""
    return repr(sent[:_LONGEST])[2:-1]
