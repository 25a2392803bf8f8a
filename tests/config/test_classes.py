from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Generic, TypeVar

import attrs
import pytest
from attrs import validators

from hostkit.config import Fault, Limits, StructureErrors, structure
from hostkit.errors import ConfigError

from .faulty import faults as faults_in

T = TypeVar("T")


@attrs.frozen
class Rule:
    words: tuple[str, ...]
    _secret: str = ""
    limit: int = 3
    seen: int = attrs.field(init=False, default=0)


@dataclasses.dataclass
class Tree:
    name: str
    children: list[Tree] = dataclasses.field(default_factory=list)
    size: int = dataclasses.field(init=False, default=0)

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a tree needs a name")


@attrs.frozen
class Box(Generic[T]):
    content: T


@attrs.frozen
class Checked:
    low: int = attrs.field(validator=validators.ge(0), default=0)
    high: int = attrs.field(validator=validators.instance_of(int), default=1)
    names: list[str] = attrs.field(factory=list)
    inner: Rule | None = None

    @high.validator
    def _is_higher(self, _attribute: Any, value: int) -> None:
        if value <= self.low:
            raise ValueError(f"must be more than {self.low}")

    @names.validator
    def _has_no_blank(self, _attribute: Any, value: list[str]) -> None:
        if "" in value:
            raise ConfigError("a name is empty", [value.index("")])


@attrs.frozen
class Whole:
    a: int = attrs.field(default=0, validator=validators.ge(0))
    b: int = 0

    def __attrs_post_init__(self) -> None:
        if self.a + self.b > 10:
            raise ConfigError("together they are too many", ("b",))
        if self.b == 9:
            raise KeyError("b")


def _in_order(words: list[str]) -> list[str]:
    return sorted(words)


@attrs.frozen
class Converted:
    words: list[str] = attrs.field(converter=_in_order)


def test_classes_are_filled_by_their_keys() -> None:
    """Keys are the names the constructor takes; missing ones have their defaults."""
    rule = Rule(("a",), "s", 3)
    assert structure({"words": ["a"], "secret": "s"}, Rule) == rule


def test_dataclasses_may_hold_themselves() -> None:
    """A dataclass is filled like an attrs class, to any depth."""
    tree = Tree("a", [Tree("b"), Tree("c", [Tree("d")])])
    value = {"name": "a", "children": [{"name": "b"}, {"name": "c", "children": [{"name": "d"}]}]}
    assert structure(value, Tree) == tree


def test_generic_classes_are_filled() -> None:
    """A type variable is what it was bound to."""
    assert Box([1]) == structure({"content": [1]}, Box[list[int]])
    assert [f.path for f in faults_in({"content": ["a"]}, Box[list[int]])] == [("content", 0)]


def test_converters_come_after_the_type() -> None:
    """A field's own converter gets a value of the field's type, never the raw one."""
    assert Converted(["a", "b"]) == structure({"words": ["b", "a"]}, Converted)
    assert [fault.path for fault in faults_in({"words": "abc"}, Converted)] == [("words",)]


@pytest.mark.parametrize("value", [None, [], "x", 5])
@pytest.mark.parametrize("cls", [Rule, Tree, Box[int]])
def test_a_class_needs_a_mapping(value: Any, cls: Any) -> None:
    """Anything but a mapping is refused as a whole."""
    (fault,) = faults_in(value, cls)
    assert (fault.code, fault.expected) == ("HK020", "a mapping")


@pytest.mark.parametrize(
    ("key", "shown", "path"),
    [(5, "the number 5", (5,)), (True, "true", (True,)), (None, "null", ())],
)
def test_a_key_must_be_a_string(key: Any, shown: str, path: Any) -> None:
    """YAML makes `on` a boolean; the fault says what the key is and to quote it."""
    (fault,) = faults_in({"words": [], key: 2}, Rule)
    assert (fault.code, fault.message) == ("HK024", f"a key must be a string, but this is {shown}")
    assert (path, True, "write it in quotes") == (fault.path, fault.is_key, fault.hint)


def test_odd_keys_hide_no_otherfaults() -> None:
    """Beside a key that is not a string, everything else is reported as well."""
    assert [fault.path for fault in faults_in({"words": 5, True: 1}, Rule)] == [(True,), ("words",)]


def test_all_validators_are_asked() -> None:
    """Every field that is refused is reported, though attrs itself stops at the first."""
    assert faults_in({"low": -5, "high": -6, "names": ["a", ""]}, Checked) == [
        Fault("HK028", "'low' must be >= 0: -5", ("low",)),
        Fault("HK028", "must be more than -5", ("high",)),
        Fault("HK028", "a name is empty", ("names", 1)),
    ]


def test_validators_wait_for_the_types() -> None:
    """As long as a field has the wrong type, there is nothing to validate."""
    faults = faults_in({"low": -5, "inner": {"words": [5]}}, Checked)
    assert [fault.path for fault in faults] == [("inner", "words", 0)]


def test_a_class_may_refuse_its_values_together() -> None:
    """What the class itself raises is reported for the mapping, or for the path it names."""
    assert faults_in({"a": 6, "b": 6}, Whole) == [
        Fault("HK028", "together they are too many", ("b",))
    ]
    assert faults_in({"b": 9}, Whole) == [Fault("HK028", "KeyError: 'b'")]
    assert faults_in({"name": "a", "children": [{"name": ""}]}, Tree) == [
        Fault("HK028", "a tree needs a name", ("children", 0))
    ]


def test_a_validator_is_reported_before_the_class() -> None:
    """With validators off the class refuses too, so only what attrs said is known."""
    assert faults_in({"a": -1, "b": 90}, Whole) == [Fault("HK028", "'a' must be >= 0: -1")]


COUNT = "a number from 1 to 1000000"


def test_a_checked_value_is_taken() -> None:
    """What the check accepts is taken as the plain type would."""
    assert structure({"requests": 4}, Limits).requests == 4


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (0, Fault("HK027", "the number 0 is not allowed here", ("requests",), COUNT)),
        (None, Fault("HK020", "null is of the wrong type", ("requests",), "a whole number")),
    ],
)
def test_a_checked_value_is_refused(value: Any, fault: Fault) -> None:
    """The check is asked only about values of the right type, and says what it allows."""
    with pytest.raises(StructureErrors) as caught:
        structure({"requests": value}, Limits)
    assert caught.value.faults == (fault,)


def test_other_annotations_mean_nothing() -> None:
    """A type annotated for someone else is its plain type."""
    annotated: Any = Annotated[int, "a note"]
    assert structure(5, annotated) == 5


Untyped: Any = attrs.make_class(
    "Untyped", {"size": attrs.field(), "words": attrs.field(factory=list)}
)


@pytest.mark.parametrize("size", [3, "a", None, [1]])
def test_fields_without_a_type_take_any_value(size: Any) -> None:
    """As classes of attrs had them before annotations."""
    filled = structure({"size": size}, Untyped)
    assert (filled.size, filled.words) == (size, [])
