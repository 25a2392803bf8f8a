from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hostkit.errors import SpecError
from hostkit.rules import Decision, FirstDenial, FirstResult, Rule
from hostkit.specs import Category, hookspec

from .fitting import hook, refused_by_position


def annotated(a: int, b: dict[str, int] | None = None) -> list[str]: ...


def evaluated() -> None: ...


evaluated.__annotations__["return"] = dict[str, int]


def shown(function: Callable[..., Any]) -> str:
    """How a function is shown when it is refused as a callback, named ``f``."""
    function.__name__ = function.__qualname__ = "f"
    error = refused_by_position(hook("abcdefgh", 8), function)
    (line,) = [line for line in str(error).splitlines() if "callback: " in line]
    return line.partition("callback: ")[2]


def declared(rule: Rule, function: Any) -> str:
    """How a hook is shown."""
    category: type[Category] = type("Desk", (Category,), {"check": hookspec(rule)(function)})
    return category.hookspecs["check"].show()


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda a, b=2, /, c=3, *d, e=5, g, **f: 7, "def f(a, b=2, /, c=3, *d, e=5, g, **f)"),
        (annotated, "def f(a: int, b: dict[str, int] | None = None) -> list[str]"),
        (evaluated, "def f() -> dict[str, int]"),
    ],
)
def test_a_signature_is_shown_as_it_was_written(function: Callable[..., Any], text: str) -> None:
    """Annotations that were not evaluated are shown without quotes, others as usual."""
    assert shown(function) == text


def test_an_asynchronous_function_is_shown_as_one() -> None:
    """The line begins as its author wrote it."""

    async def nothing() -> None: ...

    assert shown(nothing) == "async def f() -> None"


def test_a_parameter_is_shown_as_in_its_signature() -> None:
    """With its annotation and default."""

    async def short(self: object, *, a: int) -> None:
        """Called sometimes."""

    async def long(self: object, *, b: dict[str, int] | None = None) -> None:
        """Called sometimes."""

    with pytest.raises(SpecError, match="parameter 'a: int'"):
        hookspec(FirstDenial())(short)
    with pytest.raises(SpecError, match=r"parameter 'b: dict.str, int. . None = None'"):
        hookspec(FirstDenial())(long)


def test_a_decision_is_shown_by_its_name() -> None:
    """Without the `None` that stands for the empty body, however the annotation is given."""

    async def check(self: object, text: str) -> Any:
        """Called for each text."""

    for annotation in (Decision, Decision | None, "Decision | None", "Decision"):
        check.__annotations__["return"] = annotation
        assert declared(FirstDenial(), check) == "async def check(text: str) -> Decision"
    check.__annotations__["return"] = "str | None"
    assert declared(FirstResult(), check) == "async def check(text: str) -> str | None"
