"""Background calls: their results, failures, and how they are stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.background import BackgroundCall, Ledger
from hostkit.errors import BackgroundError
from hostkit.loops import find_clock, start_entry

from .jobs import Panic


def begun(
    function: Any, delay: float | None = None, *, is_awaiters: bool = False
) -> tuple[BackgroundCall[Any], Clock, Ledger]:
    """Begin a call of a module called ``m``."""
    clock, ledger = Clock(), Ledger()
    call: BackgroundCall[Any] = BackgroundCall(
        "m", "work", delay, function, is_awaiters=is_awaiters
    )
    call.begin(find_clock(clock), ledger)
    return call, clock, ledger


def awaiting(awaitable: Awaitable[Any]) -> tuple[Deferred[Any], list[Any]]:
    """Await something in a coroutine of its own; what comes of it is listed."""

    async def wait() -> Any:
        return await awaitable

    results: list[Any] = []
    running: Deferred[Any] = start_entry(wait())
    running.addCallbacks(results.append, lambda failure: results.append(failure.value))
    return running, results


def test_it_starts_at_once_or_after_its_delay() -> None:
    """Once, and is over then."""
    log: list[str] = []
    _, clock, ledger = begun(lambda: log.append("at once"))
    late, clock, later = begun(lambda: log.append("later"), 2)
    clock.advance(1.5)
    before = list(log), late.is_over, len(later.current)
    clock.advance(0.5)
    assert before == (["at once"], False, 1)
    assert (log, late.is_over, later.current) == (["at once", "later"], True, {})
    assert (ledger.runs, ledger.failures, clock.calls) == (1, 0, [])


def test_it_can_be_awaited_by_several_at_any_time() -> None:
    """Before it has started, while it runs, and when it is over."""
    held: Deferred[str] = Deferred()
    call, clock, _ = begun(lambda: held, 1)
    first = awaiting(call)[1]
    clock.advance(1)
    second = awaiting(call)[1]
    held.callback("done")
    assert [first, second, awaiting(call)[1]] == [["done"]] * 3


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(3), Panic("bad")])
def test_a_failure_that_nothing_awaits_is_logged(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """With module, name and traceback; what awaits it later gets it as well."""

    def fail() -> None:
        raise error

    call, _, ledger = begun(fail)
    (record,) = caplog.records
    assert record.getMessage().startswith("module 'm': the background call 'work' failed: ")
    assert (record.name, record.exc_info is not None) == ("hostkit.modules.m", True)
    assert (ledger.runs, ledger.failures) == (1, 1)
    assert awaiting(call)[1] == [error]
    assert len(caplog.records) == 1


def test_a_failure_that_is_awaited_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """All that await it get it; it is counted."""
    held: Deferred[None] = Deferred()
    call, _, ledger = begun(lambda: held)
    results = [awaiting(call)[1], awaiting(call)[1]]
    error = ValueError("bad")
    held.errback(error)
    assert (results, ledger.failures, caplog.records) == ([[error], [error]], 1, [])


def test_an_interrupt_reaches_the_event_loop() -> None:
    """`KeyboardInterrupt` is not a failure of the module."""

    def fail() -> None:
        raise KeyboardInterrupt

    _, clock, ledger = begun(fail)
    with pytest.raises(KeyboardInterrupt):
        clock.advance(0)
    assert ledger.failures == 0


def test_a_call_that_waits_can_be_stopped() -> None:
    """It never starts; what awaits it is cancelled."""
    log: list[str] = []
    call, clock, ledger = begun(lambda: log.append("run"), 1)
    results = awaiting(call)[1]
    stopped = awaiting(call.stop())[1]
    again = awaiting(call.stop())[1]
    clock.advance(5)
    assert (log, call.is_over, ledger.current) == ([], True, {})
    assert (stopped, again, [type(each) for each in results]) == ([None], [None], [CancelledError])
    assert isinstance(awaiting(call)[1][0], CancelledError)


def test_a_call_that_runs_is_cancelled_and_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """Once: a second stop waits for it without disturbing what it cleans up."""
    cleaning: Deferred[None] = Deferred()
    log: list[str] = []

    async def work() -> None:
        try:
            await Deferred()
        finally:
            log.append("cancelled")
            await cleaning
            log.append("cleaned up")

    call, _, ledger = begun(work)
    first, second = awaiting(call.stop())[1], awaiting(call.stop())[1]
    before = (list(log), first, second)
    cleaning.callback(None)
    assert before == (["cancelled"], [None], [None])
    assert log == ["cancelled", "cleaned up"]
    assert (ledger.current, ledger.failures, caplog.records) == ({}, 0, [])


def test_the_end_is_waited_for_by_all_that_stop() -> None:
    """Not before the function has ended."""
    cleaning: Deferred[None] = Deferred()

    async def work() -> None:
        try:
            await Deferred()
        except CancelledError:
            await cleaning

    call, _, _ = begun(work)
    results = [awaiting(call.stop())[1], awaiting(call.stop())[1]]
    before = [list(each) for each in results]
    cleaning.callback(None)
    assert (before, results) == ([[], []], [[None], [None]])


def test_a_call_may_stop_itself() -> None:
    """It goes on to its end, and is not waited for there."""
    log: list[str] = []
    calls: list[BackgroundCall[None]] = []

    async def work() -> None:
        await calls[0].stop()
        log.append("done")

    call: BackgroundCall[None] = BackgroundCall("m", "work", 0, work)
    calls.append(call)
    clock = Clock()
    call.begin(find_clock(clock))
    clock.advance(0)
    assert (log, call.is_over) == (["done"], True)


def test_a_call_that_awaits_itself_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """It would wait for ever."""
    calls: list[BackgroundCall[None]] = []

    async def work() -> None:
        await calls[0]

    call: BackgroundCall[None] = BackgroundCall("m", "work", 0, work)
    calls.append(call)
    clock = Clock()
    call.begin(find_clock(clock))
    clock.advance(0)
    assert "HK532 module 'm': the background call 'work' awaits itself" in caplog.messages[0]


def test_a_call_that_was_not_begun_is_not_awaited() -> None:
    """The error says when it begins."""
    call: BackgroundCall[None] = BackgroundCall("m", "work", None, print)
    (error,) = awaiting(call)[1]
    assert isinstance(error, BackgroundError)
    assert "begins when its start() has returned" in str(error)


def test_a_call_that_was_stopped_before_never_begins() -> None:
    """And is over."""
    log: list[str] = []
    call: BackgroundCall[None] = BackgroundCall("m", "work", None, lambda: log.append("run"))
    call.stop()
    call.begin(find_clock(Clock()))
    assert (log, call.is_over) == ([], True)


def test_an_interrupted_call_may_begin_again() -> None:
    """As when its host is started again; never twice at a time."""
    log: list[str] = []
    call, clock, _ = begun(lambda: log.append("run"), 1)
    assert call.interrupt() is None
    call.begin(find_clock(clock))
    clock.advance(1)
    held: Deferred[None] = Deferred()
    starts: list[str] = []

    async def work() -> None:
        starts.append("start")
        try:
            await Deferred()
        except CancelledError:
            await held

    slow, clock, _ = begun(work)
    assert slow.interrupt() is not None
    slow.begin(find_clock(clock))
    held.callback(None)
    slow.begin(find_clock(clock))
    assert (log, starts) == (["run"], ["start", "start"])


@pytest.mark.parametrize(("is_awaiters", "is_over"), [(False, False), (True, True)])
def test_a_cancelled_caller_stops_only_what_is_its_own(is_awaiters: bool, is_over: bool) -> None:
    """Background work goes on; a sleep does not."""
    call, _, _ = begun(Deferred, 1, is_awaiters=is_awaiters)
    running, results = awaiting(call)
    running.cancel()
    assert isinstance(results[0], CancelledError)
    assert call.is_over is is_over


def test_one_of_several_callers_may_be_cancelled() -> None:
    """The others still get the result."""
    call, clock, _ = begun(lambda: "done", 1, is_awaiters=True)
    running, _ = awaiting(call)
    others = awaiting(call)[1]
    running.cancel()
    clock.advance(1)
    assert others == ["done"]


async def test_it_is_awaited_in_tasks_of_asyncio() -> None:
    """Also in those that know nothing of Deferreds; a stop raises asyncio's exception there."""
    done, _, _ = begun(lambda: "done")
    call, _, _ = begun(Deferred)

    async def wait() -> Any:
        return await call

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    await call.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.create_task(asyncio.wait_for(done, 1)) == "done"


async def test_a_timeout_of_its_caller_ends_a_sleep() -> None:
    """As with asyncio's own."""
    call, clock, _ = begun(Deferred, 1, is_awaiters=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await call
    assert (call.is_over, clock.calls) == (True, [])
