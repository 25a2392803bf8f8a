"""What processes tell each other, and what they can."""

from __future__ import annotations

import enum
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit import cached
from hostkit.caching._message import Message, check_key


class Words:
    @cached()
    async def is_allowed(self, word: Any, language: Any) -> bool:
        return True

    @cached()
    async def count(self) -> int:
        return 1


class Colour(enum.StrEnum):
    RED = "red"


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
) | st.text()
keys = st.lists(
    st.recursive(scalars, lambda inner: st.lists(inner).map(tuple), max_leaves=5), max_size=4
).map(tuple)


@given(st.text(), st.text(), keys)
def test_a_message_arrives_as_it_was_sent(sender: str, name: str, key: tuple[Any, ...]) -> None:
    """Numbers stay numbers, and tuples tuples, however deep."""
    read = Message.read(Message(sender, name, key).write())
    assert (sender, name, repr(key)) == (read.sender, read.name, repr(read.key))


@given(st.binary() | st.text())
def test_garbage_is_no_message(text: bytes | str) -> None:
    """Whatever comes, it is a message or a ValueError."""
    with pytest.raises(ValueError, match=r"this is no"):
        Message.read(text)


@pytest.mark.parametrize(
    "parts",
    [
        None,
        1,
        {},
        [],
        [1],
        [2, "s", "n", []],
        ["1", "s", "n", []],
        [1, "s", "n", {}],
        [1, "s", "n", "k"],
        [1, 2, "n", []],
        [1, "s", None, []],
        [1, "s", "n", [], "more"],
    ],
)
def test_other_json_is_no_message(parts: Any) -> None:
    """Neither is that of another version."""
    with pytest.raises(ValueError, match="no message about a cache, or one of another version"):
        Message.read(json.dumps(parts))


def test_json_that_is_too_deep_is_no_message() -> None:
    """It cannot bring the process down."""
    with pytest.raises(ValueError, match="this is no JSON"):
        Message.read("[" * 100_000)


def test_a_key_that_is_too_deep_is_no_message() -> None:
    """Although it is JSON."""
    with pytest.raises(ValueError, match="this is no JSON"):
        Message.read(f'[1, "s", "n", {"[" * 900}{"]" * 900}]')


def test_endless_numbers_cannot_be_told() -> None:
    """Python writes none that are much longer, so that nobody can keep it busy."""
    assert check_key(Words().is_allowed, (2**9999, 1)) == (2**9999, 1)
    with pytest.raises(TypeError, match="'word' cannot be told"):
        check_key(Words().is_allowed, (2**10_000, 1))


@pytest.mark.parametrize(
    "key",
    [("casino", "en"), (None, True), (1, 2.5), (("a", ("b", 1)), ()), (Colour.RED, "en")],
)
def test_keys_of_simple_values_can_be_told(key: tuple[Any, ...]) -> None:
    """Strings, numbers, booleans, None and tuples; also strings of a more special kind."""
    assert key is check_key(Words().is_allowed, key)


def test_the_key_of_a_method_without_arguments_is_empty() -> None:
    """It has only one entry."""
    assert check_key(Words().count, ()) == ()


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (("casino", b"en"), "b'en'"),
        (("casino", ("en", frozenset())), "'en', frozenset"),
        (("casino", object()), "<object"),
        (("casino", float("nan")), "nan"),
        (("casino", float("inf")), "inf"),
    ],
)
def test_other_keys_are_refused(key: tuple[Any, ...], kind: str) -> None:
    """The error names the argument and says what would be right."""
    message = rf"Words.is_allowed: the argument 'language' cannot be told .* as it is .?{kind}"
    with pytest.raises(TypeError, match=message):
        check_key(Words().is_allowed, key)


@pytest.mark.parametrize("key", ["casino", ["casino", "en"], ("casino",), None, ("a", "b", "c")])
def test_what_is_no_key_is_refused(key: Any) -> None:
    """A string is no tuple, and a tuple has as many values as there are arguments."""
    with pytest.raises(TypeError, match=r"a key is a tuple of \(word, language\)"):
        check_key(Words().is_allowed, key)
