from __future__ import annotations

import enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.test.requesthelper import DummyRequest

from hostkit.web import HttpError, query_value, query_values


class Order(enum.Enum):
    UP = "up"
    DOWN = "down"


def asking(query: str | bytes) -> Any:
    """Make a request with a query."""
    request: Any = DummyRequest([])
    encoded = query if isinstance(query, bytes) else query.encode()
    request.uri = b"/words?" + encoded
    return request


def refused(request: Any, *args: Any) -> str:
    """Give why a query is refused."""
    with pytest.raises(HttpError) as caught:
        query_value(request, *args)
    assert (caught.value.status, caught.value.code) == (400, "bad_query")
    return caught.value.message


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (str, "a+b%26c", "a b&c"),
        (str, "", ""),
        (str, "%E2%98%83", "\N{SNOWMAN}"),
        (int, "-12", -12),
        (int, "%2B0012", 12),
        (float, "1.5e3", 1500.0),
        (float, "2", 2.0),
        (bool, "true", True),
        (bool, "false", False),
        (Order, "down", Order.DOWN),
        (str.upper, "loud", "LOUD"),
    ],
)
def test_a_field_is_read_as_its_type(read: Any, text: str, value: object) -> None:
    """Text, numbers, booleans, enumerations, and whatever a function makes of the text."""
    assert query_value(asking(f"x=1&field={text}&y=2"), "field", read) == value


@pytest.mark.parametrize(
    ("read", "text", "kind"),
    [
        (int, "", "int"),
        (int, "1.0", "int"),
        (int, "1_000", "int"),
        (int, "%201", "int"),
        (int, "%D9%A1", "int"),
        (int, "9" * 5000, "int"),
        (float, "nan", "float"),
        (float, "inf", "float"),
        (float, "1e999", "float"),
        (float, "1_0.0", "float"),
        (float, "e", "float"),
        (bool, "yes", "bool"),
        (bool, "1", "bool"),
        (Order, "sideways", "Order"),
    ],
)
def test_a_field_of_another_type_is_refused(read: Any, text: str, kind: str) -> None:
    """The answer names the field and what it should be, and does not repeat all of the text."""
    message = refused(asking(f"field={text}"), "field", read)
    assert message.startswith("field: '")
    assert message.endswith(f" is no {kind}")
    assert len(message) < 100


def test_a_missing_field_has_its_default() -> None:
    """A default may be anything, `None` included."""
    assert query_value(asking("x=1"), "limit", int, 50) == 50
    assert query_value(asking(""), "limit", int, None) is None
    assert query_value(asking("limit=7"), "limit", int, 50) == 7


def test_a_missing_field_without_a_default_is_refused() -> None:
    """What has no default is required."""
    assert refused(asking("x=1"), "limit", int) == "limit: it is missing"


def test_a_request_may_have_no_query_at_all() -> None:
    """A path alone has no fields."""
    request: Any = DummyRequest([])
    request.uri = b"/words"
    assert query_values(request, "limit", int) == []


def test_a_field_that_stands_twice_is_refused() -> None:
    """Which of them counts would be anybody's guess."""
    assert refused(asking("limit=1&limit=2"), "limit", int) == "limit: it stands there 2 times"


def test_a_field_may_be_meant_to_stand_there_many_times() -> None:
    """`query_values` gives all of them in order, and none if there is none."""
    request = asking("tag=a&x=1&tag=&tag=b")
    assert query_values(request, "tag", str) == ["a", "", "b"]
    assert query_values(request, "missing", int) == []
    with pytest.raises(HttpError, match="tag: 'a' is no int"):
        query_values(request, "tag", int)


def test_fields_of_a_form_do_not_count() -> None:
    """What stands in the body cannot be taken for what stands in the address."""
    request = asking("a=1")
    request.args = {b"limit": [b"2"]}
    assert query_value(request, "limit", int, 50) == 50


@pytest.mark.parametrize("query", [b"a=%ff", b"a=\xff", b"%ff=a", b"limit=1&b=%ed%a0%80"])
def test_what_is_not_utf_8_is_refused(query: bytes) -> None:
    """A query in another encoding is not guessed at."""
    assert refused(asking(query), "limit", int, 1) == "the query is not UTF-8"


def test_a_query_has_a_limit() -> None:
    """Thousands of fields are not looked through."""
    message = "the query has more than 1000 fields"
    assert refused(asking("a&" * 1001), "limit", int, 1) == message


@given(st.binary(max_size=40))
def test_any_query_is_read_or_refused(query: bytes) -> None:
    """No query breaks a handler in another way than being refused."""
    try:
        values = query_values(asking(query), "a", int)
    except HttpError as error:
        assert error.status == 400  # noqa: PT017 -- what matters is that nothing else is raised
    else:
        assert all(isinstance(value, int) for value in values)
