"""Messages between processes, and which keys they can carry."""

from __future__ import annotations

import enum
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit import cached
from hostkit.caching._invalidation import Invalidation, check_key, read_payload


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


@given(st.text(), st.lists(keys) | st.none())
def test_a_message_arrives_as_it_was_sent(name: str, many: list[tuple[Any, ...]] | None) -> None:
    """Numbers stay numbers, and tuples tuples, however deep."""
    payload = json.loads(json.dumps([Invalidation(name, many).to_payload()]))
    (read,) = read_payload(payload)
    assert (name, repr(many)) == (read.name, repr(read.keys))


@pytest.mark.parametrize(
    "payload",
    [None, 1, {}, "nk", [None], [[]], [["n"]], [[1, []]], [["n", "k"]], [["n", ["k"]]]],
)
def test_other_payloads_are_not_invalidations(payload: Any) -> None:
    """They are those of another version, or of another tenant of the server."""
    with pytest.raises(ValueError, match=r"this is not an? (list of )?invalidation"):
        read_payload(payload)


def test_endless_numbers_cannot_be_serialised() -> None:
    """Python refuses to write much longer ones, since that would take quadratic time."""
    assert check_key(Words().is_allowed, (2**9999, 1)) == (2**9999, 1)
    with pytest.raises(TypeError, match="'word' cannot be serialised"):
        check_key(Words().is_allowed, (2**10_000, 1))


@pytest.mark.parametrize(
    "key",
    [("casino", "en"), (None, True), (1, 2.5), (("a", ("b", 1)), ()), (Colour.RED, "en")],
)
def test_keys_of_simple_values_can_be_serialised(key: tuple[Any, ...]) -> None:
    """Strings, numbers, booleans, None and tuples; also subclasses of str."""
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
    message = (
        rf"Words.is_allowed: the argument 'language' cannot be serialised .* as it is .?{kind}"
    )
    with pytest.raises(TypeError, match=message):
        check_key(Words().is_allowed, key)


@pytest.mark.parametrize("key", ["casino", ["casino", "en"], ("casino",), None, ("a", "b", "c")])
def test_only_keys_are_accepted(key: Any) -> None:
    """A key is a tuple, with as many values as there are arguments."""
    with pytest.raises(TypeError, match=r"a key is a tuple of \(word, language\)"):
        check_key(Words().is_allowed, key)
