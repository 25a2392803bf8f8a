"""`Life`: a supervisor from its start to its stop, with processes in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.internet.task import Clock

from hostkit.config import from_mapping
from hostkit.errors import ConfigErrors, Problem
from hostkit.process.supervising import Life, line_writer, names_of
from hostkit.process.systemd import Notifier
from hostkit.workers import Fleet, Supervisor, Version
from tests.cli.fleets import fleet_running
from tests.cli.servers import run_to_end
from tests.process.test_systemd import Manager
from tests.workers.fakes import FakeFiles, Processes


class FakeReactor(Clock):
    """Runs when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.stops = 0
        self.trigger: Any = None

    def addSystemEventTrigger(self, _phase: str, _event: str, trigger: Any) -> None:  # noqa: N802
        self.trigger = trigger

    def run(self) -> None:
        self.advance(0)

    def stop(self) -> None:
        self.stops += 1
        if self.stops > 1:
            raise ReactorNotRunning


class FakeSource:
    """Opens no sockets."""

    error: ConfigErrors | None = None
    is_closed = False

    async def take(self, file: Any, generation: int) -> Version:
        if self.error is not None:
            raise self.error
        return Version(generation, file)

    async def close(self) -> None:
        self.is_closed = True


class Setup:
    """A supervisor that has started."""

    def __init__(self, folder: Path, *, error: ConfigErrors | None = None) -> None:
        self.manager = Manager(str(folder / "notify"))
        self.reactor = FakeReactor()
        self.processes = Processes()
        self.fleet = Fleet(["w1", "w2"], self.processes, self.reactor)
        self.source = FakeSource()
        self.source.error = error
        notifier = Notifier.from_environment(
            {"NOTIFY_SOCKET": self.manager.address, "WATCHDOG_USEC": "4000000"}, self.reactor
        )
        self.supervisor = Supervisor(self.fleet, FakeFiles(), self.reactor, notifier)
        source: Any = self.source
        self.shown: list[ConfigErrors] = []
        self.life = Life(
            self.fleet, source, self.supervisor, notifier, self.reactor, self.shown.append
        )
        self.code = self.life.until_stopped(from_mapping({}))

    def end(self, index: int, exit_code: int | None = None) -> None:
        """Have a process end."""
        process: Any = self.processes.all[index]
        process.exit_code = exit_code
        process.end()

    def notified(self) -> list[str]:
        """Give what the service manager was notified of since, without words about it."""
        seen = []
        try:
            while True:
                seen += [each for each in self.manager.read() if "STATUS" not in each]
        except BlockingIOError:
            return seen

    def stop(self) -> Deferred[None]:
        """Stop it, as a signal does."""
        stopping: Deferred[None] = self.reactor.trigger()
        return stopping


@pytest.fixture
def setup(tmp_path: Path) -> Any:
    setup = Setup(tmp_path)
    yield setup
    setup.manager.close()


def test_the_first_worker_starts_alone(setup: Setup) -> None:
    """The server has started when all others have as well; the start may take long."""
    assert setup.processes.names == ["w1"]
    assert setup.notified() == ["EXTEND_TIMEOUT_USEC=30000000"]
    setup.reactor.advance(10)
    assert setup.notified() == ["EXTEND_TIMEOUT_USEC=30000000"]
    setup.processes.all[0].say("ready")
    assert setup.processes.names == ["w1", "w2"]
    assert not setup.supervisor.is_open
    setup.processes.all[1].say("ready")
    assert setup.notified() == ["READY=1", "WATCHDOG=1"]
    setup.reactor.advance(10)
    assert "EXTEND_TIMEOUT_USEC=30000000" not in setup.notified()


def test_the_watchdog_is_notified_while_all_answer(setup: Setup) -> None:
    """One that does not is enough to have it bark."""
    for each in list(setup.processes.all):
        each.say("ready")
    setup.processes.all[1].say("ready")
    setup.notified()
    for _ in range(4):
        setup.reactor.advance(1)
    assert setup.notified() == ["WATCHDOG=1"] * 2
    setup.fleet.ready[0].is_silent = True
    for _ in range(4):
        setup.reactor.advance(1)
    assert setup.notified() == []


