"""Why a server cannot listen, in words."""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

import pytest
from twisted.internet.error import CannotListenError

from hostkit.web._addresses import explain_listening

if TYPE_CHECKING:
    from pathlib import Path


def system(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("text", "cause", "why", "hint"),
    [
        ("tcp:80", system(errno.EADDRINUSE), "Address already in use", "another program listens"),
        ("tcp:80", system(errno.EACCES), "Permission denied", "ports below 1024 need a right: "),
        ("tcp:1024", system(errno.EACCES), "Permission denied", None),
        ("fd:3", system(errno.EBADF), "Bad file descriptor", None),
        ("systemd:domain=INET:index=0", LookupError("no such socket"), "no such socket", None),
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
        ("stdio:", ValueError("no"), "ValueError: no", None),
        ("tcp:80", "what else", "what else", None),
    ],
)
def test_the_reason_is_said(text: str, cause: object, why: str, hint: str | None) -> None:
    """That of the system, and what to do about it."""
    said = explain_listening(text, CannotListenError("", 80, cause))
    assert said[0].startswith(why)
    assert (said[1] or "").startswith(hint or "")
    assert (said[1] is None) == (hint is None)
    if isinstance(cause, Exception):  # not every port wraps it
        assert explain_listening(text, cause) == said


TAKEN = system(errno.EADDRINUSE)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Rather than the file that could not be made in it."""
    why, hint = explain_listening(f"unix:{tmp_path}/no/x", system(errno.ENOENT))
    assert why == f"the folder {tmp_path}/no does not exist"
    assert hint == "create it, or let systemd do so (RuntimeDirectory=)"


def test_a_folder_that_must_not_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user of the server needs it."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    said = explain_listening(f"unix:{tmp_path}/x", system(errno.EACCES))
    assert said == (f"this user may not create files in {tmp_path}", None)


def test_sockets_are_told_apart(tmp_path: Path) -> None:
    """One that is served, one that is left over, and what is no socket."""
    path = tmp_path / "x"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        served = explain_listening(f"unix:{path}", TAKEN)
    left = explain_listening(f"unix:{path}", TAKEN)
    path.unlink()
    nothing = explain_listening(f"unix:{path}", CannotListenError(None, path, "Cannot lock"))
    path.write_text("mine")
    other = explain_listening(f"unix:{path}", TAKEN)
    assert [served, left, nothing, other] == [
        ("another program serves this socket", "stop it, or choose another path"),
        (
            f"no program serves the socket {path}, but it is still there: Address already in use",
            f"rm {path} {path}.lock",
        ),
        ("Cannot lock", None),
        (f"{path} exists and is not a socket", "choose another path"),
    ]
