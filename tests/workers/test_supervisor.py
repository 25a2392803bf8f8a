"""`Supervisor`: reloads and restarts, one at a time."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit.config import from_mapping
from hostkit.errors import HostkitError
from hostkit.workers import Fleet, Supervisor
from tests.workers.fakes import FakeFiles, Processes, make_fleet

DONE = {"ok": True, "message": "reloaded host.yaml"}
DONE_AS = {**DONE, "generation": 2}
SUPERSEDED = {"ok": False, "message": "not reloaded: a newer reload has replaced this one"}
STOPPING = {"ok": False, "message": "not reloaded: the server is stopping"}
BUSY = "a reload or a restart is in flight, or not all workers have started; try again"


class Notified:
    """Is notified of reloads."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def reloading(self) -> None:
        self.seen.append("reloading")

    def ready(self, status: str) -> None:
        self.seen.append(status)


class Setup:
    """A supervisor with two workers in memory."""

    def __init__(self, *, opened: bool = True) -> None:
        self.fleet: Fleet
        self.processes: Processes
        self.clock: Clock
        self.fleet, self.processes, self.clock = make_fleet(2)
        self.files = FakeFiles()
        self.notified = Notified()
        self.supervisor: Any = Supervisor(self.fleet, self.files, self.clock, self.notified)
        if opened:
            self.supervisor.open()

    def reload(self) -> list[Any]:
        """Ask for a reload; give what it comes to."""
        answers: list[Any] = []
        self.supervisor.reload().addCallback(answers.append)
        return answers

    def finish(self, number: int, answer: dict[str, Any] | None = None) -> None:
        """Have all processes prepare, commit and finish."""
        for process in self.processes.all:
            process.say("prepared", number=number)
        for process in self.processes.all:
            process.say("reloaded", number=number, answer=answer or DONE)
        self.clock.advance(0)


def test_a_reload_reaches_all_workers(caplog: pytest.LogCaptureFixture) -> None:
    """Its answer has the generation; the service manager is notified of it."""
    caplog.set_level("INFO")
    setup = Setup()
    answers = setup.reload()
    assert not setup.supervisor.is_idle
    setup.finish(1)
    assert answers == [DONE_AS]
    assert setup.supervisor.last == DONE_AS
    assert setup.notified.seen == ["reloading", "reloaded host.yaml"]
    assert setup.supervisor.is_idle
    assert "reloaded host.yaml" in caplog.messages


def test_a_refused_reload_is_over_too() -> None:
    """The service manager is notified that the server serves still, and why."""
    setup = Setup()
    answers = setup.reload()
    setup.processes.all[0].say("refused", number=1, message="not reloaded: HK107")
    assert answers[0]["message"] == "not reloaded: HK107"
    assert setup.notified.seen == ["reloading", "not reloaded: HK107"]


def test_a_file_that_is_wrong_reaches_no_worker() -> None:
    """Nor does one with other settings than can change."""
    setup = Setup()
    setup.files.error = HostkitError("it is not there")
    assert setup.reload() == [{"ok": False, "message": "not reloaded: it is not there"}]
    setup.clock.advance(0)
    setup.files.error = None
    setup.files.file = from_mapping({"hostkit": {"receipts": 5}})
    (answer,) = setup.reload()
    assert answer["message"].startswith("not reloaded, nothing was changed: ")
    assert "HK405" in answer["message"]
    assert [each.did("prepare") for each in setup.processes.all] == [[], []]


def test_a_reload_gives_way_to_a_newer_one() -> None:
    """Each caller gets an answer of its own."""
    setup = Setup()
    first = setup.reload()
    second = setup.reload()
    assert first == [SUPERSEDED]
    setup.clock.advance(0)
    setup.finish(2)
    assert second == [DONE_AS]


def test_many_reloads_become_few() -> None:
    """Those that were asked for before the file is read again."""
    setup = Setup()
    setup.files.waits = True
    answers = [setup.reload() for _ in range(100)]
    assert setup.files.reads == 1
    setup.files.waiting[0].callback(None)
    assert answers[0] == [SUPERSEDED]
    setup.clock.advance(0)
    assert setup.files.reads == 2
    setup.files.waiting[1].callback(None)
    setup.finish(1)
    assert answers[1:] == [[DONE_AS]] * 99


