"""Synchronous hooks whose answers replace an argument, and that are denied by raising."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.dispatch import Callback, Chain, Receipts, make_caller
from hostkit.rules import ALLOW, CONTINUE, FirstDenial, Replace
from hostkit.specs import Category, fit_by_position, hookspec

from .fakes import outcomes_of


def read(value: Any) -> Any:
    """Read a number as one to be added."""
    return CONTINUE if value == 0 else Replace(lambda number: number + value, value)


class Sums(Category):
    @hookspec(
        FirstDenial(read=read, replaces="number", veto=lambda e: isinstance(e, OverflowError))
    )
    def check(self, number: int) -> Any:
        """Called for each number."""


def add(number: int) -> int:
    if number > 10:
        raise OverflowError(number)
    return number % 5


@pytest.mark.parametrize("exact", [False, True])
def test_a_synchronous_hook_decides_at_once(exact: bool) -> None:
    """It replaces for those asked later, and passes on what denies, as one that is awaited."""
    spec = Sums.hookspecs["check"]
    fit = fit_by_position(spec, add)
    receipts = Receipts()
    chain = Chain(spec, [Callback(module=m, function=add, fit=fit) for m in "abc"], receipts)
    sums = make_caller(Sums, {"check": chain}, exact=exact)
    assert ALLOW is sums.check(5)
    assert sums.check(3) == 2  # a adds 3, b adds 6 % 5, and c answers 7 % 5
    with pytest.raises(OverflowError, match="11"):
        sums.check(8)
    assert outcomes_of(receipts) == [("deny", "b", "OverflowError: 11")]
