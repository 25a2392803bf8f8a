"""`hostkit completion`: the shell completes commands, hooks and codes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from hostkit.cli import main
from tests.cli.conftest import run


def complete(*words: str) -> list[str]:
    """Complete the last word, as the script for fish asks for it."""
    environment = {
        "_HOSTKIT_COMPLETE": "fish_complete",
        "COMP_WORDS": " ".join(("hostkit", *words[:-1])),
        "COMP_CWORD": words[-1],
    }
    result = CliRunner(env=environment).invoke(
        main, prog_name="hostkit", complete_var="_HOSTKIT_COMPLETE"
    )
    # Newer versions of click write the help on a line of its own.
    return [line.split(",")[1].split("\t")[0] for line in result.stdout.splitlines() if "," in line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_written_for_each_shell(shell: str) -> None:
    """The script calls the program by its name, wherever it is installed."""
    result = run("completion", shell)
    assert result.exit_code == 0
    assert f"_HOSTKIT_COMPLETE={shell}_complete" in result.stdout
    assert "hostkit" in result.stdout


def test_the_names_of_commands_are_completed() -> None:
    """So are their options, by click itself."""
    assert complete("relo") == ["reload"]
    assert complete("list", "--pa") == ["--path"]


def test_hooks_are_completed() -> None:
    """Those of the installed categories, with and without the name of their category."""
    assert complete("spec", "check_media") == ["check_media_file_for_spam"]
    assert complete("spec", "presence_router.get_users") == ["presence_router.get_users_for_states"]


def test_codes_are_completed() -> None:
    """In any case of the letters."""
    assert complete("rule", "hk41")[:2] == ["HK414", "HK415"]
