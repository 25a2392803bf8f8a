"""Kinds of failures: outages, time-outs and errors, each with a policy of its own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hostkit.errors import ModuleFailedError, Unavailable
from hostkit.rules import ALLOW, ByKind, FirstDenial, Notify

from .fakes import SPAM, allow, broken, given, hook_of, nonsense, raising, spam, steps_of, wire


class RemoteGone(Unavailable):
    """A module's own kind of outage."""


async def forever(author: str) -> Any:
    await asyncio.Event().wait()


def nested(depth: int) -> ExceptionGroup[Exception]:
    """An outage in groups of groups, deeper than functions may be nested."""
    group: ExceptionGroup[Exception]
    group = ExceptionGroup("outer", [Unavailable("down"), RemoteGone("gone")])
    for _ in range(depth):
        group = ExceptionGroup("outer", [group])
    return group


LENIENT = ByKind(unavailable="continue", timeout="continue", error="deny")

FAILURES = [
    (raising(Unavailable("the list server is down")), "unavailable"),
    (raising(RemoteGone()), "unavailable"),
    (raising(nested(1)), "unavailable"),
    (raising(nested(5000)), "unavailable"),
    (raising(ExceptionGroup("twice", [nested(1), *[nested(0)] * 2])), "unavailable"),
    (given(forever, timeout_seconds=0.001), "timeout"),
    (broken, "failed"),
    (nonsense, "invalid"),
    (raising(ExceptionGroup("mixed", [Unavailable(), KeyError()])), "failed"),
]


@pytest.mark.parametrize(("failing", "kind"), FAILURES)
def test_a_hook_has_a_policy_for_each_kind(failing: Any, kind: str) -> None:
    """An outage and a time-out let the next module be asked here, anything else denies."""
    chain = wire(hook_of(FirstDenial(on_error=LENIENT)), "ask", failing, allow)
    result = chain.run()
    assert (result is ALLOW) == (kind in ("unavailable", "timeout"))
    assert chain.receipt.steps[0].outcome == kind


@pytest.mark.parametrize(("failing", "kind"), FAILURES)
def test_a_module_has_a_policy_for_each_kind(failing: Any, kind: str) -> None:
    """A module's own policies come before the hook's."""
    function, options = getattr(failing, "function", failing), getattr(failing, "options", {})
    own = given(function, on_error=LENIENT, **options)
    chain = wire(hook_of(FirstDenial(on_error="raise")), "ask", own, allow)
    assert (chain.run() is ALLOW) == (kind in ("unavailable", "timeout"))


def test_a_kind_that_is_left_out_is_the_hooks() -> None:
    """A module says something about outages only; what else fails is the hook's to decide."""
    own = given(broken, on_error=ByKind(unavailable="continue"))
    chain = wire(hook_of(FirstDenial(on_error="deny")), "ask", own, allow)
    assert str(chain.run()) == "module_failed: a module could not decide"


def test_a_kind_that_a_rule_leaves_out_has_its_default() -> None:
    """`Notify` goes on by default, and the other rules fail."""
    notify = wire(hook_of(Notify(on_error=ByKind(timeout="fail"))), "ask", broken)
    assert notify.run() is None
    decide = wire(hook_of(FirstDenial(on_error=ByKind(timeout="continue"))), "ask", broken)
    with pytest.raises(ModuleFailedError):
        decide.run()


def test_a_policy_that_means_nothing_for_a_rule_leaves_its_own() -> None:
    """`Notify` cannot deny, so a module's wish to deny at outages leaves it as it is."""
    own = given(raising(Unavailable()), on_error=ByKind(unavailable="deny", error="fail"))
    assert wire(hook_of(Notify()), "ask", own).run() is None


def test_an_outage_that_ends_a_call_is_named_in_its_receipt() -> None:
    """The call has failed, and its step says that it was an outage."""
    down = raising(Unavailable("the list server is down"))
    chain = wire(hook_of(FirstDenial()), "ask", down, spam)
    with pytest.raises(ModuleFailedError, match="the list server is down"):
        chain.run()
    assert (chain.receipt.outcome, chain.receipt.decider) == ("failed", "m0")
    assert steps_of(chain.receipt) == [
        "m0: unavailable, Unavailable: the list server is down",
        "m1: not asked, because m0 failed",
    ]


def test_a_denial_is_not_undone_by_an_outage() -> None:
    """A module that was asked before has denied; one that is down after it is not asked."""
    down = raising(Unavailable())
    chain = wire(hook_of(FirstDenial(on_error="continue")), "ask", spam, down)
    assert chain.run() is SPAM


def test_an_outage_in_shadow_mode_is_recorded() -> None:
    """A shadow module that is down has no say, and its step names the outage."""
    down = given(raising(Unavailable("down")), shadow=True)
    chain = wire(hook_of(FirstDenial()), "ask", down, allow)
    assert chain.run() is ALLOW
    assert steps_of(chain.receipt)[0] == "m0 [shadow]: unavailable, Unavailable: down"


def test_a_veto_may_be_an_outage() -> None:
    """A host may take outages for denials; its `veto=` comes before the policies."""
    rule = FirstDenial(on_error="continue", veto=lambda error: isinstance(error, Unavailable))
    chain = wire(hook_of(rule), "ask", raising(Unavailable("down")))
    with pytest.raises(Unavailable, match="down"):
        chain.run()
    assert chain.receipt.outcome == "deny"
