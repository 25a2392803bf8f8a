"""`Transaction`: all workers take over a version, or none."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.workers import Fleet, State, Transaction
from tests.workers.fakes import Processes, make_fleet, version

DONE = {"ok": True, "message": "reloaded host.yaml"}


def begin(fleet: Fleet, number: int = 1) -> tuple[Transaction, list[Any], list[str]]:
    """Begin one; give what it comes to, and what is reported."""
    reported: list[str] = []
    transaction = Transaction(fleet, version(2, place="sockets"), number, reported.append)
    answers: list[Any] = []
    transaction.done.addCallback(answers.append)
    transaction.begin()
    return transaction, answers, reported


def prepared(processes: Processes) -> None:
    for process in processes.all:
        process.say("prepared", number=1)


def test_all_commit_when_all_have_prepared() -> None:
    """And not before; the answer is that of a worker, once all are done."""
    fleet, processes, _ = make_fleet()
    _, answers, reported = begin(fleet)
    first, second = processes.all
    frame = first.did("prepare")[0]
    assert (frame["number"], frame["generation"]) == (1, 2)
    assert first.sockets == ["sockets"]
    first.say("meanwhile", number=1, text="a warning")
    second.say("meanwhile", number=1, text="a warning")
    assert reported == ["a warning"]
    first.say("prepared", number=1)
    assert first.did("commit") == []
    second.say("prepared", number=1)
    assert [each.did("commit") for each in processes.all] == [[{"do": "commit", "number": 1}]] * 2
    assert fleet.version is not None
    assert fleet.version.generation == 2
    for process in processes.all:
        process.say("committed", number=1)
        assert answers == []
        process.say("reloaded", number=1, answer=DONE)
    assert answers == [DONE]
    assert [member.version.generation for member in fleet.members] == [2, 2]


def test_all_discard_when_one_refuses() -> None:
    """What it says is the answer, with its name; the old version is that of new processes."""
    fleet, processes, _ = make_fleet()
    _, answers, _ = begin(fleet)
    processes.all[0].say("prepared", number=1)
    processes.all[1].say("refused", number=1, message="not reloaded: HK107")
    assert answers == [{"ok": False, "message": "not reloaded: HK107", "worker": "w2"}]
    assert [each.did("discard") for each in processes.all] == [[{"do": "discard", "number": 1}]] * 2
    assert fleet.version is not None
    assert fleet.version.generation == 1
    processes.all[0].say("refused", number=1, message="as it was told")
    assert fleet.listeners == []


def test_a_process_that_ends_before_it_is_decided_aborts_it() -> None:
    """Nothing is changed, although the others were ready."""
    fleet, processes, clock = make_fleet()
    _, answers, _ = begin(fleet)
    processes.all[0].say("prepared", number=1)
    processes.all[1].end("killed by SIGKILL")
    (answer,) = answers
    assert answer["message"] == (
        "not reloaded, nothing was changed: worker w2 has ended while the reload was prepared: "
        "killed by SIGKILL"
    )
    assert processes.all[0].did("commit") == []
    clock.advance(1)
    assert processes.last.version.generation == 1


def test_a_process_that_ends_after_that_begins_with_the_new_version() -> None:
    """And is not waited for."""
    fleet, processes, clock = make_fleet()
    _, answers, _ = begin(fleet)
    prepared(processes)
    processes.all[1].end("killed by SIGKILL")
    assert answers == []
    processes.all[0].say("reloaded", number=1, answer=DONE)
    assert answers == [DONE]
    clock.advance(1)
    assert processes.last.version.generation == 2


def test_all_may_end_after_it_is_decided() -> None:
    """The answer says so."""
    fleet, processes, _ = make_fleet()
    _, answers, _ = begin(fleet)
    prepared(processes)
    for process in processes.all:
        process.end("killed by SIGKILL")
    assert answers == [
        {"ok": True, "message": "reloaded; the processes that could say more have ended since"}
    ]


def test_a_process_that_is_starting_begins_again() -> None:
    """With the new version: it was given the old one."""
    fleet, processes, clock = make_fleet()
    processes.all[1].end()
    clock.advance(1)
    starting = processes.last
    begin(fleet)
    assert starting.did("prepare") == []
    processes.all[0].say("prepared", number=1)
    assert starting.is_killed
    starting.end()
    assert processes.last.version.generation == 2
    assert fleet.workers[1].state is State.STARTING


def test_a_process_that_serves_meanwhile_takes_part() -> None:
    """It would be left behind with the old version otherwise."""
    fleet, processes, clock = make_fleet()
    processes.all[1].end()
    clock.advance(1)
    begin(fleet)
    late = processes.last
    late.say("ready")
    processes.all[0].say("prepared", number=1)
    assert processes.all[0].did("commit") == []
    late.say("prepared", number=1)
    assert [each.did("commit") for each in (processes.all[0], late)] == [
        [{"do": "commit", "number": 1}]
    ] * 2
    assert not late.is_killed
    fleet.notify(lambda each: each.ready(fleet.ready[0]))
    assert len(late.did("prepare")) == 1


def test_the_end_of_others_does_not_matter() -> None:
    """Only those that prepare it are waited for."""
    fleet, processes, clock = make_fleet()
    processes.all[1].end()
    clock.advance(1)
    _, answers, _ = begin(fleet)
    processes.last.end()
    assert answers == []


def test_what_is_said_about_another_reload_is_not_taken() -> None:
    """Such as that which it has superseded."""
    fleet, processes, _ = make_fleet()
    _, answers, _ = begin(fleet, 2)
    prepared(processes)
    assert answers == []
    assert processes.all[0].did("commit") == []


@pytest.mark.parametrize("is_decided", [True, False])
def test_it_can_be_superseded_until_it_is_decided(*, is_decided: bool) -> None:
    """After that the newer one waits for it."""
    fleet, processes, _ = make_fleet()
    transaction, answers, _ = begin(fleet)
    if is_decided:
        prepared(processes)
    transaction.supersede()
    transaction.supersede()
    message = "not reloaded: a newer reload has replaced this one"
    assert answers == ([] if is_decided else [{"ok": False, "message": message}])
