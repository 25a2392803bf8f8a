"""Hooks whose callbacks are registered by key, and hooks that belong together."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.specs import Category, Keyed, hookspec


def test_a_hook_can_be_keyed() -> None:
    """The declaration keeps by which argument, and how keys are read."""

    def read(key: str) -> tuple[str, str]:
        return key.lower(), key

    class Logins(Category):
        @hookspec(rules.FirstResult(), keyed=Keyed("kind", read))
        async def check(self, user: str, kind: str) -> str | None:
            """Called when a user logs in."""

        @hookspec(rules.FirstResult())
        async def find(self, user: str) -> str | None:
            """Called to find a user."""

    keyed = Logins.hookspecs["check"].keyed
    assert keyed is not None
    assert (keyed.argument, keyed.read("PW")) == ("kind", ("pw", "PW"))
    assert None is Logins.hookspecs["find"].keyed


@pytest.mark.parametrize("key", ["pw", 3, ("pw", ("password",)), None])
def test_keys_are_taken_as_they_are(key: Any) -> None:
    """Without a reading, they have no details to disagree about."""
    assert Keyed("kind").read(key) == (key, None)


def test_keys_are_read_by_a_function() -> None:
    """Anything else is refused where it is declared."""
    with pytest.raises(SpecError, match="given read='pw', which cannot be called") as caught:
        Keyed("kind", "pw")  # type: ignore[arg-type]
    assert caught.value.code == "HK304"
    assert "a function that takes a key as modules write it" in str(caught.value)


async def check(self: Any, user: str, kind: str) -> str | None:
    """Called when a user logs in."""


@pytest.mark.parametrize(
    ("rule", "options", "message"),
    [
        (rules.FirstResult(), {"keyed": Keyed("sort")}, "check is keyed by 'sort', which it does"),
        (
            rules.FirstDenial(read=str, replaces="text"),
            {},
            "check replaces 'text', which it does not take",
        ),
    ],
)
def test_arguments_that_are_named_exist(
    rule: rules.Rule, options: dict[str, Any], message: str
) -> None:
    """A key, or what is replaced, is one of the hook's own arguments."""
    with pytest.raises(SpecError, match=message) as caught:
        hookspec(rule, **options)(check)
    assert caught.value.code == "HK304"
    assert "user, kind" in str(caught.value)


def test_the_name_of_an_argument_is_no_key() -> None:
    """Who forgets `Keyed` is told so."""
    with pytest.raises(SpecError, match="has keyed='kind', which is not a Keyed") as caught:
        hookspec(rules.FirstResult(), keyed="kind")(check)  # type: ignore[arg-type]
    assert caught.value.code == "HK304"
    assert 'write keyed=Keyed("argument")' in str(caught.value)


def test_a_hook_with_replacements_has_no_body() -> None:
    """What was replaced is the result in the end, so there is nothing to fall back to."""

    async def ask(self: Any, text: str) -> Any:
        """Called before a text is kept."""
        return text

    assert hookspec(rules.FirstDenial(read=str))(ask) is ask
    with pytest.raises(SpecError, match="FirstDenial with replaces= asks every module") as caught:
        hookspec(rules.FirstDenial(read=str, replaces="text"))(ask)
    assert caught.value.code == "HK304"


def told(self: Any) -> None:
    """Called now and then."""


def category(**requires: tuple[str, ...]) -> type[Any]:
    """Declare a category of hooks, each with those that it requires."""
    hooks = {}
    for name, required in requires.items():
        function = FunctionType(told.__code__, {}, name)
        function.__doc__, function.__annotations__ = told.__doc__, told.__annotations__
        hooks[name] = hookspec(rules.Notify(), requires=required)(function)
    return type("Updates", (Category,), hooks)


def test_a_hook_can_require_others() -> None:
    """Those are hooks of the same category, also in both directions."""
    made = category(begin=("end",), end=("begin", "log"), log=())
    assert [spec.requires for spec in made.hookspecs.values()] == [("end",), ("begin", "log"), ()]


@pytest.mark.parametrize(
    ("requires", "message", "expected"),
    [
        ({"begin": ("ends",), "end": ()}, "begin requires 'ends'", "expected: end"),
        ({"begin": ("begin",), "end": ()}, "begin requires 'begin'", "expected: end"),
        ({"begin": ("end",)}, "begin requires 'end'", "expected: no hook: it is the only one"),
    ],
)
def test_what_is_required_is_another_hook(
    requires: dict[str, tuple[str, ...]], message: str, expected: str
) -> None:
    """A misspelt one is found where the category is declared."""
    with pytest.raises(SpecError, match=message) as caught:
        category(**requires)
    assert caught.value.code == "HK304"
    assert expected in str(caught.value)


def test_a_category_that_takes_a_hook_away_must_not_need_it() -> None:
    """What a subclass requires is checked against its own hooks."""
    base = category(begin=("end",), end=())
    with pytest.raises(
        SpecError, match="begin requires 'end', which is not another hook of Lesser"
    ):
        type("Lesser", (base,), {"end": None})


def test_no_hook_hides_what_makes_a_category_exclusive() -> None:
    """The name is taken, as is that of everything a category has."""

    async def exclusive(self: Any) -> None:
        """Called now and then."""

    with pytest.raises(SpecError, match="cannot be called 'exclusive'") as caught:
        hookspec(rules.Notify())(exclusive)
    assert caught.value.code == "HK303"


def test_a_hook_does_not_replace_its_key() -> None:
    """The chain of a call is chosen before any module is asked."""

    async def check(self: Any, kind: str) -> Any:
        """Called when a user logs in."""

    rule = rules.FirstDenial(read=lambda answer: answer, replaces="kind")
    with pytest.raises(SpecError, match="replaces 'kind', by which its callbacks are chosen"):
        hookspec(rule, keyed=Keyed("kind"))(check)
