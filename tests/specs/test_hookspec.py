from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.specs import Category, Hookspec, hookspec

NOTIFY = rules.Notify()


class Comments(Category):
    @hookspec(NOTIFY)
    async def on_comment(self, author: str, text: str = "") -> None:
        """Called after a comment was stored."""

    @hookspec(
        rules.FirstResult(), required=1, copy=("options",), added="1.2", deprecated="use on_comment"
    )
    def choose(self, text: str, options: list[str], limit: int) -> str | None:
        """Called to choose an option."""
        return options[0] if text else None


ON_COMMENT = Comments.hookspecs["on_comment"]
CHOOSE = Comments.hookspecs["choose"]


def refused(function: Any, **options: Any) -> SpecError:
    with pytest.raises(SpecError) as caught:
        hookspec(NOTIFY, **options)(function)
    return caught.value


def place_of(function: Callable[..., Any]) -> str:
    code = function.__code__
    return f"{function.__qualname__} at {code.co_filename}:{code.co_firstlineno}"


def test_a_hookspec_knows_what_was_declared() -> None:
    """Everything said about a hook is at hand."""
    assert (
        Hookspec(
            name="choose",
            category="comments",
            function=Comments.choose,
            rule=rules.FirstResult(),
            arguments=("text", "options", "limit"),
            required=1,
            copy=frozenset({"options"}),
            added="1.2",
            deprecated="use on_comment",
        )
        == CHOOSE
    )


def test_what_is_not_said_has_a_default() -> None:
    """All arguments are required, none is copied, and the hook has always been there."""
    assert (("author", "text"), 2, frozenset(), None, None) == (
        ON_COMMENT.arguments,
        ON_COMMENT.required,
        ON_COMMENT.copy,
        ON_COMMENT.added,
        ON_COMMENT.deprecated,
    )


def test_async_def_makes_a_hook_that_is_awaited() -> None:
    """Plain `def` makes a synchronous one."""
    assert [ON_COMMENT.is_async, CHOOSE.is_async] == [True, False]


def test_a_body_with_code_is_a_fallback() -> None:
    """A docstring alone is none."""
    assert [ON_COMMENT.has_fallback, CHOOSE.has_fallback] == [False, True]


def test_the_signature_is_the_callers() -> None:
    """There is no `self` in it."""
    assert str(ON_COMMENT.signature) == "(author: 'str', text: 'str' = '') -> 'None'"


def test_a_hookspec_is_shown_as_it_was_written() -> None:
    """On one line, without `self`."""
    assert ON_COMMENT.show() == "async def on_comment(author: str, text: str = '') -> None"
    assert CHOOSE.show() == "def choose(text: str, options: list[str], limit: int) -> str | None"


def test_a_declared_method_stays_itself() -> None:
    """The decorator marks the function and returns it, so it can still be called."""

    def choose(self: object, text: str) -> str:
        """Called to choose."""
        return text * 2

    assert choose is hookspec(rules.FirstResult())(choose)
    assert choose(None, "ab") == "abab"


@pytest.mark.parametrize("wrong", [rules.Notify, "notify", None, lambda self: None])
def test_a_hookspec_needs_a_rule(wrong: Any) -> None:
    """Forgotten parentheses are found, and the hint shows how to write it."""
    with pytest.raises(SpecError) as caught:
        hookspec(wrong)
    assert caught.value.code == "HK304"
    assert f"@hookspec needs a rule, not {wrong!r}" in str(caught.value)
    assert "hint: write @hookspec(rules.FirstDenial())" in str(caught.value)


def without_docstring(self: object, text: str) -> None: ...


def with_blank_docstring(self: object, text: str) -> None:
    """ """  # noqa: D419


@pytest.mark.parametrize("function", [without_docstring, with_blank_docstring])
def test_a_hookspec_needs_a_docstring(function: Callable[..., Any]) -> None:
    """The message says where it is and what to write."""
    error = refused(function)
    assert error.code == "HK301"
    assert f"hookspec {function.__name__} has no docstring" in str(error)
    assert place_of(function) in str(error)
    assert "hint: say when it is called and what each answer does" in str(error)


