"""What modules may give to the methods that begin background work."""

from __future__ import annotations

import datetime as dt
import functools
import math
from typing import Any

import pytest

from hostkit.background import check_call, check_thread_function, seconds_of
from hostkit.errors import RegistrationError


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        (0, 0.0),
        (1.5, 1.5),
        (dt.timedelta(minutes=2), 120.0),
        (dt.timedelta(0), 0.0),
        (1e300, 1e300),
    ],
)
def test_a_time_is_in_seconds_or_a_timedelta(time: Any, seconds: float) -> None:
    """Of any size."""
    assert seconds_of("call_later", time) == seconds


@pytest.mark.parametrize("time", [-1, -0.001, math.inf, math.nan, dt.timedelta(seconds=-1)])
def test_an_impossible_time_is_refused(time: Any) -> None:
    """The message shows it."""
    with pytest.raises(ValueError, match=r"call_later takes a time.* zero or more, not "):
        seconds_of("call_later", time)


def test_an_interval_is_not_zero() -> None:
    """It would never end."""
    with pytest.raises(ValueError, match=r"call_every takes .*, greater than zero, not 0"):
        seconds_of("call_every", 0, is_interval=True)


@pytest.mark.parametrize("time", [None, "5", True, b"5", 1j])
def test_what_is_not_a_time_is_refused(time: Any) -> None:
    """Also a bool, which Python takes for a number."""
    with pytest.raises(TypeError, match="a number or a timedelta, zero or more, not "):
        seconds_of("sleep", time)


def test_a_function_in_the_place_of_a_time_is_recognised() -> None:
    """In `looping_background_call` the function comes first."""
    with pytest.raises(TypeError, match=r"it comes first: api.call_later\(5, function\)"):
        seconds_of("call_later", print)


async def work(number: int) -> None:
    """Do some work."""


def test_a_coroutine_is_not_a_function() -> None:
    """It is closed, and the hint says what to give."""
    with pytest.raises(RegistrationError) as caught:
        check_call("run_in_background", work(1), (), {})
    assert caught.value.code == "HK203"
    assert caught.value.problem.hint == "give the function itself, without calling it"


def test_arguments_must_fit() -> None:
    """They are compared with the function's signature at once, and not when it is called."""
    check_call("call_later", work, (1,), {})
    check_call("call_later", max, ("any",), {"thing": 1})  # written in C, without a signature
    with pytest.raises(RegistrationError) as caught:
        check_call("call_later", work, (1, 2), {})
    assert caught.value.problem.message == (
        "the function for call_later cannot be called with these arguments: "
        "too many positional arguments"
    )
    assert caught.value.problem.hint == "give them to call_later after the function"


def test_an_asynchronous_function_does_not_run_in_a_thread() -> None:
    """Only the event loop can run it."""
    check_thread_function(print)
    for function in (work, functools.partial(work, 1)):
        with pytest.raises(RegistrationError, match="the function for defer_to_thread is asynch"):
            check_thread_function(function)
