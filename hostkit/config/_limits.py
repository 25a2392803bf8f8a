"""`Limits`: how much, how many and how slow the requests on a listener may be."""

# Without `from __future__ import annotations`: the annotations are read when the file is.

from typing import Annotated, final

import attrs

from hostkit.config._check import Check
from hostkit.config._units import Bytes, Seconds

_MOST = 1_000_000
Count = Annotated[int, Check(lambda count: 1 <= count <= _MOST, f"a number from 1 to {_MOST}")]
"""A field type: a number of things, at least one."""

Period = Annotated[Seconds, Check(lambda seconds: seconds > 0, "more than no time at all")]
"""A field type: some time, in seconds."""

_LineSize = Annotated[Bytes, Check(lambda size: size > 0, "at least one byte")]


@final
@attrs.frozen
class Limits:
    """The setting ``hostkit.listeners[].limits:``.

    Attributes:
        body: The longest body of a request to a module, in bytes.
        hooks_body: The longest body of a request below ``/_hostkit``, in bytes.
        url: The longest URL, in bytes.
        headers: How many headers a request may have.
        headers_size: How long its first line and all its headers may be together, in bytes.
        requests: How many requests may be under way at a time.
        idle: How long a connection may stay without a request, in seconds.
        headers_time: How long the headers of a request may take to arrive, in seconds.
        body_time: How long its body may take, in seconds; a longer body gets more time.
    """

    body: Bytes = attrs.field(default=Bytes(50 * 1024**2))
    hooks_body: Bytes = attrs.field(default=Bytes(1024**2))
    url: _LineSize = attrs.field(default=Bytes(8 * 1024))
    headers: Count = 100
    headers_size: _LineSize = attrs.field(default=Bytes(16 * 1024))
    requests: Count = 1000
    idle: Period = attrs.field(default=Seconds(60))
    headers_time: Period = attrs.field(default=Seconds(10))
    body_time: Period = attrs.field(default=Seconds(30))
