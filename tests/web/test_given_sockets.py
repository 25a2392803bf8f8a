"""`GivenSockets`: a process listens on sockets that another one has opened."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from OpenSSL.SSL import TLS_METHOD, Context
from twisted.internet.defer import succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IOpenSSLContextFactory
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from zope.interface import implementer

from hostkit.web import GivenSockets, Place, SocketReactor
from hostkit.web._endpoints import read_endpoint  # endpoints without a server around them


class FakePort:
    """A port on one of the sockets."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.seen: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def note() -> Any:
            self.seen.append(name)
            return succeed(None)

        return note

    def getHost(self) -> int:  # noqa: N802
        return self.number

    def fileno(self) -> int:
        return self.number


class FakeReactor(Clock):
    """Adopts sockets in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.ports: list[FakePort] = []

    def adoptStreamPort(self, descriptor: int, _family: int, _factory: Any) -> FakePort:  # noqa: N802
        self.ports.append(FakePort(descriptor))
        return self.ports[-1]


@pytest.fixture
def opened() -> Iterator[list[int]]:
    """Open some sockets; give their numbers, which belong to the test."""
    sockets = [socket.socket() for _ in range(3)]
    yield [os.dup(each.fileno()) for each in sockets]
    for each in sockets:
        each.close()


def listen(sockets: GivenSockets, text: str) -> Any:
    """Listen at an endpoint."""
    endpoint: Any = read_endpoint(sockets, text)
    return endpoint.listen(Factory()).result


PLACE = Place("tcp", "", 80)


def test_a_worker_listens_on_its_own_socket(opened: list[int]) -> None:
    """And on those of others for as long as they have no process."""
    reactor = FakeReactor()
    sockets = GivenSockets(reactor, 1)
    sockets.add(PLACE.key, opened)
    port = listen(sockets, "tcp:80")
    assert (port.getHost(), port.fileno()) == (opened[1], opened[1])
    sockets.cover([0])
    assert [each.number for each in reactor.ports] == [opened[1], opened[0]]
    port.stopReading()
    sockets.cover([2])
    assert [each.seen for each in reactor.ports] == [
        ["stopReading"],
        ["stopReading", "stopListening"],
        ["stopReading"],
    ]
    port.startReading()
    port.doRead()
    assert reactor.ports[2].seen == ["stopReading", "startReading"]
    sockets.is_last = True
    port.doRead()
    port.stopListening()
    assert reactor.ports[2].seen[2:] == ["doRead", "stopListening"]
    sockets.cover([])
    assert len(reactor.ports) == 3
    sockets.drop([PLACE.key, "another"])
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(opened[0])


def test_one_socket_is_shared_by_all(opened: list[int]) -> None:
    """Such as that of a UNIX path: there is nothing to cover."""
    reactor = FakeReactor()
    sockets = GivenSockets(reactor, 1)
    place = Place("unix", "/run/words.sock")
    sockets.add(place.key, opened[:1])
    sockets.cover([0, 2])
    port = listen(sockets, "unix:/run/words.sock")
    port.startListening()
    port.connectionLost(None)
    assert port.logPrefix() == "GivenPort"
    assert [each.number for each in reactor.ports] == [opened[0]]
    assert sockets.seconds == reactor.seconds  # all else is the reactor's
    for each in opened[1:]:
        os.close(each)
    sockets.drop([place.key])


def test_a_socket_must_have_been_given() -> None:
    """It is said which one is missing."""
    sockets = GivenSockets(FakeReactor(), 0)
    for text in ("tcp:80", "fd:3", "systemd:domain=INET:index=0"):
        failure = listen(sockets, text)
        assert failure.check(CannotListenError)
        assert "the supervisor has not given" in failure.getErrorMessage()


@implementer(IOpenSSLContextFactory)
class Contexts:
    """What Twisted asks for certificates."""

    def getContext(self) -> Context:  # noqa: N802
        return Context(TLS_METHOD)


def test_tls_lies_above_the_sockets(opened: list[int]) -> None:
    """As with Twisted's own reactors."""
    reactor = FakeReactor()
    sockets = GivenSockets(reactor, 0)
    sockets.add(PLACE.key, opened)
    port = sockets.listenSSL(80, Factory(), Contexts())
    assert port.getHost() == opened[0]
    assert type(port._factory).__name__ == "TLSMemoryBIOFactory"
    sockets.drop([PLACE.key])


def test_what_listening_means_is_up_to_a_subclass() -> None:
    """There is no reactor to be used as it is."""
    with pytest.raises(NotImplementedError):
        SocketReactor(FakeReactor()).listen(PLACE, None)
