"""The control socket of a serving process: where it stands, and how long."""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from hostkit import ConfigErrors
from hostkit.codes import Code
from hostkit.config import from_mapping
from hostkit.control.listening import control_socket
from tests.cli.conftest import run
from tests.control.clients import FakeReactor

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit.config import HostFile
    from tests.files import Write


def test_it_stands_beside_the_pid_file(path: Path, file: HostFile) -> None:
    """For its user only, from the moment when it is there, and no longer than the server."""
    before = os.umask(0)
    with control_socket(file, FakeReactor(), {}):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert os.umask(before) == 0
    assert not path.exists()


def test_it_is_gone_although_the_reactor_never_ran(
    path: Path, file: HostFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The port, whose end would delete it, is not closed then."""
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
    said = f"{file.name}:2:13: HK408 the control socket {path} cannot be opened: "
    assert problem.render().startswith(said)
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
    said = r"HK408 .*Address already in use"
    with pytest.raises(ConfigErrors, match=said), control_socket(file, FakeReactor(), {}):
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


@pytest.mark.parametrize("by", ["nothing", "another"])
def test_the_socket_may_be_gone_in_the_end(by: str, path: Path, file: HostFile) -> None:
    """The end of the server is not disturbed."""
    with control_socket(file, FakeReactor(), {}):
        path.unlink()
        if by == "another":
            path.write_text("mine")
    assert path.exists() is (by == "another")
