"""What cannot be cached, and options that cannot be; each is told with what to do."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from hostkit import cached
from tests.dispatch.fakes import run


def plain(self: Any, a: Any) -> None: ...


async def without_self(a: Any) -> None: ...


async def nothing() -> None: ...


async def only_by_name(*, self: Any) -> None: ...


async def selves(*self: Any) -> None: ...


async def several(self: Any, *args: int) -> None: ...


async def named(self: Any, **kwargs: int) -> None: ...


async def numbers(self: Any) -> Any:
    yield 1


async def fine(self: Any, user: Any, room: Any = None) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (plain, "plain is no 'async def'; add 'async', or use functools.lru_cache"),
        (numbers, "numbers contains yield; return a tuple"),
        (without_self, "without_self is no method: its first parameter must be 'self'"),
        (nothing, "nothing is no method"),
        (only_by_name, "only_by_name is no method"),
        (selves, "selves is no method"),
        (several, "several takes '*args', which no key can be made of"),
        (named, "named takes '**kwargs', which no key can be made of"),
        (staticmethod(fine), "a staticmethod cannot be cached"),
        (classmethod(fine), "a classmethod cannot be cached"),
        (5, "5 is not a function; write @cached() directly above"),
        (cached(fine), "is not a function"),
    ],
)
def test_what_is_no_asynchronous_method_is_refused(function: Any, message: str) -> None:
    """As soon as it is decorated, with or without parentheses."""
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
        ({"ttl": 0}, ValueError, "ttl must be longer than nothing, not 0"),
        ({"ttl": dt.timedelta(-1)}, ValueError, "ttl must be longer than nothing"),
        ({"ttl": float("nan")}, ValueError, "ttl must be longer than nothing"),
        ({"ttl": "5s"}, TypeError, "ttl must be a number of seconds or a timedelta, not '5s'"),
        ({"ttl": True}, TypeError, "ttl must be a number of seconds"),
        ({"uncached_args": "user"}, TypeError, "must be a tuple of names, such as ('name',)"),
        ({"uncached_args": None}, TypeError, "uncached_args must be a tuple of names"),
        (
            {"uncached_args": ("usr",)},
            ValueError,
            "uncached_args names 'usr', which is no argument of fine; did you mean 'user'?",
        ),
        ({"uncached_args": ("self",)}, ValueError, "no argument of fine; it takes user, room"),
        ({"uncached_args": (5,)}, ValueError, "uncached_args names 5"),
    ],
)
def test_wrong_options_are_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Each error tells the option, what it is, and what it can be."""
    with pytest.raises(error, match=f"^@cached: .*{re.escape(message)}"):
        cached(**options)(fine)


def test_a_method_without_arguments_has_none_to_leave_out() -> None:
    """The error does not list any."""

    async def alone(self: Any) -> None: ...

    with pytest.raises(ValueError, match=r"it takes none but 'self'$"):
        cached(uncached_args=("a",))(alone)


def test_it_cannot_be_called_through_the_class() -> None:
    """A class has no cache; what stands in the class is there to be looked at, though."""

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
    """What turns it into something else above the decorator gets as far as the first call."""

    class Books:
        look: Any = kind(cached()(fine))

    with pytest.raises(TypeError, match=r"fine is cached (per|in its) instance"):
        run(Books().look(1))


def test_instances_need_a_dict() -> None:
    """There is where the cache is kept; the error says what to do about it."""

    class Narrow:
        __slots__ = ()

        @cached()
        async def look(self, key: int) -> int:
            return key

    with pytest.raises(TypeError, match=r"Narrow have no __dict__; leave out __slots__, or write"):
        _ = Narrow().look
