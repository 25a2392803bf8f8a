"""The functions that modules give for loops."""

from __future__ import annotations

import functools
import inspect
import math
from typing import TYPE_CHECKING, Any, cast

from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.specs import check_callable

if TYPE_CHECKING:
    from collections.abc import Callable


def check_loop(
    function: Any, milliseconds: object, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Make sure that there is something to call, and a time to wait.

    Args:
        function: What is to be called.
        milliseconds: How long between two calls.
        args: What it is to be called with.
        kwargs: The same, by name.

    Raises:
        RegistrationError: It cannot be called, or not with this (HK203).
        ValueError: There is no such time.
    """
    check_callable(function, "what is to be called in a loop")
    _check_arguments(function, args, kwargs)
    is_number = isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool)
    if not (is_number and 0 < cast("float", milliseconds) < math.inf):
        raise ValueError(
            "the interval of a loop is a number of milliseconds greater than zero, "
            f"not {milliseconds!r}"
        )


def _check_arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C do not tell
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise RegistrationError(
            Code.NOT_CALLABLE,
            f"what is to be called in a loop cannot be called like that: {error}",
            expected=f"arguments for {describe(function)}{signature}",
            hint="give them to looping_background_call after the interval",
        ) from None


def describe(function: object) -> str:
    """Find a name for a function, or for what can be called like one."""
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) and name else type(function).__qualname__
