"""`--quiet`, `--verbose` and `--traceback`, which every command has."""

from __future__ import annotations

import errno
import logging
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest

from hostkit.cli import main
from hostkit.cli._main import BROKEN
from hostkit.cli._manner import manner, show_traceback
from hostkit.cli.commands import rule
from hostkit.logs import STEPS
from tests.cli.answering import NUMBER
from tests.cli.conftest import COLOUR, HEAD, Write, run
from tests.cli.servers import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.answering import Answering

GOOD = f"{HEAD}modules: [{{module: tests.cli.modules.Words, name: words}}]\n"
BAD = f"{HEAD}modules: [{{module: tests.cli.modules.Broken, name: bad}}]\n"
CARELESS = (
    f"{HEAD}modules: [{{module: tests.cli.modules.Words, name: words, on_error: continue}}]\n"
)
FAILING = """\
class Failing:
    def __init__(self, config, api):
        self.config = config
        api.register_comments_callbacks(check_comment=self.check)

    async def start(self):
        if self.config["when"] == "start":
            self.fail()

    async def check(self, author):
        self.fail()

    def fail(self):
        raise ValueError(self.config["password"] + "\\x1b[2J")
"""
OPTIONS = ["--quiet", "--verbose", "--traceback", "--color"]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break a command."""

    def fail(_codes: object) -> Any:
        raise TypeError("no such\nthing")

    monkeypatch.setattr(rule, "_find", fail)


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_every_command_has_these_options(name: str) -> None:
    """`--help` of each shows them, once, however often it is asked."""
    for _ in range(2):
        shown = run(name, "--help").stdout
        assert [shown.count(f"{option} ") for option in OPTIONS] == [1, 1, 1, 1]


@pytest.mark.parametrize("is_first", [True, False])
def test_they_stand_before_the_command_or_after_it(write: Write, *, is_first: bool) -> None:
    """Both mean the same."""
    file = write(GOOD)
    for option, said in [("-q", False), ("-v", True)]:
        args = [option, "list", file] if is_first else ["list", option, file]
        assert ("words" in run(*args).stderr) == said
    args = ["--color", "always", "rule", "HK001"]
    assert COLOUR in run(*(args if is_first else [*args[2:], *args[:2]])).stdout


def test_the_last_of_two_that_contradict_counts(write: Write) -> None:
    """As in most programs, so that an alias can be overruled."""
    file = write(GOOD)
    assert run("-v", "list", "-q", file).stderr == ""
    assert "read (" in run("-q", "list", "-v", file).stderr


def test_nothing_is_said_of_a_file_that_is_right(write: Write) -> None:
    """With `--quiet` the exit code says it."""
    result = run("validate", "-q", write(GOOD))
    assert (result.exit_code, result.output) == (0, "")


def test_problems_are_shown_in_quiet_too(write: Write) -> None:
    """They are errors; warnings and counts are not."""
    result = run("-q", "validate", write(BAD))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "HK107" in result.stderr
    assert "found" not in result.stderr
    assert "warning" in run("validate", write(CARELESS)).stderr
    assert run("-q", "validate", write(CARELESS)).output == ""


def test_warnings_that_count_as_problems_are_errors(write: Write) -> None:
    """With `--strict` they are the reason of the exit code, and are shown."""
    result = run("-q", "validate", "--strict", write(CARELESS))
    assert result.exit_code == 1
    assert "and when it fails" in result.stderr


def test_data_is_written_in_quiet(write: Write) -> None:
    """What was asked for is not what `--quiet` takes away."""
    file = write(GOOD)
    for args in [["list", file], ["validate", "--format", "json", file], ["rule", "HK001"]]:
        assert run("-q", *args).stdout == run(*args).stdout != ""


def test_what_is_logged_in_quiet_is_an_error(write: Write, tmp_path: Path) -> None:
    """Warnings of modules are left out."""
    (tmp_path / "chatty.py").write_text(
        "import logging\n"
        "class Chatty:\n"
        "    def __init__(self, config, api):\n"
        "        logging.getLogger('own').warning('careful')\n"
        "        logging.getLogger('own').error('broken')\n"
    )
    file = write(f"{HEAD[:-2]}, path: ['.']}}\nmodules: [{{module: chatty.Chatty}}]\n")
    assert "careful" in run("list", file).stderr
    assert run("list", file, "-q").stderr == "ERROR own: broken\n"


def test_what_was_done_is_not_data(answering: Answering) -> None:
    """A switch says it only if it fails."""
    answering.answer({"message": "module 'words' is disabled"})
    assert run("disable", "words", NUMBER).stdout != ""
    assert run("-q", "disable", "words", NUMBER).output == ""
    answering.answer({"ok": False, "message": "there is no module 'words'"})
    assert "there is no module" in run("-q", "disable", "words", NUMBER).stderr


def test_each_step_of_a_build_is_shown(write: Write) -> None:
    """With `--verbose`: the file, what is imported and what is built, each with its time."""
    result = run("list", "-v", write(GOOD))
    steps = re.sub(r"\(\d+\.\d ms\)", "(TIME)", result.stderr).splitlines()
    assert [line.replace(str(ROOT), "") for line in steps[1:]] == [
        "category 'tests.cli.modules.Comments' loaded (TIME)",
        "class of module 'words' imported (TIME)",
        "module 'words' built (TIME)",
    ]
    assert steps[0].endswith("host.yaml read (TIME)")
    assert result.stdout == run("list", write(GOOD)).stdout


def test_a_step_that_fails_is_shown(write: Write) -> None:
    """It is clear how far it went; the traceback is for another option."""
    result = run("-v", "validate", write(BAD))
    assert "\nmodule 'bad' not built\n" in result.stderr
    assert "Traceback" not in result.stderr


def test_who_is_asked_is_shown(answering: Answering) -> None:
    """A server by its process, with its socket and the command."""
    answering.answer({"modules": []})
    result = run("modules", "-v", NUMBER)
    assert re.fullmatch(rf"asking process {NUMBER} at .+/words.pid.sock: modules\n", result.stderr)


def test_an_address_that_is_asked_is_shown() -> None:
    """A gateway by its URL."""
    result = run("ask", "check_comment", "-v", "--url", "unix:/nowhere")
    assert result.stderr.startswith("asking unix:/nowhere: GET /_hostkit/hooks\n")


def test_steps_are_in_the_log_of_a_server_that_wants_them(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--log-level` is enough; `--verbose` adds nothing then."""
    monkeypatch.setattr("hostkit.cli._serve.run", lambda _: 0)
    for args in [["-v"], ["--log-level", f"{STEPS}=debug"], ["-v", "--log-level", "debug"]]:
        result = run("serve", *args, write(GOOD))
        lines = [line for line in result.stderr.splitlines() if "'words' built" in line]
        assert len(lines) == 1
        assert re.match(r"2.+Z DEBUG hostkit.steps: module 'words' built \(", lines[0])


