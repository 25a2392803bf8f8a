"""Answers that come after a callback's time-out: those that block, and those that ignore it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.dispatch import Receipt
from hostkit.errors import HookTimeoutError, ModuleFailedError
from hostkit.rules import ALLOW, CONTINUE, Collect, FirstDenial, FirstResult, Notify, Rule

from .fakes import SPAM, Comments, allow, done, given, hook_of, spam, wire

LIMIT = 0.001
LATE = "HookTimeoutError: module 'm0' took longer than 0.001s in desk.ask"
BLOCKED = "it blocked the event loop, S instead of 0.001s"
WENT_ON = "it was cancelled, and went on, S instead of 0.001s"


def block() -> None:
    """Use up a callback's time without giving way to the event loop."""
    until = time.perf_counter() + 2 * LIMIT
    while time.perf_counter() < until:
        pass


def blocking(answer: Any) -> Callable[[str], Any]:
    async def check(author: str) -> Any:
        block()
        return answer

    return check


def blocking_now(answer: Any) -> Callable[[str], Any]:
    def check(author: str) -> Any:
        block()
        return answer

    return check


def stubborn(answer: Any) -> Callable[[str], Any]:
    """Suppress the cancellation, and answer nevertheless."""

    async def check(author: str) -> Any:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return answer

    return check


def stubborn_under_twisted(answer: Any) -> Callable[[str], Any]:
    async def check(author: str) -> Any:
        try:
            await Deferred()
        except CancelledError:
            return answer

    return check


def limited(function: Callable[..., Any], **options: Any) -> Any:
    return given(function, timeout_seconds=LIMIT, **options)


def steps_of(receipt: Receipt) -> list[str]:
    """The steps, with S for the seconds that were measured."""
    return [re.sub(r"\d[\d.e-]*s instead", "S instead", str(step)) for step in receipt.steps]


@pytest.mark.parametrize("make", [blocking, blocking_now])
@pytest.mark.parametrize("exact", [False, True])
def test_a_blocking_allow_stands_and_is_recorded(
    make: Callable[[Any], Any], exact: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """What nothing could interrupt has answered; receipt and log say that it took too long."""
    chain = wire(hook_of(FirstDenial()), "ask", limited(make(ALLOW)), allow, exact=exact)
    assert chain.run() is ALLOW
    shown = [re.sub(r" \([\d.]+ ms\)$", "", step) for step in steps_of(chain.receipt)]
    assert shown == [f"m0: continue, {BLOCKED}", "m1: continue"]
    (logged,) = caplog.records
    assert (logged.name, logged.levelname) == ("hostkit.modules.m0", "WARNING")
    assert re.sub(r"\d[\d.e-]*s instead", "S instead", logged.getMessage()) == (
        f"passed its timeout in desk.ask: {BLOCKED}"
    )


def test_a_blocking_denial_stands() -> None:
    """A denial is not undone by the time it took."""
    chain = wire(hook_of(FirstDenial(on_error="continue")), "ask", limited(blocking(SPAM)), allow)
    assert chain.run() is SPAM
    assert steps_of(chain.receipt) == [
        f"m0: deny, spam: no adverts; {BLOCKED}",
        "m1: not asked, because m0 denied",
    ]


def test_a_synchronous_hook_records_it_too() -> None:
    """A callback of a synchronous hook is measured against its module's time-out."""
    chain = wire(Comments, "check_now", limited(blocking_now(SPAM)))
    assert chain.call("ann") is SPAM
    assert steps_of(chain.receipt) == [f"m0: deny, spam: no adverts; {BLOCKED}"]


def test_a_synchronous_answer_in_time_is_as_any_other() -> None:
    """A time-out that is not passed changes nothing."""
    chain = wire(Comments, "check_now", given(lambda author: SPAM, timeout_seconds=60))
    assert chain.call("ann") is SPAM
    assert [str(step) for step in chain.receipt.steps] == ["m0: deny, spam: no adverts"]


@pytest.mark.parametrize(
    ("rule", "answer", "result"),
    [(FirstResult(), "x", "x"), (Collect(), 5, [5]), (Notify(), None, None)],
)
def test_every_rule_takes_a_blocking_answer(rule: Rule, answer: Any, result: Any) -> None:
    """The answer means what it always means."""
    chain = wire(hook_of(rule), "ask", limited(blocking(answer)))
    assert chain.run() == result
    assert BLOCKED in steps_of(chain.receipt)[0]


def test_a_shadow_module_that_blocks_is_recorded() -> None:
    """Its answer counts as little as ever, and the time it took is seen."""
    chain = wire(hook_of(FirstDenial()), "ask", limited(blocking(SPAM), shadow=True), allow)
    assert chain.run() is ALLOW
    assert steps_of(chain.receipt)[0] == f"m0 [shadow]: deny, spam: no adverts; {BLOCKED}"


def test_a_denial_after_a_suppressed_cancellation_stands() -> None:
    """A callback that denies when its time is over has denied."""
    chain = wire(hook_of(FirstDenial(on_error="continue")), "ask", limited(stubborn(SPAM)))
    assert chain.run() is SPAM
    assert steps_of(chain.receipt) == [f"m0: deny, spam: no adverts; {WENT_ON}"]


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (FirstDenial(), ALLOW),
        (FirstDenial(), "nonsense"),
        (FirstResult(on_error="fail"), "x"),
        (FirstDenial(read=lambda value: CONTINUE), "x"),
    ],
)
def test_any_other_answer_after_a_suppressed_cancellation_is_a_timeout(
    rule: Rule, answer: Any
) -> None:
    """The callback was cancelled since its time was over; that it went on changes nothing."""
    chain = wire(hook_of(rule), "ask", limited(stubborn(answer)), spam)
    with pytest.raises(ModuleFailedError) as caught:
        chain.run()
    assert isinstance(caught.value.__cause__, HookTimeoutError)
    assert steps_of(chain.receipt)[0] == (
        f"m0: timeout, HookTimeoutError: module 'm0' took longer than 0.001s in desk.ask; {WENT_ON}"
    )


def test_the_same_holds_under_twisted() -> None:
    """Where time is a Twisted clock's, a suppressed cancellation is seen as well."""
    clock = Clock()
    chain = wire(hook_of(FirstDenial()), "ask", limited(stubborn_under_twisted(SPAM)), clock=clock)
    call = chain.start()
    clock.advance(LIMIT)
    assert done(call) is SPAM
    assert "was cancelled, and went on" in str(chain.receipt.steps[0])
