from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from twisted.internet.task import Clock

from hostkit.loops import find_clock

if TYPE_CHECKING:
    import pytest


def test_the_clock_is_the_one_that_was_chosen() -> None:
    """A host's own clock goes before any other."""
    clock = Clock()
    found = find_clock(clock)
    assert (clock.callLater, clock.seconds) == (found.call_later, found.seconds)


def test_the_clock_is_the_running_loops() -> None:
    """Under asyncio it is the loop's, and no reactor is installed."""

    async def run() -> None:
        assert find_clock(None).call_later == asyncio.get_running_loop().call_later

    asyncio.run(run())


def test_the_clock_is_twisteds_without_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anywhere else it is the reactor, which must have been chosen by then."""
    reactor = Clock()
    monkeypatch.setattr("twisted.internet.reactor", reactor, raising=False)
    assert find_clock(None).call_later == reactor.callLater
