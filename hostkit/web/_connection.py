"""A connection as its listener sees it: `Phase`, what it does, and `ChannelSite`, what it asks."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from hostkit.config import Limits
from hostkit.web._admission import Admission
from hostkit.web._bodies import Bodies

if TYPE_CHECKING:
    from twisted.web.http import Request


class Phase(Enum):
    """What a connection is doing."""

    IDLE = "idle"
    HEADERS = "headers"
    BODY = "body"
    BUSY = "busy"
    CLOSING = "closing"


class ChannelSite(Protocol):
    """What a connection belongs to: `hostkit.web._site.HostSite`.

    Attributes:
        limits: What requests are held to.
        admission: Whether a request is accepted.
        memory_bytes: The longest body that is kept in memory.
        bodies: How much of bodies is kept.
        busy: How many requests are in flight.
        held_up: How many of these wait for their clients to take what was answered.
        horizon: When deadlines are looked at next; they are counted from then.
        is_draining: Whether connections are to end.
    """

    limits: Limits
    admission: Admission
    memory_bytes: int
    bodies: Bodies
    busy: int
    held_up: int
    horizon: float
    is_draining: bool
    seconds: Callable[[], float]
    reactor: Any

    def is_full(self, url: bytes, *, is_extra: bool) -> bool:
        """Whether there are too many requests in flight for another one."""

    def log(self, request: Request) -> None:
        """Note a request that was answered, if this was asked for."""

    def add(self, channel: Any) -> None:
        """Look at a connection's deadlines from now on."""

    def remove(self, channel: Any) -> None:
        """Forget a connection."""
