"""Why a server cannot listen, in words."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.error import CannotListenError
from twisted.internet.testing import MemoryReactorClock

from tests.web.endpoints import check, refusal

if TYPE_CHECKING:
    from pathlib import Path


def system(number: int) -> OSError:
    return OSError(number, os.strerror(number))


class Refusing(MemoryReactorClock):
    """A reactor that cannot listen."""

    def __init__(self, error: Exception) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._error = error

    def listenTCP(self, *_: Any, **__: Any) -> Any:  # noqa: N802
        raise self._error


@pytest.mark.parametrize(
    ("text", "cause", "why", "hint"),
    [
        ("tcp:80", system(errno.EADDRINUSE), "Address already in use", "another program listens"),
        ("tcp:80", system(errno.EACCES), "Permission denied", "ports below 1024 need a right: "),
        ("tcp:1024", system(errno.EACCES), "Permission denied", None),
        ("tcp:80", system(errno.EBADF), "Bad file descriptor", None),
        ("tcp:80", LookupError("no such socket"), "no such socket", None),
        (
            "tcp:80:interface=192.0.2.1",
            system(errno.EADDRNOTAVAIL),
            "Cannot assign",
            "this machine",
        ),
        (
            "tcp:80:interface=no.example",
            socket.gaierror(-2, "Name or service not known"),
            "the name 'no.example' cannot be resolved: Name or service not known",
            "write the IP address",
        ),
        ("tcp:80", ValueError("no"), "ValueError: no", None),
        ("tcp:80", "what else", "what else", None),
    ],
)
def test_the_reason_is_said(text: str, cause: object, why: str, hint: str | None) -> None:
    """That of the system, and what to do about it."""
    problem = refusal(text, Refusing(CannotListenError("", 80, cause)))
    assert problem.message.startswith(f"cannot listen at {text}: {why}")
    assert (problem.hint or "").startswith(hint or "")
    assert (problem.hint is None) == (hint is None)
    if isinstance(cause, Exception):  # not every port wraps it
        assert refusal(text, Refusing(cause)) == problem


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Rather than the file that could not be made in it."""
    problem = refusal(f"unix:{tmp_path}/no/x")
    assert problem.message.endswith(f": the folder {tmp_path}/no does not exist")
    assert problem.hint == "create it, or let systemd do so (RuntimeDirectory=)"


def test_a_folder_that_must_not_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user of the server needs it."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    (problem,) = check(tmp_path, "unix:x")
    assert problem.message.endswith(f": this user may not create files in {tmp_path}")
    assert problem.hint is None


def test_sockets_are_told_apart(tmp_path: Path) -> None:
    """One that is served, one that is left over, and what another process just takes."""
    path = tmp_path / "x"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        served = refusal(f"unix:{path}")
    left = refusal(f"unix:{path}:lockfile=0")
    path.unlink()
    with path.with_name("x.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        taken = refusal(f"unix:{path}")
    assert [(each.message.partition(f"{path}")[2], each.hint) for each in (served, taken)] == [
        (": another program serves this socket", "stop it, or choose another path"),
        (": Resource temporarily unavailable", None),
    ]
    assert left.message.endswith(
        f": no program serves the socket {path}, but it is still there: Address already in use"
    )
    assert left.hint == f"rm {path} {path}.lock"
