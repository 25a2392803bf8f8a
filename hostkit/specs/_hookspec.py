"""`@hookspec`: one hook, declared as a method of its category."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any, Final, TypeVar, final

import attrs
import pluggy

from hostkit import codes
from hostkit.errors import SpecError
from hostkit.rules import Rule
from hostkit.specs._body import has_body
from hostkit.specs._show import show_function, show_parameter

PROJECT: Final = "hostkit"
"""The pluggy project that marks hookspecs and hookimpls."""

SPEC_ATTRIBUTE: Final = "__hookspec__"

_TAKEN: Final = ("name", "hookspecs")
"""What a category has besides its hooks."""

_F = TypeVar("_F", bound=Callable[..., Any])
_mark: Final = pluggy.HookspecMarker(PROJECT)


@final
@attrs.frozen(kw_only=True)
class Hookspec:
    """What is declared about one hook.

    Attributes:
        name: The hook's name.
        category: The name of its category; empty until the category is declared.
        function: The declared function; its body, if it has one, is the fallback.
        rule: How its chain becomes one result.
        arguments: The names of its arguments, in order.
        required: How many leading arguments a positional callback must accept.
        copy: The arguments of which each callback gets its own deep copy.
        added: The host's version that brought the hook.
        deprecated: Why modules should no longer register for it.
    """

    name: str
    function: Callable[..., Any]
    rule: Rule
    arguments: tuple[str, ...]
    required: int
    category: str = ""
    copy: frozenset[str] = frozenset()
    added: str | None = None
    deprecated: str | None = None

    @property
    def full_name(self) -> str:
        """The name people use for it: ``category.hook``."""
        return f"{self.category}.{self.name}"

    @functools.cached_property
    def is_async(self) -> bool:
        """Whether callers await it, and callbacks may be asynchronous."""
        return inspect.iscoroutinefunction(self.function)

    @functools.cached_property
    def has_fallback(self) -> bool:
        """Whether the declared body is run when no module decides."""
        return has_body(self.function)

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """The signature without ``self``."""
        signature = inspect.signature(self.function)
        return signature.replace(parameters=list(signature.parameters.values())[1:])

    def show(self) -> str:
        """Write the declaration on one line."""
        return show_function(self.name, self.signature, is_async=self.is_async)


def hookspec(
    rule: Rule,
    *,
    required: int | None = None,
    copy: tuple[str, ...] = (),
    added: str | None = None,
    deprecated: str | None = None,
) -> Callable[[_F], _F]:
    """Declare a method of a `Category` as a hook.

    It is a pluggy hookspec that also carries its rule. ``async def`` makes a hook that is awaited,
    plain ``def`` a synchronous one. The method needs annotations and a docstring; a body with code
    is run when no module decides, with the same arguments, instead of the rule's default.

    Args:
        rule: How the chain of callbacks becomes one result.
        required: How many leading arguments callbacks must accept; older callbacks may leave out
            the rest. By default all.
        copy: Names of arguments of which each callback gets its own deep copy.
        added: The host's version that brought the hook.
        deprecated: Why modules should no longer use it; said in the log when one does.

    Returns:
        The decorator, which returns the method unchanged.

    Raises:
        SpecError: The declaration is wrong (codes HK301 to HK304).
    """
    _check_rule(rule)

    def declare(function: _F) -> _F:
        spec = _read(function, rule, required, copy)
        setattr(function, SPEC_ATTRIBUTE, attrs.evolve(spec, added=added, deprecated=deprecated))
        return _mark(function)

    return declare


def _read(
    function: Callable[..., Any], rule: Rule, required: int | None, copy: tuple[str, ...]
) -> Hookspec:
    arguments = _arguments(function)
    _check_documented(function)
    _check_fallback(function, rule)
    return Hookspec(
        name=function.__name__,
        function=function,
        rule=rule,
        arguments=arguments,
        required=_required(function, required, len(arguments)),
        copy=_copied(function, copy, arguments),
    )


def _check_rule(rule: object) -> None:
    if not isinstance(rule, Rule):
        raise SpecError(
            codes.BAD_OPTION,
            f"@hookspec needs a rule, not {rule!r}",
            hint="write @hookspec(rules.FirstDenial()), or another of hostkit.rules",
        )


def _where(function: Callable[..., Any]) -> tuple[str, ...]:
    code = function.__code__
    return (f"{function.__qualname__} at {code.co_filename}:{code.co_firstlineno}",)


def _check_documented(function: Callable[..., Any]) -> None:
    # With `python -OO` there are no docstrings to check.
    if not (function.__doc__ or "").strip() and sys.flags.optimize < 2:  # noqa: PLR2004
        raise SpecError(
            codes.NO_DOCSTRING,
            f"hookspec {function.__name__} has no docstring",
            details=_where(function),
            hint="say when it is called and what each answer does",
        )
    signature = inspect.signature(function)
    missing = [
        repr(parameter.name)
        for parameter in list(signature.parameters.values())[1:]
        if parameter.annotation is parameter.empty
    ]
    if signature.return_annotation is signature.empty:
        missing.append("the return value")
    if missing:
        raise SpecError(
            codes.NO_ANNOTATION,
            f"hookspec {function.__name__} has no annotation for {', '.join(missing)}",
            details=_where(function),
            hint="annotate every argument and the return value",
        )


def _check_fallback(function: Callable[..., Any], rule: Rule) -> None:
    if not rule.decides and has_body(function):
        raise SpecError(
            codes.BAD_OPTION,
            f"hookspec {function.__name__} has a body, but rules.{type(rule).__name__} asks "
            "every module, so there is nothing left for it to decide",
            details=_where(function),
            hint="leave nothing in the body but the docstring",
        )


def _arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    _check_function(function)
    if function.__name__.startswith("_"):
        raise SpecError(
            codes.NOT_A_METHOD,
            f"a hook cannot be called {function.__name__}",
            details=_where(function),
            hint="leave out the underscore: its name is what modules register for",
        )
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters or parameters[0].name != "self":
        raise SpecError(
            codes.NOT_A_METHOD,
            f"hookspec {function.__name__} must be a method: its first parameter is 'self'",
            details=_where(function),
        )
    for parameter in parameters[1:]:
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or parameter.name.startswith("_"):
            raise SpecError(
                codes.NOT_A_METHOD,
                f"hookspec {function.__name__} cannot have the parameter "
                f"'{show_parameter(parameter)}'",
                details=_where(function),
                expected="plain parameters, which can be passed by position and by name, "
                "with names that do not begin with an underscore",
            )
    return tuple(parameter.name for parameter in parameters[1:])


def _check_function(function: object) -> None:
    if not inspect.isfunction(function):
        raise SpecError(
            codes.NOT_A_METHOD,
            f"@hookspec stands above {function!r}, which is not a function",
            hint="a hook is a plain method: write @hookspec directly above its 'def'",
        )
    if function.__name__ in _TAKEN:
        raise SpecError(
            codes.NOT_A_METHOD,
            f"a hook cannot be called {function.__name__!r}: every category has that already",
            details=_where(function),
            hint="rename it",
        )
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise SpecError(
            codes.NOT_A_METHOD,
            f"hookspec {function.__name__} contains yield, so calling it runs nothing",
            details=_where(function),
            hint="return the answer instead",
        )


def _required(function: Callable[..., Any], required: int | None, total: int) -> int:
    if required is None:
        return total
    if not 0 <= required <= total:
        raise SpecError(
            codes.BAD_OPTION,
            f"hookspec {function.__name__} has required={required}, but {total} arguments",
            details=_where(function),
            expected=f"a number from 0 to {total}",
        )
    return required


def _copied(
    function: Callable[..., Any], copy: tuple[str, ...], arguments: tuple[str, ...]
) -> frozenset[str]:
    unknown = sorted(set(copy) - set(arguments))
    if unknown:
        raise SpecError(
            codes.BAD_OPTION,
            f"hookspec {function.__name__} copies {unknown[0]!r}, which it does not take",
            details=_where(function),
            expected=", ".join(arguments) or "no arguments to copy",
        )
    return frozenset(copy)
