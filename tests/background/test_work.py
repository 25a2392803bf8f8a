"""The loops of a module."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.background import BackgroundLoop, BackgroundWork
from hostkit.loops import find_clock

from .jobs import Panic


def stuck_for(error: BaseException) -> Callable[[], Coroutine[Any, Any, None]]:
    """Make a job that waits, and whose first cancellation raises an exception."""
    refused: list[Any] = []

    def refuse(waiting: Deferred[None]) -> None:
        refused.append(waiting)
        if len(refused) == 1:
            raise error

    async def stuck() -> None:
        await Deferred(refuse)

    return stuck


async def running(*loops: BackgroundLoop) -> tuple[BackgroundWork, Clock]:
    """Begin the loops of a module, and let their first runs wait."""
    clock, module = Clock(), BackgroundWork()
    module.open(find_clock(clock))
    for loop in loops:
        module.add(loop)
    clock.advance(1)
    for _ in range(3):  # until a run waits as a task
        await asyncio.sleep(0)
    return module, clock


@pytest.mark.parametrize("error", [RuntimeError("not now"), Panic()])
async def test_a_run_that_cannot_be_cancelled_keeps_no_other_loop_alive(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged with its module and loop, and the other loops of the module are stopped."""
    runs: list[str] = []
    stuck = BackgroundLoop("m", "stuck", 1.0, stuck_for(error))
    other = BackgroundLoop("m", "other", 1.0, lambda: runs.append("run"))
    module, clock = await running(stuck, other)
    await module.stop()
    clock.advance(10)
    assert runs == ["run"]
    (record,) = caplog.records
    assert "module 'm': a run of the background loop 'stuck' cannot be" in record.getMessage()


async def test_an_interrupt_while_stopping_is_passed_on() -> None:
    """It is for the caller of the stop."""
    stuck = BackgroundLoop("m", "stuck", 1.0, stuck_for(KeyboardInterrupt()))
    module, _ = await running(stuck)
    with pytest.raises(KeyboardInterrupt):
        await module.stop()


async def test_stopping_waits_for_runs_that_clean_up() -> None:
    """All runs are cancelled first, so that they clean up at the same time."""
    log: list[str] = []

    def job(name: str) -> Callable[[], Coroutine[Any, Any, None]]:
        async def work() -> None:
            try:
                await Deferred()
            finally:
                log.append(f"{name} cancelled")
                await asyncio.sleep(0)
                log.append(f"{name} ended")

        return work

    loops = (BackgroundLoop("m", name, 1.0, job(name)) for name in ("a", "b"))
    module, _ = await running(*loops)
    await module.stop()
    log.append("stopped")
    assert log == ["a cancelled", "b cancelled", "a ended", "b ended", "stopped"]
