from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from hostkit.files import mode_of, read_plain

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["x" * 5000, "x/" * 3000, "a\0b", "absent", "", "file/x"])
def test_what_is_not_there_has_no_mode(tmp_path: Path, name: str) -> None:
    """Also if nothing could have that name."""
    (tmp_path / "file").touch()
    assert mode_of(f"{tmp_path}/nothing/{name}") == 0
    assert mode_of(tmp_path / name) == (mode_of(tmp_path) if name == "" else 0)


def test_what_is_there_has_a_mode(tmp_path: Path) -> None:
    """Of what a link leads to."""
    (tmp_path / "link").symlink_to(tmp_path)
    assert stat.S_ISDIR(mode_of(tmp_path / "link"))


def test_a_file_of_the_greatest_length_is_read(tmp_path: Path) -> None:
    """The limit is what is allowed."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    assert read_plain(path, 100) == b"x" * 100


def test_a_longer_file_is_refused(tmp_path: Path) -> None:
    """No more than the limit is read of gigabytes."""
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(3 * 1024**3)
    with pytest.raises(OSError, match="it is longer than 100 bytes"):
        read_plain(path, 100)


def test_a_file_without_a_size_is_read() -> None:
    """Files of /proc say that they are empty, and may have any length."""
    assert b"python" in read_plain("/proc/self/cmdline", 100_000)


def test_links_are_followed(tmp_path: Path) -> None:
    """Kubernetes gives secrets as links to links."""
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "data").symlink_to(tmp_path / "file")
    (tmp_path / "secret").symlink_to("data")
    assert read_plain(tmp_path / "secret", 10) == b"x"


def _make(kind: str, path: Path) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"device": "/dev/zero", "memory": "/proc/self/mem"}.get(kind, "missing"))


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("pipe", "it is a pipe, not a file"),
        ("socket", "it is a socket, not a file"),
        ("device", "it is a device, not a file"),
        ("folder", "Is a directory"),
        ("memory", "Input/output error"),
        ("dangling link", "No such file or directory"),
    ],
)
def test_what_is_not_a_file_is_refused_at_once(kind: str, why: str, tmp_path: Path) -> None:
    """It is neither waited for nor read until memory ends."""
    _make(kind, tmp_path / "it")
    with pytest.raises(OSError) as raised:  # noqa: PT011 -- what it says is compared
        read_plain(tmp_path / "it", 1000)
    assert raised.value.strerror == why


def test_what_becomes_a_pipe_meanwhile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was opened is looked at, and not only what had the name before."""
    path = tmp_path / "file"
    path.write_bytes(b"x")

    def replace(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return opened(name, flags)

    opened = os.open
    monkeypatch.setattr(os, "open", replace)
    with pytest.raises(OSError, match="it is a pipe"):
        read_plain(path, 100)
