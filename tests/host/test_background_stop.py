"""The background loops of a host's modules when it stops, or cannot start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.errors import ModuleFailedError
from hostkit.host import Host
from tests.dispatch.fakes import begin

from .conftest import fire
from .looping import Looping, entry, host_of
from .reloading import file_of


def test_a_run_is_cancelled_and_waited_for_before_its_module_stops(clock: Clock) -> None:
    """The module may close what the run needs; no other module is stopped meanwhile."""
    log: list[str] = []
    cleaning: Deferred[None] = Deferred()

    async def work() -> None:
        try:
            await Deferred()
        except CancelledError:
            log.append("cancelled")
            await cleaning
            log.append("cleaned up")
            raise

    host = host_of(clock, entry("a", log), entry("b", log, work=work))
    fire(host.start())
    clock.advance(1)
    stopping = begin(host.stop())
    assert log[-1] == "cancelled"
    cleaning.callback(None)
    assert stopping.called
    assert log[-4:] == ["cancelled", "cleaned up", "stop b", "stop a"]
    assert clock.calls == []


def ignoring_cancellation(held: Deferred[None]) -> Callable[[], Awaitable[None]]:
    """Make a job that goes on until something is done, although it is cancelled."""

    async def work() -> None:
        try:
            await Deferred()
        except CancelledError:
            await held

    return work


def test_a_run_that_ignores_its_cancellation_is_waited_for(clock: Clock) -> None:
    """For as long as `stop_timeout:` says, as with a stop that takes long."""
    log: list[str] = []
    held: Deferred[None] = Deferred()
    host = host_of(clock, entry("a", log, work=ignoring_cancellation(held)))
    fire(host.start())
    clock.advance(1)
    stopping = begin(host.stop())
    clock.advance(29)
    was_waiting = not stopping.called
    held.callback(None)
    assert (was_waiting, bool(stopping.called)) == (True, True)
    assert log[-1] == "stop a"


def test_a_stop_that_gives_up_waiting_for_a_run_stops_the_module(clock: Clock) -> None:
    """Cancelling the stop of a host leaves no module running."""
    log: list[str] = []
    held: Deferred[None] = Deferred()
    host = host_of(clock, entry("a", log), entry("b", log, work=ignoring_cancellation(held)))
    fire(host.start())
    clock.advance(1)
    stopping = begin(host.stop())
    stopping.cancel()
    errors: list[Any] = []
    stopping.addErrback(errors.append)
    assert errors[0].check(CancelledError)
    assert log[-2:] == ["stop b", "stop a"]
    held.callback(None)


def test_a_run_may_stop_its_host(clock: Clock) -> None:
    """It cannot end before the stop that it awaits: it is neither cancelled nor waited for."""
    log: list[str] = []
    waited: Deferred[None] = Deferred()

    async def work() -> None:
        await waited
        await host.stop()
        log.append("stopped")

    host = host_of(clock, entry("a", log, work=work), entry("b", log))
    fire(host.start())
    clock.advance(1)
    waited.callback(None)
    assert log[-3:] == ["stop b", "stop a", "stopped"]
    assert clock.calls == []


def test_a_run_may_stop_its_host_at_once(clock: Clock) -> None:
    """Also before it has waited for anything."""
    log: list[str] = []

    async def work() -> None:
        await host.stop()
        log.append("stopped")

    host = host_of(clock, entry("a", log, work=work))
    fire(host.start())
    clock.advance(1)
    assert log[-2:] == ["stop a", "stopped"]
    assert clock.calls == []


def test_a_start_that_fails_stops_all_loops(clock: Clock) -> None:
    """Those of the module itself, and those of the modules before it."""
    log: list[str] = []

    def start(module: Looping) -> None:
        module.api.looping_background_call(log.append, 500, "early")
        raise ValueError("no database")

    held: Deferred[None] = Deferred()
    host = host_of(clock, entry("a", log), entry("b", log, start=lambda _: held))
    starting = begin(host.start())
    clock.advance(1)
    held.errback(ValueError("no database"))
    starting.addErrback(lambda failure: failure.trap(ModuleFailedError))
    clock.advance(5)
    assert log == ["start a", "start b", "work a", "stop b", "stop a"]
    with pytest.raises(ModuleFailedError):
        fire(host_of(clock, entry("a", log, start=start)).start())
    clock.advance(5)
    assert "early" not in log


async def test_all_of_it_works_under_asyncio() -> None:
    """With the loop's own clock, and in the words of asyncio."""
    log: list[str] = []
    running = asyncio.Event()

    async def work() -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            log.append("cancelled")
            raise

    def start(module: Looping) -> None:
        module.api.looping_background_call(work, 1)

    async with Host(file_of(entry("a", log, start=start)), categories=[]):
        await running.wait()
    assert log == ["start a", "cancelled", "stop a"]


async def test_a_run_may_stop_its_host_under_asyncio() -> None:
    """As without."""
    log: list[str] = []
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        await host.stop()
        log.append("stopped")
        done.set()

    def start(module: Looping) -> None:
        module.api.looping_background_call(work, 1)

    host = Host(file_of(entry("a", log, start=start)), categories=[])
    await host.start()
    await done.wait()
    assert log == ["start a", "stop a", "stopped"]
