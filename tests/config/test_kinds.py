"""Classes of other kinds than attrs and dataclasses."""

from __future__ import annotations

import collections
import sys
from types import SimpleNamespace
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypedDict, TypeVar

import attrs
import msgspec
import pydantic
import pytest

from hostkit.config import structure

from .faulty import faults as faults_in


class Pair(NamedTuple):
    first: int
    second: str = "x"


class Options(TypedDict):
    words: list[str]
    limit: NotRequired[int]


Untyped = collections.namedtuple("Untyped", "a b", defaults=["x"])  # noqa: PYI024

T = TypeVar("T")


class Box(TypedDict, Generic[T]):
    content: T


class Renamed(msgspec.Struct, rename="kebab"):
    first_port: int


class Aliased(pydantic.BaseModel):
    port: int = pydantic.Field(alias="the-port")


class Inner(pydantic.BaseModel):
    size: int


class Open(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")

    size: int = 0


class Model(pydantic.BaseModel):
    port: int
    inner: Inner | None = None
    others: list[Inner] = []
    opened: Open = Open()
    either: Inner | Open | None = None

    @pydantic.field_validator("port")
    @classmethod
    def _is_low(cls, port: int) -> int:
        if port > 100:
            raise ValueError("too high")
        return port

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Model:
        if self.port == 13:
            raise ValueError("unlucky")
        return self


class Struct(msgspec.Struct):
    port: int
    names: list[dict[str, str]] = []


class Tagged(msgspec.Struct, tag="tagged"):
    port: int


@attrs.frozen
class All:
    pair: Pair
    options: Options
    model: Model
    struct: Struct


@pytest.mark.parametrize(
    ("value", "cls", "result"),
    [
        ({"first": 1}, Pair, Pair(1)),
        ({"first": 1, "second": "y"}, Pair, Pair(1, "y")),
        ({"words": ["a"]}, Options, {"words": ["a"]}),
        ({"words": [], "limit": 5}, Options, {"words": [], "limit": 5}),
        ({"a": 1}, Untyped, Untyped(1)),
        ({"content": 5}, Box[int], {"content": 5}),
        ({"port": 5}, Model, Model(port=5)),
        ({"port": 5, "inner": {"size": 1}}, Model, Model(port=5, inner=Inner(size=1))),
        ({"port": 5}, Struct, Struct(5)),
        ({"port": 5, "type": "tagged"}, Tagged, Tagged(5)),
        (
            {
                "pair": {"first": 1},
                "options": {"words": []},
                "model": {"port": 1},
                "struct": {"port": 2},
            },
            All,
            All(Pair(1), {"words": []}, Model(port=1), Struct(2)),
        ),
    ],
)
def test_other_kinds_of_classes_are_filled(value: Any, cls: Any, result: Any) -> None:
    """As a whole, and as fields of others."""
    assert structure(value, cls) == result


@pytest.mark.parametrize(
    ("value", "cls", "faults"),
    [
        ([1], Pair, [("HK020", (), "a list is of the wrong type")]),
        ({"first": "x"}, Pair, [("HK020", ("first",), "the string 'x' is of the wrong type")]),
        ({}, Pair, [("HK022", (), "the key 'first' is missing")]),
        (
            {"first": 1, "secnd": "y"},
            Pair,
            [("HK021", ("secnd",), "unknown key 'secnd'")],
        ),
        ({"words": "a"}, Options, [("HK020", ("words",), "the string 'a' is of the wrong type")]),
        ({}, Options, [("HK022", (), "the key 'words' is missing")]),
        ({"words": [], "limt": 5}, Options, [("HK021", ("limt",), "unknown key 'limt'")]),
        ("x", Model, [("HK020", (), "the string 'x' is of the wrong type")]),
        ({}, Model, [("HK022", (), "the key 'port' is missing")]),
        ({"port": 5, "prt": 6}, Model, [("HK021", ("prt",), "unknown key 'prt'")]),
        (
            {"port": 5, "inner": {"size": 1, "sise": 2}},
            Model,
            [("HK021", ("inner", "sise"), "unknown key 'sise'")],
        ),
        (
            {"port": 5, "others": [{"size": 1}, {"size": 1, "x": 2}]},
            Model,
            [("HK021", ("others", 1, "x"), "unknown key 'x'")],
        ),
        ({"port": 500}, Model, [("HK028", ("port",), "Value error, too high")]),
        ({"port": 13}, Model, [("HK028", (), "Value error, unlucky")]),
        ({"port": 5, "prt": 6}, Struct, [("HK021", ("prt",), "unknown key 'prt'")]),
        ({}, Struct, [("HK028", (), "Object missing required field `port`")]),
        ({"port": "x"}, Struct, [("HK028", ("port",), "Expected `int`, got `str`")]),
        (
            {"port": 1, "names": [{}, {"a": 1}]},
            Struct,
            [("HK028", ("names", 1), "Expected `str`, got `int`")],
        ),
        (
            {"first-port": "x"},
            Renamed,
            [("HK028", ("first-port",), "Expected `int`, got `str`")],
        ),
        ([], Struct, [("HK020", (), "a list is of the wrong type")]),
    ],
)
def test_what_does_not_fit_is_reported_with_its_place(
    value: Any, cls: Any, faults: list[tuple[str, tuple[str | int, ...], str]]
) -> None:
    """Unknown keys are errors in all of them; what the library says is passed on."""
    assert [(fault.code, fault.path, fault.message) for fault in faults_in(value, cls)] == faults


def test_a_misspelt_key_has_a_hint() -> None:
    """The nearest one that is there is named, and those there are."""
    (fault,) = faults_in({"port": 5, "inner": {"size": 1, "sise": 2}}, Model)
    assert (fault.expected, fault.hint, fault.is_key) == ("size", "did you mean 'size'?", True)
    (fault,) = faults_in({"the-port": 5, "the_port": 2}, Aliased)
    assert (fault.expected, fault.hint) == ("the-port", "did you mean 'the-port'?")
    (fault,) = faults_in({"port": 5, "prt": 2}, Struct)
    assert (fault.expected, fault.hint) == ("names or port", "did you mean 'port'?")


def test_a_model_may_take_other_keys() -> None:
    """Where a model itself says what happens to them, that holds."""
    model = structure({"port": 5, "opened": {"size": 1, "more": 2}}, Model)
    assert model.opened.model_extra == {"more": 2}
    faults = faults_in({"port": 5, "opened": {"size": 1, "more": 2}, "prt": 6}, Model)
    assert [fault.path for fault in faults] == [("prt",)]


def test_where_a_model_cannot_be_found_its_keys_are_refused() -> None:
    """Which member of a union was meant is pydantic's secret."""
    faults = faults_in({"port": 5, "either": {"size": "x", "more": 2}}, Model)
    assert {"HK021", "HK028"} == {fault.code for fault in faults}


class Disk(pydantic.BaseModel):
    kind: Literal["disk"]
    path: str


class Net(pydantic.BaseModel):
    kind: Literal["net"]
    url: str


class Stores(pydantic.BaseModel):
    stores: list[Annotated[Disk | Net, pydantic.Field(discriminator="kind")]]
    either: Disk | Net | None = None


def test_unions_of_models_have_the_places_of_the_file() -> None:
    """Pydantic names members of unions among the keys; in the file they do not stand."""
    faults = faults_in(
        {
            "stores": [{"kind": "net", "url": "x"}, {"kind": "net", "ulr": "x"}, {"kind": "x"}],
            "either": {"kind": "disk", "path": 5, "more": 1},
        },
        Stores,
    )
    found = {(fault.code, fault.path, fault.hint) for fault in faults}
    assert ("HK021", ("stores", 1, "ulr"), "did you mean 'url'?") in found
    assert ("HK022", ("stores", 1), "add 'url'") in found
    assert ("HK028", ("stores", 2), None) in found
    assert ("HK028", ("either", "path"), None) in found
    assert ("HK021", ("either", "more"), None) in found


def test_an_old_pydantic_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 2.12 a misspelt key could not be found."""

    class BaseModel:
        @classmethod
        def model_validate(cls, value: object) -> None:
            pass

    class Old(BaseModel):
        pass

    monkeypatch.setitem(sys.modules, "pydantic", SimpleNamespace(BaseModel=BaseModel))
    (fault,) = faults_in({}, Old)
    assert (fault.code, fault.message) == (
        "HK029",
        "the model test_an_old_pydantic_is_named.<locals>.Old needs pydantic 2.12 or newer",
    )


@attrs.frozen
class Base:
    first: int = 0


class Forgotten(Base):
    second: int = 0


class Same(Base):
    def twice(self) -> int:
        return self.first * 2


def test_a_subclass_is_decorated_too() -> None:
    """Otherwise its own fields would be unknown keys."""
    (fault,) = faults_in({"second": 1}, Forgotten)
    assert fault.message == "Forgotten has a field 'second', but only its base is decorated"
    assert structure({"first": 2}, Same).twice() == 4
