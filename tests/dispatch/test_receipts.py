from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from hostkit.dispatch import Receipts
from hostkit.rules import ALLOW, Deny, FirstDenial

from .fakes import (
    RUDE,
    SPAM,
    Comments,
    Spy,
    allow,
    broken,
    done,
    hook_of,
    outcomes_of,
    rude,
    saying,
    shadow,
    spam,
    steps_of,
    wire,
)


@pytest.mark.parametrize("exact", [False, True])
def test_a_denial_leaves_a_receipt(exact: bool) -> None:
    """A receipt names the hook, who decided and why, and who was not asked because of it."""
    chain = wire(Comments, "check", allow, spam, rude, exact=exact)
    chain.run()
    assert chain.receipt.hook == "comments.check"
    assert outcomes_of(chain.receipts) == [("deny", "m1", "spam: no adverts")]
    assert steps_of(chain.receipt) == [
        "m0: continue",
        "m1: deny, spam: no adverts",
        "m2: not asked, because m1 denied",
    ]


def test_nobody_is_recorded_for_allowing() -> None:
    """When nothing is denied and nothing fails there is no receipt."""
    chain = wire(Comments, "check", allow)
    chain.run()
    assert len(chain.receipts) == 0


@pytest.mark.parametrize("hook", ["find", "tell", "gather", "add", "style"])
def test_a_value_makes_no_receipt(hook: str) -> None:
    """Hooks that do not deny leave receipts of failures only."""
    chain = wire(Comments, hook, saying(1))
    chain.run()
    assert len(chain.receipts) == 0


@pytest.mark.parametrize(
    ("hook", "answer", "decider"),
    [("find", 1, "m1"), ("tell", 1, None), ("gather", 1, None), ("add", 100, "m1")],
)
@pytest.mark.parametrize("exact", [False, True])
def test_a_failure_before_a_result_shows_both(
    hook: str, answer: int, decider: str | None, exact: bool
) -> None:
    """A call that goes on after a failure is recorded with what came of it."""
    desk = hook_of(type(Comments.hookspecs[hook].rule)(on_error="continue", **_extra(hook)))
    chain = wire(desk, "ask", broken, saying(answer), exact=exact)
    result = chain.run()
    assert outcomes_of(chain.receipts) == [("result", decider, repr(result))]
    assert steps_of(chain.receipt)[0] == "m0: failed, KeyError: 'ann'"


def _extra(hook: str) -> dict[str, Any]:
    return {"combine": sum, "stop_at": 100} if hook == "add" else {}


@pytest.mark.parametrize("exact", [False, True])
def test_a_failure_before_a_denial_shows_both(exact: bool) -> None:
    """A denial after a failure, by the same chain, is one receipt."""
    chain = wire(hook_of(FirstDenial(on_error="continue")), "ask", broken, spam, exact=exact)
    assert SPAM is chain.run()
    assert outcomes_of(chain.receipts) == [("deny", "m1", "spam: no adverts")]
    assert steps_of(chain.receipt) == ["m0: failed, KeyError: 'ann'", "m1: deny, spam: no adverts"]


@pytest.mark.parametrize("exact", [False, True])
def test_a_failure_that_denies_shows_both(exact: bool) -> None:
    """When a failure counts as a denial, its step shows the failure and the receipt the denial."""
    desk = hook_of(FirstDenial(on_error="deny"))
    chain = wire(desk, "ask", broken, spam, exact=exact)
    chain.run()
    reason = "module_failed: a module could not decide"
    assert outcomes_of(chain.receipts) == [("deny", "m0", reason)]
    assert steps_of(chain.receipt) == [
        "m0: failed, KeyError: 'ann'",
        "m1: not asked, because m0 denied",
    ]


@pytest.mark.parametrize("on_error", ["fail", "raise"])
@pytest.mark.parametrize("exact", [False, True])
def test_a_failed_call_leaves_a_receipt(on_error: Any, exact: bool) -> None:
    """A call that ends with a failure is neither allowed nor denied."""
    chain = wire(hook_of(FirstDenial(on_error=on_error)), "ask", broken, spam, exact=exact)
    with pytest.raises(Exception, match="ann"):
        chain.run()
    assert outcomes_of(chain.receipts) == [("failed", "m0", "KeyError: 'ann'")]
    assert steps_of(chain.receipt)[1] == "m1: not asked, because m0 failed"


def test_denying_with_one_constant_again_and_again() -> None:
    """However often a module denies with the same object, each denial has its own receipt."""
    chain = wire(Comments, "check", allow, spam)
    results = [chain.run() for _ in range(3)]
    assert results == [SPAM] * 3
    assert outcomes_of(chain.receipts) == [("deny", "m1", "spam: no adverts")] * 3
    assert len({receipt.id for receipt in chain.receipts}) == 3


def test_alternating_denials_are_told_apart() -> None:
    """Receipts show each denial as it was, whichever came before."""
    denials = [SPAM, RUDE, RUDE, SPAM, Deny("rude"), SPAM]
    coming = iter(denials)
    chain = wire(Comments, "check", lambda author: next(coming))
    for denial in denials:
        assert denial is chain.run()
    assert [str(denial) for denial in denials] == [receipt.reason for receipt in chain.receipts]


