from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from hostkit.rules import Decision, FirstDenial, FirstResult
from hostkit.specs import hookspec
from hostkit.specs._functions import show_function, show_parameter
from hostkit.specs._hookspec import SPEC_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Callable


def annotated(a: int, b: dict[str, int] | None = None) -> list[str]: ...


def evaluated() -> None: ...


evaluated.__annotations__["return"] = dict[str, int]


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda a, b=2, /, c=3, *d, e=5, **f: None, "def f(a, b=2, /, c=3, *d, e=5, **f)"),
        (annotated, "def f(a: int, b: dict[str, int] | None = None) -> list[str]"),
        (evaluated, "def f() -> dict[str, int]"),
    ],
)
def test_a_signature_is_shown_as_it_was_written(function: Callable[..., Any], text: str) -> None:
    """Annotations that were not evaluated are shown without quotes, others as usual."""
    assert show_function("f", inspect.signature(function)) == text


def test_an_asynchronous_function_is_shown_as_one() -> None:
    """The line begins as its author wrote it."""
    assert show_function("f", inspect.Signature(), is_async=True) == "async def f()"


def test_a_parameter_is_shown_as_in_its_signature() -> None:
    """With its annotation and default."""
    parameters = inspect.signature(annotated).parameters.values()
    assert [*map(show_parameter, parameters)] == ["a: int", "b: dict[str, int] | None = None"]


def test_a_decision_is_shown_by_its_name() -> None:
    """Without the `None` that stands for the empty body, however the annotation is given."""

    async def check(self: object, text: str) -> Any:
        """Called for each text."""

    for annotation in (Decision, Decision | None, "Decision | None", "Decision"):
        check.__annotations__["return"] = annotation
        declared = getattr(hookspec(FirstDenial())(check), SPEC_ATTRIBUTE)
        assert declared.show() == "async def check(text: str) -> Decision"
    check.__annotations__["return"] = "str | None"
    declared = getattr(hookspec(FirstResult())(check), SPEC_ATTRIBUTE)
    assert declared.show() == "async def check(text: str) -> str | None"
