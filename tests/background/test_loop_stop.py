"""Stopping and interrupting a loop."""

from __future__ import annotations

import asyncio

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.loops import find_clock, start_entry

from .jobs import Job, Panic, begun


def test_a_loop_that_is_stopped_runs_no_more() -> None:
    """Not even after `begin`; stopping it twice is allowed."""
    clock = Clock()
    job = Job(clock, [])
    loop, _ = begun(job, 1, clock)
    clock.advance(1)
    loop.stop()
    loop.stop()
    loop.begin(find_clock(clock))
    clock.advance(10)
    assert (job.starts, loop.is_over, clock.calls) == ([1], True, [])


def test_a_run_in_flight_finishes() -> None:
    """Stopping a loop cancels nothing; its own run may stop it."""
    held: Deferred[None] = Deferred()
    log: list[str] = []

    async def job() -> None:
        loop.stop()
        await held
        log.append("finished")

    loop, clock = begun(job)
    clock.advance(1)
    before = (list(log), loop.is_over)
    held.callback(None)
    assert (before, log, loop.is_over, clock.calls) == (([], False), ["finished"], True, [])


def test_an_interrupted_loop_may_begin_again() -> None:
    """Multiples are counted from then on."""
    clock = Clock()
    job = Job(clock, [])
    loop, _ = begun(job, 1, clock)
    clock.advance(1.25)
    assert loop.interrupt() is None
    clock.advance(10)
    loop.begin(find_clock(clock))
    clock.advance(1)
    assert job.starts == [1.25, 12.25]


def test_an_interrupted_run_is_cancelled_and_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """Its cancellation is not a failure; another exception that it raises instead is."""
    for error in (None, ValueError("disk full"), Panic()):
        cleaning: Deferred[None] = Deferred()

        async def job(
            cleaning: Deferred[None] = cleaning, error: BaseException | None = error
        ) -> None:
            try:
                await Deferred()
            except CancelledError:
                await cleaning
                if error is not None:
                    raise error from None
                raise

        loop, clock = begun(job)
        clock.advance(1)
        ended = loop.interrupt()
        assert ended is not None
        was_waiting = not ended.called
        cleaning.callback(None)
        assert (was_waiting, bool(ended.called), clock.calls) == (True, True, [])
    assert len(caplog.records) == 2


def test_a_cancellation_after_an_interrupt_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    """Only the run that was interrupted may end with a cancellation."""
    held: list[Deferred[None]] = []

    def job() -> Deferred[None]:
        held.append(Deferred())
        return held[-1]

    loop, clock = begun(job)
    clock.advance(1)
    assert loop.interrupt() is not None
    loop.begin(find_clock(clock))
    clock.advance(1)
    held[-1].errback(CancelledError())
    assert len(caplog.records) == 1
    clock.advance(1)
    assert len(held) == 3


def test_a_run_that_outlives_its_loop_never_overlaps() -> None:
    """It cannot be interrupted from inside; when the loop begins again it is waited for."""
    clock = Clock()
    held: Deferred[None] = Deferred()
    starts: list[float] = []

    async def job() -> None:
        starts.append(clock.seconds())
        if len(starts) == 1:
            assert loop.interrupt() is None
            await held
            assert loop.interrupt() is None

    loop, _ = begun(job, 1, clock)
    clock.advance(1)
    loop.begin(find_clock(clock))
    clock.advance(5)
    assert starts == [1]
    held.callback(None)
    assert clock.calls == []
    loop.begin(find_clock(clock))
    clock.advance(1)
    assert starts == [1, 7]


def test_a_loop_that_begins_again_waits_for_its_old_run() -> None:
    """The next run starts at the first multiple after the old one has ended."""
    clock = Clock()
    held: Deferred[None] = Deferred()
    starts: list[float] = []

    async def job() -> None:
        starts.append(clock.seconds())
        if len(starts) == 1:
            loop.interrupt()
            await held

    loop, _ = begun(job, 1, clock)
    clock.advance(1)
    clock.advance(0.5)
    loop.begin(find_clock(clock))
    clock.advance(1.75)
    held.callback(None)
    clock.advance(0.25)
    assert starts == [1, 3.5]


async def test_a_run_in_a_task_is_cancelled_as_a_task() -> None:
    """With asyncio's exception, so that `asyncio.timeout` works in a run, and it may clean up."""
    log: list[str] = []

    async def job() -> None:
        try:
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            log.append("cleaned up")
            raise

    async def wait(ended: Deferred[None]) -> None:
        await ended

    loop, clock = begun(job)
    clock.advance(1)
    await asyncio.sleep(0)
    ended = loop.interrupt()
    assert ended is not None
    await start_entry(wait(ended)).asFuture(asyncio.get_running_loop())
    assert log == ["cleaned up"]
