"""Which exceptions of `start` and `stop` are their module's failures, and which are passed on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.errors import ModuleFailedError

from .conftest import ALL, Three, fire, up_and_down
from .reloading import Note, file_of, note, running


class Panic(BaseException):
    """What a Rust extension raises when it panics."""


async def wait_for_a_cancelled_deferred() -> None:
    """Await what a library has cancelled."""
    waiting: Deferred[None] = Deferred()
    waiting.cancel()
    await waiting


def raising(error: BaseException) -> Callable[[], Any]:
    """Make a function that raises."""

    def act() -> None:
        raise error

    return act


FAILURES = {
    "exception": raising(ValueError("boom")),
    "panic": raising(Panic("boom")),
    "exit": raising(SystemExit("boom")),
    "group": raising(BaseExceptionGroup("boom", [Panic("boom"), ValueError("boom")])),
    "asyncio's cancellation": raising(asyncio.CancelledError("boom")),
    "Twisted's cancellation": wait_for_a_cancelled_deferred,
}
PASSED_ON = {
    "interrupt": KeyboardInterrupt(),
    "exit of a generator": GeneratorExit(),
    "group": BaseExceptionGroup("", [KeyboardInterrupt(), ValueError()]),
}


def run_in_task(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine as an asyncio task; an interrupt does not end the loop."""
    raised: list[BaseException] = []

    async def main() -> None:
        try:
            await coroutine
        except BaseException as error:  # noqa: BLE001 -- raised again below
            raised.append(error)

    asyncio.run(main())
    if raised:
        raise raised[0]


