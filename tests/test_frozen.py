"""Mappings and lists that are read-only at any depth."""

from __future__ import annotations

import copy
import json
import pickle
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from hostkit.frozen import FrozenDict, FrozenList, freeze

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN: dict[str, Any] = {"a": {"b": [1, {"c": 2}]}, "d": ("e", [3])}

DICT_CHANGES: list[Callable[[Any], object]] = [
    lambda value: value.__setitem__("a", 1),
    lambda value: value.__delitem__("a"),
    lambda value: value.__ior__({}),
    lambda value: value.clear(),
    lambda value: value.pop("a"),
    lambda value: value.popitem(),
    lambda value: value.setdefault("z", 1),
    lambda value: value.update(z=1),
    lambda value: setattr(value, "z", 1),
]
LIST_CHANGES: list[Callable[[Any], object]] = [
    lambda value: value.__setitem__(0, 1),
    lambda value: value.__delitem__(0),
    lambda value: value.__iadd__([1]),
    lambda value: value.__imul__(2),
    lambda value: value.append(1),
    lambda value: value.clear(),
    lambda value: value.extend([1]),
    lambda value: value.insert(0, 1),
    lambda value: value.pop(),
    lambda value: value.remove(1),
    lambda value: value.reverse(),
    lambda value: value.sort(),
    lambda value: setattr(value, "z", 1),
]


def test_frozen_values_are_equal_to_plain_ones() -> None:
    """They are dicts and lists, and are written as such."""
    frozen = freeze(PLAIN)
    assert frozen == PLAIN
    assert (type(frozen["a"]), type(frozen["a"]["b"]), type(frozen["d"][1])) == (
        FrozenDict,
        FrozenList,
        FrozenList,
    )
    assert json.dumps(frozen) == json.dumps(PLAIN)
    assert freeze(MappingProxyType(PLAIN)) == PLAIN


def test_what_is_frozen_is_not_copied_again() -> None:
    """Nor is what is neither a mapping nor a list."""
    frozen, other = freeze(PLAIN), object()
    assert freeze(frozen) is frozen
    assert freeze(frozen["a"]["b"]) is frozen["a"]["b"]
    assert freeze(other) is other


@pytest.mark.parametrize("change", DICT_CHANGES)
def test_a_dict_cannot_be_changed(change: Callable[[Any], object]) -> None:
    """Whatever method is used for it."""
    frozen = freeze(PLAIN)
    for value in (frozen, frozen["a"], frozen["a"]["b"][1]):
        with pytest.raises((TypeError, AttributeError)):
            change(value)
    assert frozen == PLAIN


@pytest.mark.parametrize("change", LIST_CHANGES)
def test_a_list_cannot_be_changed(change: Callable[[Any], object]) -> None:
    """Whatever method is used for it."""
    frozen = freeze(PLAIN)
    for value in (frozen["a"]["b"], frozen["d"][1]):
        with pytest.raises((TypeError, AttributeError)):
            change(value)
    assert frozen == PLAIN


def test_every_method_that_changes_is_refused() -> None:
    """Those that a plain dict or list inherits from `MutableMapping` and `MutableSequence`."""
    inherited = set(vars(dict)) - set(vars(FrozenDict)), set(vars(list)) - set(vars(FrozenList))
    assert inherited[0] & {"__setitem__", "__delitem__", "__ior__", "clear", "update"} == set()
    assert inherited[1] & {"__setitem__", "__delitem__", "__iadd__", "__imul__", "sort"} == set()


@pytest.mark.parametrize(
    "plain_copy", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_a_deep_copy_is_plain(plain_copy: Callable[[Any], Any]) -> None:
    """So a module may change what it has copied."""
    copied = plain_copy(freeze(PLAIN))
    assert copied == PLAIN
    assert (type(copied), type(copied["a"]), type(copied["a"]["b"])) == (dict, dict, list)
    copied["a"]["b"].append(5)


def test_a_shallow_copy_is_plain_at_the_top() -> None:
    """Its values are still read-only."""
    for shallow in (copy.copy(freeze(PLAIN)), freeze(PLAIN).copy(), freeze(PLAIN) | {}):
        assert (type(shallow), type(shallow["a"])) == (dict, FrozenDict)
    for items in (copy.copy(freeze([{}])), freeze([{}]).copy(), [*freeze([{}])]):
        assert (type(items), type(items[0])) == (list, FrozenDict)


def test_the_message_says_what_to_do() -> None:
    """A module's author sees it in the log."""
    expected = r"this list is read-only, since others .* change a copy, made with copy.deepcopy\(\)"
    with pytest.raises(TypeError, match=expected):
        freeze([]).append(1)
