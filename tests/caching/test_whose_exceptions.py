"""Exceptions of a computation: its own, which all calls get, and those of the call that ran it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit import cached

from .drivers import CANCELLED, Driver, Slow

OWN_CANCELLATIONS = [asyncio.CancelledError, CancelledError]


class Panic(BaseException):
    """Such as a Rust extension raises."""


def test_an_exception_of_any_class_reaches_all(driver: Driver) -> None:
    """An exception that is not an `Exception` is a failure like any other, and is not cached."""
    slow, error = Slow(driver), Panic()
    calls = [slow.begin(1) for _ in range(3)]
    slow.answer(0, error)
    assert [call.outcome for call in calls] == [error] * 3
    again = slow.begin(1)
    slow.answer(1, "one")
    assert (again.outcome, slow.asked) == ("one", [1, 1])


@pytest.mark.parametrize("error", [SystemExit(3), BaseExceptionGroup("all", [Panic()])])
def test_a_method_cannot_end_the_program_for_one_call(error: BaseException) -> None:
    """`SystemExit` is a failure of the method, and reaches all calls that wait."""
    slow = Slow(Driver("bare"))
    calls = [slow.begin(1) for _ in range(3)]
    slow.answer(0, error)
    assert [call.outcome for call in calls] == [error] * 3


@pytest.mark.parametrize("error", [KeyboardInterrupt(), GeneratorExit()])
def test_an_exception_for_the_caller_is_for_one_call(error: BaseException) -> None:
    """It says nothing about the computation, so the others try again."""
    slow = Slow(Driver("bare"))
    first, second = slow.begin(1), slow.begin(1)
    slow.answer(0, error)
    slow.answer(1, "one")
    assert [first.outcome, second.outcome] == [error, "one"]


@pytest.mark.parametrize("error", OWN_CANCELLATIONS)
@pytest.mark.parametrize("kinds", [("task",), ("task", "deferred")], ids=" then ".join)
def test_a_tasks_own_cancellation_cancels_no_other_call(
    kinds: tuple[str, ...], error: type[BaseException]
) -> None:
    """The others get an exception that says so, with the cancellation as its cause."""
    driver = Driver(*kinds)
    slow = Slow(driver)
    first, *others = (slow.begin(1) for _ in range(3))
    slow.answer(0, cancellation := error())
    assert first.outcome == CANCELLED
    for call in others:
        assert isinstance(call.outcome, RuntimeError)
        assert str(call.outcome).startswith("Slow.look awaited something that was cancelled")
        assert call.outcome.__cause__ is cancellation
    again = slow.begin(1)
    slow.answer(1, "one")
    assert (again.outcome, slow.asked) == ("one", [1, 1])
    driver.close()


@pytest.mark.parametrize("error", OWN_CANCELLATIONS)
@pytest.mark.parametrize(
    "kinds", [("deferred",), ("bare",), ("deferred", "task")], ids=" then ".join
)
def test_a_cancellation_under_twisted_counts_as_the_callers(
    kinds: tuple[str, ...], error: type[BaseException]
) -> None:
    """Twisted does not say whose it is. The others compute anew, so none waits in vain."""
    driver = Driver(*kinds)
    slow = Slow(driver)
    first, second, third = (slow.begin(1) for _ in range(3))
    slow.answer(0, error())
    slow.answer(1, "one")
    assert [call.outcome for call in (first, second, third)] == [CANCELLED, "one", "one"]
    assert slow.asked == [1, 1]
    driver.close()


async def test_a_future_that_a_library_cancels_is_the_methods_failure() -> None:
    """A call of the method in another task is not cancelled by that."""

    class Books:
        def __init__(self) -> None:
            self.future = asyncio.get_running_loop().create_future()

        @cached()
        async def look(self, key: int) -> Any:
            return await self.future

    books = Books()
    first, second = (asyncio.create_task(books.look(1)) for _ in range(2))
    await asyncio.sleep(0)
    books.future.cancel()
    await asyncio.wait([first, second])
    is_cancelled, is_other_cancelled, error = (
        first.cancelled(),
        second.cancelled(),
        second.exception(),
    )
    assert (is_cancelled, is_other_cancelled) == (True, False)
    assert isinstance(error, RuntimeError)


async def test_a_deferred_may_be_cancelled_in_a_task() -> None:
    """The task that does so was not cancelled, and has no part in the computation."""
    slow = Slow(Driver("bare"))
    first = Deferred.fromCoroutine(slow.look(1))
    first.addErrback(lambda failure: failure.trap(CancelledError))
    second = asyncio.ensure_future(slow.look(1))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    slow.gates[1].callback("one")
    assert await second == "one"
