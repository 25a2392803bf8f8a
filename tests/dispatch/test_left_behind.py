"""Callbacks that do not end when their time is over, which callers go on without."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.errors import HookTimeoutError
from hostkit.rules import ALLOW, FirstDenial

from .fakes import allow, broken, done, given, hook_of, spam, wire

LIMIT = 0.001
LATE = "HookTimeoutError: module 'm0' took longer than 0.001s in desk.ask"


async def deaf(author: str) -> Any:
    """Go on for ever, whatever cancels it."""
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


def limited(function: Callable[..., Any], **options: Any) -> Any:
    return given(function, timeout_seconds=LIMIT, **options)


def test_a_callback_that_does_not_end_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    """The call goes on in time, and the log says what was left."""
    chain = wire(hook_of(FirstDenial(on_error="continue")), "ask", limited(deaf), allow)
    assert chain.run() is ALLOW
    assert str(chain.receipt.steps[0]) == f"m0: timeout, {LATE}"
    timing, _ = chain.chain.timings
    assert (timing.module, timing.left_behind) == ("m0", 1)
    left, failed = [record.getMessage() for record in caplog.records]
    assert left == (
        "did not end when its timeout (0.001s) cancelled it in desk.ask: it is closed, and what it "
        "waits for is left behind"
    )
    assert failed == f"failed in desk.ask, the next module is asked: {LATE}"
    assert {record.name for record in caplog.records} == {"hostkit.modules.m0"}


def test_it_is_left_behind_under_twisted() -> None:
    """Where time is a Twisted clock's, a tenth of the time-out passes before that."""
    clock = Clock()
    waiting: list[Deferred[Any]] = []

    async def check(author: str) -> Any:
        while True:
            waiting.append(Deferred())
            with contextlib.suppress(CancelledError):
                return await waiting[-1]

    chain = wire(hook_of(FirstDenial()), "ask", given(check, timeout_seconds=2), clock=clock)
    call = chain.start()
    clock.advance(2)
    assert not call.called
    clock.advance(0.2)
    assert isinstance(done(call).__cause__, HookTimeoutError)


async def test_a_cancelled_caller_waits_no_longer_than_the_grace() -> None:
    """A callback that suppresses its caller's cancellation is left behind, too."""
    chain = wire(
        hook_of(FirstDenial(on_error="continue")), "ask", given(deaf, timeout_seconds=0.2), spam
    )
    call = asyncio.create_task(chain.call("ann"))
    await asyncio.sleep(0)
    call.cancel("enough")
    with pytest.raises(asyncio.CancelledError):
        await call
    assert list(chain.receipts) == []


async def test_a_callback_may_clean_up_when_its_caller_is_cancelled() -> None:
    """The cancellation reaches it at once, and is the caller's when it has cleaned up."""
    steps: list[str] = []

    async def check(author: str) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned up")

    chain = wire(hook_of(FirstDenial()), "ask", given(check, timeout_seconds=60), spam)
    call = asyncio.create_task(chain.call("ann"))
    await asyncio.sleep(0)
    call.cancel("enough")
    call.cancel("really")  # as anyio does it, again and again
    with pytest.raises(asyncio.CancelledError):
        await call
    assert call.cancelled()
    assert steps == ["cleaned up"]
    assert list(chain.receipts) == []


VALUE: ContextVar[str] = ContextVar("VALUE")


async def test_context_variables_are_the_callers() -> None:
    """A callback with a time-out sees the caller's, and what it sets the caller sees."""

    async def check(author: str) -> Any:
        assert VALUE.get() == "the caller's"
        await asyncio.sleep(0)
        VALUE.set("the callback's")
        return ALLOW

    async def fail(author: str) -> Any:
        VALUE.set("set before it failed")
        return await broken(author)

    seen = []
    VALUE.set("the caller's")
    desk = hook_of(FirstDenial(on_error="continue"))
    for callback in (check, fail):
        chain = wire(desk, "ask", given(callback, timeout_seconds=60))
        await chain.call("ann")
        seen.append(VALUE.get())
    assert seen == ["the callback's", "set before it failed"]
