"""Checks of what modules give to the methods that begin background work."""

from __future__ import annotations

import datetime as dt
import inspect
import math
from typing import TYPE_CHECKING, Any, TypeGuard

from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.specs import callable_name, check_callable, signature_of

if TYPE_CHECKING:
    from collections.abc import Callable


def check_call(
    method: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], before: str = ""
) -> None:
    """Make sure that a function can be called with its arguments.

    Args:
        method: The method of the api that was called.
        function: The function.
        args: Its positional arguments.
        kwargs: Its arguments by name.
        before: After what they are given to the method.

    Raises:
        RegistrationError: It cannot (HK203).
    """
    check_callable(function, f"the function for {method}")
    _check_arguments(method, function, args, kwargs, before or "after the function")


def check_thread_function(function: Any) -> None:
    """Make sure that a function does its work when it is called, as it is in a thread.

    Args:
        function: The function.

    Raises:
        RegistrationError: It is a coroutine function, which only the event loop can run (HK203).
    """
    if inspect.iscoroutinefunction(inspect.unwrap(function)):
        raise RegistrationError(
            Code.NOT_CALLABLE,
            f"the function for defer_to_thread is asynchronous: {callable_name(function)}",
            expected="a plain function, which may block",
            hint="await it, or begin it with run_in_background",
        )


def milliseconds_of(interval: object) -> float:
    """Read an interval in milliseconds.

    Args:
        interval: The interval.

    Returns:
        It, in seconds.

    Raises:
        ValueError: It is not a positive, finite number.
    """
    if _is_number(interval) and 0 < interval < math.inf:
        return interval / 1000
    raise ValueError(
        "the interval of a background loop is in milliseconds, a number greater than zero, "
        f"not {interval!r}"
    )


def seconds_of(method: str, time: object, *, is_interval: bool = False) -> float:
    """Read a time.

    Args:
        method: The method of the api that was called.
        time: Seconds, or a `datetime.timedelta`.
        is_interval: Whether it is to be greater than zero.

    Raises:
        TypeError: It is neither.
        ValueError: It is negative, zero for an interval, infinite, or not a number.
    """
    seconds = time.total_seconds() if isinstance(time, dt.timedelta) else time
    wanted = "greater than zero" if is_interval else "zero or more"
    said = f"{method} takes a time in seconds, a number or a timedelta, {wanted}, not {time!r}"
    if not _is_number(seconds):
        swapped = f"; it comes first: api.{method}(5, function)" if callable(time) else ""
        raise TypeError(said + swapped)
    if not (0 <= seconds < math.inf and (seconds or not is_interval)):
        raise ValueError(said)
    return float(seconds)


def function_name(function: object) -> str:
    """Find the name of a function, or of another callable, for logs."""
    return callable_name(function).rpartition(".")[2]


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_arguments(
    method: str,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    place: str,
) -> None:
    try:
        signature = signature_of(function)
    except ValueError:  # some functions written in C have no signature
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise RegistrationError(
            Code.NOT_CALLABLE,
            f"the function for {method} cannot be called with these arguments: {error}",
            expected=f"arguments for {function_name(function)}{signature}",
            hint=f"give them to {method} {place}",
        ) from None
