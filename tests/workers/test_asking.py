"""`Asking`: processes answer commands of the control socket."""

from __future__ import annotations

from typing import Any

from hostkit.workers import Asking, Fleet
from tests.workers.fakes import Processes, make_fleet


def ask() -> tuple[Fleet, Processes, Asking]:
    """Make a fleet that can be asked."""
    fleet, processes, _ = make_fleet()
    asking = Asking()
    fleet.listeners.append(asking)
    return fleet, processes, asking


def test_a_process_answers() -> None:
    """With items, and an end."""
    fleet, processes, asking = ask()
    items: list[Any] = []
    asked = asking.ask(
        fleet.ready[1], "receipts", {"limit": 1}, "ann", lambda _, item: items.append(item)
    )
    frame = processes.last.did("ask")[0]
    assert frame == {
        "do": "ask",
        "id": 1,
        "command": "receipts",
        "arguments": {"limit": 1},
        "by": "ann",
    }
    processes.last.say("answer", id=1, item="a receipt")
    processes.last.say("answer", id=1, meanwhile="some are missing")
    assert items == ["a receipt"]
    answers: list[Any] = []
    asked.done.addCallback(answers.append)
    processes.last.say("answer", id=1, end={"ok": True})
    processes.last.say("answer", id=1, end={"ok": True})
    assert answers == [{"ok": True}]


def test_a_client_may_leave() -> None:
    """Which the process is told, as it may follow something."""
    fleet, processes, asking = ask()
    asking.ask(fleet.ready[1], "receipts", {}, "ann").leave()
    assert processes.last.did("left") == [{"do": "left", "id": 1}]


def test_a_process_may_end_before_it_has_answered() -> None:
    """What it was asked has an answer nevertheless, and what others are asked goes on."""
    fleet, processes, asking = ask()
    answers: list[Any] = []
    for member in fleet.ready:
        asking.ask(member, "status", {}, "ann").done.addCallback(answers.append)
    processes.last.say("pong")
    processes.last.end("killed by SIGKILL")
    message = "the process has ended before it has answered: killed by SIGKILL"
    assert answers == [{"ok": False, "message": message, "gone": True}]
