"""Answers that cannot be combined are invalid answers of their modules."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.errors import InvalidValueError, ModuleFailedError
from hostkit.rules import CONTINUE, Collect, Merge

from .fakes import given, hook_of, raising, run, saying, steps_of, wire

exactly = pytest.mark.parametrize("exact", [False, True])


def adding(**options: Any) -> type[Any]:
    return hook_of(Merge(combine=sum, **options))


@exactly
def test_an_answer_that_does_not_add_up_fails_its_module(exact: bool) -> None:
    """The failure names the module, and has the exception as the cause."""
    wired = wire(adding(), "ask", *map(saying, (1, "two", 3)), exact=exact)
    with pytest.raises(ModuleFailedError) as caught:
        wired.run()
    assert (caught.value.module, caught.value.hook) == ("m1", "desk.ask")
    assert isinstance(caught.value.__cause__, InvalidValueError)
    assert isinstance(caught.value.__cause__.__cause__, TypeError)
    assert wired.receipt.decider == "m1"
    assert [step.outcome for step in wired.receipt.steps] == ["continue", "invalid", "continue"]
    assert "got 'two' (unsupported operand" in str(wired.receipt.reason)


@exactly
def test_it_may_be_left_out(exact: bool) -> None:
    """With ``continue``, the others are combined without it, however many do not fit."""
    functions = map(saying, (1, "two", 3, None, 4))
    wired = wire(adding(on_invalid="continue"), "ask", *functions, exact=exact)
    assert wired.run() == 8
    outcomes = [step.outcome for step in wired.receipt.steps]
    assert outcomes == ["continue", "invalid", "continue", "invalid", "continue"]


def test_a_module_may_have_a_policy_of_its_own() -> None:
    """The file says what its invalid answers mean."""
    wired = wire(adding(), "ask", saying(1), given(saying("x"), on_error="continue"))
    assert wired.run() == 1


def test_an_explanation_says_which_answer_it_is() -> None:
    """The trace has the failure, and what the others answered."""
    wired = wire(adding(), "ask", *map(saying, (1, "two")))
    traced = run(wired.chain.ask(["ann", "hi"], keep=False))
    assert isinstance(traced.error, ModuleFailedError)
    first, second = steps_of(traced.receipt)
    assert first == "m0: result, 1"
    assert second.startswith("m1: invalid, expected Any, got 'two'")


def test_answers_that_were_left_out_keep_the_places_of_the_others() -> None:
    """Whether they were read as nothing, failed, or belong to a module in shadow mode."""

    def read(value: Any) -> Any:
        return CONTINUE if value is None else value

    rule = Merge(combine=sum, read=read, on_error="continue", on_invalid="fail")
    functions: list[Any] = [saying(None), raising(KeyError("x")), given(saying("s"), shadow=True)]
    wired = wire(hook_of(rule), "ask", *functions, saying(1), saying("two"))
    with pytest.raises(ModuleFailedError, match="'m4' failed"):
        wired.run()
    plain = wire(hook_of(rule), "ask", saying(None), saying(1), saying("two"))
    with pytest.raises(ModuleFailedError, match="'m2' failed"):
        plain.run()


def second_time(answers: list[Any]) -> Any:
    """Fail for all answers together, but for no single one."""
    if len(answers) > 1 and len(FAILED) == 0:
        FAILED.append(answers)
        raise ValueError("not together")
    return "combined"


FAILED: list[Any] = []


def test_a_failure_for_which_no_answer_is_to_blame_is_the_hosts() -> None:
    """It is raised as it is, and the receipt shows every answer."""
    wired = wire(hook_of(Merge(combine=second_time)), "ask", saying("a"), saying("b"))
    FAILED.clear()
    with pytest.raises(ValueError, match="not together"):
        run(wired.chain.ask(["ann", "hi"]))
    assert steps_of(wired.receipt) == ["m0: result, 'a'", "m1: result, 'b'"]
    assert wired.receipt.reason == "ValueError, raised by the host itself"


def test_nothing_to_combine_is_no_modules_failure() -> None:
    """The host's own code raises, and no module listens."""
    wired = wire(hook_of(Merge(combine=max)), "ask")
    with pytest.raises(ValueError, match="empty"):
        wired.run()


def test_what_is_collected_is_the_callers_own() -> None:
    """A caller that changes the list changes no other call's."""
    wired = wire(hook_of(Collect()), "ask", saying(1), saying(CONTINUE))
    first = wired.run()
    first.append(2)
    assert wired.run() == [1, CONTINUE]
