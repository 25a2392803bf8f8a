"""Clients of a control socket in memory."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, final

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from hostkit.control.listening import control_socket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hostkit.config import HostFile
    from hostkit.control.listening import Command


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


class _Transport(StringTransport):
    socket: Any = None


@final
class Client:
    """A connection to a control socket, by a program that is `peer`, if that is known.

    Attributes:
        protocol: The server's end.
        transport: What that writes to.
    """

    def __init__(self, reactor: FakeReactor, peer: object = None) -> None:
        self.protocol: Any = reactor.factory.buildProtocol(None)
        self.transport: Any = _Transport()  # type: ignore[no-untyped-call]
        self.transport.socket = peer
        self.protocol.makeConnection(self.transport)

    def send(self, line: bytes) -> Client:
        """Send a line."""
        self.protocol.dataReceived(line + b"\n")
        return self

    def ask(self, command: str, **arguments: Any) -> Client:
        """Send a command."""
        return self.send(json.dumps({"command": command, "arguments": arguments}).encode())

    @property
    def answers(self) -> list[Any]:
        """What the server has written."""
        return [json.loads(line) for line in self.transport.value().splitlines()]


@contextlib.contextmanager
def connected(
    file: HostFile, commands: Mapping[str, Command], peer: object = None
) -> Iterator[Client]:
    """Listen at the control socket of a file, and connect a client to it."""
    reactor = FakeReactor()
    with control_socket(file, reactor, commands):
        yield Client(reactor, peer)
