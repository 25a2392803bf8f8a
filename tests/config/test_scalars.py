from __future__ import annotations

import enum
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, NewType

import pytest

from hostkit.config import Bytes, Fault, Seconds, StructureErrors, structure


class Color(enum.Enum):
    RED = "red"
    ONE = 1


class Level(enum.StrEnum):
    LOW = "low"


class Digit(enum.IntEnum):
    ONE = 1


class Name(str):
    __slots__ = ()


Port = NewType("Port", int)
_DAY = date(2026, 1, 31)
_NOON = datetime(2026, 1, 31, 12)  # noqa: DTZ001 - as YAML gives it


def _fault(value: Any, cls: Any) -> Fault:
    with pytest.raises(StructureErrors) as caught:
        structure(value, cls)
    (fault,) = caught.value.faults
    return fault


@pytest.mark.parametrize(
    ("value", "cls", "result"),
    [
        ("no", str, "no"),
        (5, int, 5),
        (True, bool, True),
        (0.5, float, 0.5),
        (5, float, 5.0),
        (b"x", bytes, b"x"),
        (None, None, None),
        (None, type(None), None),
        (_DAY, date, _DAY),
        (_NOON, datetime, _NOON),
        ("a/b", Path, Path("a/b")),
        ("red", Color, Color.RED),
        (1, Color, Color.ONE),
        ("low", Level, Level.LOW),
        (1, Digit, Digit.ONE),
        ("a", Literal["a", 1], "a"),
        ("red", Literal[Color.RED], Color.RED),
        (80, Port, 80),
        ("5s", Seconds, 5.0),
        ("1K", Bytes, 1024),
        (512, Bytes, 512),
    ],
)
def test_values_of_the_right_type_are_taken(value: Any, cls: Any, result: Any) -> None:
    """Each type takes its own values, and a whole number is a number."""
    got = structure(value, cls)
    assert (result, type(result)) == (got, type(got))


@pytest.mark.parametrize(
    ("value", "cls", "expected"),
    [
        ("no", bool, "true or false"),
        (1, bool, "true or false"),
        ("5", int, "a whole number"),
        (True, int, "a whole number"),
        (5.0, int, "a whole number"),
        (True, float, "a number"),
        (10**400, float, "a number"),
        (["x"], str, "a string"),
        (None, str, "a string"),
        (5, str, "a string"),
        ("x", bytes, "binary data (!!binary and base64)"),
        (_NOON, date, "a date, such as 2026-01-31"),
        (_DAY, datetime, "a date and a time, such as 2026-01-31 12:00:00"),
        (5, Path, "a path, as a string"),
        (0, None, "null"),
        ("80", Port, "a whole number"),
    ],
)
def test_nothing_is_converted(value: Any, cls: Any, expected: str) -> None:
    """A value of another type is refused, however much it looks like the right one."""
    fault = _fault(value, cls)
    assert ("HK020", expected) == (fault.code, fault.expected)


@pytest.mark.parametrize(
    ("value", "cls", "hint"),
    [
        ("no", bool, "a value in quotes, or from !env or !file, is always a string"),
        (5, str, "write it in quotes"),
        (_DAY, str, "write it in quotes"),
        (None, str, None),
        (5, bool, None),
    ],
)
def test_quotes_are_hinted_at(value: Any, cls: Any, hint: str | None) -> None:
    """Where quotes make the difference, the hint speaks of them."""
    assert _fault(value, cls).hint == hint


@pytest.mark.parametrize(
    ("value", "cls", "expected", "hint"),
    [
        ("rad", Color, "'red' or 1", "did you mean 'red'?"),
        (True, Color, "'red' or 1", None),
        ([], Color, "'red' or 1", None),
        ("hi", Level, "'low'", None),
        ("1", Digit, "1", None),
        (True, Literal["a", 1], "'a' or 1", None),
        (1.0, Literal["a", 1], "'a' or 1", None),
        ("rod", Literal[Color.RED], "'red'", "did you mean 'red'?"),
    ],
)
def test_a_choice_must_be_one_of_the_choices(
    value: Any, cls: Any, expected: str, hint: str | None
) -> None:
    """The fault lists what could have been chosen, and names the nearest."""
    fault = _fault(value, cls)
    assert ("HK023", expected, hint) == (fault.code, fault.expected, fault.hint)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (5, "write a unit: 5s"),
        (1.5, "write a unit: 1.5s"),
        (True, None),
        pytest.param(16**5000, None, id="large"),
        (-5, None),
        (float("inf"), None),
        (float("nan"), None),
        ("5", None),
        (None, None),
    ],
)
def test_a_duration_needs_a_unit(value: Any, hint: str | None) -> None:
    """A bare number is no duration; the hint shows it with a unit."""
    fault = _fault(value, Seconds)
    assert ("HK025", hint) == (fault.code, fault.hint)
    assert fault.expected == "a number and a unit, such as 200ms, 5s, 1.5m, 1h or 1d"


@pytest.mark.parametrize("value", ["5KB", -1, True, 1.5, None, []])
def test_a_size_is_a_number_of_bytes(value: Any) -> None:
    """What is not a size is refused, with the grammar."""
    fault = _fault(value, Bytes)
    assert fault.code == "HK026"
    assert fault.expected == "a whole number of bytes, or one with a unit, such as 64K, 10M or 1G"


@pytest.mark.parametrize("cls", [complex, Name, object(), "nonsense"])
def test_other_types_are_not_supported(cls: Any) -> None:
    """A type that cannot come from a config file is refused by name, not with a traceback."""
    fault = _fault("x", cls)
    assert fault.code == "HK029"
    assert getattr(cls, "__name__", str(cls)) in fault.message
