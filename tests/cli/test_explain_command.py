"""`hostkit explain`: what each module says to a call, also with another file."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli import documents
from tests.cli.conftest import HEAD, Write, run
from tests.cli.servers import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FILE = f"""{HEAD}
modules:
  - module: tests.cli.modules.Strict
    name: strict
  - module: tests.cli.modules.Words
    name: words
"""


def explain(*words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own: a reactor can run only once."""
    return subprocess.run(
        [sys.executable, "-m", "hostkit", "explain", *words],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_as_json_the_receipt_is_data(write: Write) -> None:
    """Arguments can come from standard input, and the answer goes to other programs."""
    result = explain(
        *("check_comment", write(FILE), "--args", "-", "--format", "json"), given='{"author":"ann"}'
    )
    (found,) = documents.read(result.stdout, "explain")["files"]
    assert found["result"] == "allow"
    assert found["receipt"]["id"] == ""
    assert [step["outcome"] for step in found["receipt"]["steps"]] == ["continue", "continue"]


def test_a_module_that_cannot_be_started_is_named(write: Write) -> None:
    """It is an error of the command, and no traceback."""
    file = write(f"{HEAD}\nmodules: [{{module: tests.cli.modules.Unstartable, name: lazy}}]")
    result = explain("check_comment", file, "author=ann")
    assert (result.returncode, result.stdout) == (1, "")
    assert "Error: module 'lazy' failed in start" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interrupt_ends_the_command(write: Write) -> None:
    """Ctrl-C while a module starts ends it with the code that shells give to it."""
    file = write(f"{HEAD}\nmodules: [{{module: tests.cli.modules.InterruptedLater}}]")
    result = explain("check_comment", file, "author=ann")
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "")


def test_a_failed_call_is_explained_too(write: Write) -> None:
    """The hook's own outcome is what is asked for, whatever it is."""
    file = write(f"{HEAD}\nmodules: [{{module: tests.cli.modules.Failing, name: bad}}]")
    result = explain("check_comment", file, "author=ann", "--format", "json")
    (found,) = documents.read(result.stdout, "explain")["files"]
    assert (result.returncode, found["receipt"]["outcome"]) == (0, "failed")
    assert "result" not in found


def test_arguments_must_be_an_object(write: Write, tmp_path: Path) -> None:
    """A list has no names."""
    (tmp_path / "call.json").write_text("[1]")
    result = run("explain", "check_comment", write(FILE), "--args", str(tmp_path / "call.json"))
    assert result.exit_code == 2
    assert "not a JSON object" in result.stderr


ECHO = """\
from typing import Any
from hostkit import Category, Deny, hookspec, rules

class Echo(Category):
    @hookspec(rules.FirstDenial())
    async def check(self, text: str) -> Any:
        "Called for a test."

    @hookspec(rules.FirstResult())
    async def find(self, text: str) -> Any:
        "Called for a test."

    @hookspec(rules.FirstResult())
    async def count(self, text: Any) -> Any:
        "Called for a test."

class Module:
    def __init__(self, config, api):
        api.register(Echo, check=lambda text: Deny("no", text), find=read, count=read)

def read(text):
    return {"it": text, "read": repr(text)}
"""


@pytest.mark.parametrize(
    ("hook", "value", "read"),
    [
        ("find", "5", "'5'"),
        ("echo.count", "5", "5"),
        ("count", "[1]", "[1]"),
        ("echo.find", "ann", "'ann'"),
        ("count", "ann", "'ann'"),
    ],
)
def test_values_are_read_as_their_argument_asks(
    hook: str, value: str, read: object, write: Write, tmp_path: Path
) -> None:
    """`text=5` is text; a number where one is asked for; quotes are not needed.

    No two hooks of a host have the same name, so that the category may be left out.
    """
    (tmp_path / "echoing.py").write_text(ECHO)
    file = write("modules: [{module: echoing.Module}]\nhostkit: {categories: [echoing.Echo]}\n")
    arguments = (f"text={value}", "--format", "json", "--path", str(tmp_path))
    result = explain(hook, file, *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    (found,) = documents.read(result.stdout, "explain")["files"]
    assert found["result"]["read"] == read


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("dance", "there is no hook 'dance': `hostkit spec --file FILE` lists all"),
        ("check_comment", "'author' is missing\n  async def check_comment("),
    ],
)
def test_what_does_not_fit_is_refused(hook: str, said: str, write: Write) -> None:
    """With the way to find it, or with its signature."""
    result = explain(hook, write(FILE))
    assert result.returncode == 2
    assert said in re.sub("\n(?!  )", " ", result.stderr)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("hook", ["check", "find"])
def test_neither_secrets_nor_escape_codes_are_shown(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, hook: str
) -> None:
    """Whatever a module answers, what is shown cannot control the terminal."""
    monkeypatch.setenv("THE_SECRET", "0123456789abcdefghijkl")
    (tmp_path / "echoing.py").write_text(ECHO)
    file = write(
        "modules: [{module: echoing.Module, config: {secret: !env THE_SECRET}}]\n"
        "hostkit: {categories: [echoing.Echo]}\n"
    )
    text = "text=0123456789abcdefghijkl \x1b[31m\u202e\x7f\n  x"
    result = explain(hook, file, text, "--format", form, "--path", str(tmp_path))
    assert (result.returncode, result.stderr) == (0, "")
    assert "01234567" not in result.stdout
    assert not set("\x1b\u202e\x7f") & set(result.stdout)
    assert "[redacted]" in result.stdout
