"""Commands with modules that raise what is not an `Exception`, or cancel themselves."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.cli.conftest import Write, run
from tests.cli.servers import run_to_end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = """
import asyncio
import twisted.internet.defer

class Panic(BaseException):
    pass

def fail(step):
    if step == {step!r}:
        raise {error}

fail("import")

class Broken:
    @staticmethod
    def parse_config(config):
        fail("parse_config")

    def __init__(self, config, api):
        fail("__init__")

    async def start(self):
        fail("start")
"""
FILE = """
modules: [{module: broken_module.Broken, name: broken}]
hostkit:
  categories: []
  pid_file: server.pid
  listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules]}]
"""
ERRORS = {
    "Panic('boom')": "Panic: boom",
    "SystemExit(0)": "SystemExit: 0",
    "SystemExit(2)": "SystemExit: 2",
    "asyncio.CancelledError('boom')": "CancelledError: boom",
    "twisted.internet.defer.CancelledError('boom')": "CancelledError: boom",
}


class WriteModule(Protocol):
    def __call__(self, step: str, error: str) -> None: ...


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriteModule]:
    """Write a module that raises an error in one step of its life."""
    monkeypatch.syspath_prepend(tmp_path)

    def write_source(step: str, error: str) -> None:
        (tmp_path / "broken_module.py").write_text(SOURCE.format(step=step, error=error))

    yield write_source
    sys.modules.pop("broken_module", None)


@pytest.mark.parametrize("command", ["validate", "list", "routes", "serve"])
@pytest.mark.parametrize(
    ("step", "code"), [("import", "HK102"), ("parse_config", "HK106"), ("__init__", "HK107")]
)
@pytest.mark.parametrize("error", ERRORS)
def test_what_a_module_raises_is_its_problem(
    command: str, step: str, code: str, error: str, write: Write, write_module: WriteModule
) -> None:
    """Whatever it is, it never decides the exit code, and has its place in the file."""
    write_module(step, error)
    file = write(FILE)
    result = run(command, file)
    assert (result.exit_code, result.stdout) == (1, "")
    first, *_, last = result.stderr.splitlines()
    assert first.startswith(f"{file}:2:")
    assert f" {code} " in first
    assert "'broken" in first
    assert ERRORS[error] in result.stderr
    assert last == "1 problem found"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "error", ["Panic('boom')", "SystemExit(0)", "asyncio.CancelledError('boom')"]
)
def test_what_a_module_raises_in_start_is_its_failure(
    error: str, write: Write, write_module: WriteModule
) -> None:
    """The server ends with 1, and its log names the module."""
    write_module("start", error)
    code, err = run_to_end(write(FILE))
    assert code == 1
    (line,) = [line for line in err.splitlines() if " hostkit.modules.broken: " in line]
    assert "ERROR hostkit.modules.broken: module 'broken' failed in start: " in line
    assert f"{ERRORS[error]} (its entry: " in line
    assert "listening" not in err
