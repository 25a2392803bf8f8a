from __future__ import annotations

import pytest

from hostkit.cli._output import exit_code, show_problems
from hostkit.errors import ConfigErrors, Place, Problem
from tests.cli.conftest import COLOUR

ONE = Problem("HK021", "unknown key 'nmae'", hint="did you mean 'name'?")
OTHER = Problem("HK104", "not a class", place=Place("host.yaml", 2, 5, "  - module: os"))
PLAIN = Problem("HK007", "the file is empty")


def test_problems_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Every problem is shown in full, an empty line after each, and counted at the end."""
    show_problems(ConfigErrors((ONE, OTHER, PLAIN)))
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"{ONE.render()}\n\n{OTHER.render()}\n\n{PLAIN.render()}\n\n3 problems found\n"
    assert COLOUR not in err


def test_one_problem_is_counted_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    """A single problem is not called problems."""
    show_problems(ConfigErrors((ONE,)))
    assert capsys.readouterr().err.endswith("\n\n1 problem found\n")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("HK001", 2), ("HK002", 2), ("HK003", 2), ("HK004", 1), ("HK107", 1), ("HK403", 1)],
)
def test_the_exit_code_tells_unreadable_files_from_bad_ones(code: str, expected: int) -> None:
    """2 means that there was no file to look at, 1 that there are problems in it."""
    assert exit_code(ConfigErrors((Problem(code, "…"),))) == expected
