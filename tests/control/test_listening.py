"""The control socket of a serving process, with a reactor in memory."""

from __future__ import annotations

import json
import os
import socket
import stat
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.testing import StringTransport

from hostkit import ConfigErrors
from hostkit.codes import Code
from hostkit.config import from_mapping, load
from hostkit.control.listening import Request, control_socket
from tests.cli.conftest import run
from tests.control.reactor import FakeReactor
from tests.files import Write

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit.config import HostFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of the control socket."""
    return tmp_path / "server.pid.sock"


@pytest.fixture
def file(write: Write) -> HostFile:
    """Give a file that names a pid file."""
    return load(write("hostkit:\n  pid_file: server.pid\n"))


def answers_of(transport: StringTransport) -> list[Any]:
    """Give what was written to a client."""
    return [json.loads(line) for line in transport.value().splitlines()]


def test_it_stands_beside_the_pid_file(path: Path, file: HostFile) -> None:
    """For its user only, from the moment when it is there, and no longer than the server."""
    reactor = FakeReactor()
    before = os.umask(0)
    with control_socket(file, reactor, {}):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert os.umask(before) == 0
    assert not path.exists()


def test_it_is_gone_although_the_reactor_never_ran(
    path: Path, file: HostFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody closes the port then, which would delete it."""
    reactor = FakeReactor()
    monkeypatch.setattr(reactor, "removeReader", lambda _port: None)
    with control_socket(file, reactor, {}):
        assert path.is_socket()
    assert not path.exists()
    reactor.port.connectionLost(None)


