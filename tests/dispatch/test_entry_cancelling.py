"""Cancelling entries, from either world, and what time limits make of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.dispatch import enter, start_entry
from hostkit.errors import HookTimeoutError

from .fakes import Comments, Spy, given, wire
from .loops import both_loops, run_on

if TYPE_CHECKING:
    from collections.abc import Callable

Log = list[str]


def waiting_for(log: Log) -> Deferred[Any]:
    """Make a Deferred that notes when it is cancelled."""
    return Deferred(lambda _: log.append("Deferred cancelled"))


async def cleaning_up(log: Log) -> None:
    """Wait in vain, and clean up for a while."""
    try:
        await waiting_for(log)
    except CancelledError:
        log.append("Twisted's CancelledError")
        raise
    except asyncio.CancelledError:
        log.append("CancelledError")
        raise
    finally:
        await asyncio.sleep(0)
        log.append("cleaned up")


async def slow_future(log: Log) -> None:
    """Wait in vain for something of asyncio's."""
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        log.append("CancelledError")
        raise


async def slow_task(log: Log) -> None:
    """Wait for a task, which is cancelled as well."""
    await asyncio.ensure_future(slow_future(log))


async def slow_entry(log: Log) -> None:
    """Wait for an entry as Twisted's code gives it."""
    await start_entry(cleaning_up(log))


async def slow_group(log: Log) -> None:
    """Wait for tasks in a group of anyio's."""
    async with anyio.create_task_group() as group:
        group.start_soon(slow_future, log)
        await anyio.sleep(0)


async def slow_loop(log: Log) -> None:
    """Give way all the time."""
    try:
        while True:
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        log.append("CancelledError")
        raise


CLEANED = ["Deferred cancelled", "CancelledError", "cleaned up"]
ENDINGS: list[tuple[Callable[[Log], Any], Log]] = [
    (cleaning_up, CLEANED),
    (slow_future, ["CancelledError"]),
    (slow_task, ["CancelledError"]),
    (slow_entry, CLEANED),
    (slow_loop, ["CancelledError"]),
]
slow_things = pytest.mark.parametrize(("slow", "expected"), ENDINGS)


async def ended(entry: Deferred[Any]) -> Any:
    """Wait until an entry has ended; give what it failed with, or its result."""
    results: list[Any] = []
    entry.addCallbacks(results.append, lambda failure: results.append(failure.value))
    while not results:
        await asyncio.sleep(0)
    return results[0]


@both_loops
@pytest.mark.parametrize("turns", [0, 1, 2, 5])
@slow_things
def test_cancelling_the_deferred_cancels_what_is_awaited(
    new_loop: Any, turns: int, slow: Any, expected: Log
) -> None:
    """At any time, also before the loop has seen the task; the entry ends after its cleaning up."""
    log: Log = []

    async def main() -> None:
        entry = start_entry(slow(log))
        for _ in range(turns):
            await asyncio.sleep(0)
        entry.cancel()
        assert isinstance(await ended(entry), CancelledError)
        assert log == expected or (log == [] and slow is slow_task and turns == 0)  # not begun

    run_on(new_loop, main())


@both_loops
def test_cancelling_the_deferred_ends_a_group_of_tasks(new_loop: Any) -> None:
    """anyio's task groups wait for their tasks, which are cancelled too."""
    log: Log = []

    async def main() -> None:
        entry = start_entry(slow_group(log))
        for _ in range(5):
            await asyncio.sleep(0)
        entry.cancel()
        assert isinstance(await ended(entry), CancelledError)

    run_on(new_loop, main())
    assert log == ["CancelledError"]


def test_a_cancelled_entry_may_have_a_result_nevertheless() -> None:
    """A coroutine that keeps its cancellation to itself goes on."""

    async def stubborn() -> int:
        try:
            await slow_future([])
        except asyncio.CancelledError:
            return 7
        raise AssertionError

    async def main() -> None:
        entry = start_entry(stubborn())
        entry.cancel()
        assert await ended(entry) == 7

    run_on(asyncio.new_event_loop, main())


def test_a_cancelled_deferred_may_have_a_result_nevertheless() -> None:
    """What Twisted's code makes of being cancelled is what is awaited, as if it had not been."""

    async def wait(answer: Any) -> Any:
        waiting: Deferred[Any] = Deferred(lambda deferred: deferred.callback(answer))
        return await waiting

    async def fail() -> Any:
        await Deferred(lambda deferred: deferred.errback(KeyError("ann")))

    async def main() -> None:
        for coroutine in (wait(7), fail()):
            entry = start_entry(coroutine)
            await asyncio.sleep(0)
            entry.cancel()
            result = await ended(entry)
            assert result == 7 or isinstance(result, KeyError)

    run_on(asyncio.new_event_loop, main())


