"""What time limits make of entries."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import pytest
from twisted.internet.defer import Deferred

from hostkit.errors import HookTimeoutError
from hostkit.loops import enter, start_entry
from tests.dispatch.fakes import Comments, Spy, given, wire

from .loops import both_loops
from .slow import CLEANED, Log, cleaning_up, ended, slow_entry, slow_future, waiting_for


@both_loops
@pytest.mark.parametrize(
    ("way", "seconds"),
    [
        *((way, seconds) for way in ("asyncio", "anyio", "outer") for seconds in (-1, 0, 0.001)),
        ("wait_for", 0.001),
    ],
)
async def test_time_limits_cancel_deferreds(seconds: float, way: str) -> None:
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

    assert isinstance(await ended(start_entry(limited())), TimeoutError)
    assert log == (["Deferred cancelled"] if way == "anyio" else CLEANED)


@both_loops
async def test_what_comes_after_a_time_limit_is_not_cancelled() -> None:
    """When a limit's error is caught, the entry goes on, and Deferreds can be awaited again."""

    async def twice() -> str:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await Deferred()
        waiting: Deferred[str] = Deferred()
        asyncio.get_running_loop().call_soon(waiting.callback, "went on")
        return await waiting

    assert await ended(start_entry(twice())) == "went on"


@both_loops
@pytest.mark.parametrize("slow", [cleaning_up, slow_future, slow_entry])
async def test_the_timeout_of_a_module_ends_its_callback(slow: Any) -> None:
    """A module's `timeout:` holds for Deferreds inside its callback as for everything else."""
    log: Log = []
    spy = Spy()

    async def check(author: str) -> Any:
        await slow(log)

    chain = wire(Comments, "check", given(check, timeout_seconds=0.001), spy)
    error = await ended(start_entry(chain.call("ann")))
    assert isinstance(error.__cause__, HookTimeoutError)
    assert log[-1] == ("CancelledError" if slow is slow_future else "cleaned up")
    assert spy.calls == []
