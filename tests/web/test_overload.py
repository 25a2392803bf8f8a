"""What happens when the system has no room for another connection."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet import tcp
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import Clock, deferLater
from twisted.logger import Logger, LogPublisher
from twisted.web.resource import Resource
from twisted.web.server import Site
from zope.interface import alsoProvides

from hostkit import Host
from hostkit.config import Listener
from hostkit.web import Server
from hostkit.web._door import Door
from hostkit.web._overload import AcceptWatch
from tests.web.line import make_site
from tests.web.test_server_sockets import run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _own_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what Twisted logs here from other observers, and from being told them later."""
    publisher = LogPublisher()
    monkeypatch.setattr("hostkit.web._overload.globalLogPublisher", publisher)
    monkeypatch.setattr(tcp.Port, "_logger", Logger("tcp", observer=publisher))


@pytest.fixture
def rests() -> list[None]:
    """Give how often listeners were to rest."""
    return []


@pytest.fixture
def watch(rests: list[None]) -> Iterator[AcceptWatch]:
    """Give a watch that has begun."""
    watch = AcceptWatch(lambda: rests.append(None))
    watch.begin()
    yield watch
    watch.end()


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


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize(
    ("number", "said", "count"),
    [
        (errno.EMFILE, "can be open (EMFILE): new connections are closed", 0),
        (errno.ENFILE, "a connection cannot be accepted (ENFILE)", 2),
        (errno.ENOMEM, "a connection cannot be accepted (ENOMEM)", 2),
        (errno.ENOBUFS, "a connection cannot be accepted (ENOBUFS)", 2),
        (errno.ECONNABORTED, "a connection cannot be accepted (ECONNABORTED)", 0),
    ],
)
def test_exhaustion_is_logged(
    number: int, said: str, count: int, rests: list[None], caplog: pytest.LogCaptureFixture
) -> None:
    """Once, as Twisted says it at a level that is not shown; listeners rest if it would repeat."""
    caplog.set_level("WARNING")
    accept(number)
    accept(number)
    (message,) = caplog.messages
    assert said in message
    assert len(rests) == count


def test_what_repeats_is_counted(watch: AcceptWatch, caplog: pytest.LogCaptureFixture) -> None:
    """And summed up at the end at the latest."""
    for _ in range(100):
        accept(errno.ENFILE)
    watch.end()
    first, second = caplog.messages
    assert second.startswith("99 more in ")
    assert second.endswith(f"the last one: {first}")


def test_nothing_is_watched_after_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """The server has stopped."""
    watch = AcceptWatch(lambda: None)
    watch.begin()
    watch.end()
    accept(errno.ENFILE)
    watch({"log_format": "something else"})
    assert caplog.messages == []


class Port:
    """What listens, and notes when it was asked to begin and to stop."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        alsoProvides(self, IReadDescriptor)

    def startReading(self) -> None:  # noqa: N802 -- so named by Twisted
        self.steps.append("start")

    def stopReading(self) -> None:  # noqa: N802
        self.steps.append("stop")


def door(port: Any) -> Door:
    """Make a door that is open."""
    endpoint: Any = None
    made = Door(Listener("x"), endpoint, make_site(), Clock())
    made.port = port
    return made


def test_a_listener_rests_for_a_second() -> None:
    """However often there is no room meanwhile."""
    port = Port()
    resting = door(port)
    resting.rest()
    resting.rest()
    resting.reactor.advance(0.9)
    assert port.steps == ["stop"]
    resting.reactor.advance(0.2)
    assert port.steps == ["stop", "start"]
    resting.rest()
    assert port.steps == ["stop", "start", "stop"]


def test_a_listener_that_was_closed_rests_for_ever() -> None:
    """And one that is not read from by its reactor does not."""
    port = Port()
    closed = door(port)
    closed.rest()
    closed.port = None
    closed.reactor.advance(1)
    assert port.steps == ["stop"]
    closed.rest()
    other = door(object())
    other.rest()
    assert other.reactor.getDelayedCalls() == []


def test_a_server_rests_when_the_system_has_no_room(caplog: pytest.LogCaptureFixture) -> None:
    """None of its listeners is called in vain; a second later they accept again."""
    config = {"hostkit": {"listeners": [{"endpoint": "tcp:0:interface=127.0.0.1"}], "drain": "0s"}}

    async def main(reactor: Any) -> list[int]:
        host = Host.from_config(config, categories=[], clock=reactor)
        server = Server(host.build(), reactor)
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
