"""How a run of `hostkit serve` ends, and its options."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest
from twisted.python.usage import UsageError

from tests.cli.conftest import HEAD, Write, make_service, run
from tests.cli.servers import run_to_end, serving, stop, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit import ModuleApi
    from tests.cli.logged import IdleReactor

LATE = """
modules:
  - {{module: tests.cli.modules.Noted, name: first, config: {{notes: {notes}}}}}
  - {{module: tests.cli.modules.Late, name: late, config: {{notes: {notes}, then: {then}}}}}
hostkit:
  categories: []
  listeners: [{{endpoint: "tcp:0:interface=127.0.0.1"}}]
"""


@pytest.mark.parametrize(
    ("then", "code", "lines", "steps"),
    [
        ("fails", 1, ["stopping", "module 'late' failed in start: "], ["stop late", "stop first"]),
        ("starts", 0, ["stopping"], ["start late", "stop late", "stop first"]),
        ("ends", 0, ["stopping"], ["stop late", "stop first"]),
    ],
)
def test_a_start_is_cancelled_by_a_stop(
    then: str, code: int, lines: list[str], steps: list[str], tmp_path: Path, write: Write
) -> None:
    """It is awaited: it may end, fail, or succeed, which does not make the server ready again."""
    notes = tmp_path / "notes"
    with serving(write(LATE.format(notes=notes, then=then))) as process:
        wait_for(process, "waiting")
        rest = stop(process, signal.SIGTERM, code=code)
    assert [line for line in lines if line not in rest] == []
    assert ("listening" in rest) == (then == "starts")
    assert notes.read_text().splitlines() == ["start first", *steps]


def test_what_nobody_expects_is_logged(write: Write) -> None:
    """With its traceback, and the run ends."""
    before = """
from hostkit.web import Server

async def fail(self):
    raise RuntimeError("a bug")

Server.open = fail
"""
    code, err = run_to_end(write(f"{HEAD}modules: []"), before=before)
    assert code == 1
    assert "CRITICAL hostkit.serve: cannot start\n" in err
    assert "RuntimeError: a bug\n" in err
    assert "stopping" not in err


FILE = f"{HEAD}modules: [{{module: tests.cli.modules.Noted, config: {{notes: x}}}}]"


class Named:
    """Logs the name of its process."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        api.logger.info("in %s", api.worker_name)


@pytest.mark.parametrize(("options", "name"), [([], None), (["--worker", "w1"], "w1")])
def test_serve_takes_a_name(
    options: list[str], name: str | None, idle: IdleReactor, write: Write
) -> None:
    """Modules find it in `api.worker_name`."""
    file = write(f"{HEAD}modules: [{{module: tests.cli.test_run.Named, name: named}}]")
    result = run("serve", *options, file)
    assert (result.exit_code, idle.runs) == (0, 1)
    assert f"INFO hostkit.modules.named: in {name}\n" in result.stderr


@pytest.mark.parametrize("name", ["", "a\nb"])
def test_a_name_is_on_one_line(name: str, idle: IdleReactor, write: Write) -> None:
    """Otherwise the command line is wrong."""
    result = run("serve", "--worker", name, write(FILE))
    assert (result.exit_code, idle.runs) == (2, 0)
    assert f"Invalid value for '--worker': a worker cannot have the name {name!r}" in result.stderr
    with pytest.raises(UsageError, match="a worker cannot have the name"):
        make_service("--worker", name, "x.yaml")


def test_other_commands_need_no_name(write: Write) -> None:
    """A file that names a worker has no problems, and no message is about loops."""
    file = write(FILE.replace("hostkit: {", "hostkit: {background_tasks_on: w1, "))
    result = run("validate", file)
    assert (result.exit_code, result.stderr) == (0, "")
