from __future__ import annotations

from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import InvalidValueError, ModuleFailedError, SpecError
from hostkit.rules import CONTINUE
from tests.rules.asking import ask, read_number


def join(answers: list[Any]) -> str:
    return "+".join(map(str, answers))


@pytest.mark.parametrize("answers", [(), (None,), (1, "x", False)])
def test_notify_tells_everybody_and_gives_nothing(answers: tuple[Any, ...]) -> None:
    """What the callbacks return is ignored."""
    assert ask(rules.Notify(), *answers) == (None, len(answers))


def test_notify_carries_on_after_an_error() -> None:
    """By default the modules behind a failing one are still notified."""
    assert ask(rules.Notify(), None, ValueError("broken"), None) == (None, 3)


def test_notify_can_fail() -> None:
    """With another policy the caller learns of the error."""
    with pytest.raises(ModuleFailedError, match="module 'm0' failed"):
        ask(rules.Notify(on_error="fail"), ValueError("broken"), None)


def test_notify_takes_no_reading() -> None:
    """It ignores answers, so `read=` is refused, and the rule for answers is named."""
    with pytest.raises(SpecError) as caught:
        rules.Notify(read=read_number)
    assert caught.value.code == "HK304"
    assert "rules.Notify was given read=, but it ignores what callbacks return" in str(caught.value)
    assert "hint: use rules.Collect to gather answers" in str(caught.value)


def test_notify_judges_nothing() -> None:
    """Every answer lets the next module be notified."""
    assert CONTINUE is rules.Notify().judge("anything")


@pytest.mark.parametrize("answers", [(), (None,), (2, 1, None, 1)])
def test_collect_gives_all_answers_in_order(answers: tuple[Any, ...]) -> None:
    """No answer is left out, not even `None`."""
    assert ask(rules.Collect(), *answers) == (list(answers), len(answers))


def test_collect_reads_answers() -> None:
    """What is read counts, and "continue" is left out."""
    assert ask(rules.Collect(read=read_number), 2, None, 1) == ([20, 10], 3)


def test_collect_leaves_out_errors_if_told_so() -> None:
    """The answer of a failing module is missing, and so is one that cannot be read."""
    rule = rules.Collect(read=read_number, on_error="continue")
    assert ask(rule, 2, "three", ValueError("broken"), 1) == ([20, 10], 4)


def test_collect_says_what_was_wrong_with_an_answer() -> None:
    """What the reading raised, and what the hookspec's annotation promised, are shown."""
    with pytest.raises(InvalidValueError, match=r"expected str, got 'x' \(not a number\)"):
        ask(rules.Collect(read=read_number, on_error="raise"), "x")


def test_collected_answers_belong_to_one_call() -> None:
    """Each call starts with a new list."""
    rule = rules.Collect()
    first, _ = ask(rule, 1)
    first.append(2)
    assert ask(rule, 1) == ([1], 1)


@pytest.mark.parametrize(("answers", "result"), [((), ""), ((1,), "1"), ((1, None), "1+None")])
def test_merge_combines_all_answers(answers: tuple[Any, ...], result: str) -> None:
    """They are combined in order, and even if there are none."""
    assert ask(rules.Merge(combine=join), *answers) == (result, len(answers))


def test_merge_reads_answers() -> None:
    """What is read counts, and "continue" is left out."""
    assert ask(rules.Merge(combine=join, read=read_number), 2, None, 1) == ("20+10", 3)


@pytest.mark.parametrize(
    ("answers", "result", "asked"),
    [
        ((), "", 0),
        ((1, 2), "1+2", 2),
        (("all", 1), "all", 1),
        ((1, "all", 2), "all", 2),
        ((1, 2, "all"), "all", 3),
    ],
)
def test_merge_ends_at_its_token(answers: tuple[Any, ...], result: str, asked: int) -> None:
    """The token alone is the result, and no module is asked after it."""
    assert ask(rules.Merge(combine=join, stop_at="all"), *answers) == (result, asked)


@pytest.mark.parametrize("token", [None, CONTINUE, 0, ""])
def test_any_value_can_be_a_token(token: Any) -> None:
    """Also those that are false or mean something elsewhere."""
    assert ask(rules.Merge(combine=join, stop_at=token), token, 1) == (token, 1)


def test_the_token_is_compared_with_what_was_read() -> None:
    """With a reading, the raw answer does not matter."""
    rule = rules.Merge(combine=join, read=read_number, stop_at=50)
    assert ask(rule, None, 1, 5, 7) == (50, 3)


def test_merge_leaves_out_errors_if_told_so() -> None:
    """The answer of a failing module is missing."""
    rule = rules.Merge(combine=join, on_error="continue")
    assert ask(rule, 1, ValueError("broken"), 2) == ("1+2", 3)


def test_merge_fails_with_a_module() -> None:
    """By default one failing module fails the call."""
    with pytest.raises(ModuleFailedError, match="ValueError: broken"):
        ask(rules.Merge(combine=join), 1, ValueError("broken"))


def test_what_cannot_combine_is_refused() -> None:
    """`combine=` takes a function."""
    wrong: Any = ","
    with pytest.raises(SpecError) as caught:
        rules.Merge(combine=wrong)
    assert caught.value.code == "HK304"
    assert "rules.Merge was given combine=',', which cannot be called" in str(caught.value)
    assert "expected: a function that takes the list of all answers" in str(caught.value)
