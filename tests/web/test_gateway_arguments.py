"""What JSON becomes before a callback sees it."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NewType, NotRequired, Required, TypedDict

import attrs
import pytest

from hostkit import Category, Seconds, hookspec, rules
from hostkit.testing import build_host
from tests.web.taker import host_for, post

if typing.TYPE_CHECKING:
    from fractions import Fraction as Unknown

Name = NewType("Name", str)


class Colour(Enum):
    RED = "red"


@attrs.frozen
class Point:
    x: int
    y: int = attrs.field(default=0, validator=attrs.validators.ge(0))


@dataclasses.dataclass
class Size:
    width: float


@attrs.frozen
class Broken:
    """A class whose annotations cannot be resolved."""

    value: Unknown


class Profile(TypedDict):
    name: Required[str]
    age: NotRequired[int]


@attrs.frozen
class Address:
    user: str

    @classmethod
    def from_string(cls, text: str) -> Address:
        """Read an address."""
        if not text.startswith("@"):
            raise ValueError(f"{text!r} is not an address")
        return cls(text[1:])


class Plain:
    """A class that nothing is known about."""


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (str, "a", "a"),
        (int, 5, 5),
        (float, 5, 5.0),
        (bool, True, True),
        (None, None, None),
        (Any, {"a": [1]}, {"a": [1]}),
        (object, {"a": 1}, {"a": 1}),
        (Name, "ann", "ann"),
        (Annotated[str, "a note"], "a", "a"),
        (str | None, None, None),
        (int | str, "5", "5"),
        (Literal["on", "off"], "on", "on"),
        (Colour, "red", Colour.RED),
        (list[int], [1], [1]),
        (set[str], ["a", "a"], {"a"}),
        (tuple[str, ...], ["a"], ("a",)),
        (Sequence[int], [1], (1,)),
        (Collection[tuple[str | None, str]], [[None, "b"]], ((None, "b"),)),
        (Iterable[int], [1], (1,)),
        (Collection, [1, "a"], (1, "a")),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (Mapping[str, Any], {"a": None}, {"a": None}),
        (Point, {"x": 1}, Point(1)),
        (list[Point], [{"x": 1, "y": 2}], [Point(1, 2)]),
        (Size, {"width": 5}, Size(5.0)),
        (Profile, {"name": "a", "more": 1}, {"name": "a", "more": 1}),
        (Address, "@ann", Address("ann")),
        (Address | None, "@ann", Address("ann")),
        (bytes, "/wA=", b"\xff\x00"),
        (date, "2026-01-31", date(2026, 1, 31)),
        (datetime, "2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        (Seconds, "5s", 5.0),
        (Decimal, "1.5", "1.5"),
        (Plain, 5, 5),
        (Callable[[], int], 5, 5),
        (Broken, {"value": 1}, {"value": 1}),
        ("Unknown", {"a": 1}, {"a": 1}),
        ("not python", 5, 5),
        ("float", 5, 5.0),
    ],
)
def test_arguments_become_what_the_annotation_says(hint: Any, value: Any, expected: Any) -> None:
    """Types with a form in JSON are structured; values of unknown types are passed on unchanged."""
    host, given = host_for(hint)
    answer = post(host, it=value)
    assert (answer.status, given) == (200, [expected])
    assert type(given[0]) is type(expected)


@pytest.mark.parametrize(
    ("hint", "value", "field", "error"),
    [
        (str, None, "it", "null is of the wrong type; expected a string"),
        (str, 5, "it", "the number 5 is of the wrong type; expected a string"),
        (int, "1", "it", "the string '1' is of the wrong type; expected a whole number"),
        (int, True, "it", "true is of the wrong type; expected a whole number"),
        (int, 1.0, "it", "the number 1.0 is of the wrong type; expected a whole number"),
        (bool, 1, "it", "the number 1 is of the wrong type; expected true or false"),
        (float, "1", "it", "the string '1' is of the wrong type; expected a number"),
        (list[int], "12", "it", "the string '12' is of the wrong type; expected a list"),
        (list[int], [1, "2"], "it[1]", "the string '2' is of the wrong type"),
        (Collection[str], "ab", "it", "the string 'ab' is of the wrong type; expected a list"),
        (tuple[str, int], ["a"], "it", "a list of 1 values is not allowed here"),
        (tuple[str, int], ["a", "b"], "it[1]", "the string 'b' is of the wrong type"),
        (dict[str, int], {"a": None}, "it.a", "null is of the wrong type"),
        (Colour, "blue", "it", "the string 'blue' is not one of the choices; expected 'red'"),
        (Literal[1], True, "it", "true is not one of the choices; expected 1"),
        (Point, 5, "it", "the number 5 is of the wrong type; expected a mapping"),
        (Point, {}, "it", "the key 'x' is missing"),
        (Point, {"x": 1, "z": 2}, "it.z", "unknown key 'z'; expected x or y"),
        (Point, {"x": 1, "y": -1}, "it.y", "'y' must be >= 0: -1"),
        (Profile, [], "it", "a list is of the wrong type; expected a mapping"),
        (Profile, {"age": 5}, "it", "the key 'name' is missing"),
        (Profile, {"name": "a", "age": "5"}, "it.age", "the string '5' is of the wrong type"),
        (Address, "ann", "it", "'ann' is not an address"),
        (Address, {"user": "ann"}, "it", "a mapping is of the wrong type; expected a string"),
        (bytes, "a", "it", "the string 'a' is of the wrong type; expected a string in base64"),
        (bytes, 5, "it", "the number 5 is of the wrong type; expected a string in base64"),
        (date, "today", "it", "the string 'today' is of the wrong type; expected a date in ISO"),
        (datetime, 5, "it", "the number 5 is of the wrong type; expected a date and time in ISO"),
    ],
)
def test_nothing_is_converted_silently(hint: Any, value: Any, field: str, error: str) -> None:
    """What does not fit is refused before a module is asked, naming the place."""
    host, given = host_for(hint)
    answer = post(host, it=value)
    assert (answer.status, answer.json["errcode"], given) == (400, "bad_arguments", [])
    assert answer.json["field"] == field
    assert answer.json["error"].startswith(f"{field}: {error}")


@pytest.mark.parametrize(
    ("arguments", "field", "error"),
    [
        ({}, "it", "the argument 'it' is missing"),
        ({"its": 1}, "its", "unknown argument 'its': did you mean 'it'?"),
        ({"it": 1, "other": 1}, "other", "unknown argument 'other': the arguments are: it"),
        ({"it": 1, "self": 1}, "self", "unknown argument 'self': the arguments are: it"),
        ({"it": 1, "_t": 1}, "_t", "unknown argument '_t': the arguments are: it"),
    ],
)
def test_arguments_have_the_names_of_the_hook(
    arguments: dict[str, Any], field: str, error: str
) -> None:
    """One that is missing or unknown is named."""
    host, given = host_for(int)
    answer = post(host, **arguments)
    assert (answer.status, answer.json["field"], given) == (400, field, [])
    assert answer.json["error"] == error


def test_a_hook_may_have_no_arguments() -> None:
    """Then nothing can be sent to it."""

    class Types(Category):
        """One hook."""

        @hookspec(rules.Notify())
        async def take(self) -> None:
            """Called with nothing."""

    host = build_host(categories=[Types])
    assert post(host).json == {"result": None}
    assert post(host, a=1).json["error"] == "unknown argument 'a': there are none"


@pytest.mark.parametrize(
    ("hint", "expected"),
    [(int | None, None), (dict[str, int], {}), (list[int], []), (Any, None), (Profile, None)],
)
def test_what_old_callers_do_not_know_may_be_left_out(hint: Any, expected: Any) -> None:
    """An argument that callbacks may leave out is then null, or empty, if its type allows it."""
    host, given = host_for(hint, required=0)
    answer = post(host)
    if hint is Profile:
        assert (answer.status, answer.json["field"]) == (400, "it")
    else:
        assert (answer.status, given) == (200, [expected])


def test_nothing_else_may_be_left_out() -> None:
    """Not even what could be null."""
    host, _ = host_for(int | None)
    assert post(host).json["field"] == "it"