def test_a_quiet_server_logs_errors_unless_a_level_is_named(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is more precise counts."""
    levels: list[int] = []
    monkeypatch.setattr(
        "hostkit.cli._serve.run", lambda _: levels.append(logging.getLogger().level)
    )
    for args in [["-q"], [], ["-q", "--log-level", "debug"]]:
        run("serve", *args, write(GOOD))
    assert levels == [logging.ERROR, logging.INFO, logging.DEBUG]


def test_the_whole_traceback_of_a_module_is_shown(write: Write) -> None:
    """With the option, before its problem; without it, the problem names the place."""
    file = write(BAD)
    assert "Traceback" not in run("validate", file).stderr
    result = run("validate", "--traceback", file)
    assert result.stderr.startswith("module 'bad' not built\nTraceback (most recent call last):\n")
    assert "in _build\n" in result.stderr  # hostkit's own frames too
    assert "HK107" in result.stderr


@pytest.mark.parametrize("when", ["start", "call"])
def test_tracebacks_have_no_secrets(write: Write, tmp_path: Path, when: str) -> None:
    """Nor anything that controls a terminal; also in a start and in a call."""
    (tmp_path / "failing.py").write_text(FAILING)
    (tmp_path / "password").write_text("s3cret-word")
    module = f"{{module: failing.Failing, config: {{when: {when}, password: !file ./password}}}}"
    file = write(f"{HEAD[:-2]}, path: ['.']}}\nmodules: [{module}]\n")
    code = "from hostkit.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "explain", "--traceback", "check_comment", file, "author=a"],
        capture_output=True,
        check=False,
        text=True,
        cwd=ROOT,
    )
    assert "in fail\n" in done.stderr
    assert r"ValueError: [redacted]\x1b[2J" in done.stderr
    assert "s3cret-word" not in done.stdout + done.stderr


@pytest.mark.usefixtures("broken")
def test_an_error_of_hostkit_is_one_line() -> None:
    """It has an exit code of its own, and the option that shows more."""
    result = run("rule", "HK001")
    assert (result.exit_code, result.stdout) == (BROKEN, "")
    assert result.stderr == (
        "Error: TypeError: no such\n  thing\n"
        "  this is an error in hostkit: please report it, with what --traceback shows\n"
    )


@pytest.mark.usefixtures("broken")
def test_an_error_of_hostkit_has_a_traceback() -> None:
    """It is what a report of the error needs."""
    result = run("rule", "HK001", "--traceback")
    assert result.exit_code == BROKEN
    assert "in fail\n" in result.stderr
    assert result.stderr.endswith("\nError: TypeError: no such\n  thing\n")


def test_a_closed_pipe_is_not_an_error_of_hostkit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As before: click ends in silence then."""

    def fail(_codes: object) -> Any:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(rule, "_find", fail)
    result = run("rule", "HK001")
    assert (result.exit_code, result.output) == (1, "")


def test_without_a_command_nothing_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """What logs outside of a command, such as a service of `twist`, speaks as usual."""
    assert (manner().quiet, manner().verbose, manner().redact("x")) == (False, False, "x")
    manner().clear()
    show_traceback(ValueError())
    assert capsys.readouterr().err == ""
