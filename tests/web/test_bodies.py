"""Where bodies are kept, and what happens if there is no room for them."""

from __future__ import annotations

import errno
import tempfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.testing import MemoryReactorClock
from twisted.web.resource import Resource

from hostkit import Host
from hostkit.web import Server
from tests.web.line import Line, make_site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twisted.web.server import Request


class Keeps(Resource):
    """Says where the body is kept."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_POST(self, request: Request) -> bytes:  # noqa: N802
        content: Any = request.content
        kept = getattr(content, "_file", content)
        where = "memory" if isinstance(kept, BytesIO) else "disk"
        return b"%s, %d" % (where.encode(), len(content.read()))


def site(**limits: Any) -> Any:
    return make_site(Keeps(), serve=("modules", "hooks"), hooks_body=1, **limits)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(("length", "where"), [(10, "memory"), (11, "disk")])
def test_a_long_body_goes_to_disk(length: int, where: str) -> None:
    """Up to the setting it is kept in memory, whether its length is known before or not."""
    line = Line(site(body_in_memory=10))
    line.post(length, b"x" * length)
    line.post_chunks(b"x" * length, b"")
    assert [answer.body.decode() for answer in line.answers] == [f"{where}, {length}"] * 2


@pytest.mark.parametrize(("length", "where"), [(20, "memory"), (21, "disk")])
def test_what_hooks_may_take_is_kept_in_memory(length: int, where: str) -> None:
    """So that they can be called where there is no temporary folder."""
    line = Line(make_site(Keeps(), hooks_body=20, body_in_memory=10))  # type: ignore[no-untyped-call]
    line.post(length, b"x" * length)
    assert line.answer.body.decode() == f"{where}, {length}"


def full(operation: str) -> Callable[..., Any]:
    """Make a stand-in for temporary files on a full disk."""

    class File(BytesIO):
        def __init__(self, **_: object) -> None:
            super().__init__()

        def fail(self, *_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            super().close()
            if operation == "flush":
                raise OSError(errno.ENOSPC, "No space left on device")

    setattr(File, operation, File.fail)
    return File


def no_folder(*_: object, **__: object) -> None:
    raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")


REFUSED = {"errcode": "no_storage", "error": "the server has no room for the body of this request"}


@pytest.mark.parametrize(
    ("opener", "reason"),
    [
        (no_folder, "No usable temporary directory found"),
        (full("write"), "No space left on device"),
        (full("flush"), "No space left on device"),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_without_room_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    opener: Any,
    reason: str,
    is_chunked: bool,
) -> None:
    """507 in JSON, and a line in the log; shorter bodies are served as before."""
    monkeypatch.setattr("hostkit.web._bodies.TemporaryFile", opener)
    monkeypatch.setattr(tempfile, "TemporaryFile", opener)
    there = site(body_in_memory=10)
    line = Line(there)
    if is_chunked:
        line.post_chunks(b"x" * 11, b"x", b"")
    else:
        line.post(12, b"x" * 6)
        line.send(b"x" * 6)
    assert (line.answer.status, line.answer.json) == (507, REFUSED)
    assert line.answer.headers["connection"] == "close"
    assert not line.is_open()
    line.hang_up()
    assert there.busy == 0
    assert [record.getMessage() for record in caplog.records] == [
        (
            f"the body of a request cannot be stored in a temporary file: {reason}; it is longer "
            "than the 10 bytes that are kept in memory (`limits: body_in_memory`)"
        )
    ]
    line = Line(there)
    line.post(10, b"x" * 10)
    assert line.answer.body == b"memory, 10"


def test_a_body_without_room_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that waits for permission to send it gets the refusal instead."""
    monkeypatch.setattr("hostkit.web._bodies.TemporaryFile", no_folder)
    line = Line(site(body_in_memory=10))
    line.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
    assert line.answer.status == 507


FILE = """
hostkit:
  listeners:
    - {endpoint: "tcp:1", serve: [modules]}
    - {endpoint: "tcp:2:interface=127.0.0.1", serve: [hooks]}
    - {endpoint: "tcp:3", serve: [modules], limits: {body: 1M}}
"""


def test_a_missing_folder_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Once for each listener that would need one."""
    monkeypatch.setattr("hostkit.web._bodies.gettempdir", no_folder)
    path = tmp_path / "host.yaml"
    path.write_text(FILE)
    Server(Host.from_file(path, categories=[]).build(), MemoryReactorClock())
    assert caplog.messages == [
        (
            "tcp:1: bodies longer than 1048576 bytes are answered with 507, as there is no folder "
            "for temporary files: No usable temporary directory found"
        )
    ]
