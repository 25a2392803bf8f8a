"""What hostkit asks of transports: to half-close, to go in any case, and what a client takes."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import IReadWriteDescriptor, ISSLTransport, ITCPTransport
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

_log: Final = logging.getLogger("hostkit.web")


def can_half_close(transport: object) -> bool:
    """Whether a transport can end its writing and go on reading.

    Args:
        transport: The transport.
    """
    is_tcp: bool = ITCPTransport.providedBy(transport)
    return is_tcp and not ISSLTransport.providedBy(transport)


def cut(transport: Any) -> None:
    """Cut a connection at once, whatever its transport raises.

    An event loop may have lost its watch of the connection, and then raises at each attempt to end
    it, or does nothing at the second one; the descriptor has to be closed nevertheless.

    Args:
        transport: The transport.
    """
    with suppress(Exception):
        transport.abortConnection()
    # With TLS, the descriptor is that of the transport below.
    below: Any = getattr(transport, "transport", transport)
    is_descriptor: bool = IReadWriteDescriptor.providedBy(below)
    if not is_descriptor:
        return
    for stop in ("stopReading", "stopWriting"):
        # The first may raise as long as both are watched, and the second not any more.
        with suppress(Exception):
            getattr(below, stop)()
        setattr(below, stop, _nothing)  # it is done again, below
    try:
        below.connectionLost(Failure(ConnectionAborted()))
    except Exception:  # noqa: BLE001 -- whatever a protocol raises
        _log.exception("a protocol failed when its connection was cut")


@final
class Uptake:
    """When a client last took something of what is sent to it.

    Args:
        transport: Its connection.
        seconds: The time now.

    Attributes:
        taken_at: When that was, or when something began to wait.
    """

    def __init__(self, transport: Any, seconds: Callable[[], float]) -> None:
        self.taken_at = 0.0
        self._seconds = seconds
        # With TLS, what is encrypted waits in the transport below.
        below: Any = getattr(transport, "transport", transport)
        self._send: Any = getattr(below, "writeSomeData", None)
        if self._send is not None:  # or else nobody knows, and waiting is all that counts
            below.writeSomeData = self._note

    def begin(self) -> None:
        """Note that something begins to wait."""
        self.taken_at = self._seconds()

    def _note(self, data: bytes) -> int | Exception:
        sent: int | Exception = self._send(data)
        if isinstance(sent, int) and sent > 0:
            self.taken_at = self._seconds()
        return sent


def _nothing() -> None:
    pass
