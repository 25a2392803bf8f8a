"""Objects with attributes, where JSON can only describe what the host would supply."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.web.taker import host_for, post

if TYPE_CHECKING:
    from fractions import Fraction as Unknown


class Plain:
    """A class that cannot be structured."""


class Shape(Protocol):
    sides: int

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def parent(self) -> Shape:
        """Where it belongs."""

    @property
    def note(self) -> Unknown:
        """A member of an unknown type."""

    def area(self) -> float:
        """How large it is."""

    def corners(self) -> int:
        """How many corners it has."""
        return self.sides


@pytest.fixture
def shape() -> Any:
    """The `Shape` that a module is called with."""
    host, given = host_for(Shape)
    members = {"sides": 3, "parent": {"name": "p"}, "note": 1, "corners": 9, "extra": {"a": 1}}
    assert post(host, it=members).status == 200
    return given[0]


def test_an_object_for_a_protocol_has_attributes(shape: Any) -> None:
    """The members that were given, also in objects within; not those that were not."""
    assert (shape.sides, shape.parent.name, shape.note, shape.extra) == (3, "p", 1, {"a": 1})
    with pytest.raises(AttributeError, match="<Shape from JSON> came without 'name'"):
        _ = shape.name
    assert Shape in type(shape).__mro__


def test_methods_of_a_protocol_keep_their_code(shape: Any) -> None:
    """No member of the object can take their place; a method without code is not there."""
    assert shape.corners() == 3
    with pytest.raises(AttributeError, match="came without 'area'"):
        shape.area()


@pytest.mark.parametrize("name", ["sides", "extra", "new"])
def test_such_an_object_is_read_only(shape: Any, name: str) -> None:
    """What one module is given, the others are given, too."""
    with pytest.raises(AttributeError, match=f"'{name}' cannot be set"):
        setattr(shape, name, 5)
    with pytest.raises(AttributeError, match=f"'{name}' cannot be deleted"):
        delattr(shape, name)
    assert shape.sides == 3


@pytest.mark.parametrize(
    ("members", "field"),
    [({"sides": "3"}, "it.sides"), ({"parent": {"name": 5}}, "it.parent.name"), ([], "it")],
)
def test_members_of_a_protocol_have_types(members: Any, field: str) -> None:
    """Members that were given are checked like arguments."""
    host, _ = host_for(Shape)
    answer = post(host, it=members)
    assert (answer.status, answer.json["field"]) == (400, field)


def test_an_object_for_an_unknown_class_has_attributes() -> None:
    """Modules read attributes of everything that is not declared as a dict."""
    host, given = host_for(Plain)
    post(host, it={"a": {"b": 1}})
    assert given[0].a == {"b": 1}
    with pytest.raises(AttributeError):
        _ = given[0].b


def test_such_an_object_can_be_copied(shape: Any) -> None:
    """Each module may get its own."""
    copied = copy.deepcopy(shape)
    copied.extra["a"] = 2
    assert (copied.sides, shape.extra) == (3, {"a": 1})
