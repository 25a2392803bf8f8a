"""Synchronous hooks, which cannot wait for anything."""

from __future__ import annotations

import pytest

from hostkit.dispatch import Callback, Chain, Receipts, make_caller
from hostkit.errors import ModuleFailedError
from hostkit.rules import FirstResult
from hostkit.specs import Category, fit_by_position, hookspec


class Names(Category):
    """Callbacks about names."""

    @hookspec(FirstResult(default="nobody"))
    def choose_name(self, number: int) -> str | None:
        """Called for each number."""


async def _later(number: int) -> str:
    return str(number)


def test_a_coroutine_is_no_answer_of_a_synchronous_hook() -> None:
    """A plain function that returns one has failed; the coroutine is closed, not forgotten."""
    spec = Names.hookspecs["choose_name"]
    chosen = lambda number: _later(number)  # noqa: E731, PLW0108
    callback = Callback(module="m", function=chosen, fit=fit_by_position(spec, chosen))
    chain = Chain(spec, [callback], Receipts())
    names = make_caller(Names, {"choose_name": chain}, exact=False)
    with pytest.raises(ModuleFailedError, match="cannot wait for _later"):
        names.choose_name(1)
