"""`hostkit bisect`: the module that makes something fail, found by halves."""

from __future__ import annotations

import socket
from math import ceil, log2
from typing import TYPE_CHECKING

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

# Tried with hundreds of files' worth of modules: the command would run a program for each step.
from hostkit.cli._bisecting import CommandProbe, Search
from tests.cli.conftest import HEAD, Write, run

if TYPE_CHECKING:
    from pathlib import Path

FILE = f"""{HEAD}
modules:
  - &first
    module: tests.cli.modules.Words
    name: a
    config: {{path: !env {{name: P, default: /a}}}}
  - {{module: tests.cli.modules.Words, name: b, config: {{path: /b}}}}
  - {{module: tests.cli.modules.Broken, name: c, enabled: true}}
  - {{module: tests.cli.modules.Broken, name: d, enabled: false}}
  - {{<<: *first, name: e}}
"""
ENDED = "the command ended with 125, which says nothing about modules"
CHECK = """
import sys
from hostkit.config import load

enabled = [each for each in load(sys.argv[1]).modules if each.enabled]
print(*(each.name for each in enabled))
sys.exit(any(each.config.get("path") == "/a" and each.name == "a" for each in enabled))
"""


@given(count=st.integers(1, 40), data=st.data())
def test_one_module_is_always_found(count: int, data: st.DataObject) -> None:
    """Whichever it is, and in as many runs as there are halves."""
    names = [f"m{number}" for number in range(count)]
    culprit = data.draw(st.sampled_from(names))
    runs: list[str] = []
    search = Search(lambda disabled: culprit in disabled, lambda tried, _: runs.append(tried))
    assert search.find(names) == culprit
    assert len(runs) <= ceil(log2(count)) + 3


@given(count=st.integers(2, 20), data=st.data())
def test_two_modules_that_fail_by_themselves_are_not_mistaken(
    count: int, data: st.DataObject
) -> None:
    """Where disabling one is not enough, none is named."""
    names = [f"m{number}" for number in range(count)]
    both = set(data.draw(st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True)))
    search = Search(lambda disabled: both <= set(disabled), lambda _, __: None)
    with pytest.raises(click.ClickException, match="no single module is the reason: it fails"):
        search.find(names)


def test_a_command_is_tried_with_copies_of_the_file(write: Write, tmp_path: Path) -> None:
    """It gets the name of a copy beside the file, which is gone afterwards; steps are shown."""
    file = write(FILE)
    result = run(
        "bisect",
        file,
        "--cmd",
        "test $(dirname {}) = $(dirname $HOSTKIT_FILE) && python -m hostkit validate {}",
    )
    assert (result.exit_code, result.stdout) == (0, "c\n")
    assert result.stderr.splitlines() == [
        "with all modules: fails",
        "without any module: works",
        "without a, b: fails",
        "without c: works",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["host.yaml"]


def test_modules_are_disabled_one_by_one(write: Write, tmp_path: Path) -> None:
    """An entry that another takes its keys from is disabled alone; an alias and a tag stay."""
    log = tmp_path / "log"
    check = tmp_path / "check.py"
    check.write_text(CHECK)
    result = run("bisect", write(FILE), "--cmd", f"python {check} {{}} >> {log}")
    assert (result.exit_code, result.stdout) == (0, "a\n")
    assert log.read_text().splitlines() == ["a b c e", "", "c e", "b c e"]


@pytest.mark.parametrize(
    ("text", "command", "said"),
    [
        (FILE, "echo skipped; exit 125", f"{ENDED}:\nskipped"),
        (FILE, "exit 125", f"{ENDED}\n"),
        ("modules: {}", "true", "problem"),
        ("modules: []", "true", "no module is enabled: there is nothing to find"),
        ("<<: {modules: [{module: a.B}]}", "true", "gets its modules by a merge key: write them"),
    ],
)
def test_what_cannot_be_found_is_said(write: Write, text: str, command: str, said: str) -> None:
    """The exit code is 1, and standard output stays empty."""
    result = run("bisect", write(text), "--cmd", command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_the_output_of_the_command_is_shown_if_asked_for(
    write: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    """By default only the steps are shown."""
    run("bisect", write(FILE), "--cmd", "echo tried")
    assert capfd.readouterr().out == ""
    run("bisect", write(FILE), "--cmd", "echo tried", "--show")
    assert capfd.readouterr().out == "tried\n"


def test_a_page_is_tried_with_a_server(write: Write) -> None:
    """Each copy is served on the file's own listeners."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    listener = f'{{endpoint: "tcp:{port}:interface=127.0.0.1", serve: [health]}}'
    head = f"hostkit: {{categories: [tests.cli.modules.Comments], listeners: [{listener}]}}\n"
    file = write(FILE.replace(HEAD, head))
    result = run("bisect", file, "--url", f"http://127.0.0.1:{port}/health")
    assert (result.exit_code, result.stdout) == (0, "c\n")
    wrong = run("bisect", file, "--url", f"http://127.0.0.1:{port}/elsewhere")
    assert "it fails without any module, too" in wrong.stderr


@pytest.mark.parametrize("options", [(), ("--cmd", "true", "--url", "http://127.0.0.1/")])
def test_there_is_one_thing_to_try(write: Write, options: tuple[str, ...]) -> None:
    """A command or a page: anything else is a wrong command line."""
    result = run("bisect", write(FILE), *options)
    assert result.exit_code == 2
    assert "write either --cmd COMMAND or --url URL" in result.stderr


def test_the_folder_must_be_writable(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative names in the file start at its folder, so that the copy cannot stand elsewhere."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    result = run("bisect", write(FILE), "--cmd", "true")
    assert result.exit_code == 1
    assert "must stand beside it, and cannot: Permission denied" in result.stderr


def test_ctrl_c_ends_the_command_as_well(write: Write, tmp_path: Path) -> None:
    """It is killed, and not left behind in the background."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    left = tmp_path / "left"
    probe = CommandProbe(f"exec sleep 60; touch {left}", idle=interrupt)
    with pytest.raises(KeyboardInterrupt):
        probe(write(FILE))
    assert not left.exists()
