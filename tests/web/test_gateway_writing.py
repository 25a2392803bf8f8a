"""Whatever modules give can be written as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit import Category, Deny, Keyed, hookspec, rules
from hostkit.testing import Recorder, build_host
from hostkit.web.gateway import to_json
from tests.web.conftest import call

if TYPE_CHECKING:
    pass

ODD = object()


class Shade(Enum):
    RED = "red"
    NONE = ODD


class Silent:
    def __repr__(self) -> NoReturn:
        raise SystemExit


class Long:
    def __repr__(self) -> str:
        return "x" * 5000


class Cut:
    def __repr__(self) -> str:
        return "half \ud800"


class Broken(dict[str, int]):
    def items(self) -> NoReturn:
        raise RuntimeError


@attrs.frozen
class Point:
    x: Any
    _y: Any = 0


@dataclasses.dataclass
class Line:
    start: Any


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": [1, None, True, "b", 1.5]}, {"a": [1, None, True, "b", 1.5]}),
        ((1, {2}, frozenset(), deque([3])), [1, [2], [], [3]]),
        (MappingProxyType({"a": (1,)}), {"a": [1]}),
        ([Point(1), Line(Shade.RED)], [{"x": 1, "_y": 0}, {"start": "red"}]),
        ("\u00e4\U0001f600", "\u00e4\U0001f600"),
        (range(3), [0, 1, 2]),
        (10**30, 10**30),
    ],
)
def test_plain_data_is_written_as_it_is(value: object, written: object) -> None:
    """Whatever classes it is made of."""
    assert json.loads(json.dumps(to_json(value))) == written


SHOWN: list[tuple[Any, str]] = [
    (ODD, repr(ODD)),
    (float("nan"), "nan"),
    (float("-inf"), "-inf"),
    ("\ud800", r"'\ud800'"),
    ("a\udcffb", r"'a\udcffb'"),
    (1j, "1j"),
    (Shade.NONE, repr(Shade.NONE)),
    (Point, repr(Point)),
    (bytearray(b"a"), "bytearray(b'a')"),
    (Silent(), "<Silent that cannot be shown>"),
    (10**5000, "<int that cannot be shown>"),
    (Long(), repr(Long())),
    (Cut(), r"half \ud800"),
    (Broken(a=1), "{'a': 1}"),
]


def test_what_is_shown_is_shortened() -> None:
    """After secrets were taken out of it, by those who know them."""
    more = len(repr(Long())) - 300
    assert to_json([Long()]) == ["x" * 300 + f"\u2026 ({more} more characters)"]


@pytest.mark.parametrize("number", range(len(SHOWN)))
@pytest.mark.parametrize("wrap", [lambda part: part, lambda part: [part], Point, Line])
def test_what_json_has_no_form_for_is_shown(number: int, wrap: Any) -> None:
    """Alone, in a list, and in the field of a class."""
    value, written = SHOWN[number]
    shown: list[str] = []

    def show(text: str) -> str:
        shown.append(text)
        return text

    plain = to_json(wrap(value), show)
    json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()
    while isinstance(plain, list | dict):
        plain = plain[0] if isinstance(plain, list) else next(iter(plain.values()))
    assert (plain, shown) == (written, [written])


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (1, "1"),
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        (Shade.RED, "red"),
        (frozenset({1}), "frozenset({1})"),
        pytest.param(ODD, repr(ODD), id="odd"),
        (float("inf"), "inf"),
        ("\ud800", r"'\ud800'"),
        (frozenset(), "frozenset()"),
    ],
)
def test_keys_are_strings(key: object, written: str) -> None:
    """Also next to values that have to be shown."""
    assert json.loads(json.dumps(to_json({key: 1}))) == {written: 1}
    assert to_json({key: ODD}) == {written: repr(ODD)}


def test_what_contains_itself_is_shown_where_it_does() -> None:
    """Python has a way to show it, which is not JSON."""
    endless: list[object] = [1]
    endless.append(endless)
    assert to_json(endless) == [1, "[1, [...]]"]
    mapping: dict[str, object] = {}
    mapping["self"] = mapping
    assert to_json(mapping) == {"self": "{'self': {...}}"}


@pytest.mark.parametrize("depth", [99, 100, 101, 150, 5000])
def test_no_answer_is_deeper_than_what_is_read(depth: int) -> None:
    """A parser as strict as hostkit's own takes at most 100 levels."""
    deep: Any = "end"
    for _ in range(depth):
        deep = [deep]
    assert json.dumps(to_json(deep)).startswith("[" * min(depth, 100) + '"')


@given(
    st.recursive(
        st.one_of(
            st.none(), st.floats(), st.text(st.characters()), st.binary(), st.complex_numbers()
        ),
        lambda inner: st.one_of(
            st.lists(inner), st.dictionaries(st.one_of(st.floats(), st.text(), st.binary()), inner)
        ),
    )
)
def test_everything_can_be_written(value: object) -> None:
    """In UTF-8, and without what JSON does not have."""
    json.dumps(to_json(value), allow_nan=False, ensure_ascii=False).encode()


class Door:
    """A key that JSON has no form for; a caller writes it as a string."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def from_string(cls, name: str) -> Door:
        return cls(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Door) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Door({self.name!r})"


class Doors(Category):
    @hookspec(rules.FirstDenial(), keyed=Keyed("door"))
    async def check_door(self, door: Door) -> Any:
        """Called for each door."""


def test_an_explained_denial_of_an_odd_key_is_a_denial() -> None:
    """Neither the key nor an argument that the module gives back makes a failure of it."""
    guard = Recorder(Doors, check_door={Door("red"): lambda door: Deny("closed", "no", door=door)})
    host = build_host([guard], categories=[Doors])
    for query in ("", "?explain=1"):
        answer = call(host, f"doors.check_door{query}", door="red")
        assert (answer.status, answer.json["errcode"]) == (403, "closed")
        assert answer.json["door"] == "Door('red')"
    trace = answer.json["trace"]
    assert (trace["key"], trace["outcome"]) == ("Door('red')", "deny")
