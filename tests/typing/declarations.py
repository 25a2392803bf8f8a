"""What a host author's and a module author's declarations are to a type checker."""

from __future__ import annotations

from typing import Any, Literal, assert_type

from hostkit import ALLOW, Category, Decision, Deny, Host, ModuleApi, hookimpl, hookspec, rules
from hostkit.rules import Allow


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial(on_error="deny"))
    async def check_comment(self, author: str, text: str) -> Decision:
        """Called before a comment is stored."""

    @hookspec(rules.Collect(), required=1)
    def names(self, text: str, limit: int = 3) -> str:
        """Called to collect names, without awaiting."""


class Words:
    """A module."""

    def __init__(self, config: object, api: ModuleApi) -> None:
        self.config = config
        api.register_hookimpls(self)

    @hookimpl
    async def check_comment(self, text: str) -> Decision:
        """Deny what contains a word."""
        return Deny("word", "no such words", word=text) if "casino" in text else ALLOW

    @hookimpl(specname="names", optionalhook=True)
    def name(self, text: str) -> str:
        """Take it as it is."""
        return text


async def hookspec_keeps_the_type(comments: Comments) -> None:
    """A declared method has the type that was written."""
    assert_type(await comments.check_comment("a", text="b"), Decision)
    await comments.check_comment(5, "b")  # type: ignore[arg-type]
    assert_type(comments.names("a"), list[str])
    assert_type(comments.names(text="a", limit=5), list[str])
    comments.names(5)  # type: ignore[arg-type]


async def hookimpl_keeps_the_type(words: Words) -> None:
    """A marked method has the type that was written, with and without parentheses."""
    assert_type(await words.check_comment("a"), Decision)
    assert_type(words.name("a"), str)
    words.name(5)  # type: ignore[arg-type]
    await words.check_comment(txt="a")  # type: ignore[call-arg]


def a_denial_narrows(decision: Decision) -> str:
    """After `isinstance` there is only the other one left."""
    if isinstance(decision, Deny):
        assert_type(decision, Deny)
        return decision.code
    assert_type(decision, Literal[Allow.ALLOW])
    return str(decision)


def an_allow_narrows(decision: Decision) -> str:
    """And so it is after `is ALLOW`."""
    if decision is ALLOW:
        assert_type(decision, Literal[Allow.ALLOW])
        return "fine"
    assert_type(decision, Deny)
    return decision.reason


def decisions_are_nothing_else() -> None:
    """Neither truth values nor strings are decisions."""
    a_denial_narrows(True)  # type: ignore[arg-type]
    a_denial_narrows("spam")  # type: ignore[arg-type]


async def hooks_are_typed(host: Host) -> None:
    """A category's hooks are called through an object of the category's type."""
    hooks = host.hooks[Comments]
    assert_type(hooks, Comments)
    assert_type(await hooks.check_comment("a", "b"), Decision)
    assert_type(await hooks.check_comment(author="a", text="b"), Decision)
    assert_type(hooks.names("a"), list[str])
    await hooks.check_comment("a", 5)  # type: ignore[arg-type]
    await hooks.check_comment("a")  # type: ignore[call-arg]
    hooks.check_coment  # type: ignore[attr-defined]  # noqa: B018


async def hooks_by_name_are_not_typed(host: Host) -> None:
    """What is looked up by a string can be anything, and so can an attribute."""
    assert_type(host.hooks["comments"], Any)
    assert_type(host.hooks.comments, Any)
    host.hooks[5]  # type: ignore[call-overload]


def rules_know_their_options() -> None:
    """Policies that do not exist, and options of other rules, are type errors."""
    rules.FirstDenial(on_error="ignore")  # type: ignore[call-overload]
    rules.Notify(default=5)  # type: ignore[call-arg]
    rules.Merge()  # type: ignore[call-overload]
    hookspec(rules.Notify)  # type: ignore[arg-type]
