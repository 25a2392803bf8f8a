from __future__ import annotations

import enum
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, NewType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.config import (
    Bytes,
    Seconds,
    parse_bytes,
    parse_seconds,
    structure,
)

from .faulty import fault as fault_in


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
_QUOTES = "a value in quotes is always a string"
_DAY = date(2026, 1, 31)
_NOON = datetime(2026, 1, 31, 12)  # noqa: DTZ001 - as YAML gives it


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
    fault = fault_in(value, cls)
    assert ("HK020", expected) == (fault.code, fault.expected)


@pytest.mark.parametrize(
    ("value", "cls", "hint"),
    [
        ("no", bool, _QUOTES),
        ("y", int, None),
        ("5", bool, None),
        ("1e3", bool, None),
        (float("inf"), str, "write it in quotes"),
        ("abc", bool, None),
        ("5", int, _QUOTES),
        (
            "1e-7",
            float,
            f"{_QUOTES}; so is 1e-7 in YAML 1.1, even without quotes: write 1.0e-07",
        ),
        (5, str, "write it in quotes"),
        (_DAY, str, "write it in quotes"),
        (None, str, None),
        (5, bool, None),
    ],
)
def test_quotes_are_hinted_at(value: Any, cls: Any, hint: str | None) -> None:
    """Where quotes make the difference, the hint speaks of them."""
    assert fault_in(value, cls).hint == hint


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
    fault = fault_in(value, cls)
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
    """A bare number is not a duration; the hint shows it with a unit."""
    fault = fault_in(value, Seconds)
    assert ("HK025", hint) == (fault.code, fault.hint)
    assert fault.expected == "a number and a unit, such as 200ms, 5s, 1.5m, 1h or 1d"


@pytest.mark.parametrize("value", ["5KB", -1, True, 1.5, None, []])
def test_a_size_is_a_number_of_bytes(value: Any) -> None:
    """What is not a size is refused, with the grammar."""
    fault = fault_in(value, Bytes)
    assert fault.code == "HK026"
    assert fault.expected == "a whole number of bytes, or one with a unit, such as 64K, 10M or 1G"


@pytest.mark.parametrize("cls", [complex, Name, object(), "nonsense"])
def test_other_types_are_not_supported(cls: Any) -> None:
    """A type that cannot come from a config file is refused by name, not with a traceback."""
    fault = fault_in("x", cls)
    assert fault.code == "HK029"
    assert getattr(cls, "__name__", str(cls)) in fault.message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("200ms", 0.2), ("5s", 5), ("1.5s", 1.5), ("2m", 120), ("1h", 3600), ("1d", 86400), ("0s", 0)],
)
def test_durations_are_read_as_seconds(text: str, seconds: float) -> None:
    """Every unit of a duration is understood, fractions included."""
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-5s", "5 s", "5S", "1e3s", ".5s", "5.s", "٣s", "5s\n", "9" * 400 + "d"]
)
def test_other_strings_are_not_durations(text: str) -> None:
    """Whatever is not a number and a unit is refused, and the message shows the grammar."""
    with pytest.raises(ValueError, match="is not a duration; expected a number and a unit, such"):
        parse_seconds(text)


@pytest.mark.parametrize(
    ("value", "size"),
    [(512, 512), (0, 0), ("512", 512), ("64K", 65536), ("10M", 10485760), ("1G", 1073741824)],
)
def test_sizes_are_read_as_bytes(value: int | str, size: int) -> None:
    """A size is a plain number of bytes, or one with a unit that is a power of 1024."""
    assert parse_bytes(value) == size


@pytest.mark.parametrize("value", ["", "K", "64k", "64KB", "1.5M", "-1", -1, True, "9" * 5000])
def test_other_values_are_not_sizes(value: int | str) -> None:
    """Whatever is not a whole number with a known unit is refused, and the message says how."""
    with pytest.raises(ValueError, match="is not a size; expected a whole number of bytes"):
        parse_bytes(value)


@given(st.integers(0, 10**12), st.sampled_from([("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]))
def test_durations_round_trip(number: int, unit: tuple[str, float]) -> None:
    """A whole number of a unit comes back as exactly that many."""
    name, seconds = unit
    assert round(parse_seconds(f"{number}{name}") / seconds) == number


@given(st.integers(0, 10**12), st.sampled_from([("", 0), ("K", 10), ("M", 20), ("G", 30)]))
def test_sizes_round_trip(number: int, unit: tuple[str, int]) -> None:
    """A number of a unit comes back as exactly that many bytes."""
    name, bits = unit
    assert parse_bytes(f"{number}{name}") == number << bits


class Switch(enum.Enum):
    ON = True
    UNSET = None


def test_choices_are_shown_as_yaml_has_them() -> None:
    """There `None` would be a string."""
    assert fault_in("x", Literal["a", 1, True]).expected == "'a', 1 or true"
    assert fault_in("x", Switch).expected == "true or null"
