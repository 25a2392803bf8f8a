"""Cancelling entries, from asyncio and from Twisted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import start_entry
from tests.dispatch.fakes import Comments, Spy, wire

from .loops import both_loops, own_loop
from .slow import (
    CLEANED,
    Log,
    cleaning_up,
    ended,
    slow_entry,
    slow_future,
    slow_group,
    slow_loop,
    slow_task,
)

ENDINGS: list[tuple[Callable[[Log], Any], Log]] = [
    (cleaning_up, CLEANED),
    (slow_future, ["CancelledError"]),
    (slow_task, ["CancelledError"]),
    (slow_entry, CLEANED),
    (slow_loop, ["CancelledError"]),
]
slow_things = pytest.mark.parametrize(("slow", "expected"), ENDINGS)


@both_loops
@pytest.mark.parametrize("turns", [0, 1, 2, 5])
@slow_things
async def test_cancelling_the_deferred_cancels_what_is_awaited(
    turns: int, slow: Any, expected: Log
) -> None:
    """At any time, also before the loop has seen the task; the entry ends after its cleaning up."""
    log: Log = []
    entry = start_entry(slow(log))
    for _ in range(turns):
        await asyncio.sleep(0)
    entry.cancel()
    assert isinstance(await ended(entry), CancelledError)
    assert log == expected or (log == [] and slow is slow_task and turns == 0)  # not begun


@both_loops
async def test_cancelling_the_deferred_ends_a_group_of_tasks() -> None:
    """Task groups of anyio wait for their tasks, which are cancelled too."""
    log: Log = []
    entry = start_entry(slow_group(log))
    for _ in range(5):
        await asyncio.sleep(0)
    entry.cancel()
    assert isinstance(await ended(entry), CancelledError)
    assert log == ["CancelledError"]


@own_loop
async def test_a_cancelled_entry_may_have_a_result_nevertheless() -> None:
    """A coroutine that keeps its cancellation to itself goes on."""

    async def stubborn() -> int:
        try:
            await slow_future([])
        except asyncio.CancelledError:
            return 7
        raise AssertionError

    entry = start_entry(stubborn())
    entry.cancel()
    assert await ended(entry) == 7


@own_loop
async def test_a_cancelled_deferred_may_have_a_result_nevertheless() -> None:
    """What Twisted's code makes of being cancelled is what is awaited, as if it had not been."""

    async def wait(answer: Any) -> Any:
        waiting: Deferred[Any] = Deferred(lambda deferred: deferred.callback(answer))
        return await waiting

    async def fail() -> Any:
        await Deferred(lambda deferred: deferred.errback(KeyError("ann")))

    for coroutine in (wait(7), fail()):
        entry = start_entry(coroutine)
        await asyncio.sleep(0)
        entry.cancel()
        result = await ended(entry)
        assert result == 7 or isinstance(result, KeyError)


@own_loop
async def test_a_deferred_that_others_cancel_fails_as_in_twisted() -> None:
    """The entry is not cancelled, only what it waits for."""
    waiting: Deferred[Any] = Deferred()

    async def wait() -> str:
        with pytest.raises(CancelledError):
            await waiting
        return "went on"

    entry = start_entry(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    assert await ended(entry) == "went on"


@both_loops
async def test_cancelling_when_the_deferred_has_just_fired() -> None:
    """Between the firing of a Deferred and the next step, a cancellation still gets through."""
    log: Log = []
    waiting: Deferred[Any] = Deferred()

    async def wait() -> None:
        try:
            await waiting
        except asyncio.CancelledError:
            log.append("CancelledError")
            raise

    entry = start_entry(wait())
    await asyncio.sleep(0)
    waiting.callback(None)
    entry.cancel()
    assert isinstance(await ended(entry), CancelledError)
    entry.cancel()  # it has ended, so nothing comes of it
    assert log == ["CancelledError"]


@own_loop
async def test_an_error_that_comes_with_a_cancellation_is_not_unhandled() -> None:
    """The cancellation wins; an error that was not looked at is not reported."""
    waiting: Deferred[Any] = Deferred()

    async def wait() -> None:
        await waiting

    entry = start_entry(wait())
    await asyncio.sleep(0)
    waiting.errback(KeyError("ann"))
    entry.cancel()
    assert isinstance(await ended(entry), CancelledError)


@both_loops
async def test_a_cancelled_call_asks_nobody_else() -> None:
    """A client that is gone cancels the call of a hook, which is no module's failure."""
    log: Log = []
    spy = Spy()

    async def check(author: str) -> Any:
        await cleaning_up(log)

    chain = wire(Comments, "check", check, spy)
    call = start_entry(chain.call("ann"))
    await asyncio.sleep(0)
    call.cancel()
    assert isinstance(await ended(call), CancelledError)
    assert len(chain.receipts) == 0
    assert (log, spy.calls) == (CLEANED, [])


@both_loops
@pytest.mark.parametrize("turns", [0, 2])
@pytest.mark.parametrize("make", [Deferred, lambda: asyncio.get_running_loop().create_future()])
async def test_the_message_of_a_cancellation_arrives(turns: int, make: Any) -> None:
    """A task may be cancelled with a message, by which anyio knows its own cancellations."""
    tasks: list[Any] = []

    async def wait() -> str:
        tasks.append(asyncio.current_task())
        try:
            await make()
        except asyncio.CancelledError as error:
            return str(error)
        raise AssertionError

    entry = start_entry(wait())
    for _ in range(turns):
        await asyncio.sleep(0)
    tasks[0].cancel("enough")
    assert await ended(entry) == "enough"
