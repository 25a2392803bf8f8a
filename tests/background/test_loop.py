"""What a run may do, and what becomes of it."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.background import BackgroundLoop
from hostkit.dispatch import current_module
from hostkit.loops import find_clock

from .jobs import FakeTime, Job, begun


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
    assert record.getMessage().startswith("module 'm': the background loop 'work' failed: ")
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


def test_a_run_inherits_nothing_from_the_one_before() -> None:
    """What it sets in its context, as log contexts are, ends with it."""
    variable: ContextVar[int] = ContextVar("variable", default=0)
    values: list[int] = []

    async def main() -> None:
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

    asyncio.run(main())
    assert values == [0, 0, 0]


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


def test_a_program_that_ends_leaves_runs_behind(caplog: pytest.LogCaptureFixture) -> None:
    """A coroutine that Python throws away is no failure."""
    loop, _ = begun(Deferred)
    run = loop._run()
    assert isinstance(run.send(None), Deferred)
    run.close()
    assert caplog.records == []
