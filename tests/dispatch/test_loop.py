"""Calls that go through the loop from the start give what their lanes would have given."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.errors import InvalidValueError, ModuleFailedError
from hostkit.rules import ALLOW, Decision, Deny, FirstDenial
from hostkit.specs import Category, hookspec

from .fakes import allow, hook_of, raising, run, shadow, steps_of, wire


class Doors(Category):
    @hookspec(FirstDenial())
    def open(self, guest: str) -> Decision:
        """Called when a door is to be opened at once."""
        return Deny("late") if guest == "bob" else ALLOW


def allow_now(guest: str) -> Decision:
    return ALLOW


def test_the_code_of_a_synchronous_hook_has_the_last_word() -> None:
    """In a chain with a module in shadow mode, and in an explanation."""
    wired = wire(Doors, "open", shadow(allow_now), allow_now)
    assert (wired.call("ann"), wired.call("bob")) == (ALLOW, Deny("late"))
    assert wired.receipt.decider is None
    traced = run(wired.chain.ask(["bob"], keep=False))
    assert (traced.result, traced.receipt.reason) == (Deny("late"), "late")


def test_a_synchronous_hook_waits_for_nothing() -> None:
    """A coroutine is a failure of its module, also of one in shadow mode, and is closed."""

    def later(guest: str) -> Any:
        return allow(guest)

    wired = wire(Doors, "open", shadow(later), later)
    with pytest.raises(ModuleFailedError, match="cannot wait for allow"):
        wired.call("ann")
    first, second = steps_of(wired.receipt)
    assert first == "m0 [shadow]: failed, TypeError: a synchronous hook cannot wait for allow"
    assert second == "m1: failed, TypeError: a synchronous hook cannot wait for allow"


def test_an_invalid_answer_within_another_hook_is_shown_by_its_reason() -> None:
    """A module that asks another hook may pass on what that raises."""
    error = InvalidValueError("other", "desk.look", "expected a name, got 7")
    wired = wire(hook_of(FirstDenial(on_error="continue")), "ask", raising(error), allow)
    assert wired.run() is ALLOW
    assert steps_of(wired.receipt) == ["m0: failed, expected a name, got 7", "m1: continue"]
