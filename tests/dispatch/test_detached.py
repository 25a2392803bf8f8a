"""Notifications that have begun reach every module, even if their callers are cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.dispatch import Chain, Receipts, make_caller
from hostkit.loops import DetachedTasks, start_entry
from hostkit.rules import Notify
from hostkit.specs import Category, hookspec

from .fakes import Spy, callback, cancel, done, raising
from .shielded import Slow, give_way


class News(Category):
    @hookspec(Notify())
    async def tell(self, author: str) -> None:
        """Called after a comment was stored."""

    @hookspec(Notify(), shield=True)
    async def tell_all(self, author: str) -> None:
        """The same, and callbacks finish."""

    @hookspec(Notify(on_error="fail"))
    async def tell_surely(self, author: str) -> None:
        """The same, and failures are raised."""

    @hookspec(Notify(denial=ValueError))
    async def may_deny(self, author: str) -> None:
        """The same, and modules may deny."""


class Wired:
    """A hook of `News`, and what goes on after its callers were cancelled."""

    def __init__(self, hook: str, *functions: Callable[..., Any], exact: bool = False) -> None:
        self.detached = DetachedTasks()
        self.receipts = Receipts()
        callbacks = [
            callback((News, hook), f"m{number}", each) for number, each in enumerate(functions)
        ]
        spec = News.hookspecs[hook]
        self.chain = Chain(spec, callbacks, self.receipts, detached=self.detached)
        self.call = getattr(make_caller(News, {hook: self.chain}, exact=exact), hook)

    async def cancelled(self, slow: Slow | None = None) -> None:
        """Call the hook in a task, and cancel that while a callback waits."""
        task = asyncio.ensure_future(self.call("ann"))
        await give_way()
        task.cancel()
        await give_way()
        if slow is not None:
            slow.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_the_rest_is_notified_when_a_task_is_cancelled() -> None:
    """The callback in flight is cancelled, and those after it run in a task of their own."""
    tasks: list[asyncio.Task[Any] | None] = []

    async def note(author: str) -> None:
        tasks.append(asyncio.current_task())

    slow, spy = Slow(), Spy()
    wired = Wired("tell", slow, note, spy)
    await wired.cancelled()
    await wired.detached.wait()
    assert (slow.ends, spy.calls) == (["began", "cancelled"], [("ann", None)])
    assert tasks != [asyncio.current_task()]
    assert len(wired.detached) == 0


def test_the_rest_is_notified_when_a_deferred_is_cancelled() -> None:
    """It is the same for a coroutine that Twisted drives; it may have to be waited for."""
    spy, waiting = Spy(), Deferred[Any]()
    wired = Wired("tell", lambda author: Deferred(), lambda author: waiting, spy)
    call = Deferred.fromCoroutine(wired.call("ann"))
    call.cancel()
    assert isinstance(done(call), CancelledError)
    stopping = start_entry(wired.detached.wait())
    assert (len(wired.detached), spy.calls, stopping.called) == (1, [], False)
    waiting.callback(None)
    assert (len(wired.detached), spy.calls, stopping.called) == (0, [("ann", None)], True)


async def test_the_rest_is_notified_within_scopes_that_cancel() -> None:
    """A scope of anyio, as web frameworks have them, cancels whatever its task awaits."""

    async def wait_again(author: str) -> None:
        await anyio.lowlevel.checkpoint()
        spy(author)

    spy = Spy()
    wired = Wired("tell", Slow(), wait_again)
    async with anyio.create_task_group() as group:
        group.start_soon(wired.call, "ann")
        await give_way()
        group.cancel_scope.cancel()
    await wired.detached.wait()
    assert spy.calls == [("ann", None)]


async def test_a_shielded_callback_finishes_and_the_rest_is_notified() -> None:
    """The caller is let go when the callback in flight has finished."""
    first, second = Slow(), Slow()
    wired = Wired("tell_all", first, second)
    await wired.cancelled(first)
    assert (first.ends, second.ends) == (["began", "finished"], ["began"])
    assert len(wired.detached) == 1
    second.gate.set()
    await wired.detached.wait()
    assert second.ends == ["began", "finished"]


async def test_a_notification_that_can_deny_ends_with_its_caller() -> None:
    """It is a part of what was cancelled."""
    spy = Spy()
    await Wired("may_deny", Slow(), spy).cancelled()
    assert spy.calls == []


async def test_the_last_callback_leaves_nothing_to_do() -> None:
    """No task is started for nothing."""
    wired = Wired("tell", Slow())
    await wired.cancelled()
    assert len(wired.detached) == 0


async def test_a_failure_that_no_caller_gets_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """With ``fail``, no more modules are notified, and the log says of which one it failed."""
    spy = Spy()
    wired = Wired("tell_surely", Slow(), raising(KeyError("x")), spy)
    await wired.cancelled()
    await wired.detached.wait()
    assert spy.calls == []
    ((name, level, message),) = caplog.record_tuples
    assert (name, level) == ("hostkit.hooks", logging.WARNING)
    assert message == (
        "news.tell_surely, after its caller was cancelled: "
        "module 'm1' failed in news.tell_surely: KeyError: 'x'"
    )


@pytest.mark.parametrize("exact", [False, True])
async def test_its_receipt_is_closed_and_nothing_more_is_measured(exact: bool) -> None:
    """The receipt of a failure says where the caller was cancelled. Times and counts agree."""
    wired = Wired("tell", Spy(), Slow(), raising(KeyError("x")), Spy(), exact=exact)
    await wired.cancelled()
    await wired.detached.wait()
    (receipt,) = wired.receipts
    assert receipt.outcome == "cancelled"
    steps = ["continue", "cancelled", "failed", "continue"]
    assert [step.outcome for step in receipt.steps] == steps
    counts = [timing.count for timing in wired.chain.timings]
    assert counts == [exact, False, False, False]
    assert [timing.seconds > 0 for timing in wired.chain.timings] == counts


def test_the_end_of_the_event_loop_ends_it() -> None:
    """It is cancelled as all tasks are, and starts no other one."""
    spy, slow = Spy(), []

    async def main() -> None:
        slow.append(Slow())
        await Wired("tell", Slow(), slow[0], spy).cancelled()
        await give_way()

    asyncio.run(main())
    assert (slow[0].ends, spy.calls) == (["began", "cancelled"], [])


async def test_an_explained_notification_goes_on_too() -> None:
    """Its receipt says where its caller was cancelled."""
    spy = Spy()
    wired = Wired("tell", Slow(), spy)
    task = asyncio.ensure_future(wired.chain.ask(["ann"]))
    await give_way()
    await cancel(task)
    await wired.detached.wait()
    assert spy.calls == [("ann", None)]
    (receipt,) = wired.receipts
    assert [step.outcome for step in receipt.steps] == ["cancelled", "not asked"]


async def test_several_callbacks_may_be_left_of_a_shielded_call() -> None:
    """The caller is let go once, and each callback finishes."""
    slow = [Slow() for _ in range(3)]
    wired = Wired("tell_all", *slow)
    await wired.cancelled(slow[0])
    for each in slow[1:]:
        await give_way()
        each.gate.set()
    await wired.detached.wait()
    assert [each.ends for each in slow] == [["began", "finished"]] * 3
