"""What can be found out about a declared function: its arguments, its body, its signature."""

from __future__ import annotations

import dis
import inspect
import sys
from typing import TYPE_CHECKING, Any, Final

from hostkit.codes import Code
from hostkit.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class _Bare(str):
    """Text that stands for itself, without quotes: an annotation that was not evaluated."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def show_function(name: str, signature: inspect.Signature, *, is_async: bool = False) -> str:
    """Write a function's first line, without the colon."""
    parameters = [_bare_parameter(parameter) for parameter in signature.parameters.values()]
    bare = signature.replace(
        parameters=parameters, return_annotation=_bare(signature.return_annotation)
    )
    return f"{'async ' if is_async else ''}def {name}{bare}"


def show_parameter(parameter: inspect.Parameter) -> str:
    """Write one parameter as it stands in a signature."""
    return str(_bare_parameter(parameter))


def _bare_parameter(parameter: inspect.Parameter) -> inspect.Parameter:
    return parameter.replace(annotation=_bare(parameter.annotation))


def _bare(annotation: Any) -> Any:
    return _Bare(annotation) if isinstance(annotation, str) else annotation


def has_body(function: Callable[..., Any]) -> bool:
    """Whether a function has code of its own, and not just a docstring, ``...`` or ``pass``.

    Compares compiled code, since the source is not always at hand.
    """
    return _steps(function) not in _EMPTY


def _steps(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    code = inspect.unwrap(function).__code__
    # Of two statements that do nothing, one leaves a NOP behind.
    return [
        (step.opname, step.argval) for step in dis.get_instructions(code) if step.opname != "NOP"
    ]


def _plain() -> None: ...


async def _coroutine() -> None: ...


_EMPTY = (_steps(_plain), _steps(_coroutine))


_TAKEN: Final = ("name", "hookspecs", "exclusive")
"""What a category has besides its hooks."""


def arguments_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """Name the arguments of a hook.

    Raises:
        SpecError: The method cannot be one (HK303).
    """
    _check_function(function)
    if function.__name__.startswith("_"):
        raise SpecError(
            Code.NOT_A_METHOD,
            f"a hook cannot be called {function.__name__}",
            details=where(function),
            hint="leave out the underscore: its name is what modules register for",
        )
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters or parameters[0].name != "self":
        raise SpecError(
            Code.NOT_A_METHOD,
            f"hookspec {function.__name__} must be a method: its first parameter is 'self'",
            details=where(function),
        )
    for parameter in parameters[1:]:
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or parameter.name.startswith("_"):
            raise SpecError(
                Code.NOT_A_METHOD,
                f"hookspec {function.__name__} cannot have the parameter "
                f"'{show_parameter(parameter)}'",
                details=where(function),
                expected="plain parameters, which can be passed by position and by name, "
                "with names that do not begin with an underscore",
            )
    return tuple(parameter.name for parameter in parameters[1:])


def check_documented(function: Callable[..., Any]) -> None:
    """Make sure that a method has a docstring and annotations.

    Raises:
        SpecError: It has not (HK301, HK302).
    """
    # With `python -OO` there are no docstrings to check.
    if not (function.__doc__ or "").strip() and sys.flags.optimize < 2:  # noqa: PLR2004
        raise SpecError(
            Code.NO_DOCSTRING,
            f"hookspec {function.__name__} has no docstring",
            details=where(function),
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
            Code.NO_ANNOTATION,
            f"hookspec {function.__name__} has no annotation for {', '.join(missing)}",
            details=where(function),
            hint="annotate every argument and the return value",
        )


def where(function: Callable[..., Any]) -> tuple[str, ...]:
    """Say where a function stands, as a detail of an error."""
    code = function.__code__
    return (f"{function.__qualname__} at {code.co_filename}:{code.co_firstlineno}",)


def _check_function(function: object) -> None:
    if not inspect.isfunction(function):
        raise SpecError(
            Code.NOT_A_METHOD,
            f"@hookspec stands above {function!r}, which is not a function",
            hint="a hook is a plain method: write @hookspec directly above its 'def'",
        )
    if function.__name__ in _TAKEN:
        raise SpecError(
            Code.NOT_A_METHOD,
            f"a hook cannot be called {function.__name__!r}: every category has that already",
            details=where(function),
            hint="rename it",
        )
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise SpecError(
            Code.NOT_A_METHOD,
            f"hookspec {function.__name__} contains yield, so calling it runs nothing",
            details=where(function),
            hint="return the answer instead",
        )


def use_own_names(
    function: str, names: Iterable[tuple[str, str]], kwargs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Put a function's own names in the place of other ones that a caller may use.

    Args:
        function: The function's name.
        names: Pairs of another name and the function's own.
        kwargs: What the caller gives by name.

    Raises:
        TypeError: An argument is given by both names.
    """
    for other, own in names:
        if other in kwargs:
            if own in kwargs:
                raise TypeError(f"{function}() got {own!r} also as {other!r}")
            kwargs = {own if name == other else name: kwargs[name] for name in kwargs}
    return kwargs
