"""A loop in a thread, for programs on asyncio and on Twisted."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError

from hostkit.loops import SideLoop, settle
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
        assert await settle(side.run(thread())) == "hostkit-side-loop"
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
    assert seen == ["hostkit-side-loop", "MainThread"]
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


def test_closing_waits_for_no_other_thread() -> None:
    """Such as that of a look-up of a name, which nobody can cancel."""
    gate = threading.Event()

    async def look_up() -> None:
        await asyncio.get_running_loop().run_in_executor(None, gate.wait)

    async def main() -> None:
        side = SideLoop()
        running = side.run(look_up())
        await settle(side.close())
        assert isinstance(done(running), CancelledError)

    try:
        run(main())
    finally:
        gate.set()


def test_what_swallows_its_cancellation_is_cancelled_again() -> None:
    """In Python 3.11 `asyncio.wait_for` does so now and then."""

    async def stubborn() -> str:
        for _ in range(2):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        await asyncio.Event().wait()
        return "never"

    async def main() -> None:
        side = SideLoop()
        running = side.run(stubborn())
        await settle(side.run(thread()))
        await settle(side.close())
        assert isinstance(done(running), CancelledError)

    run(main())


def test_a_program_may_end_without_a_word() -> None:
    """Then there is nobody to call back, and the thread ends by itself."""
    begun = threading.Event()
    gate = threading.Event()

    async def work(side: SideLoop) -> None:
        begun.set()
        await asyncio.get_running_loop().run_in_executor(None, gate.wait)
        side.call_back(print, "nobody")

    async def main() -> threading.Thread:
        side = SideLoop()
        side.run(work(side))
        begun.wait(10)
        return side._thread

    left = run(main())
    gate.set()
    left.join(10)
    assert not left.is_alive()
