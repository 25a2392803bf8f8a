"""The command line, and what all commands say about a file that is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hostkit import __version__
from tests.cli.conftest import HEAD, Write, run
from tests.cli.servers import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ONE_FILE = ["serve", "list"]
COMMANDS = [*ONE_FILE, "validate"]


def test_more_problems_than_anyone_reads_are_counted(write: Write) -> None:
    """The first hundred are shown, which are enough to see what is wrong."""
    keys = "\n".join(f"  key{number}: 1" for number in range(150))
    result = run("validate", write(f"hostkit:\n{keys}\n"))
    assert (result.exit_code, result.stderr.count("HK021")) == (1, 100)
    assert "50 more" in result.stderr


def test_help_has_a_short_option() -> None:
    """As most programs have it."""
    assert run("-h").stdout == run("--help").stdout


def test_the_version_is_shown() -> None:
    """`--version` shows it after the name of the program."""
    assert run("--version").stdout == f"hostkit, version {__version__}\n"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (["validte"], "there is no command 'validte'"),
        (["--loud"], "No such option"),
        *(([command], "Missing argument 'FILE") for command in COMMANDS),
        *(([command, "a", "b"], "unexpected extra argument (b)") for command in ONE_FILE),
    ],
)
def test_a_wrong_command_line_exits_with_2(args: list[str], error: str) -> None:
    """The error is on standard error."""
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert error in result.stderr


def test_optional_modules_that_are_missing_are_listed(write: Write) -> None:
    """They are no problem, but `validate` says which there are."""
    entries = "{module: tests.cli.modules.Words}, {module: nothere.X, name: x, optional: true}"
    file = write(f"{HEAD}modules: [{entries}]")
    result = run("validate", file)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:-1] == ["optional modules that cannot be loaded: x"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "code"),
    [("missing.yaml", "HK001"), ("", "HK002"), ("x" * 300, "HK003"), ("host.yaml/x", "HK001")],
)
def test_a_file_that_cannot_be_read_exits_with_2(
    command: str, tmp_path: Path, write: Write, name: str, code: str
) -> None:
    """The exit code distinguishes missing files, folders and unreadable files from bad ones."""
    write("modules: []")
    result = run(command, str(tmp_path / name))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{code} ")


@pytest.mark.parametrize(
    "text", ["modules: [", "- a\n- b\n", "", "modules: 1", "hostkit: {x: 1}", b"modules: \xff"]
)
def test_a_file_that_cannot_be_understood_exits_with_1(text: str | bytes, write: Write) -> None:
    """A file that can be read but not understood is a problem with its place."""
    file = write(text)
    result = run("validate", file)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{file}")
    assert "1 problem found" in result.stderr


def test_categories_that_conflict_are_a_problem(write: Write) -> None:
    """What is wrong with the declarations is shown as any other problem."""
    text = "hostkit: {categories: [tests.cli.modules.Comments, tests.cli.modules.Remarks]}"
    result = run("validate", write(text))
    assert result.exit_code == 1
    assert "1 problem found" in result.stderr


def test_a_file_name_may_be_invalid_utf_8(tmp_path: Path) -> None:
    """File names may hold any bytes; they are shown as far as they can be."""
    file = os.fsencode(tmp_path) + b"/\xff.yaml"
    with open(file, "w") as stream:  # noqa: PTH123 -- a Path holds no bytes
        stream.write("hostkit: {categories: []}")
    code = "from hostkit.cli import main; main()"
    command = [os.fsencode(sys.executable), b"-c", code.encode(), b"validate", file]
    environ = {**os.environ, "PYTHONIOENCODING": "utf-8:strict", "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, check=False, env=environ)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "/\N{REPLACEMENT CHARACTER}.yaml: no problems" in done.stdout.decode()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_imports_no_framework(option: str) -> None:
    """Asking for help imports neither Twisted nor asyncio, so it answers at once."""
    code = f"""
import sys
from hostkit.cli import main
main([{option!r}], standalone_mode=False)
loaded = {{"twisted", "asyncio", "yaml", "attrs"}}.intersection(sys.modules)
print(*loaded, file=sys.stderr)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout != ""
    assert done.stderr == "\n"


WRONG_LISTENERS = f"""{HEAD.replace("}", ", listeners: [{endpoint: 'pigeon:1'}, ")}
  {{endpoint: 'tcp:8080', serve: [hooks]}}]}}
modules: [{{module: tests.cli.modules.Broken}}]
"""


def test_listeners_are_checked_with_the_modules(write: Write) -> None:
    """All problems are shown in one run, in the order of the file."""
    result = run("validate", write(WRONG_LISTENERS))
    assert result.exit_code == 1
    assert re.findall(r": (HK\d{3}) ", result.stderr) == ["HK402", "HK404", "HK107"]


@pytest.mark.parametrize(
    ("command", "listener"),
    [
        ("validate", "{endpoint: 'systemd:domain=INET:index=0'}"),
        ("validate", "{endpoint: 'fd:3'}"),
        ("list", "{endpoint: 'tcp:8080', serve: [hooks]}"),
    ],
)
def test_a_file_may_be_for_another_machine(command: str, listener: str, write: Write) -> None:
    """Inherited sockets need not exist to check a file, and listeners not to list what it has."""
    file = write(HEAD.replace("}", f", listeners: [{listener}]}}"))
    assert run(command, file).exit_code == 0


def test_python_runs_the_command() -> None:
    """`python -m hostkit` works where the command is not on the path."""
    output = subprocess.check_output(
        [sys.executable, "-m", "hostkit", "--version"],
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert output == f"hostkit, version {__version__}\n"


def test_an_unreadable_file_is_a_problem_like_others(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it can be read is not asked before, but reported in the words of the system."""
    monkeypatch.setattr("os.access", lambda *_: False)
    result = run("validate", write(HEAD))
    assert (result.exit_code, result.stderr) == (0, "")
