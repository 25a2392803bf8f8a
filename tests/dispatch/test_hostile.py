"""Answers and exceptions that break whoever looks at them, and rules that pass them on."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.rules import CONTINUE, FirstDenial, FirstResult, Merge

from .fakes import SPAM, broken, hook_of, raising, run, saying, shadow, steps_of, trace, wire


class Panic(BaseException):
    """What a Rust extension raises."""


class Hostile:
    """Cannot be compared."""

    def __eq__(self, other: object) -> bool:
        raise Panic("==")

    __hash__ = None  # type: ignore[assignment]


def read(answer: Any) -> Any:
    """Read an answer by comparing it."""
    return CONTINUE if answer == "fine" else answer


def asked_each_way(rule: Any, *functions: Any) -> list[tuple[Any, list[str]]]:
    """Ask through both lanes and the loop, and return what came of it, with its receipt."""
    came = []
    for exact in (False, True):
        wired = wire(hook_of(rule), "ask", *functions, exact=exact)
        came.append((wired.run(), [step for each in wired.receipts for step in steps_of(each)]))
    wired = wire(hook_of(rule), "ask", *functions)
    result = run(trace(wired.chain, ("ann",), {}, keep=True)).result
    return [*came, (result, [step for each in wired.receipts for step in steps_of(each)])]


def test_an_answer_that_cannot_be_read_is_a_failure_of_its_module() -> None:
    """Whatever class of exception says so, and whichever way the hook is called."""
    rule = FirstDenial(read=read, on_error="deny", denial=SPAM)
    steps = ["m0: failed, Panic: ==", "m1: not asked, because m0 denied"]
    assert asked_each_way(rule, saying(Hostile()), saying("fine")) == [(SPAM, steps)] * 3


def test_a_shadow_module_breaks_nothing_with_such_an_answer() -> None:
    """It is recorded as an invalid one."""
    rule = FirstDenial(read=read)
    for result, steps in asked_each_way(rule, shadow(saying(Hostile())), saying("fine")):
        assert result is rule.allow
        assert steps[0].startswith("m0 [shadow]: invalid")
        assert steps[1:] == ["m1: continue"]


def test_an_answer_that_panics_when_compared_is_not_the_token() -> None:
    """It is combined like any other."""
    rule = Merge(combine=len, stop_at="all")
    assert asked_each_way(rule, saying(Hostile()), saying(1)) == [(2, [])] * 3


class Unaddable:
    """Cannot be added to anything."""

    def __radd__(self, other: object) -> Any:
        raise Panic("+")


def test_an_answer_that_panics_when_combined_does_not_fit() -> None:
    """It is an invalid answer of its module, like one that raises an `Exception`."""
    rule = Merge(combine=sum, on_error="continue")
    for result, steps in asked_each_way(rule, saying(1), saying(Unaddable()), saying(2)):
        assert result == 3
        assert steps[1].startswith("m1: invalid")


@pytest.mark.parametrize("exact", [False, True])
def test_an_interrupt_while_answers_are_combined_is_passed_on(exact: bool) -> None:
    """It is not lost to a second attempt."""
    interrupts = iter([KeyboardInterrupt])

    def combine(answers: list[Any]) -> Any:
        for interrupt in interrupts:
            raise interrupt
        return len(answers)

    wired = wire(hook_of(Merge(combine=combine)), "ask", saying(1), exact=exact)
    with pytest.raises(KeyboardInterrupt):
        wired.call("ann").send(None)


def test_a_veto_that_panics_about_a_shadow_module_changes_nothing() -> None:
    """A shadow module never counts."""

    def panic(error: Exception) -> bool:
        raise Panic

    rule = FirstDenial(veto=panic)
    for result, steps in asked_each_way(rule, shadow(broken), saying(rule.allow)):
        assert result is rule.allow
        assert steps == ["m0 [shadow]: failed, KeyError: 'ann'", "m1: continue"]


def raise_it(error: Exception) -> bool:
    raise error


def raise_its_context(error: Exception) -> bool:
    assert error.__context__ is not None
    raise error.__context__


async def broken_again(author: str) -> Any:
    try:
        await broken(author)
    except KeyError:
        raise ValueError(author) from None


@pytest.mark.parametrize("veto", [raise_it, raise_its_context])
def test_a_veto_that_raises_what_it_is_given_makes_no_circle(veto: Any) -> None:
    """Following the contexts of an exception comes to an end."""
    with pytest.raises((ValueError, KeyError)) as caught:
        wire(hook_of(FirstDenial(veto=veto)), "ask", broken_again).run()
    passed: list[BaseException] = []
    error: BaseException | None = caught.value
    while error is not None:
        assert error not in passed
        passed.append(error)
        error = error.__context__


class Interrupting:
    """Is interrupted by the user when it is compared."""

    def __eq__(self, other: object) -> bool:
        raise KeyboardInterrupt

    __hash__ = None  # type: ignore[assignment]


class InterruptingError(RuntimeError):
    """Is interrupted by the user when its message is read."""

    def __str__(self) -> str:
        raise KeyboardInterrupt


def failing_then_interrupted() -> Any:
    """Make what combines answers: it fails, and is interrupted the next time."""
    errors = iter([TypeError(), KeyboardInterrupt()])

    def combine(answers: list[Any]) -> Any:
        raise next(errors)

    return combine


@pytest.mark.parametrize(
    ("rule", "function"),
    [
        (FirstDenial(read=read), saying(Interrupting())),
        (FirstDenial(read=read), shadow(saying(Interrupting()))),
        (Merge(combine=list, stop_at="x"), saying(Interrupting())),
        (Merge(combine=failing_then_interrupted()), saying(1)),
        (FirstDenial(), raising(InterruptingError())),
    ],
)
def test_an_interrupt_is_never_taken_for_a_failure(rule: Any, function: Any) -> None:
    """Whatever is being done with an answer or an exception when the user presses Ctrl-C."""
    wired = wire(hook_of(rule), "ask", function)
    with pytest.raises(KeyboardInterrupt):
        wired.chain.ask(["ann", "hi"]).send(None)


def test_an_interrupt_while_a_result_is_described_is_passed_on() -> None:
    """A receipt shows results; what interrupts that interrupts the caller."""

    class Shown:
        def __repr__(self) -> str:
            raise KeyboardInterrupt

    chain = wire(hook_of(FirstResult()), "ask", saying(Shown()))
    with pytest.raises(KeyboardInterrupt):
        chain.chain.ask(["ann", "hi"]).send(None)
