"""How the arguments of a hook fit a callback."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.specs._callables import (
    callable_name,
    is_coroutine_function,
    is_generator_function,
    signature_of,
)
from hostkit.specs._functions import show_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.specs._hookspec import Hookspec


def check_callable(function: Any, what: str) -> None:
    """Make sure that there is something to call.

    Args:
        function: What is to be called.
        what: What for, as the error says it.

    Raises:
        RegistrationError: It cannot be called (HK203).
    """
    if callable(function):
        return
    is_called = inspect.iscoroutine(function)
    if is_called:
        function.close()  # or Python would warn that it was never awaited
    raise RegistrationError(
        Code.NOT_CALLABLE,
        f"{what} cannot be called: {function!r}",
        expected="a function or another callable",
        hint="give the function itself, without calling it" if is_called else None,
    )


_POSITIONAL: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@final
@attrs.frozen
class Fit:
    """How a callback is called.

    Attributes:
        arguments: What stands between the parentheses: ``("author", "text=text")``.
        is_async: Whether the call surely gives an awaitable; if not, its value is looked at.
        unfilled: A parameter that keeps its default, although the hook has an argument in its
            place, and the name of that argument.
    """

    arguments: tuple[str, ...]
    is_async: bool
    unfilled: tuple[str, str] | None = attrs.field(default=None, eq=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The hook's arguments that the callback receives."""
        return tuple(argument.partition("=")[0] for argument in self.arguments)


def fit_by_position(spec: Hookspec, function: Callable[..., Any]) -> Fit:
    """Fit a callback that gets the hook's arguments by position, whatever it calls them.

    All required arguments are passed. Of the others, as many as the callback has places for; a
    place with a default counts only if it is named as the argument, or has the same default, so
    that a default never is overwritten by mistake.

    Raises:
        RegistrationError: It cannot be called (HK203), cannot be called like that (HK204), or is
            of the wrong kind (HK207).
    """
    signature, is_async = _inspect(spec, function)
    parameters = list(signature.parameters.values())
    places = [parameter for parameter in parameters if parameter.kind in _POSITIONAL]
    takes_all = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
    unfilled = None
    count = 0
    for index, name in enumerate(spec.arguments):
        if index < len(places):
            place = places[index]
            if index >= spec.required and not takes_all and _keeps_default(spec, place, name):
                unfilled = (place.name, name)
                break
        elif not takes_all:
            break
        count += 1
    left_over = [place for place in places[count:] if place.default is place.empty]
    left_over += _required_keywords(parameters)
    why = None
    if count < spec.required:
        why = f"it must accept {spec.required} argument{'s' if spec.required > 1 else ''}"
    elif left_over:
        why = f"nothing is passed for its parameter '{left_over[0].name}'"
    if why is not None:
        raise _misfit(spec, function, signature, why, is_async=is_async)
    return Fit(spec.arguments[:count], is_async, unfilled)


def _keeps_default(spec: Hookspec, place: inspect.Parameter, argument: str) -> bool:
    """Whether a place is not for the argument that would be passed to it."""
    if place.default is place.empty or place.name == argument:
        return False
    # One that is named as another argument is not for this one, whatever its default is.
    default = spec.signature.parameters[argument].default
    is_same = type(default) is type(place.default) and default == place.default
    return place.name in spec.arguments or not is_same


def fit_by_name(spec: Hookspec, function: Callable[..., Any]) -> Fit:
    """Fit a callback that gets the hook's arguments by name, and may leave out any of them.

    Raises:
        RegistrationError: It cannot be called (HK203), takes what the hook does not pass (HK204),
            or is of the wrong kind (HK207).
    """
    signature, is_async = _inspect(spec, function)
    arguments: list[str] = []
    by_position = True
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        known = parameter.name in spec.arguments
        positional = by_position and parameter.kind in _POSITIONAL
        if known and positional:
            arguments.append(parameter.name)
        elif known and parameter.kind is not parameter.POSITIONAL_ONLY:
            arguments.append(f"{parameter.name}={parameter.name}")
        elif parameter.default is not parameter.empty:
            # What is left out once cannot be followed by arguments without a name.
            by_position = by_position and not positional
        else:
            raise _misfit(
                spec,
                function,
                signature,
                f"the hook does not pass its parameter '{parameter.name}'",
                is_async=is_async,
            )
    return Fit(tuple(arguments), is_async)


def _required_keywords(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    return [
        parameter
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty
    ]


def _inspect(spec: Hookspec, function: Any) -> tuple[inspect.Signature, bool]:
    check_callable(function, f"the callback for {spec.full_name}")
    if is_generator_function(function):
        raise RegistrationError(
            Code.WRONG_KIND,
            f"the callback for {spec.full_name} contains yield, so calling it runs nothing",
            details=(f"callback: {callable_name(function)}",),
            hint="return the answer instead",
        )
    is_async = is_coroutine_function(function)
    if is_async and not spec.is_async:
        raise RegistrationError(
            Code.WRONG_KIND,
            f"{spec.full_name} is a synchronous hook, so its callback cannot be 'async def'",
            details=(f"hook:     {spec.show()}", f"callback: {callable_name(function)}"),
            hint="write it as a plain 'def'",
        )
    try:
        return signature_of(function), is_async
    except ValueError as error:
        raise RegistrationError(
            Code.MISFIT,
            f"the callback for {spec.full_name} does not show its parameters: "
            f"{callable_name(function)}",
            details=(f"hook:     {spec.show()}", f"python:   {error}"),
            hint="a method needs 'self'; a builtin needs a function of your own around it",
        ) from error


def _misfit(
    spec: Hookspec,
    function: Callable[..., Any],
    signature: inspect.Signature,
    why: str,
    *,
    is_async: bool,
) -> RegistrationError:
    name = callable_name(function).rpartition(".")[2]
    return RegistrationError(
        Code.MISFIT,
        f"the callback for {spec.full_name} does not fit: {why}",
        details=(
            f"hook:     {spec.show()}",
            f"callback: {show_function(name, signature, is_async=is_async)}",
        ),
        hint=f"take the hook's arguments: ({', '.join(spec.arguments)})",
    )
