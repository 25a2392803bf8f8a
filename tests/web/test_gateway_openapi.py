"""The OpenAPI document says all that is known about calls and their answers."""

from __future__ import annotations

import functools
from datetime import datetime
from enum import Enum
from typing import Any, Literal

import attrs
import pytest

from hostkit import CONTINUE, Bytes, Category, Decision, Seconds, hookspec, rules
from hostkit.rules import Continue, Gives, GivesAnswer, GivesList, GivesValue, Rule
from hostkit.testing import build_host
from tests.web.conftest import ask, hooks_of
from tests.web.test_gateway_description import Address, Colour, Point, Profile, Shape, Size

STRING, NULL, NUMBER, INTEGER = ({"type": name} for name in ("string", "null", "number", "integer"))


def either(*schemas: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


def document_of(*categories: type[Category]) -> Any:
    """Read the document of a host that has no modules."""
    host = build_host(categories=categories)
    return ask(hooks_of(host), "GET", "/_hostkit/openapi.json").json


def read(value: Any) -> str | Continue:
    return str(value)


def read_literally(value: Any) -> Literal[Continue.CONTINUE] | int:
    return CONTINUE


def read_nothing(value: Any) -> Continue:
    return CONTINUE


def total(answers: list[Any]) -> float:
    return float(sum(answers))


class Own(Rule[Any]):
    def finish(self, answers: list[Any]) -> Any:
        return answers


class Votes(Rule[Gives[bool]]):
    def finish(self, answers: list[Any]) -> bool:
        return bool(answers)


class MoreVotes(Votes):
    pass


class Lists(Rule[GivesList]):
    def finish(self, answers: list[Any]) -> list[Any]:
        return answers


class OneOr(Rule[GivesValue[int]]):
    def finish(self, answers: list[Any]) -> int:
        return 0


class AnyOr(Rule[GivesAnswer[int]]):
    def finish(self, answers: list[Any]) -> int:
        return 0


class Written(Rule[rules.AsWritten]):
    def finish(self, answers: list[Any]) -> Any:
        return answers


class Silent(Rule):
    def finish(self, answers: list[Any]) -> Any:
        return answers


@pytest.mark.parametrize(
    ("rule", "schema"),
    [
        (rules.FirstResult(), either(STRING, NULL)),
        (rules.FirstResult(default="a"), STRING),
        (rules.FirstResult(default=5), either(STRING, INTEGER)),
        (rules.FirstResult(read=read_literally), either(INTEGER, NULL)),
        (rules.FirstResult(read=read_nothing), NULL),
        (rules.FirstResult(read=lambda value: value), {}),
        (rules.FirstResult(read=functools.partial(read)), {}),
        (rules.FirstResult(read=str.upper), {}),
        (rules.Exclusive(), either(STRING, NULL)),
        (rules.Exclusive(default=5), either(STRING, NULL, INTEGER)),
        (rules.Exclusive(read=read, default=5), either(STRING, INTEGER)),
        (rules.Collect(), {"type": "array", "items": either(STRING, NULL)}),
        (rules.Collect(read=read), {"type": "array", "items": STRING}),
        (rules.Merge(combine=total), NUMBER),
        (rules.Merge(combine=total, stop_at="all"), either(NUMBER, STRING)),
        (rules.Merge(combine=list), {"type": "array", "items": {}}),
        (rules.Merge(combine=sum), {}),
        (rules.Notify(), NULL),
        (rules.FirstDenial(read=read, replaces="text"), either(STRING, NULL)),
        (Votes(), {"type": "boolean"}),
        (MoreVotes(), {"type": "boolean"}),
        (Lists(), {"type": "array", "items": either(STRING, NULL)}),
        (OneOr(), either(STRING, INTEGER)),
        (AnyOr(), either(STRING, NULL, INTEGER)),
        (Written(), either(STRING, NULL)),
        (Own(), {}),
        (Silent(), {}),
    ],
)
def test_the_schema_of_a_result_follows_from_the_rule(rule: Any, schema: dict[str, Any]) -> None:
    """From what callbacks answer, and from what is made of that."""

    class Texts(Category):
        @hookspec(rule)  # type: ignore[untyped-decorator]
        async def find(self, text: str) -> str | None:
            """Called for each text."""

    operation = document_of(Texts)["paths"]["/_hostkit/hooks/texts/find"]["post"]
    allowed = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert (allowed["properties"]["result"], allowed["required"]) == (schema, ["result"])


class Odd(Enum):
    FINE = "fine"
    ALSO = 2


@attrs.frozen
class Hidden:
    _id: int
    made: datetime = attrs.field(init=False, factory=datetime.now)


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (Seconds, NUMBER),
        (Bytes, INTEGER),
        (Colour, {}),
        (Odd, {"enum": ["fine", 2]}),
        (Shape, {}),
        (set[str], {"type": "array", "items": STRING}),
        (Profile, {"type": "object", "title": "Profile", "properties": {"name": STRING}}),
        (
            Address,
            {
                "type": "object",
                "title": "Address",
                "properties": {"user": STRING},
                "required": ["user"],
            },
        ),
        (
            Hidden,
            {
                "type": "object",
                "title": "Hidden",
                "properties": {"_id": INTEGER},
                "required": ["_id"],
            },
        ),
        (
            Size,
            {
                "type": "object",
                "title": "Size",
                "properties": {
                    "width": NUMBER,
                    "unit": STRING,
                    "tags": {"type": "array", "items": STRING},
                },
                "required": ["width", "unit", "tags"],
            },
        ),
    ],
)
def test_what_is_written_is_described_as_it_is_written(hint: Any, schema: dict[str, Any]) -> None:
    """With all fields, under the names of the attributes; what is shown by a `repr` is anything."""

    class Texts(Category):
        async def find(self) -> Any:
            """Called for a text."""

        find.__annotations__["return"] = hint
        find = hookspec(rules.Exclusive())(find)

    document = document_of(Texts)
    operation = document["paths"]["/_hostkit/hooks/texts/find"]["post"]
    allowed = operation["responses"]["200"]["content"]["application/json"]["schema"]
    result = allowed["properties"]["result"]
    if "$ref" in result:
        name = result["$ref"].rpartition("/")[2]
        result = {"title": name, **document["components"]["schemas"][name]}
    assert result == schema


