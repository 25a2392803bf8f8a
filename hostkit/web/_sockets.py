"""Sockets that one process opens and others listen on: `SocketReactor` stands between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from twisted.internet.defer import Deferred, execute
from twisted.internet.interfaces import IStreamServerEndpoint
from zope.interface import implementer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.internet.interfaces import IListeningPort, IProtocolFactory


@attrs.frozen
class Place:
    """Where a socket listens.

    Attributes:
        kind: ``tcp``, ``unix``, or ``inherited`` from the service manager.
        name: The interface, the path, or the endpoint string.
        port: The number of the port, if it has one.
        backlog: How many connections may wait.
        parts: The parts of the endpoint string of a UNIX socket.
    """

    kind: str
    name: str
    port: int = 0
    backlog: int = attrs.field(default=50, eq=False)
    parts: Mapping[str, str] = attrs.field(factory=dict, eq=False)

    @property
    def key(self) -> str:
        """What the place is called between processes."""
        return f"{self.kind}:{self.port}:{self.name}"


class SocketReactor:
    """A reactor for endpoints, in which a class of its own decides what listening means.

    So the endpoints themselves, with their certificates and their protocols, are the same in the
    process that opens sockets and in those that listen on them.

    Args:
        reactor: The Twisted reactor, which does all else.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def listen(self, place: Place, factory: Any) -> Any:
        """Listen at a place.

        Args:
            place: The place.
            factory: Makes what answers.

        Returns:
            The port.

        Raises:
            CannotListenError: It is not possible.
        """
        raise NotImplementedError

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        """Listen on a port, for Twisted's endpoints."""
        return self.listen(Place("tcp", interface, port, backlog), factory)

    def listenSSL(
        self,
        port: int,
        factory: Any,
        contextFactory: Any,  # noqa: N803
        backlog: int = 50,
        interface: str = "",
    ) -> Any:
        """Listen on a port with TLS, for Twisted's endpoints."""
        from twisted.protocols.tls import TLSMemoryBIOFactory  # noqa: PLC0415 -- an extra

        secure = TLSMemoryBIOFactory(contextFactory, False, factory)  # noqa: FBT003
        return self.listenTCP(port, secure, backlog, interface)


@attrs.frozen
@implementer(IStreamServerEndpoint)
class PlacedEndpoint:
    """An endpoint whose socket a `SocketReactor` finds."""

    _reactor: SocketReactor
    _place: Place

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:  # noqa: N803
        """Listen there."""
        return execute(self._reactor.listen, self._place, protocolFactory)
