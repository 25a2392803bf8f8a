from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import attrs
import pytest
from twisted.web.test.requesthelper import DummyRequest

from hostkit.config import StructureErrors
from hostkit.web import HttpError, json_body


def request_with(body: object, content_type: str | None = "application/json") -> Any:
    """Make a request with a body, which is written as JSON unless it is bytes."""
    request: Any = DummyRequest([])
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.content = io.BytesIO(encoded)
    if content_type is not None:
        request.requestHeaders.setRawHeaders("content-type", [content_type])
    return request


def refused(request: Any, *args: Any, **kwargs: Any) -> tuple[int, str, str]:
    """Give how a body is refused."""
    with pytest.raises(HttpError) as caught:
        json_body(request, *args, **kwargs)
    return caught.value.status, caught.value.code, caught.value.message


@attrs.frozen
class Author:
    name: str
    age: int = 0


@attrs.frozen
class Comment:
    text: str
    authors: list[Author]


@dataclass
class Vote:
    up: bool


def test_an_object_is_read_as_it_is() -> None:
    """Without a class the body must be an object, and is given as a `dict`."""
    assert json_body(request_with({"a": [1, {"b": None}]})) == {"a": [1, {"b": None}]}


def test_a_class_is_filled() -> None:
    """Attrs classes, dataclasses and other types are filled from the body."""
    body = {"text": "hi", "authors": [{"name": "ann"}]}
    assert json_body(request_with(body), Comment) == Comment("hi", [Author("ann")])
    assert json_body(request_with({"up": True}), Vote) == Vote(up=True)
    assert json_body(request_with([1, 2]), list[int]) == [1, 2]


@pytest.mark.parametrize("body", [[], "text", None, 1])
def test_anything_but_an_object_is_refused(body: object) -> None:
    """Handlers that ask for an object get one."""
    assert refused(request_with(body)) == (400, "bad_body", "the body must be a JSON object")


def test_every_field_that_does_not_fit_is_named() -> None:
    """All faults are reported at once, each with its path."""
    body = {"text": 1, "authors": [{"name": "ann"}, {"age": "3"}], "txet": ""}
    status, code, message = refused(request_with(body), Comment)
    assert (status, code) == (400, "bad_body")
    assert message.split("; ") == [
        "txet: unknown key 'txet', expected authors or text",
        "text: the number 1 is of the wrong type, expected a string",
        "authors[1]: the key 'name' is missing",
        "authors[1].age: the string '3' is of the wrong type, expected a whole number",
    ]


def test_the_body_as_a_whole_may_not_fit() -> None:
    """If the body itself is of the wrong kind, that is what is said."""
    message = "the body: a list is of the wrong type, expected a mapping"
    assert refused(request_with([]), Comment)[2] == message


def test_a_long_report_is_cut() -> None:
    """A body with thousands of faults gets an answer that can be read."""
    status, _, message = refused(request_with(["x"] * 10_000), list[int])
    assert (status, message.count("; ")) == (400, 9)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a": NaN}', "NaN is not a number in JSON"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "nested deeper"),
    ],
)
def test_what_is_not_json_is_refused(body: bytes, reason: str) -> None:
    """The body is read strictly, and the answer says what is wrong with it."""
    status, code, message = refused(request_with(body))
    assert (status, code) == (400, "bad_json")
    assert reason in message


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON ; charset=utf-8", "application/merge-patch+json"],
)
def test_types_of_json_are_read(content_type: str) -> None:
    """Content types with parameters, and special kinds of JSON, are accepted."""
    assert json_body(request_with({}, content_type)) == {}


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "text/jsonp"]
)
def test_other_types_are_refused(content_type: str | None) -> None:
    """What a form on any web page can send without asking is not taken for JSON."""
    status, code, message = refused(request_with({}, content_type))
    assert (status, code) == (415, "not_json")
    assert "content-type: application/json" in message


def test_a_body_that_is_too_long_is_refused() -> None:
    """A handler may say how much it reads; a body of exactly that is read."""
    request = request_with(b'{"a": "bcd"}')
    assert json_body(request, max_bytes=12) == {"a": "bcd"}
    assert refused(request, max_bytes=11) == (413, "too_large", "the body has more than 11 bytes")


def test_by_default_a_megabyte_is_read() -> None:
    """Without an argument there is a limit, too."""
    assert refused(request_with(b" " * (1024 * 1024) + b"{}"))[0] == 413
    assert json_body(request_with(b" " * (1024 * 1024 - 2) + b"{}")) == {}


def test_a_body_may_be_read_twice() -> None:
    """The body is read from its start, also after it was read before."""
    request = request_with({"a": 1})
    request.content.read()
    assert json_body(request) == json_body(request) == {"a": 1}


def test_a_class_that_cannot_be_filled_is_the_modules_mistake() -> None:
    """It is the server's mistake, so it is raised and not answered as a client's error."""

    @attrs.frozen
    class Odd:
        what: complex

    with pytest.raises(StructureErrors):
        json_body(request_with({"what": 1}), Odd)
