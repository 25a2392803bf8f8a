from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from .conftest import build_class

_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Plain:
    """A module that keeps its config."""

    def __init__(self, config: Any, api: Any) -> None:
        self.config = config


def private_copy(value: Any) -> Any:
    """What a module gets where this stands in its config."""
    return build_class(Plain, {"value": value}).instance.config["value"]


def _containers(value: Any) -> set[int]:
    """Name every list and mapping in a value."""
    if isinstance(value, dict):
        return {id(value)}.union(*(_containers(item) for item in value.values()))
    if isinstance(value, list):
        return {id(value)}.union(*(_containers(item) for item in value))
    return set()


@given(_PLAIN)
def test_a_copy_is_equal_and_shares_no_container(value: Any) -> None:
    """Whatever a module does to its copy, other code is not affected."""
    copied = private_copy(value)
    assert copied == value
    assert not _containers(copied) & _containers(value)


def test_what_cannot_be_copied_is_shared() -> None:
    """Objects that a host puts into a mapping are handed on as they are."""

    class Uncopyable:
        def __deepcopy__(self, memo: object) -> object:
            raise NotImplementedError

    pool = Uncopyable()
    assert private_copy({"pools": [pool]})["pools"][0] is pool


def test_cycles_are_kept() -> None:
    """A value that contains itself becomes a copy that contains itself."""
    value: dict[str, Any] = {"list": []}
    value["self"] = value
    value["list"].append(value["list"])
    copied = private_copy(value)
    assert copied is not value
    assert copied["self"] is copied
    assert copied["list"][0] is copied["list"]


def test_what_stands_twice_is_copied_once() -> None:
    """Two places that share a list share a list in the copy, as with YAML aliases."""
    shared = [1]
    copied = private_copy({"a": shared, "b": shared})
    assert copied["a"] is copied["b"]
    assert copied["a"] is not shared
