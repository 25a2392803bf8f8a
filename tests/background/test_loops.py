"""All loops of a module."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.background import BackgroundLoop, Loops, Worker
from hostkit.loops import find_clock

if TYPE_CHECKING:
    import pytest


def test_a_run_that_cannot_be_cancelled_keeps_no_other_loop(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged whose it is, and the other loops of the module are stopped as they should be."""
    runs: list[str] = []
    refused: list[Any] = []

    def refuse(waiting: Deferred[None]) -> None:
        refused.append(waiting)
        if len(refused) == 1:
            raise RuntimeError("not now")

    async def stuck() -> None:
        await Deferred(refuse)

    async def main() -> None:
        clock, loops = Clock(), Loops()
        loops.open(find_clock(clock))
        loops.add(BackgroundLoop("m", "stuck", 1.0, stuck), Worker())
        loops.add(BackgroundLoop("m", "other", 1.0, lambda: runs.append("run")), Worker())
        clock.advance(1)
        for _ in range(3):  # until it waits as a task
            await asyncio.sleep(0)
        await loops.stop()
        clock.advance(10)

    asyncio.run(main())
    assert runs == ["run"]
    (record,) = caplog.records
    assert "module 'm': a run of the background loop 'stuck' cannot be" in record.getMessage()
