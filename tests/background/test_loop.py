"""The runs of a loop: what they may do, and how they end."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.background import BackgroundLoop, Ledger, Run
from hostkit.dispatch import current_module
from hostkit.loops import Entrance, find_clock

from .jobs import FakeTime, Job, Panic, begun


@pytest.mark.parametrize(
    "error",
    [
        ValueError("bad"),
        SystemExit(3),
        Panic("bad"),
        BaseExceptionGroup("bad", [Panic()]),
        CancelledError(),
        asyncio.CancelledError(),
    ],
)
@pytest.mark.parametrize("seconds", [0, 0.25])
def test_nothing_that_a_run_raises_ends_the_loop(
    error: BaseException, seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged with module, loop and traceback; also the job's own cancellation."""
    clock = Clock()
    job = Job(clock, [(seconds, error)])
    begun(job, 1, clock)
    clock.pump([0.25] * 12)
    assert job.starts == [1, 2, 3]
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("hostkit.modules.m", "ERROR")
    assert record.getMessage().startswith("module 'm': the background loop 'work' failed: ")
    assert record.exc_info is not None
    assert type(record.exc_info[1]) is type(error)


@pytest.mark.parametrize("error", [KeyboardInterrupt, GeneratorExit])
@pytest.mark.parametrize("seconds", [0, 0.25])
def test_an_exception_for_the_caller_reaches_the_event_loop(
    error: type[BaseException], seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    """`KeyboardInterrupt` is not a failure of the module. The loop goes on if the program does."""
    clock = Clock()
    job = Job(clock, [(seconds, error())])
    begun(job, 1, clock)
    with pytest.raises(error):
        clock.pump([0.25] * 12)
    clock.pump([0.25] * 8)
    assert job.starts == [1, 2, 3]
    assert caplog.records == []


@pytest.mark.parametrize("waits", [False, True])
def test_an_interrupt_ends_an_asyncio_program(waits: bool) -> None:
    """As if the function had been called by the event loop itself."""

    async def job() -> None:
        if waits:
            await asyncio.sleep(0)
        raise KeyboardInterrupt

    async def main() -> None:
        BackgroundLoop("m", "work", 0.001, job).begin(find_clock(None))
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())


@pytest.mark.parametrize("error", [Panic, SystemExit, asyncio.CancelledError, CancelledError])
@pytest.mark.parametrize("waits", [False, True])
async def test_nothing_that_a_run_raises_ends_the_loop_under_asyncio(
    error: type[BaseException], waits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A run is a task there, which knows that it was not cancelled."""
    runs: list[float] = []
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    async def job() -> None:
        runs.append(loop.time())
        if waits:
            await asyncio.sleep(0)
        if len(runs) > 1:
            done.set()
        else:
            raise error

    background = BackgroundLoop("m", "work", 0.001, job)
    background.begin(find_clock(None))
    await done.wait()
    background.stop()
    (record,) = caplog.records
    assert record.getMessage().startswith("module 'm': the background loop 'work' failed: ")
    assert len(runs) == 2


async def test_a_future_that_a_library_cancels_is_a_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A run's own cancellation is logged, and the next run starts at its time."""
    starts: list[int] = []
    loop = asyncio.get_running_loop()
    time: Any = FakeTime()

    async def job() -> None:
        starts.append(len(starts))
        future = loop.create_future()
        loop.call_soon(future.cancel)
        await future

    BackgroundLoop("m", "work", 1.0, job).begin(time)
    for _ in range(2):
        time.scheduled.pop()[1]()
        for _ in range(5):
            await asyncio.sleep(0)
    assert starts == [0, 1]
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 2


def test_the_end_of_the_event_loop_is_not_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    """`asyncio.run` cancels all tasks at its end, also those of runs."""
    log: list[str] = []

    async def job() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            log.append("cleaned up")

    async def main() -> None:
        _, clock = begun(job)
        clock.advance(1)
        await asyncio.sleep(0)

    asyncio.run(main())
    assert log == ["cleaned up"]
    assert caplog.records == []


@pytest.mark.parametrize("fails", [False, True])
async def test_all_kinds_of_functions_are_awaited_under_asyncio(fails: bool) -> None:
    """Coroutines, futures and Deferreds, with the loop's own clock; the next run comes after."""
    starts: list[int] = []
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
    assert starts == [0, 1, 2, 3]


async def test_it_runs_on_the_clock_of_an_asyncio_loop() -> None:
    """The real one, for a moment; no reactor is installed."""
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
    assert len(runs) == 3


async def test_a_run_inherits_nothing_from_the_one_before() -> None:
    """Context variables that it sets, such as log contexts, end with it."""
    variable: ContextVar[int] = ContextVar("variable", default=0)
    values: list[int] = []
    done = asyncio.Event()

    async def job() -> None:
        values.append(variable.get())
        variable.set(len(values))
        await asyncio.sleep(0)
        if len(values) == 3:
            done.set()

    background = BackgroundLoop("m", "work", 0.001, job)
    background.begin(find_clock(None))
    await done.wait()
    background.stop()
    assert values == [0, 0, 0]


def test_the_module_is_known_while_it_runs() -> None:
    """From the start, and after it has waited."""
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


def test_advice_for_awaiting_asyncio_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """As with callbacks, the log says what to do about an asyncio future outside of asyncio."""

    async def job() -> None:
        await asyncio.sleep(1)

    _, clock = begun(job)
    clock.advance(1)
    assert "asyncio cannot be awaited here" in caplog.messages[0]


def test_a_run_that_is_closed_is_not_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    """Python closes coroutines that it collects, such as at the end of a program."""
    run = Run("m", Deferred, Ledger())._run(Entrance())
    assert isinstance(run.send(None), Deferred)
    run.close()
    assert caplog.records == []
