from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.config._document import Lines, YamlFile
from hostkit.config._parser import Parser
from hostkit.config._values import Reader
from hostkit.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hostkit.errors import Path as KeyPath


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
def test_a_path_leads_to_its_value(path: KeyPath, line: int, column: int) -> None:
    """Keys and indexes lead to the value that counts, merged or not."""
    place = Parser("f", _TEXT).parse().locate(path)
    assert (line, column) == (place.line, place.column)


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
    path: KeyPath, line: int, column: int
) -> None:
    """For a path that does not exist the place is that of the nearest thing that does."""
    place = Parser("f", _TEXT).parse().locate(path)
    assert (line, column) == (place.line, place.column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [(("merged", "b"), 6, 3), (("list", 1), 3, 11), (("merged", "nope"), 5, 3), ((), 1, 1)],
)
def test_a_key_can_be_meant(path: KeyPath, line: int, column: int) -> None:
    """With `key` the last step's key is pointed at; an item of a list has none."""
    place = Parser("f", _TEXT).parse().locate(path, key=True)
    assert (line, column) == (place.line, place.column)


def test_mappings_that_merge_each_other_have_an_end() -> None:
    """A mapping that merges itself is searched once, not for ever."""
    place = Parser("f", "a: &a\n  <<: *a\n  b: 1\n").parse().locate(("a", "nope"))
    assert (place.line, place.column) == (1, 4)


class _CountingText(str):
    """A text that counts the characters that are copied out of it."""

    __slots__ = ()
    copied = 0
    splits = 0

    def __getitem__(self, key: Any) -> str:
        part = super().__getitem__(key)
        _CountingText.copied += len(part)
        return part

    def split(self, *args: Any, **kwargs: Any) -> list[str]:
        _CountingText.splits += 1
        return super().split(*args, **kwargs)


class _CountingPairs(list[Any]):
    """The pairs of a mapping, which count how often they are walked."""

    walks = 0

    def __iter__(self) -> Iterator[Any]:
        _CountingPairs.walks += 1
        return super().__iter__()


def test_many_places_take_one_walk_through_the_file() -> None:
    """Lines and keys are collected once, so many problems take no more than many values."""
    text = "".join(f"k{i}: 1\n" for i in range(1000))
    file = Parser("f", text).parse()
    file.root.value = _CountingPairs(file.root.value)
    file = YamlFile(Lines("f", _CountingText(text)), file.root)
    places = [file.locate((f"k{i}",), key=True) for i in range(1000)]
    assert [place.line for place in places] == list(range(1, 1001))
    assert (_CountingText.splits, _CountingText.copied) == (1, len(text) - 1000)
    assert _CountingPairs.walks == 1


def test_values_are_read_without_looking_for_places(tmp_path: Path) -> None:
    """Only a problem makes it necessary to know where the lines start."""

    class Text(str):
        __slots__ = ()

        def split(self, *_args: Any, **_kwargs: Any) -> list[str]:
            raise AssertionError("places were looked for")

    root = Parser("f", "modules: [{module: a.B}]\n").parse().root
    reader = Reader(YamlFile(Lines("f", Text("unused")), root), tmp_path)
    assert reader.read_top(["modules"]) == {"modules": [{"module": "a.B"}]}
