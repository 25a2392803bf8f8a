"""What commands print is as it was reviewed.

After a change, ``python -m tests.cli.goldens`` writes the files anew, to be read again.
"""

from __future__ import annotations

import pytest

from tests.cli.golden_cases import APART, CASES, COMMANDS, LIVE, TERMINALS
from tests.cli.goldens import FOLDER, live_outputs, output_of, path_of

HELPS = [case for case in CASES if case.startswith("help_")]


@pytest.mark.parametrize("case", [*CASES, *APART, *TERMINALS])
def test_a_command_prints_what_was_reviewed(case: str) -> None:
    """To standard output and to standard error, and with the same exit code."""
    assert output_of(case) == path_of(case).read_text("utf-8")


def test_commands_print_of_a_server_what_was_reviewed() -> None:
    """One server is asked by all of them, and its log is among what was reviewed."""
    outputs = live_outputs()
    assert outputs == {case: path_of(case).read_text("utf-8") for case in (*LIVE, "serve")}


def test_every_file_is_that_of_a_case() -> None:
    """What no command prints any more is deleted."""
    cases = {*CASES, *APART, *TERMINALS, *LIVE, "serve"}
    assert {path.stem for path in FOLDER.glob("*.txt")} == cases


def test_every_command_has_cases() -> None:
    """More than its help."""
    lines = [*CASES.values(), *APART.values(), *LIVE.values(), "serve live.yaml"]
    used = {line.split()[0] for line in lines if not line.endswith("--help")}
    assert set(COMMANDS) - used == set()


@pytest.mark.parametrize("case", HELPS)
def test_every_help_has_examples_and_exit_codes(case: str) -> None:
    """And no line of it is longer than a terminal is wide."""
    lines = path_of(case).read_text("utf-8").splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert any(line.strip() in {"Example:", "Examples:"} for line in lines)
    assert any(line.startswith("  Exit codes") for line in lines)
