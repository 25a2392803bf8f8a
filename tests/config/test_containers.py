from __future__ import annotations

import collections
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, List, Optional, Tuple, Union  # noqa: UP035 - modules use the old names too

import attrs
import pytest

from hostkit.config import Seconds, structure

from .faulty import faults as faults_in


@attrs.frozen
class Point:
    x: int
    y: int


@attrs.frozen
class Circle:
    middle: Point
    radius: int


@pytest.mark.parametrize(
    ("value", "cls", "result"),
    [
        ([1, 2], list[int], [1, 2]),
        ((1, 2), list[int], [1, 2]),
        ([1, "a"], list, [1, "a"]),
        ([1, "a"], List, [1, "a"]),  # noqa: UP006
        ([1], list[Any], [1]),
        ([1, 2], tuple[int, ...], (1, 2)),
        ([1, "a"], tuple[int, str], (1, "a")),
        ([], tuple[()], ()),
        ([1, "a"], tuple, (1, "a")),
        ([1, "a"], Tuple, (1, "a")),  # noqa: UP006
        ([1, 1], set[int], {1}),
        ([1, 1], frozenset[int], frozenset({1})),
        ([1], AbstractSet[int], frozenset({1})),
        ([1], Sequence[int], (1,)),
        ([1], MutableSequence[int], [1]),
        ({"a": 1}, dict[str, int], {"a": 1}),
        ({"a": 1, 2: "b"}, dict, {"a": 1, 2: "b"}),
        ({"a": [1]}, Mapping[str, list[int]], {"a": [1]}),
        ({"a": 1}, MutableMapping[str, int], {"a": 1}),
        ([{"a": [1]}], list[dict[str, tuple[int, ...]]], [{"a": (1,)}]),
        (None, Optional[int], None),  # noqa: UP045
        (1, Union[int, None], 1),  # noqa: UP007
        (None, int | str | None, None),
        ("a", int | str | None, "a"),
        (5, float | int, 5),
        (5, float | str, 5.0),
        ({"x": 1, "y": 2}, Circle | Point, Point(1, 2)),
        ([1], list[int] | str, [1]),
    ],
)
def test_values_within_values_are_taken(value: Any, cls: Any, result: Any) -> None:
    """Lists, tuples, sets, mappings and unions are built from lists and mappings."""
    got = structure(value, cls)
    assert (result, type(result)) == (got, type(got))


@pytest.mark.parametrize(
    ("value", "cls", "expected"),
    [
        ("abc", list[str], "a list"),
        ({"a": 1}, list[str], "a list"),
        (None, list[str], "a list"),
        ("abc", tuple[str, ...], "a list"),
        ("ab", tuple[str, str], "a list of 2 values"),
        ("abc", set[str], "a list"),
        ([[1]], set[Any], "a list of single values, for a set"),
        ([["a", 1]], dict[str, int], "a mapping"),
        (None, dict[str, int], "a mapping"),
        (None, int | str, "a whole number or a string"),
        ("x", int | None, "a whole number"),
        ([], complex | bytes, "binary data (!!binary and base64)"),
        ([], complex | bytearray, None),
    ],
)
def test_containers_are_not_converted(value: Any, cls: Any, expected: str | None) -> None:
    """A string is not a list of letters, a mapping not a list of keys; a union converts nothing."""
    (fault,) = faults_in(value, cls)
    assert ("HK020", expected, ()) == (fault.code, fault.expected, fault.path)


def test_a_tuple_has_its_length() -> None:
    """A list that is too short or too long for a tuple is refused as a whole."""
    (fault,) = faults_in([1], tuple[int, int])
    assert (fault.code, fault.expected) == ("HK027", "a list of 2 values")


@pytest.mark.parametrize(
    ("value", "cls", "paths"),
    [
        ([1, "a", 2, "b"], list[int], [(1,), (3,)]),
        (["a", 1], tuple[int, str], [(0,), (1,)]),
        ({"a": "x", "b": {}}, dict[str, int], [("a",), ("b",)]),
        ([{"a": [1, "b"]}], list[dict[str, list[int]]], [(0, "a", 1)]),
        ([1, [2, "a"]], list[int | list[int]], [(1, 1)]),
        ({"middle": {"x": 1, "y": 2}, "radius": "a"}, Circle | Point, [("radius",)]),
    ],
)
def test_every_fault_has_its_path(value: Any, cls: Any, paths: list[Any]) -> None:
    """All faults are reported, with their paths; a union blames the member that came nearest."""
    assert paths == [fault.path for fault in faults_in(value, cls)]


@pytest.mark.parametrize(
    ("value", "cls", "path"),
    [({5: 1}, dict[str, int], (5,)), ({None: 1}, dict[str, int], ())],
)
def test_a_wrong_key_is_meant_itself(value: Any, cls: Any, path: Any) -> None:
    """A fault of a key says that the key is meant, if a path can name it."""
    (fault,) = faults_in(value, cls)
    assert (path, True, "a string") == (fault.path, fault.is_key, fault.expected)


def test_a_union_tells_all_its_members() -> None:
    """When no member fits, all of them were possible."""
    (fault,) = faults_in("soon", Seconds | bool)
    assert fault.message == "the string 'soon' does not belong here"
    assert (
        fault.expected == "a number and a unit, such as 200ms, 5s, 1.5m, 1h or 1d or true or false"
    )


@pytest.mark.parametrize(
    "cls",
    [
        collections.deque[str],
        collections.Counter[str],
        collections.defaultdict[str, int],
        collections.OrderedDict[str, int],
        bytearray,
    ],
)
def test_other_collections_are_not_supported(cls: Any) -> None:
    """Collections that would be filled from anything are refused."""
    (fault,) = faults_in("abc", cls)
    assert fault.code == "HK029"
