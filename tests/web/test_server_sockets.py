"""`Server` on real sockets of this machine."""

from __future__ import annotations

import gc
import logging
import socket
import warnings
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import treq
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import clientFromString
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.web.client import Agent
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import directlyProvides, implementer

from hostkit import ConfigErrors, Host, start_entry
from hostkit.web import Server
from tests.web.endpoints import make_server as make_listening
from tests.web.line import Line
from tests.web.recorder import FakePort, Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

T = TypeVar("T")


def run(main: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine in a reactor of its own."""
    reactor = SelectReactor()
    done: list[Any] = []

    def begin() -> None:
        Deferred.fromCoroutine(main(reactor)).addBoth(end)

    def end(result: object) -> None:
        done.append(result)
        reactor.stop()

    reactor.callWhenRunning(begin)
    reactor.run(installSignalHandlers=False)
    if isinstance(done[0], Failure):
        done[0].raiseException()
    result: T = done[0]
    return result


@implementer(IAgentEndpointFactory)
class Always:
    """Connects to one address, whatever is asked for."""

    def __init__(self, reactor: Any, address: str) -> None:
        self._reactor = reactor
        self._address = address

    def endpointForURI(self, uri: object) -> Any:  # noqa: N802 -- so named by Twisted
        return clientFromString(self._reactor, self._address)


async def fetch(reactor: Any, address: str, path: str) -> bytes:
    """Ask for a path at an address, and give the body."""
    agent = Agent.usingEndpointFactory(reactor, Always(reactor, address))
    response = await agent.request(b"GET", f"http://localhost{path}".encode())
    body: bytes = await treq.content(response)
    return body


def make_server(reactor: Any, endpoint: str) -> Server:
    """Make a server of one module, which has a page."""
    module = {"module": Recorder, "name": "words", "config": {"path": "/words"}}
    config = {"modules": [module], "hostkit": {"listeners": [{"endpoint": endpoint}]}}
    return Server(Host.from_config(config, categories=[], clock=reactor).build(), reactor)


def test_a_host_is_served_over_tcp(caplog: pytest.LogCaptureFixture, steps: list[str]) -> None:
    """The log tells the port that was really taken; after a stop no module listens there."""
    caplog.set_level(logging.INFO, "hostkit.serve")

    async def main(reactor: Any) -> None:
        server = make_server(reactor, "tcp:0:interface=127.0.0.1")
        await server.start()
        url = caplog.records[-1].message.split()[2]
        address = f"tcp:127.0.0.1:{url.rpartition(':')[2].rstrip('/')}"
        assert await fetch(reactor, address, "/words/x") == b"words: words | x"
        await server.stop()
        with pytest.raises(ConnectError):
            await fetch(reactor, address, "/words")

    run(main)
    assert steps == ["start words", "stop words"]


def test_a_host_is_served_on_a_unix_socket(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The socket's file is there while the server runs, and gone afterwards."""
    caplog.set_level(logging.INFO, "hostkit.serve")
    path = tmp_path / "socket"

    async def main(reactor: Any) -> None:
        server = make_server(reactor, f"unix:{path}")
        await server.start()
        assert await fetch(reactor, f"unix:{path}", "/words") == b"words: words | "
        await server.stop()

    run(main)
    assert caplog.records[-1].message == f"listening on unix:{path} for modules"
    assert not path.exists()


def test_a_port_that_another_program_has_is_a_problem(steps: list[str]) -> None:
    """The reason that the system gives is in the message, and the module is stopped again."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        async def main(reactor: Any) -> None:
            await make_server(reactor, f"tcp:{port}:interface=127.0.0.1").start()

        with pytest.raises(ConfigErrors) as caught:
            run(main)
    (problem,) = caught.value.problems
    assert problem.code == "HK403"
    assert "Address already in use" in problem.message
    assert steps == ["start words", "stop words"]
    del caught  # with it goes the socket, which older versions of Twisted leave open
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


def test_whom_the_system_has_let_in_is_answered() -> None:
    """Clients that wait in the port's queue when the server stops are no worse off than others."""
    clients: list[socket.socket] = []

    async def main(reactor: Any) -> None:
        server = make_server(reactor, "tcp:0:interface=127.0.0.1")
        await server.start()
        address: Any = server.addresses[0]
        for _ in range(3):
            client = socket.create_connection(("127.0.0.1", address.port), timeout=10)
            client.sendall(b"GET /words HTTP/1.1\r\nHost: localhost\r\n\r\n")
            clients.append(client)
        await server.stop()

    run(main)
    for client in clients:
        with client:
            answer = client.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"Connection: close\r\n" in answer


def test_a_queue_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that come faster than they are let in do not keep a server from stopping."""
    monkeypatch.setattr("hostkit.web._door._LONGEST_QUEUE", 3)
    lines: list[Line] = []
    sites: list[Any] = []

    class Flooded(FakePort):
        def doRead(self) -> None:  # noqa: N802 -- so named by Twisted
            lines.append(Line(sites[0]))

    class Network(MemoryReactorClock):
        def listenTCP(self, port: Any, factory: Any, *_: Any, **__: Any) -> Any:  # noqa: N802
            flooded: Any = Flooded(IPv4Address("TCP", "127.0.0.1", port))
            directlyProvides(flooded, IReadDescriptor)
            sites.append(factory)
            return flooded

    reactor: Any = Network()  # type: ignore[no-untyped-call]
    server = make_listening("tcp:80", reactor=reactor)
    start_entry(server.open())
    start_entry(server.close())
    reactor.advance(0)
    assert len(lines) == 3
