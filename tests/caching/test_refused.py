"""Functions that cannot be cached, and impossible options; each error says what to do."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from hostkit import cached
from hostkit.testing import run


async def without_self(a: Any) -> None: ...


async def nothing() -> None: ...


async def only_by_name(*, self: Any) -> None: ...


async def selves(*self: Any) -> None: ...


async def numbers(self: Any) -> Any:
    yield 1


def generator(self: Any) -> Any:
    yield 1


async def fine(self: Any, user: Any, room: Any = None) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (generator, "generator contains yield; return a tuple"),
        (numbers, "numbers contains yield; return a tuple"),
        (without_self, "without_self is not a method: its first parameter must be 'self'"),
        (nothing, "nothing is not a method"),
        (only_by_name, "only_by_name is not a method"),
        (selves, "selves is not a method"),
        (staticmethod(fine), "a staticmethod cannot be cached"),
        (classmethod(fine), "a classmethod cannot be cached"),
        (5, "5 is not a function; write @cached() directly above"),
        (cached(fine), "is not a function"),
    ],
)
def test_only_methods_can_be_cached(function: Any, message: str) -> None:
    """Anything else is refused when it is decorated, with or without parentheses."""
    for decorate in (cached, cached()):
        with pytest.raises(TypeError, match=f"^@cached: .*{re.escape(message)}"):
            decorate(function)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"max_entries": 0}, ValueError, "max_entries must be 1 or more, not 0"),
        ({"max_entries": -1}, ValueError, "max_entries must be 1 or more"),
        ({"max_entries": None}, TypeError, "max_entries must be a whole number, not None"),
        ({"max_entries": True}, TypeError, "max_entries must be a whole number"),
        ({"max_entries": 1.5}, TypeError, "max_entries must be a whole number"),
        ({"ttl": 0}, ValueError, "ttl must be greater than zero, not 0"),
        ({"ttl": dt.timedelta(-1)}, ValueError, "ttl must be greater than zero"),
        ({"ttl": float("nan")}, ValueError, "ttl must be greater than zero"),
        ({"ttl": "5s"}, TypeError, "ttl must be seconds (a number) or a timedelta, not '5s'"),
        ({"ttl": True}, TypeError, "ttl must be seconds"),
        ({"uncached_args": "user"}, TypeError, "must be a tuple of names, such as ('name',)"),
        ({"uncached_args": 5}, TypeError, "uncached_args must be a tuple of names"),
        ({"num_args": -1}, ValueError, "num_args must be 0 or more, not -1"),
        ({"num_args": True}, TypeError, "num_args must be a whole number, not True"),
        ({"num_args": "1"}, TypeError, "num_args must be a whole number, not '1'"),
        ({"num_args": 3}, ValueError, "num_args is 3, but fine has only user, room to make a key"),
        ({"num_args": 1, "uncached_args": ()}, ValueError, "either num_args or uncached_args"),
        (
            {"uncached_args": ("usr",)},
            ValueError,
            "uncached_args names 'usr', which is not a parameter of fine; did you mean 'user'?",
        ),
        (
            {"uncached_args": ("self",)},
            ValueError,
            "not a parameter of fine; possible are user, room",
        ),
        ({"uncached_args": (5,)}, ValueError, "uncached_args names 5"),
    ],
)
def test_wrong_options_are_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Each error names the option, its value, and what is possible."""
    with pytest.raises(error, match=f"^@cached: .*{re.escape(message)}"):
        cached(**options)(fine)


def test_a_method_without_arguments_has_no_uncached_ones() -> None:
    """The error has none to list."""

    async def alone(self: Any) -> None: ...

    with pytest.raises(ValueError, match=r"it has only 'self'$"):
        cached(uncached_args=("a",))(alone)


def test_it_cannot_be_called_through_the_class() -> None:
    """A class has no cache, but its attribute can be inspected."""

    class Books:
        @cached()
        async def look(self, key: int) -> int:
            """Look it up."""
            return key

    with pytest.raises(TypeError, match=r"Books\.look is cached per instance.*instance\.look\("):
        Books.look(Books(), 1)
    assert Books.look.__doc__ == "Look it up."
    assert Books.__dict__["look"] is Books.look


@pytest.mark.parametrize("kind", [staticmethod, classmethod])
def test_a_class_has_no_cache_of_its_own(kind: Any) -> None:
    """Another decorator above that makes it a class's method is noticed at the first call."""

    class Books:
        look: Any = kind(cached()(fine))

    with pytest.raises(TypeError, match=r"fine (is cached per|keeps its cache in the) instance"):
        run(Books().look(1))


def test_instances_need_a_dict() -> None:
    """The cache is kept there; the error says what to do about it."""

    class Narrow:
        __slots__ = ()

        @cached()
        async def look(self, key: int) -> int:
            return key

    with pytest.raises(TypeError, match=r"Narrow have no __dict__; leave out __slots__, or write"):
        _ = Narrow().look
