from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostkit.config._parser import Parser

if TYPE_CHECKING:
    from hostkit.errors import Path

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
def test_a_path_leads_to_its_value(path: Path, line: int, column: int) -> None:
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
def test_a_path_that_ends_early_leads_to_what_is_around(path: Path, line: int, column: int) -> None:
    """For a path that does not exist the place is that of the nearest thing that does."""
    place = Parser("f", _TEXT).parse().locate(path)
    assert (line, column) == (place.line, place.column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [(("merged", "b"), 6, 3), (("list", 1), 3, 11), (("merged", "nope"), 5, 3), ((), 1, 1)],
)
def test_a_key_can_be_meant(path: Path, line: int, column: int) -> None:
    """With `key` the last step's key is pointed at; an item of a list has none."""
    place = Parser("f", _TEXT).parse().locate(path, key=True)
    assert (line, column) == (place.line, place.column)


def test_mappings_that_merge_each_other_have_an_end() -> None:
    """A mapping that merges itself is searched once, not for ever."""
    place = Parser("f", "a: &a\n  <<: *a\n  b: 1\n").parse().locate(("a", "nope"))
    assert (place.line, place.column) == (1, 4)
