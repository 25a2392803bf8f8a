"""`FirstDenial` with answers that replace an argument: what can be declared, and what they mean."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.rules import ALLOW, CONTINUE, Replace
from tests.rules.asking import ask


def read(value: Any) -> Any:
    """Read a text as the new one, and a number as a denial."""
    if isinstance(value, str):
        return Replace(lambda text: value, value)
    return CONTINUE if value is None else value


REPLACING = rules.FirstDenial(read=read, replaces="text")


@pytest.mark.parametrize(
    ("answers", "result", "asked"),
    [
        ((), ALLOW, 0),
        ((None, ALLOW), ALLOW, 2),
        (("new", None), "new", 2),
        (("new", "newer"), "newer", 2),
        (("new", 3, "newer"), 3, 2),
    ],
)
def test_the_last_replacement_is_the_result(
    answers: tuple[Any, ...], result: Any, asked: int
) -> None:
    """All are asked, unless one denies."""
    assert ask(REPLACING, *answers) == (result, asked)


def test_the_first_replacement_can_end_the_chain() -> None:
    """With `replacing="stop"`, nobody is asked after it."""
    rule = rules.FirstDenial(read=read, replaces="text", replacing="stop")
    assert ask(rule, None, "new", "newer") == ("new", 2)
    assert ask(rule, None) == (ALLOW, 1)


def test_a_replacement_is_judged_as_such() -> None:
    """Outside of a chain, its change is at hand but not made."""
    judged = REPLACING.judge("new")
    assert isinstance(judged, Replace)
    assert (judged.change("old"), judged.result) == ("new", "new")


def test_only_a_reading_can_find_replacements() -> None:
    """Without `read=`, there are only `ALLOW` and `Deny`."""
    with pytest.raises(SpecError, match="replaces='text' but no read=") as caught:
        rules.FirstDenial(replaces="text")  # type: ignore[call-overload]
    assert caught.value.code == "HK304"
    assert "it returns a rules.Replace" in str(caught.value)


def test_there_are_two_ways_to_go_on() -> None:
    """Any other is refused where the rule is made."""
    with pytest.raises(SpecError, match="no use for replacing='skip'") as caught:
        rules.FirstDenial(read=read, replaces="text", replacing="skip")  # type: ignore[call-overload]
    assert caught.value.code == "HK304"
    assert "'ask', 'stop'" in str(caught.value)
