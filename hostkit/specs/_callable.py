"""What modules give to be called, which must be something that can be."""

from __future__ import annotations

import inspect
from typing import Any

from hostkit.codes import Code
from hostkit.errors import RegistrationError


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
        function.close()  # Python would warn that nobody awaited it
    raise RegistrationError(
        Code.NOT_CALLABLE,
        f"{what} cannot be called: {function!r}",
        expected="a function or another callable",
        hint="give the function itself, without calling it" if is_called else None,
    )
