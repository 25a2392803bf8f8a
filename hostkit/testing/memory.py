"""Connections and ports in memory, which behave as those of a network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableProtocol, ITCPTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from hostkit.loops import running_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime

_FULL_BYTES: Final = 2**16
_ADDRESS: Final = "127.0.0.1"


@final
@implementer(ITCPTransport)
class End:
    """One end of a connection in memory.

    What is written arrives at the other end in the event loop's next turn, unless that end has
    paused. As on a network, a producer is paused while too much is waiting.

    Args:
        here: The port of this end.
        there: The port of the other one.
        call_soon: Calls a function in the event loop's next turn.
    """

    disconnecting = False

    def __init__(
        self, here: int, there: int, call_soon: Callable[[Callable[[], None]], Any]
    ) -> None:
        self._here = IPv4Address("TCP", _ADDRESS, here)
        self._there = IPv4Address("TCP", _ADDRESS, there)
        self._call_soon = call_soon
        self._waiting = bytearray()
        self._is_closing = False
        self._is_half_closed = False
        self.is_reading = True
        self._producer: Any = None
        self._is_producer_paused = False
        self.connected = True
        self.protocol: Any = None
        self.peer: End = self

    def getPeer(self) -> IPv4Address:
        """The address of the other end."""
        return self._there

    def getHost(self) -> IPv4Address:
        """The address of this end."""
        return self._here

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if not self.connected or self._is_closing or self._is_half_closed:
            return
        self._waiting += data
        if len(self._waiting) > _FULL_BYTES and self._producer is not None:
            self._is_producer_paused = True
            self._producer.pauseProducing()
        self._call_soon(self.flush)

    def writeSequence(self, iovec: Any) -> None:
        """Send several strings of bytes."""
        self.write(b"".join(iovec))

    def loseConnection(self) -> None:
        """Close the connection when everything was sent."""
        self._is_closing = self.disconnecting = True
        self._call_soon(self.flush)

    def loseWriteConnection(self) -> None:
        """Send no more, but go on reading."""
        self._is_half_closed = True
        self._call_soon(self.flush)

    def abortConnection(self) -> None:
        """Cut the connection."""
        self.lose(ConnectionAborted())
        self._call_soon(lambda: self.peer.lose(ConnectionLost()))

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: FBT001
        """Have a producer paused while too much is waiting."""
        self._producer = producer
        if not streaming:
            producer.resumeProducing()

    def unregisterProducer(self) -> None:
        """Forget the producer."""
        self._producer = None

    def pauseProducing(self) -> None:
        """Read no more for now."""
        self.is_reading = False

    def resumeProducing(self) -> None:
        """Read again."""
        self.is_reading = True
        self._call_soon(self.peer.flush)

    def stopProducing(self) -> None:
        """Read no more at all."""
        self.loseConnection()

    def getTcpNoDelay(self) -> bool:
        """Nothing is delayed."""
        return True

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: FBT001
        """Nothing is delayed anyway."""

    def getTcpKeepAlive(self) -> bool:
        """It needs nothing to stay alive."""
        return False

    def setTcpKeepAlive(self, enabled: bool) -> None:  # noqa: FBT001
        """It needs nothing to stay alive."""

    def flush(self) -> None:
        """Let the other end have what is waiting."""
        if not self.connected or not self.peer.connected:
            return
        if self._waiting:
            if not self.peer.is_reading:
                return
            data = bytes(self._waiting[:_FULL_BYTES])
            del self._waiting[:_FULL_BYTES]
            self.peer.protocol.dataReceived(data)
            if self._waiting:
                self._call_soon(self.flush)
                return
        if self._producer is not None and self._is_producer_paused:
            self._is_producer_paused = False
            self._producer.resumeProducing()
        if self._is_closing:
            self.lose(ConnectionDone())
            self.peer.end()
        elif self._is_half_closed:
            self.peer.end()

    def end(self) -> None:
        """The other end sends no more."""
        if not self.connected:
            return
        if IHalfCloseableProtocol.providedBy(self.protocol) and self.peer.connected:
            self.protocol.readConnectionLost()
        else:
            self.lose(ConnectionDone())
            self.peer.lose(ConnectionDone())

    def lose(self, reason: Exception) -> None:
        """Notify the protocol that the connection is lost."""
        if self.connected:
            self.connected = False
            self.protocol.connectionLost(Failure(reason))


def connect(server: Any, client: Any, port: int) -> End:
    """Connect two protocols.

    Args:
        server: The factory of the one that serves.
        client: The other one.
        port: Where it serves.

    Returns:
        The client's end.
    """
    time = time_here()

    def call_soon(function: Callable[[], None]) -> None:
        time.callLater(0, function)

    here, there = End(50000, port, call_soon), End(port, 50000, call_soon)
    here.peer, there.peer = there, here
    here.protocol, there.protocol = client, server.buildProtocol(there.getPeer())
    there.protocol.makeConnection(there)
    client.makeConnection(here)
    return here


@final
class MemoryPort:
    """A port in memory.

    Attributes:
        factory: Makes the protocols of its connections.
    """

    def __init__(self, factory: Any, number: int) -> None:
        self.factory: Final = factory
        self.number: Final = number

    def getHost(self) -> IPv4Address:
        """Its address."""
        return IPv4Address("TCP", _ADDRESS, self.number)

    def stopListening(self) -> None:
        """Accept no more."""


@final
class MemoryReactor:
    """A reactor whose ports are in memory, for a server.

    Args:
        time: Where it calls later.

    Attributes:
        ports: Those that were opened.
    """

    def __init__(self, time: IReactorTime) -> None:
        self.callLater: Final = time.callLater
        self.seconds: Final = time.seconds
        self.ports: Final[list[MemoryPort]] = []

    def listenTCP(
        self, port: int, factory: Any, backlog: int = 50, interface: str = ""
    ) -> MemoryPort:
        """Open a port."""
        del backlog, interface
        opened = MemoryPort(factory, port or 8080 + len(self.ports))
        self.ports.append(opened)
        return opened


def time_here() -> Any:
    """The time of the event loop that runs here: asyncio's, or else the reactor's."""
    if running_loop() is not None:
        return LoopTime()
    from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs it

    return reactor


@final
class LoopTime:
    """The time of the running event loop, in the words of Twisted."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def seconds(self) -> float:
        """What time it is."""
        return self._loop.time()

    def callLater(self, delay: float, function: Any, *args: Any) -> LoopCall:
        """Call a function after so many seconds."""
        return LoopCall(self._loop, delay, function, *args)


@final
class LoopCall:
    """A call that is scheduled on an event loop, in the words of Twisted."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, delay: float, function: Any, *args: Any
    ) -> None:
        self._function = function
        self._args = args
        self._is_active = True
        self._handle = loop.call_later(delay, self._call)

    def _call(self) -> None:
        self._is_active = False
        self._function(*self._args)

    def active(self) -> bool:
        """Whether it is still to be called."""
        return self._is_active

    def cancel(self) -> None:
        """Do not call after all."""
        self._is_active = False
        self._handle.cancel()
