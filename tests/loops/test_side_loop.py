"""An asyncio loop in a thread, for programs on asyncio and on Twisted."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import SideLoop, settle
from tests.dispatch.fakes import done, run


async def thread() -> str:
    return threading.current_thread().name


async def broken() -> None:
    raise KeyError("broken")


def pump(deferred: Deferred[Any]) -> Any:
    """Run calls from other threads on the reactor's, until a Deferred has fired."""
    from twisted.internet import reactor

    while not deferred.called:
        reactor.runUntilCurrent()  # type: ignore[attr-defined]
    return done(deferred)


async def test_coroutines_run_in_the_thread() -> None:
    """Results and failures arrive on the thread that started them."""
    side = SideLoop()
    assert await settle(side.run(thread())) == "hostkit-side-loop"
    with pytest.raises(KeyError, match="broken"):
        await settle(side.run(broken()))
    await settle(side.close())


def test_it_works_beside_a_reactor() -> None:
    """Without an asyncio loop in the program, results arrive on the reactor's thread."""
    side = SideLoop()
    seen: list[str] = []
    deferred = side.run(thread()).addCallback(
        lambda name: seen.extend([name, threading.current_thread().name])
    )
    pump(deferred)
    assert seen == ["hostkit-side-loop", "MainThread"]
    assert isinstance(pump(side.run(broken())), KeyError)
    pump(side.close())


async def test_cancelling_reaches_the_coroutine() -> None:
    """The Deferred fires at once."""
    side = SideLoop()
    ended = threading.Event()
    begun = asyncio.Event()

    async def forever() -> None:
        side.call_back(begun.set)
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    running = side.run(forever())
    await begun.wait()
    running.cancel()
    assert isinstance(done(running), CancelledError)
    assert ended.wait(10)
    await settle(side.close())


async def test_closing_cancels_what_is_running() -> None:
    """The thread has ended then, and what was in flight has failed as cancelled."""
    side = SideLoop()
    running = side.run(asyncio.Event().wait())
    await settle(side.close())
    assert isinstance(done(running), CancelledError)
    assert "hostkit-side-loop" not in {each.name for each in threading.enumerate()}


async def test_other_threads_are_refused() -> None:
    """They would wait forever: results arrive on the program's own thread."""
    side = SideLoop()
    with pytest.raises(RuntimeError, match="on the thread on which the host was started"):
        await asyncio.to_thread(lambda: side.run(thread()))
    await settle(side.close())


async def test_closing_does_not_wait_for_the_executor() -> None:
    """Its threads, such as that of a host name's look-up, cannot be cancelled."""
    gate = threading.Event()

    async def look_up() -> None:
        await asyncio.get_running_loop().run_in_executor(None, gate.wait)

    try:
        side = SideLoop()
        running = side.run(look_up())
        await settle(side.close())
        assert isinstance(done(running), CancelledError)
    finally:
        gate.set()


async def test_a_coroutine_that_suppresses_its_cancellation_is_cancelled_again() -> None:
    """`asyncio.wait_for` of Python 3.11 does so now and then."""

    async def stubborn() -> str:
        for _ in range(2):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        await asyncio.Event().wait()
        return "never"

    side = SideLoop()
    running = side.run(stubborn())
    await settle(side.run(thread()))
    await settle(side.close())
    assert isinstance(done(running), CancelledError)


def test_a_program_may_end_without_closing() -> None:
    """Then no loop is left to call back, and the thread ends by itself."""
    begun = threading.Event()
    gate = threading.Event()

    async def work(side: SideLoop) -> None:
        begun.set()
        await asyncio.get_running_loop().run_in_executor(None, gate.wait)
        side.call_back(print, "never")

    async def main() -> threading.Thread:
        side = SideLoop()
        side.run(work(side))
        begun.wait(10)
        return side._thread

    left = run(main())
    gate.set()
    left.join(10)
    assert not left.is_alive()
