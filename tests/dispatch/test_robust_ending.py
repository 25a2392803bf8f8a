"""How calls end that are no longer awaited."""

from __future__ import annotations

import asyncio

from hostkit.rules import ALLOW, Decision, FirstDenial
from hostkit.specs import Category, hookspec

from .fakes import broken, cancel, outcomes_of, wire


class Endless(Category):
    """Callbacks with a fallback that takes its time."""

    @hookspec(FirstDenial(on_error="continue"))
    async def check(self, author: str) -> Decision:
        """Called to check; the host itself never finds out."""
        await asyncio.Event().wait()
        return ALLOW


async def test_a_fallback_that_is_cancelled_has_not_failed() -> None:
    """The receipt of what went wrong before says that the caller gave up, not that the host did."""
    chain = wire(Endless, "check", broken)
    task = asyncio.ensure_future(chain.call("ann"))
    await asyncio.sleep(0)
    await cancel(task)
    assert outcomes_of(chain.receipts) == [("cancelled", None, None)]
