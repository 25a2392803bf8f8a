from __future__ import annotations

from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import InvalidValueError, ModuleFailedError, SpecError
from hostkit.rules import ALLOW, CONTINUE, Deny
from tests.rules.asking import ask, read_number

SPAM = Deny("spam", "no adverts")
BROKEN = ValueError("broken")


@pytest.mark.parametrize(
    ("answers", "result", "asked"),
    [
        ((), ALLOW, 0),
        ((ALLOW,), ALLOW, 1),
        ((ALLOW, ALLOW), ALLOW, 2),
        ((ALLOW, SPAM, ALLOW), SPAM, 2),
        ((SPAM, Deny("ham")), SPAM, 1),
    ],
)
def test_the_first_denial_is_the_result(answers: tuple[Any, ...], result: Any, asked: int) -> None:
    """No module is asked after it; without one the operation is allowed."""
    assert ask(rules.FirstDenial(), *answers) == (result, asked)


@pytest.mark.parametrize("answer", [None, True, False, "spam", CONTINUE, Deny])
def test_other_answers_are_neither_allow_nor_deny(answer: Any) -> None:
    """What is not a decision fails the call, and is never mistaken for one."""
    with pytest.raises(ModuleFailedError, match="expected ALLOW or a Deny, got"):
        ask(rules.FirstDenial(), answer, ALLOW)
    with pytest.raises(TypeError, match="neither ALLOW nor a Deny"):
        rules.FirstDenial().judge(answer)


def test_the_first_denial_judges_decisions() -> None:
    """Outside of a chain an answer means the same as in it."""
    rule = rules.FirstDenial()
    assert [rule.judge(ALLOW), rule.judge(SPAM)] == [CONTINUE, SPAM]


@pytest.mark.parametrize("answer", [BROKEN, "nonsense"])
def test_an_error_can_count_as_a_denial(answer: Any) -> None:
    """The denial says that a module failed, and ends the chain as any other."""
    result, asked = ask(rules.FirstDenial(on_error="deny"), answer, ALLOW)
    assert (Deny("module_failed", "a module could not decide"), 1) == (result, asked)


def test_the_denial_for_errors_can_be_chosen() -> None:
    """`denial=` replaces the one that says a module failed."""
    assert ask(rules.FirstDenial(on_error="deny", denial=SPAM), BROKEN) == (SPAM, 1)


@pytest.mark.parametrize("answer", [BROKEN, "nonsense"])
def test_an_error_can_let_the_next_module_decide(answer: Any) -> None:
    """With "continue" the failing module has no say."""
    assert ask(rules.FirstDenial(on_error="continue"), answer, SPAM) == (SPAM, 2)


@pytest.mark.parametrize(("answer", "kind"), [(BROKEN, ValueError), ("x", InvalidValueError)])
def test_an_error_can_go_to_the_caller(answer: Any, kind: type[Exception]) -> None:
    """With "raise" the caller gets the very exception."""
    with pytest.raises(kind):
        ask(rules.FirstDenial(on_error="raise"), answer)


@pytest.mark.parametrize(
    ("answers", "result", "asked"),
    [
        ((), "fine", 0),
        (("fine", None), "fine", 2),
        (("fine", 5, 6), 50, 2),
        ((None, 1), 10, 2),
    ],
)
def test_a_reading_says_what_denies(answers: tuple[Any, ...], result: Any, asked: int) -> None:
    """The allow value is never read; what else is not "continue" is the denial."""
    rule = rules.FirstDenial(read=read_number, allow="fine")
    assert ask(rule, *answers) == (result, asked)


def test_a_reading_may_answer_with_the_allow_value() -> None:
    """It is no denial: later modules are still asked."""
    rule = rules.FirstDenial(read=lambda value: ALLOW if value == "ok" else SPAM)
    assert ask(rule, "ok", "bad", "ok") == (SPAM, 2)
    assert ask(rule, "ok") == (ALLOW, 1)
    assert [rule.judge("ok"), rule.judge("bad")] == [CONTINUE, SPAM]


@pytest.mark.parametrize(("on_error", "result"), [("deny", SPAM), ("continue", ALLOW)])
def test_an_answer_that_cannot_be_read_is_an_error(on_error: Any, result: Any) -> None:
    """The policy says what it means."""
    assert ask(rules.FirstDenial(read=int, on_error=on_error, denial=SPAM), "x")[0] == result


