"""What clients of a control socket write, and what they are answered."""

from __future__ import annotations

import os
import pwd
import socket
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred, succeed

from hostkit.control.listening import control_socket
from tests.control.clients import Client, FakeReactor, connected

if TYPE_CHECKING:
    from hostkit.config import HostFile
    from hostkit.control.listening import Request


def test_a_command_is_answered_when_it_has_ended(file: HostFile) -> None:
    """With what it came to and the number of the process; then the connection is closed."""
    done: Deferred[dict[str, Any]] = Deferred()
    with connected(file, {"reload": lambda _: done}) as client:
        assert client.ask("reload").answers == []
        done.callback({"ok": True, "message": "done"})
    assert client.answers == [{"version": 1, "pid": os.getpid(), "ok": True, "message": "done"}]
    assert client.transport.disconnecting


@pytest.mark.parametrize(
    ("line", "said"),
    [
        *(
            (line, "this process knows no such command")
            for line in (b"", b"{", b"[]", b'"reload"', b"{}", b'{"command": 1}', b"\xff")
        ),
        (b'{"command": []}', "this process knows no such command"),
        (b'{"version": 2, "command": "reload"}', "understands version 1 of commands"),
    ],
)
def test_other_commands_are_refused(line: bytes, said: str, file: HostFile) -> None:
    """Whatever a client writes: a newer one might mean something else by the same words."""
    with connected(file, {"reload": lambda _: succeed({"ok": True})}) as client:
        (answer,) = client.send(line).answers
    assert (answer["ok"], said in answer["message"]) == (False, True)


def test_a_command_has_arguments_and_answers_with_items(file: HostFile) -> None:
    """As many as there are, before it has ended; it finds out when the client leaves."""
    asked: list[Request] = []

    def command(request: Request) -> Deferred[dict[str, Any]]:
        asked.append(request)
        return Deferred()

    with connected(file, {"receipts": command}) as client:
        client.ask("receipts", module="words")
        (request,) = asked
        assert request.arguments == {"module": "words"}
        assert request.by == "the user of the server, or root"
        request.send({"id": 1})
        request.send({"id": 2})
        assert client.answers == [{"item": {"id": 1}}, {"item": {"id": 2}}]
        producer: Any = client.transport.producer
        producer.pauseProducing()
        slow = [request.is_slow]
        producer.resumeProducing()
        assert [*slow, request.is_slow] == [True, False]
        producer.stopProducing()
        left = [request.left.called]
        client.protocol.connectionLost()
        assert [*left, request.left.called] == [False, True]
        client.protocol.pauseProducing()
        client.protocol.resumeProducing()


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="only Linux says it")
def test_the_user_of_a_client_is_known(file: HostFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, if the system has one."""

    def user() -> str:
        users: list[str] = []

        def command(request: Request) -> Deferred[dict[str, Any]]:
            users.append(request.by)
            return Deferred()

        here, there = socket.socketpair(socket.AF_UNIX)
        with here, there, connected(file, {"status": command}, peer=here) as client:
            client.ask("status").protocol.connectionLost()
        return users[0]

    def unknown(_: int) -> None:
        raise KeyError

    number, process = os.geteuid(), os.getpid()
    name = pwd.getpwuid(number).pw_name
    assert user() == f"{name} (uid {number}, process {process})"
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert user() == f"uid {number}, process {process}"


def test_a_command_that_fails_is_answered(file: HostFile, caplog: pytest.LogCaptureFixture) -> None:
    """The client is not left waiting, and the log has the reason."""

    def command(_: Request) -> Deferred[dict[str, Any]]:
        raise ZeroDivisionError

    with connected(file, {"status": command}) as client:
        (answer,) = client.ask("status").answers
    assert answer["message"] == "this is an error in hostkit, and in the server's log"
    assert "ZeroDivisionError" in caplog.text


def test_only_the_first_line_of_a_connection_is_a_command(file: HostFile) -> None:
    """Thousands of them would be thousands of reloads."""
    done: list[str] = []

    def command(_: object) -> Deferred[dict[str, Any]]:
        done.append("reload")
        return Deferred()

    with connected(file, {"reload": command}) as client:
        client.send(b"\n".join([b'{"command": "reload"}'] * 100)).protocol.connectionLost()
    assert done == ["reload"]


def test_a_line_has_an_end(file: HostFile) -> None:
    """A client that sends more than any command has is cut off."""
    with connected(file, {}) as client:
        client.protocol.dataReceived(b"x" * 10_000)
        assert client.transport.disconnecting


def test_a_client_that_asks_nothing_is_cut_off(file: HostFile) -> None:
    """It would have a connection for ever; nothing waits for one that has left."""
    reactor = FakeReactor()
    with control_socket(file, reactor, {}):
        client, other = Client(reactor), Client(reactor)
        other.protocol.connectionLost()
        assert len(reactor.getDelayedCalls()) == 1
        reactor.advance(9.9)
        assert not client.transport.disconnecting
        reactor.advance(0.2)
        assert client.transport.disconnecting
    assert reactor.getDelayedCalls() == []
