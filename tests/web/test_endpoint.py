from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.protocol import Factory
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.testing import MemoryReactor

from hostkit.web._endpoints import is_local, read_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure


@pytest.mark.parametrize(
    "text",
    [
        "tcp:80:interface=127.0.0.1",
        "tcp:80:interface=127.255.255.254",
        "tcp:port=80:interface=localhost",
        "tcp:80:interface=\\:\\:1",
        "tcp6:80:interface=\\:\\:1",
        "ssl:443:interface=127.0.0.1",
        "unix:/run/hostkit.sock",
        "unix:address=/run/x:mode=660",
    ],
)
def test_what_stays_on_the_machine_is_local(text: str) -> None:
    """Loopback addresses and UNIX sockets."""
    assert is_local(text)


@pytest.mark.parametrize(
    "text",
    [
        "tcp:80",
        "tcp:80:interface=",
        "tcp:80:interface=0.0.0.0",
        "tcp:80:interface=10.0.0.1",
        "tcp:80:interface=128.0.0.1",
        "tcp:80:interface=localhost.example.org",
        "tcp:80:interface=\\:\\:",
        "tcp6:80",
        "ssl:443",
        "tls:/certificates",
        "systemd:domain=INET:index=0",
        "systemd:domain=UNIX:name=127.0.0.1",
        "fd:3",
        "haproxy:tcp:80:interface=127.0.0.1",
        "stdio:",
        "other:interface=127.0.0.1",
    ],
)
def test_what_may_be_reached_by_others_is_not_local(text: str) -> None:
    """Neither is what cannot be known: who opened the socket has chosen its address."""
    assert not is_local(text)


@pytest.mark.parametrize(
    "text",
    ["systemd:domain=INET6:index=0", "systemd:domain=UNIX:name=web", "fd:999999"],
)
def test_inherited_sockets_are_looked_for_when_listening(text: str) -> None:
    """So a file can be checked where they are not there; then the reason is told."""
    endpoint = read_endpoint(MemoryReactor(), text)
    failures: list[Failure] = []
    endpoint.listen(Factory()).addErrback(failures.append)
    assert failures[0].check(LookupError, OSError)


def test_a_missing_systemd_socket_is_told_in_words() -> None:
    """Twisted itself would say "list index out of range"."""
    failures: list[Failure] = []
    endpoint = read_endpoint(MemoryReactor(), "systemd:domain=INET:index=0")
    endpoint.listen(Factory()).addErrback(failures.append)
    assert str(failures[0].value) == "systemd has not passed such a socket to this process"


@pytest.mark.parametrize(
    "text",
    [
        "systemd:",
        "systemd:domain=INET",
        "systemd:domain=INET:index=x",
        "systemd:domain=INET:index=0:name=web",
        "systemd:domain=INT:index=0",
        "systemd:INET:index=0",
        "systemd:INET:domain=INET:index=0",
        "systemd:index=0",
        "fd:",
        "fd:three",
        "fd:-1",
        "fd:3:4",
        "fd:3:domain=INET",
        "tcp:eighty",
        "pigeon:80",
        "",
    ],
)
def test_what_cannot_be_understood_is_refused(text: str) -> None:
    """Also where Twisted would notice it only when it listens."""
    with pytest.raises((ValueError, TypeError)):
        read_endpoint(MemoryReactor(), text)


@pytest.fixture
def opened() -> Iterator[socket.socket]:
    """Give a socket that somebody else opened."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def test_a_descriptor_is_listened_on(opened: socket.socket) -> None:
    """Its kind is found out; the descriptor itself is taken over."""
    reactor = SelectReactor()
    number = os.dup(opened.fileno())
    ports: list[Any] = []
    listening: Deferred[Any] = read_endpoint(reactor, f"fd:{number}").listen(Factory())
    listening.addCallback(ports.append)
    assert ports[0].getHost().port == opened.getsockname()[1]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
    ports[0].stopListening()
    reactor.iterate()
