"""`Limited`, whose caller is cancelled, or which is awaited in unusual places."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from tests.loops.limiting import EXPIRED, Runner, never, obliging, runner, settled, stubborn

__all__ = ["runner"]


def test_a_cancelled_caller_is_cancelled_at_once(runner: Runner) -> None:
    """The coroutine gets it where it waits, and the caller when that has ended."""
    log: list[str] = []
    results = runner.begin(obliging(log))
    runner.is_cancelled = True
    runner.running.cancel()
    assert results[0].check(CancelledError)
    error = runner.run_in_task(obliging(log), asyncio.Task.cancel)
    assert isinstance(error, asyncio.CancelledError)
    assert log == ["cleaned up"] * 2
    assert runner.clock.calls == []


def test_one_that_resists_its_caller_is_abandoned(runner: Runner) -> None:
    """After the grace, although its own time is not over."""
    runner.is_cancelled = True
    results = runner.begin(stubborn())
    runner.running.cancel()
    assert results == []
    runner.clock.advance(3)
    assert results[0].check(CancelledError)
    error = runner.run_in_task(stubborn(), asyncio.Task.cancel, runner.advance(3))
    assert isinstance(error, asyncio.CancelledError)


def test_a_caller_may_be_cancelled_when_time_is_over(runner: Runner) -> None:
    """It gets its cancellation then."""
    results = runner.begin(stubborn())
    runner.clock.advance(10)
    runner.is_cancelled = True
    runner.running.cancel()
    runner.clock.advance(3)
    assert results[0].check(CancelledError)


def test_a_timeout_of_its_own_is_its_own(runner: Runner) -> None:
    """It is not taken for a cancellation of the caller, and there is time left afterwards."""
    log: list[str] = []

    async def limited() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                await never()
        log.append("timed out")
        await never()

    error = runner.run_in_task(limited(), runner.advance(3), runner.advance(7))
    assert (log, str(error)) == (["timed out"], EXPIRED)


@pytest.mark.parametrize("ticks", [0, 1])
def test_a_cancellation_may_come_too_late(ticks: int, runner: Runner) -> None:
    """When what it waits for is done already, it is cancelled as a task is then."""

    async def wait() -> None:
        loop: Any = asyncio.get_running_loop()
        here: Any = asyncio.current_task()
        done = loop.create_future()
        loop.call_soon(done.set_result, None)
        loop.call_soon(*([loop.call_soon] * ticks), here.cancel)
        await done

    assert isinstance(runner.run_in_task(wait()), asyncio.CancelledError)


def test_what_cannot_be_awaited_fails_as_always(runner: Runner) -> None:
    """A future without a loop, or of another one: the errors are those of Twisted and asyncio."""
    other = asyncio.new_event_loop()

    async def wait() -> None:
        await other.create_future()

    (failure,) = runner.begin(wait())
    assert "await wasn't used with future" in str(failure.value)
    assert "attached to a different loop" in str(runner.run_in_task(wait()))
    other.close()


async def test_twisted_may_drive_it_on_an_asyncio_loop(runner: Runner) -> None:
    """Without a task, futures of that loop cannot be awaited, but Deferreds can."""
    results: list[Any] = []

    async def wait() -> None:
        with pytest.raises(RuntimeError, match="await wasn't used with future"):
            await asyncio.get_running_loop().create_future()
        await Deferred()

    asyncio.get_running_loop().call_soon(lambda: results.append(runner.begin(wait())))
    await settled()
    runner.clock.advance(10)
    ((failure,),) = results
    assert isinstance(failure, Failure)
    assert str(failure.value) == EXPIRED


@pytest.mark.parametrize("error", [ValueError, SystemExit])
def test_what_is_raised_by_one_that_is_closed_hides_no_cancellation(
    runner: Runner, error: type[BaseException]
) -> None:
    """The caller gets its cancellation, not what the abandoned coroutine makes of it."""

    async def failing() -> None:
        try:
            while True:
                with suppress(asyncio.CancelledError, CancelledError):
                    await never()
        finally:
            raise error

    runner.is_cancelled = True
    results = runner.begin(failing())
    runner.running.cancel()
    runner.clock.advance(3)
    assert results[0].check(CancelledError)


def test_an_interrupt_by_one_that_is_closed_is_passed_on(runner: Runner) -> None:
    """Ctrl-C ends the program, whatever runs."""

    async def interrupted() -> None:
        try:
            while True:
                with suppress(CancelledError):
                    await never()
        finally:
            raise KeyboardInterrupt

    runner.is_cancelled = True
    results = runner.begin(interrupted())
    runner.running.cancel()
    runner.clock.advance(3)
    assert results[0].check(KeyboardInterrupt)
