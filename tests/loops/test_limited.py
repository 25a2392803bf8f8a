"""`Limited`: what ends in time, and what does not."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import enter, settle
from tests.loops.limiting import EXPIRED, Runner, never, obliging, runner, settled, stubborn

__all__ = ["runner"]


def test_what_ends_in_time_leaves_no_alarm(runner: Runner) -> None:
    """Under Twisted its Deferreds fire, or fail, as if they were awaited directly."""
    held: Deferred[str] = Deferred()
    failing: Deferred[None] = Deferred()
    log: list[str] = []

    async def wait() -> None:
        log.append(await held)
        with suppress(ValueError):
            await failing
        log.append("caught")

    results = runner.begin(wait())
    held.callback("fired")
    failing.errback(ValueError())
    assert (log, results) == (["fired", "caught"], ["done"])
    assert runner.clock.calls == []


def test_what_ends_in_time_does_so_in_its_callers_task(runner: Runner) -> None:
    """Under asyncio it awaits futures, tasks, nothing at all, and Deferreds."""
    log: list[Any] = []

    async def wait() -> None:
        here = asyncio.current_task()
        await asyncio.sleep(0)
        await asyncio.create_task(settled())
        with suppress(ValueError):
            await asyncio.create_task(fail())
        held: Deferred[str] = Deferred()
        asyncio.get_running_loop().call_soon(held.callback, "fired")
        log.append(await enter(settle(held)))
        log.append(asyncio.current_task() is here)

    async def fail() -> None:
        raise ValueError

    assert runner.run_in_task(wait()) is None
    assert log == ["fired", True]
    assert runner.clock.calls == []


def test_deferreds_of_a_task_are_cancelled(runner: Runner) -> None:
    """When its time is over, or when its caller is; they fail as Twisted says."""

    async def wait() -> None:
        await enter(settle(Deferred()))

    assert str(runner.run_in_task(wait(), runner.advance(10))) == EXPIRED
    error = runner.run_in_task(wait(), asyncio.Task.cancel)
    assert isinstance(error, asyncio.CancelledError)


def test_its_exceptions_are_its_own(runner: Runner) -> None:
    """Whatever it raises in time is raised as it is."""

    async def fail() -> None:
        raise ValueError("no")

    (failure,) = runner.begin(fail())
    assert str(failure.value) == "no"
    assert str(runner.run_in_task(fail())) == "no"


def test_it_is_cancelled_when_its_time_is_over(runner: Runner) -> None:
    """It may clean up; the error says how long it had."""
    log: list[str] = []
    results = runner.begin(obliging(log))
    runner.clock.advance(9)
    assert results == []
    runner.clock.advance(1)
    assert results[0].check(TimeoutError)
    assert str(results[0].value) == EXPIRED
    error = runner.run_in_task(obliging(log), runner.advance(10))
    assert isinstance(error, TimeoutError)
    assert str(error) == EXPIRED
    assert isinstance(error.__cause__, asyncio.CancelledError)
    assert log == ["cleaned up"] * 2
    assert runner.clock.calls == []


def test_one_that_suppresses_its_cancellation_is_late_all_the_same(runner: Runner) -> None:
    """What it has come to by then is not known."""

    async def suppressing() -> None:
        with suppress(CancelledError, asyncio.CancelledError):
            await never()

    results = runner.begin(suppressing())
    runner.clock.advance(10)
    assert str(results[0].value) == EXPIRED
    assert str(runner.run_in_task(suppressing(), runner.advance(10))) == EXPIRED


def test_one_that_resists_is_abandoned(runner: Runner) -> None:
    """Its caller goes on after the grace, on both kinds of loops."""
    results = runner.begin(stubborn())
    runner.clock.advance(10)
    runner.clock.advance(2)
    assert results == []
    runner.clock.advance(1)
    assert str(results[0].value) == EXPIRED
    steps = (runner.advance(10), runner.advance(3))
    assert str(runner.run_in_task(stubborn(), *steps)) == EXPIRED


def test_a_task_that_resists_is_abandoned(runner: Runner) -> None:
    """Also if it is not the coroutine itself that resists, but what it awaits."""
    resisting: list[asyncio.Task[None]] = []

    async def wait() -> None:
        resisting.append(asyncio.create_task(resist()))
        await resisting[0]

    async def resist() -> None:
        with suppress(asyncio.CancelledError):
            await never()
        with suppress(asyncio.CancelledError):
            await never()

    steps = (runner.advance(10), runner.advance(3), lambda _: resisting[0].cancel())
    assert str(runner.run_in_task(wait(), *steps)) == EXPIRED


def test_one_that_is_never_idle_is_cancelled(runner: Runner) -> None:
    """It waits for nothing that could be cancelled, so that is raised where it pauses."""

    async def busy() -> None:
        while True:
            await asyncio.sleep(0)

    error = runner.run_in_task(busy(), runner.advance(10))
    assert str(error) == EXPIRED


def test_one_that_is_never_idle_may_resist(runner: Runner) -> None:
    """It is abandoned like any other."""

    async def busy() -> None:
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)

    error = runner.run_in_task(busy(), runner.advance(10), runner.advance(3))
    assert str(error) == EXPIRED


def test_what_was_left_behind_may_end_later(runner: Runner) -> None:
    """Nothing comes of it then."""
    held: Deferred[None] = Deferred()

    async def resist() -> None:
        with suppress(CancelledError):
            await never()
        await held

    results = runner.begin(resist())
    runner.clock.advance(10)
    runner.clock.advance(3)
    held.callback(None)
    assert [str(result.value) for result in results] == [EXPIRED]


def test_time_may_be_over_while_it_runs(runner: Runner) -> None:
    """Then it is cancelled where it waits next."""

    async def block() -> None:
        runner.clock.advance(10)
        await never()

    (failure,) = runner.begin(block())
    assert str(failure.value) == EXPIRED