def test_a_reload_that_is_decided_is_not_given_up() -> None:
    """A newer one waits until it is over."""
    setup = Setup()
    first = setup.reload()
    for process in setup.processes.all:
        process.say("prepared", number=1)
    second = setup.reload()
    assert first == []
    setup.finish(1)
    assert first == [DONE_AS]
    setup.finish(2)
    assert second == [{**DONE, "generation": 3}]


def test_what_happens_meanwhile_is_reported() -> None:
    """To each of those who have asked."""
    setup = Setup()
    reported: list[str] = []
    setup.supervisor.reload(reported.append)
    setup.processes.all[0].say("meanwhile", number=1, text="a warning")
    assert reported == ["a warning"]


def test_without_a_worker_that_serves_they_begin_anew() -> None:
    """So a file that is right again can be taken over."""
    setup = Setup()
    for process in setup.processes.all:
        process.end()
    (answer,) = setup.reload()
    assert answer["message"] == "no worker served; they begin again with the new file"
    assert [each.version.generation for each in setup.processes.all[2:]] == [2, 2]


def test_reloads_wait_for_the_start() -> None:
    """All of them are one then."""
    setup = Setup(opened=False)
    answers = [setup.reload(), setup.reload()]
    setup.supervisor.open()
    setup.finish(1)
    assert answers == [[DONE_AS]] * 2


def test_sockets_that_are_not_needed_are_closed() -> None:
    """In all processes."""
    setup = Setup()
    setup.files.pruned = ["tcp:1:"]
    setup.fleet.workers[0].version = setup.fleet.version
    setup.reload()
    setup.finish(1)
    assert setup.processes.all[0].did("forget") == [{"do": "forget", "keys": ["tcp:1:"]}]


def test_a_module_is_switched_in_all_workers() -> None:
    """With the same file, until it is read again."""
    setup = Setup()
    made = {"module": "words", "command": "disable", "by": "ann"}
    answers: list[Any] = []
    setup.supervisor.switch("words", made).addCallback(answers.append)
    assert setup.processes.last.did("prepare")[0]["switches"] == {"words": "disable"}
    setup.supervisor.switch("words", made).addCallback(answers.append)
    assert answers == [{"ok": False, "message": BUSY}]
    setup.finish(1)
    assert answers[1] == DONE_AS
    assert setup.fleet.version is not None
    assert setup.fleet.version.switches == {"words": made}
    assert setup.files.reads == 0


def restart(setup: Setup) -> list[Any]:
    """Restart; give what it comes to."""
    answers: list[Any] = []
    setup.supervisor.restart(lambda _: None, 30).addCallback(answers.append)
    return answers


def test_a_restart_replaces_all_processes() -> None:
    """With the file as it is then; nothing else is changed meanwhile."""
    setup = Setup()
    answers = restart(setup)
    assert restart(setup) == [{"ok": False, "message": f"not restarted: {BUSY}"}]
    later = setup.reload()
    for old in setup.processes.all[:2]:
        setup.processes.last.say("ready")
        old.end()
    assert answers == [
        {"ok": True, "message": "restarted w1, w2", "restarted": ["w1", "w2"], "generation": 2}
    ]
    setup.clock.advance(0)
    setup.finish(1)
    assert later == [{**DONE, "generation": 3}]


def test_a_restart_with_a_file_that_is_wrong_begins_nothing() -> None:
    """What is wrong is in the answer."""
    setup = Setup()
    setup.files.error = HostkitError("it is not there")
    answers = restart(setup)
    message = "not restarted, nothing was changed: it is not there"
    assert answers == [{"ok": False, "message": message}]


def test_a_stop_ends_what_is_not_decided() -> None:
    """A reload, one that waits for it, and a restart."""
    setup = Setup()
    first = setup.reload()
    second = setup.reload()
    setup.supervisor.close()
    assert first == [SUPERSEDED]
    assert second == [STOPPING]
    early = Setup(opened=False)
    waiting = early.reload()
    early.supervisor.close()
    assert waiting == [STOPPING]
    other = Setup()
    answers = restart(other)
    other.supervisor.close()
    assert answers[0]["message"] == "not restarted: the server is stopping"


def test_an_error_of_our_own_is_answered_too(caplog: pytest.LogCaptureFixture) -> None:
    """And the next change can begin."""
    setup = Setup()
    setup.files.error = RuntimeError("a bug")  # type: ignore[assignment]
    (answer,) = setup.reload()
    assert answer["message"] == "this is an error in hostkit, and in the server's log"
    assert "a change of the workers failed" in caplog.messages
    assert setup.supervisor.is_idle
