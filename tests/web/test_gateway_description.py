"""The gateway's listing and its OpenAPI document."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, Protocol, TypedDict

import attrs
import pytest

from hostkit import Bytes, Category, Host, Seconds, hookspec, rules
from hostkit.testing import build_host
from tests.web.conftest import ask, hooks_of, make_host
from tests.web.taker import schema_of

STRING = {"type": "string"}


class Colour(Enum):
    RED = "red"
    ODD = object()


@attrs.frozen
class Point:
    x: int
    label: str = attrs.field(default="", alias="name")
    above: Point | None = None
    norm: float = attrs.field(init=False, default=0.0)


@dataclasses.dataclass
class Size:
    width: float
    unit: str = "cm"
    tags: list[str] = dataclasses.field(default_factory=list)


class Profile(TypedDict, total=False):
    name: str


class Shape(Protocol):
    sides: int

    @property
    def name(self) -> str:
        """What it is called."""


@attrs.frozen
class Address:
    user: str

    @classmethod
    def from_string(cls, text: str) -> Address:
        """Read an address."""
        return cls(text)


POINT = {
    "type": "object",
    "title": "Point",
    "properties": {
        "x": {"type": "integer"},
        "name": STRING,
        "above": {"anyOf": [{"type": "object"}, {"type": "null"}]},
    },
    "required": ["x"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (str, STRING),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (float | None, {"anyOf": [{"type": "number"}, {"type": "null"}]}),
        (bytes, {"type": "string", "contentEncoding": "base64"}),
        (date, {"type": "string", "format": "date"}),
        (datetime, {"type": "string", "format": "date-time"}),
        (Path, STRING),
        (Seconds, STRING),
        (Bytes, {"type": ["integer", "string"]}),
        (NewType("Name", str), STRING),
        (Annotated[int, "a note"], {"type": "integer"}),
        (Address, STRING),
        (Colour, {"enum": ["red"]}),
        (Literal["on", 1, Colour.RED], {"enum": ["on", 1, "red"]}),
        (list, {"type": "array", "items": {}}),
        (set[int], {"type": "array", "items": {"type": "integer"}}),
        (Collection[str], {"type": "array", "items": STRING}),
        (tuple[str, ...], {"type": "array", "items": STRING}),
        (
            tuple[str, Any],
            {"type": "array", "prefixItems": [STRING, {}], "minItems": 2, "maxItems": 2},
        ),
        (dict, {"type": "object", "additionalProperties": {}}),
        (Mapping[str, str], {"type": "object", "additionalProperties": STRING}),
        (Point, POINT),
        (
            Size,
            {
                "type": "object",
                "title": "Size",
                "properties": {
                    "width": {"type": "number"},
                    "unit": STRING,
                    "tags": {"type": "array", "items": STRING},
                },
                "required": ["width"],
                "additionalProperties": False,
            },
        ),
        (Profile, {"type": "object", "title": "Profile", "properties": {"name": STRING}}),
        (
            Shape,
            {
                "type": "object",
                "title": "Shape",
                "properties": {"sides": {"type": "integer"}, "name": STRING},
            },
        ),
        (Any, {}),
        (Host, {}),
    ],
)
def test_annotations_are_described_in_json_schema(hint: Any, schema: dict[str, Any]) -> None:
    """A program can know what to send."""
    assert schema_of(hint) == schema


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial(on_error="deny"), added="1.1")
    async def check_comment(self, author: str, point: Point, text: str = "") -> Any:
        """Called before a comment is stored.

        More about it.
        """

    @hookspec(rules.FirstResult(on_error=rules.ByKind(timeout="continue")), deprecated="use names")
    async def find_title(self) -> Any:
        """Called for a title."""


def get(path: str) -> Any:
    """Read a document."""
    answer = ask(hooks_of(make_host(Comments, check_comment=None)), "GET", path)
    assert answer.status == 200
    return answer.json


def test_hooks_are_listed() -> None:
    """With their docstring, rule, modules and arguments."""
    assert get("/_hostkit/hooks") == {
        "categories": {
            "comments": {
                "doc": "Callbacks about comments.",
                "ping": "/_hostkit/hooks/comments/ping",
                "hooks": {
                    "check_comment": {
                        "path": "/_hostkit/hooks/comments/check_comment",
                        "doc": "Called before a comment is stored.\n\nMore about it.",
                        "rule": "FirstDenial",
                        "on_error": "deny",
                        "added": "1.1",
                        "modules": ["words"],
                        "arguments": {
                            "type": "object",
                            "properties": {"author": STRING, "point": POINT, "text": STRING},
                            "required": ["author", "point"],
                            "additionalProperties": False,
                        },
                    },
                    "find_title": {
                        "path": "/_hostkit/hooks/comments/find_title",
                        "doc": "Called for a title.",
                        "rule": "FirstResult",
                        "on_error": {
                            "unavailable": "fail",
                            "timeout": "continue",
                            "error": "fail",
                        },
                        "deprecated": "use names",
                        "modules": [],
                        "arguments": {
                            "type": "object",
                            "properties": {},
                            "required": [],
                            "additionalProperties": False,
                        },
                    },
                },
            }
        }
    }


@pytest.mark.parametrize("path", ["/_hostkit/hooks", "/_hostkit/openapi.json"])
def test_descriptions_are_only_read(path: str) -> None:
    """Other methods than GET and HEAD are refused, naming those that are served."""
    root = hooks_of(build_host(categories=[]))
    answer = ask(root, "DELETE", path)
    assert (answer.status, answer.json["errcode"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "get, head, options"


def test_the_openapi_document_has_every_call() -> None:
    """Each hook, the ping of each category, and the list itself."""
    document = get("/_hostkit/openapi.json")
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {
        "/_hostkit/hooks",
        "/_hostkit/hooks/comments/ping",
        "/_hostkit/hooks/comments/check_comment",
        "/_hostkit/hooks/comments/find_title",
    }
    check = document["paths"]["/_hostkit/hooks/comments/check_comment"]["post"]
    assert check["summary"] == "Called before a comment is stored."
    statuses = {"200", "400", "401", "403", "405", "408", "413", "415", "421", "500", "503"}
    assert set(check["responses"]) == statuses
    title = document["paths"]["/_hostkit/hooks/comments/find_title"]["post"]
    assert title["deprecated"] is True
    assert title["responses"]["200"]["content"]["application/json"]["schema"]["required"] == [
        "result"
    ]


def test_a_category_that_says_nothing_is_described_by_nothing() -> None:
    """What is said about categories in general does not stand in for it."""

    class Silent(Category):
        @hookspec(rules.Notify())
        async def on_noise(self) -> None:
            """Called when there is some."""

    root = hooks_of(build_host(categories=[Silent]))
    answer = ask(root, "GET", "/_hostkit/hooks")
    assert answer.json["categories"]["silent"]["doc"] == ""
