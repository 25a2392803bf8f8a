from __future__ import annotations

import functools
from collections.abc import Callable
from types import MethodType
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from hostkit.specs import Fit, fit_by_name, fit_by_position
from tests.specs.fitting import (
    CHECK,
    CHOOSE,
    HOOK_LINE,
    call,
    refused_by_name,
    refused_by_position,
)

BOTH = [fit_by_position, fit_by_name]
BOTH_REFUSE = [refused_by_position, refused_by_name]


class Words:
    def method(self, author: str, text: str) -> str:
        return author + text

    async def async_method(self, author: str, text: str) -> str:
        return author + text

    @classmethod
    def class_method(cls, author: str, text: str) -> str:
        return author + text

    @staticmethod
    def static_method(author: str, text: str) -> str:
        return author + text

    @staticmethod
    async def async_static_method(author: str, text: str) -> str:
        return author + text


class Obscure:
    __signature__ = 5

    def __call__(self, author: str, text: str) -> str:
        return author + text


def obscure(author: str, text: str) -> str:
    return author + text


obscure.__signature__ = 5  # type: ignore[attr-defined]


def without_self() -> str:
    return ""


class Callable_:  # noqa: N801
    def __call__(self, author: str, text: str) -> str:
        return author + text


class AsyncCallable:
    async def __call__(self, author: str, text: str) -> str:
        return author + text


def function(author: str, text: str) -> str:
    return author + text


async def async_function(author: str, text: str) -> str:
    return author + text


@functools.wraps(function)
def decorated(*args: Any, **kwargs: Any) -> str:
    return function(*args, **kwargs)


def three(first: str, author: str, text: str) -> str:
    return first + author + text


async def async_three(first: str, author: str, text: str) -> str:
    return first + author + text


def yielding(author: str, text: str) -> Any:
    yield author, text


SYNC: list[Callable[..., Any]] = [
    function,
    lambda author, text: author + text,
    Words().method,
    Words().class_method,
    Words.class_method,
    Words.static_method,
    Words().static_method,
    Callable_(),
    Callable_().__call__,
    decorated,
    functools.partial(function),
    functools.partial(three, "first"),
    functools.partial(functools.partial(three), "first"),
    functools.partial(Callable_()),
    Obscure(),
    functools.partial(Obscure()),
    MethodType(three, "first"),
]
ASYNC: list[Callable[..., Any]] = [
    async_function,
    Words().async_method,
    Words.async_static_method,
    AsyncCallable(),
    AsyncCallable().__call__,
    functools.partial(async_function),
    functools.partial(async_three, "first"),
    functools.partial(AsyncCallable()),
    MethodType(async_three, "first"),
]


@pytest.mark.parametrize("fit", BOTH)
@pytest.mark.parametrize("given", SYNC)
def test_whatever_can_be_called_fits(fit: Callable[..., Fit], given: Callable[..., Any]) -> None:
    """Functions, lambdas, methods of all kinds, callable objects, decorated ones and partials."""
    assert Fit(("author", "text"), is_async=False) == fit(CHECK, given)
    assert str(call(given, fit(CHOOSE, given), CHOOSE.arguments)).endswith("AUTHORTEXT")


@pytest.mark.parametrize("fit", BOTH)
@pytest.mark.parametrize("given", ASYNC)
def test_what_surely_gives_an_awaitable_is_known(
    fit: Callable[..., Fit], given: Callable[..., Any]
) -> None:
    """Coroutine functions are found in every disguise."""
    assert Fit(("author", "text"), is_async=True) == fit(CHECK, given)


@pytest.mark.parametrize("refused", BOTH_REFUSE)
@pytest.mark.parametrize("given", [*ASYNC, AsyncMock()])
def test_a_synchronous_hook_takes_no_async_callback(
    refused: Callable[..., Any], given: Callable[..., Any]
) -> None:
    """The message shows the hook and says to write a plain function."""
    error = refused(CHOOSE, given)
    assert error.code == "HK207"
    assert "comments.choose is a synchronous hook, so its callback cannot be 'async def'" in str(
        error
    )
    assert "hook:     def choose(author: str, text: str) -> str | None" in str(error)
    assert "callback: " in str(error)
    assert "hint: write it as a plain 'def'" in str(error)


