from __future__ import annotations

import copy
import enum
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.config import Bytes, Fault, Seconds, StructureErrors, structure

_NO_BYTES = Bytes(0)
_A_SECOND = Seconds(1.0)

_Alias = list["Elsewhere"]  # type: ignore[name-defined]  # noqa: F821


class Color(enum.Enum):
    RED = "red"


@attrs.frozen
class Part:
    weight: float
    size: Bytes = _NO_BYTES


@attrs.frozen
class Everything:
    text: str
    number: int
    parts: tuple[Part, ...]
    by_name: dict[str, Part] = attrs.Factory(dict)
    either: int | str | None = None
    color: Color = Color.RED
    choice: Literal["a", "b"] = "a"
    wait: Seconds = _A_SECOND
    where: Path | None = None
    tags: frozenset[str] = frozenset()
    pair: tuple[int, str] = (0, "")
    flag: bool = False
    anything: Any = None


@attrs.frozen
class Unresolved:
    field: Nowhere  # type: ignore[name-defined]  # noqa: F821 - this is what is tested


@attrs.frozen
class Endless:
    child: Endless | None = None


_KEYS = st.sampled_from([field.name for field in attrs.fields(Everything)])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from("ab"),
    lambda inner: st.lists(inner) | st.dictionaries(_KEYS | st.text(), inner),
)
_VALID = {
    "text": "a",
    "number": 5,
    "parts": [{"weight": 5, "size": "1K"}],
    "by_name": {"x": {"weight": 0.5}},
    "either": "a",
    "color": "red",
    "choice": "b",
    "wait": "200ms",
    "where": "/tmp",
    "tags": ["a"],
    "pair": [1, "a"],
    "flag": True,
    "anything": {"a": [None]},
}


def _faults(value: Any) -> tuple[Fault, ...] | None:
    try:
        structure(value, Everything)
    except StructureErrors as errors:
        return errors.faults
    return None


def test_everything_at_once_is_taken() -> None:
    """All kinds of fields work together."""
    assert Everything(
        text="a",
        number=5,
        parts=(Part(5.0, Bytes(1024)),),
        by_name={"x": Part(0.5)},
        either="a",
        choice="b",
        wait=Seconds(0.2),
        where=Path("/tmp"),
        tags=frozenset({"a"}),
        pair=(1, "a"),
        flag=True,
        anything={"a": [None]},
    ) == structure(_VALID, Everything)


def test_the_value_is_left_alone() -> None:
    """What was given is not changed."""
    value = copy.deepcopy(_VALID)
    structure(value, Everything)
    assert value == _VALID


@given(_JSON)
def test_any_value_is_taken_or_refused(value: Any) -> None:
    """Nothing that YAML can give leads to any other exception."""
    faults = _faults(value)
    assert faults is None or len(faults) > 0


@given(_KEYS, _JSON)
def test_any_field_may_be_anything(key: str, value: Any) -> None:
    """One field with any value is taken, or all faults are found within it."""
    faults = _faults({**_VALID, key: value})
    assert faults is None or {key} == {fault.path[0] for fault in faults}


def test_a_class_that_cannot_be_read_is_refused() -> None:
    """A class with an annotation that names nothing is a fault, not a traceback."""
    with pytest.raises(StructureErrors) as caught:
        structure({}, Unresolved)
    (fault,) = caught.value.faults
    assert (fault.code, fault.path) == ("HK029", ())
    assert fault.message == (
        "the annotation of the field 'field' of Unresolved names 'Nowhere', which does not exist "
        "when this runs"
    )


def test_a_value_without_end_is_refused() -> None:
    """A mapping that contains itself is a fault, not a traceback."""
    value: dict[str, Any] = {}
    value["child"] = value
    with pytest.raises(StructureErrors) as caught:
        structure(value, Endless)
    assert caught.value.faults == (Fault("HK010", "the value is nested too deep"),)


def test_the_error_has_neither_cause_nor_context() -> None:
    """Nothing that may quote a secret hangs on the error."""
    with pytest.raises(StructureErrors) as caught:
        structure({"text": 5}, Everything)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_name_behind_another_is_found() -> None:
    """A field may name an alias that names what does not exist."""

    @attrs.frozen
    class Behind:
        field: "_Alias"  # noqa: UP037 - as under postponed annotations

    with pytest.raises(StructureErrors) as caught:
        structure({}, Behind)
    assert caught.value.faults[0].message == (
        "the annotation of test_a_name_behind_another_is_found.<locals>.Behind names 'Elsewhere', "
        "which does not exist when this runs"
    )


def test_an_annotation_that_is_no_python_is_refused() -> None:
    """Whatever is wrong with a class is a fault that says so."""

    @attrs.frozen
    class Broken:
        field: "1 +"  # type: ignore[valid-type]  # noqa: F722

    with pytest.raises(StructureErrors) as caught:
        structure({}, Broken)
    (fault,) = caught.value.faults
    assert fault.code == "HK029"
    assert "Broken cannot be filled from a config file: " in fault.message
