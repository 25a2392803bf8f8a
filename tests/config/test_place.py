from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.config._place import place_at
from hostkit.errors import Place


@pytest.mark.parametrize(
    ("text", "offset", "line", "column", "excerpt"),
    [
        ("", 0, 1, 1, ""),
        ("a: b", 0, 1, 1, "a: b"),
        ("a: b", 3, 1, 4, "a: b"),
        ("a: b\nc: d\n", 5, 2, 1, "c: d"),
        ("a: b\nc: d\n", 8, 2, 4, "c: d"),
        ("a: b\nc: d\n", 9, 2, 4, "c: d"),
        ("a: b\nc: d\n", 10, 2, 4, "c: d"),
        ("a: b\nc: d\n", 99, 2, 4, "c: d"),
        ("a: b\r\nc: d\r\n", 4, 1, 4, "a: b"),
        ("a\n\nb", 2, 2, 1, ""),
    ],
)
def test_an_offset_becomes_line_and_column(
    text: str, offset: int, line: int, column: int, excerpt: str
) -> None:
    """Lines and columns count from 1, and the end of a line or file is its last character."""
    assert Place("f", line, column, excerpt) == place_at("f", text, offset)


@given(st.text(alphabet="ab \t\r\n\u2028", max_size=30), st.integers(0, 40))
def test_every_place_lies_inside_the_text(text: str, offset: int) -> None:
    """Whatever the offset, there is a character at the place, unless its line is empty."""
    place = place_at("f", text, offset)
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    assert 1 <= place.line <= len(lines)
    assert 1 <= place.column <= max(1, len(lines[place.line - 1]))


def test_an_excerpt_cannot_move_the_caret_or_the_terminal() -> None:
    """Tabs are shown as one blank, other invisible characters as a mark."""
    assert place_at("f", "a\tb\x1bc\u202e", 0).excerpt == "a b\ufffdc\ufffd"


def test_a_long_line_is_cut_behind_the_caret() -> None:
    """What is shown of an endless line still reaches the caret and some way further."""
    assert tuple(len(place_at("f", "x" * 5000, i).excerpt) for i in (0, 1000)) == (160, 1041)
