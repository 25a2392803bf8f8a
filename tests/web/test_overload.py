"""What happens when the system has no room for another connection."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet import tcp
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import deferLater
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import Logger, LogPublisher
from twisted.web.resource import Resource
from twisted.web.server import Site
from zope.interface import alsoProvides

from hostkit import start_entry
from hostkit.testing import build_host
from hostkit.web import Server
from tests.web.endpoints import make_server
from tests.web.recorder import FakePort
from tests.web.test_server_sockets import run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def publisher(monkeypatch: pytest.MonkeyPatch) -> LogPublisher:
    """Keep what Twisted logs here from other observers, and from being told them later."""
    publisher = LogPublisher()
    monkeypatch.setattr("hostkit.web._overload.globalLogPublisher", publisher)
    monkeypatch.setattr(tcp.Port, "_logger", Logger("tcp", observer=publisher))
    return publisher


class Port(FakePort):
    """What listens, and notes when it was asked to begin and to stop."""

    def __init__(self) -> None:
        super().__init__(IPv4Address("TCP", "127.0.0.1", 80))
        self.steps: list[str] = []
        alsoProvides(self, IReadDescriptor)

    def startReading(self) -> None:  # noqa: N802 -- so named by Twisted
        self.steps.append("start")

    def stopReading(self) -> None:  # noqa: N802
        self.steps.append("stop")

    def doRead(self) -> None:  # noqa: N802
        """Accept no connection."""


class Network(MemoryReactorClock):
    """A reactor in memory that has one port."""

    def __init__(self, port: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.port = port

    def listenTCP(self, *_: Any, **__: Any) -> Any:  # noqa: N802
        return self.port


@contextlib.contextmanager
def serving(port: Any) -> Iterator[Any]:
    """Serve at a port, and give the reactor."""
    reactor = Network(port)
    server = make_server("tcp:80", reactor=reactor)
    start_entry(server.open())
    yield reactor
    closing: Any = start_entry(server.close())
    reactor.advance(0)
    assert closing.called


@pytest.fixture
def port() -> Iterator[Port]:
    """Give the port of a server."""
    port = Port()
    with serving(port):
        yield port


class Exhausted:
    """A socket that cannot accept a connection."""

    def __init__(self, number: int) -> None:
        self._numbers = [number, errno.EAGAIN]

    def accept(self) -> None:
        number = self._numbers.pop(0)
        raise OSError(number, os.strerror(number))


def accept(number: int) -> None:
    """Have Twisted accept connections, of which the first cannot be accepted."""
    port: Any = tcp.Port(0, Site(Resource()), reactor=SelectReactor())
    port.socket, port.numberAccepts = Exhausted(number), 10
    port.doRead()


@pytest.mark.parametrize(
    ("number", "said", "steps"),
    [
        (errno.EMFILE, "can be open (EMFILE): new connections are closed", []),
        (errno.ENFILE, "a connection cannot be accepted (ENFILE)", ["stop"]),
        (errno.ENOMEM, "a connection cannot be accepted (ENOMEM)", ["stop"]),
        (errno.ENOBUFS, "a connection cannot be accepted (ENOBUFS)", ["stop"]),
        (errno.ECONNABORTED, "a connection cannot be accepted (ECONNABORTED)", []),
    ],
)
def test_exhaustion_is_logged(
    number: int, said: str, steps: list[str], port: Port, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, as Twisted says it at a level that is not shown; listeners rest if it would repeat."""
    caplog.set_level("WARNING")
    accept(number)
    accept(number)
    (message,) = caplog.messages
    assert said in message
    assert port.steps == steps


def test_what_repeats_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    """And summed up at the end at the latest."""
    with serving(Port()):
        for _ in range(100):
            accept(errno.ENFILE)
    first, second = caplog.messages
    assert second.startswith("99 more in ")
    assert second.endswith(f"the last one: {first}")


def test_nothing_is_watched_after_the_end(
    publisher: LogPublisher, caplog: pytest.LogCaptureFixture
) -> None:
    """The server has stopped; nor is anything else that Twisted logs."""
    with serving(Port()):
        publisher({"log_format": "something else"})
    accept(errno.ENFILE)
    assert caplog.messages == []


def test_a_listener_rests_for_a_second() -> None:
    """However often there is no room meanwhile."""
    port = Port()
    with serving(port) as reactor:
        accept(errno.ENFILE)
        accept(errno.ENFILE)
        reactor.advance(0.9)
        assert port.steps == ["stop"]
        reactor.advance(0.2)
        assert port.steps == ["stop", "start"]
        accept(errno.ENFILE)
        assert port.steps == ["stop", "start", "stop"]


def test_a_listener_that_was_closed_rests_for_ever() -> None:
    """And one that is not read from by its reactor does not."""
    port = Port()
    with serving(port) as reactor:
        accept(errno.ENFILE)
    reactor.advance(1)
    assert port.steps == ["stop"]
    with serving(FakePort(IPv4Address("TCP", "127.0.0.1", 80))) as reactor:
        accept(errno.ENFILE)
        assert reactor.getDelayedCalls() == []


def test_a_server_rests_when_the_system_has_no_room(caplog: pytest.LogCaptureFixture) -> None:
    """None of its listeners is called in vain; a second later they accept again."""
    listeners = [{"endpoint": "tcp:0:interface=127.0.0.1"}]

    async def main(reactor: Any) -> list[int]:
        host = build_host(categories=[], clock=reactor, listeners=listeners, drain="0s")
        server = Server(host, reactor)
        await server.start()
        counts = [len(reactor.getReaders())]
        accept(errno.ENFILE)
        counts.append(len(reactor.getReaders()))
        await deferLater(reactor, 1.1)
        counts.append(len(reactor.getReaders()))
        await server.stop()
        return counts

    before, meanwhile, after = run(main)
    assert (meanwhile, after) == (before - 1, before)
    assert "a connection cannot be accepted (ENFILE)" in caplog.text
