"""Arguments that are to be copied for each callback, but cannot be."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from hostkit.rules import FirstDenial

from .fakes import allow, broken, hook_of, run, steps_of, trace, wire


class Unique:
    """There is only one of it."""

    def __deepcopy__(self, memo: Any) -> NoReturn:
        raise LookupError("there is no other")


class Rare:
    """It can be copied so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __deepcopy__(self, memo: Any) -> str:
        self.times -= 1
        if self.times < 0:
            raise LookupError("there is no other")
        return "a copy"


DESK = hook_of(FirstDenial(on_error="continue"), copy=("text",))


async def look(author: str, text: Any) -> NoReturn:
    raise KeyError(text)


@pytest.mark.parametrize("exact", [False, True])
def test_the_receipt_of_a_call_that_ends_there_is_finished(exact: bool) -> None:
    """The error is the host's, and the receipt says so; no module is still running."""
    wired = wire(DESK, "ask", look, look, allow, exact=exact)
    with pytest.raises(LookupError, match="no other"):
        wired.run("ann", Rare(1))
    assert wired.receipt.outcome == "failed"
    assert wired.receipt.reason == "LookupError, raised by the host itself"
    assert None is wired.receipt.decider
    assert steps_of(wired.receipt) == [
        "m0: failed, KeyError: 'a copy'",
        "m1: not asked, because the host failed",
        "m2: not asked, because the host failed",
    ]
    counts = [1, 0, 0] if exact else [0, 0, 0]
    assert counts == [timing.count for timing in wired.chain.timings]


@pytest.mark.parametrize("exact", [False, True])
def test_a_call_that_ends_before_anything_happened_leaves_no_receipt(exact: bool) -> None:
    """No module was asked, so there is nothing to record."""
    wired = wire(DESK, "ask", look, broken, exact=exact)
    with pytest.raises(LookupError):
        wired.run("ann", Unique())
    assert list(wired.receipts) == []
    assert [timing.count for timing in wired.chain.timings] == [0, 0]
    with pytest.raises(LookupError):
        run(trace(wired.chain, ("ann", Unique()), {}, keep=True))
    assert list(wired.receipts) == []
