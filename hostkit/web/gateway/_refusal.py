"""`Refusal`: an answer of the gateway to what is no call of a hook."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs

from hostkit.web._pages import write_json

if TYPE_CHECKING:
    from twisted.web.server import Request


@final
@attrs.frozen(eq=False)
class Refusal(Exception):  # noqa: N818 -- it is an answer
    """A request that reaches no module.

    Attributes:
        status: The HTTP status.
        errcode: A short stable identifier.
        error: What is wrong, in words.
        field: Which argument is meant, if one is.
        allow: The methods that would be right, if the request's is wrong.
    """

    status: int
    errcode: str
    error: str
    field: str | None = None
    allow: str | None = None

    def write(self, request: Request) -> bytes:
        """Answer a request with it."""
        if self.allow is not None:
            request.setHeader(b"allow", self.allow.encode())
        field = {} if self.field is None else {"field": self.field}
        return write_json(
            request, self.status, {"errcode": self.errcode, "error": self.error, **field}
        )
