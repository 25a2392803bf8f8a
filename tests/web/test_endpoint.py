"""Where a server listens, and for whom."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.selectreactor import SelectReactor

from hostkit import start_entry
from tests.web.certificates import make_certificate
from tests.web.endpoints import add_kind, make_server, problem_of, refusal
from tests.web.recorder import FakePort

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# Twisted uses old functions of pyOpenSSL.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize(
    "text",
    [
        "tcp:80:interface=127.0.0.1",
        "tcp:80:interface=127.255.255.254",
        "tcp:port=80:interface=localhost",
        "tcp:80:interface=\\:\\:1",
        "tcp6:80:interface=\\:\\:1",
        "ssl:443:interface=127.0.0.1:privateKey={}/x.key:certKey={}/x.crt",
        "unix:{}/hostkit.sock",
        "unix:address={}/x:mode=660",
    ],
)
def test_what_stays_on_the_machine_is_local(text: str, tmp_path: Path) -> None:
    """Loopback addresses and UNIX sockets: hooks can be served there without a token."""
    make_certificate(tmp_path, "x")
    make_server(text.replace("{}", str(tmp_path)), "hooks")


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
        "ssl:443:privateKey={}/x.key:certKey={}/x.crt",
        "systemd:domain=INET:index=0",
        "systemd:domain=UNIX:name=127.0.0.1",
        "fd:3",
        "haproxy:tcp:80:interface=127.0.0.1",
        "other:interface=127.0.0.1",
    ],
)
def test_what_may_be_reached_by_others_is_not_local(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is what cannot be known: who opened the socket has chosen its address."""
    make_certificate(tmp_path, "x")
    add_kind(monkeypatch, FakePort(None))
    assert problem_of(text.replace("{}", str(tmp_path)), "hooks").code == "HK404"


@pytest.mark.parametrize(
    "text",
    ["systemd:domain=INET6:index=0", "systemd:domain=UNIX:name=web", "fd:999999"],
)
def test_inherited_sockets_are_looked_for_when_listening(text: str) -> None:
    """So a file can be checked where they are not there; then the reason is told."""
    assert refusal(text).code == "HK403"


def test_a_missing_systemd_socket_is_told_in_words() -> None:
    """Twisted itself would say "list index out of range"."""
    text = "systemd:domain=INET:index=0"
    reason = "systemd has not passed such a socket to this process"
    assert refusal(text).message == f"cannot listen at {text}: {reason}"


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
    assert problem_of(text).code == "HK402"


@pytest.fixture
def opened() -> Iterator[socket.socket]:
    """Give a socket that somebody else opened."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def test_a_descriptor_is_listened_on(opened: socket.socket) -> None:
    """Its kind is found out; the descriptor itself is taken over."""
    reactor = SelectReactor()
    number = os.dup(opened.fileno())
    server = make_server(f"fd:{number}", reactor=reactor)
    start_entry(server.open())
    (address,) = server.addresses
    assert address.port == opened.getsockname()[1]  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
    closing: Any = start_entry(server.close())
    while not closing.called:
        reactor.iterate()
