"""`Spawner`: processes of workers, with a reactor in memory."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.error import ProcessDone, ProcessExitedAlready, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from hostkit.config import load
from hostkit.web import OpenSockets, Place
from hostkit.workers import LINK, Events, Link, Spawner, Version
from tests.workers.test_link import FakeTransport


class FakeReactor(Clock):
    """Begins nothing, and connects in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.spawned: list[Any] = []
        self.link: Any = None
        transport: Any = FakeTransport()
        self.transport = transport
        transport.abortConnection = lambda: None
        self.signals: list[int] = []
        self.is_over = False

    def spawnProcess(self, protocol: Any, program: str, arguments: Any, **options: Any) -> None:  # noqa: N802
        self.spawned.append((program, arguments, options))
        protocol.transport = SimpleNamespace(pid=4711, signalProcess=self._signal)

    def _signal(self, number: int) -> None:
        if self.is_over:
            raise ProcessExitedAlready
        self.signals.append(number)

    def adoptStreamConnection(self, descriptor: int, _family: int, factory: Any) -> None:  # noqa: N802
        os.fstat(descriptor)
        link = factory.buildProtocol(None)
        self.link = link
        self.link.makeConnection(self.transport)

    def said(self) -> list[Any]:
        """Give what the process was told."""
        frames: list[Any] = []
        link: Any = Link(frames.append, frames.append, lambda: None)
        link.makeConnection(FakeTransport())
        link.dataReceived(self.transport.value())
        self.transport.clear()
        return frames


class Setup:
    """A process that was begun."""

    def __init__(self, folder: Path) -> None:
        file = folder / "host.yaml"
        file.write_text("modules: []")
        self.place = Place("tcp", "", 80)
        self.sockets = [socket.socket(), socket.socket()]
        opened = OpenSockets(self.place, self.sockets, lambda: None)
        self.version = Version(3, load(file), {self.place.key: opened})
        self.reactor = FakeReactor()
        self.lines: list[tuple[str, bytes]] = []
        self.seen: list[Any] = []
        spawner = Spawner(
            self.reactor,
            ["python", "-m", "x"],
            {"json": False},
            lambda *line: self.lines.append(line),
        )
        events = Events(self.seen.append, self.seen.append, self.seen.append)
        self.process = spawner(1, "w2", self.version, events)
        for each in self.sockets:
            each.close()

    def exit(self, reason: Exception) -> None:
        """Have the process end, whose output goes on."""
        self.process.processExited(Failure(reason))


def test_a_process_is_given_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its link, whose number it knows; its command line names worker and file."""
    monkeypatch.setenv("LISTEN_FDS", "1")
    setup = Setup(tmp_path)
    ((program, arguments, options),) = setup.reactor.spawned
    file = str(tmp_path / "host.yaml")
    assert (program, arguments) == ("python", ["python", "-m", "x", "w2", file])
    assert sorted(options["childFDs"]) == [0, 1, 2, LINK]
    assert "LISTEN_FDS" not in options["env"]
    assert setup.reactor.said() == [
        {
            "json": False,
            "slot": 1,
            "worker": "w2",
            "generation": 3,
            "file": file,
            "text": "modules: []",
            "switches": {},
        }
    ]
    assert setup.process.pid == 4711


def test_it_gets_its_sockets_when_it_reads_on(tmp_path: Path) -> None:
    """And not before: they would be lost."""
    setup = Setup(tmp_path)
    setup.reactor.said()
    assert setup.reactor.transport.descriptors == []
    setup.reactor.link._receive({"is": "here"})
    assert setup.reactor.said() == [{"do": "start", "sockets": [[setup.place.key, 2]]}]
    assert len(setup.reactor.transport.descriptors) == 2
    setup.reactor.link._receive({"is": "ready"})
    setup.reactor.link._receive_message(b"stale")
    assert setup.seen == [{"is": "ready"}, b"stale"]
    setup.process.send_message(b"stale")
    setup.process.send({"do": "ping"})
    assert setup.reactor.said() == [b"stale", {"do": "ping"}]


def test_what_it_writes_is_passed_on_line_by_line(tmp_path: Path) -> None:
    """Both of its outputs; the last lines are kept."""
    setup = Setup(tmp_path)
    setup.process.childDataReceived(2, b"one\ntw")
    setup.process.childDataReceived(1, b"printed\n")
    setup.process.childDataReceived(2, b"o\n" + b"x" * 70_000)
    lines = [line for name, line in setup.lines if name == "w2"]
    assert lines == [b"one", b"printed", b"two", b"x" * 70_000]
    assert setup.process.last_lines[:3] == ["one", "printed", "two"]


def test_its_end_is_noticed_with_its_last_line(tmp_path: Path) -> None:
    """When its output has ended, too; nothing is sent to it after that."""
    setup = Setup(tmp_path)
    setup.process.childDataReceived(2, b"the last")
    setup.exit(ProcessDone(0))
    assert setup.seen == []
    setup.process.processEnded(None)
    setup.reactor.advance(10)
    assert setup.seen == ["ended with exit code 0"]
    assert setup.lines == [("w2", b"the last")]
    setup.reactor.said()
    setup.process.send({"do": "ping"})
    setup.process.send_message(b"stale")
    setup.reactor.link._receive({"is": "ready"})
    setup.reactor.link.connectionLost()
    assert setup.reactor.said() == []
    assert setup.seen == ["ended with exit code 0"]
    assert (setup.process.pid, setup.process.exit_code) == (4711, 0)


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        (ProcessTerminated(3), "ended with exit code 3"),
        (ProcessTerminated(None, signal.SIGKILL), "killed by SIGKILL"),
        (ProcessTerminated(None, 50), "killed by signal 50"),
    ],
)
def test_its_output_may_go_on(tmp_path: Path, reason: Exception, how: str) -> None:
    """As a program that it has begun has it: that is not waited for."""
    setup = Setup(tmp_path)
    setup.exit(reason)
    setup.reactor.advance(1)
    assert setup.seen == [how]


def test_it_can_be_killed(tmp_path: Path) -> None:
    """Unless it has ended."""
    setup = Setup(tmp_path)
    setup.process.kill()
    setup.reactor.is_over = True
    setup.process.kill()
    assert setup.reactor.signals == [signal.SIGKILL]
