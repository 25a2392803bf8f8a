"""Things that take for ever, and note what happens to them."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import anyio.lowlevel
from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import start_entry

Log = list[str]

CLEANED = ["Deferred cancelled", "CancelledError", "cleaned up"]
"""What `cleaning_up` notes when its task is cancelled."""


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
        await anyio.lowlevel.checkpoint()


async def slow_loop(log: Log) -> None:
    """Give way all the time."""
    try:
        while True:
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        log.append("CancelledError")
        raise


async def ended(entry: Deferred[Any]) -> Any:
    """Wait until an entry has ended; give what it failed with, or its result."""
    results: list[Any] = []
    entry.addCallbacks(results.append, lambda failure: results.append(failure.value))
    while not results:
        await asyncio.sleep(0)
    return results[0]
