"""`hostkit status` and `hostkit modules`: what they ask, and what they show."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock

from hostkit import Host, ModuleApi, cached
from hostkit.cli._answering import commands_of
from hostkit.cli._control import Request
from hostkit.cli._inspecting import modules_of
from hostkit.cli._reloader import Outcome
from hostkit.loops import start_entry
from hostkit.web import Server
from tests.cli import modules
from tests.cli.asked import NUMBER, answer_with
from tests.cli.conftest import run

if TYPE_CHECKING:
    from collections.abc import Callable

from tests.cli.test_reload import path, write_modules

__all__ = ["path", "write_modules"]

STATUS: dict[str, Any] = {
    "hostkit": "1.2",
    "python": "3.11.7",
    "worker": None,
    "state": "running",
    "began": "2026-01-31T12:00:00+00:00",
    "uptime_seconds": 183_845.5,
    "file": {"name": "host.yaml", "sha256": "0123456789abcdef" * 4},
    "modules": {"shadow": 1, "enforce": 2},
    "switched": [{"module": "words", "command": "shadow", "by": "ann (uid 1000)"}],
    "listeners": [
        {"endpoint": "tcp:80", "url": "http://0.0.0.0:80/", "serve": ["modules", "hooks"]}
    ],
    "loops": [
        {"module": "words", "loop": "refresh", "interval_seconds": 60.0, "failures": 0},
        {"module": "words", "loop": "sweep", "interval_seconds": 0.5, "failures": 3},
    ],
    "background": [
        {"module": "words", "loops": 2, "calls": 1, "runs": 118, "failures": 3},
        {"module": "mails", "loops": 0, "calls": 0, "runs": 1, "failures": 0},
    ],
    "threads": {"busy": 2, "waiting": 0, "most": 10},
    "caches": ["words/Words.find"],
    "cached": [
        {"name": "words/Words.find", "entries": 3, "max_entries": 1000, "misses": 12, "hits": None},
        {"name": "words/Words.sum", "entries": 1, "max_entries": 9, "misses": 1, "hits": 40},
    ],
    "redis": True,
    "messages": {"sent": 4, "unsent": 0, "accepted": 7, "gaps": 0, "connections": 1},
    "receipts": {"kept": 3, "limit": 1000},
    "last_reload": {"ok": True, "message": "reloaded host.yaml: 1 new module, 1 kept, 0 gone"},
}
SHOWN = """\
host.yaml: running for 2d 3h, process 4711
  version      hostkit 1.2, Python 3.11.7
  file         sha256 0123456789abcdef
  modules      2 enforce, 1 shadow
  switched     words: shadow, by ann (uid 1000)
  listening    http://0.0.0.0:80/ for modules, hooks
  loops        words: refresh, every 60s
               words: sweep, every 0.5s, failed 3 times in a row
  background   words: 1 call, 118 runs, 3 failed
               mails: 1 run
  threads      2 of 10 busy, 0 waiting
  caches       words/Words.find: 3 of 1000 entries, computed 12 times
               words/Words.sum: 1 of 9 entries, computed 1 time, found 40 times
  redis        connected 1 time; messages: 4 sent, 0 unsent, 7 accepted, 0 gaps
  receipts     3, at most 1000
  last reload  reloaded host.yaml: 1 new module, 1 kept, 0 gone
"""


def ask(host: Host, command: str, server: Any = None) -> dict[str, Any]:
    """Do what a client of a process asks for, which began at 1000; it is 1060.5 now."""
    reactor = MemoryReactorClock()
    fake: Any = FakeReloader()
    times = iter((1000.0, 1060.5))
    commands = commands_of(host, server or Server(host, reactor), fake, reactor, times.__next__)
    answers: list[dict[str, Any]] = []
    commands[command](Request({}, "ann", print, print)).addCallback(answers.append)
    (answer,) = answers
    json.dumps(answer)
    return answer


class FakeReloader:
    """A reloader that has reloaded once."""

    last: Outcome | None = Outcome(is_done=False, message="not reloaded: because")


def test_everything_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is of it, in lines."""
    asked = answer_with(monkeypatch, STATUS)
    result = run("status", NUMBER)
    assert (result.exit_code, result.output) == (0, SHOWN)
    assert asked == [("status", {})]


def test_what_is_not_there_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program's own host has no file, and most have one process."""
    answer = {
        **STATUS,
        "worker": "web-1",
        "uptime_seconds": 59.9,
        "file": {"name": "<config>", "sha256": None},
        "modules": {},
        "switched": [],
        "listeners": [],
        "loops": [],
        "background": [],
        "threads": {"busy": 0, "waiting": 0, "most": 10},
        "caches": [],
        "cached": [],
        "redis": False,
        "last_reload": None,
    }
    answer_with(monkeypatch, answer)
    assert run("status", NUMBER).output == (
        "<config>: running for 59s, process 4711, worker web-1\n"
        "  version   hostkit 1.2, Python 3.11.7\n"
        "  file      none\n"
        "  modules   none\n"
        "  receipts  3, at most 1000\n"
    )


def test_it_is_data_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """With whether the file has changed, which is not known of a process."""
    answer_with(monkeypatch, STATUS)
    shown = json.loads(run("status", NUMBER, "--format", "json").output)
    file = {**STATUS["file"], "changed": None}
    assert shown == {"version": 1, "pid": 4711, **STATUS, "file": file}


