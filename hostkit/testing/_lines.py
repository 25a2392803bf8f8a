"""The lines that a client has to a host: one for each request, and those for raw bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Protocol
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IAgentEndpointFactory
from zope.interface import implementer

from hostkit.loops import enter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from twisted.internet.interfaces import IProtocolFactory

    from hostkit.testing._http import Reading


def raw_headers(*given: Mapping[str, str | Sequence[str]]) -> Headers:
    """Write headers for Twisted's client.

    Args:
        given: The headers; those that come later take the place of others with their names.
    """
    headers = Headers()
    for each in given:
        for name, value in each.items():
            headers.setRawHeaders(name, [value] if isinstance(value, str) else [*value])
    return headers


def headers_of(response: Any) -> dict[str, str]:
    headers = {
        name.decode().lower(): ", ".join(value.decode("latin-1") for value in values)
        for name, values in response.headers.getAllRawHeaders()
    }
    if response.length is not UNKNOWN_LENGTH:  # Twisted keeps this one for itself
        headers.setdefault("content-length", str(response.length))
    return headers


@final
@implementer(IAgentEndpointFactory, IStreamClientEndpoint)
class Line:
    """Connects one request of a client; an endpoint, and what finds it."""

    def __init__(self, connect: Callable[[IProtocolFactory], Deferred[Any]]) -> None:
        self._connect = connect
        self._protocol: Any = None

    def endpointForURI(self, uri: Any) -> Any:
        """There is one endpoint for all URLs."""
        del uri
        return self

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[Any]:  # noqa: N803
        """Connect."""

        def keep(protocol: Any) -> Any:
            self._protocol = protocol
            return protocol

        return self._connect(protocolFactory).addCallback(keep)

    def hang_up(self) -> None:
        """Close the connection, if it is still open."""
        transport = getattr(self._protocol, "transport", None)
        if transport is not None and getattr(transport, "connected", False):
            transport.loseConnection()


@final
class Streamed:
    """An answer that is read piece by piece.

    Attributes:
        status: Its status.
        headers: Its headers, as those of an `Answer`.
    """

    def __init__(self, status: int, headers: Mapping[str, str], reading: Reading) -> None:
        self.status: Final = status
        self.headers: Final = headers
        self._reading = reading

    async def read(self) -> bytes:
        """Wait for all that is left of the body."""
        return await self._reading.all()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await self._reading.next():
            yield piece


@final
class Connection(Protocol):
    """A connection to a host, for what no well-behaved client sends.

    Attributes:
        received: What came back so far.
        is_open: Whether it is open.
    """

    def __init__(self) -> None:
        self.received = b""
        self.is_open = True
        self._waiting: list[Deferred[None]] = []

    def send(self, data: bytes | str) -> None:
        """Send bytes as they are."""
        transport: Any = self.transport
        transport.write(data.encode() if isinstance(data, str) else data)

    def hang_up(self) -> None:
        """Cut it."""
        transport: Any = self.transport
        if self.is_open:
            transport.abortConnection()

    async def until(self, data: bytes) -> bytes:
        """Wait until these bytes have come back, or the connection is closed.

        Returns:
            All that came back so far.
        """
        while data not in self.received and self.is_open:
            await self._change()
        return self.received

    async def until_closed(self) -> bytes:
        """Wait until the connection is closed.

        Returns:
            All that came back.
        """
        while self.is_open:
            await self._change()
        return self.received

    def dataReceived(self, data: bytes) -> None:
        """Take what came back."""
        self.received += data
        self._wake()

    def connectionLost(self, reason: Any = None) -> None:
        """Note that it is closed."""
        del reason
        self.is_open = False
        self._wake()

    async def _change(self) -> None:
        change: Deferred[None] = Deferred()
        self._waiting.append(change)
        await enter(change)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for change in waiting:
            change.callback(None)
