"""A reactor in memory for the control socket."""

from __future__ import annotations

from typing import Any, final

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport


@final
class FakeReactor(Clock):
    """A reactor that accepts no connections."""

    def __init__(self) -> None:
        super().__init__()
        self.factory: Any = None
        self.port: Any = None

    def addReader(self, port: Any) -> None:  # noqa: N802
        self.factory, self.port = port.factory, port

    def removeReader(self, port: Any) -> None:  # noqa: N802
        if port.connected:
            port.connectionLost(None)  # as when a reactor stops

    def removeWriter(self, port: Any) -> None:  # noqa: N802
        pass

    def connect(self) -> tuple[Any, StringTransport]:
        """Connect a client."""
        protocol, transport = self.factory.buildProtocol(None), StringTransport()
        protocol.makeConnection(transport)
        return protocol, transport
