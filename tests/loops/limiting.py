"""Limited coroutines, under asyncio and under Twisted, with a clock that tests advance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, final

import pytest
from twisted.internet import task
from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import Clock, Limit, Limited

LIMIT = Limit(10, 3, "the test")
EXPIRED = "not done after 10s (the test)"


@final
class Runner:
    """Runs limited coroutines, and notes whether their caller is cancelled."""

    def __init__(self) -> None:
        self.clock = task.Clock()
        self.is_cancelled = False

    def limit(self, coroutine: Coroutine[Any, Any, Any]) -> Limited[Any]:
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
