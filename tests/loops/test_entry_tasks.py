"""Which asyncio task an entry runs in: short ones share one, and see nothing of each other."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import pytest

from hostkit.loops import start_entry

from .loops import both_loops
from .ways import fired_later

T = TypeVar("T")

NAME: ContextVar[str] = ContextVar("NAME", default="nobody")


def done(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run an entry that need not wait, and return its result."""
    result: Any = start_entry(coroutine).result
    return cast("T", result)


def this_task() -> asyncio.Task[Any]:
    """The task that runs."""
    task = asyncio.current_task()
    assert task is not None
    return task


async def identify() -> int:
    """Return which task it is, without keeping it."""
    return id(this_task())


@both_loops
async def test_entries_that_need_not_wait_share_a_task() -> None:
    """Making a task would take longer than what they do."""
    first, second = (done(identify()) for _ in range(2))
    assert first == second
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {this_task()}


@both_loops
async def test_a_task_that_is_remembered_is_not_shared() -> None:
    """What a library stores under a task, be it weakly, is found by no other entry."""
    strong: dict[Any, str] = {}
    weak: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()

    async def remember(stored: Any) -> str | None:
        found: str | None = stored.get(this_task())
        stored[this_task()] = "mine"
        return found

    for stored in (strong, weak):
        assert [done(remember(stored)) for _ in range(3)] == [None, None, None]


@both_loops
async def test_a_cancelled_task_is_not_shared() -> None:
    """A coroutine that cancels its task and ends without waiting cancels nothing else."""

    async def cancel() -> bool:
        return this_task().cancel()

    async def wait() -> int:
        await asyncio.sleep(0)
        return this_task().cancelling()

    assert done(cancel())
    assert await start_entry(wait()).asFuture(asyncio.get_running_loop()) == 0


@both_loops
@pytest.mark.parametrize("before", [0, 2])
async def test_one_that_waits_keeps_its_task(before: int) -> None:
    """From its first step to its last it is in one task, and no other entry is."""

    async def wait() -> list[int]:
        seen = [id(this_task())]
        await fired_later(7)
        seen.append(id(this_task()))
        await asyncio.sleep(0)
        return [*seen, id(this_task())]

    for _ in range(before):
        start_entry(identify())
    waiting = start_entry(wait())
    others = {done(identify()) for _ in range(2)}
    found = await waiting.asFuture(asyncio.get_running_loop())
    assert len(set(found)) == 1
    assert not others & set(found)


@both_loops
async def test_each_has_the_context_that_it_was_started_in() -> None:
    """A variable that one sets is not seen by those that come after it in the same task."""

    async def introduce(name: str) -> str:
        known = NAME.get()
        NAME.set(name)
        return known

    async def wait(name: str) -> list[str]:
        seen = [await introduce(name)]
        await asyncio.sleep(0)
        seen.append(NAME.get())
        await fired_later(7)
        return [*seen, NAME.get()]

    assert done(introduce("ann")) == "nobody"
    loop = asyncio.get_running_loop()
    assert await start_entry(wait("bob")).asFuture(loop) == ["nobody", "bob", "bob"]
    assert NAME.get() == "nobody"


@both_loops
async def test_one_that_another_starts_has_its_own_task() -> None:
    """An entry within an entry does not end the cancellation, or the name, of the outer one."""

    async def outer() -> tuple[int, Any]:
        return id(this_task()), done(identify())

    mine, inner = done(outer())
    assert mine != inner


def test_a_loop_that_has_ended_leaves_none_to_the_next() -> None:
    """A task belongs to its loop, also where that ended before it came round to the task."""

    async def main() -> int:
        task: int = done(identify())
        return task

    loops = [asyncio.new_event_loop() for _ in range(2)]
    try:
        for loop in loops:
            loop.call_soon(loop.stop)
            loop.call_soon(lambda: start_entry(identify()))
            loop.run_forever()
        assert all(loop.run_until_complete(main()) for loop in loops)
    finally:
        for loop in loops:
            loop.close()


@both_loops
async def test_a_cancellation_before_the_loop_comes_round_reaches_what_is_awaited() -> None:
    """The coroutine is cancelled where it waits, be that for a future, a Deferred or a turn."""
    seen: list[str] = []

    async def wait(name: str, awaitable: Any) -> None:
        try:
            await awaitable
        except asyncio.CancelledError:
            seen.append(name)
            raise

    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    for name, awaitable in (("future", future), ("turn", asyncio.sleep(0))):
        entry = start_entry(wait(name, awaitable))
        entry.addErrback(lambda _: None)
        entry.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert seen == ["future", "turn"]
    assert future.cancelled()
