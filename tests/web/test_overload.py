"""Too many connections: for a listener, and for the process."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet import tcp
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import Clock
from twisted.logger import Logger, LogPublisher

from hostkit.web._overload import AcceptWatch, Notice
from tests.web.line import Held, Line, make_site

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = "x: there are 2 connections, the most that `limits: connections` allows; others are closed"


@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_too_many_is_closed(tls: bool, caplog: pytest.LogCaptureFixture) -> None:
    """Those there are go on; as soon as one ends there is room for another."""
    held = Held()
    site = make_site(held, connections=2)
    lines = [Line(site, tls=tls) for _ in range(2)]
    lines[0].get()
    refused = Line(site, tls=tls)
    assert refused.transport.is_aborted
    assert caplog.messages == [f"{FULL} at once"]
    held.answer()
    assert lines[0].answer.body == b"done"
    lines[1].hang_up()
    another = Line(site, tls=tls)
    another.get()
    held.answer()
    assert another.answer.body == b"done"


def test_what_happens_often_is_logged_rarely(caplog: pytest.LogCaptureFixture) -> None:
    """At once, and then every ten seconds with how often it was."""
    clock = Clock()
    notice = Notice(clock.seconds)
    for seconds in (0, 1, 8, 1, 0, 30):
        clock.advance(seconds)
        notice.log("too many %s", "guests")
    assert caplog.messages == [
        "too many guests",
        "too many guests (3 times since this was logged)",
        "too many guests (2 times since this was logged)",
    ]


@pytest.fixture(autouse=True)
def _own_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what Twisted logs here from other observers, and from being told them later."""
    publisher = LogPublisher()
    monkeypatch.setattr("hostkit.web._overload.globalLogPublisher", publisher)
    monkeypatch.setattr(tcp.Port, "_logger", Logger("tcp", observer=publisher))


@pytest.fixture
def watch() -> Iterator[AcceptWatch]:
    """Give a watch that has begun."""
    watch = AcceptWatch(Clock().seconds)
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
    port: Any = tcp.Port(0, make_site(), reactor=SelectReactor())
    port.socket, port.numberAccepts = Exhausted(number), 10
    port.doRead()


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EMFILE, "files and connections can be open (EMFILE): new connections are closed"),
        (errno.ENFILE, "a connection cannot be accepted (ENFILE)"),
        (errno.ENOMEM, "a connection cannot be accepted (ENOMEM)"),
    ],
)
def test_exhaustion_is_logged(number: int, said: str, caplog: pytest.LogCaptureFixture) -> None:
    """Twisted says it at a level that nobody sees."""
    caplog.set_level("WARNING")
    accept(number)
    accept(number)
    (message,) = caplog.messages
    assert said in message


def test_nothing_is_watched_after_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """The server has stopped."""
    watch = AcceptWatch(Clock().seconds)
    watch.begin()
    watch.end()
    accept(errno.ENFILE)
    watch({"log_format": "something else"})
    assert caplog.messages == []
