"""What commands print is as it was reviewed."""

from __future__ import annotations

import pytest

from tests.cli.goldens import CASES, FOLDER, output_of, path_of


@pytest.mark.parametrize("case", CASES)
def test_a_command_prints_what_was_reviewed(case: str) -> None:
    """After a change, `python -m tests.cli.goldens` writes the files anew, to be read again."""
    assert output_of(case) == path_of(case).read_text("utf-8")


def test_every_file_is_that_of_a_case() -> None:
    """What no command prints any more is deleted."""
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(CASES)
