"""What `hostkit reload` names, and `hostkit reload --dry-run`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hostkit import Host
from hostkit.config import load
from hostkit.control._previewing import preview
from hostkit.loops import start_entry
from tests.cli.asked import NUMBER, answer_with
from tests.cli.conftest import HEAD, Write, run
from tests.cli.servers import serving, wait_for
from tests.cli.test_reload import path, write_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest

    from hostkit.errors import Problem

__all__ = ["path", "write_modules"]


class FakeServer:
    """What serves a host, with listeners of which all is wrong, or nothing."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._problems = problems

    def check(self, _file: object) -> list[Problem]:
        return [*self._problems]


def answer_to(host: Host, server: Any) -> dict[str, Any]:
    """Ask what a reload would change."""
    answers: list[dict[str, Any]] = []
    start_entry(preview(host, server)).addCallback(answers.append)
    return answers[0]


def test_nothing_is_changed(write: Write) -> None:
    """The file is read and compared, and no module is built."""
    server: Any = FakeServer()
    file = write("modules: []\n" + HEAD)
    host = Host.from_file(file).build()
    assert answer_to(host, server)["message"] == f"reloading {file} would change nothing"
    write("modules: [{module: missing.Missing, name: a}]\n" + HEAD)
    answer = answer_to(host, server)
    assert (answer["ok"], answer["shown"], answer["builds"]) == (True, "+ a", True)
    assert answer["changes"]["new"] == ["a"]
    assert host.file.modules == ()


def test_what_is_wrong_with_the_file_is_reported(write: Write) -> None:
    """Everything that a reload would refuse before it builds anything."""
    file = write("modules: []\n" + HEAD)
    host = Host.from_file(file).build()
    problem = load(file).problem("HK402", "the endpoint", ("hostkit",))
    server: Any = FakeServer([problem])
    write("hostkit: {categories: [tests.cli.modules.Comments], receipts: 7}\n")
    answer = answer_to(host, server)
    assert answer["ok"] is False
    assert answer["message"].startswith("would not be reloaded: ")
    assert [code for code in ("HK402", "HK405") if code in answer["message"]] == ["HK402", "HK405"]
    write("modules: [")
    assert "HK006" in answer_to(host, server)["message"]


def test_a_dry_run_and_a_reload_name_the_same(write_modules: Callable[..., str]) -> None:
    """New and gone modules, others with another config, and those that have moved."""
    with serving(write_modules("a", "b", "c", "d")) as process:
        wait_for(process, "listening on")
        file = write_modules("c", "a", "b x", "e")
        shown = "  + e  ~ b (config)  - d  > c (now first)\n"
        for _ in range(2):
            result = run("reload", "--dry-run", file)
            assert result.stdout == f"reloading {file} would change this:\n{shown}"
            assert result.exit_code == 0
            assert "`hostkit validate` builds them" in result.stderr
        result = run("reload", file)
        assert result.output == f"reloaded {file}: 2 new modules, 2 kept, 2 gone\n{shown}"
        result = run("reload", "--dry-run", str(process.pid))
        assert (result.output, result.exit_code) == (
            f"reloading {file} would change nothing\n",
            0,
        )


def test_both_are_data_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the server has answered; the exit code is that of the text."""
    for ok, code in ((True, 0), (False, 1)):
        for options, command in (((), "reload"), (("--dry-run",), "preview")):
            asked = answer_with(monkeypatch, {"ok": ok, "message": "no", "changes": {}})
            result = run("reload", NUMBER, "--format", "json", *options)
            answer = {"ok": ok, "version": 1, "pid": 4711, "message": "no", "changes": {}}
            assert (result.exit_code, json.loads(result.output)) == (code, answer)
            assert asked == [(command, {})]