def test_a_known_denial_after_a_failure_belongs_to_its_call() -> None:
    """The quick way for a module's usual denial is not taken when there is more to record."""
    answers = iter([ALLOW, KeyError("ann"), ALLOW])

    def sometimes(author: str) -> Any:
        answer = next(answers)
        if isinstance(answer, KeyError):
            raise answer
        return answer

    chain = wire(hook_of(FirstDenial(on_error="continue")), "ask", sometimes, spam)
    for _ in range(3):
        assert SPAM is chain.run()
    assert [receipt.steps[0].outcome.value for receipt in chain.receipts] == [
        "continue",
        "failed",
        "continue",
    ]


def test_two_callbacks_with_one_denial_are_told_apart() -> None:
    """Each place in a chain has its own last denial."""
    answers = iter([ALLOW, SPAM, ALLOW])
    chain = wire(Comments, "check", lambda author: next(answers), spam)
    for _ in range(3):
        chain.run()
    assert [receipt.decider for receipt in chain.receipts] == ["m1", "m0", "m1"]


def test_ids_are_unique_and_stay() -> None:
    """Once a receipt has been read, it keeps its id; they go up in order."""
    chain = wire(Comments, "check", spam)
    chain.run()
    chain.run()
    seen = list(chain.receipts)
    chain.run()
    later = list(chain.receipts)
    assert later[:2] == seen
    assert [receipt.id.rpartition("-")[2] for receipt in later] == ["1", "2", "3"]


def test_a_receipt_can_be_found_by_its_id() -> None:
    """``get`` gives the receipt that is still kept, or `None`."""
    chain = wire(Comments, "check", spam, receipts=Receipts(limit=1))
    chain.run()
    receipt = chain.receipt
    assert receipt is chain.receipts.get(receipt.id)
    chain.run()
    assert None is chain.receipts.get(receipt.id)
    assert None is chain.receipts.get("nonsense")


def test_only_the_last_receipts_are_kept() -> None:
    """The limit holds for receipts that were read and for those that were not; oldest go first."""
    denials = [Deny(str(number)) for number in range(5)]
    coming = iter(denials)
    chain = wire(Comments, "check", lambda author: next(coming), receipts=Receipts(limit=2))
    chain.run()
    assert [receipt.reason for receipt in chain.receipts] == ["0"]
    for _ in range(4):
        chain.run()
    assert [receipt.reason for receipt in chain.receipts] == ["3", "4"]
    assert len(chain.receipts) == 2


def test_hosts_do_not_share_ids() -> None:
    """An id says which host's receipt it is."""
    chains = [wire(Comments, "check", spam) for _ in range(2)]
    for chain in chains:
        chain.run()
    assert len({chain.receipt.id for chain in chains}) == 2


def test_a_running_call_can_be_looked_at() -> None:
    """While a call runs its receipt shows what is known, and grows under the same id."""
    waiting: Deferred[Any] = Deferred()
    chain = wire(Comments, "check", shadow(spam), lambda author: waiting, rude)
    call = chain.start()
    early = chain.receipt
    assert steps_of(early)[0] == "m0 [shadow]: deny, spam: no adverts"
    assert steps_of(early)[1:] == ["m1: running", "m2: not asked, yet"]
    waiting.callback(ALLOW)
    assert RUDE is done(call)
    late = chain.receipt
    assert (early.id, "deny", "m2") == (late.id, late.outcome, late.decider)
    assert late is chain.receipt


def test_a_host_that_was_not_started_knows_no_times() -> None:
    """Without a window, the time of a plain denial is not known, nor how long it took."""
    chain = wire(Comments, "check", spam)
    chain.run()
    assert (chain.receipt.at, chain.receipt.seconds) == (None, None)
    assert tuple(step.seconds for step in chain.receipt.steps) == (None,)


def test_a_denial_has_the_time_of_its_window() -> None:
    """A plain denial is dated by when its window was opened, be it a known denial or a new one."""
    chain = wire(Comments, "check", spam)
    times = []
    chain.run()
    for seconds in (1000.0, 2000.0):
        chain.chain.open_window(seconds)
        chain.run()
        chain.run()
        times += [datetime.fromtimestamp(seconds, UTC)] * 2
    assert [receipt.at for receipt in chain.receipts] == [None, *times]


def test_a_failure_has_its_own_time() -> None:
    """What is not a plain denial is dated when it happens."""
    chain = wire(Comments, "tell", broken)
    before = datetime.now(UTC)
    chain.run()
    at = chain.receipt.at
    assert at is not None
    assert before - timedelta(seconds=1) <= at <= datetime.now(UTC) + timedelta(seconds=1)


def test_a_measured_denial_has_its_own_time_and_length() -> None:
    """In timed mode a receipt says when the call ended and how long it and its decider took."""
    chain = wire(Comments, "check", allow, spam, rude, exact=True)
    before = datetime.now(UTC)
    chain.run()
    receipt = chain.receipt
    assert receipt.at is not None
    assert receipt.seconds is not None
    assert before - timedelta(seconds=1) <= receipt.at <= datetime.now(UTC) + timedelta(seconds=1)
    took = receipt.steps[1].seconds
    assert took is not None
    assert 0 <= took <= receipt.seconds < 1
    assert None is receipt.steps[2].seconds


def test_a_receipt_reads_well() -> None:
    """As text, a receipt is a headline and a numbered line for each module."""
    chain = wire(Comments, "check", shadow(spam), rude, Spy())
    chain.run()
    assert str(chain.receipt) == (
        f"receipt {chain.receipt.id}: comments.check: deny by m1 (rude)\n"
        "  1. m0 [shadow]: deny, spam: no adverts\n"
        "  2. m1: deny, rude\n"
        "  3. m2: not asked, because m1 denied"
    )
