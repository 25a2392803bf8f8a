"""`Guard`: bounds the head of an answer, and cuts connections off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IProtocolFactory

LONGEST_HEAD: Final = 128 * 1024
"""How long the status line and headers of an answer may be, in bytes."""


@final
class Guard(ProtocolWrapper):
    """Stands between a connection and Twisted's client, which would collect headers for ever.

    The client pauses the connection when it has read a head whose body it is then asked for. So
    everything that comes between a request and that pause is head.
    """

    _head_bytes = 0
    _is_head = True
    transport: Any

    def write(self, data: bytes) -> None:
        """Send a part of a request; what comes next is the head of its answer."""
        self._head_bytes, self._is_head = 0, True
        super().write(data)  # type: ignore[no-untyped-call]

    def pauseProducing(self) -> None:
        """Pause, as the head was read."""
        self._is_head = False
        self.transport.pauseProducing()

    def stopProducing(self) -> None:
        """Cut the connection off: a server that sends too much would not end it."""
        self.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        """Pass on what was received, up to the limit."""
        if self._is_head:
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD:
                self.transport.abortConnection()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


@final
class GuardedEndpoint:
    """Connects to an endpoint, with a `Guard` before the protocol.

    Args:
        endpoint: The endpoint.
    """

    def __init__(self, endpoint: Any) -> None:
        self._endpoint = endpoint

    def connect(self, factory: IProtocolFactory) -> Deferred[Any]:
        """Connect; see `twisted.internet.interfaces.IStreamClientEndpoint`."""
        guarded = WrappingFactory(factory)
        guarded.noisy = False
        guarded.protocol = Guard
        connected: Deferred[Any] = self._endpoint.connect(guarded)
        connected.addCallback(lambda guard: guard.wrappedProtocol)
        return connected
