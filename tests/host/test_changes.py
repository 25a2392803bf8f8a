"""What two config files differ in."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.config import from_mapping
from hostkit.host import Changes, compare


def changes(old: list[Any], new: list[Any], **settings: Any) -> Changes:
    """Compare files with these modules; a string is the name of one."""

    def entry(given: Any) -> dict[str, Any]:
        options = {"name": given} if isinstance(given, str) else given
        return {"module": "words.Words", **options}

    before = from_mapping({"modules": [entry(each) for each in old]})
    after = from_mapping({"modules": [entry(each) for each in new], "hostkit": settings})
    return compare(before, after)


def test_new_changed_and_gone_modules_are_named() -> None:
    """In the order of the files, with the keys that have changed."""
    found = changes(
        ["old", {"name": "limiter", "config": {"most": 1}}, "words"],
        [{"name": "limiter", "config": {"most": True}, "timeout": "2s"}, "words", "words2"],
    )
    assert found == Changes(
        new=("words2",), changed={"limiter": ("config", "timeout")}, gone=("old",)
    )
    assert str(found) == "+ words2  ~ limiter (config, timeout)  - old"
    assert found.builds


def test_a_module_of_another_class_is_changed() -> None:
    """Although its name is the same; it is built anew."""
    found = changes(["words"], [{"name": "words", "module": "words.Others"}])
    assert (found.changed, found.builds) == ({"words": ("module",)}, True)


def test_another_mode_builds_nothing() -> None:
    """The module is kept as it is."""
    found = changes(["words"], [{"name": "words", "mode": "shadow"}])
    assert (found.changed, found.builds) == ({"words": ("mode",)}, False)


def test_a_module_that_is_disabled_is_not_there() -> None:
    """In either file, whatever else its entry says."""
    off = {"name": "words", "enabled": False, "timeout": "2s"}
    assert changes([off, "a"], ["a", {**off, "timeout": "3s"}]) == Changes()
    assert changes(["words"], [off]) == Changes(gone=("words",))
    assert changes([off], ["words"]) == Changes(new=("words",))


def test_settings_are_named() -> None:
    """By the keys that are written in the file."""
    found = changes([], [], drain="5s", require=["comments.check"])
    assert found == Changes(settings=("drain", "require"))
    assert (str(found), found.builds) == ("~ hostkit: drain, require", False)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a b c", "a b c", ""),
        ("a b c", "x a y b c", "+ x  + y"),
        ("a b c", "c a b", "> c (now first)"),
        ("a b c", "b c a", "> a (now after c)"),
        ("a b c d", "a c b x d", "+ x  > c (now after a)"),
        ("a b", "x b a", "+ x  > b (now after x)"),
    ],
)
def test_another_order_is_named(old: str, new: str, expected: str) -> None:
    """By the modules that have moved, and where to."""
    found = changes(old.split(), new.split())
    assert (str(found), bool(found)) == (expected, expected != "")


@given(st.permutations("abcdef"))
def test_as_few_as_possible_have_moved(new: list[str]) -> None:
    """Without them, the others are in the order in which they were."""
    moved = changes([*"abcdef"], new).moved
    rest = [name for name in new if name not in moved]
    assert rest == sorted(rest)
    longer = combinations(new, len(rest) + 1)
    assert not any([*each] == sorted(each) for each in longer)
