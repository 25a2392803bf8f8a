from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.errors import HookTimeoutError, ModuleFailedError
from hostkit.rules import ALLOW, Collect, Exclusive, FirstDenial, FirstResult, Merge, Notify, Rule

from .fakes import (
    Spy,
    Wired,
    allow,
    broken,
    done,
    given,
    hook_of,
    outcomes_of,
    raising,
    run,
    saying,
    shadow,
    steps_of,
    trace,
    wire,
)


class Veto(Exception):  # noqa: N818
    """What modules deny with."""


def is_veto(error: Exception) -> bool:
    return isinstance(error, Veto)


def every_rule(**options: Any) -> list[Rule]:
    """Make one of each rule."""
    return [
        FirstDenial(**options),
        FirstResult(**options),
        Notify(**options),
        Merge(combine=list, **options),
        Collect(**options),
        Exclusive(**options),
    ]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("policy", ["raise", "continue", "fail"])
def test_a_veto_goes_to_the_caller_as_it_is(policy: Any, exact: bool) -> None:
    """Under every rule and policy, it ends the call with the very exception that was raised."""
    for rule in every_rule(on_error=policy, veto=is_veto):
        veto = Veto("no")
        later = Spy()
        wired = wire(hook_of(rule), "ask", raising(veto), later, exact=exact)
        with pytest.raises(Veto) as caught:
            wired.run()
        assert caught.value is veto
        assert veto.__notes__ == ["in module 'm0', hook desk.ask"]
        assert later.calls == []
        assert outcomes_of(wired.receipts) == [("deny", "m0", "Veto: no")]
        assert steps_of(wired.receipt) == ["m0: deny, Veto: no", "m1: not asked, because m0 denied"]


@pytest.mark.parametrize("policy", ["raise", "deny", "continue", "fail"])
def test_a_modules_own_policy_does_not_touch_its_vetoes(policy: str) -> None:
    """`on_error:` in the file is about failures."""
    wired = wire(
        hook_of(FirstDenial(veto=is_veto)), "ask", given(raising(Veto()), on_error=policy), allow
    )
    with pytest.raises(Veto):
        wired.run()


def test_other_exceptions_are_failures() -> None:
    """What the rule does not know as a denial is handled by its policy."""
    wired = wire(hook_of(FirstDenial(veto=is_veto)), "ask", broken)
    with pytest.raises(ModuleFailedError):
        wired.run()
    assert outcomes_of(wired.receipts) == [("failed", "m0", "KeyError: 'ann'")]


def test_a_veto_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """It is an answer like others."""
    wired = wire(hook_of(FirstResult(veto=is_veto)), "ask", raising(Veto()), shadow(broken))
    with pytest.raises(Veto):
        wired.run()
    assert caplog.records == []


def test_what_happened_before_a_veto_is_recorded() -> None:
    """The receipt is the one of the call, which may have begun with a failure."""
    rule = FirstResult(veto=is_veto, on_error="continue")
    wired = wire(hook_of(rule), "ask", broken, saying(None), raising(Veto("no")))
    with pytest.raises(Veto):
        wired.run()
    assert steps_of(wired.receipt) == [
        "m0: failed, KeyError: 'ann'",
        "m1: continue",
        "m2: deny, Veto: no",
    ]


def test_a_shadow_modules_veto_is_recorded(caplog: pytest.LogCaptureFixture) -> None:
    """It is a denial that does not count, and no failure."""
    wired = wire(hook_of(FirstResult(veto=is_veto)), "ask", shadow(raising(Veto("no"))), saying(3))
    assert wired.run() == 3
    assert steps_of(wired.receipt) == ["m0 [shadow]: deny, Veto: no", "m1: result, 3"]
    assert caplog.records == []


@pytest.mark.parametrize("exact", [False, True])
def test_timings_count_the_call_that_a_veto_ends(exact: bool) -> None:
    """A measured call is counted for those that were asked, also if one of them raises."""
    wired = wire(
        hook_of(FirstDenial(veto=is_veto)), "ask", allow, raising(Veto()), allow, exact=exact
    )
    with pytest.raises(Veto):
        wired.run()
    counts = [1, 1, 0] if exact else [0, 0, 0]
    assert counts == [timing.count for timing in wired.chain.timings]