def test_a_deferred_that_others_cancel_fails_as_in_twisted() -> None:
    """The entry is not cancelled, only what it waits for."""
    waiting: Deferred[Any] = Deferred()

    async def wait() -> str:
        with pytest.raises(CancelledError):
            await waiting
        return "went on"

    async def main() -> None:
        entry = start_entry(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        assert await ended(entry) == "went on"

    run_on(asyncio.new_event_loop, main())


@both_loops
def test_cancelling_when_the_deferred_has_just_fired(new_loop: Any) -> None:
    """Between the firing of a Deferred and the next step, a cancellation still gets through."""
    log: Log = []
    waiting: Deferred[Any] = Deferred()

    async def wait() -> None:
        try:
            await waiting
        except asyncio.CancelledError:
            log.append("CancelledError")
            raise

    async def main() -> None:
        entry = start_entry(wait())
        await asyncio.sleep(0)
        waiting.callback(None)
        entry.cancel()
        assert isinstance(await ended(entry), CancelledError)
        entry.cancel()  # it has ended, so nothing comes of it

    run_on(new_loop, main())
    assert log == ["CancelledError"]


def test_an_error_that_comes_with_a_cancellation_is_not_unhandled() -> None:
    """The cancellation wins; nobody is told of an error that nobody looked at."""
    waiting: Deferred[Any] = Deferred()

    async def wait() -> None:
        await waiting

    async def main() -> None:
        entry = start_entry(wait())
        await asyncio.sleep(0)
        waiting.errback(KeyError("ann"))
        entry.cancel()
        assert isinstance(await ended(entry), CancelledError)

    run_on(asyncio.new_event_loop, main())


@both_loops
@pytest.mark.parametrize(
    ("way", "seconds"),
    [
        *((way, seconds) for way in ("asyncio", "anyio", "outer") for seconds in (-1, 0, 0.001)),
        ("wait_for", 0.001),
    ],
)
def test_time_limits_cancel_deferreds(new_loop: Any, seconds: float, way: str) -> None:
    """A Deferred that takes too long is cancelled, and the limit raises as it always does."""
    log: Log = []

    async def limited() -> None:
        if way == "asyncio":
            async with asyncio.timeout(seconds):
                await cleaning_up(log)
        elif way == "anyio":
            with anyio.fail_after(seconds):
                await waiting_for(log)
        elif way == "wait_for":
            await asyncio.wait_for(enter(cleaning_up(log)), seconds)
        else:
            async with asyncio.timeout(seconds), asyncio.timeout(60):
                await start_entry(cleaning_up(log))

    async def main() -> None:
        assert isinstance(await ended(start_entry(limited())), TimeoutError)

    run_on(new_loop, main())
    assert log == (["Deferred cancelled"] if way == "anyio" else CLEANED)


@both_loops
def test_what_comes_after_a_time_limit_is_not_cancelled(new_loop: Any) -> None:
    """When a limit's error is caught, the entry goes on, and Deferreds can be awaited again."""

    async def twice() -> str:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await Deferred()
        waiting: Deferred[str] = Deferred()
        asyncio.get_running_loop().call_soon(waiting.callback, "went on")
        return await waiting

    async def main() -> None:
        assert await ended(start_entry(twice())) == "went on"

    run_on(new_loop, main())


@both_loops
@pytest.mark.parametrize("slow", [cleaning_up, slow_future, slow_entry])
def test_the_timeout_of_a_module_ends_its_callback(new_loop: Any, slow: Any) -> None:
    """A module's `timeout:` holds for Deferreds inside its callback as for everything else."""
    log: Log = []
    spy = Spy()

    async def check(author: str) -> Any:
        await slow(log)

    async def main() -> None:
        chain = wire(Comments, "check", given(check, timeout_seconds=0.001), spy)
        error = await ended(start_entry(chain.call("ann")))
        assert isinstance(error.__cause__, HookTimeoutError)

    run_on(new_loop, main())
    assert log[-1] == ("CancelledError" if slow is slow_future else "cleaned up")
    assert spy.calls == []


@both_loops
def test_a_cancelled_call_asks_nobody_else(new_loop: Any) -> None:
    """A client that is gone cancels the call of a hook, which is no module's failure."""
    log: Log = []
    spy = Spy()

    async def check(author: str) -> Any:
        await cleaning_up(log)

    async def main() -> None:
        chain = wire(Comments, "check", check, spy)
        call = start_entry(chain.call("ann"))
        await asyncio.sleep(0)
        call.cancel()
        assert isinstance(await ended(call), CancelledError)
        assert len(chain.receipts) == 0

    run_on(new_loop, main())
    assert (log, spy.calls) == (CLEANED, [])
