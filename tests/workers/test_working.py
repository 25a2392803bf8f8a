"""`Working`: a worker process does what its supervisor says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from hostkit.config import HostFile, from_mapping
from hostkit.errors import HostkitError
from hostkit.loops import start_entry
from hostkit.workers import Link, SupervisorChannel, Working
from tests.workers.test_link import FakeTransport


class FakeSockets:
    """Takes sockets."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def add(self, key: str, descriptors: list[int]) -> None:
        self.seen.append((key, descriptors))

    def drop(self, keys: list[str]) -> None:
        self.seen.append(("drop", keys))

    def cover(self, slots: list[int]) -> None:
        self.seen.append(("cover", slots))


class FakeProgram:
    """Notes what it is to do."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.answers: list[Callable[[dict[str, Any]], None]] = []
        self.answers_at_once = False
        self.reloaded: Deferred[dict[str, Any]] = Deferred()
        self.report: Callable[[str], None] = lambda _: None

    def start(self) -> None:
        self.seen.append("start")

    def reload(self, file: HostFile, report: Callable[[str], None]) -> Deferred[dict[str, Any]]:
        self.seen.append(("reload", len(file.modules)))
        self.report = report
        return self.reloaded

    def tasks(self, *, here: bool) -> Deferred[None]:
        self.seen.append(("tasks", here))
        return succeed(None)

    def ask(self, frame: Any, send: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        if self.answers_at_once:
            send({"end": {"ok": True}})
        self.answers.append(send)
        return lambda: self.seen.append("left")

    def stop(self, *, last: bool) -> None:
        self.seen.append(("stop", last))


def read(frame: Any) -> HostFile:
    """Read a file as a test says."""
    if frame["text"] == "wrong":
        raise HostkitError("it is wrong")
    return from_mapping({})


class Reactor(Clock):
    """Connects the link in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.link: Any = None
        self.transport: Any = FakeTransport()

    def adoptStreamConnection(self, _fd: int, _family: int, factory: Any) -> None:  # noqa: N802
        self.link = factory.buildProtocol(None)
        self.link.makeConnection(self.transport)


class Setup:
    """A worker process, and what its supervisor is told."""

    def __init__(self) -> None:
        self.reactor = Reactor()
        self.program, self.sockets = FakeProgram(), FakeSockets()
        sockets: Any = self.sockets
        channel = SupervisorChannel(self.reactor)
        self.working = Working(self.program, sockets, channel, read)
        self.working.send({"is": "lost"})
        self.working.send_message(b"lost")
        self.working.connect(self.reactor, 3)
        self.messages: list[bytes] = []

    def said(self) -> list[Any]:
        """Give what it has said since."""
        frames: list[Any] = []
        link: Any = Link(frames.append, self.messages.append, lambda: None)
        link.makeConnection(FakeTransport())
        link.dataReceived(self.reactor.transport.value())
        self.reactor.transport.clear()
        return frames

    def tell(self, what: str, **more: Any) -> None:
        self.reactor.link._receive({"do": what, **more})


def test_it_starts_when_it_has_its_sockets() -> None:
    """Which come before the frame that names them."""
    setup = Setup()
    assert setup.said() == [{"is": "here"}]
    for descriptor in (5, 6, 7):
        setup.reactor.link.fileDescriptorReceived(descriptor)
    setup.tell("start", sockets=[["tcp:80:", 2], ["unix", 1]])
    assert setup.sockets.seen == [("tcp:80:", [5, 6]), ("unix", [7])]
    assert setup.program.seen == ["start"]


def test_it_does_what_it_is_told() -> None:
    """Each command is one frame."""
    setup = Setup()
    setup.said()
    setup.tell("ping")
    setup.tell("cover", slots=[1])
    setup.tell("forget", keys=["unix"])
    setup.tell("overflow")
    setup.tell("tasks", here=True)
    setup.tell("tasks", here=False)
    setup.tell("stop")
    setup.tell("stop", last=True)
    assert setup.said() == [{"is": "alive"}, {"is": "idle"}]
    assert setup.sockets.seen == [("cover", [1]), ("drop", ["unix"])]
    assert setup.program.seen == [
        ("tasks", True),
        ("tasks", False),
        ("stop", False),
        ("stop", True),
    ]
    setup.working.send_message(b"stale")
    setup.said()
    assert setup.messages == [b"stale"]