def run_twisted_on_asyncio(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine that Twisted drives on an asyncio loop, outside of any task."""
    results: list[Any] = []

    async def main() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def begin() -> None:
            running = Deferred.fromCoroutine(coroutine).addBoth(results.append)
            running.addBoth(lambda _: ended.set())

        loop.call_soon(begin)
        await ended.wait()

    asyncio.run(main())
    if isinstance(results[0], Failure):
        results[0].raiseException()


every_loop = pytest.mark.parametrize("run", [fire, run_in_task, run_twisted_on_asyncio])
every_failure = pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
whatever_is_passed_on = pytest.mark.parametrize("error", PASSED_ON.values(), ids=PASSED_ON)


@every_loop
@every_failure
def test_whatever_start_raises_is_a_failure_of_the_module(
    three: Three, run: Callable[..., None], fail: Callable[[], Any]
) -> None:
    """The error names the module; it and those before it are stopped again."""
    three.actions["start b"] = fail
    with pytest.raises(ModuleFailedError, match="module 'b' failed in start: ") as caught:
        run(three.host.start())
    assert caught.value.__cause__ is not None
    assert three.log == ["start a", "start b", "stop b", "stop a"]
    assert not three.host.is_running


@every_loop
@every_failure
def test_whatever_stop_raises_stops_nothing(
    three: Three,
    run: Callable[..., None],
    fail: Callable[[], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The failure is logged with the module's name, and all others are stopped."""
    three.actions["stop b"] = fail
    run(up_and_down(three.host))
    assert three.log == ALL
    assert caplog.messages == ["module 'b' failed in stop"]


@every_loop
@every_failure
def test_whatever_a_new_module_raises_the_old_ones_go_on(
    run: Callable[..., None], fail: Callable[[], Any]
) -> None:
    """A reload whose module fails is refused with the module's name."""
    Note.log.clear()
    Note.actions.clear()
    Note.actions["start b"] = fail

    async def reload() -> None:
        with pytest.raises(ModuleFailedError, match="module 'b' failed in start: "):
            await host.reload(file_of(note("a"), note("b")))
        assert host.is_running
        del Note.actions["start b"]
        await host.reload(file_of(note("a"), note("b")))
        await host.stop()

    host = running(note("a"))
    run(reload())
    assert Note.log[-2:] == ["stop b", "stop a"]


@every_loop
@every_failure
def test_whatever_an_observer_raises_the_reload_is_done(
    run: Callable[..., None], fail: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and old modules are stopped."""
    Note.log.clear()
    host = running(note("a"))
    host.when_reloaded(fail)
    run(host.reload(file_of()))
    assert Note.log[-1] == "stop a"
    (message,) = caplog.messages
    assert message.endswith("failed when it was notified that the host is reloaded")


@every_loop
@whatever_is_passed_on
def test_what_ends_the_program_is_passed_on_by_start(
    three: Three, run: Callable[..., None], error: BaseException
) -> None:
    """It stays what it is; what was started is stopped."""
    three.fail("start b", error)
    with pytest.raises(type(error)) as caught:
        run(three.host.start())
    assert caught.value is error
    assert three.log == ["start a", "start b", "stop b", "stop a"]


@every_loop
@whatever_is_passed_on
def test_what_ends_the_program_is_passed_on_by_stop(
    three: Three, run: Callable[..., None], error: BaseException
) -> None:
    """The module is not blamed for it."""
    three.fail("stop b", error)
    with pytest.raises(type(error)) as caught:
        run(up_and_down(three.host))
    assert caught.value is error


@every_loop
def test_what_ends_the_program_is_passed_on_by_observers(run: Callable[..., None]) -> None:
    """But not before the modules that are gone are stopped."""
    Note.log.clear()
    host = running(note("a"))
    host.when_reloaded(raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        run(host.reload(file_of()))
    assert Note.log[-1] == "stop a"


def test_a_stop_can_be_cancelled_under_twisted(
    three: Three, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest is stopped before the cancellation is passed on."""
    fire(three.host.start())
    three.actions["stop c"] = Deferred[None]
    failures: list[Any] = []
    stopping = Deferred.fromCoroutine(three.host.stop()).addErrback(failures.append)
    assert not stopping.called
    stopping.cancel()
    assert failures[0].check(CancelledError) is CancelledError
    assert (three.log, caplog.messages) == (ALL, [])
    three.actions.clear()
    three.log.clear()
    fire(up_and_down(three.host))
    assert three.log == ALL


async def test_what_twisted_drives_in_a_task_can_be_cancelled(three: Three) -> None:
    """The task is not cancelled then, but the Deferred; it is the caller's cancellation as well."""
    failures: list[Any] = []
    three.actions["start b"] = Deferred[None]
    starting = Deferred.fromCoroutine(three.host.start()).addErrback(failures.append)
    starting.cancel()
    assert failures[0].check(CancelledError) is CancelledError
    assert three.log == ["start a", "start b", "stop b", "stop a"]


async def test_a_stop_can_be_cancelled_under_asyncio(
    three: Three, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest is stopped before the cancellation is passed on."""
    reached = asyncio.Event()

    async def wait() -> None:
        reached.set()
        await asyncio.Event().wait()

    three.actions["stop c"] = wait
    await three.host.start()
    stopping = asyncio.create_task(three.host.stop())
    await reached.wait()
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert (three.log, caplog.messages) == (ALL, [])


def test_a_reload_can_be_cancelled_while_new_modules_start() -> None:
    """The caller gets its cancellation, and the host goes on as it was."""
    Note.log.clear()
    Note.actions.clear()
    Note.actions["start b"] = Deferred
    host = running(note("a"))
    failures: list[Any] = []
    reloading = Deferred.fromCoroutine(host.reload(file_of(note("b")))).addErrback(failures.append)
    reloading.cancel()
    assert failures[0].check(CancelledError) is CancelledError
    assert host.is_running
    assert [module.name for module in host.modules] == ["a"]


async def test_start_and_stop_run_in_the_callers_task(three: Three) -> None:
    """What a module enters in `start` it can leave in `stop`, such as a task group of anyio."""
    tasks: set[Any] = set()

    async def note_task() -> None:
        tasks.add(asyncio.current_task())

    three.actions |= {"start a": note_task, "stop a": note_task}
    await note_task()
    await up_and_down(three.host)
    assert len(tasks) == 1