def test_an_allow_value_needs_a_reading() -> None:
    """Without `read=` only ALLOW and Deny are known, and the hint says so."""
    with pytest.raises(SpecError) as caught:
        rules.FirstDenial(allow=True)  # type: ignore[call-overload]
    assert caught.value.code == "HK304"
    assert "rules.FirstDenial has allow=True but no read=" in str(caught.value)
    assert "only ALLOW and Deny are known without it" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"denial": ALLOW}, "a Deny"),
        ({"denial": False}, "a Deny"),
        ({"denial": CONTINUE, "read": read_number}, "what read= returns for a denial"),
        ({"denial": "ok", "allow": "ok", "read": int}, "what read= returns for a denial"),
    ],
)
def test_a_denial_that_does_not_deny_is_refused(options: dict[str, Any], expected: str) -> None:
    """So an error that should count as a denial never allows."""
    with pytest.raises(SpecError) as caught:
        rules.FirstDenial(**options)
    assert caught.value.code == "HK304"
    assert f"has denial={options['denial']!r}, which does not deny" in str(caught.value)
    assert caught.value.problem.expected == expected


def test_with_a_reading_any_value_can_deny() -> None:
    """Hosts with their own codes name theirs."""
    rule = rules.FirstDenial(read=read_number, on_error="deny", denial=403)
    assert ask(rule, BROKEN) == (403, 1)


@pytest.mark.parametrize(
    ("answers", "result", "asked"),
    [
        ((), "default", 0),
        ((None, None), "default", 2),
        ((None, 0, 1), 0, 2),
        ((False, True), False, 1),
        (("", "text"), "", 1),
    ],
)
def test_the_first_value_is_the_result(answers: tuple[Any, ...], result: Any, asked: int) -> None:
    """Everything but `None` is a value, and no module is asked after it."""
    assert ask(rules.FirstResult(default="default"), *answers) == (result, asked)


def test_the_default_is_none_unless_given() -> None:
    """An answer of no module is `None`."""
    assert [ask(rules.FirstResult()), ask(rules.Exclusive())] == [(None, 0), (None, 0)]


def test_a_reading_says_what_is_a_value() -> None:
    """The first answer it does not let pass is the result, as it was read."""
    assert ask(rules.FirstResult(read=read_number), None, 5, 6) == (50, 2)
    assert ask(rules.FirstResult(read=read_number), None) == (None, 1)


def test_a_value_that_cannot_be_read_is_an_error() -> None:
    """By default it fails the call; with "continue" the next module is asked."""
    with pytest.raises(ModuleFailedError, match="not a number"):
        ask(rules.FirstResult(read=read_number), "five")
    assert ask(rules.FirstResult(read=read_number, on_error="continue"), "five", 1) == (10, 2)


def test_the_first_result_judges_values() -> None:
    """Outside of a chain `None` lets the next module be asked, too."""
    assert [rules.FirstResult().judge(None), rules.FirstResult().judge(0)] == [CONTINUE, 0]


@pytest.mark.parametrize(
    ("answers", "result"), [((), "default"), ((5,), 5), ((None,), None), ((False,), False)]
)
def test_the_one_module_gives_the_result(answers: tuple[Any, ...], result: Any) -> None:
    """Whatever it answers counts, even `None`; without a module the default does."""
    assert ask(rules.Exclusive(default="default"), *answers) == (result, len(answers))


@pytest.mark.parametrize(("answer", "result"), [(None, "default"), (5, 50)])
def test_the_one_module_can_leave_it_to_the_host(answer: Any, result: Any) -> None:
    """What is read as "continue" stands for the default."""
    assert ask(rules.Exclusive(read=read_number, default="default"), answer) == (result, 1)


def test_the_default_replaces_a_failing_module_if_told_so() -> None:
    """With "continue" an error stands for the default."""
    assert ask(rules.Exclusive(on_error="continue", default="default"), BROKEN) == ("default", 1)


def test_failures_deny_with_a_denial_of_the_hosts_kind() -> None:
    """Where `allow=` is the host's own, so must the denial be that stands for a failure."""
    with pytest.raises(SpecError, match="does not say as which") as caught:
        rules.FirstDenial(read=str, allow="fine", on_error="deny")
    assert caught.value.code == "HK304"
    assert not rules.FirstDenial(read=str, allow="fine").takes("deny")
    assert rules.FirstDenial(read=str, allow="fine", denial="no").takes("deny")
    assert rules.FirstDenial(read=str).takes("deny")
