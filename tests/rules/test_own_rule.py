"""A rule of a host's own is one class."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from hostkit.errors import ModuleFailedError
from hostkit.rules import CONTINUE, Rule

from .asking import ask


@attrs.frozen(kw_only=True)
class Majority(Rule):
    """The result is what most modules answer; `None` is no vote."""

    decides = False
    gathers = True

    def judge(self, value: Any) -> Any:
        """Read one vote."""
        if value not in (None, True, False):
            raise ValueError("not a vote")
        return CONTINUE if value is None else value

    @property
    def reader(self) -> Any:
        """A vote has to be read."""
        return self.judge

    def finish(self, answers: list[Any]) -> bool:
        """Count the votes."""
        return answers.count(True) * 2 > len(answers)


@attrs.frozen(kw_only=True)
class Last(Rule):
    """The result is always the same, whatever modules answer."""

    def ends(self, meaning: Any) -> bool:
        """No answer ends the chain."""
        return False

    gathers = True

    def finish(self, answers: list[Any]) -> Any:
        """The last answer."""
        return answers[-1] if answers else None


@attrs.frozen(kw_only=True)
class Total(Rule):
    """The result is the sum of the answers; `None` is none."""

    gathers = True

    @property
    def passes(self) -> Any:
        """What is no answer."""
        return None

    def ends(self, meaning: Any) -> bool:
        """No answer ends the chain."""
        return False

    def finish(self, answers: list[Any]) -> Any:
        """Add them up."""
        return sum(answers)


def test_answers_that_pass_keep_the_others_in_their_places() -> None:
    """They are left out of the result, and the module whose answer does not fit is found."""
    assert ask(Total(), None, 1, None, 2) == (3, 4)
    with pytest.raises(ModuleFailedError) as caught:
        ask(Total(), None, 1, "x")
    assert caught.value.module == "m2"


@pytest.mark.parametrize(
    ("votes", "result"), [((True, False, True), True), ((True, None, False), False), ((), False)]
)
def test_it_says_what_answers_mean_and_what_comes_of_them(
    votes: tuple[Any, ...], result: bool
) -> None:
    """Chains of it are compiled like those of any other."""
    assert ask(Majority(), *votes) == (result, len(votes))


def test_what_it_cannot_read_is_an_invalid_answer() -> None:
    """Policies are the same for all rules."""
    with pytest.raises(ModuleFailedError, match="not a vote"):
        ask(Majority(), True, "yes")
    assert ask(Majority(on_error="continue"), True, "yes") == (True, 2)


def test_it_needs_no_more_than_a_result() -> None:
    """Everything else has a default."""
    assert ask(Last(), 1, 2) == (2, 2)
    assert Last().describe_denial(Exception("x")).reason == "x"
    assert (Last().deny_for_failure(), Last().is_denial(1), Last().plain_denial) == (
        None,
        False,
        None,
    )
    assert (Last().reviews_replacement, Last().ends_with_replacement) == (False, False)
    assert (Last().reaches_all, Last().replaced, Last().expects) == (False, None, None)
