from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import twisted.internet
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.errors import HookTimeoutError, ModuleFailedError
from hostkit.rules import ALLOW, FirstDenial

from .fakes import (
    RUDE,
    SPAM,
    Comments,
    broken,
    done,
    forever,
    given,
    hang,
    hook_of,
    on_a_clock,
    raising,
    rude,
    spam,
    steps_of,
    wire,
)

# Timeouts. Under asyncio the limit is a millisecond, and what it ends would never end by itself.


def limited(seconds: float, function: Callable[..., Any] = forever) -> Any:
    """Give a function a timeout."""
    return given(function, timeout_seconds=seconds)


async def upset(author: str) -> Any:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise KeyError(author) from None


async def upset_on_a_clock(author: str) -> Any:
    try:
        await Deferred()
    except CancelledError:
        raise KeyError(author) from None


slow_in_a_task = pytest.mark.parametrize("slow", [forever, hang, upset])
slow_on_a_clock = pytest.mark.parametrize("slow", [on_a_clock, hang, upset_on_a_clock])
LATE = "HookTimeoutError: module 'm0' took longer than 0.001s in desk.ask"


@slow_in_a_task
def test_a_timeout_under_asyncio_fails_the_call(slow: Callable[..., Any]) -> None:
    """A callback that takes too long is cancelled and has failed, whatever it makes of that."""
    chain = wire(hook_of(FirstDenial()), "ask", limited(0.001, slow), spam)
    with pytest.raises(ModuleFailedError) as caught:
        chain.run()
    assert isinstance(caught.value.__cause__, HookTimeoutError)
    assert steps_of(chain.receipt) == [f"m0: timeout, {LATE}", "m1: not asked, because m0 failed"]


@slow_on_a_clock
def test_a_timeout_under_twisted_fails_the_call(slow: Callable[..., Any]) -> None:
    """The same holds where time is a Twisted clock's; before the time is up, nothing happens."""
    clock = Clock()
    chain = wire(hook_of(FirstDenial()), "ask", limited(2, slow), spam, clock=clock)
    call = chain.start()
    clock.advance(1.9)
    assert not call.called
    clock.advance(0.2)
    error = done(call)
    assert isinstance(error, ModuleFailedError)
    assert isinstance(error.__cause__, HookTimeoutError)
    assert (
        error.__cause__.seconds,
        error.__cause__.module,
        error.__cause__.hook,
    ) == (2, "m0", "desk.ask")


@pytest.mark.parametrize(
    ("on_error", "result", "receipt"),
    [
        ("deny", "module_failed: a module could not decide", "deny"),
        ("continue", "spam: no adverts", "deny"),
    ],
)
def test_a_timeout_is_a_failure_like_any_other(on_error: Any, result: str, receipt: str) -> None:
    """The policy for errors says what a timeout means."""
    chain = wire(hook_of(FirstDenial(on_error=on_error)), "ask", limited(0.001), spam)
    assert str(chain.run()) == result
    assert chain.receipt.outcome == receipt
    assert steps_of(chain.receipt)[0] == f"m0: timeout, {LATE}"


def test_a_timeout_raises_as_it_is() -> None:
    """With the policy to raise, the caller gets the timeout itself, with a note."""
    chain = wire(hook_of(FirstDenial(on_error="raise")), "ask", limited(0.001))
    with pytest.raises(HookTimeoutError, match=r"took longer than 0\.001s") as caught:
        chain.run()
    assert caught.value.__notes__ == ["in module 'm0', hook desk.ask"]


def test_a_timeout_in_shadow_mode_only_is_recorded() -> None:
    """A module in shadow mode that takes too long has no say, and the next one is asked."""
    late = given(forever, timeout_seconds=0.001, shadow=True)
    chain = wire(hook_of(FirstDenial()), "ask", late, rude)
    assert RUDE is chain.run()
    assert steps_of(chain.receipt) == [f"m0 [shadow]: timeout, {LATE}", "m1: deny, rude"]


@pytest.mark.parametrize("error", [TimeoutError("mine"), HookTimeoutError("x", "y.z", 1)])
def test_a_callbacks_own_timeout_error_is_its_failure(error: TimeoutError) -> None:
    """A `TimeoutError` that a callback raises is not taken for the passing of its own time."""
    chain = wire(hook_of(FirstDenial(on_error="continue")), "ask", limited(60, raising(error)))
    assert ALLOW is chain.run()
    assert steps_of(chain.receipt) == [f"m0: failed, {type(error).__name__}: {error}"]


def test_a_value_that_is_there_at_once_needs_no_alarm() -> None:
    """A plain function under a timeout is called like any other."""
    clock = Clock()
    chain = wire(Comments, "check", limited(1, lambda author: SPAM), clock=clock)
    assert SPAM is done(chain.start())
    assert clock.getDelayedCalls() == []


def test_a_failure_in_time_is_no_timeout() -> None:
    """What a callback raises before its time is up is handled as without a timeout."""
    chain = wire(Comments, "check", limited(1, broken), clock=Clock())
    assert isinstance(done(chain.start()).__cause__, KeyError)


def test_the_clock_is_the_reactor_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a clock of the host's, alarms are set on Twisted's reactor."""
    clock = Clock()
    monkeypatch.setattr(twisted.internet, "reactor", clock, raising=False)
    call = wire(Comments, "check", limited(2, hang)).start()
    clock.advance(2)
    assert isinstance(done(call).__cause__, HookTimeoutError)
