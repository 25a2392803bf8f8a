"""Shielded hooks, when their caller gives up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit import Outcome
from hostkit.errors import HookTimeoutError
from hostkit.rules import ALLOW, Decision, Deny, FirstResult
from hostkit.specs import Category, hookspec

from .fakes import SPAM, Spy, cancel, done, given, shadow, trace, wire
from .keyed import wire_by_key
from .shielded import Slow, Uploads, give_up, give_way


async def fine(*_: Any) -> Decision:
    return ALLOW


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    "answer", [ALLOW, SPAM, ValueError("broken")], ids=["allows", "denies", "fails"]
)
@pytest.mark.parametrize("hook", ["check", "ask"])
async def test_a_callback_finishes_and_nobody_else_is_asked(
    hook: str, answer: Any, *, exact: bool
) -> None:
    """The caller gets its cancellation then, whatever the callback made of it."""
    slow, spy = Slow(answer), Spy()
    chain = wire(Uploads, hook, slow, spy, exact=exact)
    task = asyncio.create_task(chain.call("ann"))
    await give_way()
    for _ in range(2):  # the second time changes nothing
        task.cancel()
        await give_way()
        assert (slow.ends, task.done()) == (["began"], False)
    slow.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (slow.ends, spy.calls) == (["began", "finished"], [])


async def test_one_after_another_is_let_finish() -> None:
    """The callback that is running at that time is, whichever it is."""
    first, second, spy = Slow(), Slow(), Spy()
    chain = wire(Uploads, "check", first, second, spy)
    task = asyncio.create_task(chain.call("ann"))
    await give_way()
    first.gate.set()
    await give_way()
    task.cancel()
    await give_way()
    second.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (second.ends, spy.calls) == (["began", "finished"], [])


async def test_a_timeout_around_a_call_waits_for_the_callback() -> None:
    """The host's `asyncio.timeout` has its own error in the end, not a cancellation."""
    slow = Slow()
    chain = wire(Uploads, "check", slow)

    async def request() -> None:
        async with asyncio.timeout(0):
            await chain.call("ann")

    task = asyncio.create_task(request())
    while "began" not in slow.ends:
        await asyncio.sleep(0)
    await give_way()
    slow.gate.set()
    with pytest.raises(TimeoutError):
        await task
    assert slow.ends == ["began", "finished"]


def test_timeouts_inside_of_a_callback_are_its_own() -> None:
    """They end what the callback waits for, and nothing else."""

    async def impatient(*_: Any) -> Decision:
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            return Deny("too_slow")
        return ALLOW

    assert Deny("too_slow") == wire(Uploads, "check", impatient).run()


def test_a_modules_own_timeout_holds() -> None:
    """The setting ``timeout:`` ends a callback also when its caller has left."""
    ended: list[str] = []

    async def main() -> None:
        slow, spy = Slow(), Spy()
        chain = wire(Uploads, "check", given(slow, timeout_seconds=0.05), spy)
        task = asyncio.create_task(chain.call("ann"))
        await give_way()
        await cancel(task)
        assert (slow.ends, spy.calls) == (["began", "cancelled"], [])
        ended.append("in time")

    asyncio.run(main())
    clock = Clock()
    chain = wire(Uploads, "check", given(lambda *_: Deferred(), timeout_seconds=2.0), clock=clock)
    call = chain.start()
    clock.advance(2)
    error = done(call)
    assert isinstance(error.__cause__, HookTimeoutError)
    assert ended == ["in time"]


def test_a_deferred_is_let_fire_under_twisted() -> None:
    """There too the callback finishes first, and no other module is asked."""
    waiting: Deferred[Any] = Deferred()
    spy = Spy()
    chain = wire(Uploads, "check", lambda *_: waiting, spy)
    call = chain.start()
    ends: list[Any] = []
    call.addErrback(lambda failure: ends.append(failure.value))
    for _ in range(2):
        call.cancel()
        assert ends == []
    waiting.callback(ALLOW)
    assert ([type(end) for end in ends], spy.calls) == ([CancelledError], [])


@pytest.mark.parametrize("exact", [False, True])
async def test_a_shadow_module_finishes_too(*, exact: bool) -> None:
    """Also a callback that does not count is let finish."""
    slow, spy = Slow(SPAM), Spy()
    chain = wire(Uploads, "check", shadow(slow), spy, exact=exact)
    await give_up(chain.call("ann"), slow)
    assert (slow.ends, spy.calls) == (["began", "finished"], [])


async def test_the_chain_of_a_key_is_shielded() -> None:
    """A keyed hook is shielded as others are."""
    slow = Slow("shelf")
    chain = wire_by_key("place", ("book", slow), ("film", fine), category=Uploads)
    await give_up(chain.call("book", "ann"), slow)
    assert slow.ends == ["began", "finished"]
    assert await chain.call("book", "ann") == "shelf"
    assert await chain.call("record", "ann") is None


async def test_a_fallback_is_not_begun() -> None:
    """Nor is the host's own code asked, when no caller waits for its result."""
    begun: list[str] = []

    class Downloads(Category):
        @hookspec(FirstResult(), shield=True)
        async def find(self, author: str) -> str:
            """Called to find a user's files."""
            begun.append(author)
            return "nothing"

    slow = Slow(None)
    chain = wire(Downloads, "find", slow)
    await give_up(chain.call("ann"), slow)
    assert (slow.ends, begun) == (["began", "finished"], [])
    assert await chain.call("ben") == "nothing"


async def test_a_trace_tells_who_was_not_asked() -> None:
    """The steps of a call that was given up end with the callback that finished."""
    slow, spy = Slow(SPAM), Spy()
    chain = wire(Uploads, "ask", shadow(slow), spy)
    asked = trace(chain.chain, ("ann",), {}, keep=True)
    await give_up(asked, slow)
    receipt = chain.receipt
    assert (
        receipt.outcome,
        [step.outcome for step in receipt.steps],
    ) == (Outcome.CANCELLED, [Outcome.DENY, Outcome.NOT_ASKED])


def test_a_caller_that_is_closed_leaves_the_callback_alone() -> None:
    """A coroutine that is no longer awaited ends at once, and the callback in its time."""
    waiting: Deferred[Any] = Deferred()
    ended = []

    async def callback(*_: Any) -> Any:
        ended.append(await waiting)
        return ALLOW

    chain = wire(Uploads, "check", callback)
    call = chain.call("ann")
    call.send(None)
    call.close()
    waiting.callback("late")
    assert ended == ["late"]