def test_it_ends_when_its_supervisor_is_gone() -> None:
    """Nobody would take care of it."""
    setup = Setup()
    setup.reactor.link.connectionLost()
    assert setup.program.seen == [("stop", True)]
    setup.working.send({"is": "ignored"})


def test_a_reload_is_prepared_and_committed() -> None:
    """And waits in between."""
    setup = Setup()
    setup.said()
    setup.tell("prepare", number=3, text="")
    barrier = setup.working.barrier
    assert barrier.check(from_mapping({})) == ()
    preparing: Any = start_entry(barrier.prepare(from_mapping({})))
    assert setup.said() == [{"is": "prepared", "number": 3}]
    setup.tell("commit", number=2)
    assert not preparing.called
    setup.tell("commit", number=3)
    assert preparing.called
    setup.working.committed()
    setup.program.report("a warning")
    setup.program.reloaded.callback({"ok": True, "message": "reloaded"})
    assert setup.said() == [
        {"is": "committed", "number": 3},
        {"is": "meanwhile", "number": 3, "text": "a warning"},
        {"is": "reloaded", "answer": {"ok": True, "message": "reloaded"}, "number": 3},
    ]
    setup.tell("commit", number=3)
    assert setup.said() == []


def test_a_newer_reload_may_come_while_the_file_is_read() -> None:
    """Then nothing is done about the older one."""
    setup = Setup()
    setup.said()
    texts: list[str] = []

    def read_late(frame: Any) -> HostFile:
        texts.append(frame["text"])
        if frame["number"] == 1:
            setup.tell("prepare", number=2, text="newer")
        return from_mapping({})

    setup.working._read = read_late
    setup.tell("prepare", number=1, text="older")
    assert texts == ["older", "newer"]
    assert setup.working.barrier.number == 2
    assert setup.program.seen == [("reload", 0)]


async def test_what_is_prepared_may_be_discarded() -> None:
    """Now, or before it is prepared."""
    setup = Setup()
    barrier = setup.working.barrier
    barrier.number = 1
    preparing: Any = start_entry(barrier.prepare(from_mapping({})))
    setup.tell("discard", number=1)
    with pytest.raises(HostkitError, match="another worker could not prepare it"):
        await preparing
    barrier.number = 2
    setup.tell("discard", number=2)
    with pytest.raises(HostkitError):
        await barrier.prepare(from_mapping({}))
    await barrier.undo()


def test_a_refusal_is_said() -> None:
    """With its reason, also if the file cannot be read here."""
    setup = Setup()
    setup.said()
    setup.tell("prepare", number=1, text="wrong")
    message = "not reloaded, nothing was changed: it is wrong"
    assert setup.said() == [{"is": "refused", "number": 1, "message": message}]
    setup.tell("prepare", number=2, text="")
    setup.program.reloaded.callback({"ok": False, "message": "not reloaded"})
    assert setup.said() == [{"is": "refused", "message": "not reloaded", "number": 2}]


def test_commands_are_answered() -> None:
    """With items and an end; one whose client has left may be over."""
    setup = Setup()
    setup.said()
    setup.tell("ask", id=1)
    setup.program.answers[0]({"item": "a receipt"})
    setup.tell("left", id=1)
    setup.tell("left", id=1)
    assert setup.program.seen == ["left"]
    setup.program.answers[0]({"end": {"ok": True}})
    setup.program.answers_at_once = True
    setup.tell("ask", id=2)
    setup.tell("left", id=2)
    assert setup.program.seen == ["left"]
    assert setup.said() == [
        {"is": "answer", "id": 1, "item": "a receipt"},
        {"is": "answer", "id": 1, "end": {"ok": True}},
        {"is": "answer", "id": 2, "end": {"ok": True}},
    ]