@pytest.mark.parametrize("command", ["status", "modules"])
def test_a_server_may_refuse(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says is shown; an older one does not know the command."""
    answer_with(monkeypatch, {"ok": False, "message": "this process knows no such \x1bcommand"})
    result = run(command, NUMBER)
    assert (result.exit_code, result.output) == (
        1,
        "Error: this process knows no such \\x1bcommand\n",
    )


def test_what_a_server_reports_meanwhile_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard error, and without what would control a terminal."""

    def ask(_path: Any, _command: str, report: Callable[[str], None], **_: Any) -> dict[str, Any]:
        report("still \x1bbusy")
        return {"ok": True, "version": 1, "pid": 4711, **STATUS}

    answer_with(monkeypatch, STATUS)
    monkeypatch.setattr("hostkit.cli._target.ask", ask)
    result = run("status", NUMBER)
    assert (result.exit_code, result.stderr) == (0, "still \\x1bbusy\n")


def test_a_process_may_have_no_control_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what would give it one."""
    monkeypatch.setattr("hostkit.cli._target.find_control", lambda _: None)
    monkeypatch.setattr("hostkit.cli._target.is_server", lambda _: True)
    result = run("status", NUMBER)
    assert (result.exit_code, "`hostkit: pid_file:`" in result.output) == (1, True)


def test_a_host_is_described() -> None:
    """Its state, its file and what belongs to its modules; without secrets."""
    host = Host.from_config({"modules": []}, categories=[modules.Comments]).build()
    host.receipts.expect(lambda text: text.replace("because", "[redacted]"))
    answer = ask(host, "status")
    assert (answer["state"], answer["uptime_seconds"]) == ("starting", 60.5)
    assert answer["file"] == {"name": "<config>", "sha256": None}
    assert answer["last_reload"] == {"ok": False, "message": "not reloaded: [redacted]"}
    assert (answer["ok"], answer["redis"], answer["listeners"]) == (True, False, [])


def test_states_of_a_host() -> None:
    """It starts, runs, and stops."""
    config = {"hostkit": {"listeners": [{"endpoint": "tcp:0:interface=127.0.0.1"}]}}
    reactor = MemoryReactorClock()
    host = Host.from_config(config, categories=[], clock=reactor).build()
    server = Server(host, reactor)
    start_entry(server.start())
    answer = ask(host, "status", server)
    assert answer["state"] == "running"
    (listener,) = answer["listeners"]
    assert (listener["endpoint"], listener["serve"]) == ("tcp:0:interface=127.0.0.1", ["modules"])
    assert listener["url"].startswith("http://")
    start_entry(server.stop())
    assert ask(host, "status", server)["state"] == "stopping"


class Looping:
    """Has a loop, which fails, and a cached method."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.looping_background_call(self.look, 60_000)
        api.register_cached_function(self.find)

    async def look(self) -> None:
        raise RuntimeError

    @cached()
    async def find(self, name: str) -> str:
        return name


def test_loops_and_caches_are_named() -> None:
    """A loop with the number of failures since it was last well."""
    clock = Clock()
    host = Host.from_config(
        {"modules": [{"module": Looping, "name": "words"}]}, categories=[], clock=clock
    )
    start_entry(host.start())
    clock.advance(60)
    server: Any = Server(host, MemoryReactorClock())
    answer = ask(host, "status", server)
    assert answer["caches"] == ["words/Looping.find"]
    (loop,) = answer["loops"]
    assert loop == {
        "module": "words",
        "loop": "look",
        "interval_seconds": 60.0,
        "failures": 1,
    }
    assert modules_of(host)[0]["loops"] == ["look"]
    start_entry(host.stop())
    assert ask(host, "status", server)["loops"] == []


def test_modules_are_described() -> None:
    """In their order, with what they have done as far as that is known."""
    entries = [
        {"module": modules.Strict, "name": "strict"},
        {"module": modules.Words, "name": "page", "mode": "shadow", "config": {"path": "/x"}},
        {"module": "old.Thing", "enabled": False},
        {"module": "gone.Thing", "optional": True},
    ]
    config = {"modules": entries, "hostkit": {"timing": "exact"}}
    host = Host.from_config(config, categories=[modules.Comments])

    async def look() -> list[dict[str, Any]]:
        async with host:
            await host.hooks[modules.Comments].check_comment("bob")
            return modules_of(host)

    strict, page, old, gone = asyncio.run(look())
    assert (strict["denied"], strict["failed"], strict["measured"]) == (1, 0, 1)
    assert strict["mean_seconds"] > 0
    assert strict["module"] == "tests.cli.modules.Strict"
    assert (page["state"], page["paths"], page["mean_seconds"]) == ("shadow", ["/x"], None)
    assert page["hooks"] == ["comments.check_comment"]
    assert (old["state"], old["module"], old["hooks"]) == ("disabled", "old.Thing", [])
    assert (gone["state"], gone["missing"].partition(" ")[0]) == ("missing", "HK101")


def test_modules_are_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason why one is missing on standard error."""
    module = {
        "name": "words",
        "state": "enforce",
        "hooks": ["comments.check_comment"],
        "paths": [],
        "measured": 12,
        "mean_seconds": 0.000_25,
        "denied": 3,
        "failed": 0,
        "missing": None,
    }
    geo = {**module, "name": "geo", "state": "missing", "missing": "HK101 no", "hooks": []}
    geo["mean_seconds"] = None
    answer_with(monkeypatch, {"modules": [module, geo]})
    result = run("modules", NUMBER)
    assert result.stdout == (
        "MODULE  STATE    HOOKS  PATHS  MEASURED  MEAN      DENIED  FAILED\n"
        "words   enforce  1      0      12        0.250 ms  3       0\n"
        "geo     missing  0      0      12        -         3       0\n"
    )
    assert result.stderr == "geo is missing: HK101 no\n"
    answer_with(monkeypatch, {"modules": []})
    assert run("modules", NUMBER).output == "no modules\n"
