"""A loop in a thread, for programs on asyncio and on Twisted."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError

from hostkit.caching._side_loop import SideLoop
from hostkit.dispatch import settle
from tests.dispatch.fakes import done, run

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred


async def thread() -> str:
    return threading.current_thread().name


async def broken() -> None:
    raise KeyError("broken")


def pump(deferred: Deferred[Any]) -> Any:
    """Let the reactor do what other threads ask of it, until a Deferred has fired."""
    from twisted.internet import reactor

    while not deferred.called:
        reactor.runUntilCurrent()  # type: ignore[attr-defined]
    return done(deferred)


def test_coroutines_run_in_the_thread_and_end_here() -> None:
    """Results and failures come back to where they were asked for."""

    async def main() -> None:
        side = SideLoop()
        assert "hostkit-side-loop" == await settle(side.run(thread()))
        with pytest.raises(KeyError, match="broken"):
            await settle(side.run(broken()))
        await settle(side.close())

    run(main())


def test_it_works_beside_a_reactor() -> None:
    """There is no asyncio loop then; the reactor's own thread is called back."""
    side = SideLoop()
    seen: list[str] = []
    deferred = side.run(thread()).addCallback(
        lambda name: seen.extend([name, threading.current_thread().name])
    )
    pump(deferred)
    assert ["hostkit-side-loop", "MainThread"] == seen
    assert isinstance(pump(side.run(broken())), KeyError)
    pump(side.close())


def test_cancelling_reaches_the_coroutine() -> None:
    """Who waits hears of it at once."""

    async def main() -> None:
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

    run(main())


def test_closing_cancels_what_is_running() -> None:
    """The thread is gone then, and who waited for something has heard of its end."""

    async def main() -> None:
        side = SideLoop()
        running = side.run(asyncio.Event().wait())
        await settle(side.close())
        assert isinstance(done(running), CancelledError)

    run(main())
    assert "hostkit-side-loop" not in {each.name for each in threading.enumerate()}


def test_other_threads_are_refused() -> None:
    """They would wait for ever: what comes of a coroutine is told on the program's own thread."""

    async def main() -> None:
        side = SideLoop()
        with pytest.raises(RuntimeError, match="on the thread on which the host was started"):
            await asyncio.to_thread(lambda: side.run(thread()))
        await settle(side.close())

    run(main())
