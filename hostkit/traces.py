"""The trace that a request belongs to, which is passed on to the servers that modules ask."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

_PARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", re.ASCII)
_LONGEST_STATE: Final = 512


@final
@attrs.frozen
class TraceContext:
    """What the headers of W3C's Trace Context say.

    Attributes:
        parent: The header ``traceparent``.
        state: The header ``tracestate``; empty if there is none.
    """

    parent: str
    state: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers by which it is passed on."""
        more = {"tracestate": self.state} if self.state else {}
        return {"traceparent": self.parent, **more}

    def within(self, function: Callable[[], None]) -> None:
        """Call a function, with this as the current trace; meant for a context of its own.

        Args:
            function: The function.
        """
        current_trace.set(self)
        function()


def read_trace(parent: str, state: str = "") -> TraceContext | None:
    """Read the headers of a request.

    Args:
        parent: The header ``traceparent``.
        state: The header ``tracestate``.

    Returns:
        What they say; `None` if the first one is malformed. A second one that is too long to be
        passed on by everything is left out.
    """
    if _PARENT.fullmatch(parent) is None:
        return None
    is_plain = state.isascii() and state.isprintable() and len(state) <= _LONGEST_STATE
    return TraceContext(parent, state if is_plain else "")


current_trace: Final[ContextVar[TraceContext | None]] = ContextVar("hostkit_trace", default=None)
"""The trace of the request that is being answered."""
