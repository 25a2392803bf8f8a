from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit.dispatch import Sampler
from hostkit.rules import FirstDenial

from .fakes import RUDE, SPAM, Comments, Wired, allow, broken, hook_of, rude, spam, steps_of, wire

INTERVAL_SECONDS = 0.1


def sample(clock: Clock, *wired: Wired[Any]) -> Sampler:
    """Start to measure chains by a clock."""
    sampler = Sampler([each.chain for each in wired], clock.callLater)
    sampler.start()
    return sampler


def count(wired: Wired[Any]) -> int:
    """Tell how many calls of a chain of one callback were measured."""
    return wired.chain.timings[0].count


def test_the_first_call_in_each_interval_is_measured() -> None:
    """A measured call is followed by an interval in which none is."""
    clock = Clock()
    chain = wire(Comments, "check", allow)
    sample(clock, chain)
    counts = []
    for seconds in (0, 0, INTERVAL_SECONDS / 2, INTERVAL_SECONDS / 2, 0, 10 * INTERVAL_SECONDS):
        clock.advance(seconds)
        chain.run()
        counts.append(count(chain))
    assert counts == [1, 1, 1, 2, 2, 3]


def test_nothing_is_scheduled_while_nothing_is_called() -> None:
    """Between calls, an idle host has no timers of ours."""
    clock = Clock()
    chain = wire(Comments, "check", allow)
    sample(clock, chain)
    assert clock.getDelayedCalls() == []
    chain.run()
    assert len(clock.getDelayedCalls()) == 1
    clock.advance(INTERVAL_SECONDS)
    assert clock.getDelayedCalls() == []


def test_hooks_are_measured_apart() -> None:
    """Each hook has intervals of its own; one without listeners needs none."""
    clock = Clock()
    check, find, silent = (
        wire(Comments, "check", allow),
        wire(Comments, "find", allow),
        wire(Comments, "tell"),
    )
    sample(clock, check, find, silent)
    check.run()
    clock.advance(INTERVAL_SECONDS / 2)
    find.run()
    silent.run()
    assert len(clock.getDelayedCalls()) == 2
    clock.advance(INTERVAL_SECONDS / 2)
    check.run()
    find.run()
    assert (count(check), count(find)) == (2, 1)


def test_stopping_cancels_what_is_scheduled() -> None:
    """After a stop nothing is measured or scheduled, and denials are no longer dated."""
    clock = Clock()
    chain = wire(Comments, "check", spam)
    idle = wire(Comments, "check", spam)
    sampler = sample(clock, chain, idle)
    chain.run()
    sampler.stop()
    assert clock.getDelayedCalls() == []
    chain.run()
    idle.run()
    assert (count(chain), count(idle)) == (1, 0)
    assert None is list(chain.receipts)[1].at


def test_measuring_can_begin_again() -> None:
    """A sampler that was stopped can be followed by another."""
    clock = Clock()
    chain = wire(Comments, "check", allow)
    sample(clock, chain).stop()
    sample(clock, chain)
    chain.run()
    assert count(chain) == 1


def test_a_synchronous_hook_is_measured_too() -> None:
    """Hooks that are not awaited have times as well."""
    chain = wire(Comments, "check_now", lambda author: SPAM)
    sample(Clock(), chain)
    assert SPAM is chain.call("ann")
    assert SPAM is chain.call("ann")
    assert count(chain) == 1


def test_arguments_reach_a_measured_call() -> None:
    """A measured call is made with the same arguments and defaults as any other."""
    seen = []

    def note(author: str, text: str) -> Any:
        seen.append((author, text))
        return RUDE

    chain = wire(Comments, "check", note)
    sample(Clock(), chain)
    assert [chain.run("ann"), chain.run("bob", text="hello")] == [RUDE, RUDE]
    assert seen == [("ann", "hi"), ("bob", "hello")]


def test_denials_are_dated_by_their_interval() -> None:
    """While a host is running all denials have a time, which never is in the future."""
    chain = wire(Comments, "check", spam)
    sample(Clock(), chain)
    for _ in range(3):
        chain.run()
    measured, first, second = chain.receipts
    assert measured.at is not None
    assert first.at is not None
    assert first.at <= measured.at
    assert first.at == second.at
    assert [each.seconds is not None for each in chain.receipts] == [True, False, False]


@pytest.mark.parametrize("place", [1, 63, 64, 65, 130])
def test_a_denial_at_the_end_of_a_long_chain_is_measured(place: int) -> None:
    """However long a chain, its decider and the whole call have their times."""
    chain = wire(Comments, "check", *[allow] * place, rude, exact=True)
    chain.run()
    decider = chain.receipt.steps[place].seconds
    assert decider is not None
    assert chain.receipt.seconds is not None
    assert 0 <= decider <= chain.receipt.seconds
    assert [timing.count for timing in chain.chain.timings] == [1] * (place + 1)
    assert steps_of(chain.receipt)[place].endswith(": deny, rude")


def test_a_failure_that_is_passed_over_is_measured() -> None:
    """A step that made a receipt necessary has its time, and so have all after it."""
    desk = hook_of(FirstDenial(on_error="continue"))
    chain = wire(desk, "ask", allow, broken, allow, rude, exact=True)
    chain.run()
    assert [step.seconds is not None for step in chain.receipt.steps] == [False, True, True, True]


def test_a_clock_that_is_closed_measures_no_less() -> None:
    """Nothing can be scheduled there; calls are looked at until it is time."""
    loop = asyncio.new_event_loop()
    loop.close()
    chain = wire(Comments, "check", allow)
    sampler = Sampler([chain.chain], loop.call_later)
    sampler.start()
    chain.run()
    chain.run()
    assert count(chain) == 1
    sampler.stop()


def test_a_clock_may_keep_its_calls_as_it_likes() -> None:
    """What it returns need not be an object that can be referred to weakly."""

    class Handle:
        __slots__ = ()

        def cancel(self) -> None:
            cancelled.append(self)

    cancelled: list[Handle] = []
    scheduled: list[Any] = []

    def call_later(delay: float, function: Any, *args: Any) -> Handle:
        scheduled.append(function)
        return Handle()

    chain = wire(Comments, "check", allow)
    sampler = Sampler([chain.chain], call_later)
    sampler.start()
    chain.run()
    scheduled.pop()()
    chain.run()
    assert count(chain) == 2
    scheduled.clear()
    sampler.stop()
    assert len(cancelled) == 1
