"""One loop."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock, LoopingCall

from hostkit.background import BackgroundLoop, find_clock
from hostkit.dispatch import current_module, start_entry

from .jobs import FakeTime, Job, begun

EIGHTHS = st.integers(0, 40).map(lambda number: number / 8)  # which floats hold exactly


def test_the_first_run_is_after_one_interval() -> None:
    """Nothing runs at once; then it runs at every multiple."""
    clock = Clock()
    job = Job(clock, [])
    begun(job, 1.5, clock)
    clock.pump([0.5] * 12)
    assert job.starts == [1.5, 3.0, 4.5, 6.0]


@given(
    st.integers(1, 24).map(lambda number: number / 8),
    st.lists(st.tuples(EIGHTHS, st.booleans()), max_size=8),
)
def test_its_times_are_those_of_a_simple_model(
    interval: float, runs: list[tuple[float, bool]]
) -> None:
    """Each run starts at the first multiple after the end of the one before; none overlap."""
    clock = Clock()
    job = Job(clock, [(took, ValueError()) if fails else took for took, fails in runs])
    logging.disable()
    try:
        begun(job, interval, clock)
        clock.pump([1 / 8] * 8 * 40)
    finally:
        logging.disable(logging.NOTSET)
    expected, number = [], 1
    for took, _ in [*runs, *[(0.0, False)] * 400]:
        expected.append(number * interval)
        number = int((number * interval + took) / interval) + 1
    assert job.starts == [start for start in expected if start <= clock.seconds()]
    assert job.most <= 1


@given(st.integers(1, 24).map(lambda number: number / 8), st.lists(EIGHTHS, max_size=8))
def test_its_times_are_those_of_twisteds_loop(interval: float, takes: list[float]) -> None:
    """`LoopingCall` would have the same starts."""
    clock = Clock()
    ours, theirs = Job(clock, takes), Job(clock, takes)
    begun(ours, interval, clock)
    call = LoopingCall(theirs)
    call.clock = clock
    call.start(interval, now=False)
    clock.pump([1 / 8] * 8 * 30)
    assert ours.starts == theirs.starts


@given(st.floats(0.001, 10), st.integers(1, 200))
def test_rounding_loses_no_run_and_adds_none(interval: float, count: int) -> None:
    """An interval that no float holds exactly is counted like others."""
    clock = Clock()
    job = Job(clock, [])
    begun(job, interval, clock)
    for _ in range(count):
        (call,) = clock.getDelayedCalls()
        clock.rightNow = call.getTime()
        clock.advance(0)
    assert job.starts == pytest.approx([interval * (n + 1) for n in range(count)])


@pytest.mark.parametrize("early", [1e-9, 0.0005, 0.4])
def test_a_clock_that_calls_early_has_it_run_once(early: float) -> None:
    """As uvloop's, which is rounded to milliseconds; the next run is where it would have been."""
    time: Any = FakeTime()
    runs: list[float] = []
    BackgroundLoop("m", "work", 1.0, lambda: runs.append(time.now)).begin(time)
    for _ in range(3):
        ((due, function),) = time.scheduled
        time.scheduled.clear()
        time.now = due - early
        function()
    assert runs == pytest.approx([101 - early, 102 - early, 103 - early])


@pytest.mark.parametrize("jump", [-3600.0, 3600.5])
def test_a_clock_that_jumps_delays_no_run_by_more_than_an_interval(jump: float) -> None:
    """Twisted's clock is that of the wall, which people set."""
    clock = Clock()
    job = Job(clock, [])
    begun(job, 1, clock)
    clock.advance(1)
    clock.rightNow += jump
    clock.calls[0].time += jump
    clock.advance(1)  # the run that was scheduled
    (call,) = clock.getDelayedCalls()
    assert 0 < call.getTime() - clock.seconds() <= 1


