from __future__ import annotations

import sys
import unittest
from typing import Annotated, Any, Literal, Protocol, TypedDict, TypeVar

import pytest
from hypothesis import strategies

from hostkit import Category, Decision, Keyed, hookspec, rules
from hostkit.testing import check_category

from .cases import problems_of, run_case
from .shop import Comments, Logins


class Fields(TypedDict):
    """A dictionary."""

    name: str


class Sized(Protocol):
    """What only type checkers know."""

    size: int


TestComments = check_category(Comments)
TestLogins = check_category(Logins, arguments={"check_login": {"kind": "password"}})


def test_it_belongs_to_the_file_that_asks_for_it() -> None:
    """So that reports of unittest and pytest name that file, and each test its hook."""
    assert TestComments.__module__ == __name__
    assert TestComments.__name__ == "TestComments"
    names = unittest.defaultTestLoader.getTestCaseNames(TestComments)
    assert [name for name in names if "check_now" in name] == [
        "test_check_now_with_a_module_in_shadow_mode",
        "test_check_now_with_a_module_that_raises",
        "test_check_now_without_a_module",
    ]
    assert "test_on_posted_when_it_is_cancelled" in names


class Deciding(Category):
    """Callbacks of which one needs a module that decides."""

    @hookspec(rules.FirstDenial(), must_decide=True)
    async def check_must(self, text: str) -> Decision:
        """Called before a comment is stored."""

    @hookspec(
        rules.FirstResult(default=0),
        keyed=Keyed("kind", lambda key: (key[0], None)),
        copy=("items",),
    )
    async def find_sum(self, kind: str, items: list[int]) -> int:
        """Called for the sum of something."""

    @hookspec(rules.FirstDenial(veto=lambda error: isinstance(error, Exception)))
    async def check_veto(self, text: str = "hi") -> Decision:
        """Called where each exception is a denial."""


TestDeciding = check_category(
    Deciding,
    arguments={"find_sum": {"kind": "fee", "items": strategies.just([1])}},
    keys={"find_sum": ("fee", 1)},
)


class Priced(Category):
    """Callbacks that need a module for a result."""

    @hookspec(rules.FirstResult(), must_decide=True)
    async def find_price(self) -> int | None:
        """Called for a price."""


def test_what_has_no_result_without_a_module_is_not_compared_with_it() -> None:
    """As there is no host without one."""
    result = run_case(check_category(Priced))
    assert result.wasSuccessful()
    assert {reason for _, reason in result.skipped} == {
        "priced.find_price has no result without a module"
    }


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (None, None, True),
        (1, None, False),
        (1, float, True),
        ("a", Literal["a", "b"], True),
        (True, Literal[1], False),
        ([1], list[str], True),
        ({1}, list[int] | None, False),
        (1, Annotated[int, "in metres"], True),
        ("a", Annotated[int, "in metres"] | None, False),
        ({}, Fields, True),
        (1, Fields, False),
        (1, TypeVar("T"), True),
        (1, Sized, True),
    ],
    ids=str,
)
def test_a_value_fits_its_annotation(value: object, hint: object, expected: bool) -> None:
    """As far as that can be seen from outside."""

    class Odd(Category):
        """A hook whose body gives one value."""

        async def find(self) -> Any:
            """Called by a test."""
            return value

        find.__annotations__["return"] = hint
        find = hookspec(rules.FirstResult())(find)

    problems = problems_of(check_category(Odd, loops=["asyncio"]))
    assert ("find_without_a_module" not in problems) is expected


class Single(Category):
    """Callbacks of one module."""

    exclusive = True

    @hookspec(rules.FirstResult(default=0), copy=("items",))
    async def find_sum(self, items: list[int]) -> int:
        """Called for the sum of something."""


TestSingle = check_category(Single)


class Unknown:
    """What hypothesis cannot make without help."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Typed(Category):
    """Callbacks with arguments of many kinds."""

    @hookspec(rules.Notify())
    async def on_unknown(self, what: Unknown, number: int) -> None:
        """Called for what is not known."""

    @hookspec(rules.Notify())
    async def on_missing(self, what: Missing) -> None:  # type: ignore[name-defined] # noqa: F821
        """Called for what is not there."""


def test_arguments_that_cannot_be_made_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them at once; also without hypothesis."""
    with pytest.raises(TypeError) as caught:
        check_category(Typed)
    assert str(caught.value).splitlines() == [
        (
            "there are no values for some arguments of hooks; give them, as in "
            'arguments={"hook": {"argument": value}}:'
        ),
        "  typed.on_unknown: what: 'Unknown' (hypothesis cannot make any from the annotation)",
        "  typed.on_missing: what: 'Missing' (hypothesis cannot make any from the annotation)",
    ]
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(TypeError) as caught:
        check_category(Typed, arguments={"on_unknown": {"what": 1}, "on_missing": {"what": 1}})
    assert str(caught.value).splitlines()[1:] == [
        "  typed.on_unknown: number: 'int' (hypothesis, which could make some, is not installed)",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"check_coment": {}}, "the hook 'check_coment', which does not exist; did you mean "),
        (
            {"check_comment": {"x": 1}},
            "the argument 'x' of comments.check_comment, which does not ",
        ),
    ],
)
def test_arguments_that_no_hook_has_are_refused(
    arguments: dict[str, dict[str, int]], message: str
) -> None:
    """With what may have been meant."""
    with pytest.raises(TypeError, match=message):
        check_category(Comments, arguments=arguments)
