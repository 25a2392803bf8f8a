"""Messages between processes, and which keys they can carry."""

from __future__ import annotations

import enum
import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit import cached
from hostkit.caching import Invalidations
from hostkit.testing import run


class Words:
    calls = 0

    @cached()
    async def is_allowed(self, word: Any, language: Any) -> bool:
        return True

    @cached()
    async def count(self) -> int:
        Words.calls += 1
        return Words.calls


class Colour(enum.StrEnum):
    RED = "red"


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
) | st.text()
keys = st.lists(
    st.recursive(scalars, lambda inner: st.lists(inner).map(tuple), max_leaves=5), max_size=4
).map(tuple)


class Noted:
    """A cached function that notes which of its entries are dropped."""

    def __init__(self, key_names: tuple[str, ...]) -> None:
        self.__qualname__ = "Words.noted"
        self.key_names = self.named_key_names = key_names
        self.dropped: list[Any] = []

    def invalidate(self, key: Any) -> None:
        self.dropped.append(key)


@attrs.define(eq=False)
class Carrier:
    """Carries messages from one process to another, as JSON."""

    others: list[Invalidations] = attrs.field(factory=list)
    is_alone: bool = False

    def add(self, _kind: str, _recipient: object) -> None: ...

    async def send(self, _kind: str, payload: Any) -> None:
        for each in self.others:
            each.receive(json.loads(json.dumps(payload)))


def invalidate(function: Any, key: Any) -> None:
    """Drop an entry, in the only process that there is."""
    run(Invalidations().invalidate("words", function, key))


@given(st.text(), keys)
def test_a_message_arrives_as_it_was_sent(module: str, key: tuple[Any, ...]) -> None:
    """Numbers stay numbers, and tuples tuples, however deep."""
    carrier: Any = Carrier()
    here, there = Invalidations(carrier), Invalidations(carrier)
    carrier.others.append(there)
    noted: list[Any] = [Noted(tuple(map(str, range(len(key))))) for _ in range(2)]
    there.add(module, noted[0])
    there.add(f"not {module}", noted[1])
    run(here.invalidate(module, noted[0], key))
    assert (repr(noted[0].dropped), noted[1].dropped) == (repr([key]), [])


@pytest.mark.parametrize(
    "payload",
    [None, 1, {}, "nk", [None], [[]], [["n"]], [[1, []]], [["n", "k"]], [["n", ["k"]]]],
)
def test_other_payloads_are_not_invalidations(payload: Any) -> None:
    """They are those of another version, or of another tenant of the server."""
    with pytest.raises(ValueError, match="this is not an invalidation"):
        Invalidations().receive(payload)


def test_endless_numbers_cannot_be_serialised() -> None:
    """Python refuses to write much longer ones, since that would take quadratic time."""
    invalidate(Words().is_allowed, (2**9999, 1))
    with pytest.raises(TypeError, match="'word' cannot be serialised"):
        invalidate(Words().is_allowed, (2**10_000, 1))


@pytest.mark.parametrize(
    "key",
    [("casino", "en"), (None, True), (1, 2.5), (("a", ("b", 1)), ()), (Colour.RED, "en")],
)
def test_keys_of_simple_values_can_be_serialised(key: tuple[Any, ...]) -> None:
    """Strings, numbers, booleans, None and tuples; also subclasses of str."""
    noted: Any = Noted(("word", "language"))
    process = Invalidations()
    process.add("words", noted)
    run(process.invalidate("words", noted, key))
    assert noted.dropped == [key]


def test_the_key_of_a_method_without_arguments_is_empty() -> None:
    """It has only one entry."""
    words, counted = Words(), Words.calls
    process = Invalidations()
    process.add("words", words.count)

    async def main() -> int:
        await words.count()
        await words.count()
        await process.invalidate("words", words.count, ())
        return await words.count()

    assert run(main()) == counted + 2


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
        invalidate(Words().is_allowed, key)


@pytest.mark.parametrize("key", ["casino", ["casino", "en"], ("casino",), None, ("a", "b", "c")])
def test_only_keys_are_accepted(key: Any) -> None:
    """A key is a tuple, with as many values as there are arguments."""
    with pytest.raises(TypeError, match=r"a key is a tuple of \(word, language\)"):
        invalidate(Words().is_allowed, key)
