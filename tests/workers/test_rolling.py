"""`Rolling`: the processes of all workers are replaced, one after the other."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit.workers import Fleet, Rolling
from tests.workers.fakes import make_fleet, version


def begin(fleet: Fleet, clock: Clock) -> tuple[Rolling, list[Any], list[str]]:
    """Begin one; give what it comes to, and what is reported."""
    reported: list[str] = []
    rolling = Rolling(fleet, version(2), clock, 30, reported.append)
    answers: list[Any] = []
    rolling.done.addCallback(answers.append)
    rolling.begin()
    return rolling, answers, reported


def test_each_process_ends_when_its_successor_serves() -> None:
    """And the next worker's turn comes when it has ended: there is never more than one too many."""
    fleet, processes, clock = make_fleet(2)
    _, answers, reported = begin(fleet, clock)
    first, second, new = processes.all
    assert (new.name, new.version.generation) == ("w1", 2)
    assert first.did("stop") == []
    new.say("ready")
    assert first.did("stop") == [{"do": "stop"}]
    assert len(processes.all) == 3
    first.end("ended with exit code 0")
    assert reported == [
        "worker w1: waiting for a new process",
        "worker w1 restarted, process 102",
        "worker w2: waiting for a new process",
    ]
    assert second.did("stop") == []
    processes.last.say("ready")
    second.end("ended with exit code 0")
    assert answers == [{"ok": True, "message": "restarted w1, w2", "restarted": ["w1", "w2"]}]
    assert clock.getDelayedCalls() == []
    assert fleet.version is not None
    assert fleet.version.generation == 2
    assert [worker.ends for worker in fleet.workers] == [0, 0]


def test_the_old_process_goes_on_if_its_successor_ends() -> None:
    """So do the workers that come after it; the last lines of the successor are in the answer."""
    fleet, processes, clock = make_fleet(3)
    _, answers, _ = begin(fleet, clock)
    processes.last.say("ready")
    processes.all[0].end()
    processes.last.end("ended with exit code 1")
    assert answers == [
        {
            "ok": False,
            "message": "worker w2 was not restarted, its old process goes on: ended with exit code "
            "1; not restarted either: w3; restarted before: w1",
            "last_lines": ["it has written this"],
            "restarted": ["w1"],
        }
    ]
    assert processes.all[1].did("stop") == []
    assert len(fleet.ready) == 3
    assert clock.getDelayedCalls() == []


def test_a_worker_that_was_restarted_keeps_its_version() -> None:
    """Although the restart did not reach all of them."""
    fleet, processes, clock = make_fleet(2)
    begin(fleet, clock)
    processes.last.say("ready")
    processes.all[0].end()
    processes.last.end("ended with exit code 1")
    fleet.workers[0].members[0].handle.events.ended("killed")  # type: ignore[attr-defined]
    clock.advance(1)
    assert (processes.last.name, processes.last.version.generation) == ("w1", 2)


def test_a_successor_must_be_ready_in_time() -> None:
    """Or it is killed."""
    fleet, processes, clock = make_fleet(1)
    _, answers, reported = begin(fleet, clock)
    clock.advance(30)
    assert processes.last.is_killed
    assert reported[1:] == ["worker w1 is not ready after 30s"]
    processes.last.end("killed by SIGKILL")
    assert not answers[0]["ok"]
    assert fleet.ready[0].handle is processes.all[0]


def test_a_worker_without_a_process_gets_one() -> None:
    """There is nothing that would have to end first."""
    fleet, processes, clock = make_fleet(1)
    processes.last.end()
    _, answers, _ = begin(fleet, clock)
    processes.last.say("ready")
    assert answers[0]["ok"]


def test_a_worker_without_a_process_may_fail_again() -> None:
    """The answer does not promise an old process."""
    fleet, processes, clock = make_fleet(1)
    processes.last.end()
    _, answers, _ = begin(fleet, clock)
    processes.last.end("ended with exit code 1")
    assert answers[0]["message"].startswith(
        "worker w1 was not restarted, which has no process that serves now: ended with"
    )


def test_a_process_may_end_by_itself() -> None:
    """Before its successor is ready: then this needs no place of it."""
    fleet, processes, clock = make_fleet(1)
    _, answers, _ = begin(fleet, clock)
    processes.all[0].end()
    assert answers == []
    processes.last.say("ready")
    assert answers[0]["ok"]
    assert len(processes.all) == 2


def test_other_processes_do_not_matter() -> None:
    """Those of workers whose turn has not come."""
    fleet, processes, clock = make_fleet(2)
    _, answers, _ = begin(fleet, clock)
    processes.all[1].end()
    clock.advance(1)
    processes.last.say("ready")
    assert processes.all[0].did("stop") == []
    assert answers == []


def test_stopped_workers_stay_stopped() -> None:
    """If that is all of them, nothing is done."""
    fleet, _, clock = make_fleet(1)
    fleet.workers[0].is_stopped = True
    _, answers, _ = begin(fleet, clock)
    assert answers == [{"ok": True, "message": "restarted no worker", "restarted": []}]


def test_the_system_may_begin_no_process() -> None:
    """Then the old ones go on."""
    fleet, processes, clock = make_fleet(1)
    processes.fails = True
    _, answers, _ = begin(fleet, clock)
    assert answers[0]["message"] == "worker w1: no process can be begun"
    assert len(fleet.ready) == 1


@pytest.mark.parametrize("is_over", [True, False])
def test_it_can_be_given_up(*, is_over: bool) -> None:
    """As when the server stops."""
    fleet, processes, clock = make_fleet(1)
    rolling, answers, _ = begin(fleet, clock)
    if is_over:
        processes.last.end("ended with exit code 1")
    rolling.give_up("the server is stopping")
    assert (answers[0]["message"] == "the server is stopping") is not is_over
    assert len(answers) == 1
