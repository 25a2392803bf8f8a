"""`fleet_commands`: all workers, as one server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.control.fleets import STATUS, Setup

NONE = {"ok": False, "message": "no worker serves now; `hostkit status` shows why"}


def test_the_status_is_that_of_one_server(tmp_path: Path) -> None:
    """With a list of the workers; what they count is added."""
    setup = Setup(tmp_path)
    answers = setup.do("status")
    setup.now += 5
    setup.clock.advance(3)
    counted: Any = {"name": "words/find", "entries": 1, "misses": 1, "hits": 9}
    setup.answer({**STATUS, "loops": [], "cached": [counted]}, STATUS)
    (status,) = answers
    assert status["state"] == "running"
    assert status["uptime_seconds"] == 5.0
    assert status["loops"] == [{"loop": "clean"}]
    assert status["messages"] == {"sent": 4, "refused": {"no_code": 2}}
    assert status["background"] == [
        {"module": "words", "loops": 2, "calls": 0, "runs": 8, "failures": 2}
    ]
    assert status["threads"] == {"busy": 2, "waiting": 0, "most": 20}
    assert status["cached"] == [{"name": "words/find", "entries": 4, "misses": 6, "hits": 9}]
    assert status["receipts"] == {"kept": 6, "limit": 2000}
    assert status["file"]["differs_since"] is None
    assert status["workers"][1] == {
        "worker": "w2",
        "state": "ready",
        "ends": 0,
        "last_end": None,
        "processes": [
            {
                "pid": 101,
                "state": "ready",
                "generation": 1,
                "uptime_seconds": 3.0,
                "does_tasks": False,
            }
        ],
    }


def test_the_status_shows_that_another_file_is_on_disk(tmp_path: Path) -> None:
    """And since when, unless it cannot be read."""
    setup = Setup(tmp_path, 1)
    (tmp_path / "host.yaml").write_text("modules: []")
    answers = setup.do("status")
    setup.answer(STATUS)
    assert answers[0]["file"]["differs_since"] is not None
    (tmp_path / "host.yaml").unlink()
    answers = setup.do("status")
    setup.answer(STATUS)
    assert answers[0]["file"]["differs_since"] is None


def test_there_is_a_status_without_workers(tmp_path: Path) -> None:
    """It shows what has become of them; a worker that does not answer is not waited for."""
    setup = Setup(tmp_path)
    setup.processes.all[0].end("killed by SIGKILL")
    setup.fleet.ready[0].is_silent = True
    (status,) = setup.do("status")
    assert [each["state"] for each in status["workers"]] == ["waiting", "not answering"]
    assert status["receipts"] == {"kept": 0, "limit": 0}
    setup.processes.all[1].end()
    setup.fleet.version = None
    (status,) = setup.do("status")
    assert (status["state"], status["file"]["name"]) == ("starting", None)
    setup.fleet.is_stopping = True
    (status,) = setup.do("status")
    assert status["state"] == "stopping"


def row(measured: int, mean: float | None, loops: list[str]) -> dict[str, Any]:
    """Describe a module as a worker does."""
    counts = {"denied": 1, "failed": 0, "left_behind": 0}
    return {"name": "words", "measured": measured, "mean_seconds": mean, "loops": loops, **counts}


def test_modules_have_the_counts_of_all_workers(tmp_path: Path) -> None:
    """And a mean time of all calls."""
    setup = Setup(tmp_path)
    answers = setup.do("modules")
    setup.answer({"modules": [row(1, 2.0, [])]}, {"modules": [row(3, 4.0, ["clean"])]})
    (module,) = answers[0]["modules"]
    assert (module["measured"], module["mean_seconds"], module["denied"]) == (4, 3.5, 2)
    assert module["loops"] == ["clean"]
    answers = setup.do("modules")
    setup.answer({"modules": [row(0, None, [])]}, {"modules": [row(0, None, [])]})
    assert answers[0]["modules"][0]["mean_seconds"] is None


def test_one_worker_answers_what_is_the_same_in_all(tmp_path: Path) -> None:
    """Such as what a reload would change."""
    setup = Setup(tmp_path)
    answers = setup.do("preview")
    setup.say(0, end={"ok": True, "message": "no changes"})
    assert answers == [{"ok": True, "message": "no changes"}]


def test_without_a_worker_commands_are_refused(tmp_path: Path) -> None:
    """With the command that shows why."""
    setup = Setup(tmp_path, 1)
    setup.processes.all[0].end()
    for command in ("preview", "modules", "receipt", "receipts"):
        assert setup.do(command) == [NONE]


def item(at: str) -> dict[str, Any]:
    return {"receipt": {"at": at}, "text": at}


def test_the_last_receipts_of_all_workers_are_sent(tmp_path: Path) -> None:
    """In the order of time, each with the name of its worker."""
    setup = Setup(tmp_path)
    answers = setup.do("receipts", limit=2)
    for index, at in ((0, "1"), (0, "4"), (1, "3")):
        setup.say(index, item=item(at))
    setup.answer({}, {})
    assert [each["receipt"] for each in setup.items] == [
        {"at": "3", "worker": "w2"},
        {"at": "4", "worker": "w1"},
    ]
    assert answers == [{"ok": True}]


def test_receipts_are_followed_in_all_workers(tmp_path: Path) -> None:
    """Until the client leaves; one that does not read gets none."""
    setup = Setup(tmp_path)
    answers = setup.do("receipts", limit=2, follow=True)
    setup.answer({}, {})
    asked = setup.processes.all[1].did("ask")[-1]
    assert asked["arguments"] == {"limit": 0, "follow": True}
    setup.say(1, item=item("5"))
    setup.request.is_slow = True
    setup.say(1, item=item("6"))
    assert [each["text"] for each in setup.items] == ["5"]
    setup.request.left.callback(None)
    assert setup.processes.all[1].did("left") == [{"do": "left", "id": asked["id"]}]
    assert answers == []
    setup.answer({}, {})
    assert answers == [{"ok": True}]


def test_receipts_may_be_refused(tmp_path: Path) -> None:
    """As by one server."""
    setup = Setup(tmp_path)
    answers = setup.do("receipts", hook="none")
    setup.say(0, end={"ok": False, "message": "there is no hook"})
    setup.say(1, end={"ok": False, "message": "there is no hook"})
    assert answers == [{"ok": False, "message": "there is no hook"}]


def test_a_receipt_is_found_in_the_worker_that_has_it(tmp_path: Path) -> None:
    """Or in none; a worker that has ended meanwhile has none."""
    setup = Setup(tmp_path)
    answers = setup.do("receipt", id="1")
    setup.say(0, end={"ok": False, "message": "not here"})
    setup.say(1, end={"ok": True, "text": "a receipt"})
    assert answers == [{"ok": True, "text": "a receipt", "worker": "w2"}]
    answers = setup.do("receipt", id="1")
    setup.say(0, end={"ok": False, "message": "not here"})
    setup.processes.all[1].end()
    assert answers == [{"ok": False, "message": "not here"}]
