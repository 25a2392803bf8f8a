from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.api import HostServices, ModuleApi
from hostkit.config import from_mapping
from hostkit.loading import ModuleLoader

FLOATS = st.floats(allow_nan=False).map(lambda number: number + 0.0)  # without -0.0
CONFIGS = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


class Plain:
    """A module that keeps its config."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.config = config


def loaded(value: Any) -> tuple[ModuleLoader, Any]:
    """Give the loader of a file with a module that has this in its config, and its entry."""
    file = from_mapping({"modules": [{"module": Plain, "config": {"value": value}}]})
    return ModuleLoader(file, ModuleApi, HostServices(())), file.modules[0]


def is_same(one: Any, other: Any) -> bool:
    """Whether a reload keeps a module when its config changes from one to the other."""
    loader, entry = loaded(one)
    module = loader.load(entry)
    reloader, changed = loaded(other)
    return reloader.keep(changed, [module]) is not None


@given(CONFIGS)
def test_a_copy_is_the_same(config: Any) -> None:
    """Reading an unchanged file again changes nothing."""
    assert is_same(config, copy.deepcopy(config))


@given(CONFIGS, CONFIGS)
def test_what_is_the_same_is_written_alike(one: Any, other: Any) -> None:
    """Whatever a module could distinguish is not the same."""
    assert is_same(one, other) is (repr(one) == repr(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        ([0], [False]),
        ({"a": 1}, {"a": 1.0}),
        ({1: "a"}, {True: "a"}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([1], [1, 2]),
        ({"a": 1}, {}),
        ([], {}),
        ("a", "b"),
    ],
)
def test_what_python_may_call_equal_is_not_the_same(one: Any, other: Any) -> None:
    """Types and order count."""
    assert not is_same(one, other)
    assert not is_same(other, one)


def test_objects_are_the_same_if_they_say_so() -> None:
    """A host may pass anything to its modules; what is not equal to itself is still itself."""
    thing = object()
    assert is_same([thing, float("inf")], [thing, float("inf")])
    assert not is_same(thing, object())
    nan = float("nan")
    assert is_same([nan], [nan])


def test_a_config_may_contain_itself() -> None:
    """Comparing two of them ends."""

    def ring(last: int) -> list[Any]:
        items: list[Any] = [last]
        items.insert(0, items)
        return items

    assert is_same(ring(1), ring(1))
    assert not is_same(ring(1), ring(2))
