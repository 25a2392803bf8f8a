"""`trace_of`: the trace that a request belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.traces import TraceContext, read_trace

if TYPE_CHECKING:
    from twisted.web.server import Request


def trace_of(request: Request) -> TraceContext | None:
    """Read the trace from the headers of a request.

    Args:
        request: The request.

    Returns:
        The trace; `None` if the request names none, or more than one.
    """
    headers = request.requestHeaders
    parents = headers.getRawHeaders(b"traceparent")
    if parents is None or len(parents) > 1:
        return None
    states = headers.getRawHeaders(b"tracestate", [])
    return read_trace(parents[0].decode("latin-1"), b",".join(states).decode("latin-1"))
