"""`Limits`: how much, how many and how slow requests may be."""

# Without `from __future__ import annotations`: the annotations are read when the file is.

from typing import Annotated, Final, final

import attrs

from hostkit.config._entries import Period
from hostkit.config._fields import Check, setting
from hostkit.config._scalars import Bytes, Seconds

_MOST: Final = 1_000_000

Count = Annotated[int, Check(lambda count: 1 <= count <= _MOST, f"a number from 1 to {_MOST}")]
AtLeastOne = Annotated[Bytes, Check(lambda size: size > 0, "at least one byte")]


@final
@attrs.frozen
class Limits:
    """The setting ``hostkit.listeners[].limits:``."""

    body: Bytes = setting(Bytes(50 * 1024**2), help="The body of a request, in bytes. Beyond: 413.")
    hooks_body: Bytes = setting(
        Bytes(1024**2),
        help="A body below `/_hostkit`, and any where no modules are served. Beyond: 413.",
    )
    body_in_memory: Bytes = setting(
        Bytes(1024**2),
        help="The longest body that is kept in memory; if `hooks_body` is more, that. A longer one "
        "goes to a [temporary file](#limits), and is answered with 507 if there is no room.",
    )
    bodies_in_memory: Bytes = setting(
        Bytes(64 * 1024**2),
        help="All bodies together that are kept in memory, from their first byte to the end of the "
        "answer. What comes beyond goes to temporary files.",
    )
    bodies: AtLeastOne = setting(
        Bytes(1024**3),
        help="The same, with those in temporary files. Beyond: 503 with `Retry-After`.",
    )
    url: AtLeastOne = setting(Bytes(8 * 1024), help="The URL, in bytes. Beyond: 414.")
    headers: Count = setting(100, help="The number of headers. Beyond: 431.")
    headers_size: AtLeastOne = setting(
        Bytes(16 * 1024),
        help="The first line and all headers together, in bytes. Beyond: 431, or 414.",
    )
    requests: Count = setting(
        1000,
        help="Requests in flight at a time, from their last byte to the end of the answer; those "
        "that are still arriving, or whose client does not take what was answered, do not count, "
        "nor do files that are being sent. `/health` and `/ready` are always served. Beyond: 503 "
        "with `Retry-After`.",
    )
    connections: Count = setting(
        10_000,
        help="Connections at a time. Beyond: closed at once, which is logged.",
    )
    connections_per_address: Count = setting(
        1000,
        help="The same from one IPv4 address, or one /64 of IPv6. Connections from this machine "
        "and through `haproxy:` are not counted; see [below](#proxies).",
    )
    idle: Period = setting(
        Seconds(60), help="How long a connection stays open without a request; then it is closed."
    )
    headers_time: Period = setting(
        Seconds(10), help="How long headers take to arrive, from the first byte. Beyond: 408."
    )
    body_time: Period = setting(
        Seconds(30),
        help="How long a body takes to arrive, or, if it is longer, the time in which its speed is "
        "measured. Beyond: 408.",
    )
    body_speed: AtLeastOne = setting(
        Bytes(1024),
        help="How many bytes of a body come in a second, on average over each `body_time`. "
        "Slower: 408.",
    )
    body_deadline: Period = setting(
        Seconds(30 * 60),
        help="How long a body takes to arrive, however fast it comes. Beyond: 408.",
    )
    send_idle: Period = setting(
        Seconds(30),
        help="How long a client may take nothing of an answer that waits for it; one that takes "
        "some has all the time it needs. Beyond: cut.",
    )
