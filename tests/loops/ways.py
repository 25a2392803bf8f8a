"""Everything that can be awaited in an entry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.lowlevel
from twisted.internet.defer import Deferred, fail, succeed

from hostkit.loops import enter, start_entry


async def wait_for(awaitable: Any) -> Any:
    return await awaitable


async def later(value: Any) -> Any:
    await asyncio.sleep(0)
    return value


def fired_later(value: Any) -> Deferred[Any]:
    deferred: Deferred[Any] = Deferred()
    asyncio.get_running_loop().call_soon(deferred.callback, value)
    return deferred


def future_of(value: Any) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()
    if isinstance(value, Exception):
        loop.call_soon(future.set_exception, value)
    else:
        loop.call_soon(future.set_result, value)
    return future


def failed_at_once(value: Any) -> Deferred[Any]:
    return fail(value) if isinstance(value, Exception) else succeed(value)


async def in_between(value: Any) -> Any:
    result = await fired_later(value)
    await asyncio.sleep(0)
    return result


async def within_timeouts(value: Any) -> Any:
    async with asyncio.timeout(60), asyncio.timeout(90):
        return await fired_later(value)


async def in_a_group(value: Any) -> Any:
    results: list[Any] = []

    async def add() -> None:
        results.append(await later(value))

    async with anyio.create_task_group() as group:
        group.start_soon(add)
        await fired_later(None)
    return results[0]


async def slept(value: Any) -> Any:
    with anyio.fail_after(60):
        await anyio.lowlevel.checkpoint()
    return value


WAYS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "coroutine": later,
    "Deferred": fired_later,
    "Deferred that has fired": failed_at_once,
    "future": future_of,
    "task": lambda value: asyncio.ensure_future(later(value)),
    "both": in_between,
    "another entry": lambda value: start_entry(in_between(value)),
    "entered": lambda value: enter(in_between(value)),
    "entered Deferred": lambda value: enter(fired_later(value)),
    "entered future": lambda value: enter(future_of(value)),
    "entered in a task": lambda value: asyncio.ensure_future(enter(in_between(value))),
    "gathered": lambda value: asyncio.wait_for(enter(in_between(value)), 60),
    "timeouts": within_timeouts,
    "anyio group": in_a_group,
    "anyio sleep": slept,
    "thread": lambda value: asyncio.to_thread(lambda: value),
}
