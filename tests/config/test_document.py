from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.config import Lines, load
from hostkit.errors import Path as KeyPath
from hostkit.errors import Place, Problem

from .conftest import Write


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
    assert Place("f", line, column, excerpt) == Lines("f", text).place(offset)


@given(st.text(alphabet="ab \t\r\n\u2028", max_size=30), st.integers(0, 40))
def test_every_place_lies_inside_the_text(text: str, offset: int) -> None:
    """Whatever the offset, there is a character at the place, unless its line is empty."""
    place = Lines("f", text).place(offset)
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    assert 1 <= place.line <= len(lines)
    assert 1 <= place.column <= max(1, len(lines[place.line - 1]))


def test_an_excerpt_cannot_move_the_caret_or_the_terminal() -> None:
    """Tabs are shown as one blank, other invisible characters as a mark."""
    assert Lines("f", "a\tb\x1bc\u202e").place(0).excerpt == "a b\ufffdc\ufffd"


def test_a_long_line_is_cut_around_the_caret() -> None:
    """What is shown of an endless line is short, and the caret still points to its character."""
    lines = Lines("f", "".join(chr(0x4E00 + at) for at in range(5000)))
    places = [lines.place(at) for at in (0, 1000, 4999)]
    assert [len(place.excerpt) for place in places] == [160, 160, 120]
    assert [place.excerpt[place.column - 1 - place.skipped] for place in places] == [
        lines.text[at] for at in (0, 1000, 4999)
    ]


def test_a_caret_stands_below_its_character_in_the_middle_of_a_long_line() -> None:
    """The caret's line is moved as far as the excerpt."""
    place = Lines("f", "x" * 1000 + "!" + "x" * 1000).place(1000)
    _, _, shown, caret = Problem("HK000", "wrong", place=place).render().splitlines()
    assert shown.index("!") == caret.index("^")


def placed(write: Write, text: str, path: KeyPath, *, key: bool = False) -> tuple[int, int]:
    """Find line and column of a value in a file, or of its key."""
    place = load(write(text)).locate(path, key=key)
    assert place is not None
    return place.line, place.column


_TEXT = """\
base: &base {a: 1, b: 2}
more: &more {<<: *base, c: 3}
list: [x, [y, z]]
merged:
  <<: [*more, {d: 4, a: 5}]
  b: 6
other:
  1: one
  on: two
  "1": three
  !x 2: four
  [k]: five
  <<: *base
  <<: {a: 7}
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 1, 1),
        (("list",), 3, 7),
        (("list", 0), 3, 8),
        (("list", 1, 1), 3, 15),
        (("merged", "b"), 5 + 1, 6),
        (("merged", "c"), 2, 28),
        (("merged", "a"), 1, 17),
        (("merged", "d"), 5, 19),
        (("other", 1), 8, 6),
        (("other", True), 9, 7),
        (("other", "1"), 10, 8),
        (("other", "a"), 14, 11),
    ],
)
def test_a_path_leads_to_its_value(write: Write, path: KeyPath, line: int, column: int) -> None:
    """Keys and indexes lead to the value that counts, merged or not."""
    assert placed(write, _TEXT, path) == (line, column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("list", 9), 3, 7),
        (("list", -1), 3, 7),
        (("list", "x"), 3, 7),
        (("list", 0, "x"), 3, 8),
        (("merged", "nope", "deeper"), 5, 3),
        (("other", False), 8, 3),
        (("other", 2), 8, 3),
        (("nope",), 1, 1),
    ],
)
def test_a_path_that_ends_early_leads_to_what_is_around(
    write: Write, path: KeyPath, line: int, column: int
) -> None:
    """For a path that does not exist the place is that of the nearest thing that does."""
    assert placed(write, _TEXT, path) == (line, column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [(("merged", "b"), 6, 3), (("list", 1), 3, 11), (("merged", "nope"), 5, 3), ((), 1, 1)],
)
def test_a_key_can_be_meant(write: Write, path: KeyPath, line: int, column: int) -> None:
    """With `key` the last step's key is pointed at; an item of a list has none."""
    assert placed(write, _TEXT, path, key=True) == (line, column)


def test_mappings_that_merge_each_other_have_an_end(write: Write) -> None:
    """A mapping that merges itself is searched once, not for ever."""
    assert placed(write, "a: &a\n  <<: *a\n  b: 1\n", ("a", "nope")) == (1, 4)


def test_many_places_take_one_walk_through_the_file(write: Write) -> None:
    """Lines and keys are collected once, so many problems take no more than many values."""
    count = 20_000
    file = load(write("".join(f"k{i}: 1\n" for i in range(count))))
    began = time.process_time()
    places = [file.locate((f"k{i}",), key=True) for i in range(count)]
    assert [place and place.line for place in places] == list(range(1, count + 1))
    assert time.process_time() - began < 5  # a walk for each would take minutes


def test_values_are_read_without_looking_for_places(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a problem makes it necessary to know where the lines start."""

    def place(_lines: Lines, _offset: int) -> Place:
        raise AssertionError("places were looked for")

    monkeypatch.setattr(Lines, "place", place)
    assert load(write("modules: [{module: a.B}]\n")).modules[0].module == "a.B"
    with pytest.raises(AssertionError, match="places were looked for"):
        load(write("modules: [{module: 5}]\n"))
