"""`Fleet`: each worker is to have one process that serves."""

from __future__ import annotations

import pytest

from hostkit.workers import State, describe
from tests.workers.fakes import Processes, Recording, make_fleet, version


def test_each_worker_gets_a_process() -> None:
    """It is starting until it says that it serves."""
    fleet, processes, _ = make_fleet(ready=False)
    listener = Recording()
    fleet.listeners.append(listener)
    fleet.start_all()
    fleet.start_all()
    assert processes.names == ["w1", "w2"]
    assert [worker.state for worker in fleet.workers] == [State.STARTING] * 2
    assert fleet.ready == []
    processes.all[1].say("ready")
    assert listener.seen == [("ready", "w2")]
    assert [member.worker for member in fleet.ready] == ["w2"]
    assert [member.worker for member in fleet.members] == ["w1", "w2"]


def test_others_listen_for_a_worker_without_a_process() -> None:
    """Until its own serves again; so nobody waits in a socket that is not read."""
    fleet, processes, clock = make_fleet(3)
    first, second, third = processes.all
    third.end()
    assert first.did("cover")[-1]["slots"] == [2]
    second.end()
    assert first.did("cover")[-1]["slots"] == [1, 2]
    clock.advance(1)
    processes.last.say("ready")
    assert len(first.did("cover")[-1]["slots"]) == 1
    processes.all[-2].say("ready")
    assert first.did("cover")[-1]["slots"] == []
    assert [worker.ends for worker in fleet.workers] == [0, 1, 1]


def test_a_process_that_ends_is_replaced_after_a_pause(caplog: pytest.LogCaptureFixture) -> None:
    """With what runs, and the log says how it has ended."""
    fleet, processes, clock = make_fleet()
    fleet.version = version(7)
    processes.all[0].end("killed by SIGKILL")
    assert fleet.workers[0].state is State.WAITING
    assert fleet.workers[0].last_end == "killed by SIGKILL"
    assert len(processes.all) == 2
    clock.advance(0.2)
    assert processes.last.version.generation == 7
    assert "worker w1, process 100: killed by SIGKILL" in caplog.messages


def test_pauses_grow() -> None:
    """And begin anew when a process has served for a while."""
    _, processes, clock = make_fleet(1)
    for longest in (0.2, 0.4, 0.8):
        processes.last.say("ready")
        clock.advance(10)
        processes.last.end()
        (call,) = clock.getDelayedCalls()
        assert longest / 2 <= call.getTime() - clock.seconds() <= longest
        clock.advance(longest)
    processes.last.say("ready")
    clock.advance(30)
    processes.last.end()
    (call,) = clock.getDelayedCalls()
    assert call.getTime() - clock.seconds() <= 0.2


@pytest.mark.parametrize("is_ready", [True, False])
def test_a_worker_that_ends_too_often_has_failed(*, is_ready: bool) -> None:
    """Others go on; those that were never ready may take as long as they like."""
    fleet, processes, clock = make_fleet(2)
    listener = Recording()
    fleet.listeners.append(listener)
    processes.last.end()
    for _ in range(5):
        clock.advance(3.3 if is_ready else 20)
        if is_ready:
            processes.last.say("ready")
        processes.last.end()
        processes.all[0].say("alive")
    if not is_ready:  # the first one had served
        clock.advance(20)
        processes.last.end()
    assert listener.seen[-2:] == [
        ("failed", "w2", "killed by SIGKILL"),
        ("ended", "w2", "killed by SIGKILL"),
    ]
    assert [worker.state for worker in fleet.workers] == [State.READY, State.FAILED]
    assert clock.getDelayedCalls() == []


