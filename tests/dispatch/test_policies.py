from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hostkit.errors import InvalidValueError, ModuleFailedError
from hostkit.rules import (
    ALLOW,
    Collect,
    Decision,
    Deny,
    FirstDenial,
    FirstResult,
    Notify,
)

from .fakes import (
    Comments,
    Spy,
    allow,
    broken,
    given,
    hook_of,
    nonsense,
    nothing,
    raising,
    run,
    saying,
    wire,
)


def only_text(value: Any) -> Any:
    """Read a text; anything else is invalid."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


failures = pytest.mark.parametrize(
    ("failing", "says"),
    [
        (broken, "KeyError: 'ann'"),
        (raising(ValueError()), "ValueError"),
        (nonsense, "expected ALLOW or a Deny, got 7"),
        (nothing, "expected ALLOW or a Deny, got None"),
    ],
)


@failures
def test_a_failure_can_fail_the_call(failing: Callable[..., Any], says: str) -> None:
    """With ``fail`` the caller gets the third outcome, with what happened as its cause."""
    spy = Spy()
    with pytest.raises(ModuleFailedError) as caught:
        wire(hook_of(FirstDenial(on_error="fail")), "ask", allow, failing, spy).run()
    error = caught.value
    assert ("m1", "desk.ask", says) == (error.module, error.hook, error.reason)
    assert isinstance(error.__cause__, KeyError | ValueError | InvalidValueError)
    assert spy.calls == []


def test_a_failure_can_raise_as_it_is() -> None:
    """With ``raise`` the caller gets the very same exception, once noted where it came from."""
    error = KeyError("ann")
    spy = Spy()
    chain = wire(hook_of(FirstDenial(on_error="raise")), "ask", raising(error), spy)
    for _ in range(2):
        with pytest.raises(KeyError) as caught:
            chain.run()
        assert error is caught.value
    assert error.__notes__ == ["in module 'm0', hook desk.ask"]
    assert spy.calls == []


def test_an_invalid_answer_can_raise() -> None:
    """With ``raise`` an invalid answer raises too, naming module, hook and what was wrong."""
    with pytest.raises(InvalidValueError) as caught:
        wire(hook_of(FirstDenial(on_error="raise")), "ask", allow, nonsense).run()
    error = caught.value
    assert (error.module, error.hook) == ("m1", "desk.ask")
    assert error.reason == "expected ALLOW or a Deny, got 7"
    assert error.__cause__ is None


def test_what_read_says_is_told_and_is_the_cause() -> None:
    """An answer that ``read`` refuses is an invalid one, with its reason."""
    rule = Collect(read=only_text, on_error="raise")
    with pytest.raises(InvalidValueError) as caught:
        wire(hook_of(rule), "ask", saying(5)).run()
    assert caught.value.reason == "expected Any, got 5 (no text)"
    assert isinstance(caught.value.__cause__, TypeError)


def test_read_may_refuse_without_a_word() -> None:
    """Nothing is put in parentheses when ``read`` raised without a message."""

    def refuse(value: object) -> object:
        raise ValueError

    with pytest.raises(InvalidValueError) as caught:
        wire(hook_of(FirstResult(read=refuse, on_error="raise")), "ask", saying(5)).run()
    assert caught.value.reason == "expected Any, got 5"


@pytest.mark.parametrize("rule", [FirstDenial, FirstResult, Notify, Collect])
def test_a_failure_can_be_passed_over(rule: Any) -> None:
    """With ``continue`` the next module is asked, whatever the rule."""
    spy = Spy()
    wire(hook_of(rule(on_error="continue")), "ask", broken, spy).run()
    assert spy.calls == [("ann", "hi")]


@failures
def test_a_failure_can_be_a_denial(failing: Callable[..., Any], says: str) -> None:
    """With ``deny`` the result is the rule's denial, and no later module is asked."""
    denial, spy = Deny("unsure"), Spy()
    rule = FirstDenial(on_error="deny", denial=denial)
    assert denial is wire(hook_of(rule), "ask", allow, failing, spy).run()
    assert spy.calls == []


def test_a_module_may_have_its_own_policy() -> None:
    """What the config file says about one module goes before what the rule says."""
    strict = FirstDenial(on_error="fail")
    assert ALLOW is wire(hook_of(strict), "ask", given(broken, on_error="continue")).run()
    lax = FirstDenial(on_error="continue")
    with pytest.raises(KeyError):
        wire(hook_of(lax), "ask", broken, given(broken, on_error="raise")).run()


def test_a_policy_that_means_nothing_for_the_rule_is_ignored() -> None:
    """A module may be set to deny on errors, although some of its hooks make no denials."""
    assert wire(
        hook_of(Collect(on_error="continue")),
        "ask",
        given(broken, on_error="deny"),
        saying(1),
    ).run() == [1]


def test_a_nested_call_is_told_by_its_own_chain() -> None:
    """An error that goes through two chains has a note of each."""
    inner = wire(hook_of(FirstDenial(on_error="raise")), "ask", broken)

    async def ask_again(author: str) -> Decision:
        answer: Decision = await inner.call(author)
        return answer

    outer = wire(Comments, "check", given(ask_again, on_error="raise"))
    with pytest.raises(KeyError) as caught:
        run(outer.call("ann"))
    assert len(caught.value.__notes__) == 2


def test_an_invalid_answer_can_mean_something_else_than_an_error() -> None:
    """With on_invalid a wrong answer denies, while an exception goes to the caller."""
    hook = hook_of(FirstDenial(on_error="raise", on_invalid="deny", denial=Deny("unsure")))
    assert Deny("unsure") == wire(hook, "ask", nothing).run()
    with pytest.raises(KeyError):
        wire(hook, "ask", broken).run()


def test_a_modules_own_policy_reaches_both() -> None:
    """What the config file says about a module counts for exceptions and wrong answers."""
    hook = hook_of(FirstDenial(on_error="raise", on_invalid="deny"))
    chain = wire(
        hook, "ask", given(nothing, on_error="continue"), given(broken, on_error="continue")
    )
    assert ALLOW is chain.run()
