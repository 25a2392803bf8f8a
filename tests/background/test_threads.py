"""Threads for functions that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.background import ThreadCounts, Threads
from hostkit.dispatch import current_module
from hostkit.errors import BackgroundError
from hostkit.loops import settle

VARIABLE: ContextVar[str] = ContextVar("VARIABLE")


class Gate:
    """A function that blocks its thread until it is opened."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self.running = threading.Semaphore(0)
        self.names: list[str] = []

    def __call__(self, result: str = "done") -> str:
        self.names.append(threading.current_thread().name)
        self.running.release()
        assert self._open.wait(10)
        return result

    @contextmanager
    def opened_at_the_end(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._open.set()

    def open(self) -> None:
        self._open.set()


def test_without_an_event_loop_it_is_called_here() -> None:
    """As in a plain test, which has nothing that could be notified."""
    assert Threads().call("user", "m", "f", threading.get_ident) == threading.get_ident()


async def test_a_function_runs_beside_the_event_loop() -> None:
    """With its caller's context, and under the module's name."""
    threads = Threads()
    VARIABLE.set("mine")

    def work() -> tuple[Any, ...]:
        thread = threading.current_thread()
        return current_module(), VARIABLE.get(), thread.name, thread is threading.main_thread()

    result = await settle(threads.call("user", "m", "work", work))
    assert result == ("m", "mine", "hostkit: module 'm': work", False)
    assert threads.counts == ThreadCounts(0, 0, 10)
    threads.leave("user")


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(3)])
async def test_what_it_raises_is_raised(error: BaseException) -> None:
    """Of any class."""

    def work() -> None:
        raise error

    threads = Threads()
    with pytest.raises(type(error)) as caught:
        await settle(threads.call("user", "m", "work", work))
    assert caught.value is error
    threads.leave("user")


async def test_what_would_have_to_be_awaited_is_refused() -> None:
    """Nothing in the thread could wait for it."""

    async def work() -> None:
        """Never begun."""

    threads = Threads()
    for function in (work, Deferred):
        with pytest.raises(TypeError, match=r"returns its result, not <.*> to be awaited"):
            await settle(threads.call("user", "m", "work", function))
    threads.leave("user")


async def test_calls_wait_for_a_thread_in_order() -> None:
    """Not more than the limit run at a time; one that waits can be dropped."""
    threads, gate = Threads(1, 2), Gate()
    with gate.opened_at_the_end():
        first = threads.call("user", "m", "first", gate)
        dropped, last = (threads.call("user", "m", "last", lambda: "last") for _ in range(2))
        assert threads.counts == ThreadCounts(1, 2, 1)
        with pytest.raises(BackgroundError) as caught:
            threads.check_room("n")
        assert str(caught.value) == (
            "HK531 module 'n' cannot have a function called in a thread: 2 calls wait for one\n"
            "  = all 1 threads are busy: 1 with m: first\n"
            "  = hint: call less at a time, or set `hostkit: threads:` or `thread_queue:` higher"
        )
        dropped.cancel()
        with pytest.raises(CancelledError):
            await settle(dropped)
        threads.check_room("n")
        first.cancel()  # which cannot interrupt it
        gate.open()
        assert [await settle(first), await settle(last)] == ["done", "last"]
    threads.leave("user")


async def test_threads_end_with_the_last_module_that_has_used_them() -> None:
    """Then others begin when they are needed again."""
    threads = Threads()

    def alive() -> list[threading.Thread]:
        return [each for each in threading.enumerate() if each.name.startswith("hostkit-idle")]

    for _ in range(2):
        await settle(threads.call("one", "m", "f", threading.current_thread))
        await settle(threads.call("two", "n", "f", threading.current_thread))
        threads.leave("one")
        left = alive()
        assert left != []
        threads.leave("two")
        for each in left:
            each.join(10)
        assert alive() == []
    threads.leave("two")


def test_a_loop_that_is_closed_is_not_called(caplog: pytest.LogCaptureFixture) -> None:
    """A function that outlives it ends for nobody."""
    gate, threads = Gate(), Threads()

    async def main() -> None:
        threads.call("user", "m", "work", gate)
        await asyncio.to_thread(gate.running.acquire, timeout=10)

    asyncio.run(main())
    gate.open()
    threads.leave("user")
    for each in threading.enumerate():
        if each.name in gate.names or each.name.startswith("hostkit-idle"):
            each.join(10)
    assert caplog.records == []