def traced(wired: Wired[Any]) -> Any:
    """Run a chain to see every step of it."""
    return run(trace(wired.chain, ("ann",), {}, keep=True))


def test_a_veto_is_explained() -> None:
    """The exception is the outcome of the trace, and its receipt a denial, which is kept."""
    veto = Veto("no")
    wired = wire(hook_of(Collect(veto=is_veto)), "ask", saying(1), raising(veto), saying(2))
    told = traced(wired)
    assert veto is told.error
    assert list(wired.receipts) == [told.receipt]
    assert steps_of(told.receipt) == [
        "m0: result, 1",
        "m1: deny, Veto: no",
        "m2: not asked, because m1 denied",
    ]


def asking_veto(error: Exception) -> bool:
    raise ZeroDivisionError("no verdict")


@pytest.mark.parametrize("exact", [False, True])
def test_a_veto_that_cannot_be_told_fails_the_call(exact: bool) -> None:
    """A mistake in the host's own predicate must not turn a denial into anything else."""
    rule = FirstDenial(veto=asking_veto, on_error="continue")
    wired = wire(hook_of(rule), "ask", allow, broken, allow, exact=exact)
    with pytest.raises(ZeroDivisionError) as caught:
        wired.run()
    assert isinstance(caught.value.__context__, KeyError)
    assert outcomes_of(wired.receipts) == [
        ("failed", None, "ZeroDivisionError, raised by the host itself")
    ]
    assert steps_of(wired.receipt) == [
        "m0: continue",
        "m1: failed, KeyError: 'ann'",
        "m2: not asked, because the host failed",
    ]
    counts = [1, 1, 0] if exact else [0, 0, 0]
    assert counts == [timing.count for timing in wired.chain.timings]
    with pytest.raises(ZeroDivisionError):
        traced(wired)


def test_a_shadow_modules_failure_stays_one_if_the_host_cannot_tell() -> None:
    """A module that is only tried out never fails a call, whatever the predicate does."""
    wired = wire(hook_of(FirstDenial(veto=asking_veto)), "ask", shadow(broken), allow)
    assert ALLOW is wired.run()
    assert steps_of(wired.receipt) == ["m0 [shadow]: failed, KeyError: 'ann'", "m1: continue"]


def test_a_module_that_ends_the_program_has_no_veto() -> None:
    """`SystemExit` is a failure even if the host takes all exceptions for denials."""
    asked: list[Exception] = []

    def everything(error: Exception) -> bool:
        asked.append(error)
        return True

    wired = wire(hook_of(FirstDenial(veto=everything)), "ask", raising(SystemExit(1)))
    with pytest.raises(ModuleFailedError):
        wired.run()
    wired = wire(hook_of(FirstDenial(veto=everything)), "ask", shadow(raising(SystemExit(1))))
    assert ALLOW is wired.run()
    assert asked == []


@pytest.mark.parametrize("cancelled", [CancelledError, asyncio.CancelledError])
def test_cancellation_is_no_veto(cancelled: type[BaseException]) -> None:
    """A caller that gives up is no module's denial."""
    wired = wire(hook_of(FirstDenial(veto=lambda error: True)), "ask", raising(cancelled()))
    assert isinstance(done(wired.start()), cancelled)
    assert list(wired.receipts) == []


def test_a_timeout_can_be_a_veto() -> None:
    """It is an exception like others, if the host takes it for a denial."""
    clock = Clock()
    slow = given(lambda author: Deferred(), timeout_seconds=1)
    rule = Notify(veto=lambda error: isinstance(error, HookTimeoutError))
    wired = wire(hook_of(rule), "ask", slow, clock=clock)
    call = wired.start()
    clock.advance(1)
    assert isinstance(done(call), HookTimeoutError)
    assert wired.receipt.outcome == "deny"


def test_an_answer_that_means_nothing_is_no_veto() -> None:
    """What the rule's own `read` raises says nothing about the module's will."""

    def read(value: Any) -> Any:
        raise Veto("from the host")

    wired = wire(hook_of(FirstResult(read=read, veto=lambda error: True)), "ask", saying(1))
    with pytest.raises(ModuleFailedError):
        wired.run()
    assert wired.receipt.steps[0].outcome == "invalid"