@pytest.mark.parametrize(("exit_code", "expected"), [(2, 2), (None, 1)])
def test_without_the_first_worker_it_ends(
    setup: Setup, exit_code: int | None, expected: int
) -> None:
    """With its exit code; once is enough."""
    setup.end(0, exit_code)
    assert (setup.reactor.stops, setup.life._exit_code) == (1, expected)
    setup.life._leave(expected)
    assert setup.stop().called
    assert setup.source.is_closed


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    """Before a process begins."""
    error = ConfigErrors((Problem("HK403", "cannot listen"),))
    setup = Setup(tmp_path, error=error)
    setup.manager.close()
    assert (setup.code, setup.processes.all) == (1, [])
    assert setup.shown == [error]


def test_it_ends_when_no_worker_can_serve_any_more(setup: Setup) -> None:
    """But not before."""
    setup.processes.all[0].say("ready")
    stops = []
    for worker in setup.fleet.workers:
        worker.members.clear()
        worker.has_failed = True
        setup.life.failed(worker, "killed by SIGKILL")
        stops.append(setup.reactor.stops)
    assert stops == [0, 1]
    assert setup.life._exit_code == 1


def test_a_worker_that_fails_at_the_start_does_not_hold_it_up(setup: Setup) -> None:
    """The server has started with the others."""
    setup.processes.all[0].say("ready")
    setup.fleet.workers[1].members.clear()
    setup.fleet.workers[1].has_failed = True
    setup.life.failed(setup.fleet.workers[1], "")
    assert setup.supervisor.is_open


def test_a_stop_waits_for_all_processes(setup: Setup) -> None:
    """Those that do not end in time are killed."""
    setup.processes.all[0].say("ready")
    setup.processes.all[1].say("ready")
    stopping: Any = setup.stop()
    assert "STOPPING=1" in setup.notified()
    setup.end(0)
    assert not stopping.called
    setup.reactor.advance(100)
    assert setup.processes.all[1].is_killed
    setup.end(1)
    assert stopping.called
    assert setup.source.is_closed


def test_a_stop_may_be_quick(setup: Setup) -> None:
    """Then none is killed."""
    setup.processes.all[0].say("ready")
    setup.processes.all[1].say("ready")
    stopping = setup.stop()
    setup.end(0)
    setup.end(1)
    assert stopping.called
    setup.reactor.advance(100)
    assert not setup.processes.all[1].is_killed


def test_a_supervisor_holds_its_pid_file(tmp_path: Path) -> None:
    """A second one of the same file ends, and says why."""
    with fleet_running(tmp_path, 1) as fleet:
        text = Path(fleet.file).read_text()
        Path(fleet.file).write_text(text.replace("hostkit:\n", "hostkit:\n  workers: 2\n"))
        code, log = run_to_end(fleet.file)
    assert code == 1
    assert "HK406" in log


def test_a_worker_process_needs_a_supervisor(tmp_path: Path) -> None:
    """One that has gone at once leaves nothing behind."""
    import socket
    import subprocess
    import sys

    ours, theirs = socket.socketpair()
    with theirs:
        ours.close()
        code = f"import os; os.dup2({theirs.fileno()}, 3)"
        code = f"{code}; import runpy; runpy.run_module('hostkit.cli._worker', run_name='__main__')"
        done = subprocess.run(
            [sys.executable, "-c", code], pass_fds=[theirs.fileno()], cwd=tmp_path, check=False
        )
    assert done.returncode == 1


def test_workers_have_names() -> None:
    """They begin with that of the supervisor, if it has one."""
    assert names_of(2, None) == ["w1", "w2"]
    assert names_of(2, "web") == ["web-1", "web-2"]


def test_each_line_has_the_name_of_its_worker(capfdbinary: Any) -> None:
    """A line that is JSON has it already; one that is not becomes JSON."""
    line_writer(is_json=False)("w1", b"serving")
    write = line_writer(is_json=True)
    write("w1", b'{"worker": "w1", "message": "serving"}')
    write("w1", b"printed \xff")
    first, *others = capfdbinary.readouterr().err.splitlines()
    assert first == b"[w1] serving"
    assert [json.loads(each) for each in others] == [
        {"worker": "w1", "message": "serving"},
        {"worker": "w1", "message": "printed \ufffd"},
    ]