class Shapes(Category):
    """Hooks about points."""

    @hookspec(rules.FirstDenial())
    async def check_point(self, point: Point, more: list[Point]) -> Decision:
        """Called for each point."""

    @hookspec(rules.FirstResult())
    async def find_point(self, point: Point) -> Point | None:
        """Called to find a point."""

    @hookspec(rules.FirstResult())
    async def find_other(self, name: str) -> dict[str, Point] | None:
        """Called to find another point."""


def test_classes_have_names_of_their_own() -> None:
    """What is read and what is written of a class are two, since what is written has all fields."""
    document = document_of(Shapes)
    schemas = document["components"]["schemas"]
    points = {name: schema for name, schema in schemas.items() if name.startswith("Point")}
    assert {name: schema["required"] for name, schema in points.items()} == {
        "Point": ["x"],
        "Point2": ["x", "label", "above"],
    }
    check = document["paths"]["/_hostkit/hooks/shapes/check_point"]["post"]
    body = check["requestBody"]["content"]["application/json"]["schema"]["properties"]
    reference = {"$ref": "#/components/schemas/Point"}
    assert body == {"point": reference, "more": {"type": "array", "items": reference}}


def test_a_class_may_have_the_name_of_a_part_of_the_document() -> None:
    """A host's `Error` or `Trace` is another one."""

    @attrs.frozen
    class Error:
        line: int

    Error.__annotations__["line"] = int

    class Reports(Category):
        @hookspec(rules.FirstDenial())
        async def check_report(self, error: Any) -> Decision:
            """Called for each report."""

    Reports.check_report.__annotations__["error"] = Error
    document = document_of(Reports)
    body = document["paths"]["/_hostkit/hooks/reports/check_report"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]["properties"]["error"]
    assert schema == {"$ref": "#/components/schemas/Error2"}
    assert document["components"]["schemas"]["Error"]["required"] == ["errcode", "error"]
