"""The functions that modules give for loops."""

from __future__ import annotations

import functools
import inspect
import math
from typing import Any

from hostkit import codes
from hostkit.errors import RegistrationError


def check_loop(function: Any, milliseconds: object) -> None:
    """Make sure that there is something to call, and a time to wait.

    Args:
        function: What is to be called.
        milliseconds: How long between two calls.

    Raises:
        RegistrationError: It cannot be called (HK203).
        ValueError: There is no such time.
    """
    if not callable(function):
        is_called = inspect.iscoroutine(function)
        if is_called:
            function.close()  # Python would warn that nobody awaited it
        raise RegistrationError(
            codes.NOT_CALLABLE,
            f"what is to be called in a loop cannot be called: {function!r}",
            expected="a function or another callable",
            hint="give the function itself, without calling it" if is_called else None,
        )
    if not (isinstance(milliseconds, int | float) and 0 < milliseconds < math.inf):
        raise ValueError(
            "the interval of a loop is a number of milliseconds greater than zero, "
            f"not {milliseconds!r}"
        )


def describe(function: object) -> str:
    """Find a name for a function, or for what can be called like one."""
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) and name else type(function).__qualname__
