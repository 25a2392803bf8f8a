from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from twisted.internet.base import ReactorBase
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import Clock
from twisted.python import runtime

from hostkit.loops import find_clock, make_monotonic, seconds_of


def test_the_clock_is_the_one_that_was_chosen() -> None:
    """A host's own clock goes before any other."""
    clock = Clock()
    found = find_clock(clock)
    assert (clock.callLater, clock.seconds) == (found.call_later, found.seconds)


async def test_the_clock_is_the_running_loops() -> None:
    """Under asyncio it is the loop's, and no reactor is installed."""
    assert find_clock(None).call_later == asyncio.get_running_loop().call_later


def test_the_clock_is_twisteds_without_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anywhere else it is the reactor, which must have been chosen by then."""
    reactor = Clock()
    monkeypatch.setattr("twisted.internet.reactor", reactor, raising=False)
    assert find_clock(None).call_later == reactor.callLater


class WallClock:
    """A time of day that is set forward and back."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    """Make Twisted's reactors take the time of day from here."""
    wall = WallClock()
    monkeypatch.setattr(runtime, "seconds", wall)
    monkeypatch.setattr(ReactorBase, "seconds", staticmethod(wall))
    return wall


def called(reactor: Any, count: int) -> None:
    """Let a reactor turn as often as it takes to call what is due, but not for ever."""
    for _ in range(count):
        reactor.iterate(0.001)


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_a_clock_that_is_set_changes_no_delay(jump: float, wall: WallClock) -> None:
    """What is due soon is called soon, and what is due later is not: also what was asked before."""
    reactor = SelectReactor()
    calls: list[str] = []
    reactor.callLater(0, calls.append, "before")
    reactor.callLater(1800, calls.append, "half an hour, before")
    make_monotonic(reactor)
    reactor.callLater(0, calls.append, "after")
    reactor.callLater(1800, calls.append, "half an hour, after")
    wall.ahead = jump
    called(reactor, 20)
    assert sorted(calls) == ["after", "before"]
    assert [1790 < call.getTime() - time.monotonic() < 1800 for call in reactor.getDelayedCalls()]
    make_monotonic(reactor)  # it is already
    assert reactor.seconds is time.monotonic


def test_the_time_of_day_measures_nothing(wall: WallClock) -> None:
    """Durations on a reactor that has no other clock are measured by one that is never set."""
    assert seconds_of(SelectReactor()) is time.monotonic
    clock = Clock()
    make_monotonic(clock)
    assert (clock.seconds(), seconds_of(clock)) == (0, clock.seconds)