@pytest.mark.parametrize(
    "error",
    [
        ValueError("bad"),
        SystemExit(3),
        KeyboardInterrupt(),
        CancelledError(),
        asyncio.CancelledError(),
    ],
)
@pytest.mark.parametrize("seconds", [0, 0.25])
def test_nothing_that_a_run_raises_ends_the_loop(
    error: BaseException, seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged with module, loop and traceback: also a cancellation that nobody asked for."""
    clock = Clock()
    job = Job(clock, [(seconds, error)])
    begun(job, 1, clock)
    clock.pump([0.25] * 12)
    assert job.starts == [1, 2, 3]
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("hostkit.background", "ERROR")
    assert record.getMessage() == "module 'm': the background loop 'work' failed"
    assert record.exc_info is not None
    assert type(record.exc_info[1]) is type(error)


@pytest.mark.parametrize("fails", [False, True])
def test_all_kinds_of_functions_are_awaited_under_asyncio(fails: bool) -> None:
    """Coroutines, futures and Deferreds, with the loop's own clock; the next run comes after."""
    starts: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        held: list[Any] = []
        time: Any = FakeTime()

        async def wait(wanted: Any) -> None:
            await wanted

        def job() -> Any:
            kind = len(starts)
            starts.append(kind)
            wanted: Any = Deferred() if kind % 2 else loop.create_future()
            held.append(wanted)
            return wait(wanted) if kind < 2 else wanted

        background = BackgroundLoop("m", "work", 1.0, job)
        background.begin(time)
        for kind in range(4):
            time.scheduled.pop()[1]()
            assert time.scheduled == []
            if kind % 2:
                held[-1].errback(ValueError()) if fails else held[-1].callback(None)
            elif fails:
                held[-1].set_exception(ValueError())
            else:
                held[-1].set_result(None)
            for _ in range(5):
                await asyncio.sleep(0)
        background.stop()

    asyncio.run(main())
    assert starts == [0, 1, 2, 3]


def test_it_runs_on_the_clock_of_an_asyncio_loop() -> None:
    """The real one, for a moment; and no reactor is asked for."""

    async def main() -> int:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        runs: list[float] = []

        def job() -> None:
            runs.append(loop.time())
            if len(runs) == 3:
                done.set_result(None)

        background = BackgroundLoop("m", "work", 0.001, job)
        background.begin(find_clock(None))
        await done
        background.stop()
        return len(runs)

    assert asyncio.run(main()) == 3


def test_the_module_is_known_while_it_runs() -> None:
    """At once, and after it has waited."""
    held: Deferred[None] = Deferred()
    names: list[str | None] = []

    async def job() -> None:
        names.append(current_module())
        await held
        names.append(current_module())

    _, clock = begun(job)
    clock.advance(1)
    held.callback(None)
    assert names == ["m", "m"]
    assert current_module() is None


def test_what_cannot_be_awaited_here_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """As with callbacks, the log says what to do about it."""

    async def job() -> None:
        await asyncio.sleep(1)

    _, clock = begun(job)
    clock.advance(1)
    assert "there is no asyncio here to await" in caplog.messages[0]


def test_a_loop_that_is_stopped_runs_no_more() -> None:
    """Not even if it is told to begin; stopping it twice is no mistake."""
    clock = Clock()
    job = Job(clock, [])
    loop, _ = begun(job, 1, clock)
    clock.advance(1)
    loop.stop()
    loop.stop()
    loop.begin(find_clock(clock))
    clock.advance(10)
    assert (job.starts, loop.is_over, clock.calls) == ([1], True, [])


def test_a_run_that_is_going_on_finishes() -> None:
    """Stopping a loop cancels nothing; its module may stop it from inside."""
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
    """Its cancellation is no failure; what it raises instead is."""
    for error in (None, ValueError("disk full")):
        cleaning: Deferred[None] = Deferred()

        async def job(cleaning: Deferred[None] = cleaning, error: Exception | None = error) -> None:
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
    assert len(caplog.records) == 1


def test_who_is_cancelled_later_is_told() -> None:
    """That a loop was interrupted in its former life excuses no cancellation in the next one."""
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
    assert not loop._is_cancelled
    clock.advance(1)
    assert len(held) == 3


def test_a_run_that_outlives_its_loop_never_overlaps() -> None:
    """It was not to be interrupted from inside; when the loop begins again it is waited for."""
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


def test_a_run_that_is_waited_for_again_goes_on_with_its_loop() -> None:
    """A loop that has begun again while an old run was going on goes on after it."""
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


def test_a_program_that_ends_leaves_runs_behind(caplog: pytest.LogCaptureFixture) -> None:
    """A coroutine that Python throws away is no failure."""
    loop, _ = begun(Deferred)
    run = loop._run()
    assert isinstance(run.send(None), Deferred)
    run.close()
    assert caplog.records == []


def test_a_task_of_asyncio_is_cancelled_in_its_own_words() -> None:
    """So `asyncio.timeout` and the like work in a run, and it may clean up."""
    log: list[str] = []

    async def job() -> None:
        try:
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            log.append("cleaned up")
            raise

    async def main() -> None:
        loop, clock = begun(job)
        clock.advance(1)
        await asyncio.sleep(0)
        ended = loop.interrupt()
        assert ended is not None
        await start_entry(wait(ended)).asFuture(asyncio.get_running_loop())

    async def wait(ended: Deferred[None]) -> None:
        await ended

    asyncio.run(main())
    assert log == ["cleaned up"]
