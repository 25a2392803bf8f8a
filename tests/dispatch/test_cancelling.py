from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from twisted.internet.defer import CancelledError
from twisted.internet.task import Clock

from hostkit.rules import FirstDenial

from .fakes import (
    Comments,
    Spy,
    cancel,
    done,
    forever,
    given,
    hang,
    hook_of,
    on_a_clock,
    rude,
    shadow,
    spam,
    steps_of,
    wire,
)

# Cancellation: whoever called gives up waiting, which is nobody's failure.


policies = pytest.mark.parametrize("on_error", ["raise", "deny", "continue", "fail"])
ways = pytest.mark.parametrize(
    "options", [{}, {"timeout_seconds": 60.0}, {"shadow": True}], ids=["plain", "timed", "shadow"]
)


@policies
@ways
@pytest.mark.parametrize("slow", [forever, hang])
async def test_cancelling_a_task_ends_the_call(
    on_error: Any, options: dict[str, Any], slow: Callable[..., Any]
) -> None:
    """The cancellation of a task comes through every policy, and no other module is asked."""
    spy = Spy()
    chain = wire(hook_of(FirstDenial(on_error=on_error)), "ask", given(slow, **options), spy)
    coroutine: Coroutine[Any, Any, Any] = chain.call("ann")
    task = asyncio.create_task(coroutine)
    await asyncio.sleep(0)
    await cancel(task)
    assert (spy.calls, len(chain.receipts)) == ([], 0)


@policies
@ways
@pytest.mark.parametrize("slow", [on_a_clock, hang])
@pytest.mark.parametrize("exact", [False, True])
def test_cancelling_a_deferred_ends_the_call(
    on_error: Any, options: dict[str, Any], slow: Callable[..., Any], exact: bool
) -> None:
    """Twisted's cancellation, an `Exception`, comes through every policy too."""
    spy = Spy()
    desk = hook_of(FirstDenial(on_error=on_error))
    chain = wire(desk, "ask", given(slow, **options), spy, clock=Clock(), exact=exact)
    call = chain.start()
    call.cancel()
    assert isinstance(done(call), CancelledError)
    assert (spy.calls, len(chain.receipts)) == ([], 0)


def test_a_cancelled_call_says_so_in_its_receipt() -> None:
    """If there was something to record before, the receipt shows where the call ended."""
    call = (chain := wire(Comments, "check", shadow(spam), hang, rude)).start()
    call.cancel()
    assert isinstance(done(call), CancelledError)
    assert chain.receipt.outcome == "cancelled"
    assert steps_of(chain.receipt) == [
        "m0 [shadow]: deny, spam: no adverts",
        "m1: cancelled",
        "m2: not asked, because the call was cancelled",
    ]