def test_a_failed_worker_begins_anew_with_another_file() -> None:
    """And so does one that waits, or is starting with the old one."""
    fleet, processes, clock = make_fleet(3)
    fleet.workers[0].has_failed = True
    for each in processes.all:
        each.end()
    clock.advance(1)
    assert len(processes.all) == 6
    processes.all[-3].end()
    fleet.take(version(2))
    fleet.start_anew()
    assert [each.is_killed for each in processes.all[4:6]] == [True, True]
    for each in processes.all[4:6]:
        each.end()
    assert [each.version.generation for each in processes.all[6:]] == [2, 2, 2]
    assert {worker.state for worker in fleet.workers} == {State.STARTING}


def test_a_system_without_processes_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """The supervisor goes on."""
    fleet, processes, clock = make_fleet(1, ready=False)
    processes.fails = True
    fleet.start_all()
    assert caplog.messages == ["no process can be begun for worker w1: no more processes"]
    processes.fails = False
    clock.advance(1)
    assert processes.names == ["w1"]


def test_what_is_stopped_stays_stopped() -> None:
    """No other process begins, and those that were to begin do not."""
    fleet, processes, clock = make_fleet(3)
    processes.all[2].end()
    fleet.stop_all()
    assert clock.getDelayedCalls() == []
    assert [each.did("stop") for each in processes.all[:2]] == [[{"do": "stop", "last": True}]] * 2
    assert fleet.workers[0].state is State.STOPPING
    for each in processes.all[:2]:
        each.end("ended with exit code 0")
    assert fleet.members == []
    assert len(processes.all) == 3


def test_a_worker_that_an_operator_has_stopped_gets_no_process() -> None:
    """Not even when it ends by itself, or there is another file."""
    fleet, processes, clock = make_fleet(2)
    worker = fleet.workers[0]
    worker.is_stopped = True
    fleet.stop(worker.members[0])
    fleet.stop(worker.members[0])
    assert len(processes.all[0].did("stop")) == 1
    processes.all[0].end()
    fleet.start_anew()
    fleet.start_all()
    assert worker.state is State.STOPPED
    assert len(processes.all) == 2
    assert clock.getDelayedCalls() == []


def test_tasks_are_done_by_one_process() -> None:
    """By another one when it has ended, or has said that it does none any more."""
    fleet, processes, _ = make_fleet(3)
    first, second, third = processes.all
    tasks = [{"do": "tasks", "here": True}]
    assert [each.did("tasks") for each in processes.all] == [tasks, [], []]
    first.end()
    assert [each.did("tasks") for each in (second, third)] == [tasks, []]
    fleet.stop(fleet.workers[1].members[0])
    assert second.did("tasks") == [*tasks, {"do": "tasks", "here": False}]
    assert third.did("tasks") == []
    second.say("idle")
    assert third.did("tasks") == tasks


def test_tasks_may_be_those_of_another_machine() -> None:
    """Then none of the workers is asked to do them."""
    fleet, processes, _ = make_fleet(ready=False)
    fleet.does_tasks = False
    fleet.start_all()
    processes.all[0].say("ready")
    assert processes.all[0].did("tasks") == []


def test_messages_go_to_all_others() -> None:
    """As they are, and not back."""
    _, processes, _ = make_fleet(3)
    first, second, third = processes.all
    second.events.message(b"stale")
    assert [each.messages for each in (first, second, third)] == [[b"stale"], [], [b"stale"]]


def test_a_process_is_described() -> None:
    """For `hostkit status`."""
    fleet, _, clock = make_fleet(1)
    clock.advance(3)
    assert describe(fleet.ready[0], clock.seconds()) == {
        "pid": 100,
        "state": "ready",
        "generation": 1,
        "uptime_seconds": 3.0,
        "does_tasks": True,
    }


def test_there_is_one_process_at_a_time() -> None:
    """A process that is started by hand takes the place of one that would begin later."""
    fleet, processes, clock = make_fleet(1)
    assert isinstance(processes, Processes)
    processes.last.end()
    fleet.start(fleet.workers[0])
    assert clock.getDelayedCalls() == []
    assert len(processes.all) == 2
