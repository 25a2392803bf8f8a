"""UNIX sockets, and what killed processes leave of them."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
from typing import TYPE_CHECKING, Any

import pytest

from hostkit import ConfigErrors
from tests.web.endpoints import make_server
from tests.web.test_server_sockets import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of a socket."""
    return tmp_path / "x.sock"


def lock_of(path: Path) -> Path:
    return path.with_name("x.sock.lock")


def listen(
    path: Path,
    during: Callable[[], object] = lambda: None,
    options: str = "",
    kind: str = "unix",
) -> None:
    """Serve a socket for a moment."""

    async def main(reactor: Any) -> None:
        server = make_server(f"{kind}:{path}{options}", reactor=reactor)
        await server.start()
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(path))
            during()
        finally:
            await server.stop()

    run(main)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def leave_socket(path: Path) -> None:
    """Leave a socket that no process serves."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))


def test_it_is_gone_with_its_lock(path: Path) -> None:
    """A server that stops leaves nothing behind."""
    listen(path, lambda: lock_of(path).stat())
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("kind", ["unix", "haproxy:unix"])
def test_what_a_killed_process_left_is_replaced(kind: str, path: Path) -> None:
    """Its lock has ended with it; also behind a proxy."""
    leave_socket(path)
    lock_of(path).touch()
    listen(path, kind=kind)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("number", [os.getpid(), 1], ids=["this", "one"])
def test_a_lock_that_names_this_process_is_no_lock(number: int, path: Path) -> None:
    """In a container every run is process 1; Twisted's lock says no more than that."""
    leave_socket(path)
    lock_of(path).symlink_to(str(number))
    listen(path)
    assert list(path.parent.iterdir()) == []


def refused(path: Path, meanwhile: Callable[[], object] = lambda: None) -> str:
    """Try to serve a socket, with what happens before it is opened; give what is said about it."""

    async def main(reactor: Any) -> None:
        server = make_server(f"unix:{path}", reactor=reactor)
        meanwhile()
        await server.start()

    with pytest.raises(ConfigErrors) as caught:
        run(main)
    (problem,) = caught.value.problems
    assert problem.code == "HK403"
    return problem.message


def test_only_one_process_serves_it(path: Path) -> None:
    """The second one is refused, and the first goes on."""

    def during() -> None:
        assert "another program serves this socket" in refused(path)
        assert lock_of(path).exists()

    listen(path, during)


def test_a_program_that_takes_no_lock_is_respected(path: Path) -> None:
    """It accepts connections, so it serves."""
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        assert "another program serves this socket" in refused(path)
    assert [each.name for each in path.parent.iterdir()] == ["x.sock"]


def test_a_process_may_be_about_to_serve_it(path: Path) -> None:
    """It has the lock, but no socket yet."""
    with lock_of(path).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Resource temporarily unavailable" in refused(path)
    assert not path.exists()


def test_a_lock_that_is_just_deleted_is_taken_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process before may delete it between our opening and our locking."""
    late = [lock_of(path)]
    lock = fcntl.flock

    def flock(descriptor: int, operation: int) -> None:
        if late:
            late.pop().unlink()
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    listen(path, lambda: lock_of(path).stat())
    assert late == []


def test_other_files_are_kept(path: Path) -> None:
    """A mistake in the path does not delete a file."""
    assert "exists and is not a socket" in refused(path, lambda: path.write_text("mine"))
    assert path.read_text() == "mine"
    assert not lock_of(path).exists()


def test_its_options_are_those_of_twisted(path: Path) -> None:
    """Also `lockfile=0`, with which there is no lock."""
    modes = []

    def during() -> None:
        modes.append(mode_of(path))

    listen(path, during)
    listen(path, during, ":mode=640:backlog=3")
    assert modes == [0o660, 0o640]
    listen(path, lambda: modes.append(lock_of(path).exists()), ":lockfile=0")
    assert modes[2:] == [False]
    listen(path, during, ":lockfile=0")
    assert modes[3:] == [0o660]


def test_other_users_cannot_connect_before_it_has_its_mode(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between `bind` and `chmod` there is time for a client."""
    modes = []
    chmod = os.chmod

    def look(name: bytes, mode: int) -> None:
        modes.append(mode_of(path))
        chmod(name, mode)

    monkeypatch.setattr(os, "chmod", look)
    before = os.umask(0)
    try:
        listen(path, options=":mode=600")
    finally:
        os.umask(before)
    assert modes == [0o600]


def test_a_socket_that_took_its_place_is_kept(path: Path) -> None:
    """Only the socket that was made is deleted in the end."""

    def during() -> None:
        path.unlink()
        leave_socket(path)

    listen(path, during)
    assert [each.name for each in path.parent.iterdir()] == ["x.sock"]


def test_the_socket_may_be_deleted_meanwhile(path: Path) -> None:
    """The server stops all the same, and releases the lock."""
    listen(path, path.unlink)
    assert list(path.parent.iterdir()) == []


def test_a_socket_of_another_process_is_left_as_it_is(path: Path) -> None:
    """Its file and mode stay, and what connects after the end waits for the next process."""
    modes: list[int] = []

    async def main(reactor: Any) -> None:
        server = make_server(f"fd:{os.dup(kept.fileno())}", reactor=reactor)
        await server.start()
        modes.append(mode_of(path))
        await server.stop()

    with socket.socket(socket.AF_UNIX) as kept, socket.socket(socket.AF_UNIX) as client:
        kept.bind(str(path))
        kept.listen()
        path.chmod(0o640)
        run(main)
        client.connect(str(path))
        accepted, _ = kept.accept()
        accepted.close()
    assert modes == [0o640]