def test_fakes_take_everything() -> None:
    """A test may register a mock: it gets all arguments by position."""
    assert Fit(CHECK.arguments, is_async=False) == fit_by_position(CHECK, Mock())
    assert Fit(CHECK.arguments, is_async=True) == fit_by_position(CHECK, AsyncMock())


@pytest.mark.parametrize("refused", BOTH_REFUSE)
@pytest.mark.parametrize("given", [None, "check", 5, object()])
def test_what_cannot_be_called_is_refused(refused: Callable[..., Any], given: object) -> None:
    """The message shows what was given instead."""
    error = refused(CHECK, given)
    assert error.code == "HK203"
    assert f"the callback for comments.check cannot be called: {given!r}" in str(error)
    assert "expected: a function or another callable" in str(error)


async def yielding_async(author: str, text: str) -> Any:
    yield author, text


class Yielding:
    def __call__(self, author: str, text: str) -> Any:
        yield author, text


@pytest.mark.parametrize("refused", BOTH_REFUSE)
@pytest.mark.parametrize(
    ("given", "name"),
    [
        (yielding, "yielding"),
        (yielding_async, "yielding_async"),
        (functools.partial(yielding), "yielding"),
        (Yielding(), "Yielding"),
    ],
)
def test_generators_are_refused(
    refused: Callable[..., Any], given: Callable[..., Any], name: str
) -> None:
    """Calling them runs nothing, so the mistake would never be noticed."""
    error = refused(CHECK, given)
    assert error.code == "HK207"
    assert "the callback for comments.check contains yield" in str(error)
    assert error.problem.details == (f"callback: {name}",)
    assert "hint: return the answer instead" in str(error)


@pytest.mark.parametrize("refused", BOTH_REFUSE)
@pytest.mark.parametrize(
    ("given", "name", "why"),
    [
        (max, "max", "no signature found for builtin"),
        (obscure, "obscure", "unexpected object 5 in __signature__ attribute"),
        (functools.partial(max), "max", "no signature found for builtin"),
        (MethodType(max, 1), "max", "no signature found for builtin"),
        (MethodType(without_self, Words()), "without_self", "invalid method signature"),
    ],
)
def test_what_does_not_show_its_parameters_is_refused(
    refused: Callable[..., Any], given: Callable[..., Any], name: str, why: str
) -> None:
    """The message shows the hook, what Python says, and what to do."""
    error = refused(CHECK, given)
    assert error.code == "HK204"
    assert f"the callback for comments.check does not show its parameters: {name}" in str(error)
    assert HOOK_LINE in str(error)
    assert f"python:   {why}" in str(error)
    assert "hint: a method needs 'self'; a builtin needs a function of your own" in str(error)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (functools.partial(function, "first"), "callback: def function(text: str) -> str"),
        (functools.partial(Callable_(), "first"), "callback: def Callable_(text: str) -> str"),
        (
            functools.partial(async_function, "first"),
            "callback: async def async_function(text: str) -> str",
        ),
        (lambda author: author, "callback: def <lambda>(author)"),
        (functools.partial(Words().method, "first"), "callback: def method(text: str) -> str"),
    ],
)
def test_a_misfit_is_called_by_a_name_its_author_knows(
    given: Callable[..., Any], line: str
) -> None:
    """What is inside a partial is named, and an object by its class."""
    assert line in str(refused_by_position(CHECK, given))


@pytest.mark.parametrize("refused", BOTH_REFUSE)
def test_a_call_in_the_place_of_a_function(refused: Callable[..., Any]) -> None:
    """The hint says what was probably meant, and Python does not warn of it as well."""

    async def check() -> None: ...

    assert "hint: give the function itself, without calling it" in str(refused(CHECK, check()))
