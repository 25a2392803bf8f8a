from __future__ import annotations

import pytest

from hostkit.config import load

from .conftest import ProblemsOf, Write


@pytest.mark.parametrize(
    ("text", "line", "column", "character"),
    [
        ("modules:\n\u00a0\u00a0- module: a.B\n", 2, 1, "NO-BREAK SPACE (U+00A0)"),
        ("\u00a0modules:\n  - module: a.B\n", 1, 1, "NO-BREAK SPACE (U+00A0)"),
        ("hostkit:\n  receipts: 5\n\u2003 timing: exact\n", 3, 1, "EM SPACE (U+2003)"),
        ("hostkit:\n  \u3000timing: exact\n", 2, 3, "IDEOGRAPHIC SPACE (U+3000)"),
        ("hostkit: {timing: \u200bexact}\n", 1, 19, "ZERO WIDTH SPACE (U+200B)"),
        ("hostkit:\n  timing: exact\n   \u00a0receipts\n", 3, 4, "NO-BREAK SPACE (U+00A0)"),
    ],
)
def test_what_only_looks_like_indentation_is_named(
    problems_of: ProblemsOf, text: str, line: int, column: int, character: str
) -> None:
    """A line that YAML takes for another key than the eye does is a problem, not an empty list."""
    problem = next(each for each in problems_of(text) if each.code == "HK018")
    assert problem.message == (
        f"this begins with the character {character}, which is not indentation in YAML"
    )
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("modules:\u00a0[]\n", "HK008", "line 1 contains the character NO-BREAK SPACE (U+00A0)"),
        ("a: 1\nmodules:\n\u00a0- x\n", "HK006", "line 3 contains the character NO-BREAK SPACE"),
        ("a: 1\nhostkit:\u2009{}", "HK006", "line 2 contains the character THIN SPACE (U+2009)"),
    ],
)
def test_what_confuses_the_parser_is_named(
    problems_of: ProblemsOf, text: str, code: str, hint: str
) -> None:
    """Where such a character breaks the grammar, the message names it."""
    (problem,) = problems_of(text)
    assert problem.code == code
    assert problem.hint is not None
    assert hint in problem.hint


@pytest.mark.parametrize(
    "value",
    ['"\u00a0x"', "'\u00a0x'", "10\u00a0000", "a \u00a0b", "|\n      \u00a0x\n", "x\u00a0"],
)
def test_such_characters_are_text_where_they_can_be_meant(write: Write, value: str) -> None:
    """In quotes, in a block of text, and within a word they are left alone."""
    file = load(write(f"modules:\n- module: a.B\n  config:\n    text: {value}\n"))
    assert any(each in file.modules[0].config["text"] for each in "\u00a0\u2003")


def test_the_applications_own_values_are_left_alone(write: Write) -> None:
    """Only the keys of the top level are looked at, since one may be a line of ours."""
    assert load(write("app:\n  - \u00a0x\n  - {\u00a0y: 1}\n")).modules == ()
