from __future__ import annotations

import enum
import io
import json
from datetime import date
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hostkit.config import Bytes, Seconds, StructureErrors, examine, load, structure

from .conftest import ProblemsOf, Write
from .faulty import fault as fault_in
from .faulty import written


class Step(enum.Enum):
    THOUSAND = 1000.0
    ON = "on"


@pytest.mark.parametrize(
    ("text", "cls", "value"),
    [
        ("1e-3", float, 0.001),
        ("1e3", float, 1000.0),
        ("1.5e6", float, 1.5e6),
        ("-.5", float, -0.5),
        ("08", float, 8.0),
        ("0o17", float, 15.0),
        ("1_000.5", float, 1000.5),
        (".inf", float, float("inf")),
        ("08", int, 8),
        ("0o755", int, 0o755),
        ("0x1F", int, 0x1F),
        ("-0x1F", int, -0x1F),
        ("0b11", int, 3),
        ("1_000", int, 1000),
        ("00", int, 0),
        ("y", bool, True),
        ("N", bool, False),
        ("on", bool, True),
        ("No", bool, False),
        ("TRUE", bool, True),
        ("y", str, "y"),
        ("1e3", str, "1e3"),
        ("08", str, "08"),
        ("08", Bytes, 8),
        ("2026-01-31", date, date(2026, 1, 31)),
        ("08", int | None, 8),
        ("~", int | None, None),
        ("1", float | int, 1),
        ("1.5", str | float, 1.5),
        ("x", str | float, "x"),
        ("1e3", float | int, 1000.0),
        ("1e3", Literal["1e3"], "1e3"),
        ("1e3", Step, Step.THOUSAND),
        ("5", Literal[5], 5),
        ("[08, 1e3]", list[float], [8.0, 1000.0]),
        ("{a: 08}", dict[str, int], {"a": 8}),
        ("[08, 1]", tuple[int, int], (8, 1)),
    ],
)
def test_a_field_reads_what_it_asks_for(write: Write, text: str, cls: Any, value: Any) -> None:
    """Forms of YAML 1.2 and JSON are read, although PyYAML does not know them."""
    read = structure(written(write, text), cls)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "cls", "older", "newer", "choices"),
    [
        ("010", int, "the number 8", "the number 10", "8, or 10, or '010' in quotes"),
        ("-010", float, "the number -8", "the number -10", "-8, or -10, or '-010' in quotes"),
        ("0_10", int, "the number 8", "the number 10", "8, or 10, or '0_10' in quotes"),
        ("12:30", int, "the number 750", "the string '12:30'", "750, or '12:30' in quotes"),
        ("1:30.5", float, "the number 90.5", "the string '1:30.5'", "90.5, or '1:30.5' in quotes"),
        ("12:30", str, "the number 750", "the string '12:30'", "750, or '12:30' in quotes"),
        ("no", str, "false", "the string 'no'", "false, or 'no' in quotes"),
        (
            "2026-01-31",
            str,
            "a value of type date",
            "the string '2026-01-31'",
            "'2026-01-31' in quotes",
        ),
        ("on", Literal["on", "off"], "true", "the string 'on'", "true, or 'on' in quotes"),
        ("010", Literal[8, 10], "the number 8", "the number 10", "8, or 10, or '010' in quotes"),
        ("on", Step, "true", "the string 'on'", "true, or 'on' in quotes"),
        ("010", Bytes, "the number 8", "the number 10", "8, or 10, or '010' in quotes"),
        ("12:30", Seconds, "the number 750", "the string '12:30'", "750, or '12:30' in quotes"),
        ("010", int | str, "the number 8", "the number 10", "8, or 10, or '010' in quotes"),
        ("1e3", str | float, "the string '1e3'", "the number 1000.0", "1000.0, or '1e3' in quotes"),
        ("no", bool | str, "false", "the string 'no'", "false, or 'no' in quotes"),
        ("1_000", str, "the number 1000", "the string '1_000'", "1000, or '1_000' in quotes"),
        ("0.1_0", str, "the number 0.1", "the string '0.1_0'", "0.1, or '0.1_0' in quotes"),
    ],
)
def test_what_has_two_meanings_is_refused(
    write: Write, text: str, cls: Any, older: str, newer: str, choices: str
) -> None:
    """Both readings are shown, and how to write each."""
    fault = fault_in(written(write, text), cls)
    assert (fault.code, fault.message, fault.hint) == (
        "HK019",
        f"{text} is {older} in YAML 1.1, but {newer} in YAML 1.2",
        f"write what is meant: {choices}",
    )


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ('"08"', int),
        ("'y'", bool),
        ("!!str 08", int),
        ("!!int 010", bool),
        ("|\n      08\n", int),
        ("1e999", float),
        ("1e3", int),
        ("1", bool),
        ("5", str),
        ("true", str),
        ("5", list[int]),
        ("5", dict[str, int]),
        ("abc", int),
    ],
)
def test_nothing_else_is_converted(write: Write, text: str, cls: Any) -> None:
    """What stands in quotes is a string, and what is one thing in every YAML stays that."""
    text = f"\n    x: {text}" if text.startswith("|") else f"{{x: {text}}}"
    file = load(write(f"modules:\n- module: a.B\n  config: {text}\n"))
    config = file.written(file.modules[0].config, ("modules", 0, "config")).value
    with pytest.raises(StructureErrors) as caught:
        structure(config["x"], cls)
    assert [fault.code for fault in caught.value.faults] == ["HK020"]


@pytest.mark.parametrize("cls", [Any, list, list[Any], dict, dict[str, Any], dict[Any, Any]])
def test_where_nothing_is_asked_for_values_are_as_pyyaml_reads_them(write: Write, cls: Any) -> None:
    """Whatever takes anything gets plain values, at every depth."""
    text = "[010, [1e3], {a: 12:30}, x]" if cls in {Any, list, list[Any]} else "{a: [010, x]}"
    assert structure(written(write, text), cls) == yaml.safe_load(text)


def test_the_last_value_of_a_key_counts(write: Write) -> None:
    """A text that was merged in is not taken for that of a value which stands in its place."""
    file = load(
        write("base: &base {x: 08}\nmodules:\n- module: a.B\n  config: {x: '08', <<: *base}\n")
    )
    config = file.written(file.modules[0].config, ("modules", 0, "config")).value
    assert config == {"x": "08"}


def test_hostkits_own_settings_are_read_alike(write: Write, problems_of: ProblemsOf) -> None:
    """A number of hostkit's own block is refused if it has two meanings, and read if it has one."""
    assert load(write("hostkit: {receipts: 0x10, timing: exact}\n")).settings.receipts == 16
    (problem,) = problems_of("hostkit:\n  receipts: 010\n")
    assert problem.code == "HK019"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 13)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**300), 10**300))
def test_numbers_of_json_are_numbers(number: float) -> None:
    """Whatever Python writes as a number of JSON is that number."""
    text = f"modules:\n- module: a.B\n  config: {{x: {json.dumps(number)}}}\n"
    file = examine("host.yaml", stream=io.BytesIO(text.encode())).accept()
    config = file.written(file.modules[0].config, ("modules", 0, "config")).value
    assert structure(config["x"], type(number)) == number
