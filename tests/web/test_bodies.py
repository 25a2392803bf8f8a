"""Where bodies are kept, and what happens if there is no room for them."""

from __future__ import annotations

import errno
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.testing import MemoryReactorClock
from twisted.web.resource import Resource

from hostkit import Host
from hostkit.web import Server
from tests.web.line import Line, make_site
from tests.web.pages import Held

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twisted.web.server import Request


class Keeps(Resource):
    """Says where the body is kept."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_POST(self, request: Request) -> bytes:  # noqa: N802
        content: Any = request.content
        where = "memory" if isinstance(content, BytesIO) else "disk"
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
            f"the body of a request cannot be stored in a temporary file: {reason}; all are that "
            "are longer than 10 bytes (`limits: body_in_memory`), or for which `bodies_in_memory` "
            "has no room"
        )
    ]
    line = Line(there)
    line.post(10, b"x" * 10)
    assert line.answer.body == b"memory, 10"


def test_a_body_without_room_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that waits for permission to send it gets the refusal instead."""
    monkeypatch.setattr("hostkit.web._bodies.TemporaryFile", no_folder)
    line = Line(site(body_in_memory=10))
    line.send(
        "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n"
    )
    assert line.answer.status == 507


def shared(**limits: Any) -> Any:
    """Make a site for which 10 bytes of all bodies may be in memory, and 30 be kept at all."""
    return make_site(Keeps(), bodies_in_memory=10, bodies=30, **limits)  # type: ignore[no-untyped-call]


def test_what_the_memory_has_no_room_for_goes_to_disk() -> None:
    """All bodies share it, those that are still arriving included; then it is free again."""
    site = shared()
    first, second = Line(site), Line(site)
    first.post(8, b"x" * 7)
    assert (site.bodies.kept, site.bodies.in_memory) == (7, 7)
    second.post(5, b"y" * 4)
    assert (site.bodies.kept, site.bodies.in_memory) == (11, 7)
    second.send(b"y")
    assert second.answer.body == b"disk, 5"
    first.send(b"x")
    assert first.answer.body == b"memory, 8"
    assert (site.bodies.kept, site.bodies.in_memory) == (0, 0)


@pytest.mark.parametrize("is_chunked", [False, True])
def test_what_there_is_no_room_for_is_refused(is_chunked: bool) -> None:
    """Those that are there are not harmed; when they have gone there is room again."""
    site = shared()
    there, late = Line(site), Line(site)
    there.post(21, b"x" * 20)
    if is_chunked:
        late.post_chunks(b"y" * 11, b"")
    else:
        late.post(11, b"y" * 11)
    assert (late.answer.status, late.answer.json["errcode"]) == (503, "too_many_bodies")
    assert late.answer.headers["retry-after"] == "1"
    assert site.bodies.kept == 20
    there.send(b"x")
    assert there.answer.body == b"disk, 21"
    late = Line(site)
    late.post(30, b"y" * 30)
    assert late.answer.body == b"disk, 30"


def test_room_is_kept_until_the_answer() -> None:
    """And is free when the client leaves, before or after its body was complete."""
    held = Held()
    site = make_site(held)
    lines = [Line(site) for _ in range(3)]
    for line in lines:
        line.post(3, b"xyz")
    lines.append(Line(site))
    lines[3].post(3, b"x")
    assert site.bodies.kept == 10
    held.answer()
    assert site.bodies.kept == 7
    lines[3].hang_up()
    assert site.bodies.kept == 6
    lines[1].hang_up()
    assert site.bodies.kept == 3


def test_announced_bodies_take_no_slot() -> None:
    """However many never come, requests that are complete are served."""
    site = make_site(requests=1)
    for _ in range(50):
        Line(site).post(1000, b"x")
        Line(site).post_chunks(b"x")
    assert site.busy == 0
    line = Line(site)
    line.get()
    line.post(2, b"xy")
    assert [answer.body for answer in line.answers] == [b"0", b"2"]


def test_a_body_that_ends_when_all_slots_are_taken_is_refused() -> None:
    """It was welcome when it began; its client may try again."""
    held = Held()
    site = make_site(held, requests=1)
    late = Line(site)
    late.post(2, b"x")
    Line(site).get()
    late.send(b"y")
    assert (late.answer.status, late.answer.json["errcode"]) == (503, "too_many_requests")
    assert (site.busy, site.bodies.kept) == (1, 0)
    late.hang_up()
    assert site.busy == 1


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
