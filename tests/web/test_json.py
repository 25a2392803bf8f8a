from __future__ import annotations

import json
import math
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.web import HttpError, json_body
from tests.web.test_json_body import request_with

MAX_DEPTH = 100

CHARACTERS = st.characters(exclude_categories=["Cs"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner),
)


def read_json(body: bytes) -> Any:
    """Read the body of a request, whatever it says."""
    return json_body(request_with(body), object, max_bytes=2**30)


def refused(body: bytes) -> str:
    """Give what is said about a body that is refused."""
    with pytest.raises(HttpError, match=r"^400 bad_json: the body is not JSON: ") as caught:
        read_json(body)
    assert (caught.value.status, caught.value.code) == (400, "bad_json")
    assert caught.value.__suppress_context__
    return caught.value.message.removeprefix("the body is not JSON: ")


@given(VALUES, st.booleans())
def test_what_json_can_say_is_read(value: Any, ascii_only: bool) -> None:
    """Every value comes back as it was written, escaped or not."""
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """No body breaks the reader: it is JSON, or refused with what it is instead."""
    try:
        value = read_json(body)
    except HttpError:
        assert refused(body)
    else:
        assert json.loads(body) == value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Expecting value (line 1, column 1)"),
        (b'{"a": 1,\n "b" 2}', "Expecting ':' delimiter (line 2, column 6)"),
        (b"[1] 2", "Extra data (line 1, column 5)"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "byte 0 is not UTF-8"),
        (b"[NaN]", "NaN is not a number in JSON"),
        (b"[-Infinity]", "-Infinity is not a number in JSON"),
        (b"[1e999]", "the number 1e999 is too large"),
        (b"[-1e999]", "the number -1e999 is too large"),
        (b"1" * 5000, "a number has too many digits"),
        (b'{"a": 1, "b": 2, "a": 1}', "the key 'a' stands twice in one object"),
        (b'[{"x": {"b": 1, "\\u0062": 2}}]', "the key 'b' stands twice in one object"),
        (b'{"a": "\\ud83d"}', "it has half a surrogate pair"),
        (b'{"\\uDE00": 1}', "it has half a surrogate pair"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    """Whatever two readers could understand in two ways is refused, and the text says where."""
    assert reason in refused(body)


def test_the_same_key_in_two_objects_is_fine() -> None:
    """The same key may occur in different objects."""
    assert read_json(b'[{"a": 1}, {"a": {"a": 2}}]') == [{"a": 1}, {"a": {"a": 2}}]


def test_whole_surrogate_pairs_are_characters() -> None:
    """Characters beyond the first plane may be written as two escapes."""
    assert read_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_has_a_limit(opening: bytes, closing: bytes) -> None:
    """What is nested exactly as deep as the limit is read; one level more is refused."""

    def nested(depth: int) -> bytes:
        return opening * depth + b"1" + closing * depth

    read_json(nested(MAX_DEPTH))
    assert refused(nested(MAX_DEPTH + 1)) == f"it is nested deeper than {MAX_DEPTH} levels"


@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_nesting_without_end_is_refused(bracket: bytes) -> None:
    """Where Python itself gives up, the answer is the same."""
    assert "nested deeper" in refused(bracket * 500_000)


def test_many_lists_beside_one_another_are_not_deep() -> None:
    """What counts is how many stand within one another."""
    assert read_json(b"[" + b"[]," * 1000 + b'"[[["]') == [*([[]] * 1000), "[[["]


def test_numbers_up_to_the_largest_are_read() -> None:
    """The largest float is accepted, and so are very small ones."""
    largest = repr(sys.float_info.max).encode()
    assert read_json(b"[" + largest + b", 1e-999]") == [sys.float_info.max, 0.0]
    assert math.copysign(1, read_json(b"-0.0")) == -1


def test_long_keys_are_shortened_in_the_text() -> None:
    """A client cannot make the answer, or the log, as long as its body."""
    key = b'"' + b"a" * 10_000 + b'": 1'
    assert len(refused(b"{" + key + b"," + key + b"}")) < 100
