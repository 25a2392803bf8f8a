from __future__ import annotations

import dataclasses
import enum
from typing import Any, Generic, Literal, NamedTuple, NotRequired, TypedDict, TypeVar

import attrs
import pytest

from hostkit.config import load, structure

from .conftest import Write
from .faulty import faults as faults_in

T = TypeVar("T")


class Kind(enum.Enum):
    MEMORY = "memory"


@attrs.frozen
class Disk:
    path: str
    kind: Literal["disk", "file"] = "disk"


@dataclasses.dataclass(frozen=True)
class Memory:
    kind: Literal[Kind.MEMORY]
    size: int = 0


class Remote(TypedDict):
    kind: Literal["remote"]
    host: str


class Nothing(NamedTuple):
    kind: Literal[0]


@attrs.frozen
class Strict:
    kind: Literal["strict"]
    level: int = 0


@attrs.frozen
class Boxed(Generic[T]):
    content: T
    kind: Literal["boxed"] = "boxed"


@attrs.frozen
class Config:
    store: Disk | Memory | Remote | Nothing | Boxed[int] | None = None
    rule: Strict | Memory = Strict("strict")


class Loose(TypedDict):
    kind: NotRequired[Literal["loose"]]


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"kind": "disk", "path": "/x"}, Disk("/x")),
        ({"kind": "file", "path": "/x"}, Disk("/x", "file")),
        ({"path": "/x"}, Disk("/x")),
        ({"kind": "memory", "size": 5}, Memory(Kind.MEMORY, 5)),
        ({"kind": "remote", "host": "x"}, {"kind": "remote", "host": "x"}),
        ({"kind": 0}, Nothing(0)),
        ({"kind": "boxed", "content": 5}, Boxed(5)),
        (None, None),
    ],
)
def test_the_tag_chooses_the_class(value: Any, result: Any) -> None:
    """Of several classes the one is filled whose choice stands there; a default may be left out."""
    assert structure({"store": value}, Config).store == result


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ({"kind": "disk", "pth": "/x"}, "HK021", ("store", "pth")),
        ({"kind": "memory", "size": "x"}, "HK020", ("store", "size")),
        ({"kind": "dsk", "path": "/x"}, "HK023", ("store", "kind")),
        ({"kind": False}, "HK023", ("store", "kind")),
        ({"kind": {}}, "HK023", ("store", "kind")),
    ],
)
def test_the_tag_chooses_what_is_wrong(value: Any, code: str, path: tuple[str, ...]) -> None:
    """Only the class that was meant is compared with; without one, the choices are shown."""
    fault = faults_in({"store": value}, Config)[0]
    assert (fault.code, fault.path) == (code, path)


def test_a_wrong_tag_has_a_hint() -> None:
    """All choices are listed, and the nearest is named."""
    (fault,) = faults_in({"store": {"kind": "dsk"}}, Config)
    assert fault.expected == "'disk', 'file', 'memory', 'remote', 0 or 'boxed'"
    assert fault.hint == "did you mean 'disk'?"


def test_a_missing_tag_is_named() -> None:
    """Where no class has a default for it, the key is needed."""
    (fault,) = faults_in({"rule": {"level": 5}}, Config)
    assert (fault.code, fault.path, fault.message, fault.expected) == (
        "HK022",
        ("rule",),
        "the key 'kind' is missing, which says what this is",
        "'strict' or 'memory'",
    )


@pytest.mark.parametrize("value", [5, [], "disk"])
def test_what_is_no_mapping_has_no_tag(value: Any) -> None:
    """It is of the wrong type."""
    assert [fault.code for fault in faults_in({"store": value}, Config)] == ["HK020"]


def _type(union: Any) -> Any:
    return union


@attrs.frozen
class Same:
    kind: Literal["strict"] = "strict"
    other: str = ""


def test_without_a_tag_each_is_tried() -> None:
    """Classes that share a choice are told apart by their other keys."""
    same, loose = _type(Strict | Same), _type(Loose | Strict)
    assert structure({"kind": "strict", "other": "x"}, same) == Same("strict", "x")
    assert structure({"kind": "loose"}, loose) == {"kind": "loose"}
    assert structure({}, loose) == {}


def test_a_tag_may_look_like_a_number(write: Write) -> None:
    """What stands there is read as the choices ask."""
    file = load(write("modules: [{module: a.B, config: {kind: 0}}]"))
    config = file.written(file.modules[0].config, ("modules", 0, "config")).value
    assert structure(config, _type(Disk | Nothing)) == Nothing(0)


@attrs.frozen
class Twofold:
    unit: Literal["k", "m"]
    kind: Literal["twofold"]


def test_the_tag_is_a_key_of_all(write: Write) -> None:
    """Another field of choices that only one class has is none."""
    value = {"unit": "k", "kind": "twofold"}
    assert structure(value, _type(Twofold | Strict)) == Twofold("k", "twofold")