def test_python_without_docstrings_runs_hosts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `-OO` there are none to be checked."""
    monkeypatch.setattr(sys, "flags", SimpleNamespace(optimize=2))

    def on_word(self: object, text: str) -> None: ...

    assert on_word is hookspec(NOTIFY)(on_word)


def test_a_hookspec_needs_annotations() -> None:
    """All that are missing are told at once; only `self` needs none."""

    def on_word(self, text, count: int, place):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """Called for every word."""

    error = refused(on_word)
    assert error.code == "HK302"
    assert "on_word has no annotation for 'text', 'place', the return value" in str(error)
    assert place_of(on_word) in str(error)
    assert "hint: annotate every argument and the return value" in str(error)


def test_what_returns_nothing_must_say_so() -> None:
    """`-> None` is an annotation, nothing at all is not."""

    def on_word(self, text: str):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """Called for every word."""

    assert "has no annotation for the return value" in str(refused(on_word))


def no_parameters() -> None:
    """Called as a function."""


def other_first(text: str) -> None:
    """Called with something else."""


@pytest.mark.parametrize("function", [no_parameters, other_first])
def test_a_hookspec_is_a_method(function: Callable[..., Any]) -> None:
    """Its first parameter is `self`, also where it is declared outside of a class."""
    error = refused(function)
    assert error.code == "HK303"
    assert (f"hookspec {function.__name__} must be a method: its first parameter is 'self'") in str(
        error
    )
    assert place_of(function) in str(error)


@pytest.mark.parametrize(
    ("parameters", "wrong"),
    [
        ("self, text: str, /", "text: str"),
        ("self, *texts: str", "*texts: str"),
        ("self, *, text: str", "text: str"),
        ("self, **texts: str", "**texts: str"),
        ("self, text: str, _text: str", "_text: str"),
    ],
)
def test_arguments_can_be_passed_either_way(parameters: str, wrong: str) -> None:
    """What cannot be passed both by position and by name is refused, and so is a private name."""
    namespace: dict[str, Any] = {}
    exec(f"def on_word({parameters}) -> None: 'Called for every word.'", namespace)
    error = refused(namespace["on_word"])
    assert error.code == "HK303"
    assert f"hookspec on_word cannot have the parameter '{wrong}'" in str(error)
    assert "on_word at <string>:1" in str(error)
    assert "expected: plain parameters" in str(error)


@pytest.mark.parametrize("wrap", [staticmethod, classmethod, property])
def test_only_functions_can_be_declared(wrap: Callable[..., Any]) -> None:
    """What another decorator made of a method is no hook; the hint tells the right order."""
    wrapped = wrap(ON_COMMENT.function)
    error = refused(wrapped)
    assert error.code == "HK303"
    assert f"@hookspec stands above {wrapped!r}, which is not a function" in str(error)
    assert "hint: a hook is a plain method" in str(error)


def yielding(self: object) -> Any:
    """Called to yield."""
    yield


async def yielding_async(self: object) -> Any:
    """Called to yield."""
    yield


@pytest.mark.parametrize("function", [yielding, yielding_async])
def test_a_hookspec_does_not_yield(function: Callable[..., Any]) -> None:
    """A generator has no answer, neither a plain nor an asynchronous one."""
    error = refused(function)
    assert error.code == "HK303"
    assert f"hookspec {function.__name__} contains yield" in str(error)
    assert place_of(function) in str(error)
    assert "hint: return the answer instead" in str(error)


@pytest.mark.parametrize("taken", ["name", "hookspecs"])
def test_a_hook_cannot_hide_what_a_category_has(taken: str) -> None:
    """The names of a category's own attributes are taken."""

    def on_word(self: object) -> None:
        """Called for every word."""

    on_word.__name__ = taken
    error = refused(on_word)
    assert error.code == "HK303"
    assert f"a hook cannot be called '{taken}'" in str(error)
    assert "hint: rename it" in str(error)


def two_arguments(self: object, author: str, text: str) -> None:
    """Called with two arguments."""


@pytest.mark.parametrize("required", [0, 1, 2])
def test_any_number_of_leading_arguments_can_be_required(required: int) -> None:
    """From none to all."""

    class Words(Category):
        on_word = hookspec(NOTIFY, required=required)(two_arguments)

    assert Words.hookspecs["on_word"].required == required


@pytest.mark.parametrize("required", [-1, 3, "1", 1.0])
def test_no_more_can_be_required_than_there_is(required: Any) -> None:
    """The range is told."""
    error = refused(two_arguments, required=required)
    assert error.code == "HK304"
    assert f"hookspec two_arguments has required={required!r}, but 2 arguments" in str(error)
    assert place_of(two_arguments) in str(error)
    assert "expected: a number from 0 to 2" in str(error)


@pytest.mark.parametrize("copy", [("txt",), ("text", "zzz", "txt")])
def test_only_arguments_can_be_copied(copy: tuple[str, ...]) -> None:
    """The first unknown name is told, with the known ones."""
    error = refused(two_arguments, copy=copy)
    assert error.code == "HK304"
    assert "hookspec two_arguments copies 'txt', which it does not take" in str(error)
    assert place_of(two_arguments) in str(error)
    assert "expected: author, text" in str(error)


def test_a_hook_without_arguments_has_nothing_to_copy() -> None:
    """The message says so instead of listing nothing."""

    def on_start(self: object) -> None:
        """Called at the start."""

    assert "expected: no argument" in str(refused(on_start, copy=("text",)))


def test_the_signature_of_a_declared_method_is_unchanged() -> None:
    """Editors and type checkers see what the author wrote, `self` included."""
    assert list(inspect.signature(Comments.on_comment).parameters) == ["self", "author", "text"]
