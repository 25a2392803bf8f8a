"""`hostkit workers` and `hostkit restart`, with a server in memory."""

from __future__ import annotations

import pytest

from tests.cli.answering import NUMBER, Answering
from tests.cli.conftest import run

WORKERS = [
    {"worker": "w1", "state": "ready", "processes": [{"pid": 7}, {"pid": 8}]},
    {"worker": "w2", "state": "not answering", "processes": []},
]


def test_workers_are_listed(answering: Answering) -> None:
    """With their processes."""
    answering.answer({"workers": WORKERS})
    result = run("workers", NUMBER)
    assert result.stdout == "w1  ready          7, 8\nw2  not answering  -\n"


def test_a_server_may_have_none(answering: Answering) -> None:
    """It is one process then."""
    answering.answer({})
    result = run("workers", NUMBER)
    assert result.exit_code == 1
    assert result.stderr == "Error: the server has no workers: it is one process\n"


@pytest.mark.parametrize(("option", "command"), [("--stop", "hold"), ("--start", "resume")])
def test_a_worker_is_named(option: str, command: str, answering: Answering) -> None:
    """What the server says is shown."""
    answering.answer({"message": "it is done"})
    result = run("workers", NUMBER, option, "w2")
    assert (result.exit_code, result.stdout) == (0, "it is done\n")
    assert answering.asked == [(command, {"worker": "w2"})]
    assert run("workers", NUMBER, "--stop", "w1", "--start", "w2").exit_code == 2


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_a_restart_shows_what_it_came_to(ok: bool, code: int, answering: Answering) -> None:
    """And the last lines of a process that has failed."""
    answering.answer({"ok": ok, "message": "w1", "last_lines": ["a line\x1b"]}, meanwhile="wait")
    result = run("restart", NUMBER)
    assert result.exit_code == code
    assert (result.stdout if ok else result.stderr).endswith("w1\n")
    assert "wait" in result.stderr
    assert "  a line\\x1b\n" in result.stderr
