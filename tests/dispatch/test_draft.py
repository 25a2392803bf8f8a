from __future__ import annotations

from datetime import UTC, datetime

from hostkit.dispatch import Outcome, Receipts, Step
from hostkit.dispatch._draft import Draft, describe
from hostkit.rules import ALLOW

from .fakes import SPAM, Comments, allow, callback, saying, steps_of


def draft(hook: str = "check", count: int = 3) -> Draft:
    """Start the record of a call of a chain of so many callbacks."""
    callbacks = [callback((Comments, hook), f"m{number}", allow) for number in range(count)]
    return Draft(Comments.hookspecs[hook], callbacks)


def test_nothing_is_known_at_first() -> None:
    """A draft of a call that has just begun has asked nobody and no number yet."""
    receipt = draft().receipt("t")
    assert (
        receipt.id,
        receipt.outcome,
        receipt.at,
        receipt.seconds,
    ) == ("", Outcome.RUNNING, None, None)
    assert steps_of(receipt)[:2] == ["m0: running", "m1: not asked, yet"]


def test_noting_something_means_that_those_before_continued() -> None:
    """Modules before one that is noted let it be asked."""
    made = draft()
    made.noted(1, Outcome.INVALID, "7")
    assert steps_of(made.receipt("t")) == [
        "m0: continue",
        "m1: invalid, 7",
        "m2: running",
    ]
    assert not made.finished


def test_a_denial_decides() -> None:
    """The answer of a module is the outcome, and its step."""
    made = draft()
    made.decided(1, SPAM)
    receipt = made.receipt("t")
    assert (Outcome.DENY, "m1", str(SPAM)) == (receipt.outcome, receipt.decider, receipt.reason)
    assert made.finished


def test_allowing_needs_no_reason() -> None:
    """When nobody denied there is no decider and nothing to explain."""
    made = draft()
    made.decided(None, ALLOW)
    receipt = made.receipt("t")
    assert (receipt.outcome, receipt.decider, receipt.reason) == (Outcome.ALLOW, None, None)
    assert steps_of(receipt) == ["m0: continue", "m1: continue", "m2: continue"]


def test_a_fallback_may_deny() -> None:
    """A denial that is no module's is one of the host's own."""
    made = draft()
    made.decided(None, SPAM)
    assert (made.receipt("t").outcome, made.receipt("t").decider) == (Outcome.DENY, None)


def test_a_value_answers() -> None:
    """For hooks that ask for a value, those after it were not asked because it was given."""
    made = draft("find")
    made.decided(0, "Ann")
    receipt = made.receipt("t")
    assert (receipt.outcome, receipt.reason) == (Outcome.RESULT, "'Ann'")
    assert steps_of(receipt)[1] == "m1: not asked, because m0 answered"


def test_readings_of_the_clock_become_lengths() -> None:
    """The readings say how long the call and its last callback took; others are noted singly."""
    made = draft()
    made.seconds[0] = 0.25
    made.decided(1, SPAM, 10.0, 10.5, 12.0)
    receipt = made.receipt("t")
    assert receipt.seconds == 2.0
    assert [step.seconds for step in receipt.steps] == [0.25, 1.5, None]


def test_readings_of_the_clock_become_a_time() -> None:
    """A measured call is dated by its end, however much later its receipt is written."""
    made = draft()
    made.since = 1000.0
    made.decided(1, SPAM, 10.0, 10.5, 12.0)
    at = made.receipt("t").at
    assert at is not None
    assert datetime.fromtimestamp(1000, UTC) != at


def test_a_failure_that_ends_the_call_is_measured() -> None:
    """A broken call has the lengths that were read until it broke."""
    made = draft()
    made.noted(0, Outcome.FAILED, "KeyError")
    made.broke(0, 1.0, 1.0, 1.5)
    receipt = made.receipt("t")
    assert (receipt.seconds, receipt.steps[0].seconds) == (0.5, 0.5)
    assert (
        receipt.outcome,
        receipt.decider,
        receipt.reason,
    ) == (Outcome.FAILED, "m0", "KeyError")


def test_a_number_is_given_once() -> None:
    """Writing a draft again gives a receipt with the same id."""
    receipts, made, other = Receipts(), draft(), draft()
    first, second = receipts.write(made), receipts.write(other)
    assert first.id != second.id
    assert first.id == receipts.write(made).id


def test_values_are_shown_shortly() -> None:
    """A denial is shown by its words, other values as Python does, cut when they are long."""
    assert describe(SPAM) == "spam: no adverts"
    assert describe("Ann") == "'Ann'"
    assert len(describe("x" * 1000)) < 100
    assert describe(saying).startswith("<function say")


def test_a_step_shows_how_long_it_took() -> None:
    """In text, lengths are in milliseconds."""
    assert (
        str(Step(module="m0", outcome=Outcome.CONTINUE, seconds=0.0015))
        == "m0: continue (1.500 ms)"
    )