def test_a_child_leaves_it_to_the_server(
    path: Path, file: HostFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a process that a module has forked is not the server's."""
    reactor = FakeReactor()
    with monkeypatch.context() as patched, control_socket(file, reactor, {}):
        patched.setattr(os, "getpid", lambda: -1)
    assert path.is_socket()
    reactor.port.stopListening()
    assert not path.exists()


def test_without_a_pid_file_there_is_none() -> None:
    """There is no place for it."""
    with control_socket(from_mapping({}), None, {}):
        pass


def test_what_a_killed_process_left_is_replaced(path: Path, file: HostFile) -> None:
    """The pid file is held, so no process listens there."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with control_socket(file, FakeReactor(), {}), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_another_file_is_kept(path: Path, file: HostFile) -> None:
    """The error names the setting (HK408)."""
    path.write_text("mine")
    with pytest.raises(ConfigErrors) as caught, control_socket(file, FakeReactor(), {}):
        pass
    (problem,) = caught.value.problems
    assert problem.code == Code.CONTROL_UNUSABLE
    assert problem.render().startswith(
        f"{file.name}:2:13: HK408 the control socket {path} cannot be opened: "
    )
    assert path.read_text() == "mine"


def test_what_cannot_be_opened_is_known_before(path: Path, write: Write) -> None:
    """`hostkit validate` says so, and opens nothing."""
    path.write_text("mine")
    long = "x" * 120
    file = "hostkit: {{categories: [], pid_file: {}}}"
    for name, why in (("server.pid", "it exists and is not a socket"), (long, "107 at most")):
        result = run("validate", write(file.format(name)))
        assert (result.exit_code, "HK408" in result.stderr) == (1, True)
        assert why in result.stderr
    assert run("validate", write(file.format("other.pid"))).exit_code == 0


def test_it_may_be_impossible_to_open(path: Path, file: HostFile) -> None:
    """What only the system knows is a problem of the file as well."""
    path.symlink_to("nowhere/x.sock")
    with (
        pytest.raises(ConfigErrors, match=r"HK408 .*Address already in use"),
        control_socket(file, FakeReactor(), {}),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_other_users_cannot_connect(path: Path, file: HostFile) -> None:
    """Not even to ask for nothing."""
    with control_socket(file, FakeReactor(), {}):
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            folder.chmod(0o755)
        child = os.fork()
        if child == 0:  # pragma: no cover
            os.setuid(65534)
            try:
                socket.socket(socket.AF_UNIX).connect(str(path))
            except PermissionError:
                os._exit(7)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_command_is_answered_when_it_has_ended(file: HostFile) -> None:
    """With what it came to and the number of the process; then the connection is closed."""
    reactor = FakeReactor()
    done: Deferred[dict[str, Any]] = Deferred()
    with control_socket(file, reactor, {"reload": lambda _: done}):
        protocol, transport = reactor.connect()
        protocol.dataReceived(b'{"command": "reload"}\n')
        assert answers_of(transport) == []
        done.callback({"ok": True, "message": "done"})
    assert answers_of(transport) == [
        {"version": 1, "pid": os.getpid(), "ok": True, "message": "done"}
    ]
    assert transport.disconnecting


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b'"reload"', b"{}", b'{"command": 1}', b'{"command": []}', b"\xff"]
)
def test_other_commands_are_refused(line: bytes, file: HostFile) -> None:
    """Whatever a client writes, nothing is done and nothing fails."""
    reactor = FakeReactor()
    with control_socket(file, reactor, {"reload": lambda _: succeed({})}):
        protocol, transport = reactor.connect()
        protocol.dataReceived(line + b"\n")
    (answer,) = answers_of(transport)
    assert (answer["ok"], answer["message"]) == (False, "this process knows no such command")


def test_a_newer_client_is_refused(file: HostFile) -> None:
    """It might mean something else by the same words."""
    reactor = FakeReactor()
    with control_socket(file, reactor, {"reload": lambda _: succeed({"ok": True})}):
        protocol, transport = reactor.connect()
        protocol.dataReceived(b'{"version": 2, "command": "reload"}\n')
    (answer,) = answers_of(transport)
    assert answer["ok"] is False
    assert "understands version 1 of commands" in answer["message"]


def test_a_command_has_arguments_and_answers_with_items(file: HostFile) -> None:
    """As many as there are, before it has ended; it finds out when the client leaves."""
    reactor = FakeReactor()
    asked: list[Request] = []

    def command(request: Request) -> Deferred[dict[str, Any]]:
        asked.append(request)
        return Deferred()

    with control_socket(file, reactor, {"receipts": command}):
        protocol, transport = reactor.connect()
        protocol.dataReceived(b'{"command": "receipts", "arguments": {"module": "words"}}\n')
        (request,) = asked
        assert (request.arguments, request.by) == (
            {"module": "words"},
            "the user of the server, or root",
        )
        request.send({"id": 1})
        request.send({"id": 2})
        assert answers_of(transport) == [{"item": {"id": 1}}, {"item": {"id": 2}}]
        producer: Any = transport.producer
        producer.pauseProducing()
        slow = [request.is_slow]
        producer.resumeProducing()
        assert [*slow, request.is_slow] == [True, False]
        producer.stopProducing()
        left = [request.left.called]
        protocol.connectionLost()
        assert [*left, request.left.called] == [False, True]
        protocol.pauseProducing()
        protocol.resumeProducing()


def test_a_command_that_fails_is_answered(file: HostFile, caplog: pytest.LogCaptureFixture) -> None:
    """The client is not left waiting, and the log has the reason."""

    def command(_: Request) -> Deferred[dict[str, Any]]:
        raise ZeroDivisionError

    reactor = FakeReactor()
    with control_socket(file, reactor, {"status": command}):
        protocol, transport = reactor.connect()
        protocol.dataReceived(b'{"command": "status"}\n')
    (answer,) = answers_of(transport)
    assert answer["message"] == "this is an error in hostkit, and in the server's log"
    assert "ZeroDivisionError" in caplog.text


def test_only_the_first_line_of_a_connection_is_a_command(file: HostFile) -> None:
    """Thousands of them would be thousands of reloads."""
    reactor = FakeReactor()
    done: list[str] = []

    def command(_: object) -> Deferred[dict[str, Any]]:
        done.append("reload")
        return Deferred()

    with control_socket(file, reactor, {"reload": command}):
        protocol, _ = reactor.connect()
        protocol.dataReceived(b'{"command": "reload"}\n' * 100)
        protocol.connectionLost()
    assert done == ["reload"]


def test_a_line_has_an_end(file: HostFile) -> None:
    """A client that sends more than any command has is cut off."""
    reactor = FakeReactor()
    with control_socket(file, reactor, {}):
        protocol, transport = reactor.connect()
        protocol.dataReceived(b"x" * 10_000)
        assert transport.disconnecting
        protocol.connectionLost()
    assert reactor.getDelayedCalls() == []


def test_a_client_that_asks_nothing_is_cut_off(file: HostFile) -> None:
    """It would have a connection for ever."""
    reactor = FakeReactor()
    with control_socket(file, reactor, {}):
        _, transport = reactor.connect()
        reactor.advance(9.9)
        assert not transport.disconnecting
        reactor.advance(0.2)
        assert transport.disconnecting


@pytest.mark.parametrize("by", ["nothing", "another"])
def test_the_socket_may_be_gone_in_the_end(by: str, path: Path, file: HostFile) -> None:
    """The end of the server is not disturbed."""
    with control_socket(file, FakeReactor(), {}):
        path.unlink()
        if by == "another":
            path.write_text("mine")
    assert path.exists() is (by == "another")
