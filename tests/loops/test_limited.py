"""`Limited`, under asyncio and under Twisted, with a clock that the tests advance."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, final

import pytest
from twisted.internet import task
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.loops import Clock, Limit, Limited, enter, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

LIMIT = Limit(10, 3, "the test")
EXPIRED = "not done after 10s (the test)"


@final
class Runner:
    """Runs limited coroutines, and notes whether their caller is cancelled."""

    def __init__(self) -> None:
        self.clock = task.Clock()
        self.is_cancelled = False

    def limit(self, coroutine: Coroutine[Any, Any, Any]) -> Limited:
        clock = Clock(self.clock.callLater, self.clock.seconds)
        return Limited(coroutine, LIMIT, clock, lambda: self.is_cancelled)

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> list[Any]:
        """Run it as Twisted does; give a list to which its result or failure is added."""
        results: list[Any] = []

        async def run() -> str:
            await self.limit(coroutine)
            return "done"

        self.running = Deferred.fromCoroutine(run()).addBoth(results.append)
        return results

    def run_in_task(
        self, coroutine: Coroutine[Any, Any, Any], *steps: Callable[[asyncio.Task[None]], object]
    ) -> BaseException | None:
        """Run it in a task, and do something after a while; give what it raises."""

        async def main() -> BaseException | None:
            async def run() -> None:
                await self.limit(coroutine)

            running = asyncio.create_task(run())
            for step in steps:
                await settled()
                step(running)
            (result,) = await asyncio.gather(running, return_exceptions=True)
            return result

        return asyncio.run(main())

    def advance(self, seconds: float) -> Callable[[object], None]:
        return lambda _: self.clock.advance(seconds)


async def settled() -> None:
    """Wait until a loop with nothing to wait for has done everything."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def runner() -> Runner:
    """Give a runner."""
    return Runner()


async def never() -> None:
    """Wait for what never happens, in either kind of loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        await Deferred()
    else:
        await asyncio.get_running_loop().create_future()


async def stubborn() -> None:
    """Wait for ever, although it is cancelled, and even closed."""
    try:
        while True:
            with suppress(asyncio.CancelledError, CancelledError):
                await never()
    except GeneratorExit:
        await never()


async def obliging(log: list[str]) -> None:
    """Wait for ever, and clean up for a second when cancelled."""
    try:
        await never()
    finally:
        log.append("cleaned up")


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


def test_twisted_may_drive_it_on_an_asyncio_loop(runner: Runner) -> None:
    """Without a task, futures of that loop cannot be awaited, but Deferreds can."""
    results: list[Any] = []

    async def wait() -> None:
        with pytest.raises(RuntimeError, match="await wasn't used with future"):
            await asyncio.get_running_loop().create_future()
        await Deferred()

    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: results.append(runner.begin(wait())))
        await settled()
        runner.clock.advance(10)

    asyncio.run(main())
    ((failure,),) = results
    assert isinstance(failure, Failure)
    assert str(failure.value) == EXPIRED
